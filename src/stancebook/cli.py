"""The command line of a build script."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from stancebook.places import overlap
from stancebook.problem import visible

if TYPE_CHECKING:
    from stancebook.build import Build
    from stancebook.contract import Contract

DESCRIPTION = """\
Build the dataset: read the annotated texts in seeds/, check every row against its passage and
against the rules of the schemas, and write validated Parquet tables. If anything is wrong, every
problem is listed with its file, line and column, nothing is written, and the old dataset stays.
"""
EPILOG = """\
exit status:
  0  all is well
  1  the seeds have problems, or --check found that the dataset is not what they give
  2  the command line was not understood
"""


def main(contract: Callable[[], Contract], root: Path, argv: Sequence[str] | None = None) -> int:
    """Run the command line for one contract; `root` holds `seeds/` and `dataset/` unless told otherwise.

    `contract` is called late, so that `--help` need not wait for it.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may lack a character that a text has
    parser = _parser(root)
    options = parser.parse_args(argv)
    if fault := overlap(options.seeds, options.out):
        parser.error(visible(fault))
    from stancebook.build import build
    from stancebook.dataset import render
    from stancebook.problem import RENDERERS
    from stancebook.publish import PublishError, publish
    from stancebook.spec import ContractError

    say = _sayer(options.output_format)
    try:
        built = build(contract(), options.seeds)
    except ContractError as fault:
        say(f"The schemas are not in order: {fault}")
        return 1
    if built.problems or options.output_format == "json":
        _print(RENDERERS[options.output_format](built.problems), sys.stdout)
    if built.errors:
        say(_refusal(built, options.out, check=options.check))
        return 1
    say(_summary(built, options.seeds))
    if options.coverage is not None:
        return _coverage(built, options.coverage, say)
    files = render(built)
    if options.check:
        return _check(files, options.out, say)
    try:
        changed = publish(files, options.out)
    except PublishError as fault:
        say(f"Nothing was written. {fault}")
        return 1
    say(
        f"wrote    {_named(options.out)}"
        if changed
        else f"kept     {_named(options.out)}, which was up to date already"
    )
    say("\n".join(f"         {rows:>6}  {name}" for name, rows in built.rows.items()))
    return 0


def _parser(root: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if the dataset is not what the seeds give, and list the rows that differ",
    )
    parser.add_argument(
        "--coverage",
        nargs="*",
        metavar="TABLE",
        help="write nothing; show what the quotes of these tables, or of all, touch of each text, and list the"
        " passages that none touches",
    )
    parser.add_argument(
        "--seeds", metavar="DIR", type=_folder, default=root / "seeds", help="folder to read (default: seeds)"
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=root / "dataset", help="folder to write (default: dataset)"
    )
    parser.add_argument(
        "--output-format",
        choices=["text", "github", "json"],
        default="text",
        help="how problems are printed: for people, as annotations of a GitHub workflow, or as a JSON array on its"
        " own on standard output (default: text)",
    )
    return parser


def _folder(path: str) -> Path:
    if not os.path.isdir(path):  # noqa: PTH112 (where the system refuses to look, Path.is_dir raises)
        raise argparse.ArgumentTypeError(visible(f"{path} is not a folder"))
    return Path(path)


def _sayer(output_format: str) -> Callable[[str], None]:
    """Return a function that prints beside the problems: JSON has standard output to itself."""
    return partial(_print, stream=sys.stderr if output_format == "json" else sys.stdout)


def _print(text: str, stream: TextIO) -> None:
    """Print, and go on with the work where whoever was reading has seen enough: `build.py | head`.

    Whatever is printed may hold names and texts that nobody vouches for.
    """
    try:
        print(visible(text), file=stream, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _check(files: dict[str, bytes], out: Path, say: Callable[[str], None]) -> int:
    from stancebook.compare import differences

    found = differences(files, out)
    if not found:
        say(f"same     {_named(out)} is what the seeds give")
        return 0
    say("\n".join([f"differs  {_named(out)} is not what the seeds give:", *(f"         {line}" for line in found)]))
    say("Run build.py without --check, and commit what it writes.")
    return 1


def _coverage(built: Build, tables: Sequence[str], say: Callable[[str], None]) -> int:
    from stancebook.coverage import coverage, report

    known = [spec.name for spec in built.contract.shaped("grounded")]
    if unknown := [table for table in tables if table not in known]:
        say(f"--coverage takes {', '.join(known)}; {', '.join(unknown)} has no quotes.")
        return 2
    say("\n" + report(coverage(built, tables)))
    return 0


def _summary(built: Build, seeds: Path) -> str:
    rules = len(built.contract.rules) + sum(len(spec.rules) for spec in built.contract.tables.values())
    return "\n".join(
        [
            f"read     {_count(len(built.corpus.documents), 'document')} and"
            f" {_count(len(built.corpus.codebook), 'codebook file')} in {_named(seeds)}",
            f"checked  {_count(built.quotes, 'quote')} found in their texts, {_count(built.references, 'reference')}"
            f" followed, {_count(rules, 'rule')} held",
        ]
    )


def _refusal(built: Build, out: Path, *, check: bool) -> str:
    files = len({problem.file for problem in built.errors})
    fate = "Nothing was compared" if check else f"Nothing was written; {_named(out)} is as it was"
    return f"{_count(len(built.errors), 'problem')} in {_count(files, 'file')}. {fate}."


def _named(folder: Path) -> str:
    from stancebook.corpus import shown

    return f"{shown(folder)}/"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
