"""The command `view`: write pages that show texts with their rows."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.agree import read_chosen_codings
from stancebook.cli.building import build_in_memory
from stancebook.cli.config import Project, UsageError, overlap
from stancebook.cli.console import Console
from stancebook.cli.options import Commands, add_command, add_output_format, add_sources
from stancebook.problems import count_problems, display_folder, display_path, pluralize

if TYPE_CHECKING:
    from stancebook.coders.codings import Coding

ALL = "all"  # instead of the names of all coders
DESCRIPTION = """\
Write the reading view: a page for each document that shows its text, its rows and the passages that no row
covers, a page of the codebook, and an index. The pages need no network. They show the texts: publish them only
where you may. With --coders, each text that two of the coders coded gets a second page, which shows their codings
together, differences first. An earlier view is replaced; any other folder that is not empty is refused.
"""


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "view", DESCRIPTION, "write pages that show the texts with their rows")
    parser.add_argument("documents", metavar="DOCUMENT", nargs="*", help="the ID of a document (default: all of them)")
    parser.add_argument(
        "--coders",
        metavar="CODER",
        nargs="+",
        help=f"show the codings of two coders or more in codings/ together, or of {ALL} (default: none)",
    )
    parser.add_argument(
        "--out", dest="target", metavar="DIR", type=Path, help="folder to write (default: view, next to pyproject.toml)"
    )
    add_sources(parser)
    add_output_format(parser)
    parser.set_defaults(run=run, nothing_done="Nothing was written.")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    return view(options.project, console, options.documents, options.target, options.coders or ())


def view(
    project: Project, console: Console, documents: Sequence[str], target: Path | None, coders: Sequence[str] = ()
) -> int:
    """Write pages that show texts with their rows.

    Args:
        project: What is read. It is built in memory.
        console: Where problems and what was done are printed.
        documents: The documents to show; all of them if empty.
        target: The folder to write; `view` in the project's folder if None.
        coders: The coders whose codings are shown together; `ALL` alone for all of them.

    Returns:
        The exit status.

    Raises:
        UsageError: There is no such document or coder, or the folder would be among the sources or the dataset.
        PublishError: The folder cannot be written, or holds something else.
    """
    from stancebook.exceptions import requires_extra
    from stancebook.web.addresses import codings_page, page_name
    from stancebook.web.view import UnknownDocumentError, write_view

    folder = target or project.root / "view"
    if taken := next((place for place in (project.seeds, project.out) if overlap(folder, place)), None):
        raise UsageError(f"The pages would be written into or around {display_folder(taken)}; name another folder.")
    nothing_done = f"Nothing was written; {display_folder(folder)} is unchanged."
    built = build_in_memory(project, console, nothing_done)
    if built is None:
        return 1
    codings: Sequence[Coding] = ()
    if coders:
        chosen = None if list(coders) == [ALL] else coders
        codings, problems = read_chosen_codings(project, built.contract, chosen)
        if problems:
            console.show(problems)
            console.say(f"{count_problems(problems)} {nothing_done}")
            return 1
    try:
        with requires_extra("web"):
            files = write_view(built, folder, documents, codings)
    except UnknownDocumentError as error:
        raise UsageError(str(error)) from error
    if codings:
        compared = sum(name.endswith(page_name(codings_page(""))) for name in files)
        names = ", ".join(coding.coder for coding in codings)
        console.say(f"compared {pluralize(compared, 'text')} that at least two of {names} coded")
    index = display_path(folder / "index.html")
    console.say(f"wrote    {display_folder(folder)}: {pluralize(len(files), 'page')}; open {index}")
    return 0
