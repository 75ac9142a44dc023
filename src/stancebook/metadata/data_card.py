"""Compiled tables and their rows → a data card in Markdown: what the dataset is, and every table, column and value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from stancebook.dataset.layout import ANNOTATION_SCHEMA, CODEBOOK_SCHEMA, CROISSANT, DATAPACKAGE, table_file
from stancebook.dataset.table_stats import StoredTable, TableStats
from stancebook.metadata.diagram import mermaid_diagram
from stancebook.metadata.huggingface import huggingface_header
from stancebook.schema.contract import Contract
from stancebook.schema.spec import Column, TableSpec

_FILES = {
    DATAPACKAGE: "every table and column for machines, as a Data Package",
    CROISSANT: "the same as a Croissant description, for tools of machine learning",
    ANNOTATION_SCHEMA: "by which an editor helps to write annotations",
    CODEBOOK_SCHEMA: "by which an editor helps to write the codebook",
}


def render_data_card(
    contract: Contract, tables: Mapping[str, StoredTable], documents: pd.DataFrame | None, shares: pd.DataFrame | None
) -> str:
    """Return the data card: the contract's own prose between what is computed of the tables.

    `documents` are listed one by one; None where they are too many. `shares` says how much of each text the quotes
    touch, as in `Coverage`; None where nobody has counted.
    """
    sections = [
        huggingface_header(contract, tables),
        *_opening(contract),
        contract.data_card_text.strip(),
        *_texts(contract, tables[contract.document.name].rows, documents),
        *_coverage(shares),
        *_overview(contract, tables),
        *(text for spec in contract.tables.values() for text in _table(spec, contract, tables[spec.name])),
        *_citation(contract),
    ]
    return "\n\n".join(text for text in sections if text)


def _opening(contract: Contract) -> Iterator[str]:
    yield f"# {contract.title}"
    yield contract.description
    released = f", released on {contract.released}" if contract.released else ""
    yield f"Version {contract.version}{released}. Built by `build.py` from `seeds/`: the next build replaces this page."
    yield "\n\n".join(f"Licence: [{each.title}]({each.path})." for each in contract.licenses)
    yield "Beside the tables, this folder holds"
    yield "\n".join(f"- [`{name}`]({name}): {text}" for name, text in _FILES.items())


def _texts(contract: Contract, number: int, documents: pd.DataFrame | None) -> Iterator[str]:
    yield "## Texts"
    if documents is None:
        yield f"{number:,} texts: see [`{table_file(contract.document.name)}`](#{contract.document.name})."
        return
    told = {"id": "doc_id", **contract.sources, "length": "n_chars"}
    cells = documents[list(told.values())].set_axis(list(told), axis="columns").astype("str").fillna("").map(_plain)
    if {"title", "path"} <= set(told):
        cells["title"] = "[" + cells["title"] + "](" + cells.pop("path").map(_address) + ")"
    columns = [contract.document[told[str(name)]] for name in cells]
    head = [f"{column.title} ({column.unit})" if column.unit else column.title for column in columns]
    yield _grid(head, cells.to_numpy().tolist())


def _coverage(shares: pd.DataFrame | None) -> Iterator[str]:
    if shares is None or shares.empty:
        return
    yield "## Coverage"
    yield (
        "How much of a text the quotes of each table touch: of its sentences, headings and captions among them, and of"
        " its characters, white space apart. Of several texts, the median."
    )
    by_table = shares.assign(table=shares["table"].fillna("any of these")).groupby("table", sort=False)
    rows = [
        [str(name), f"{each['quotes'].sum():,}", _percent(each["sentences"]), _percent(each["characters"])]
        for name, each in by_table
    ]
    yield _grid(["table", "quotes", "sentences", "characters"], rows, numbers=3)


def _percent(shares: pd.Series[Any]) -> str:
    return f"{shares.median():.0%}".replace("%", " %")


def _overview(contract: Contract, tables: Mapping[str, StoredTable]) -> Iterator[str]:
    yield "## Tables"
    rows = []
    for spec in contract.tables.values():
        first_paragraph, *_ = spec.description.split("\n\n")
        rows.append([f"[{spec.name}](#{spec.name})", f"{tables[spec.name].rows:,}", _line(first_paragraph)])
    yield _grid(["table", "rows", "one row is"], rows, numbers=1)
    diagram = mermaid_diagram(contract.tables.values())
    yield f"Keys and references, the other columns left out:\n\n```mermaid\n{diagram}\n```"


def _table(spec: TableSpec, contract: Contract, table: StoredTable) -> Iterator[str]:
    yield f"### {spec.name}"
    yield spec.description
    key = ", ".join(f"`{name}`" for name in spec.key)
    parts = f" in {len(table.parts):,} files, sorted by key from the first to the last" if table.is_folder else ""
    yield f"{table.rows:,} {'row' if table.rows == 1 else 'rows'}{parts}. Key: {key}."
    yield _grid(["column", "type", "holds"], (_column(column, table.tally) for column in spec.columns))
    for column in spec.columns:
        if column.vocabulary:
            yield f"**{column.name}**{', from least to most' if column.ordered else ''}:"
            yield _grid(["value", "rows", "means"], _values(column, table.tally), numbers=1)
    across = [rule.message for rule in contract.rules if rule.table == spec.name and rule.level == "error"]
    if rules := [*(rule.message for rule in spec.rules.values()), *across]:
        yield "Rules:"
        yield "\n".join(f"- {_line(message)}" for message in rules)


def _column(column: Column, tally: TableStats) -> list[str]:
    type_ = {"category": "ordered category" if column.ordered else "category"}.get(column.storage, column.storage)
    unit = f" ({column.unit})" if column.unit else ""
    target = f" → [{column.target}](#{column.target})" if column.target else ""
    form = f" Written as {column.pattern.description}." if column.pattern and column.kind == "text" else ""
    return [f"`{column.name}`", f"{type_}{unit}{target}", _line(f"{column.description}{form}{_empty(column, tally)}")]


def _empty(column: Column, tally: TableStats) -> str:
    if not column.nullable:
        return ""
    empty = tally.empty.get(column.name)
    return f" May be empty, and is in {empty:,} of {tally.rows:,} rows." if empty else " May be empty."


def _values(column: Column, tally: TableStats) -> Iterator[list[str]]:
    counts = tally.counts[column.name]
    for value, definition in column.vocabulary.items():
        yield [f"`{value}`", f"{counts.get(value, 0):,}", _line(definition)]


def _citation(contract: Contract) -> Iterator[str]:
    yield "## How to cite"
    yield f"> {contract.citation}"


def _grid(head: list[str], rows: Iterable[list[str]], numbers: int = 0) -> str:
    """Return a table; the `numbers` columns after the first are set to the right."""
    rules = ["---:" if 0 < at <= numbers else "---" for at in range(len(head))]
    return "\n".join([f"| {' | '.join(head)} |", f"|{'|'.join(rules)}|", *(f"| {' | '.join(row)} |" for row in rows)])


def _line(text: str) -> str:
    """Return Markdown that fits a cell of a table: on one line, without bars or tags, code apart."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    parts[::2] = [part.replace("<", "&lt;") for part in parts[::2]]
    return "".join(parts).replace("|", "\\|")


def _plain(text: str) -> str:
    """Return Markdown that shows a text as somebody wrote it."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$])", r"\\\1", " ".join(text.split()))


def _address(plain: str) -> str:
    """Return what `_plain` gave as the target of a link, which a bracket would end."""
    return re.sub(r"([()])", r"\\\1", plain)
