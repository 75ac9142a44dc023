"""The command `build`: build the dataset, or check that it is what the sources give."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.building import (
    MAX_ROWS_COMPARED,
    build_into,
    build_options,
    garbage_collection_paused,
    refuse,
    show_read,
    temporary_build,
)
from stancebook.cli.config import Project
from stancebook.cli.console import Console, format_rows, format_written
from stancebook.cli.options import (
    NOTHING_WRITTEN,
    Commands,
    add_build_options,
    add_command,
    add_output_format,
    add_project,
)
from stancebook.dataset.layout import chunk_folder
from stancebook.dataset.publish import build_lock, publish, staging_folder
from stancebook.parallel.cache import fingerprint_sources, load_cache
from stancebook.problems import display_folder
from stancebook.sources.discovery import discover, discover_codings

if TYPE_CHECKING:
    from stancebook.parallel.options import BuildOptions

DESCRIPTION = """\
Build the dataset: read the annotated texts in seeds/, check every row against its passage and
against the rules of the contract, and write validated Parquet tables. If there are problems, all are
listed with file, line and column, nothing is written, and the old dataset is unchanged.
"""
MAX_ROWS_SAVED = 5  # listed for each table and kind of change, after each save in `watch`


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "build", DESCRIPTION, "build the dataset")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if the dataset is not up to date, and list the rows that differ",
    )
    add_project(parser)
    add_build_options(parser)
    add_output_format(parser)
    parser.set_defaults(run=run, nothing_done=NOTHING_WRITTEN)


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    if options.check:
        return check(options.project, build_options(options), console)
    return build(options.project, build_options(options), console)


def build(project: Project, options: BuildOptions, console: Console, *, list_changes: bool = False) -> int:
    """Build the dataset and write it to its folder or URL, unless there are problems.

    Args:
        project: What is read and written.
        options: How it is built.
        console: Where problems and what was done are printed.
        list_changes: Print the rows that differ from the dataset before, instead of how many rows each table has.

    Returns:
        The exit status.
    """
    if isinstance(project.out, str):
        return _build_and_upload(project, options, console, project.out)
    with build_lock(project.out, console.say):
        with garbage_collection_paused():
            sources = discover(project.seeds)
            cache = load_cache(project.seeds, project.out) if options.use_cache else None
            codings = discover_codings(project.seeds, sources.documents)
            fingerprint = fingerprint_sources(sources, options.chunk_policy, codings)
        if cache is not None and cache.seeds_fingerprint == fingerprint != "":
            show_read(project, codings, cache.warnings, cache.summary, console)
            console.say(format_written(project.out, format_rows(cache.summary.rows), changed=False))
            return 0
        with staging_folder(project.out) as staging:
            result = build_into(staging, project, options, console, sources=sources, cache=cache)
            if result.summary is None:
                return refuse(result, console, f"Nothing was written; {display_folder(project.out)} is unchanged.")
            result.write()
            details = format_rows(result.summary.rows)
            if list_changes and project.out.exists():
                from stancebook.diff.up_to_date import list_differences

                changes = list_differences(staging, project.out, MAX_ROWS_SAVED)
                details = "\n".join(f"         {line}" for line in changes)
            console.say(format_written(project.out, details, changed=publish(staging, project.out)))
            result.to_cache(project.seeds, project.out, fingerprint).save(chunk_folder(staging))
    return 0


def _build_and_upload(project: Project, options: BuildOptions, console: Console, url: str) -> int:
    from stancebook.dataset.object_store import upload

    with temporary_build(project, options, console) as (folder, result):
        if result.summary is None:
            return refuse(result, console, f"Nothing was written; {display_folder(url)} is unchanged.")
        console.say(format_written(url, format_rows(result.summary.rows), changed=upload(folder, url)))
        return 0


def check(project: Project, options: BuildOptions, console: Console) -> int:
    """Build into a temporary folder, and compare that with the dataset; return 1 if it is not up to date."""
    from stancebook.diff.up_to_date import list_differences

    with temporary_build(project, options, console) as (folder, result):
        if result.summary is None:
            return refuse(result, console, "Nothing was compared.")
        differences = list_differences(folder, Path(project.out), MAX_ROWS_COMPARED)
    out = display_folder(project.out)
    if not differences:
        console.say(f"same     {out} is what the seeds give")
        return 0
    console.say("\n".join([f"differs  {out} from what the seeds give:", *(f"         {line}" for line in differences)]))
    console.fail(f"{out} is not what the seeds give. Run `stancebook build`, and commit what it writes.")
    return 1
