"""The reading view: one page for each document of a build, one for the codebook, and an index."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from stancebook.build.coverage import Coverage, coverage
from stancebook.build.pipeline import Build
from stancebook.coders.codings import Coding
from stancebook.dataset.layout import backup_folder
from stancebook.dataset.publish import publish_error, resolve_target, staging_folder
from stancebook.exceptions import PublishError
from stancebook.schema.remarks import NOTHING_HERE
from stancebook.suggestions import options_hint
from stancebook.web.addresses import CODEBOOK_PAGE, codings_page, page_name
from stancebook.web.comparison import ANY, DIFFERS, FOUND_BY, MISSING, CodedTexts, Unit, unit_html
from stancebook.web.items import CodedRows, Field, HasFields, Item, values_by_filter
from stancebook.web.rendering import (
    LINE_STYLES,
    STATIC,
    definition_id,
    direction,
    is_web_address,
    item_html,
    render,
    text_blocks,
)
from stancebook.web.segments import Span

MARKER = "stancebook-view.json"  # lists the files of a view; a folder without it is never replaced
# What is out of sight on a larger page is laid out only when it comes into sight.
LARGE_ROWS, LARGE_TEXT = 300, 50_000


class UnknownDocumentError(PublishError):
    """A document that is to be shown is not in the corpus."""


@dataclass(frozen=True)
class Filter:
    """A choice by which rows are shown or hidden.

    Attributes:
        name: The name of a column, or `@` and a table of the codebook.
        title: Its heading.
        options: Each value, its text, and the number of rows that have it.
    """

    name: str
    title: str
    options: tuple[tuple[str, str, int], ...]


def write_view(build: Build, folder: Path, doc_ids: Sequence[str] = (), codings: Sequence[Coding] = ()) -> list[str]:
    """Write the pages of a build into a folder; an earlier view is replaced, and stays if anything fails.

    Args:
        build: A build without errors.
        folder: The folder to write; it need not exist.
        doc_ids: The documents to show; all of them if empty.
        codings: Codings of the documents, without errors. A document that at least two coders coded gets a second page,
            which shows these codings together.

    Returns:
        The files that were written, relative to the folder.

    Raises:
        UnknownDocumentError: One of the documents is not in the corpus.
        PublishError: The folder holds something else than an earlier view, or cannot be written.
    """
    known = [files.doc_id for files in build.corpus.documents]
    if unknown := next((doc_id for doc_id in doc_ids if doc_id not in known), None):
        raise UnknownDocumentError(f"There is no document {unknown!r}: {options_hint(unknown, known)}")
    _refuse_foreign(folder)
    with staging_folder(folder) as new:
        files: list[str] = []
        shown = [doc_id for doc_id in known if not doc_ids or doc_id in doc_ids]
        for name, html in _Pages(build, shown, codings).all():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(html.encode())
            files.append(name)
        (new / MARKER).write_text(json.dumps({"files": files}, indent=1) + "\n", encoding="utf-8")
        _replace(new, resolve_target(folder), folder)
    return files


class _Pages:
    """Writes the pages of a build."""

    def __init__(self, build: Build, doc_ids: Sequence[str], codings: Sequence[Coding]) -> None:
        self._build, self._doc_ids = build, doc_ids
        self._coded = CodedTexts(build.contract, build.frames, codings, doc_ids)
        self._contract = build.contract
        self._rows = CodedRows(build.contract, build.frames)
        self._tables = [
            (spec.name, self._rows.marks[spec.name]) for spec in self._contract.tables_of_kind("annotation")
        ]
        self._written = {*doc_ids, *map(codings_page, self._coded.documents), CODEBOOK_PAGE, ""}

    def all(self) -> Iterator[tuple[str, str]]:
        """Yield file and HTML of each page."""
        for doc_id in self._doc_ids:
            yield page_name(doc_id), self._document_page(doc_id)
        for doc_id in self._coded.documents:
            yield page_name(codings_page(doc_id)), self._codings_page(doc_id)
        yield page_name(CODEBOOK_PAGE), self._codebook_page()
        yield "index.html", self._page("index.html", "", documents=self._index_rows())

    @cached_property
    def _coverage(self) -> Coverage:
        return coverage(self._build)

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        return {files.doc_id: files.text.text for files in self._build.corpus.documents if files.text}

    @cached_property
    def _uncovered(self) -> Mapping[str, list[Span]]:
        return _spans_by_document(self._coverage.untouched)

    @cached_property
    def _nothing_here(self) -> Mapping[str, list[Span]]:
        return _spans_by_document(self._build.remarks[NOTHING_HERE.name])

    @cached_property
    def _items(self) -> Mapping[str, list[Item]]:
        return {doc_id: [self._linked(item) for item in self._rows.document(doc_id)] for doc_id in self._doc_ids}

    @cached_property
    def _records(self) -> Mapping[str, Item]:
        records = {doc_id: self._rows.record(doc_id) for doc_id in self._doc_ids}
        return {doc_id: self._linked(record) for doc_id, record in records.items() if record is not None}

    def _linked_unit(self, unit: Unit) -> Unit:
        return replace(unit, sides=tuple(map(self._linked, unit.sides)))

    def _linked(self, item: Item) -> Item:
        """Return a row without links to pages that are not written."""
        fields = tuple(field if field.page in self._written else replace(field, target="") for field in item.fields)
        return replace(item, fields=fields, children=tuple(map(self._linked, item.children)))

    def _document_page(self, doc_id: str) -> str:
        items, record = self._items[doc_id], self._records[doc_id]
        base, source = _base(doc_id), self._source(doc_id)
        uncovered = self._uncovered[doc_id]
        return self._text_page(
            doc_id,
            items,
            spans=(uncovered, self._nothing_here[doc_id]),
            record_html=item_html(record, base),
            groups=[("", [item_html(item, base, source) for item in items])],
            filters=self._filters(items),
            pinned=[],
            coders=[],
            definitions=_definitions([record, *items]),
            position=self._neighbours(doc_id, self._doc_ids, str),
            other=(page_name(codings_page(doc_id)), "Codings") if doc_id in self._coded.documents else None,
        )

    def _codings_page(self, doc_id: str) -> str:
        base = _base(doc_id)
        units = [self._linked_unit(unit) for unit in self._coded.units(doc_id)]
        record = self._linked_unit(self._coded.record(doc_id))
        items = sorted((side for unit in units for side in unit.sides), key=self._rows.place)
        counts = Counter(item.coder for item in items)
        groups = [
            (f"{len(found)} {title}", [unit_html(unit, self._contract, base) for unit in found])
            for title, equal in (("with differences", False), ("without differences", True))
            if (found := [unit for unit in units if unit.is_equal == equal])
        ]
        return self._text_page(
            doc_id,
            items,
            spans=([], []),
            record_html=unit_html(record, self._contract, base),
            groups=groups,
            filters=self._filters(units),
            pinned=_comparison_filters(units),
            coders=[(coder, counts[coder]) for coder in self._coded.coders(doc_id)],
            definitions=_definitions([*record.sides, *items]),
            position=self._neighbours(doc_id, self._coded.documents, codings_page),
            other=(page_name(doc_id), "The dataset's rows"),
        )

    def _text_page(
        self, doc_id: str, items: Sequence[Item], *, spans: tuple[Sequence[Span], Sequence[Span]], **values: Any
    ) -> str:
        """Return a page that shows a text with rows.

        Args:
            doc_id: The text.
            items: The rows that are drawn under their passages.
            spans: The passages that no row covers, and those that were read and hold nothing to code.
            values: What else the template shows.
        """
        facts = {field.name: field.value for field in self._records[doc_id].fields}
        source = self._source(doc_id)
        return self._page(
            "document.html",
            _base(doc_id),
            record=self._records[doc_id],
            source=source if is_web_address(source) else "",
            language=facts.get("language", ""),
            direction=direction(facts.get("language", "")),
            blocks=[html for _, html in text_blocks(self._texts[doc_id], items, *spans)],
            tables=_counted(self._tables, items),
            uncovered=len(spans[0]),
            nothing_here=len(spans[1]),
            line_styles=LINE_STYLES,
            is_large=len(items) > LARGE_ROWS or len(self._texts[doc_id]) > LARGE_TEXT,
            **values,
        )

    def _source(self, doc_id: str) -> str:
        """Return where a text is from, as its record says; empty if it does not."""
        facts = {field.name: field.value for field in self._records[doc_id].fields}
        return facts.get(self._contract.sources.get("path", ""), "")

    def _neighbours(
        self, doc_id: str, doc_ids: Sequence[str], page: Callable[[str], str]
    ) -> dict[str, tuple[str, str]]:
        """Return address and title of the document before and after one, of some that have a page of one kind."""
        at = doc_ids.index(doc_id)
        others = {"previous": doc_ids[at - 1 : at] if at else [], "next": doc_ids[at + 1 : at + 2]}
        return {
            name: (page_name(page(found[0])), self._records[found[0]].label) for name, found in others.items() if found
        }

    def _filters(self, items: Sequence[HasFields]) -> list[Filter]:
        values = [pair for item in items for pair in values_by_filter(item).items()]
        counts = Counter((name, value) for name, found in values for value in found)
        fields = {_filter_key(field): field for item in items for field in item.all_fields()}
        found = []
        for name, title in self._filter_titles():
            order = self._choices(name)
            named = [(value, count) for (key, value), count in counts.items() if key == name]
            options = [(value, fields[name, value].shown, count) for value, count in named]
            by_order = {value: number for number, value in enumerate(order)}
            options.sort(key=lambda option: (by_order.get(option[0], -1), option[1].casefold()))
            if len(options) > 1:
                found.append(Filter(name, title, tuple(options)))
        return found

    def _filter_titles(self) -> Iterable[tuple[str, str]]:
        entries = {f"@{spec.name}": spec.title or spec.name for spec in self._contract.codebook_tables}
        columns = {
            column.name: column.title or column.name
            for spec in self._contract.document_tables
            for column in spec.columns
            if column.vocabulary or column.kind == "boolean"
        }
        return (entries | columns).items()

    def _choices(self, name: str) -> list[str]:
        columns = (column for spec in self._contract.document_tables for column in spec.columns if column.name == name)
        return list(dict.fromkeys(value for column in columns for value in column.vocabulary))

    def _codebook_page(self) -> str:
        entries = [
            (spec, [_on_codebook_page(self._linked(entry)) for entry in self._rows.entries(spec.name)])
            for spec in self._contract.tables_of_kind("codebook")
        ]
        sections = [
            (spec, [(item_html(entry), self._uses.get(entry.address, [])) for entry in rows]) for spec, rows in entries
        ]
        everything = [entry for _, rows in entries for entry in rows]
        return self._page("codebook.html", "", sections=sections, definitions=_definitions(everything))

    @cached_property
    def _uses(self) -> Mapping[str, list[dict[str, Any]]]:
        """The rows that refer to each entry of the codebook."""
        found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for doc_id, items in self._items.items():
            for item in items:
                targets = {field.target: None for field in item.all_fields() if field.page == CODEBOOK_PAGE}
                use = {
                    "href": f"{page_name(doc_id)}#{item.address}",
                    "item": item,
                    "title": self._records[doc_id].label,
                }
                for target in targets:
                    found[target].append(use)
        return found

    def _index_rows(self) -> list[dict[str, Any]]:
        shares = self._coverage.shares
        total = shares[shares["table"].isna()]
        covered = dict(zip(total["doc_id"], total["sentences"], strict=True))
        dates = [column.name for column in self._contract.document.columns if column.kind == "date"]
        rows = []
        for doc_id in self._doc_ids:
            record = self._records[doc_id]
            facts = {field.name: field.shown for field in record.fields}
            counts = Counter(item.table for item in self._items[doc_id])
            rows.append(
                {
                    "id": doc_id,
                    "href": page_name(doc_id),
                    "codings": page_name(codings_page(doc_id)) if doc_id in self._coded.documents else "",
                    "title": record.label,
                    "date": next((facts[name] for name in dates if name in facts), ""),
                    "counts": [counts[name] for name, _ in self._tables],
                    "covered": round(100 * covered[doc_id]),
                    "search": " ".join([doc_id, *facts.values()]).casefold(),
                    "direction": direction(facts.get("language", "")),
                }
            )
        return rows

    def _page(self, template: str, base: str, **values: Any) -> str:
        style, script = (_static(name) for name in ("style.css", "view.js"))
        policy = (
            f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none';"
            " form-action 'none'"
        )
        shown = {"contract": self._contract, "base": base, "style": style, "script": script, "marks": self._tables}
        return render(template, **shown, policy=policy, **values)


def _base(doc_id: str) -> str:
    """Return the way from the page of a document to the folder of the pages."""
    return "../" * doc_id.count("/")


def _comparison_filters(units: Sequence[Unit]) -> list[Filter]:
    """Return the filters of units: what differs, and who found them."""
    titles = {ANY: "any difference", MISSING: "not found by all"}
    found: dict[str, Counter[str]] = {DIFFERS: Counter(), FOUND_BY: Counter()}
    for unit in units:
        titles |= unit.differing
        for name, values in unit.choices().items():
            found[name].update(values)
    options = {
        name: tuple((value, titles.get(value, value), count) for value, count in counts.items())
        for name, counts in found.items()
    }
    return [Filter(DIFFERS, "Differences", options[DIFFERS]), Filter(FOUND_BY, "Found by", options[FOUND_BY])]


def _spans_by_document(passages: pd.DataFrame) -> Mapping[str, list[Span]]:
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for doc_id, start, end in zip(passages["doc_id"], passages["char_start"], passages["char_end"], strict=True):
        found[doc_id].append((int(start), int(end)))
    return found


def _on_codebook_page(entry: Item) -> Item:
    """Return an entry of the codebook whose references to other entries stay on its page."""
    fields = tuple(replace(field, page="") if field.page == CODEBOOK_PAGE else field for field in entry.fields)
    return replace(entry, fields=fields, children=tuple(map(_on_codebook_page, entry.children)))


def _filter_key(field: Field) -> tuple[str, str]:
    return (f"@{field.entry_of}" if field.entry_of else field.name), field.value


def _counted(tables: Iterable[tuple[str, Any]], items: Iterable[Item]) -> list[tuple[str, Any, int]]:
    counts = Counter(item.table for item in items)
    return [(name, mark, counts[name]) for name, mark in tables]


def _definitions(items: Iterable[Item]) -> list[tuple[str, str, str, str]]:
    """Return address, column, value and definition of each value that rows have, each once."""
    found = {}
    for item in items:
        for row in item.all_rows():
            for field in row.fields:
                if field.definition:
                    address = definition_id(row.table, field.name, field.value)
                    found[address] = (address, field.title, field.shown, field.definition)
    return sorted(found.values(), key=lambda entry: entry[1:3])


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


# ── The folder ────────────────────────────────────────────────────────────────────────────────────


def _refuse_foreign(folder: Path) -> None:
    """Raise `PublishError` if a folder holds anything that is not of an earlier view."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    try:
        listed: Collection[str] = {*json.loads((folder / MARKER).read_bytes())["files"], MARKER}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        raise PublishError(
            f"{folder} is not empty and is not a view that was written before. Empty it, or name another folder."
        ) from None
    here = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    if unknown := sorted(set(here) - set(listed)):
        raise PublishError(
            f"{folder} holds {', '.join(unknown[:5])}, which the new view would remove. Move it elsewhere."
        )


def _replace(new: Path, target: Path, folder: Path) -> None:
    """Put a finished folder in the place of another one, which comes back if that fails."""
    old = backup_folder(target)
    if (old / MARKER).is_file():  # of a run that was killed after it had replaced the folder
        shutil.rmtree(old)
    try:
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except BaseException:
            if old.exists():
                old.rename(target)
            raise
    except OSError as error:
        raise publish_error(error, folder) from error
    shutil.rmtree(old, ignore_errors=True)
