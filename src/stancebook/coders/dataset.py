"""The agreement of codings as a dataset of its own: four tables with a data package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from stancebook.build.writer import write_part
from stancebook.coders.agreement import compare_all
from stancebook.coders.codings import read_all_codings, read_codebook
from stancebook.coders.report import unit_facts, variable_facts
from stancebook.coders.results import Agreement, UnitAgreement, VariableAgreement
from stancebook.dataset import parquet
from stancebook.dataset.layout import DATAPACKAGE, table_file
from stancebook.dataset.package_json import signed
from stancebook.dataset.table_stats import StoredTable, table_stats
from stancebook.exceptions import ProblemsError
from stancebook.metadata.datapackage import package_of_tables
from stancebook.problems import errors_in
from stancebook.schema.column_types import Column
from stancebook.schema.column_types.numbers import IntegerColumn, NumberColumn
from stancebook.schema.column_types.text import CategoricalColumn, TextColumn
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec
from stancebook.sources.discovery import discover, discover_codings
from stancebook.sources.filesystem import Location

NAME = "agreement"
TITLE = "Agreement of coders"
EMPTY = "(empty)"  # in the key of a confusion, which has no empty cells

Row = Mapping[str, Any]


def _text(name: str, description: str, *, nullable: bool = False) -> Column:
    return TextColumn(description, name=name, nullable=nullable)


def _count(name: str, description: str, *, nullable: bool = False) -> Column:
    return IntegerColumn(description, name=name, nullable=nullable, minimum=0)


def _coefficient(name: str, description: str) -> Column:
    return NumberColumn(description, name=name, nullable=True)


_CODERS = _text("coders", "The coders that are compared, separated by semicolons.")
_TABLE = _text("table", "The table.")
_VARIABLE = _text("variable", "The column, or the key of the list of nested records.")
_METRICS = {
    "nominal": "Values are equal or not.",
    "ordinal": "Values differ by how many others are between them.",
    "interval": "Values differ by the square of their difference.",
    "set": "Values are sets, which differ by MASI.",
}

UNITS = TableSpec(
    "unit_agreement",
    "How far coders found the same units: one row for each table and group of coders.",
    (
        _CODERS,
        _TABLE,
        _count("documents", "The number of documents that all of them coded."),
        _text("found", "The number of rows of each coder, separated by semicolons."),
        _count("units", "The number of units: rows that are matched count as one."),
        _count("by_all", "The number of units that all coders found."),
        _count("exact", "The number of matches with equal passages; empty for more than two coders.", nullable=True),
        _count("overlapping", "The number of matches whose passages overlap by at least half.", nullable=True),
        *(
            _coefficient(f"{score}_{kind}", f"The {score} of {kind} matches, the first coder being the reference.")
            for kind in ("exact", "overlapping")
            for score in ("precision", "recall", "f1")
        ),
        _coefficient("alpha", "The unitizing alpha of the passages; empty if it is undefined."),
        _text("parts", "The number of marked parts of each coder, rows that overlap joined."),
        _text("longest", "The number of characters of each coder's longest part."),
    ),
    ("coders", "table"),
)
VARIABLES = TableSpec(
    "agreement",
    "How far coders agree in a variable of matched rows: one row for each variable and group of coders.",
    (
        _CODERS,
        _TABLE,
        _VARIABLE,
        CategoricalColumn("How different two values are.", name="metric", vocabulary=_METRICS),
        _count("n", "The number of units for which at least two coders give a value."),
        _coefficient("equal", "The share of equal pairs of such values."),
        _coefficient("alpha", "Krippendorff's alpha; empty if it is undefined."),
        _coefficient("alpha_low", "The lower bound of its 95 % bootstrap interval."),
        _coefficient("alpha_high", "The upper bound of its 95 % bootstrap interval."),
        _coefficient("kappa", "Cohen's kappa; empty if it is undefined, and for more than two coders."),
        _count("n_with_empty", "The number of units that at least two coders found."),
        _coefficient("equal_with_empty", "The share of equal pairs if empty is a value."),
        _coefficient("alpha_with_empty", "Krippendorff's alpha for names, or sets, if empty is a value."),
    ),
    ("coders", "table", "variable"),
)
CONFUSIONS = TableSpec(
    "confusion",
    "How often two coders gave two values to one unit: one row for each pair of values that occurs.",
    (
        _TABLE,
        _VARIABLE,
        _text("first_coder", "The first coder."),
        _text("second_coder", "The second coder."),
        _text("first_value", f"The value of the first coder; {EMPTY} if none."),
        _text("second_value", f"The value of the second coder; {EMPTY} if none."),
        _count("units", "The number of units."),
    ),
    ("table", "variable", "first_coder", "second_coder", "first_value", "second_value"),
)
DIFFERENCES = TableSpec(
    "differences",
    "Units on which coders differ: one row for each unit, variable and coder.",
    (
        _count("difference", "The number of the difference."),
        _text("coder", "The coder."),
        _text("doc_id", "The document."),
        _TABLE,
        _text("variable", "The variable; empty if not all coders found the unit.", nullable=True),
        _text("passage", "The passage of the first coder who found the unit.", nullable=True),
        _text("value", "The value; empty if the coder gives none, or has no such row.", nullable=True),
        _text("file", "The file of the coder's row; empty if there is none.", nullable=True),
        _count("line", "Its line.", nullable=True),
        _count("column", "Its column.", nullable=True),
    ),
    ("difference", "coder"),
)
TABLES = (VARIABLES, UNITS, CONFUSIONS, DIFFERENCES)


def write_agreement(agreement: Agreement, folder: Path) -> dict[str, int]:
    """Write an agreement as a dataset into an empty folder; the same codings give the same bytes.

    Args:
        agreement: The agreement.
        folder: The folder.

    Returns:
        The number of rows of each table.
    """
    frames = agreement_frames(agreement)
    file_metadata = {"dataset": TITLE}
    digests = [parquet.rows_digest(frames[spec.name], spec, file_metadata) for spec in TABLES]
    build = hashlib.sha256(json.dumps(digests).encode()).hexdigest()
    stored = {}
    for spec in TABLES:
        frame = frames[spec.name]
        part = write_part(frame, spec, folder, table_file(spec.name), digest=build, about=file_metadata)
        stored[spec.name] = StoredTable((part,), table_stats(spec, frame))
    description = f"How far {' and '.join(agreement.coders)} agree in coding the same texts."
    about = {"name": NAME, "title": TITLE, "description": description}
    package = package_of_tables(about, TABLES, stored, build)
    text = json.dumps(signed(package), ensure_ascii=False, indent=2)
    (folder / DATAPACKAGE).write_text(text + "\n", encoding="utf-8", newline="\n")
    return {name: table.rows for name, table in stored.items()}


def agreement_tables(contract: Contract, seeds: Location) -> dict[str, pd.DataFrame]:
    """Compare all codings of a folder of sources, or a single one with the annotations of the dataset.

    Args:
        contract: The contract of the dataset.
        seeds: The folder of sources.

    Returns:
        The tables of an agreement, by the names of `TABLES`; without rows if there is no coding.

    Raises:
        ProblemsError: The codebook or a coding has problems.
    """
    listing = discover(seeds)
    found = discover_codings(seeds, listing.documents)
    codebook, problems = read_codebook(contract, seeds, listing)
    codings = read_all_codings(contract, seeds, listing, found, codebook) if found.coders else []
    if problems := [*problems, *errors_in(found.problems), *(each for coding in codings for each in coding.errors)]:
        raise ProblemsError(problems)
    nothing = Agreement((), (), (), (), {}, (), ())
    return agreement_frames(compare_all(contract, codings) if codings else nothing)


def agreement_frames(agreement: Agreement) -> dict[str, pd.DataFrame]:
    """Return an agreement as typed frames, by the names of `TABLES`."""
    return {
        VARIABLES.name: _frame(VARIABLES, map(_variable_row, agreement.variables)),
        UNITS.name: _frame(UNITS, map(_unit_row, agreement.units)),
        CONFUSIONS.name: _frame(CONFUSIONS, _confusion_rows(agreement)),
        DIFFERENCES.name: _frame(DIFFERENCES, _difference_rows(agreement)),
    }


def _unit_row(units: UnitAgreement) -> Row:
    facts = unit_facts(units)
    lists = {name: "; ".join(map(str, facts[name])) for name in ("coders", "found", "parts", "longest")}
    return {**facts, **lists}


def _variable_row(variable: VariableAgreement) -> Row:
    facts = variable_facts(variable)
    return {**facts, "coders": "; ".join(facts["coders"])}


def _confusion_rows(agreement: Agreement) -> Iterator[Row]:
    for (variable, first, second), counts in agreement.confusions.items():
        for (one, other), units in sorted(counts.items(), key=lambda item: tuple(map(str, item[0]))):
            yield {
                "table": variable.table,
                "variable": variable.name,
                "first_coder": first,
                "second_coder": second,
                "first_value": one or EMPTY,
                "second_value": other or EMPTY,
                "units": units,
            }


def _difference_rows(agreement: Agreement) -> Iterator[Row]:
    for number, difference in enumerate(agreement.differences, start=1):
        for finding in difference.findings:
            position = finding.position
            yield {
                "difference": number,
                "coder": finding.coder,
                "doc_id": difference.doc_id,
                "table": difference.table,
                "variable": difference.name or None,
                "passage": difference.passage or None,
                "value": finding.value or None,
                "file": position and position.file,
                "line": position and position.line,
                "column": position and position.column,
            }


def _frame(spec: TableSpec, rows: Iterable[Row]) -> pd.DataFrame:
    listed = list(rows)
    return pd.DataFrame(
        {
            column.name: pd.Series([row[column.name] for row in listed], dtype=column.pandas_dtype)
            for column in spec.columns
        }
    )
