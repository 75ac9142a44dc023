"""The command `new`: create a project of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path
from shlex import quote

from stancebook.cli.config import UsageError
from stancebook.cli.console import Console
from stancebook.cli.options import Commands, add_command
from stancebook.problems import display_folder, pluralize

DESCRIPTION = """\
Create a project of one's own: a contract, a made-up first text with its annotations and its codebook, a guide
for coders, a notebook, tests of the data, checks for GitHub and pre-commit, settings of editors, and files for
licences and citation to fill in. `make` and `make test` work there at once. A folder that holds anything but
`.git` is refused.

templates:
  negotiations  the tables, vocabularies and rules of Stancebook's own dataset: who said what, who wants what, what
                happened or is planned, and who moved, in news reports on negotiations
  minimal       a small contract to read and to change: who claims what in which text
"""


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "new", DESCRIPTION, "create a project of one's own")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder to create; an empty one may be there")
    parser.add_argument(
        "--template",
        choices=("negotiations", "minimal"),
        default="negotiations",
        help="what the project begins with (default: negotiations)",
    )
    parser.add_argument("--name", help="the identifier of the dataset (default: from the name of the folder)")
    parser.add_argument(
        "--engine",
        metavar="REQUIREMENT",
        help="how pip finds Stancebook: a version such as stancebook==0.2.0, an address such as"
        " git+https://example.org/stancebook@v0.2.0, or the path of a checkout or a wheel (default: as it is installed"
        " here)",
    )
    parser.set_defaults(run=run, nothing_done="Nothing was written.")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    from stancebook.exceptions import requires_extra

    with requires_extra("build"):
        return new(options.folder, options.template, options.name, options.engine, console)


def new(folder: Path, template: str, name: str | None, requirement: str | None, console: Console) -> int:
    """Create a project, and print what was written and which engine it requires.

    Args:
        folder: Its folder.
        template: The name of a template.
        name: The identifier of its dataset; that of the folder if None.
        requirement: The engine as a person names it; as it is installed here if None.
        console: Where what was done is printed.

    Returns:
        The exit status.

    Raises:
        UsageError: There is no name, or it is no slug.
        StancebookError: The folder is not empty or cannot be written, or the engine is none.
    """
    from stancebook.starter.engine import engine_of, installed_engine
    from stancebook.starter.project import create_project

    identifier = _identifier(folder, name)
    engine = engine_of(requirement) if requirement else installed_engine()
    files = create_project(folder, template, identifier, engine)
    console.say(f"wrote    {display_folder(folder)}: {pluralize(len(files), 'file')}, by the template {template}")
    console.say(f"engine   {engine.requirement()} ({engine.origin}), in pyproject.toml")
    if engine.is_on_this_machine:
        console.say(
            "         Only this machine has this address. Before others, or GitHub, can install the project, name"
            "\n         another one in pyproject.toml, or give it here as --engine."
        )
    change_folder = "" if folder.resolve() == Path.cwd() else f"cd {quote(str(folder))} && "
    console.say(f"next     {change_folder}make")
    return 0


def _identifier(folder: Path, name: str | None) -> str:
    from stancebook.schema.column_types import SLUG
    from stancebook.suggestions import slug_for, slug_hint

    if name is None:
        found = slug_for(folder.absolute().name)
        if not found:
            raise UsageError(f"no identifier can be made of {folder.absolute().name!r}: give one with --name")
        return found
    if not SLUG.matches(name):
        raise UsageError(f"{name!r} cannot be the identifier of a dataset: {slug_hint(name, SLUG.description)}")
    return name
