"""The command `add`: add texts to a project."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.config import Project, UsageError
from stancebook.cli.console import Console
from stancebook.cli.options import Commands, add_command, add_sources
from stancebook.problems import display_path, pluralize, shorten

if TYPE_CHECKING:
    from stancebook.starter.adding import Addition

DESCRIPTION = """\
Add texts: copy each into documents/ of the seeds, and begin its annotation file with what the file itself says
of the document. A text (.txt, in UTF-8) is kept byte for byte. Of a web page (.html), a Word file (.docx) or a
PDF, the text is extracted and its beginning is shown: read it before you code it. The file itself is kept in
originals/, next to the seeds. If one of several files cannot be added, none is.
"""
_BEGINNING = 300  # characters of a text that are shown


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "add", DESCRIPTION, "add texts, with annotation files to fill in")
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a .txt, .html, .docx or .pdf file")
    parser.add_argument(
        "--doc-id",
        metavar="ID",
        default="",
        help="the id of the document, such as gazette-2031-04-02 (default: by the name of the file)",
    )
    parser.add_argument("--title", help="the title of the document")
    parser.add_argument(
        "--set",
        dest="values",
        metavar="KEY=VALUE",
        type=_key_and_value,
        action="append",
        default=[],
        help="a value of each document by key, such as publisher='The Harbour Gazette'; it may be given several times",
    )
    parser.add_argument(
        "--encoding", default="", help="the encoding of a text or a web page that is not in UTF-8, such as windows-1252"
    )
    add_sources(parser)
    parser.set_defaults(run=run, local_seeds=True, nothing_done="Nothing was added.")


def _key_and_value(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise argparse.ArgumentTypeError(f"{shorten(text)!r} is not KEY=VALUE, such as language=en")
    return key.strip(), value.strip()


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    values = dict(options.values)
    if options.title:
        contract = options.project.load_contract()
        values[contract.sources.get("title", "title")] = options.title
    return add(options.project, console, options.files, doc_id=options.doc_id, values=values, encoding=options.encoding)


def add(
    project: Project, console: Console, files: list[Path], *, doc_id: str, values: dict[str, str], encoding: str
) -> int:
    """Add texts to a project, and print what is known of them and what is missing.

    Args:
        project: The project.
        console: Where that is printed.
        files: The files with the texts.
        doc_id: The id of the only document; by the name of its file if empty.
        values: What a person says of the documents: by key.
        encoding: The encoding of the files, if a person gives it.

    Returns:
        The exit status.

    Raises:
        UsageError: One id is given for several files.
        MissingExtraError: A library for one kind of file is not installed.
    """
    from stancebook.starter import adding

    if doc_id and len(files) > 1:
        raise UsageError("--doc-id is the id of one document: add the files one by one")
    dataset = None if isinstance(project.out, str) else project.out
    target = adding.Target(project.load_contract(), Path(project.seeds), dataset)
    try:
        additions = adding.prepare(target, files, doc_id=doc_id, values=values, encoding=encoding)
        adding.add(additions)
    except adding.AddingError as error:
        console.fail("\n".join([*error.reasons, "Nothing was added."]))
        return 1
    for addition in additions:
        console.say(_format(addition))
    console.say(
        "\nnext     fill in what is missing, and code: in an editor, or by `stancebook desk`; then `stancebook build`"
    )
    return 0


def _format(addition: Addition) -> str:
    document = addition.document
    text = document.text.text
    lines = [f"added    {display_path(document.text_path)}: {pluralize(len(text), 'character')}"]
    if addition.original:
        lines[0] += f", from {display_path(addition.original[0])}"
        beginning = text[:_BEGINNING].rstrip() + (" …" if len(text) > _BEGINNING else "")
        lines += [f"         {line}".rstrip() for line in ("", *beginning.splitlines(), "")]
    lines += [f"         {remark}" for remark in addition.remarks]
    for doubt in addition.doubts:
        where = f"{'first ' if doubt.number > 1 else ''}at {doubt.line}:{doubt.column}"
        lines.append(f"         {doubt.number} × U+{ord(doubt.character):04X} {doubt.name}, {where}")
    lines.append(f"began    {display_path(document.annotation_path)}")
    lines += [f"         {key}: {shorten(fact.value)} (from {fact.origin})" for key, fact in addition.facts.items()]
    lines += [f"         not used: {reason}" for reason in addition.unused]
    if addition.missing:
        lines.append(f"         missing: {', '.join(addition.missing)}")
    return "\n".join(lines)
