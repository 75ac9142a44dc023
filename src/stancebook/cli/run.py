"""One run of a build: the seeds are read, their problems shown, and a build that has none is put to its use."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stancebook.cli.console import Console
from stancebook.cli.folders import Folders
from stancebook.cli.messages import rows_of, summary, unchanged
from stancebook.cli.progress import progress_bar
from stancebook.dataset.lock import build_lock
from stancebook.exceptions import PublishError
from stancebook.parallel.cache import (
    BuildCache,
    canonical_location,
    code_digest,
    contract_sources,
    fingerprint_sources,
    load_cache,
    sources_unchanged,
)
from stancebook.problems import GITHUB_ANNOTATION_LIMIT, count_problems, display_folder
from stancebook.sources.discovery import SourceListing, discover
from stancebook.sources.filesystem import open_location

if TYPE_CHECKING:
    from stancebook.cli.commands import Mode
    from stancebook.parallel.chunked_build import BuildResult
    from stancebook.schema.contract import Contract


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


def run_build(
    contract: Callable[[], Contract], folders: Folders, purpose: Purpose, effort: Effort, console: Console
) -> int:
    """Build the seeds and show their problems; use the build if it has no errors. Return the exit status.

    One that writes is the only build into its folder, from before the seeds are read until it has ended; and where
    nothing has changed since the last, that is all it says.
    """
    with ExitStack() as held:
        try:
            if purpose.writes:
                held.enter_context(build_lock(folders.out, console.say))
        except PublishError as fault:
            console.show([])
            console.fail(f"Nothing was written. {fault}")
            return 1
        gc.disable()  # it would look again and again at the names of all files, and find none to throw away
        found = discover(folders.seeds)
        memo = load_cache(folders.seeds, folders.out) if purpose.writes and not effort.verify else None
        seen = fingerprint_sources(found) if purpose.writes else ""
        gc.enable()
        if memo is not None and memo.seeds == seen != "":
            return _nothing_changed(memo, folders, console)
        status, made = _run(contract, folders, found, purpose, effort, memo=memo, console=console)
        if made is not None and purpose.writes and status == 0:
            _remember(made, seen, folders)
        return status


def _nothing_changed(memo: BuildCache, folders: Folders, console: Console) -> int:
    console.show(memo.warnings)
    console.say(summary(memo.summary, folders.seeds))
    console.say("\n".join([unchanged(folders.out), *rows_of(memo.summary)]))
    return 0


def _run(
    contract: Callable[[], Contract],
    folders: Folders,
    found: SourceListing,
    purpose: Purpose,
    effort: Effort,
    *,
    memo: BuildCache | None,
    console: Console,
) -> tuple[int, BuildResult | None]:
    """Return the exit status, and what was made where it was put to its use."""
    from stancebook.exceptions import ContractError, DatasetError, ExecutorError
    from stancebook.parallel.chunked_build import BuildOptions

    mode = purpose.mode()
    plan = BuildOptions(
        effort.jobs, effort.cluster, memo, folders.out, lambda documents: progress_bar(documents, console)
    )
    try:
        with mode.place(folders.out) as new:
            made = mode.make(contract, folders.seeds, found, new, plan)
            console.show(made.problems)
            if made.summary is None:
                console.say(_refusal(made, console) + mode.unused.format(out=display_folder(folders.target)))
                return 1, None
            console.say(summary(made.summary, folders.seeds))
            return mode.use(made, new, folders, console), made
    except ContractError as fault:
        console.show([])
        console.fail(f"The schemas are not in order: {fault}")
    except ExecutorError as fault:
        console.show([])
        console.fail(f"{mode.unused.format(out=display_folder(folders.target))} {fault}")
    except DatasetError as fault:
        console.fail(f"{mode.unused.format(out=display_folder(folders.target))} {fault}.")
    except PublishError as fault:
        console.fail(f"Nothing was written. {fault}")
    return 1, None


def _remember(made: BuildResult, seen: str, folders: Folders) -> None:
    sources = contract_sources()
    if made.summary is not None and sources_unchanged(sources):
        BuildCache(
            folder=canonical_location(folders.seeds),
            shown=open_location(folders.seeds).shown(""),
            sources=sources,
            code=code_digest(sources),
            codebook=made.codebook,
            seeds=seen,
            summary=made.summary,
            warnings=tuple(made.problems),
            chunks=made.chunks,
            derived=made.derived,
        ).save(folders.out)


def _refusal(made: BuildResult, console: Console) -> str:
    told = f"{count_problems(made.errors)} "
    if console.output_format == "github" and len(made.errors) > GITHUB_ANNOTATION_LIMIT:
        told += f"GitHub shows {GITHUB_ANNOTATION_LIMIT} of them beside their lines, this log all. "
    return told
