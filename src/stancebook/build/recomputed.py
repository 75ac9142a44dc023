"""What the contract says of a stored dataset: computed columns, derived tables and rules, checked on its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from stancebook.build.derivation import compute_columns, derive_tables, distinct_rows
from stancebook.build.result_cache import ResultCache
from stancebook.build.sentence_table import sentence_tables, split_documents
from stancebook.dataset.descriptor import Package
from stancebook.dataset.layout import DATAPACKAGE, table_file
from stancebook.dataset.parquet_files import ParquetFiles
from stancebook.dataset.source_texts import SourceTexts
from stancebook.problems import Problem, display_path, pluralize, shorten
from stancebook.schema.column_types import PLACE_NUMBERS
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import sort_rows
from stancebook.schema.rules import evaluate_rule, model_failures
from stancebook.schema.spec import Tables, TableSpec

MAX_ROWS_PER_PROBLEM = 10  # rows with one kind of problem that are reported one by one; the others are counted


def contract_problems(
    contract: Contract, package: Package, stored: Mapping[str, ParquetFiles], texts: SourceTexts | None = None
) -> list[Problem]:
    """Return the problems of a dataset that is valid by its own data package, but not by the contract.

    All tables are read into memory. A value that is computed from a wrong value is not reported.

    Args:
        contract: The contract of the dataset.
        package: Its descriptor.
        stored: Its tables by name.
        texts: The texts of the documents, from which the table of sentences is computed.
    """
    if different := _differing_tables(contract, stored):
        file = display_path(package.folder / DATAPACKAGE)
        message = f"the contract {contract.name!r} describes other tables or columns: {', '.join(different)}"
        return [Problem(file, 1, 1, "", message, "name the contract that built the dataset, of the same version")]
    frames = {name: _frame(contract.tables[name], rows) for name, rows in stored.items()}
    coded = [*contract.codebook_tables, *contract.document_tables]
    own_rows = {spec.name: len(frames[spec.name]) for spec in coded}
    computed = compute_columns(contract, frames, own_rows, ResultCache(), all_valid=True)
    problems: list[Problem] = []
    for spec in coded:
        names = [column.name for column in spec.columns if column.compute is not None]
        problems += _cell_problems(package, spec, frames[spec.name], computed[spec.name], names)
    recomputed = derive_tables(contract, computed)
    if sentences := contract.sentence_table:
        for spec in contract.tables_of_kind("annotation"):
            numbers = _place_numbers(spec, frames[spec.name], frames[sentences.name])
            problems += _cell_problems(package, spec, frames[spec.name], numbers, [*map(str, numbers)])
        recomputed |= {} if texts is None else _sentences(contract, frames, texts)
    for name, rows in recomputed.items():
        problems += _derived_problems(package, contract.tables[name], frames[name], rows)
    return problems or sorted(set(_rule_problems(contract, package, computed)))


def _sentences(contract: Contract, frames: Tables, texts: SourceTexts) -> dict[str, pd.DataFrame]:
    """Return the table of sentences of texts, by its name."""
    documents = frames[contract.document.name]
    tables = sentence_tables(contract, lambda: split_documents(documents, lambda doc_id: texts.read(doc_id) or ""))
    return {name: sort_rows(contract.tables[name], frame) for name, frame in tables.items()}


def _place_numbers(spec: TableSpec, passages: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of the paragraphs and sentences that passages start in, in the columns that hold them."""
    columns = {
        column.name: PLACE_NUMBERS[column.filled_by] for column in spec.columns if column.filled_by in PLACE_NUMBERS
    }
    by_place = ["doc_id", "char_start"]
    places = pd.merge_asof(
        passages[by_place].reset_index().sort_values("char_start"),
        sentences[[*by_place, *PLACE_NUMBERS.values()]].sort_values("char_start"),
        on="char_start",
        by="doc_id",
    )
    numbers = places.sort_values("index", ignore_index=True)[list(PLACE_NUMBERS.values())].fillna(1).astype("int64")
    return pd.DataFrame({name: numbers[number] for name, number in columns.items()}, index=passages.index)


def _differing_tables(contract: Contract, stored: Mapping[str, ParquetFiles]) -> list[str]:
    tables = {name: spec.names for name, spec in contract.tables.items()}
    columns = {name: tuple(rows.schema.names) for name, rows in stored.items()}
    return [name for name in {**tables, **columns} if tables.get(name) != columns.get(name)]


