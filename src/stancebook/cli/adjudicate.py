"""The command `adjudicate`: make one coding of several."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.config import Project, UsageError
from stancebook.cli.console import Console, print_text
from stancebook.cli.options import Commands, add_all_problems, add_command, add_sources
from stancebook.problems import count_problems, display_folder, display_path
from stancebook.sources.discovery import (
    AUTHORITATIVE,
    CODINGS,
    DOCUMENTS,
    YAML,
    CodingListing,
    SourceDocument,
    SourceListing,
    discover,
    discover_codings,
)

if TYPE_CHECKING:
    from stancebook.build.pipeline import CheckedCodebook
    from stancebook.coders.adjudication import Adjudication
    from stancebook.coders.codings import Coding
    from stancebook.problems import Problem

DESCRIPTION = """\
Make the annotations in documents/ from several codings of the same text. Rows that all coders have alike are
added; where they differ, an open decision is added under 'decisions' and listed here. Settle these in the desk,
or in the file: write 'accepted' for 'open' to take the row under 'from', or 'rejected' with a note, and run the
command again. Rows that are in the file are never changed, and none is removed.
"""
NOTHING_DONE = "Nothing was written."


@dataclass(frozen=True)
class AdjudicateOptions:
    """What is adjudicated.

    Attributes:
        coders: The names of coders; all of them if empty.
        documents: The ids of documents; all that all these coders coded if empty.
        texts: The coder whose free texts are taken where coders differ in nothing else; empty if no one's.
        by: Who decides; empty if it is not said.
        dry_run: Whether to write nothing.
    """

    coders: Sequence[str] = ()
    documents: Sequence[str] = ()
    texts: str = ""
    by: str = ""
    dry_run: bool = False


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "adjudicate", DESCRIPTION, "make one coding of several")
    parser.add_argument("coders", metavar="CODER", nargs="*", help="two coders or more (default: all in codings/)")
    parser.add_argument(
        "--document",
        dest="documents",
        metavar="DOCUMENT",
        action="append",
        help="a document's id; may be repeated (default: all that these coders coded)",
    )
    parser.add_argument(
        "--texts-of",
        dest="texts",
        metavar="CODER",
        default="",
        help="free texts, such as summaries and notes, make no difference: take those of this coder; the file says so",
    )
    parser.add_argument("--by", metavar="NAME", default="", help="who decides, for the file (default: it does not say)")
    parser.add_argument("--dry-run", action="store_true", help="show what would be done, and write nothing")
    parser.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        help="print text, or a JSON array with an object for each document (default: text)",
    )
    add_sources(parser)
    add_all_problems(parser)
    parser.set_defaults(run=run, nothing_done=NOTHING_DONE)


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    chosen = AdjudicateOptions(
        options.coders, options.documents or (), options.texts, options.by, dry_run=options.dry_run
    )
    return adjudicate(options.project, chosen, console)


def adjudicate(project: Project, options: AdjudicateOptions, console: Console) -> int:
    """Add to the annotations in `documents/` what coders agree on, and list what has to be decided.

    Args:
        project: Its sources are read, and the annotations of the documents are written.
        options: What is adjudicated.
        console: Where problems and the list are printed.

    Returns:
        The exit status: 1 if the codings, or the annotations that are made, have problems, or cannot be written.

    Raises:
        UsageError: A document or coder is not known, or there is nothing to adjudicate.
    """
    from stancebook.coders.codings import read_codebook
    from stancebook.sources.editing import EditError

    if not isinstance(project.seeds, Path):
        raise UsageError("The annotations are written into a folder of this machine; name it with --seeds.")
    listing = discover(project.seeds)
    found = discover_codings(project.seeds, listing.documents)
    chosen = _documents(_coders(found, options, project), options)
    codebook, problems = read_codebook(project.load_contract(), project.seeds, listing)
    if problems or found.problems:
        return _refuse(sorted({*problems, *found.problems}), console)
    made = []
    for doc_id, codings in chosen.items():
        [document] = [each for each in listing.documents if each.doc_id == doc_id]
        read = _read(project, listing, codebook, {**codings, AUTHORITATIVE: document})
        if errors := sorted({error for coder in codings for error in read[coder].errors}):
            return _refuse(errors, console)
        try:
            made.append(_make(project, codebook, document, read, options))
        except EditError as error:
            return _refuse([error.problem], console)
    if not options.dry_run and not _write(made, console):
        return 1
    _show(made, options, console)
    return 1 if any(each.errors for each in made) else 0


@dataclass(frozen=True)
class _Made:
    """The annotations of a document that are made from codings.

    Attributes:
        adjudication: The codings, and the annotations before.
        path: The file.
        before: Its text; None if there was no file.
        text: Its new text.
        errors: What is wrong with that.
    """

    adjudication: Adjudication
    path: Path
    before: str | None
    text: str
    errors: Sequence[Problem]

    @property
    def name(self) -> str:
        """The file as displayed to the user."""
        return display_path(self.path)

    @property
    def changed(self) -> bool:
        """Whether the text is another one than before."""
        return self.text != self.before


def _read(
    project: Project, listing: SourceListing, codebook: CheckedCodebook, files: Mapping[str, SourceDocument]
) -> dict[str, Coding]:
    """Read the codings of one document; the authoritative one only if there is a file."""
    from stancebook.coders.codings import read_codings

    documents = {coder: [document] for coder, document in files.items() if document.annotations is not None}
    contract = project.load_contract()
    return {each.coder: each for each in read_codings(contract, project.seeds, listing, documents, codebook)}


def _make(
    project: Project,
    codebook: CheckedCodebook,
    document: SourceDocument,
    read: Mapping[str, Coding],
    options: AdjudicateOptions,
) -> _Made:
    """Return the annotations of a document with all that can be added to them."""
    from stancebook.coders.adjudication import Adjudication
    from stancebook.coders.codings import check_coding
    from stancebook.coders.matched import MatchedCodings
    from stancebook.coders.settling import new_file, with_agreed
    from stancebook.sources.corpus import Corpus, DocumentFiles, SourceFile
    from stancebook.sources.editing import schema_path

    assert isinstance(project.seeds, Path)
    contract = project.load_contract()
    codings = [coding for coder, coding in read.items() if coder != AUTHORITATIVE]
    matched = MatchedCodings(contract, codings, document.doc_id)
    adjudication = Adjudication(matched, read.get(AUTHORITATIVE), options.texts)
    path = project.seeds / (
        document.annotations.name if document.annotations else f"{DOCUMENTS}/{document.doc_id}{YAML}"
    )
    before = path.read_bytes().decode() if document.annotations else None
    schema = schema_path(project.out, path) if isinstance(project.out, Path) else ""
    start = new_file(adjudication, schema) if before is None else before
    text = with_agreed(adjudication, start, display_path(path), options.by)
    source = SourceFile("", matched.text)
    files = DocumentFiles(document.doc_id, source, SourceFile(display_path(path), text))
    corpus = Corpus((), complete=True, documents=(files,), digests={}, problems=())
    errors = check_coding(contract, corpus, codebook, AUTHORITATIVE).errors
    return _Made(adjudication, path, before, text, errors)


def _write(made: Sequence[_Made], console: Console) -> bool:
    """Write what has changed; return whether all could be written."""
    from stancebook.sources.atomic_files import write_atomically

    for each in made:
        if each.changed:
            try:
                write_atomically(each.path, each.text.encode())
            except OSError as error:
                console.fail(f"{each.name} cannot be written ({error.strerror}). It is unchanged.")
                return False
    return True


def _show(made: Sequence[_Made], options: AdjudicateOptions, console: Console) -> None:
    """Print what was done and what is left to decide, and the problems of the result."""
    from stancebook.coders.adjudication_report import as_record, as_text

    if console.output_format == "json":
        records = [as_record(each.adjudication, each.name, each.errors, changed=each.changed) for each in made]
        print_text(json.dumps(records, ensure_ascii=False, indent=2) + "\n", sys.stdout)
        return
    texts = [as_text(each.adjudication, each.name, changed=each.changed, dry_run=options.dry_run) for each in made]
    console.say("\n\n".join(texts))
    if errors := sorted(error for each in made for error in each.errors):
        console.show(errors)
        console.say(f"{count_problems(errors)} A build refuses these annotations until they are solved.")


def _refuse(problems: Sequence[Problem], console: Console) -> int:
    console.show(problems)
    console.say(f"{count_problems(problems)} {NOTHING_DONE}")
    return 1


def _coders(
    found: CodingListing, options: AdjudicateOptions, project: Project
) -> dict[str, Mapping[str, SourceDocument]]:
    """Return the documents of each coder, by id."""
    known = {coder: {each.doc_id: each for each in documents} for coder, documents in found.coders.items()}
    if not known:
        place = f"{display_folder(project.seeds)}{CODINGS}/<coder>/"
        raise UsageError(f"There is no coding to adjudicate: put the files of each coder into {place}.")
    chosen = list(dict.fromkeys(options.coders or known))
    if unknown := [name for name in (*chosen, options.texts) if name and name not in known]:
        raise UsageError(f"The coders are {', '.join(known)}; {', '.join(unknown)} is none of them.")
    if len(chosen) < 2:
        raise UsageError(f"Name two coders or more, of {', '.join(known)}.")
    if options.texts and options.texts not in chosen:
        raise UsageError(f"--texts-of names {options.texts}, who is not among {', '.join(chosen)}.")
    return {name: known[name] for name in chosen}


def _documents(
    coders: Mapping[str, Mapping[str, SourceDocument]], options: AdjudicateOptions
) -> dict[str, dict[str, SourceDocument]]:
    """Return the documents that all coders coded, by id, with the file of each coder."""
    first, *others = coders.values()
    common = [doc_id for doc_id in first if all(doc_id in documents for documents in others)]
    names = ", ".join(coders)
    if unknown := [doc_id for doc_id in options.documents if doc_id not in common]:
        raise UsageError(f"Not all of {names} coded {', '.join(unknown)}.")
    if not common:
        raise UsageError(f"There is no document that all of {names} coded.")
    return {
        doc_id: {coder: documents[doc_id] for coder, documents in coders.items()}
        for doc_id in options.documents or common
    }
