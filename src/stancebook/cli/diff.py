"""The command `diff`: compare what the sources give now with an older dataset."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.building import MAX_ROWS_COMPARED, build_options, refuse, temporary_build
from stancebook.cli.config import Project
from stancebook.cli.console import Console
from stancebook.cli.options import (
    NOTHING_COMPARED,
    Commands,
    add_build_options,
    add_command,
    add_output_format,
    add_project,
)

if TYPE_CHECKING:
    from stancebook.parallel.options import BuildOptions

DESCRIPTION = """\
Show which tables, columns, values and rows were added, removed or changed since an older dataset, and
which version that needs. Fail if the version of the contract is too low. Nothing is written.
"""


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "diff", DESCRIPTION, "show what changed since an older dataset")
    parser.add_argument("base", metavar="REV_OR_PATH", help="a git revision, or the folder of a dataset")
    parser.add_argument(
        "--all-rows",
        action="store_true",
        help="list every row that differs; by default, 20 of each table that were added, changed and removed",
    )
    add_project(parser)
    add_build_options(parser)
    add_output_format(parser, "text", "github")
    parser.set_defaults(run=run, local=True, nothing_done=NOTHING_COMPARED)


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    return diff(options.project, build_options(options), console, options.base, all_rows=options.all_rows)


def diff(project: Project, options: BuildOptions, console: Console, base: str, *, all_rows: bool = False) -> int:
    """Build into a temporary folder, and show what changed since an older dataset and which version that needs.

    Args:
        project: What is read, and the dataset whose older revisions are meant.
        options: How it is built.
        console: Where problems and changes are printed.
        base: A folder with a dataset, or a git revision.
        all_rows: Whether to list all rows that differ.

    Returns:
        The exit status: 1 if the version of the contract is too low for the changes.

    Raises:
        UnknownRevisionError: `base` is neither a folder nor a revision.
        DatasetError: The older dataset cannot be read.
    """
    from stancebook.diff.git import baseline_dataset
    from stancebook.diff.semver import required_bump, version_advice
    from stancebook.diff.tables import diff_datasets, open_baseline, open_new
    from stancebook.exceptions import DatasetError

    with temporary_build(project, options, console, write=False) as (folder, result):
        if result.summary is None:
            return refuse(result, console, "Nothing was compared.")
        with baseline_dataset(base, Path(project.out)) as baseline:
            try:
                before = open_baseline(baseline.folder)
            except DatasetError as error:
                text = str(error).replace(f"{baseline.folder}/", f"{baseline.name.rstrip('/')}/")
                raise DatasetError(text.replace(str(baseline.folder), baseline.name)) from error
            result.write()
            after = open_new(folder)
            changes = diff_datasets(before, after)
    console.say(f"compared {baseline.name} (version {before.version or 'not stated'}) with what the seeds give now")
    max_rows = sys.maxsize if all_rows else MAX_ROWS_COMPARED
    for table in changes:
        lines = (f"    {line}" for line in table.lines(max_rows))
        console.say("\n".join(["", table.table or "the dataset as a whole", *lines]))
    console.say("")
    advice = version_advice(required_bump(changes), before.version, after.version)
    (console.fail if advice.too_low else console.say)(advice.text)
    return 1 if advice.too_low else 0
