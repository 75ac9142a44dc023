"""The command `agree`: compare the codings of a project."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.config import Project, UsageError, overlap
from stancebook.cli.console import Console, format_rows, format_written, print_text
from stancebook.cli.options import Commands, add_all_problems, add_command, add_sources
from stancebook.dataset.layout import DATAPACKAGE
from stancebook.problems import Problem, count_problems, display_folder, pluralize
from stancebook.sources.discovery import (
    AUTHORITATIVE,
    CODINGS,
    CodingListing,
    SourceDocument,
    SourceListing,
    discover,
    discover_codings,
)

if TYPE_CHECKING:
    from stancebook.coders.codings import Coding
    from stancebook.coders.results import Agreement
    from stancebook.schema.contract import Contract


DESCRIPTION = """\
Compare codings of the same texts: which units the coders found, how far they agree in each variable, and the
passages that divide them, with file and line. Codings are in codings/<coder>/ next to documents/, and named like
annotations there; those in documents/ are called authoritative.
"""


@dataclass(frozen=True)
class AgreeOptions:
    """What is compared, and how it is shown.

    Attributes:
        documents: The ids of documents; all that are coded by all coders if empty.
        coders: The names of coders; all of them if None, and if there is only one, the authoritative annotations too.
        tables: The names of tables; all whose rows are written in documents if None.
        all_differences: Show all passages that divide the coders, not only the first of each variable.
    """

    documents: Sequence[str] = ()
    coders: Sequence[str] | None = None
    tables: Sequence[str] | None = None
    target: Path | None = None
    all_differences: bool = False


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "agree", DESCRIPTION, "show how far the coders of the same texts agree")
    parser.add_argument("documents", metavar="DOCUMENT", nargs="*", help="a document's id (default: all with codings)")
    parser.add_argument("--coders", metavar="CODER", nargs="+", help="two coders or more (default: all in codings/)")
    parser.add_argument("--tables", metavar="TABLE", nargs="+", help="compare these tables only")
    parser.add_argument(
        "--all-differences",
        action="store_true",
        help="show every passage that divides the coders; by default, the first 5 of each variable",
    )
    parser.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        help="print text, or a JSON object with everything that was measured (default: text)",
    )
    parser.add_argument(
        "--out",
        dest="target",
        metavar="DIR",
        type=Path,
        help="write everything that was measured as a dataset into this folder (default: write nothing)",
    )
    add_sources(parser)
    add_all_problems(parser)
    parser.set_defaults(run=run, nothing_done="Nothing was compared.")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    chosen = AgreeOptions(
        options.documents, options.coders, options.tables, options.target, all_differences=options.all_differences
    )
    return agree(options.project, chosen, console)


def agree(project: Project, options: AgreeOptions, console: Console) -> int:
    """Compare codings, print how far they agree, and write that as a dataset if asked to.

    Args:
        project: Its sources are read.
        options: What is compared.
        console: Where problems and the agreement are printed.

    Returns:
        The exit status: 1 if the codings have problems.

    Raises:
        UsageError: A document, coder or table is not known, there is nothing to compare, or the folder to write into
            is in use for other files.
    """
    from stancebook.coders.agreement import compare
    from stancebook.coders.report import MAX_DIFFERENCES, as_json, as_text

    if options.target is not None:
        _check_target(options.target, project)
    contract = project.load_contract()
    tables = _tables(contract, options.tables)
    codings, problems = read_chosen_codings(project, contract, options.coders, options.documents)
    if problems:
        console.show(problems)
        console.say(f"{count_problems(problems)} Nothing was compared.")
        return 1
    all_documents = dict.fromkeys(doc_id for coding in codings for doc_id in coding.texts)
    agreement = compare(contract, codings, list(all_documents), tables)
    if not agreement.documents:
        raise UsageError(f"There is no document that all of {', '.join(agreement.coders)} coded.")
    if left_out := len(all_documents) - len(agreement.documents):
        console.say(f"left out {pluralize(left_out, 'document')} that not all coders coded")
    if console.output_format == "json":
        print_text(as_json(agreement), sys.stdout)
    else:
        console.say(as_text(agreement, sys.maxsize if options.all_differences else MAX_DIFFERENCES))
    if options.target is not None:
        _write(agreement, options.target, console)
    return 0


def read_chosen_codings(
    project: Project, contract: Contract, coders: Sequence[str] | None, documents: Sequence[str] = ()
) -> tuple[list[Coding], list[Problem]]:
    """Read the codings of some coders.

    Args:
        project: Its sources are read.
        contract: Its contract.
        coders: The names of two coders or more; None as in `AgreeOptions`.
        documents: The documents to read; all that are coded if empty.

    Returns:
        The codings, and the problems that prevent a comparison.

    Raises:
        UsageError: A coder or document is not known, or there is nothing to compare.
    """
    from stancebook.coders.codings import read_codebook, read_codings

    listing = discover(project.seeds)
    found = discover_codings(project.seeds, listing.documents)
    chosen = _documents(_codings(listing, found, coders, project), documents)
    codebook, problems = read_codebook(contract, project.seeds, listing)
    codings = list(read_codings(contract, project.seeds, listing, chosen, codebook))
    return codings, sorted({*problems, *found.problems, *(each for coding in codings for each in coding.errors)})


def _check_target(target: Path, project: Project) -> None:
    """Refuse a folder in which other files are than those of an agreement."""
    from stancebook.coders.dataset import NAME
    from stancebook.dataset.listing import read_package_json

    if any(overlap(target, other) for other in (project.seeds, project.out)):
        raise UsageError(f"{target} is in use for the sources or the dataset; choose another folder with --out.")
    if (target / DATAPACKAGE).exists() and read_package_json(target).get("name") != NAME:
        raise UsageError(f"{target} holds another dataset; choose another folder with --out.")


def _write(agreement: Agreement, target: Path, console: Console) -> None:
    from stancebook.coders.dataset import write_agreement
    from stancebook.dataset.publish import build_lock, publish, staging_folder

    with build_lock(target, console.say), staging_folder(target) as staging:
        rows = write_agreement(agreement, staging)
        changed = publish(staging, target)
    console.say("\n" + format_written(target, format_rows(rows), changed=changed))


def _tables(contract: Contract, names: Sequence[str] | None) -> list[str]:
    known = [spec.name for spec in contract.document_tables]
    if unknown := [name for name in names or () if name not in known]:
        raise UsageError(f"Codings have the tables {', '.join(known)}; {', '.join(unknown)} is none of them.")
    return known if names is None else list(names)


def _codings(
    listing: SourceListing, found: CodingListing, names: Sequence[str] | None, project: Project
) -> dict[str, Sequence[SourceDocument]]:
    """Return the documents of each coder that is compared."""
    authoritative = tuple(each for each in listing.documents if each.text and each.annotations)
    known = {**found.coders, AUTHORITATIVE: authoritative}
    if not found.coders:
        place = f"{display_folder(project.seeds)}{CODINGS}/<coder>/"
        raise UsageError(f"There is no coding to compare: put the files of each coder into {place}.")
    chosen = list(dict.fromkeys([*found.coders, *[AUTHORITATIVE][len(found.coders) > 1 :]] if names is None else names))
    if unknown := [name for name in chosen if name not in known]:
        raise UsageError(f"The coders are {', '.join(known)}; {', '.join(unknown)} is none of them.")
    if len(chosen) < 2:
        raise UsageError(f"Name two coders or more, of {', '.join(known)}.")
    return {name: known[name] for name in chosen}


def _documents(
    codings: Mapping[str, Sequence[SourceDocument]], doc_ids: Sequence[str]
) -> dict[str, Sequence[SourceDocument]]:
    """Return the codings of the named documents; of all if none is named."""
    known = {document.doc_id for documents in codings.values() for document in documents}
    if unknown := [doc_id for doc_id in doc_ids if doc_id not in known]:
        if codings.keys() >= {*unknown}:
            names = " ".join(unknown)
            raise UsageError(f"There is no document {', '.join(unknown)}. To compare coders, write --coders {names}.")
        raise UsageError(f"None of {', '.join(codings)} coded a document {', '.join(unknown)}.")
    chosen = set(doc_ids) or known
    return {coder: [each for each in documents if each.doc_id in chosen] for coder, documents in codings.items()}
