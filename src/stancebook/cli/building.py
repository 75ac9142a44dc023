"""Build for a command: into a folder, a temporary folder or memory; and say what was read, or why it was refused."""

from __future__ import annotations

import argparse
import errno
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from stancebook.cli.config import Project
from stancebook.cli.console import Console, format_codings, format_summary
from stancebook.problems import GITHUB_ANNOTATION_LIMIT, Problem, as_warnings, count_problems
from stancebook.sources.discovery import CODINGS, CodingListing, SourceListing, discover, discover_codings
from stancebook.sources.filesystem import open_location

if TYPE_CHECKING:
    from stancebook.build.pipeline import Build
    from stancebook.dataset.table_stats import BuildSummary
    from stancebook.parallel.cache import BuildCache
    from stancebook.parallel.chunked_build import BuildResult
    from stancebook.parallel.options import BuildOptions

MAX_ROWS_COMPARED = 20  # listed for each table and kind of change, by `--check` and `diff`
_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """Pause garbage collection: over the names of very many files it takes long, and frees nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def temporary_build(
    project: Project, options: BuildOptions, console: Console, *, write: bool = True
) -> Iterator[tuple[Path, BuildResult]]:
    """Build into a temporary folder of the system: next to the dataset, writing may not be allowed."""
    from stancebook.exceptions import DatasetError

    with garbage_collection_paused():
        sources = discover(project.seeds)
    try:
        with TemporaryDirectory(prefix="stancebook-") as temporary:
            folder = Path(temporary, "dataset")
            folder.mkdir()
            result = build_into(folder, project, options, console, sources=sources)
            if write and result.summary is not None:
                result.write()
            yield folder, result
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        raise DatasetError(
            f"The new dataset cannot be written into the system's temporary folder ({error.strerror}). Make room"
            " there, or name another folder in the environment variable TMPDIR."
        ) from error


def build_options(options: argparse.Namespace) -> BuildOptions:
    """Return how a dataset is built, by the options of `add_build_options`."""
    from stancebook.parallel.chunking import ChunkPolicy
    from stancebook.parallel.options import BuildOptions

    policy = options.chunk_policy or ChunkPolicy(rows_per_part=options.project.rows_per_part)
    return BuildOptions(options.jobs, options.cluster, options.use_cache, policy)


def build_into(
    folder: Path,
    project: Project,
    options: BuildOptions,
    console: Console,
    *,
    sources: SourceListing,
    cache: BuildCache | None = None,
) -> BuildResult:
    """Build into an empty folder, and print problems and, if none is an error, what was read and checked."""
    from stancebook.parallel.chunked_build import build_into

    project.load_contract()
    result = build_into(
        project.contract, project.seeds, sources, folder, options, cache=cache, progress=console.progress_bar
    )
    summary = result.summary
    if summary is None:
        console.show(result.problems)
        return result
    codings = discover_codings(project.seeds, sources.documents)
    if codings.coders or codings.problems:
        from stancebook.coders.summary import summarize_codings

        found = summarize_codings(project.load_contract(), project.seeds, sources, codings)
        warnings = sorted([*result.problems, *as_warnings(found.problems)])
        result = replace(result, problems=warnings, write=partial(result.write, found.section))
    show_read(project, codings, result.problems, summary, console)
    return result


def show_read(
    project: Project, codings: CodingListing, warnings: Sequence[Problem], summary: BuildSummary, console: Console
) -> None:
    """Print the warnings of a build, and what it read and checked; codings never enter the dataset."""
    console.show(warnings)
    console.say(format_summary(summary, project.seeds))
    if codings.coders or codings.problems:
        folder = open_location(project.seeds).display_path(f"{CODINGS}/")
        problems = [each for each in warnings if each.file.startswith(folder)]
        console.say(format_codings(codings.coders, problems))


def refuse(result: BuildResult, console: Console, nothing_done: str) -> int:
    """Print how many problems a build has, and what was not done; return the exit status."""
    count = f"{count_problems(result.errors)} "
    if console.output_format == "github" and len(result.errors) > GITHUB_ANNOTATION_LIMIT:
        count += f"GitHub shows {GITHUB_ANNOTATION_LIMIT} of them next to their lines; this log has all. "
    console.say(count + nothing_done)
    return 1


def build_in_memory(project: Project, console: Console, nothing_done: str) -> Build | None:
    """Build without writing, and print problems and a summary; if there are errors, print `nothing_done` instead."""
    from stancebook.build.pipeline import build_corpus
    from stancebook.sources.corpus import read_corpus

    contract = project.load_contract()
    with garbage_collection_paused():
        sources = discover(project.seeds)
    built = build_corpus(contract, read_corpus(project.seeds, sources))
    console.show(built.problems)
    if built.errors:
        console.say(f"{count_problems(built.errors)} {nothing_done}")
        return None
    console.say(format_summary(built.summary, project.seeds))
    return built
