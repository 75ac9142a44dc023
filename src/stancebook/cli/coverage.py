"""The command `coverage`: which parts of the texts no row quotes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from stancebook.cli.building import build_in_memory
from stancebook.cli.config import Project, UsageError
from stancebook.cli.console import Console
from stancebook.cli.options import Commands, add_command, add_output_format, add_project

DESCRIPTION = """\
Show how much of each text the quotes of some tables cover, and list the passages that no quote covers.
Nothing is written.
"""


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "coverage", DESCRIPTION, "show which parts of the texts no row quotes")
    parser.add_argument("tables", metavar="TABLE", nargs="*", help="a table with quotes (default: all of them)")
    add_project(parser)
    add_output_format(parser)
    parser.set_defaults(run=run, nothing_done="Nothing was measured.")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    return coverage(options.project, console, options.tables)


def coverage(project: Project, console: Console, tables: Sequence[str]) -> int:
    """Show how much of each text the quotes of some tables cover, and the passages that no quote covers.

    Args:
        project: What is read. It is built in memory.
        console: Where problems and the report are printed.
        tables: Names of tables whose rows rest on quotes; all of them if empty.

    Returns:
        The exit status.

    Raises:
        UsageError: One of the tables has no quotes.
    """
    from stancebook.build.coverage import coverage as measure
    from stancebook.build.coverage import report

    built = build_in_memory(project, console, "Nothing was measured.")
    if built is None:
        return 1
    known = [spec.name for spec in built.contract.tables_of_kind("annotation")]
    if unknown := [table for table in tables if table not in known]:
        raise UsageError(f"Coverage is that of {', '.join(known)}; {', '.join(unknown)} has no quotes.")
    console.say("\n" + report(measure(built, tables)))
    return 0
