"""`Dataset`, a dataset as one object, `view_url`, and `build_dataset`, a build as one function call."""

from __future__ import annotations

import html
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.dataset.listing import listed_tables, read_descriptor, require_table
from stancebook.dataset.reader import Engine, read_citation, read_table, resolve_location
from stancebook.exceptions import ColumnNotFoundError, DatasetError, ProblemsError, requires_extra
from stancebook.problems import display_folder

if TYPE_CHECKING:
    import pandas as pd

    from stancebook.dataset.descriptor import Package
    from stancebook.dataset.validation import ValidationResult
    from stancebook.diff.changes import TableChanges
    from stancebook.problems import Problem
    from stancebook.schema.contract import Contract
    from stancebook.schema.spec import TableSpec
    from stancebook.sources.filesystem import Location

    _TableMapping = Mapping[str, pd.DataFrame]
else:
    _TableMapping = Mapping

_LOG = logging.getLogger("stancebook")


@dataclass(frozen=True)
class ColumnDescription:
    """What a dataset says about one of its columns.

    Attributes:
        name: The name of the column.
        title: Its name for people.
        type: Its Data Package type: `string`, `integer`, `number`, `boolean`, `date` or `datetime`.
        definition: What the column holds.
        unit: What a number counts; empty for other types.
        nullable: Whether cells may be empty.
        vocabulary: Each value that it may hold, with its meaning; empty if it is not categorical.
        ordered: Whether the vocabulary is a scale, from least to most.
        references: The table whose rows it refers to by key, if any.
        minimum: The smallest number that it may hold, if there is a limit.
        maximum: The greatest number, likewise.
    """

    name: str
    title: str
    type: str
    definition: str
    unit: str = ""
    nullable: bool = False
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    ordered: bool = False
    references: str | None = None
    minimum: float | None = None
    maximum: float | None = None

    def __str__(self) -> str:
        facts = [self.type, *([f"refers to {self.references}"] if self.references else [])]
        facts += [word for word, is_so in (("nullable", self.nullable), ("ordered", self.ordered)) if is_so]
        limits = (("at least", self.minimum), ("at most", self.maximum))
        facts += [f"{words} {limit}" for words, limit in limits if limit is not None]
        values = [f"  {value}: {meaning}" for value, meaning in self.vocabulary.items()]
        return "\n".join([f"{self.name} ({', '.join(facts)}): {self.definition}", *values])


