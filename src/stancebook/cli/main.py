"""The command line `stancebook`: its parser, and how errors become messages and exit statuses."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.config import Project, UsageError, find_dataset, find_project, to_location
from stancebook.cli.console import Console, prepare_streams
from stancebook.problems import RENDERERS, display_folder, escape_control_chars

if TYPE_CHECKING:
    from stancebook.parallel.chunking import ChunkPolicy
    from stancebook.parallel.options import BuildOptions
    from stancebook.schema.contract import Contract
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
VALIDATE = """\
Validate a dataset against its own schema, which is in its datapackage.json: files, columns, types, empty
cells, vocabularies, patterns, minimums, primary and foreign keys, and that all tables are of one build.
In a problem, the line is the row of the table and the column the position of the column, both from 1.
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
"""
_DATASET = "folder of the dataset (default: that of the project or ./dataset, else the one that came with the package)"


def main(
    argv: Sequence[str] | None = None,
    *,
    root: Path | None = None,
    contract: Callable[[], Contract] | None = None,
    chunk_policy: ChunkPolicy | None = None,
) -> int:
    """Run the command line.

    Args:
        argv: The arguments; those of the process if None.
        root: The folder of the project; found from the working folder if None.
        contract: Returns the contract, in place of the one that the project's `pyproject.toml` names.
        chunk_policy: How large chunks are.

    Returns:
        The exit status.
    """
    options = _parser().parse_args(argv)
    options.root = root or Path.cwd()
    options.chunk_policy = chunk_policy
    if options.project:
        try:
            options.project = _project(options, contract)
        except UsageError as error:
            options.parser.error(escape_control_chars(str(error)))
    prepare_streams(options.output_format)
    console = Console(options.output_format, all_problems=options.all_problems)
    return _watch(options, console) if options.watch else _run(options, console)


def _project(options: argparse.Namespace, contract: Callable[[], Contract] | None) -> Project:
    project = find_project(options.root, contract=contract or options.contract, seeds=options.seeds, out=options.out)
    if (options.check or options.local) and isinstance(project.out, str):
        raise UsageError("build --check, watch and diff need a dataset in a folder of this machine")
    if options.watch and isinstance(project.seeds, str):
        raise UsageError("watch needs seeds in a folder of this machine")
    return project


def _run(options: argparse.Namespace, console: Console) -> int:
    """Run a command; print what an error says, and return the exit status."""
    from stancebook.exceptions import (
        ContractError,
        MissingExtraError,
        PublishError,
        StancebookError,
        UnknownRevisionError,
        requires_extra,
    )

    nothing_done = "Nothing was compared." if options.check else options.nothing_done
    if options.project:
        nothing_done = nothing_done.format(out=display_folder(options.project.out))
    try:
        with requires_extra("build" if options.project else "validate"):
            return _dispatch(options, console)
    except UsageError as error:
        console.fail(str(error))
        return 2
    except ContractError as error:
        console.fail(f"The contract is not valid: {error}")
    except PublishError as error:
        console.fail(f"Nothing was written. {error}")
    except MissingExtraError as error:
        console.fail(f"{nothing_done} {error}")
    except StancebookError as error:
        console.fail(f"{nothing_done} {str(error).rstrip('.')}.")
        return 2 if isinstance(error, UnknownRevisionError) else 1
    return 1


def _watch(options: argparse.Namespace, console: Console) -> int:
    from stancebook.exceptions import MissingExtraError, requires_extra

    project = options.project
    try:
        with requires_extra("build"):
            from stancebook.cli.watch import watch
        return watch(lambda console: _run(options, console), project.seeds, project.schemas, console)
    except MissingExtraError as error:
        console.fail(str(error))
        return 1
    except KeyboardInterrupt:
        console.say("\nNo longer watching.")
        return 0


def _dispatch(options: argparse.Namespace, console: Console) -> int:
    from stancebook.cli import commands

    project = options.project
    match options.command:
        case "build" if options.check:
            status = commands.check(project, _build_options(options), console)
        case "build":
            status = commands.build(project, _build_options(options), console)
        case "watch" if options.tables is None:
            status = commands.build(project, _build_options(options), console, list_changes=True)
        case "watch" | "coverage":
            status = commands.coverage(project, console, options.tables)
        case "diff":
            status = commands.diff(project, _build_options(options), console, options.base)
        case "validate":
            status = commands.validate(_dataset(options), console)
        case _:
            status = commands.export(_dataset(options), options.target, options.format, console)
    return status


def _build_options(options: argparse.Namespace) -> BuildOptions:
    from stancebook.parallel.chunking import ChunkPolicy
    from stancebook.parallel.options import BuildOptions

    policy = options.chunk_policy or ChunkPolicy(rows_per_part=options.project.rows_per_part)
    return BuildOptions(options.jobs, options.cluster, options.use_cache, policy)


def _dataset(options: argparse.Namespace) -> Path:
    from stancebook.dataset.reader import resolve_folder

    return options.dataset or find_dataset(options.root) or resolve_folder(None)


# ── The parser ────────────────────────────────────────────────────────────────────────────────────


def _parser() -> argparse.ArgumentParser:
    parser = _command(argparse.ArgumentParser, "stancebook", DESCRIPTION)
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
    _add_project(diff)
    _add_build_options(diff)
    _add_output_format(diff, "text", "github")
    diff.set_defaults(local=True, nothing_done=nothing_compared)

    coverage = _command(commands.add_parser, "coverage", COVERAGE, help="show which parts of the texts no row quotes")
    coverage.add_argument("tables", metavar="TABLE", nargs="*", help="a table with quotes (default: all of them)")
    _add_project(coverage)
    _add_output_format(coverage)
    coverage.set_defaults(nothing_done="Nothing was measured.")

    validate = _command(commands.add_parser, "validate", VALIDATE, help="validate a dataset against its own schema")
    validate.add_argument("dataset", metavar="PATH", type=_folder, nargs="?", help=_DATASET)
    _add_output_format(validate)
    validate.set_defaults(nothing_done="Nothing was validated.")

    export = _command(commands.add_parser, "export", "Write the tables for other tools.", help="write for other tools")
    exporters = export.add_subparsers(metavar="FORMAT", dest="format", required=True)
    sqlite = _command(exporters.add_parser, "sqlite", SQLITE, help="one database, with foreign keys")
    sqlite.add_argument("target", metavar="FILE", type=Path, help="the database to write")
    csv = _command(exporters.add_parser, "csv", CSV, help="one file a table, and a data package")
    csv.add_argument("target", metavar="DIR", type=Path, help="the folder to write")
    for exporter in (sqlite, csv):
        _add_all_problems(exporter)
        exporter.add_argument("--from", dest="dataset", metavar="PATH", type=_folder, help=_DATASET)
        exporter.set_defaults(nothing_done="Nothing was written.")

    for command in (build, watch, diff, coverage, validate, sqlite, csv):
        command.set_defaults(parser=command)
    return parser


def _command(
    make: Callable[..., argparse.ArgumentParser], name: str, description: str, **options: str
) -> argparse.ArgumentParser:
    formatter = argparse.RawDescriptionHelpFormatter
    return make(name, description=description, epilog=EPILOG, formatter_class=formatter, **options)


def _add_project(parser: argparse.ArgumentParser) -> None:
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
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=to_location,
        help="folder of the dataset, or its URL, such as s3://bucket/dataset (default: that of pyproject.toml, or"
        " dataset)",
    )
    parser.set_defaults(project=True)


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


def _seeds(text: str) -> Location:
    return to_location(text) if "://" in text else _folder(text)


def _folder(text: str) -> Path:
    if not os.path.isdir(text):  # noqa: PTH112 (Path.is_dir raises where the system refuses access)
        raise argparse.ArgumentTypeError(escape_control_chars(f"{text} is not a folder"))
    return Path(text)
