"""One run of a build: the seeds are read, their problems shown, and a build that has none is put to its use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from stancebook.build import Build, build
from stancebook.console import Console, count, count_problems
from stancebook.contract import Contract
from stancebook.problem import ANNOTATIONS_SHOWN, named
from stancebook.publish import PublishError
from stancebook.running.lock import only_build
from stancebook.spec import ContractError


@dataclass(frozen=True)
class Folders:
    """The folder that is read, and the one that is written or held against it."""

    seeds: Path
    out: Path


@dataclass(frozen=True)
class Mode:
    """What a build is for.

    `use` is given a build without errors and returns the exit status; `unused` says what did not
    happen where there is none, with the name of the folder in place of `{out}`. One that `writes` is the
    only build into its folder, from before the seeds are read until it has ended.
    """

    use: Callable[[Build, Folders, Console], int]
    unused: str
    writes: bool = False


def run(contract: Callable[[], Contract], folders: Folders, mode: Mode, console: Console) -> int:
    """Build the seeds and show their problems; use the build if it has no errors. Return the exit status."""
    with ExitStack() as held:
        try:
            if mode.writes:
                held.enter_context(only_build(folders.out, console.say))
        except PublishError as fault:
            console.show([])
            console.fail(f"Nothing was written. {fault}")
            return 1
        return _run(contract, folders, mode, console)


def _run(contract: Callable[[], Contract], folders: Folders, mode: Mode, console: Console) -> int:
    try:
        built = build(contract(), folders.seeds)
    except ContractError as fault:
        console.show([])
        console.fail(f"The schemas are not in order: {fault}")
        return 1
    console.show(built.problems)
    if built.errors:
        console.say(_refusal(built, console) + mode.unused.format(out=named(folders.out)))
        return 1
    console.say(_summary(built, folders.seeds))
    return mode.use(built, folders, console)


def _summary(built: Build, seeds: Path) -> str:
    rules = len(built.contract.rules) + sum(len(spec.rules) for spec in built.contract.tables.values())
    return "\n".join(
        [
            f"read     {count(len(built.corpus.documents), 'document')} and"
            f" {count(len(built.corpus.codebook), 'codebook file')} in {named(seeds)}",
            f"checked  {count(built.quotes, 'quote')} found in their texts, {count(built.references, 'reference')}"
            f" followed, {count(rules, 'rule')} held",
        ]
    )


def _refusal(built: Build, console: Console) -> str:
    told = f"{count_problems(built.errors)} "
    if console.output_format == "github" and len(built.errors) > ANNOTATIONS_SHOWN:
        told += f"GitHub shows {ANNOTATIONS_SHOWN} of them beside their lines, this log all. "
    return told
