"""The command `search`: find rows of a dataset by their words."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stancebook.cli.config import UsageError
from stancebook.cli.console import Console, print_text
from stancebook.cli.options import DATASET_HELP, Commands, add_command, existing_folder, positive_number
from stancebook.cli.validate import dataset_folder
from stancebook.problems import display_folder, display_path, pluralize

if TYPE_CHECKING:
    from stancebook.dataset.descriptor import Package
    from stancebook.dataset.search import Hit

DESCRIPTION = """\
Find the rows of a dataset that have all of some words in their passage or in other text, and print them with the
words marked {so}, with their document, and with their address in the reading view. Case and diacritics make no
difference. Words between quotation marks follow each other: stancebook search '"without preconditions" talks'
"""
_WIDTH = 100
_DEFAULT_LIMIT = 20


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "search", DESCRIPTION, "find rows by their words")
    parser.add_argument("words", metavar="WORD", nargs="*", help="the words, all of which a row has")
    parser.add_argument("--table", dest="tables", metavar="TABLE", action="append", help="search this table only")
    parser.add_argument(
        "--where",
        dest="filters",
        metavar="COLUMN=VALUE",
        type=_filter,
        action="append",
        help="only rows with this value, such as issue_id=direct-talks; tables without the column are left out",
    )
    parser.add_argument("--from", dest="dataset", metavar="PATH", type=existing_folder, help=DATASET_HELP)
    parser.add_argument(
        "--limit",
        metavar="N",
        type=positive_number,
        default=_DEFAULT_LIMIT,
        help=f"print so many rows as text (default: {_DEFAULT_LIMIT}); as JSON, all rows are printed",
    )
    parser.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        help="print text, or a JSON array of all rows that were found (default: text)",
    )
    parser.set_defaults(run=run, nothing_done="Nothing was searched.")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    from stancebook.dataset.descriptor import read_package
    from stancebook.dataset.search import SearchError, query_terms, search_rows

    filters, words = options.filters or (), " ".join(options.words)
    if not filters and not query_terms(words):
        raise UsageError("Give words to search, or --where COLUMN=VALUE.")
    package = read_package(dataset_folder(options))
    try:
        hits = search_rows(package, words, options.tables or (), filters)
        if options.output_format == "json":
            print_text(
                json.dumps([_as_json(hit, package) for hit in hits], ensure_ascii=False, default=str), sys.stdout
            )
        else:
            _print_hits(hits, package, console, options.limit)
    except SearchError as error:
        raise UsageError(str(error)) from error
    return 0


def _print_hits(hits: Iterator[Hit], package: Package, console: Console, limit: int) -> None:
    counts: dict[str, int] = {}
    for number, hit in enumerate(hits):
        counts[hit.table] = counts.get(hit.table, 0) + 1
        if number < limit:
            console.say("\n".join([*_lines(hit, package), ""]))
    found = sum(counts.values())
    tables = ", ".join(f"{count:,} in {table}" for table, count in counts.items())
    more = f"; the first {limit} are shown, --limit shows more" if found > limit else ""
    console.say(f"{pluralize(found, 'row')} of {display_folder(package.folder)}{': ' if tables else ''}{tables}{more}")
    if not found:
        console.say("Coded passages and other cells of tables are searched, not whole texts.")


def _lines(hit: Hit, package: Package) -> Iterator[str]:
    yield "  ".join(part for part in (hit.table, hit.key, _address(hit, package)) if part)
    width = max((len(name) for name in hit.shown), default=0)
    for name in hit.shown:
        text = " ".join(_marked(str(hit.cells[name]), hit.marks.get(name, ())).split())
        prefix = f"    {name:{width}}  "
        yield from textwrap.wrap(
            text,
            _WIDTH,
            initial_indent=prefix,
            subsequent_indent=" " * len(prefix),
            break_long_words=False,
            break_on_hyphens=False,
        )


def _marked(text: str, marks: Sequence[tuple[int, int]]) -> str:
    ends = [0, *itertools.chain.from_iterable(marks), len(text)]
    parts = [text[start:end] for start, end in itertools.pairwise(ends)]
    return "".join(f"{{{part}}}" if index % 2 else part for index, part in enumerate(parts))


def _as_json(hit: Hit, package: Package) -> dict[str, object]:
    return {
        "table": hit.table,
        "key": hit.key,
        "document": hit.doc_id,
        "address": _address(hit, package),
        "marks": hit.marks,
        "cells": hit.cells,
    }


def _address(hit: Hit, package: Package) -> str:
    """Return the address of a row in the reading view next to the dataset, else in the published one, if there is one.

    Rows of derived and nested tables have no place of their own there; they have the address of their document.
    """
    from stancebook.web.addresses import CODEBOOK_PAGE, page_name, row_url

    local, published = package.folder.absolute().parent / "view", package.view_url
    is_passage = hit.key.startswith(f"{hit.doc_id}#") and ", " not in hit.key
    page = page_name(hit.doc_id or CODEBOOK_PAGE)
    folder = f"{display_path(local)}" if (local / page).is_file() else published
    if not folder or not (hit.doc_id or hit.in_codebook):
        return ""
    return row_url(folder, hit.table, hit.key) if is_passage or hit.in_codebook else f"{folder.rstrip('/')}/{page}"


def _filter(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not column or not equals or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not a column and a value, such as issue_id=direct-talks")
    return column, value
