"""The command `validate`: check a dataset against its own schema."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.config import find_dataset, find_project
from stancebook.cli.console import Console
from stancebook.cli.options import (
    DATASET_HELP,
    Commands,
    add_command,
    add_output_format,
    existing_folder,
    seeds_location,
)
from stancebook.dataset.layout import DATAPACKAGE
from stancebook.problems import Problem, count_problems, display_folder, display_path, pluralize

if TYPE_CHECKING:
    from stancebook.dataset.descriptor import Package
    from stancebook.dataset.validation import ValidationResult
    from stancebook.schema.contract import Contract
    from stancebook.sources.filesystem import Location

DESCRIPTION = """\
Validate a dataset against its own schema, which is in its datapackage.json: digests of all files, columns,
types, empty cells, vocabularies, patterns, limits, primary and foreign keys, places of passages, days of
dates, and that all tables are of one build. In a problem, the line is the row of the table and the column
the position of the column, both from 1.
"""


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "validate", DESCRIPTION, "validate a dataset against its own schema")
    parser.add_argument("dataset", metavar="PATH", type=existing_folder, nargs="?", help=DATASET_HELP)
    parser.add_argument(
        "--seeds",
        metavar="DIR",
        type=seeds_location,
        help="compare every quote with its text in this folder, or at this URL",
    )
    parser.add_argument(
        "--contract",
        metavar="MODULE:ATTR",
        help="check computed columns, derived tables and rules, too, by this contract, such as schemas:CONTRACT",
    )
    add_output_format(parser)
    parser.set_defaults(run=run, nothing_done="Nothing was validated.")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status: 1 if the dataset has problems."""
    contract = None
    if options.contract is not None:
        contract = find_project(options.root, contract=options.contract).load_contract()
    return 0 if read_valid(dataset_folder(options), console, options.seeds, contract) else 1


def dataset_folder(options: argparse.Namespace) -> Path:
    """Return the dataset that a command reads: the one named, that of the project, or that of the package."""
    from stancebook.dataset.reader import resolve_folder

    return options.dataset or find_dataset(options.root) or resolve_folder(None)


def read_valid(
    folder: Path, console: Console, seeds: Location | None = None, contract: Contract | None = None
) -> tuple[Package, ValidationResult] | None:
    """Read and validate a dataset against the schema in its own `datapackage.json`, and print how that went.

    Args:
        folder: The dataset.
        console: Where problems and what was checked are printed.
        seeds: The texts to compare quotes with, or None.
        contract: The contract whose functions and rules are compared with the tables, or None.

    Returns:
        The dataset; None if it has errors.
    """
    from stancebook.api import validated_dataset
    from stancebook.dataset.descriptor import read_package
    from stancebook.dataset.validation import ValidationResult
    from stancebook.exceptions import DatasetError

    package = None
    try:
        package = read_package(folder)
        validated = validated_dataset(package, seeds, contract)
    except DatasetError as error:
        validated = ValidationResult({}, [Problem(display_path(folder / DATAPACKAGE), 1, 1, "", str(error))])
    console.show(validated.problems)
    if package is None or validated.errors:
        console.say(count_problems(validated.errors))
        return None
    console.say(_format_validated(package, validated, folder))
    if package.withheld:
        columns = f"{pluralize(len(package.withheld), 'column')} ({', '.join(package.withheld)})"
        console.say(f"withheld words of the texts in {columns}: what only the words show is not checked")
    if seeds is not None:
        what = "digests of quotes" if package.withheld else "quotes"
        console.say(f"compared {what} with the texts in {display_folder(seeds)}: all equal")
    if contract is not None:
        console.say(f"computed columns and tables of the contract {contract.name}: all equal; its rules hold")
    return package, validated


def _format_validated(package: Package, validated: ValidationResult, folder: Path) -> str:
    tables = package.tables.values()
    rows = sum(table.num_rows for table in validated.tables.values())
    return "\n".join(
        [
            f"read     {display_folder(folder)}: {pluralize(len(tables), 'table')} and {pluralize(rows, 'row')}",
            f"checked  {pluralize(sum(len(table.columns) for table in tables), 'column')},"
            f" {pluralize(sum(bool(table.key) for table in tables), 'primary key')},"
            f" {pluralize(sum(len(table.foreign_keys) for table in tables), 'foreign key')}: all valid",
        ]
    )
