"""The command `stancebook`: what one does with a dataset that a build wrote."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.console import Console, prepare
from stancebook.dataset.layout import DATAPACKAGE
from stancebook.dataset.reader import resolve_folder
from stancebook.exceptions import DatasetError
from stancebook.problems import RENDERERS, Problem, count_problems, pluralize

if TYPE_CHECKING:
    from stancebook.dataset.descriptor import Package
    from stancebook.dataset.validation import ValidationResult

DESCRIPTION = "Use a dataset of annotated texts: check it against the contract it carries, take it to other tools."
CHECK = """\
Hold the tables of a dataset against the contract that it carries in its datapackage.json: files, columns,
types, empty cells, vocabularies, patterns, least values, keys, references, and that all are of one build.
In a problem, the line is the row of the table and the column the column's place, both from 1.
"""
SQLITE = """\
Write all tables into one SQLite database, with primary keys, foreign keys, and checks of what may be empty
and of vocabularies. An earlier export is replaced; any other file is refused.
"""
CSV = """\
Write each table into one CSV file (UTF-8, RFC 4180; a missing value is an empty field), and a datapackage.json
that describes them. An earlier export is replaced; any other folder with something in it is refused.
"""
EPILOG = """\
exit status:
  0  all is well
  1  the dataset has problems, or something could not be written
  2  the command line was not understood
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    options = _parser().parse_args(argv)
    prepare(options.output_format)
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _parser() -> argparse.ArgumentParser:
    parser = _command(argparse.ArgumentParser, "stancebook", DESCRIPTION)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    check = _command(commands.add_parser, "check", CHECK, help="hold a dataset against the contract it carries")
    check.add_argument("path", metavar="PATH", type=_folder, nargs="?", help=_FOLDER)
    check.add_argument(
        "--output-format",
        choices=list(RENDERERS),
        default="text",
        help="how problems are printed: for people, as annotations of a GitHub workflow, or as a JSON array on its"
        " own on standard output (default: text)",
    )
    check.set_defaults(run=_check)

    export = _command(commands.add_parser, "export", "Write the tables for other tools.", help="write for other tools")
    forms = export.add_subparsers(metavar="FORMAT", required=True)
    sqlite = _command(forms.add_parser, "sqlite", SQLITE, help="one database, with foreign keys")
    sqlite.add_argument("to", metavar="FILE", type=Path, help="the database to write")
    sqlite.set_defaults(run=_export_sqlite)
    csv = _command(forms.add_parser, "csv", CSV, help="one file a table, and a data package")
    csv.add_argument("to", metavar="DIR", type=Path, help="the folder to write")
    csv.set_defaults(run=_export_csv)
    for each in (sqlite, csv):
        each.add_argument("--from", dest="path", metavar="PATH", type=_folder, help=_FOLDER)
        each.set_defaults(output_format="text")
    return parser


_FOLDER = "folder of the dataset (default: the one that came with the package)"


def _command(
    make: Callable[..., argparse.ArgumentParser], name: str, text: str, **more: str
) -> argparse.ArgumentParser:
    return make(name, description=text, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, **more)


def _folder(path: str) -> Path:
    if not Path(path).is_dir():
        raise argparse.ArgumentTypeError(f"{path} is not a folder")
    return Path(path)


def _check(options: argparse.Namespace) -> int:
    """Print what is wrong with a dataset, or that nothing is."""
    return 0 if _sound(resolve_folder(options.path), Console(options.output_format)) else 1


def _export_sqlite(options: argparse.Namespace) -> int:
    from stancebook.dataset.sqlite import to_sqlite

    return _export(options, to_sqlite)


def _export_csv(options: argparse.Namespace) -> int:
    from stancebook.dataset.csv import to_csv

    return _export(options, to_csv)


def _export(options: argparse.Namespace, write: Callable[..., None]) -> int:
    """Write a dataset in another form, if it is sound."""
    from stancebook.exceptions import PublishError
    from stancebook.problems import display_path

    console = Console(options.output_format)
    found = _sound(resolve_folder(options.path), console)
    if found is None:
        console.say("Nothing was written.")
        return 1
    package, verdict = found
    try:
        write(package, verdict.tables, options.to)
    except (DatasetError, PublishError) as fault:
        console.say(f"Nothing was written. {fault}")
        return 1
    except OSError as fault:
        console.say(f"Nothing was written. {display_path(options.to)} cannot be written: {fault.strerror}.")
        return 1
    console.say(f"wrote    {display_path(options.to)}")
    console.say("\n".join(f"         {table.num_rows:>6}  {name}" for name, table in verdict.tables.items()))
    return 0


def _sound(folder: Path, console: Console) -> tuple[Package, ValidationResult] | None:
    """Read and check a dataset and say how it went; return it unless it has problems."""
    from stancebook.dataset.descriptor import read_package
    from stancebook.dataset.validation import ValidationResult, validate_dataset
    from stancebook.problems import display_path

    package = None
    try:
        package = read_package(folder)
        verdict = validate_dataset(package)
    except DatasetError as fault:
        verdict = ValidationResult({}, [Problem(display_path(folder / DATAPACKAGE), 1, 1, "", str(fault))])
    console.show(verdict.problems)
    if package is None or verdict.errors:
        console.say(count_problems(verdict.errors))
        return None
    console.say(_summary(package, verdict, folder))
    return package, verdict


def _summary(package: Package, verdict: ValidationResult, folder: Path) -> str:
    from stancebook.problems import display_folder

    tables = package.tables.values()
    rows = sum(table.num_rows for table in verdict.tables.values())
    return "\n".join(
        [
            f"read     {pluralize(len(tables), 'table')} and {pluralize(rows, 'row')} in {display_folder(folder)}",
            f"checked  {pluralize(sum(len(table.columns) for table in tables), 'column')},"
            f" {pluralize(sum(bool(table.key) for table in tables), 'key')},"
            f" {pluralize(sum(len(table.foreign_keys) for table in tables), 'reference')}: all as the contract says",
        ]
    )
