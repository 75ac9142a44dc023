"""The command line of a build script: what was asked for, and who answers it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.console import Console, prepare
from stancebook.cli.folders import overlap
from stancebook.parallel.chunking import ChunkPolicy
from stancebook.problems import RENDERERS, escape_control_chars

if TYPE_CHECKING:
    from stancebook.cli.commands import Mode
    from stancebook.schema.contract import Contract
    from stancebook.sources.filesystem import Location

DESCRIPTION = """\
Build the dataset: read the annotated texts in seeds/, check every row against its passage and
against the rules of the schemas, and write validated Parquet tables. If anything is wrong, every
problem is listed with its file, line and column, nothing is written, and the old dataset stays.
"""
EPILOG = """\
exit status:
  0  all is well
  1  the seeds or the schemas have problems, the dataset cannot be written, --check found that it is not
     what they give, or --diff that the version stated is too low for what changed
  2  the command line was not understood
"""


def main(
    contract: Callable[[], Contract],
    root: Path,
    argv: Sequence[str] | None = None,
    *,
    chunk_policy: ChunkPolicy | None = None,
) -> int:
    """Run the command line for one contract; `root` holds `seeds/` and `dataset/` unless told otherwise.

    `contract` is called late, so that `--help` need not wait for it. `chunk_policy` says how large chunks are.
    """
    parser = _parser(root)
    options = parser.parse_args(argv)
    if options.watch and (options.check or options.diff is not None or options.output_format != "text"):
        parser.error(
            "--watch talks to a person and has no end: it goes with none of --check, --diff and --output-format"
        )
    if options.diff is not None and options.output_format == "json":
        parser.error("--diff is a report for people, with its verdict in the exit status: it has no JSON")
    if options.watch and isinstance(options.seeds, str):
        parser.error("--watch watches a folder of this machine: seeds that lie elsewhere are built without it")
    if isinstance(options.out, str) and (options.check or options.watch or options.diff is not None):
        parser.error("--check, --diff and --watch go with a dataset in a folder of this machine")
    if fault := overlap(options.seeds, options.out):
        parser.error(escape_control_chars(fault))
    prepare(options.output_format)
    answer = partial(_answer, contract, options, chunk_policy or ChunkPolicy())
    console = Console(options.output_format)
    if not options.watch:
        return answer(console)
    try:
        from stancebook.cli.watch import watch

        return watch(answer, options.seeds, root / "schemas", console)
    except KeyboardInterrupt:
        console.say("\nNo longer watching.")
        return 0


def _answer(
    contract: Callable[[], Contract], options: argparse.Namespace, chunk_policy: ChunkPolicy, console: Console
) -> int:
    from stancebook.cli.folders import Folders
    from stancebook.cli.run import Purpose, run_build
    from stancebook.parallel.options import BuildOptions

    folders = Folders(options.seeds, options.out)
    if stored := isinstance(options.out, str):
        folders = Folders(options.seeds, Path(), options.out)
    writes = options.coverage is None and options.diff is None and not options.check and not stored
    purpose = Purpose(partial(_mode, options), writes)
    build_options = BuildOptions(options.jobs, options.cluster, not options.no_cache, chunk_policy)
    return run_build(contract, folders, purpose, build_options, console)


def _mode(options: argparse.Namespace) -> Mode:
    from stancebook.cli.commands import CHECK, REWRITE, UPLOAD, WRITE, diff, measure

    if options.coverage is not None:
        return measure(options.coverage)
    if options.diff is not None:
        return diff(options.diff)
    if options.check:
        return CHECK
    if isinstance(options.out, str):
        return UPLOAD
    return REWRITE if options.watch else WRITE


def _parser(root: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if the dataset is not what the seeds give, and list the rows that differ",
    )
    modes.add_argument(
        "--diff",
        metavar="REV_OR_PATH",
        help="write nothing; show which tables, columns, values and rows came, went or changed since the dataset of a"
        " git revision, or of a folder, and which version that needs; fail if the version stated is lower",
    )
    modes.add_argument(
        "--coverage",
        nargs="*",
        metavar="TABLE",
        help="write nothing; show what the quotes of these tables, or of all, touch of each text, and list the"
        " passages that none touches",
    )
    parser.add_argument(
        "--watch",
        action="store_true",
        help="build, or show the coverage, again after every save, until Ctrl-C",
    )
    parser.add_argument(
        "--seeds",
        metavar="DIR",
        type=_seeds,
        default=root / "seeds",
        help="folder to read, or its address, such as s3://bucket/seeds (default: seeds)",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=_place,
        default=root / "dataset",
        help="folder to write, or its address, such as s3://bucket/dataset (default: dataset)",
    )
    workers = parser.add_mutually_exclusive_group()
    workers.add_argument(
        "--jobs",
        metavar="N",
        type=_number,
        help="build with so many processes (default: as many as there are cores, if the corpus is worth it)",
    )
    workers.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="let the workers of a Dask cluster build a large corpus; the address is that of its scheduler, such as"
        " tcp://10.0.0.5:8786",
    )
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="ignore the build cache and rebuild everything; without it, documents whose files have the size and"
        " modification time of the last build are not read again",
    )
    parser.add_argument(
        "--output-format",
        choices=list(RENDERERS),
        default="text",
        help="how problems are printed: for people, as annotations of a GitHub workflow, or as a JSON array on its"
        " own on standard output (default: text)",
    )
    return parser


def _number(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or int(typed) == 0:
        raise argparse.ArgumentTypeError(escape_control_chars(f"{typed!r} is not a number of processes, such as 2"))
    return int(typed)


def _place(path: str) -> Location:
    return path.rstrip("/") if "://" in path else Path(path)


def _seeds(path: str) -> Location:
    if "://" in path:
        return _place(path)
    if not os.path.isdir(path):  # noqa: PTH112 (where the system refuses to look, Path.is_dir raises)
        raise argparse.ArgumentTypeError(escape_control_chars(f"{path} is not a folder"))
    return Path(path)