class Dataset(_TableMapping):
    """A dataset in a folder or at a URL: a mapping from the names of its tables to pandas frames.

    Its data package is read at once, a table when it is asked for. All tables are of one build: once a build has
    replaced the dataset, loading raises `DatasetError`, and the dataset must be opened again.

    Attributes:
        path: The folder, or the URL, of the build that was opened.

    Args:
        path_or_url: As `path` in `load`.

    Raises:
        DatasetNotFoundError: There is no dataset.
        DatasetError: Its data package cannot be read.
    """

    def __init__(self, path_or_url: str | PathLike[str] | None = None) -> None:
        self._location = resolve_location(path_or_url)
        self._descriptor = read_descriptor(self._location)
        self._tables = listed_tables(self._descriptor, self._location)
        self.path = self._location if isinstance(self._location, Path) else self._location.url

    def __getitem__(self, table: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.load(table)
        return frame

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __contains__(self, table: object) -> bool:
        return table in self._tables

    __eq__ = object.__eq__  # to compare tables would load them all
    __hash__ = object.__hash__

    @property
    def tables(self) -> list[str]:
        """The names of the tables, in the order of the contract."""
        return list(self._tables)

    @property
    def title(self) -> str:
        """The title of the dataset."""
        return str(self._descriptor.get("title", ""))

    @property
    def version(self) -> str:
        """The version of the dataset, such as `1.2.0`."""
        return str(self._descriptor.get("version", ""))

    @property
    def citation(self) -> str:
        """How to cite the dataset, as its files say."""
        return read_citation(self._location, self._tables)

    def load(
        self, table: str, *, columns: list[str] | None = None, filters: Any = None, engine: Engine = "pandas"
    ) -> Any:
        """Load a table, or some columns and rows of it.

        Args:
            table: The name of the table.
            columns: Names of the columns to read, in this order; all columns by default.
            filters: Which rows to read, as in `stancebook.load`.
            engine: What to return, as in `stancebook.load`.

        Raises:
            TableNotFoundError: There is no such table.
            ColumnNotFoundError: The table has no such column.
            DatasetError: A file cannot be read, or is of another build.
        """
        listed = require_table(self._tables, table, self._location)
        return read_table(self._location, listed, columns=columns, filters=filters, engine=engine)

    def spec(self, table: str) -> TableSpec:
        """Return what the data package declares about a table: its columns, key and references.

        Raises:
            TableNotFoundError: There is no such table.
        """
        from stancebook.dataset.descriptor import parse_descriptor

        require_table(self._tables, table, self._location)
        return parse_descriptor(self._descriptor, Path(str(self._location)))[table]

    def describe(self, table: str, column: str) -> ColumnDescription:
        """Describe a column; print the result to read it.

        Raises:
            TableNotFoundError: There is no such table.
            ColumnNotFoundError: The table has no such column.
        """
        spec = self.spec(table)
        if column not in spec.names:
            raise ColumnNotFoundError(f"{table} has no column {column!r}; it has {', '.join(spec.names)}.")
        found = spec[column]
        return ColumnDescription(
            name=column,
            title=found.title,
            type=found.data_type,
            definition=found.description,
            unit=found.unit,
            nullable=found.nullable,
            vocabulary=found.vocabulary,
            ordered=found.ordered,
            minimum=found.minimum,
            maximum=found.maximum,
            references=next((key.table for key in spec.foreign_keys if column in key.columns), None),
        )

    def validate(self, *, seeds: str | Path | None = None, contract: Contract | None = None) -> list[Problem]:
        """Compare all files with the data package: digests, types, vocabularies, patterns, keys, references, passages.

        Args:
            seeds: The folder, or the URL, of the annotated texts: every quote is compared with its text.
            contract: The contract that built the dataset: its computed columns, derived tables and rules are checked.

        Returns:
            The problems, errors and warnings; empty if the dataset is valid.

        Raises:
            MissingExtraError: `stancebook[validate]` is not installed.
            DatasetError: The dataset is not in a folder of this machine.
        """
        with requires_extra("validate"):
            from stancebook.dataset.descriptor import parse_descriptor

            location = Path(seeds) if isinstance(seeds, str) and "://" not in seeds else seeds
            return validated_dataset(parse_descriptor(self._descriptor, self._folder()), location, contract).problems

    def diff(self, older: Dataset) -> list[TableChanges]:
        """List the changes since an older version of the dataset.

        Returns:
            The changes of the dataset's metadata, then those of each table; nothing for what is the same.

        Raises:
            DatasetError: One of the two is not in a folder of this machine.
        """
        from stancebook.dataset.descriptor import parse_descriptor
        from stancebook.diff.tables import DatasetVersion, diff_datasets

        before, after = (
            DatasetVersion(parse_descriptor(dataset._descriptor, dataset._folder()))  # noqa: SLF001 (of this class)
            for dataset in (older, self)
        )
        return diff_datasets(before, after)

    def _folder(self) -> Path:
        if not isinstance(self._location, Path):
            raise DatasetError(f"{self.path} is not a folder of this machine: download it first.")
        return self._location

    def __repr__(self) -> str:
        return f"Dataset({str(self.path)!r}): {self.title} {self.version}, with {', '.join(self.tables)}"

    def _repr_html_(self) -> str:
        rows = [
            (name, str(sum(part.rows for part in table.parts)), self.spec(name).description)
            for name, table in self._tables.items()
        ]
        lines = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows]
        head = f"<b>{html.escape(self.title)}</b> {html.escape(self.version)}"
        return (
            f"{head}<table><tr><th>table<th>rows<th>holds</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
        )


