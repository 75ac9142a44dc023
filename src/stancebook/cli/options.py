"""Options that several commands have, and the parsers of their values."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from stancebook.cli.config import to_location
from stancebook.problems import RENDERERS, escape_control_chars

if TYPE_CHECKING:
    from stancebook.sources.filesystem import Location


class Commands(Protocol):
    """The commands of the command line, or the formats of `export`, to which parsers are added."""

    @property
    def add_parser(self) -> Callable[..., argparse.ArgumentParser]:
        """Add the parser of a command by its name."""


EPILOG = """\
exit status:
  0  success
  1  there are problems, or something cannot be read or written; also if `build --check` finds a dataset
     that is not up to date, or `diff` a version that is too low
  2  usage error
  130 if Ctrl-C ended it, 143 if SIGTERM did, 129 if the terminal was closed, 141 if its output has no reader
"""
DATASET_HELP = (
    "folder of the dataset (default: that of the project or ./dataset, else the one that came with the package)"
)
NOTHING_WRITTEN = "Nothing was written; {out} is unchanged."
NOTHING_COMPARED = "Nothing was compared."


def add_command(commands: Commands, name: str, description: str, help: str) -> argparse.ArgumentParser:  # noqa: A002
    """Add the parser of a command.

    Args:
        commands: The commands, or the formats of `export`.
        name: Its name.
        description: What its own help says it does.
        help: What the help of all commands says, without a full stop.
    """
    formatter = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(name, help=help, description=description, epilog=EPILOG, formatter_class=formatter)
    parser.set_defaults(parser=parser)
    return parser


def add_project(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that reads sources and writes, or compares, the dataset of a project."""
    add_sources(parser)
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=to_location,
        help="folder of the dataset, or its URL, such as s3://bucket/dataset (default: that of pyproject.toml, or"
        " dataset)",
    )


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which contract and sources a command reads."""
    parser.add_argument(
        "--contract",
        metavar="MODULE:ATTR",
        help="the contract (default: that of [tool.stancebook] in pyproject.toml)",
    )
    parser.add_argument(
        "--seeds",
        metavar="DIR",
        type=seeds_location,
        help="folder to read, or its URL, such as s3://bucket/seeds (default: that of pyproject.toml, or seeds)",
    )
    parser.set_defaults(project=True, out=None)


def add_build_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a dataset is built."""
    workers = parser.add_mutually_exclusive_group()
    workers.add_argument(
        "--jobs",
        metavar="N",
        type=positive_number,
        help="build with this many processes (default: one per core, if the corpus is large enough)",
    )
    workers.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="build a large corpus with the workers of a Dask cluster; the address is that of its scheduler, such as"
        " tcp://10.0.0.5:8786",
    )
    parser.add_argument(
        "--no-cache",
        dest="use_cache",
        action="store_false",
        help="ignore the build cache and rebuild everything; the cache reuses the results of files"
        " whose size and modification time have not changed",
    )


def add_output_format(parser: argparse.ArgumentParser, *choices: str) -> None:
    """Add the option that says how problems are printed; all ways unless `choices` are given."""
    parser.add_argument(
        "--output-format",
        choices=choices or list(RENDERERS),
        default="text",
        help="how problems are printed: as text, as annotations of a GitHub workflow"
        + ("" if choices else ", or as a JSON array, which has standard output to itself")
        + " (default: text)",
    )
    add_all_problems(parser)


def add_all_problems(parser: argparse.ArgumentParser) -> None:
    """Add the option to print every problem."""
    parser.add_argument(
        "--all-problems",
        action="store_true",
        help="show every problem as text; by default, many problems of one kind are shown as one, and counted",
    )


def positive_number(text: str) -> int:
    """Return a number of processes."""
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(escape_control_chars(f"{text!r} is not a number of processes, such as 2"))
    return int(text)


def seeds_location(text: str) -> Location:
    """Return a folder that exists, or a URL."""
    return to_location(text) if "://" in text else existing_folder(text)


def existing_folder(text: str) -> Path:
    """Return a folder that exists."""
    if not os.path.isdir(text):  # noqa: PTH112 (Path.is_dir raises where the system refuses access)
        raise argparse.ArgumentTypeError(escape_control_chars(f"{text} is not a folder"))
    return Path(text)
