"""The command `release`: write a folder that is ready to deposit."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.building import build_options, refuse, temporary_build
from stancebook.cli.config import Project, UsageError, overlap
from stancebook.cli.console import Console
from stancebook.cli.options import Commands, add_build_options, add_command, add_output_format, add_sources
from stancebook.problems import Problem, count_problems, display_folder, errors_in, pluralize

if TYPE_CHECKING:
    from stancebook.parallel.options import BuildOptions
    from stancebook.release.folder import ReleaseResult

DESCRIPTION = """\
Build the dataset, and write it into a folder that is ready to deposit: with its data card, citation, changelog,
licences, checksums, and the metadata that DataCite, Zenodo and RO-Crate readers take. Version, day and licence have to
be the same in the contract, CITATION.cff and CHANGELOG.md. With --without-text, the folder has no words of the texts;
those who have the texts restore the complete dataset with `stancebook restore`. An earlier release is replaced; any
other folder that is not empty is refused.
"""
_REASONS = {
    "verbatim": "words of the text",
    "run": "six words in a row that a text has too",
    "free text": "free text",
}


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "release", DESCRIPTION, "write a folder that is ready to deposit")
    parser.add_argument(
        "--out",
        dest="target",
        metavar="DIR",
        type=Path,
        help="folder to write (default: release, next to pyproject.toml)",
    )
    parser.add_argument(
        "--without-text",
        action="store_true",
        help="withhold quotes and other words of the texts, and cells that have six words in a row, or more, that a"
        " text has too; titles, addresses and names of documents stay",
    )
    parser.add_argument("--withhold", choices=("free-text",), help="with --without-text: withhold all free text")
    add_sources(parser)
    add_build_options(parser)
    add_output_format(parser, "text", "github")
    parser.set_defaults(run=run, nothing_done="Nothing was written.")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    if options.withhold and not options.without_text:
        raise UsageError("--withhold free-text needs --without-text")
    return release(
        options.project,
        build_options(options),
        console,
        options.target,
        without_text=options.without_text,
        all_free_text=options.withhold is not None,
    )


def release(
    project: Project,
    options: BuildOptions,
    console: Console,
    target: Path | None,
    *,
    without_text: bool,
    all_free_text: bool,
) -> int:
    """Build the dataset of a project, and write it as a release.

    Args:
        project: What is read.
        options: How it is built.
        console: Where problems and what was done are printed.
        target: The folder to write; `release` in the project's folder if None.
        without_text: Whether to withhold the words of the texts.
        all_free_text: Whether to withhold all free text, too.

    Returns:
        The exit status.

    Raises:
        UsageError: The folder would be among the sources or the dataset.
        PublishError: The folder cannot be written, or holds something else.
    """
    from stancebook.exceptions import ProblemsError
    from stancebook.release.folder import TextPolicy, require_replaceable, write_release
    from stancebook.release.project_files import read_project_files
    from stancebook.sources.corpus import text_reader

    folder = target or project.root / "release"
    if taken := next((place for place in (project.seeds, project.out) if overlap(folder, place)), None):
        raise UsageError(f"The release would be written into or around {display_folder(taken)}; name another folder.")
    require_replaceable(folder)
    contract = project.load_contract()
    files = read_project_files(project.root, contract, project.schemas)
    nothing_written = f"Nothing was written; {display_folder(folder)} is unchanged."
    console.show(files.problems)
    if errors := errors_in(files.problems):
        console.say(f"{count_problems(errors)} {nothing_written}")
        return 1
    with temporary_build(project, options, console) as (dataset, result):
        if result.summary is None:
            return refuse(result, console, nothing_written)
        policy = TextPolicy(text_reader(project.seeds), all_free_text) if without_text else None
        try:
            written = write_release(dataset, folder, contract, files, policy)
        except ProblemsError as error:
            console.show(error.problems)
            console.say(f"{count_problems(error.problems)} {nothing_written}")
            return 1
        remarks = [*_remarks(project, dataset, result.problems)]
    console.say("\n".join([_format_written(folder, contract.version, written), *remarks]))
    return 0


def _remarks(project: Project, built: Path, problems: Sequence[Problem]) -> Iterator[str]:
    """Yield what is left to do: to build the project's own dataset again, and to settle open decisions."""
    from stancebook.build.remarks import UNDECIDED
    from stancebook.diff.up_to_date import list_differences

    if not isinstance(project.out, str) and project.out.is_dir() and list_differences(built, project.out, 0):
        out = display_folder(project.out)
        yield f"differs  {out} is not what is released: run `stancebook build`, and commit what it writes"
    if number := sum(problem.message == UNDECIDED for problem in problems):
        yield f"open     {pluralize(number, 'decision')}: settle what coders differ in, and release again"


def _format_written(folder: Path, version: str, written: ReleaseResult) -> str:
    word, state = ("wrote    ", "") if written.changed else ("same     ", ", unchanged")
    number = pluralize(written.files, "file")
    lines = [*_withheld_lines(written), f"{word}{display_folder(folder)}: version {version}, {number}{state}"]
    return "\n".join(lines)


def _withheld_lines(written: ReleaseResult) -> Iterator[str]:
    """Yield how many cells are withheld, in all and of each column."""
    if written.withheld:
        yield f"withheld {pluralize(sum(each.cells for each in written.withheld), 'cell')}:"
    for each in written.withheld:
        yield f"         {each.cells:>7,} of {each.filled:,} in {each.table}.{each.column}: {_REASONS[each.reason]}"
