"""The command `watch`: build now and after every save."""

from __future__ import annotations

import argparse

from stancebook.cli.build import build
from stancebook.cli.building import build_options
from stancebook.cli.console import Console
from stancebook.cli.coverage import coverage
from stancebook.cli.options import (
    NOTHING_WRITTEN,
    Commands,
    add_build_options,
    add_command,
    add_project,
)

DESCRIPTION = """\
Build now and after every save in seeds/ and in the package of the contract, until Ctrl-C. Problems of
the saved file come first; after a build without problems, the changed rows are listed.
"""


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "watch", DESCRIPTION, "build after every save")
    parser.add_argument(
        "--coverage",
        dest="tables",
        nargs="*",
        metavar="TABLE",
        help="show the coverage of these tables, or of all, instead of building",
    )
    add_project(parser)
    add_build_options(parser)
    parser.set_defaults(run=run, watch=True, local=True, local_seeds=True, nothing_done=NOTHING_WRITTEN)


def run(options: argparse.Namespace, console: Console) -> int:
    """Run what is done after a save; return the exit status."""
    if options.tables is not None:
        return coverage(options.project, console, options.tables)
    return build(options.project, build_options(options), console, list_changes=True)
