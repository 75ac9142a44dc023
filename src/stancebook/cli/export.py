"""The command `export`: write the tables for other tools."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.console import Console, format_rows
from stancebook.cli.export_texts import add_tools
from stancebook.cli.options import DATASET_HELP, Commands, add_all_problems, add_command, existing_folder
from stancebook.cli.validate import dataset_folder, read_valid
from stancebook.problems import display_path, pluralize

if TYPE_CHECKING:
    from stancebook.dataset.descriptor import Package
    from stancebook.dataset.parquet_files import RowSource

DESCRIPTION = "Write the tables of a dataset, or the texts of a project with their rows, for other tools."
SQLITE = """\
Write all tables into one SQLite database, with primary keys, foreign keys, and checks of what may be empty
and of vocabularies. An earlier export is replaced; any other file is refused.
"""
CSV = """\
Write each table into one CSV file (UTF-8, RFC 4180; a missing value is an empty field), a codebook.csv with the
definition of each table, column and value, and a datapackage.json that describes the files. An earlier export is
replaced; any other folder that is not empty is refused.
"""
XLSX = """\
Write an Excel workbook: a sheet for the codebook, with the definition of each table, column and value, and one for
each table. No text becomes a formula. An earlier export is replaced; a workbook that was saved since is refused.
"""
R = """\
Write the files of `export csv`, and read.R, a script in base R that reads them: vocabularies as factors with their
values in order, dates, numbers, true and false, and missing values. An earlier export is replaced; any other folder
that is not empty is refused.
"""
STATA = """\
Write one Stata file (.dta, version 118, for Stata 14 and later) per table, with labels of variables, and of values in
the order of their vocabulary; and a codebook.csv. An earlier export is replaced; any other folder that is not empty is
refused.
"""
SPSS = """\
Write one SPSS file (.sav) per table, with labels of variables, of values in the order of their vocabulary, and levels
of measurement; and a codebook.csv. An earlier export is replaced; any other folder that is not empty is refused.
"""


@dataclass(frozen=True)
class Exporter:
    """A format for tables: what the help says of it, and its function, which returns lines for the reader."""

    name: str
    summary: str
    description: str
    metavar: str
    target_help: str
    write: Callable[[Package, Mapping[str, RowSource], Path, argparse.Namespace], Sequence[str]]


def add_parser(commands: Commands) -> None:
    """Add the parsers of the command: one for each format."""
    parser = add_command(commands, "export", DESCRIPTION, "write for other tools")
    exporters = parser.add_subparsers(metavar="FORMAT", dest="format", required=True)
    for exporter in EXPORTERS:
        each = add_command(exporters, exporter.name, exporter.description, exporter.summary)
        each.add_argument("target", metavar=exporter.metavar, type=Path, help=exporter.target_help)
        if exporter.name == "csv":
            each.add_argument(
                "--escape-formulas",
                action="store_true",
                help="put an apostrophe before texts that a spreadsheet would run as formulas: those that start with"
                " =, +, -, @, a tab or a line break, and are no number",
            )
        add_all_problems(each)
        each.add_argument("--from", dest="dataset", metavar="PATH", type=existing_folder, help=DATASET_HELP)
        each.set_defaults(run=run, exporter=exporter, nothing_done="Nothing was written.")
    add_tools(exporters)


def run(options: argparse.Namespace, console: Console) -> int:
    """Write a valid dataset in another format; return the exit status.

    Raises:
        DatasetError: The dataset cannot be written in this format.
        PublishError: The target cannot be written.
    """
    from stancebook.exceptions import PublishError

    found = read_valid(dataset_folder(options), console)
    if found is None:
        console.say("Nothing was written.")
        return 1
    package, validated = found
    target = display_path(options.target)
    try:
        notes = options.exporter.write(package, validated.tables, options.target, options)
    except OSError as error:
        raise PublishError(f"{target} cannot be written: {error.strerror}.") from error
    console.say(f"wrote    {target}")
    console.say(format_rows({name: table.num_rows for name, table in validated.tables.items()}))
    for note in notes:
        console.say(note)
    return 0


# ── Formats ───────────────────────────────────────────────────────────────────────────────────────


def _write_sqlite(
    package: Package, tables: Mapping[str, RowSource], target: Path, _options: argparse.Namespace
) -> Sequence[str]:
    from stancebook.dataset.exports.sqlite import to_sqlite

    to_sqlite(package, tables, target)
    return ()


def _write_csv(
    package: Package, tables: Mapping[str, RowSource], target: Path, options: argparse.Namespace
) -> Sequence[str]:
    from stancebook.dataset.exports.csv import to_csv

    formulas = to_csv(package, tables, target, escape_formulas=options.escape_formulas)
    return [_format_formulas(formulas, escaped=options.escape_formulas)] if formulas else ()


def _format_formulas(number: int, *, escaped: bool) -> str:
    cells = f"{pluralize(number, 'text')} that a spreadsheet would run as {'a formula' if number == 1 else 'formulas'}"
    if escaped:
        return f"escaped  {cells}, by an apostrophe before each"
    return f"warning: There {'is' if number == 1 else 'are'} {cells}. For spreadsheets, export with --escape-formulas."


def _write_xlsx(
    package: Package, tables: Mapping[str, RowSource], target: Path, _options: argparse.Namespace
) -> Sequence[str]:
    from stancebook.dataset.exports.xlsx import to_xlsx

    return to_xlsx(package, tables, target)


def _write_r(
    package: Package, tables: Mapping[str, RowSource], target: Path, _options: argparse.Namespace
) -> Sequence[str]:
    from stancebook.dataset.exports.r import to_r

    to_r(package, tables, target)
    return [f'next     In R: source("{(target / "read.R").as_posix()}", chdir = TRUE)']


def _write_stata(
    package: Package, tables: Mapping[str, RowSource], target: Path, _options: argparse.Namespace
) -> Sequence[str]:
    from stancebook.dataset.exports.stata import to_stata

    return to_stata(package, tables, target)


def _write_spss(
    package: Package, tables: Mapping[str, RowSource], target: Path, _options: argparse.Namespace
) -> Sequence[str]:
    from stancebook.dataset.exports.spss import to_spss

    return to_spss(package, tables, target)


EXPORTERS = (
    Exporter("sqlite", "one database, with foreign keys", SQLITE, "FILE", "the database to write", _write_sqlite),
    Exporter("csv", "one file a table, and a data package", CSV, "DIR", "the folder to write", _write_csv),
    Exporter("xlsx", "an Excel workbook", XLSX, "FILE", "the workbook to write", _write_xlsx),
    Exporter("r", "CSV files, and a script that reads them in R", R, "DIR", "the folder to write", _write_r),
    Exporter("stata", "one Stata file a table", STATA, "DIR", "the folder to write", _write_stata),
    Exporter("spss", "one SPSS file a table", SPSS, "DIR", "the folder to write", _write_spss),
)