def _frame(spec: TableSpec, rows: ParquetFiles) -> pd.DataFrame:
    table = pa.Table.from_batches(rows.to_batches(), rows.schema)
    return pd.DataFrame({column.name: column.to_pandas(table[column.name]) for column in spec.columns})


def _cell_problems(
    package: Package, spec: TableSpec, stored: pd.DataFrame, computed: pd.DataFrame, names: list[str]
) -> Iterator[Problem]:
    """Yield a problem for each cell that is not what its function computes."""
    for name in names:
        old, new = stored[name].astype("object"), computed[name].astype("object")
        wrong = np.flatnonzero(((old != new) & ~(old.isna() & new.isna())).to_numpy(dtype=bool))
        messages = (
            f"{_shown(old.iloc[row])} is not what the contract computes: {_shown(new.iloc[row])}"
            for row in wrong[:MAX_ROWS_PER_PROBLEM]
        )
        yield from _problems_at(package, spec, stored, wrong, (name, messages))


def _derived_problems(
    package: Package, spec: TableSpec, stored: pd.DataFrame, derived: pd.DataFrame
) -> Iterator[Problem]:
    key = list(spec.key)
    if stored[key].astype("str").equals(derived[key].astype("str")):
        yield from _cell_problems(package, spec, stored, derived, [name for name in spec.names if name not in key])
        return
    before, after = (pd.MultiIndex.from_frame(frame[key].astype("str")) for frame in (stored, derived))
    surplus = np.flatnonzero(~before.isin(after))
    missing = int((~after.isin(before)).sum())
    messages = ("the contract derives no such row" for _ in surplus)
    yield from _problems_at(package, spec, stored, surplus, (key[0], messages))
    if missing or not len(surplus):
        what = f"{pluralize(missing, 'row')} that the contract derives {'are' if missing > 1 else 'is'} missing"
        message = what if missing else "its rows repeat or are in another order than the contract derives"
        yield Problem(display_path(package.folder / table_file(spec.name)), 1, 1, spec.name, message)


def _rule_problems(contract: Contract, package: Package, frames: Tables) -> Iterator[Problem]:
    """Yield a problem for each row that breaks a rule of its model, or an error of a rule across tables.

    Rules that read texts are skipped: only a build has the texts.
    """
    for spec in contract.tables.values():
        for failure in model_failures(spec, frames[spec.name]):
            row = np.array([failure.row])
            yield from _problems_at(
                package, spec, frames[spec.name], row, (failure.column or spec.key[0], iter([failure.message]))
            )
    inputs = distinct_rows(frames, contract.rule_inputs)
    for rule in contract.rules:
        if rule.level == "error" and not rule.reads_text:
            spec = contract.tables[rule.table]
            readable = {**frames, **inputs} if rule.inputs else frames
            wrong = np.flatnonzero(~evaluate_rule(rule, readable, {}).to_numpy())
            messages = (rule.message for _ in wrong)
            yield from _problems_at(package, spec, frames[spec.name], wrong, (rule.column or spec.key[0], messages))


def _problems_at(
    package: Package, spec: TableSpec, frame: pd.DataFrame, rows: Any, what: tuple[str, Iterator[str]]
) -> Iterator[Problem]:
    """Yield a problem for each of the first rows, given the column and the messages, and one for the others."""
    name, messages = what
    file, column = display_path(package.folder / table_file(spec.name)), 1 + spec.names.index(name)
    for row, message in zip(rows[:MAX_ROWS_PER_PROBLEM].tolist(), messages, strict=False):
        record = shorten(", ".join(str(frame[key].iloc[row]) for key in spec.key))
        yield Problem(file, row + 1, column, f"{spec.name}[{record}].{name}", message)
    if (more := len(rows) - MAX_ROWS_PER_PROBLEM) > 0:
        line = int(rows[MAX_ROWS_PER_PROBLEM]) + 1
        yield Problem(file, line, column, f"{spec.name}.{name}", f"{pluralize(more, 'more row')} of the same kind")


def _shown(value: Any) -> str:
    return "an empty cell" if pd.isna(value) else f"'{shorten(str(value))}'"
