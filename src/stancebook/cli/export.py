"""The command `export`: write the tables for other tools."""

from __future__ import annotations

import argparse
from pathlib import Path

from stancebook.cli.console import Console, format_rows
from stancebook.cli.export_texts import add_tools
from stancebook.cli.options import DATASET_HELP, Commands, add_all_problems, add_command, existing_folder
from stancebook.cli.validate import dataset_folder, read_valid
from stancebook.problems import display_path, pluralize

DESCRIPTION = "Write the tables of a dataset, or the texts of a project with their rows, for other tools."
SQLITE = """\
Write all tables into one SQLite database, with primary keys, foreign keys, and checks of what may be empty
and of vocabularies. An earlier export is replaced; any other file is refused.
"""
CSV = """\
Write each table into one CSV file (UTF-8, RFC 4180; a missing value is an empty field), and a datapackage.json
that describes them. An earlier export is replaced; any other folder that is not empty is refused.
"""


def add_parser(commands: Commands) -> None:
    """Add the parsers of the command: one for each format."""
    parser = add_command(commands, "export", DESCRIPTION, "write for other tools")
    exporters = parser.add_subparsers(metavar="FORMAT", dest="format", required=True)
    sqlite = add_command(exporters, "sqlite", SQLITE, "one database, with foreign keys")
    sqlite.add_argument("target", metavar="FILE", type=Path, help="the database to write")
    csv = add_command(exporters, "csv", CSV, "one file a table, and a data package")
    csv.add_argument("target", metavar="DIR", type=Path, help="the folder to write")
    csv.add_argument(
        "--escape-formulas",
        action="store_true",
        help="put an apostrophe before texts that a spreadsheet would run as formulas: those that start with =, +, -,"
        " @, a tab or a line break, and are no number",
    )
    sqlite.set_defaults(escape_formulas=False)
    for exporter in (sqlite, csv):
        add_all_problems(exporter)
        exporter.add_argument("--from", dest="dataset", metavar="PATH", type=existing_folder, help=DATASET_HELP)
        exporter.set_defaults(run=run, nothing_done="Nothing was written.")
    add_tools(exporters)


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    return export(
        dataset_folder(options), options.target, options.format, console, escape_formulas=options.escape_formulas
    )


def export(folder: Path, target: Path, output: str, console: Console, *, escape_formulas: bool = False) -> int:
    """Write a valid dataset in another format.

    Args:
        folder: The dataset.
        target: The file or folder to write.
        output: The format: `sqlite` or `csv`.
        console: Where problems and what was done are printed.
        escape_formulas: As of `to_csv`.

    Returns:
        The exit status.

    Raises:
        DatasetError: The dataset cannot be written in this format.
        PublishError: The target cannot be written.
    """
    from stancebook.dataset.csv import to_csv
    from stancebook.dataset.sqlite import to_sqlite
    from stancebook.exceptions import PublishError

    found = read_valid(folder, console)
    if found is None:
        console.say("Nothing was written.")
        return 1
    package, validated = found
    formulas = 0
    try:
        if output == "sqlite":
            to_sqlite(package, validated.tables, target)
        else:
            formulas = to_csv(package, validated.tables, target, escape_formulas=escape_formulas)
    except OSError as error:
        raise PublishError(f"{display_path(target)} cannot be written: {error.strerror}.") from error
    console.say(f"wrote    {display_path(target)}")
    console.say(format_rows({name: table.num_rows for name, table in validated.tables.items()}))
    if formulas:
        console.say(_format_formulas(formulas, escaped=escape_formulas))
    return 0


def _format_formulas(number: int, *, escaped: bool) -> str:
    cells = f"{pluralize(number, 'text')} that a spreadsheet would run as {'a formula' if number == 1 else 'formulas'}"
    if escaped:
        return f"escaped  {cells}, by an apostrophe before each"
    return f"warning: There {'is' if number == 1 else 'are'} {cells}. For spreadsheets, export with --escape-formulas."
