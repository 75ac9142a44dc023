"""The command `import`: take over what people annotated in other tools."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.config import UsageError
from stancebook.cli.console import Console
from stancebook.cli.options import Commands, add_command, add_output_format, add_sources
from stancebook.exchange.tools import TOOLS, Tool
from stancebook.problems import Problem, count_problems, display_path, errors_in, pluralize

if TYPE_CHECKING:
    from stancebook.exchange.incoming import FileChange, ImportOptions, ImportPlan
    from stancebook.exchange.mapping import NameMap
    from stancebook.exchange.project import ExchangeProject

DESCRIPTION = """\
Take over annotations from another tool into the annotation files of a project. Rows that were exported keep
their ids and what the tool cannot hold; comments and the order of files stay. Each coder of the tool has a
folder in codings/. What cannot be taken over is a problem at its place in the tool's file, and then nothing
is written. A row that is gone in the tool stays, unless --delete is given.
"""
_NOT_WRITTEN = "Nothing was written."
_MAX_LISTED = 5  # rows of a file
_OFFSETS = ("auto", "points", "utf-16", "utf-8")


def add_parser(commands: Commands) -> None:
    """Add the parsers of the command: one for each tool."""
    parser = add_command(commands, "import", DESCRIPTION, "take over annotations from other tools")
    tools = parser.add_subparsers(metavar="TOOL", dest="tool", required=True)
    for tool in TOOLS.values():
        if not tool.codes_only:
            _add_tool(tools, tool)


def _add_tool(tools: Commands, tool: Tool) -> None:
    parser = add_command(tools, tool.name, DESCRIPTION, f"from {tool.title}")
    parser.add_argument("paths", metavar="PATH", nargs="+", type=_existing, help="a file of the tool, or a folder")
    parser.add_argument("--coder", default="", help="whose annotations they are; 'authoritative' for the dataset's own")
    parser.add_argument(
        "--offsets", choices=_OFFSETS, default="auto", help="how the tool counts characters (default: find out)"
    )
    parser.add_argument("--map", metavar="FILE", type=Path, help="a YAML file that says what names in the tool mean")
    parser.add_argument("--draft-map", action="store_true", help="print a first such file, and write nothing")
    parser.add_argument("--hull", action="store_true", help="take interrupted passages from their start to their end")
    parser.add_argument("--delete", action="store_true", help="remove rows that are gone in the tool")
    parser.add_argument(
        "--keep-going", action="store_true", help="leave out what has problems, and write the other files"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would change, and write nothing")
    add_sources(parser)
    add_output_format(parser)
    parser.set_defaults(run=run, nothing_done=_NOT_WRITTEN, local_seeds=True)


def _existing(text: str) -> Path:
    path = Path(text)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"{text} does not exist")
    return path


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    from stancebook.exchange.incoming import plan_import
    from stancebook.exchange.mapping import Names, draft_map
    from stancebook.exchange.outgoing import read_project

    contract, seeds = options.project.load_contract(), Path(options.project.seeds)
    sources = read_project(contract, seeds)
    if sources.problems:
        return _refuse(sources.problems, console)
    names, problems = _names(options.map, sources.project)
    if problems:
        return _refuse(problems, console)
    tool = TOOLS[options.tool].read(options.paths, sources.project)
    if not tool.texts and not tool.problems:
        places = ", ".join(map(display_path, options.paths))
        raise UsageError(f"There is nothing from {TOOLS[options.tool].title} in {places}.")
    if (errors := errors_in(tool.problems)) and not options.keep_going:
        return _refuse(errors, console)
    if options.draft_map:
        console.say(draft_map(sources.project, tool, Names(sources.project, names)).rstrip("\n"))
        return 0
    plan = plan_import(contract, seeds, sources, tool, _import_options(options, names))
    console.show(plan.problems)
    if plan.errors and not options.keep_going:
        console.say(f"{count_problems(plan.errors)} {_NOT_WRITTEN}")
        return 1
    console.say(f"read     {pluralize(len(tool.texts), 'text')} with {pluralize(plan.n_read, 'annotation')}")
    for note in tool.notes if options.offsets == "auto" else ():
        console.say(f"         {note}")
    _write(plan, console, dry_run=options.dry_run)
    return 1 if plan.errors else 0


def _write(plan: ImportPlan, console: Console, *, dry_run: bool) -> None:
    """Write the files of a plan, unless it is a dry run, and print what has changed."""
    changes = [change for change in plan.files if change.is_change] if dry_run else plan.write()
    verb = "to change" if dry_run else "changed "
    for change in changes:
        console.say(f"{verb} {display_path(change.path)}: {_counts(change)}")
    for change in plan.files:
        if change.gone:
            console.say(f"kept     {_listed(change.gone)} of {change.coder}: gone in the tool; --delete removes them")
    if not changes:
        console.say("Nothing has changed.")


def _refuse(problems: Sequence[Problem], console: Console) -> int:
    console.show(problems)
    console.say(f"{count_problems(errors_in(problems))} {_NOT_WRITTEN}")
    return 1


def _names(file: Path | None, project: ExchangeProject) -> tuple[NameMap, list[Problem]]:
    """Return the mapping in a file, and its problems; without a file, an empty one."""
    from stancebook.exchange.mapping import NameMap, read_map
    from stancebook.exchange.tool_files import read_text

    if file is None:
        return NameMap(), []
    if not file.is_file():
        raise UsageError(f"{display_path(file)} is not a file.")
    text, problems = read_text(file)
    return (NameMap(), problems) if text is None else read_map(text, display_path(file), project)


def _import_options(options: argparse.Namespace, names: NameMap) -> ImportOptions:
    from stancebook.exchange.incoming import ImportOptions
    from stancebook.exchange.offsets import Convention

    return ImportOptions(
        names=names,
        coder=options.coder,
        conventions=() if options.offsets == "auto" else (Convention(options.offsets),),
        hull=options.hull,
        delete=options.delete,
        keep_going=options.keep_going,
    )


def _counts(change: FileChange) -> str:
    parts = {"added": change.added, "changed": change.changed, "removed": change.removed}
    return "; ".join(f"{len(rows)} {what}: {_listed(rows)}" for what, rows in parts.items() if rows)


def _listed(rows: Sequence[str]) -> str:
    more = len(rows) - _MAX_LISTED
    return ", ".join(rows[:_MAX_LISTED]) + (f" and {more} more" if more > 0 else "")
