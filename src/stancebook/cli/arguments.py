"""The arguments of the command line: one parser for each command, with its help."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.config import to_location
from stancebook.cli.console import print_text
from stancebook.problems import RENDERERS, escape_control_chars

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

    from stancebook.sources.filesystem import Location

DESCRIPTION = "Build tables from annotated texts, and use them: validate, compare, and export to other tools."
BUILD = """\
Build the dataset: read the annotated texts in seeds/, check every row against its passage and
against the rules of the contract, and write validated Parquet tables. If there are problems, all are
listed with file, line and column, nothing is written, and the old dataset is unchanged.
"""
WATCH = """\
Build now and after every save in seeds/ and in the package of the contract, until Ctrl-C. Problems of
the saved file come first; after a build without problems, the changed rows are listed.
"""
DIFF = """\
Show which tables, columns, values and rows were added, removed or changed since an older dataset, and
which version that needs. Fail if the version of the contract is too low. Nothing is written.
"""
COVERAGE = """\
Show how much of each text the quotes of some tables cover, and list the passages that no quote covers.
Nothing is written.
"""
VIEW = """\
Write the reading view: a page for each document that shows its text, its rows and the passages that no row
covers, a page of the codebook, and an index. The pages need no network. They show the texts: publish them only
where you may. An earlier view is replaced; any other folder that is not empty is refused.
"""
DESK = """\
Code texts in the browser: select words, fill in a form, and see at once what a build would say. The desk is
served on this machine only, until Ctrl-C, and saves into the annotation files.
"""
AGREE = """\
Compare codings of the same texts: which units the coders found, how far they agree in each variable, and the
passages that divide them, with file and line. Codings are in codings/<coder>/ next to documents/, and named like
annotations there; those in documents/ are called authoritative.
"""
VALIDATE = """\
Validate a dataset against its own schema, which is in its datapackage.json: digests of all files, columns,
types, empty cells, vocabularies, patterns, limits, primary and foreign keys, places of passages, days of
dates, and that all tables are of one build. In a problem, the line is the row of the table and the column
the position of the column, both from 1.
"""
SQLITE = """\
Write all tables into one SQLite database, with primary keys, foreign keys, and checks of what may be empty
and of vocabularies. An earlier export is replaced; any other file is refused.
"""
CSV = """\
Write each table into one CSV file (UTF-8, RFC 4180; a missing value is an empty field), and a datapackage.json
that describes them. An earlier export is replaced; any other folder that is not empty is refused.
"""
EPILOG = """\
exit status:
  0  success
  1  there are problems, or something cannot be read or written; also if `build --check` finds a dataset
     that is not up to date, or `diff` a version that is too low
  2  usage error
  130 if Ctrl-C ended it, 143 if SIGTERM did, 129 if the terminal was closed, 141 if its output has no reader
"""
MAX_PORT = 65535
_DATASET = "folder of the dataset (default: that of the project or ./dataset, else the one that came with the package)"


class _Parser(argparse.ArgumentParser):
    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help; unlike argparse, exit with an error if that is refused."""
        if file is None and sys.stdout is not None:
            print_text(self.format_help().removesuffix("\n"), sys.stdout)
        else:
            super().print_help(file)


def argument_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = _command(_Parser, "stancebook", DESCRIPTION)
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    parser.set_defaults(project=False, check=False, local=False, watch=False, output_format="text", all_problems=False)
    nothing_written = "Nothing was written; {out} is unchanged."
    nothing_compared = "Nothing was compared."

    build = _command(commands.add_parser, "build", BUILD, help="build the dataset")
    build.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if the dataset is not up to date, and list the rows that differ",
    )
    _add_project(build)
    _add_build_options(build)
    _add_output_format(build)
    build.set_defaults(nothing_done=nothing_written)

    watch = _command(commands.add_parser, "watch", WATCH, help="build after every save")
    watch.add_argument(
        "--coverage",
        dest="tables",
        nargs="*",
        metavar="TABLE",
        help="show the coverage of these tables, or of all, instead of building",
    )
    _add_project(watch)
    _add_build_options(watch)
    watch.set_defaults(watch=True, local=True, nothing_done=nothing_written)

    diff = _command(commands.add_parser, "diff", DIFF, help="show what changed since an older dataset")
    diff.add_argument("base", metavar="REV_OR_PATH", help="a git revision, or the folder of a dataset")
    diff.add_argument(
        "--all-rows",
        action="store_true",
        help="list every row that differs; by default, 20 of each table that were added, changed and removed",
    )
    _add_project(diff)
    _add_build_options(diff)
    _add_output_format(diff, "text", "github")
    diff.set_defaults(local=True, nothing_done=nothing_compared)

    coverage = _command(commands.add_parser, "coverage", COVERAGE, help="show which parts of the texts no row quotes")
    coverage.add_argument("tables", metavar="TABLE", nargs="*", help="a table with quotes (default: all of them)")
    _add_project(coverage)
    _add_output_format(coverage)
    coverage.set_defaults(nothing_done="Nothing was measured.")

    view = _add_view(commands.add_parser)
    desk = _add_desk(commands.add_parser)
    agree = _add_agree(commands.add_parser)

    validate = _command(commands.add_parser, "validate", VALIDATE, help="validate a dataset against its own schema")
    validate.add_argument("dataset", metavar="PATH", type=_folder, nargs="?", help=_DATASET)
    validate.add_argument(
        "--seeds", metavar="DIR", type=_seeds, help="compare every quote with its text in this folder, or at this URL"
    )
    validate.add_argument(
        "--contract",
        metavar="MODULE:ATTR",
        help="check computed columns, derived tables and rules, too, by this contract, such as schemas:CONTRACT",
    )
    _add_output_format(validate)
    validate.set_defaults(nothing_done="Nothing was validated.")

    export = _command(commands.add_parser, "export", "Write the tables for other tools.", help="write for other tools")
    exporters = export.add_subparsers(metavar="FORMAT", dest="format", required=True)
    sqlite = _command(exporters.add_parser, "sqlite", SQLITE, help="one database, with foreign keys")
    sqlite.add_argument("target", metavar="FILE", type=Path, help="the database to write")
    csv = _command(exporters.add_parser, "csv", CSV, help="one file a table, and a data package")
    csv.add_argument("target", metavar="DIR", type=Path, help="the folder to write")
    csv.add_argument(
        "--escape-formulas",
        action="store_true",
        help="put an apostrophe before texts that a spreadsheet would run as formulas: those that start with =, +, -,"
        " @, a tab or a line break, and are no number",
    )
    sqlite.set_defaults(escape_formulas=False)
    for exporter in (sqlite, csv):
        _add_all_problems(exporter)
        exporter.add_argument("--from", dest="dataset", metavar="PATH", type=_folder, help=_DATASET)
        exporter.set_defaults(nothing_done="Nothing was written.")

    for command in (build, watch, diff, coverage, view, desk, agree, validate, sqlite, csv):
        command.set_defaults(parser=command)
    return parser


