"""The formats of `export` that are annotation tools: write the texts of a project with their rows."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from stancebook.cli.config import UsageError, overlap
from stancebook.cli.console import Console
from stancebook.cli.options import Commands, add_all_problems, add_command, add_sources
from stancebook.exchange.tools import TOOLS, Tool
from stancebook.problems import count_problems, display_path, pluralize

if TYPE_CHECKING:
    from stancebook.exchange.project import CodedText

_NOT_WRITTEN = "Nothing was written."
_WIDTH = 110  # of a description


def add_tools(commands: Commands) -> None:
    """Add a parser for each tool to the formats of `export`."""
    for tool in TOOLS.values():
        _add_tool(commands, tool)


def _add_tool(commands: Commands, tool: Tool) -> None:
    summary = f"{'codes' if tool.codes_only else 'texts and rows'} for {tool.title}"
    parser = add_command(commands, tool.name, _description(tool), summary)
    parser.add_argument("target", metavar="FILE" if tool.suffix else "DIR", type=Path, help="what to write")
    if not tool.codes_only:
        parser.add_argument("--documents", metavar="DOCUMENT", nargs="+", default=(), help="write these (default: all)")
        parser.add_argument(
            "--coders",
            metavar="CODER",
            nargs="+",
            help="write the rows of these, 'authoritative' for those of the dataset (default: all)",
        )
    if len(tool.variants) > 1:
        parser.add_argument(
            "--for",
            dest="variant",
            choices=tool.variants,
            default=tool.variants[0],
            help=f"the program that will read it (default: {tool.variants[0]})",
        )
    parser.add_argument(
        "--replace", action="store_true", help="replace what is there, also if it was changed after the export"
    )
    add_sources(parser)
    add_all_problems(parser)
    parser.set_defaults(run=run, nothing_done=_NOT_WRITTEN, documents=(), coders=None, variant=tool.variants[0])


def _description(tool: Tool) -> str:
    what = f"one file ({tool.suffix})" if tool.suffix else "a folder"
    if tool.codes_only:
        return fill(f"Write the tables, their choices and the codebook as codes for {tool.title}, as {what}.", _WIDTH)
    held = f" It cannot hold {tool.not_held}." if tool.not_held else ""
    return fill(
        f"Write the texts of a project with the rows of their coders for {tool.title}, as {what}.{held}"
        " An export holds the texts: give it only to those who may have them. Annotations come back with"
        f" `stancebook import {tool.name}`.",
        _WIDTH,
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    from stancebook.exchange.export_files import write_file, write_folder
    from stancebook.exchange.outgoing import UnknownNameError, read_project

    project, target, tool = options.project, options.target, TOOLS[options.format]
    if overlap(target, project.seeds) or overlap(target, project.out):
        raise UsageError(f"{display_path(target)} is in use for the sources or the dataset; name another place.")
    try:
        sources = read_project(project.load_contract(), project.seeds, options.documents, options.coders)
    except UnknownNameError as error:
        raise UsageError(str(error)) from error
    if sources.problems:
        console.show(sources.problems)
        console.say(f"{count_problems(sources.problems)} {_NOT_WRITTEN}")
        return 1
    files = tool.write(sources.project, options.variant)
    if tool.suffix:
        [content] = files.values()
        changed = write_file(content, target, replace=options.replace)
    else:
        changed = write_folder(files, target, tool.name, replace=options.replace)
    texts = [] if tool.codes_only else sources.project.texts
    summary = f"{display_path(target)}: {'codes only' if tool.codes_only else _content(texts)}"
    console.say(f"wrote    {summary}" if changed else f"{summary}; it is unchanged")
    for text in texts:
        console.say(f"copies   the text of {text.doc_id}: {text.rights or 'whose it is, the annotations do not say'}")
    if tool.not_held:
        console.say(f"left out {tool.not_held}")
    if tool.next_step:
        console.say(f"next     {tool.next_step}")
    return 0


def _content(texts: Sequence[CodedText]) -> str:
    rows: dict[str, int] = {}
    for text in texts:
        for coder, coded in text.codings.items():
            rows[coder] = rows.get(coder, 0) + len(coded)
    counts = ", ".join(f"{pluralize(number, 'row')} of {coder}" for coder, number in rows.items())
    return f"{pluralize(len(texts), 'text')} with {counts or 'no rows'}"
