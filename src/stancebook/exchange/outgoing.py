"""Read the texts of a project with the rows of their coders, for annotation tools."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from stancebook.build.coded_table import CodedTable, CodedTables
from stancebook.build.pipeline import CheckedCodebook
from stancebook.coders.codings import Coding, read_codebook, read_codings
from stancebook.exceptions import StancebookError
from stancebook.exchange.project import CodedText, Entry, ExchangeProject, Row, Values
from stancebook.problems import Problem
from stancebook.schema.contract import Contract
from stancebook.schema.record_forms import record_forms
from stancebook.schema.spec import ID, QUOTE_CONTEXT, TableSpec
from stancebook.sources.discovery import (
    AUTHORITATIVE,
    CodingListing,
    SourceDocument,
    SourceListing,
    discover,
    discover_codings,
)
from stancebook.sources.filesystem import Location

_OF_THE_ENGINE = (ID, "quote", *QUOTE_CONTEXT)  # keys of a row that are exchanged as its ID and its passage


class UnknownNameError(StancebookError):
    """There is no document or coder of a name that was asked for."""


@dataclass(frozen=True)
class ProjectSources:
    """A project as it is exchanged, and the files that it was read from.

    Attributes:
        project: The texts with the rows of their coders; incomplete if there are problems.
        listing: The files of the codebook and of documents.
        codings: The files of codings.
        codebook: The codebook.
        problems: What prevents an exchange.
    """

    project: ExchangeProject
    listing: SourceListing
    codings: CodingListing
    codebook: CheckedCodebook
    problems: Sequence[Problem]


def read_project(
    contract: Contract, seeds: Location, documents: Collection[str] = (), coders: Collection[str] | None = None
) -> ProjectSources:
    """Read a project.

    Args:
        contract: Declares the tables.
        seeds: The folder with the codebook, the documents and the codings.
        documents: The documents; all that have annotations if empty.
        coders: The coders, of whom `AUTHORITATIVE` stands for the annotations of the dataset; all if None.

    Raises:
        UnknownNameError: There is no document or coder of a name.
    """
    listing = discover(seeds)
    found = discover_codings(seeds, listing.documents)
    authoritative = tuple(each for each in listing.documents if each.text and each.annotations)
    coded = _chosen({AUTHORITATIVE: authoritative, **found.coders}, documents, coders)
    codebook, problems = read_codebook(contract, seeds, listing)
    codings = list(read_codings(contract, seeds, listing, coded, codebook))
    problems += [*listing.problems, *found.problems, *(problem for coding in codings for problem in coding.errors)]
    project = ExchangeProject(
        name=contract.name,
        title=contract.title,
        version=contract.version,
        forms=record_forms(contract),
        codebook={spec.name: _entries(contract, codebook.tables, spec) for spec in contract.tables_of_kind("codebook")},
        texts=[] if problems else _texts(contract, codings),
    )
    return ProjectSources(project, listing, found, codebook, sorted(set(problems)))


def _chosen(
    coded: Mapping[str, Sequence[SourceDocument]], documents: Collection[str], coders: Collection[str] | None
) -> dict[str, list[SourceDocument]]:
    """Return the documents of each coder that are asked for."""
    if unknown := [name for name in coders or () if name not in coded]:
        raise UnknownNameError(f"The coders are {', '.join(coded)}; {', '.join(unknown)} is none of them.")
    known = {each.doc_id for listed in coded.values() for each in listed}
    if unknown := [doc_id for doc_id in documents if doc_id not in known]:
        raise UnknownNameError(f"There is no document {', '.join(unknown)} with annotations.")
    wanted = {*documents} or known
    return {
        coder: [each for each in listed if each.doc_id in wanted]
        for coder, listed in coded.items()
        if coders is None or coder in coders
    }


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────


def _texts(contract: Contract, codings: Sequence[Coding]) -> list[CodedText]:
    """Return the texts that any coder coded, sorted by document."""
    rows = {coding.coder: _rows_by_document(contract, coding.tables) for coding in codings}
    texts = {doc_id: (text, coding) for coding in reversed(codings) for doc_id, text in coding.texts.items()}
    return [
        _coded_text(
            contract,
            doc_id,
            text,
            _document_values(contract, coding.tables, doc_id),
            {each.coder: rows[each.coder][doc_id] for each in codings if doc_id in each.texts},
        )
        for doc_id, (text, coding) in sorted(texts.items())
    ]


def _coded_text(
    contract: Contract, doc_id: str, text: str, values: Values, codings: Mapping[str, Sequence[Row]]
) -> CodedText:
    columns = contract.document.written_columns
    first_text = next((column.name for column in columns if column.kind == "text"), "")
    first_date = next((column.name for column in columns if column.kind == "date"), "")
    return CodedText(
        doc_id=doc_id,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        label=values.get(contract.sources.get("title", first_text)) or doc_id,
        language=values.get("language", ""),
        rights=values.get(contract.sources.get("rights", "rights"), ""),
        published=values.get(contract.sources.get("published", first_date), ""),
        codings=codings,
    )


def _document_values(contract: Contract, tables: CodedTables, doc_id: str) -> Values:
    for number, values in enumerate(_records(tables[contract.document.name])):
        if tables[contract.document.name].document(number) == doc_id:
            return values
    return {}


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────


def _rows_by_document(contract: Contract, tables: CodedTables) -> dict[str, list[Row]]:
    """Return the rows of each document in the order of its text; of one place, longer ones first."""
    found: dict[str, list[Row]] = {file.doc_id: [] for file, _, _ in tables[contract.document.name].records.by_file()}
    for spec in contract.tables_of_kind("annotation"):
        table, nested = tables[spec.name], _children(contract, tables, spec)
        records = [*_records(table)]
        starts, ends = (table.frame[bound].astype("int64").tolist() for bound in ("char_start", "char_end"))
        for file, first, last in table.records.by_file():
            for number in range(first, last):
                found[file.doc_id].append(
                    Row(
                        table=spec.name,
                        id=records[number][ID],
                        start=starts[number],
                        end=ends[number],
                        values=_exchanged(contract, spec, records[number], file.doc_id),
                        children=nested.get(number, {}),
                        index=number - first,
                    )
                )
    return {doc_id: sorted(rows, key=lambda row: (row.start, -row.end)) for doc_id, rows in found.items()}


def _exchanged(contract: Contract, spec: TableSpec, values: Values, doc_id: str) -> Values:
    """Return the cells of a row without those of the engine; references to rows of the same text as short IDs."""
    return {
        key: short_reference(contract, spec, key, value, doc_id)
        for key, value in values.items()
        if key not in _OF_THE_ENGINE
    }


def short_reference(contract: Contract, spec: TableSpec, key: str, value: str, doc_id: str) -> str:
    """Return the short ID, if a cell is a complete reference to a row of its own document; else the cell."""
    target = spec[key].target
    is_row = target is not None and contract.tables[target].is_annotation
    return value.removeprefix(f"{doc_id}#") if is_row else value


def _children(contract: Contract, tables: CodedTables, spec: TableSpec) -> dict[int, dict[str, list[Values]]]:
    """Return the nested records of a table by the number of their parent, and by section."""
    found: dict[int, dict[str, list[Values]]] = {}
    for section, nested in contract.nested_tables(spec.name).items():
        table = tables[nested.name]
        for parent, values in zip(table.parents, _records(table), strict=True):
            found.setdefault(parent, {}).setdefault(section, []).append(values)
    return found


def _records(table: CodedTable) -> Iterator[Values]:
    """Yield the cells of each record as written, without white space around them and without empty ones."""
    keys = [*table.records.columns]
    for cells in zip(*(column.to_pylist() for column in table.records.columns.values()), strict=True):
        yield {key: cell.strip() for key, cell in zip(keys, cells, strict=True) if cell is not None}


# ── The codebook ──────────────────────────────────────────────────────────────────────────────────


def _entries(contract: Contract, tables: CodedTables, spec: TableSpec) -> list[Entry]:
    label = next((column.name for column in spec.columns if column.kind == "text" and column.must_be_given), "")
    key = spec.record_key
    nested = _children(contract, tables, spec)
    return [
        Entry(values.get(key or "", ""), values.get(label) or values.get(key or "", ""), values, nested.get(number, {}))
        for number, values in enumerate(_records(tables[spec.name]))
    ]