def view_url(path: str | PathLike[str] | None = None) -> str:
    """Return where the reading view of a dataset is published, for `row_url`.

    Args:
        path: The folder or the URL of the dataset, as in `load`.

    Returns:
        The address of the folder of its pages; empty if the dataset does not say.

    Raises:
        DatasetNotFoundError: There is no dataset.
        DatasetError: Its data package cannot be read.
    """
    from stancebook.dataset.descriptor import parse_descriptor

    location = resolve_location(path)
    return parse_descriptor(read_descriptor(location), Path(str(location))).view_url


def validated_dataset(package: Package, seeds: Location | None, contract: Contract | None) -> ValidationResult:
    """Validate a dataset in a folder; if it is valid by its data package, then by a contract, too.

    Args:
        package: Its descriptor.
        seeds: The annotated texts, to compare quotes with, or None.
        contract: Its contract, or None.
    """
    from stancebook.dataset.source_texts import SourceTexts
    from stancebook.dataset.validation import ValidationResult, validate_dataset

    texts = None
    if seeds is not None:
        from stancebook.sources.corpus import text_reader

        texts = SourceTexts(str(seeds), text_reader(seeds))
    result = validate_dataset(package, texts)
    if contract is None or result.errors:
        return result
    if package.withheld:
        raise DatasetError(
            f"{display_folder(package.folder)} is a release without text: computed columns and rules of the contract"
            " cannot be checked without the withheld cells. Restore it with the texts first, by `stancebook restore`."
        )
    from stancebook.build.recomputed import contract_problems

    problems = contract_problems(contract, package, result.tables, texts)
    return ValidationResult(result.tables, sorted({*result.problems, *problems}))


@dataclass(frozen=True)
class BuiltDataset:
    """The result of `build_dataset`.

    Attributes:
        tables: All tables by name, in the order of the contract: frames in memory, or the `Dataset` that was written.
        warnings: Problems that do not prevent a build.
        changed: Whether the folder differs from what it held before; False if nothing was written.
    """

    tables: Mapping[str, pd.DataFrame]
    warnings: list[Problem]
    changed: bool = False


def build_dataset(contract: Contract, seeds: str | Path, out: str | PathLike[str] | None = None) -> BuiltDataset:
    """Build the tables of a contract from annotated texts, in this process.

    With `out`, the dataset there is replaced as `stancebook build` replaces it: completely or not at all, and with the
    same bytes for the same texts. The build waits for another one into the same folder to end.

    Args:
        contract: The tables, rules and metadata of the dataset.
        seeds: The folder, or the URL, of the annotated texts.
        out: The folder to write the dataset into; by default nothing is written, and all tables are in memory.

    Returns:
        The tables and the warnings.

    Raises:
        ProblemsError: The texts have problems. Nothing was written.
        PublishError: The folder cannot be written; what it held is unchanged.
        MissingExtraError: `stancebook[build]` is not installed.
    """
    with requires_extra("build"):
        from stancebook.build.pipeline import build_tables
        from stancebook.coders.summary import summarize_codings
        from stancebook.dataset.publish import build_lock, publish, staging_folder
        from stancebook.parallel.chunked_build import build_into
        from stancebook.parallel.options import BuildOptions
        from stancebook.problems import as_warnings
        from stancebook.sources.discovery import discover, discover_codings

        location = seeds if "://" in str(seeds) else Path(seeds)
        if out is None:
            built = build_tables(contract, location)
            _raise_errors(built.errors)
            return BuiltDataset(built.frames, built.problems)
        folder = Path(out)
        with build_lock(folder, _LOG.info), staging_folder(folder) as new:
            listing = discover(location)
            result = build_into(lambda: contract, location, listing, new, BuildOptions(jobs=1))
            _raise_errors(result.errors)
            codings = summarize_codings(contract, location, listing, discover_codings(location, listing.documents))
            result.write(codings.section)
            changed = publish(new, folder)
        return BuiltDataset(Dataset(folder), sorted([*result.problems, *as_warnings(codings.problems)]), changed)


def _raise_errors(errors: list[Problem]) -> None:
    if errors:
        raise ProblemsError(errors)