def _add_view(add_parser: Callable[..., argparse.ArgumentParser]) -> argparse.ArgumentParser:
    view = _command(add_parser, "view", VIEW, help="write pages that show the texts with their rows")
    view.add_argument("documents", metavar="DOCUMENT", nargs="*", help="the ID of a document (default: all of them)")
    view.add_argument(
        "--out", dest="target", metavar="DIR", type=Path, help="folder to write (default: view, next to pyproject.toml)"
    )
    _add_sources(view)
    _add_output_format(view)
    view.set_defaults(project=True, out=None, nothing_done="Nothing was written.")
    return view


def _add_desk(add_parser: Callable[..., argparse.ArgumentParser]) -> argparse.ArgumentParser:
    desk = _command(add_parser, "desk", DESK, help="code texts in the browser")
    desk.add_argument(
        "--no-browser", dest="browser", action="store_false", help="print the address, and open no browser"
    )
    desk.add_argument(
        "--port", metavar="N", type=_port, default=0, help="the port on this machine (default: any that is free)"
    )
    _add_project(desk)
    desk.set_defaults(nothing_done="The desk was not started.")
    return desk


def _add_agree(add_parser: Callable[..., argparse.ArgumentParser]) -> argparse.ArgumentParser:
    agree = _command(add_parser, "agree", AGREE, help="show how far the coders of the same texts agree")
    agree.add_argument("documents", metavar="DOCUMENT", nargs="*", help="a document's id (default: all with codings)")
    agree.add_argument("--coders", metavar="CODER", nargs="+", help="two coders or more (default: all in codings/)")
    agree.add_argument("--tables", metavar="TABLE", nargs="+", help="compare these tables only")
    agree.add_argument(
        "--all-differences",
        action="store_true",
        help="show every passage that divides the coders; by default, the first 5 of each variable",
    )
    agree.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        help="print text, or a JSON object with everything that was measured (default: text)",
    )
    agree.add_argument(
        "--out",
        dest="target",
        metavar="DIR",
        type=Path,
        help="write everything that was measured as a dataset into this folder (default: write nothing)",
    )
    _add_sources(agree)
    _add_all_problems(agree)
    agree.set_defaults(project=True, out=None, nothing_done="Nothing was compared.")
    return agree


def _command(
    make: Callable[..., argparse.ArgumentParser], name: str, description: str, **options: str
) -> argparse.ArgumentParser:
    formatter = argparse.RawDescriptionHelpFormatter
    return make(name, description=description, epilog=EPILOG, formatter_class=formatter, **options)


def _add_project(parser: argparse.ArgumentParser) -> None:
    _add_sources(parser)
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=to_location,
        help="folder of the dataset, or its URL, such as s3://bucket/dataset (default: that of pyproject.toml, or"
        " dataset)",
    )
    parser.set_defaults(project=True)


def _add_sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--contract",
        metavar="MODULE:ATTR",
        help="the contract (default: that of [tool.stancebook] in pyproject.toml)",
    )
    parser.add_argument(
        "--seeds",
        metavar="DIR",
        type=_seeds,
        help="folder to read, or its URL, such as s3://bucket/seeds (default: that of pyproject.toml, or seeds)",
    )


def _add_build_options(parser: argparse.ArgumentParser) -> None:
    workers = parser.add_mutually_exclusive_group()
    workers.add_argument(
        "--jobs",
        metavar="N",
        type=_positive_number,
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


def _add_output_format(parser: argparse.ArgumentParser, *choices: str) -> None:
    parser.add_argument(
        "--output-format",
        choices=choices or list(RENDERERS),
        default="text",
        help="how problems are printed: as text, as annotations of a GitHub workflow"
        + ("" if choices else ", or as a JSON array, which has standard output to itself")
        + " (default: text)",
    )
    _add_all_problems(parser)


def _add_all_problems(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--all-problems",
        action="store_true",
        help="show every problem as text; by default, many problems of one kind are shown as one, and counted",
    )


def _positive_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(escape_control_chars(f"{text!r} is not a number of processes, such as 2"))
    return int(text)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(escape_control_chars(f"{text!r} is not a port, such as 8000"))
    return int(text)


def _seeds(text: str) -> Location:
    return to_location(text) if "://" in text else _folder(text)


def _folder(text: str) -> Path:
    if not os.path.isdir(text):  # noqa: PTH112 (Path.is_dir raises where the system refuses access)
        raise argparse.ArgumentTypeError(escape_control_chars(f"{text} is not a folder"))
    return Path(text)
