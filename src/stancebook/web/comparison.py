"""The codings of a text next to each other: matched rows as one unit, with the columns in which they differ."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from stancebook.coders.codings import Coding
from stancebook.coders.compared import ComparedUnit, compared_units
from stancebook.schema.contract import Contract
from stancebook.schema.spec import Tables
from stancebook.web.addresses import CODEBOOK_PAGE, codings_page
from stancebook.web.items import CodedRows, Coder, Field, Item, Mark, values_by_filter
from stancebook.web.rendering import field_html, nested_html, quote_html, render

FOUND_BY, DIFFERS = "=found", "=differs"  # names of filters, which no column has
PASSAGE, ANY, MISSING = "=passage", "=any", "=missing"  # values of the second one, besides names of columns
_PASSAGE_TITLE = "Passage"


@dataclass(frozen=True, slots=True)
class Unit:
    """What coders wrote about the same.

    Attributes:
        address: Its address in the page.
        mark: How its table is marked.
        sides: The row of each coder who found it.
        missing: Those who coded the text and did not find it.
        differing: The titles of what differs, by the name of the column or list; `PASSAGE` for the passage.
    """

    address: str
    mark: Mark
    sides: tuple[Item, ...]
    missing: tuple[Coder, ...]
    differing: Mapping[str, str]

    @property
    def table(self) -> str:
        """The name of its table."""
        return self.sides[0].table

    @property
    def coders(self) -> list[Coder]:
        """Who found it."""
        return [side.coder for side in self.sides if side.coder]

    @property
    def is_equal(self) -> bool:
        """Whether all coders found it, and nothing differs."""
        return not self.missing and not self.differing

    @property
    def verdict(self) -> str:
        """How far the coders agree on it, in some words."""
        found = " and ".join(coder.name for coder in self.coders)
        parts = [f"only {found}" if len(self.sides) == 1 else f"found by {found}"] if self.missing else []
        if self.differing:
            parts.append(f"differs in {', '.join(self.differing.values())}")
        return "; ".join(parts) or "equal"

    def all_fields(self) -> Iterator[Field]:
        """Yield the fields of all its rows and of those nested in them."""
        for side in self.sides:
            yield from side.all_fields()

    def choices(self) -> dict[str, list[str]]:
        """Return by what it can be chosen as a difference: who found it, and what differs."""
        missing = [MISSING] if self.missing else []
        differences = [] if self.is_equal else [ANY, *missing, *self.differing]
        return {FOUND_BY: [coder.name for coder in self.coders], DIFFERS: differences}


@dataclass(frozen=True, slots=True)
class Line:
    """One column or list of a unit, as HTML.

    Attributes:
        title: Its heading.
        differs: Whether the coders differ in it.
        cells: What each coder wrote; one cell if all wrote the same.
    """

    title: str
    differs: bool
    cells: tuple[str, ...]


def unit_html(unit: Unit, contract: Contract, base: str = "") -> str:
    """Return the HTML of a unit: a table with a column for each coder; what differs comes first.

    Args:
        unit: The unit.
        contract: The contract of the dataset.
        base: The way from its page to the folder of the pages, such as `../`.
    """
    passages = [quote_html(side) for side in unit.sides]
    same = PASSAGE not in unit.differing
    passage = [Line(_PASSAGE_TITLE, not same, tuple(passages[:1] if same else passages))] if any(passages) else []
    lines = [*passage, *sorted(_lines(unit, contract, base), key=lambda line: not line.differs)]
    values = json.dumps({**values_by_filter(unit), **unit.choices()}, ensure_ascii=False)
    return render("unit.html", unit=unit, lines=lines, values=values)


def _lines(unit: Unit, contract: Contract, base: str) -> Iterator[Line]:
    for column in contract.tables[unit.table].columns:
        fields = [next((field for field in side.fields if field.name == column.name), None) for side in unit.sides]
        cells = [field_html(field, side, base) if field else "" for field, side in zip(fields, unit.sides, strict=True)]
        yield from _line(column.title or column.name, column.name in unit.differing, cells)
    for section, nested in contract.nested_tables(unit.table).items():
        rows = [[child for child in side.children if child.table == nested.name] for side in unit.sides]
        yield from _line(
            nested.title or nested.name, section in unit.differing, [nested_html(each, base) for each in rows]
        )


def _line(title: str, differs: bool, cells: Sequence[str]) -> Iterator[Line]:
    if any(cells):
        yield Line(title, differs, tuple(cells) if len(set(cells)) > 1 else (cells[0],))


class CodedTexts:
    """The codings of some texts, compared.

    Args:
        contract: The contract of the dataset.
        frames: The tables of the dataset; the codebook is taken from them.
        codings: The codings, without errors.
        doc_ids: The texts.
    """

    def __init__(self, contract: Contract, frames: Tables, codings: Sequence[Coding], doc_ids: Sequence[str]) -> None:
        self._contract, self._codings = contract, codings
        self._rows = [CodedRows(contract, {**frames, **coding.frames}) for coding in codings]
        self._coders = [
            Coder(coding.coder, number, coding.described(contract)) for number, coding in enumerate(codings, start=1)
        ]
        numbers = {doc_id: [at for at, each in enumerate(codings) if doc_id in each.texts] for doc_id in doc_ids}
        self._numbers = {doc_id: found for doc_id, found in numbers.items() if len(found) > 1}

    @property
    def documents(self) -> list[str]:
        """The texts that at least two of the coders coded."""
        return list(self._numbers)

    def coders(self, doc_id: str) -> list[Coder]:
        """Return the coders of a text."""
        return [self._coders[number] for number in self._numbers[doc_id]]

    def record(self, doc_id: str) -> Unit:
        """Return the unit of the record of a text itself."""
        [unit] = (unit for unit in self._compared[doc_id] if unit.table == self._contract.document.name)
        return self._unit(unit)

    def units(self, doc_id: str) -> list[Unit]:
        """Return the units of a text, in its order."""
        units = [self._unit(unit) for unit in self._compared[doc_id] if unit.table != self._contract.document.name]
        return sorted(units, key=lambda unit: self._rows[0].place(unit.sides[0]))

    @cached_property
    def _compared(self) -> Mapping[str, list[ComparedUnit]]:
        """The units of each text; texts of the same coders are compared together."""
        groups: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
        for doc_id, numbers in self._numbers.items():
            groups[tuple(numbers)].append(doc_id)
        found: defaultdict[str, list[ComparedUnit]] = defaultdict(list)
        for group, doc_ids in groups.items():
            for unit in compared_units(self._contract, [self._codings[number] for number in group], doc_ids):
                rows = {group[number]: row for number, row in unit.rows.items()}
                found[unit.doc_id].append(replace(unit, rows=rows))
        return found

    @cached_property
    def _items(self) -> Mapping[tuple[str, int], Mapping[int, Item]]:
        """The row of each table and coder, by its number in the frame."""
        tables = self._contract.tables_of_kind("annotation")
        found: dict[tuple[str, int], dict[int, Item]] = {}
        for number, rows in enumerate(self._rows):
            for spec in tables:
                found[spec.name, number] = {
                    row: _of_coder(item, self._coders[number])
                    for doc_id in self.documents
                    for row, item in rows.annotations(spec.name, doc_id)
                }
        return found

    def _unit(self, unit: ComparedUnit) -> Unit:
        sides = tuple(self._side(unit, number, row) for number, row in unit.rows.items())
        missing = tuple(self._coders[number] for number in self._numbers[unit.doc_id] if number not in unit.rows)
        passages = {(side.start, side.end) for side in sides}
        differing = {PASSAGE: _PASSAGE_TITLE} if len(passages) > 1 else {}
        titles = self._titles(unit.table)
        differing |= {name: titles[name] for name in unit.differing}
        return Unit(f"u.{sides[0].address}", sides[0].mark, sides, missing, differing)

    def _side(self, unit: ComparedUnit, number: int, row: int) -> Item:
        if unit.table != self._contract.document.name:
            return self._items[unit.table, number][row]
        record = self._rows[number].record(unit.doc_id)
        assert record is not None
        return _of_coder(record, self._coders[number])

    def _titles(self, table: str) -> dict[str, str]:
        """Return the titles of the columns and lists of a table."""
        columns = {column.name: column.title or column.name for column in self._contract.tables[table].columns}
        nested = self._contract.nested_tables(table)
        return columns | {section: spec.title or spec.name for section, spec in nested.items()}


def _of_coder(item: Item, coder: Coder) -> Item:
    """Return a row with addresses that rows of other coders do not have."""
    fields = tuple(_of_coder_field(field, coder) for field in item.fields)
    children = tuple(_of_coder(child, coder) for child in item.children)
    address = f"{coder.name}.{item.address}" if item.address else ""
    return replace(item, address=address, fields=fields, children=children, coder=coder)


def _of_coder_field(field: Field, coder: Coder) -> Field:
    if not field.target or field.page == CODEBOOK_PAGE:
        return field
    page = codings_page(field.page) if field.page else ""
    return replace(field, target=f"{coder.name}.{field.target}", page=page)
