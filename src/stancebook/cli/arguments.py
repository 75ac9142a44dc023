"""The arguments of the command line."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from stancebook.cli import (
    add,
    adjudicate,
    agree,
    build,
    coverage,
    desk,
    diff,
    draft,
    export,
    import_,
    new,
    release,
    restore,
    search,
    validate,
    view,
    watch,
)
from stancebook.cli.console import print_text
from stancebook.cli.options import EPILOG

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

DESCRIPTION = "Build tables from annotated texts, and use them: validate, compare, and export to other tools."
COMMANDS = (
    new,
    add,
    build,
    watch,
    diff,
    coverage,
    view,
    desk,
    draft,
    agree,
    adjudicate,
    search,
    validate,
    release,
    restore,
    export,
    import_,
)


class _Parser(argparse.ArgumentParser):
    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help; unlike argparse, exit with an error if that is refused."""
        if file is None and sys.stdout is not None:
            print_text(self.format_help().removesuffix("\n"), sys.stdout)
        else:
            super().print_help(file)


class _PrintVersion(argparse.Action):
    def __call__(self, *_: object) -> None:
        """Print the version, which takes an import that no other command needs."""
        from importlib.metadata import version

        print_text(f"stancebook {version('stancebook')}", sys.stdout)
        sys.exit(0)


def argument_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, with a parser for each command."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = _Parser("stancebook", description=DESCRIPTION, epilog=EPILOG, formatter_class=formatter)
    parser.set_defaults(
        project=False,
        check=False,
        local=False,
        local_seeds=False,
        watch=False,
        output_format="text",
        all_problems=False,
    )
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for command in COMMANDS:
        command.add_parser(commands)
    return parser
