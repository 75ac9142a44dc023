"""One run of a build: the seeds are read, their problems shown, and a build that has none is put to its use."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stancebook.console import Console, count_problems
from stancebook.large.memo import Memo, are_settled, code_of, full_name, glance_of_seeds, recall, sources_of_contract
from stancebook.problem import ANNOTATIONS_SHOWN, named
from stancebook.publish import PublishError
from stancebook.running.lock import only_build
from stancebook.running.places import Folders
from stancebook.running.progress import bar
from stancebook.running.words import kept, rows_of, summary
from stancebook.seeds.storage import storage_at
from stancebook.seeds.survey import Survey, survey

if TYPE_CHECKING:
    from stancebook.contract import Contract
    from stancebook.large.whole import Made
    from stancebook.running.modes import Mode


@dataclass(frozen=True)
class Effort:
    """How a build is to be made: by so many processes, or as many as are worth it; and whether to `verify` all anew.

    `cluster` is the address of a Dask scheduler whose workers are to do it instead.
    """

    jobs: int | None = None
    cluster: str | None = None
    verify: bool = False


@dataclass(frozen=True)
class Purpose:
    """What a build is for: a mode, imported late, and whether it `writes` into the folder."""

    mode: Callable[[], Mode]
    writes: bool = False


def run(contract: Callable[[], Contract], folders: Folders, purpose: Purpose, effort: Effort, console: Console) -> int:
    """Build the seeds and show their problems; use the build if it has no errors. Return the exit status.

    One that writes is the only build into its folder, from before the seeds are read until it has ended; and where
    nothing has changed since the last, that is all it says.
    """
    with ExitStack() as held:
        try:
            if purpose.writes:
                held.enter_context(only_build(folders.out, console.say))
        except PublishError as fault:
            console.show([])
            console.fail(f"Nothing was written. {fault}")
            return 1
        gc.disable()  # it would look again and again at the names of all files, and find none to throw away
        found = survey(folders.seeds)
        memo = recall(folders.seeds, folders.out) if purpose.writes and not effort.verify else None
        seen = glance_of_seeds(found) if purpose.writes else ""
        gc.enable()
        if memo is not None and memo.seeds == seen != "":
            return _nothing_changed(memo, folders, console)
        status, made = _run(contract, folders, found, purpose, effort, memo=memo, console=console)
        if made is not None and purpose.writes and status == 0:
            _remember(made, seen, folders)
        return status


def _nothing_changed(memo: Memo, folders: Folders, console: Console) -> int:
    console.show(memo.warnings)
    console.say(summary(memo.account, folders.seeds))
    console.say("\n".join([kept(folders.out), *rows_of(memo.account)]))
    return 0


def _run(
    contract: Callable[[], Contract],
    folders: Folders,
    found: Survey,
    purpose: Purpose,
    effort: Effort,
    *,
    memo: Memo | None,
    console: Console,
) -> tuple[int, Made | None]:
    """Return the exit status, and what was made where it was put to its use."""
    from stancebook.large.crew import CrewError
    from stancebook.large.whole import Plan
    from stancebook.load import DatasetError
    from stancebook.spec import ContractError

    mode = purpose.mode()
    plan = Plan(effort.jobs, effort.cluster, memo, folders.out, lambda documents: bar(documents, console))
    try:
        with mode.place(folders.out) as new:
            made = mode.make(contract, folders.seeds, found, new, plan)
            console.show(made.problems)
            if made.account is None:
                console.say(_refusal(made, console) + mode.unused.format(out=named(folders.target)))
                return 1, None
            console.say(summary(made.account, folders.seeds))
            return mode.use(made, new, folders, console), made
    except ContractError as fault:
        console.show([])
        console.fail(f"The schemas are not in order: {fault}")
    except CrewError as fault:
        console.show([])
        console.fail(f"{mode.unused.format(out=named(folders.target))} {fault}")
    except DatasetError as fault:
        console.fail(f"{mode.unused.format(out=named(folders.target))} {fault}.")
    except PublishError as fault:
        console.fail(f"Nothing was written. {fault}")
    return 1, None


def _remember(made: Made, seen: str, folders: Folders) -> None:
    sources = sources_of_contract()
    if made.account is not None and are_settled(sources):
        Memo(
            folder=full_name(folders.seeds),
            shown=storage_at(folders.seeds).shown(""),
            sources=sources,
            code=code_of(sources),
            codebook=made.codebook,
            seeds=seen,
            account=made.account,
            warnings=tuple(made.problems),
            chunks=made.chunks,
            derived=made.derived,
        ).save(folders.out)


def _refusal(made: Made, console: Console) -> str:
    told = f"{count_problems(made.errors)} "
    if console.output_format == "github" and len(made.errors) > ANNOTATIONS_SHOWN:
        told += f"GitHub shows {ANNOTATIONS_SHOWN} of them beside their lines, this log all. "
    return told
