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
from stancebook.dataset.publish import build_lock
from stancebook.exceptions import PublishError
from stancebook.parallel.cache import BuildCache, fingerprint_sources, load_cache
from stancebook.parallel.options import BuildOptions
from stancebook.problems import GITHUB_ANNOTATION_LIMIT, count_problems, display_folder
from stancebook.sources.discovery import SourceListing, discover

if TYPE_CHECKING:
    from stancebook.cli.commands import Mode
    from stancebook.parallel.chunked_build import BuildResult
    from stancebook.schema.contract import Contract


@dataclass(frozen=True)
class Purpose:
    """What a build is for: a mode, imported late, and whether it `writes` into the folder."""

    mode: Callable[[], Mode]
    writes: bool = False


def run_build(
    contract: Callable[[], Contract], folders: Folders, purpose: Purpose, options: BuildOptions, console: Console
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
        cache = load_cache(folders.seeds, folders.out) if purpose.writes and options.use_cache else None
        seen = fingerprint_sources(found) if purpose.writes else ""
        gc.enable()
        if cache is not None and cache.seeds_fingerprint == seen != "":
            return _nothing_changed(cache, folders, console)
        status, made = _run(contract, folders, found, purpose, options, cache=cache, console=console)
        if made is not None and purpose.writes and status == 0:
            made.to_cache(folders.seeds, folders.out, seen).save()
        return status


def _nothing_changed(cache: BuildCache, folders: Folders, console: Console) -> int:
    console.show(cache.warnings)
    console.say(summary(cache.summary, folders.seeds))
    console.say("\n".join([unchanged(folders.out), *rows_of(cache.summary)]))
    return 0


def _run(
    contract: Callable[[], Contract],
    folders: Folders,
    found: SourceListing,
    purpose: Purpose,
    options: BuildOptions,
    *,
    cache: BuildCache | None,
    console: Console,
) -> tuple[int, BuildResult | None]:
    """Return the exit status, and what was made where it was put to its use."""
    from stancebook.exceptions import ContractError, DatasetError, ExecutorError

    mode = purpose.mode()
    try:
        with mode.place(folders.out) as new:
            made = mode.make(
                contract,
                folders.seeds,
                found,
                new,
                options,
                cache=cache,
                progress=lambda documents: progress_bar(documents, console),
            )
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


def _refusal(made: BuildResult, console: Console) -> str:
    told = f"{count_problems(made.errors)} "
    if console.output_format == "github" and len(made.errors) > GITHUB_ANNOTATION_LIMIT:
        told += f"GitHub shows {GITHUB_ANNOTATION_LIMIT} of them beside their lines, this log all. "
    return told
