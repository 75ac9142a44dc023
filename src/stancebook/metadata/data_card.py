"""The data card in Markdown: what the dataset is, with every table, column and value; and its Hugging Face header."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from stancebook.dataset.layout import (
    ANNOTATION_SCHEMA,
    CODEBOOK_SCHEMA,
    CROISSANT,
    DATAPACKAGE,
    part_pattern,
    table_file,
)
from stancebook.dataset.table_stats import LANGUAGE_COLUMN, StoredTable, TableStats
from stancebook.markdown import escape_markdown, markdown_link
from stancebook.problems import pluralize
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

_FILES = {
    DATAPACKAGE: "every table and column, as a Data Package",
    CROISSANT: "the same for machine-learning tools, as Croissant",
    ANNOTATION_SCHEMA: "the JSON Schema with which an editor checks and completes annotations",
    CODEBOOK_SCHEMA: "the JSON Schema with which an editor checks and completes the codebook",
}
# https://huggingface.co/docs/hub/datasets-cards
_SIZE_CATEGORIES = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "n>1B"]
_REPOSITORY_LINK = re.compile(r"\[([^\[\]]+)\]\(\.\./([^()#\s]+)(?:#[^()\s]*)?\)")


def render_data_card(
    contract: Contract,
    tables: Mapping[str, StoredTable],
    documents: pd.DataFrame | None,
    shares: pd.DataFrame | None,
    agreement: str = "",
) -> str:
    """Render the data card: the contract's own text between what is computed from the tables.

    Args:
        contract: The contract of the dataset.
        tables: The stored tables by name.
        documents: The table of documents, to list each; None if there are too many.
        shares: The coverage of each document by table, as in `Coverage.shares`; None if it was not computed.
        agreement: The section about how far coders agree; empty if there is none.

    Returns:
        The page in Markdown, without a line break at its end.
    """
    sections = [
        huggingface_header(contract, tables),
        *_introduction(contract),
        _name_repository_files(contract.data_card_text.strip(), contract.repository),
        *_texts(contract, tables[contract.document.name].rows, documents),
        *_coverage(shares),
        agreement,
        *_overview(contract, tables),
        *(text for spec in contract.tables.values() for text in _table(spec, contract, tables[spec.name])),
        f"## How to cite\n\n> {contract.citation}",
    ]
    return "\n\n".join(text for text in sections if text)


def huggingface_header(contract: Contract, tables: Mapping[str, StoredTable]) -> str:
    """Return the YAML header of the data card: each table with rows is a configuration of the Hugging Face hub.

    A table without rows is none, since the hub's library cannot load it.

    Args:
        contract: The contract of the dataset.
        tables: The stored tables by name.
    """
    languages = {tag.partition("-")[0] for tag in tables[contract.document.name].stats.counts.get(LANGUAGE_COLUMN, {})}
    rows = sum(table.rows for table in tables.values())
    digits = len(str(rows))
    metadata: dict[str, Any] = {
        "pretty_name": contract.title,
        "license": [licence.name.lower() for licence in contract.licenses],
        "language": sorted(languages),
        "size_categories": [_SIZE_CATEGORIES[min(max(digits - 3, 0), 7)]],
        "tags": list(contract.keywords),
        **{name: list(values) for name, values in contract.huggingface.items()},
    }
    filled = [name for name in contract.tables if tables[name].rows]
    files = {name: (part_pattern if tables[name].is_folder else table_file)(name) for name in filled}
    # JSON is YAML, and quotes what needs it.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in metadata.items() if value]
    lines += ["configs:"]
    lines += [f"- {json.dumps({'config_name': name, 'data_files': path})}" for name, path in files.items()]
    return "\n".join(["---", *lines, "---"])


def mermaid_diagram(tables: Iterable[TableSpec]) -> str:
    """Return an entity-relationship diagram in Mermaid, with keys and references only.

    Args:
        tables: The compiled tables, in the order in which they are drawn.
    """
    lines = [line for spec in tables for line in (*_entity(spec), *_relationships(spec))]
    return "\n".join(["erDiagram", *(f"    {line}" for line in lines)])


# ── Sections ──────────────────────────────────────────────────────────────────────────────────────


def _introduction(contract: Contract) -> Iterator[str]:
    yield f"# {contract.title}"
    yield contract.description
    released = f", released on {contract.released}" if contract.released else ""
    yield f"Version {contract.version}{released}. Built from `seeds/`: the next build replaces this page."
    for name, address in ("Homepage", contract.homepage), ("Repository", contract.repository):
        if address:
            yield f"{name}: <{address}>."
    if contract.view_url:
        address = f"{contract.view_url.rstrip('/')}/<document>.html#<table>.<id>"
        yield f"Texts with their rows: <{contract.view_url}>. The row `<document>#<id>` of a table is at `{address}`."
    yield "\n\n".join(f"Licence: [{licence.title}]({licence.path})." for licence in contract.licenses)
    yield "The folder of this page holds the tables and"
    yield "\n".join(f"- [`{name}`]({name}): {text}" for name, text in _FILES.items())


def _name_repository_files(text: str, address: str) -> str:
    """Replace links to files of the repository, which the dataset does not hold, by their names."""
    repository = f"[repository]({address})" if address else "repository"
    return _REPOSITORY_LINK.sub(lambda link: f"{link[1]} (`{link[2]}` in the {repository})", text)


def _texts(contract: Contract, number: int, documents: pd.DataFrame | None) -> Iterator[str]:
    """Yield the section that lists the documents, by the columns that the contract names or by all that coders fill."""
    yield "## Texts"
    if documents is None:
        yield f"{pluralize(number, 'text')}: see [`{table_file(contract.document.name)}`](#{contract.document.name})."
        return
    coded = [column.name for column in contract.document.columns if column.filled_by == "coder"]
    names = {"id": "doc_id", **(contract.sources or dict(zip(coded, coded, strict=True))), "length": "n_chars"}
    cells = documents[list(names.values())].set_axis(list(names), axis="columns").astype("str").fillna("")
    yield _corpus_size(contract, documents)
    links = cells.pop("path") if {"title", "path"} <= set(names) else None
    titles = cells.get("title")
    cells = cells.map(escape_markdown)
    if links is not None and titles is not None:
        cells["title"] = [markdown_link(*link) for link in zip(titles, links, strict=True)]
    columns = [contract.document[names[str(name)]] for name in cells]
    header = [f"{column.title} ({column.unit})" if column.unit else column.title for column in columns]
    yield markdown_table(header, cells.to_numpy().tolist())


def _corpus_size(contract: Contract, documents: pd.DataFrame) -> str:
    """Return how many texts there are, and how many values the columns have that describe their sources."""
    described = [
        contract.document[column]
        for name, column in contract.sources.items()
        if name not in ("title", "path") and contract.document[column].storage == "string"
    ]
    counts = [pluralize(documents[column.name].nunique(), column.title.lower()) for column in described]
    languages = ", ".join(sorted(map(str, documents[LANGUAGE_COLUMN].dropna().unique())))
    return f"{', '.join([pluralize(len(documents), 'text'), *counts])}. Language: {escape_markdown(languages)}."


def _coverage(shares: pd.DataFrame | None) -> Iterator[str]:
    if shares is None or shares.empty:
        return
    yield "## Coverage"
    yield (
        "How much of a text the quotes of each table cover: the share of its sentences, which include headings and"
        " captions, and of its characters without white space. For several texts, the median."
    )
    by_table = shares.assign(table=shares["table"].fillna("any of these")).groupby("table", sort=False)
    rows = [
        [
            str(name),
            f"{rows['quotes'].sum():,}",
            _median_percent(rows["sentences"]),
            _median_percent(rows["characters"]),
        ]
        for name, rows in by_table
    ]
    yield markdown_table(["table", "quotes", "sentences", "characters"], rows, right_aligned=3)


def _median_percent(shares: pd.Series[Any]) -> str:
    return f"{shares.median():.0%}".replace("%", " %")


def _overview(contract: Contract, tables: Mapping[str, StoredTable]) -> Iterator[str]:
    yield "## Tables"
    rows = []
    for spec in contract.tables.values():
        first_paragraph, *_ = spec.description.split("\n\n")
        rows.append([f"[{spec.name}](#{spec.name})", f"{tables[spec.name].rows:,}", _table_cell(first_paragraph)])
    yield markdown_table(["table", "rows", "one row is"], rows, right_aligned=1)
    diagram = mermaid_diagram(contract.tables.values())
    yield f"Primary and foreign keys, without the other columns:\n\n```mermaid\n{diagram}\n```"


def _table(spec: TableSpec, contract: Contract, table: StoredTable) -> Iterator[str]:
    yield f"### {spec.name}"
    yield spec.description
    key = ", ".join(f"`{name}`" for name in spec.key)
    parts = f" in {len(table.parts):,} files, sorted by key from the first to the last" if table.is_folder else ""
    yield f"{pluralize(table.rows, 'row')}{parts}. Key: {key}."
    yield markdown_table(["column", "type", "holds"], (column_row(column, table.stats) for column in spec.columns))
    for column in spec.columns:
        if column.vocabulary:
            yield f"**{column.name}**{', from least to most' if column.ordered else ''}:"
            yield markdown_table(["value", "rows", "means"], _values(column, table.stats), right_aligned=1)
    across_tables = [rule.message for rule in contract.rules if rule.table == spec.name and rule.level == "error"]
    if rules := [*(rule.message for rule in spec.rules.values()), *across_tables]:
        yield "Rules:"
        yield "\n".join(f"- {_table_cell(message)}" for message in rules)


def column_row(column: Column, stats: TableStats) -> list[str]:
    """Return the row about a column in the table of columns.

    Args:
        column: The column.
        stats: The counts of its table.
    """
    type_ = {"category": "ordered category" if column.ordered else "category"}.get(column.storage, column.storage)
    unit = f" ({column.unit})" if column.unit else ""
    target = f" → [{column.target}](#{column.target})" if column.target else ""
    pattern = f" Written as {column.pattern.description}." if column.pattern and column.kind == "text" else ""
    start = "At most" if column.minimum is None else f"From {column.minimum} to"
    limits = "" if column.maximum is None else f" {start} {column.maximum}."
    text = f"{column.description}{pattern}{limits}{_empty_cells(column, stats)}"
    return [f"`{column.name}`", f"{type_}{unit}{target}", _table_cell(text)]


def _empty_cells(column: Column, stats: TableStats) -> str:
    if not column.nullable:
        return ""
    empty = stats.empty.get(column.name)
    return f" May be empty, and is in {empty:,} of {stats.rows:,} rows." if empty else " May be empty."


def _values(column: Column, stats: TableStats) -> Iterator[list[str]]:
    counts = stats.counts[column.name]
    for value, definition in column.vocabulary.items():
        yield [f"`{value}`", f"{counts.get(value, 0):,}", _table_cell(definition)]


# ── Diagram ───────────────────────────────────────────────────────────────────────────────────────


def _entity(spec: TableSpec) -> Iterator[str]:
    yield f'"{spec.name}" {{'
    for column in spec.columns:
        if column.name in spec.key or column.target:
            yield f"    {column.storage} {column.name} {_key_roles(column, spec)}"
    yield "}"


def _key_roles(column: Column, spec: TableSpec) -> str:
    roles = [role for role, applies in (("PK", column.name in spec.key), ("FK", column.target)) if applies]
    target = f' "→ {column.target}{", or empty" if column.nullable else ""}"' if column.target else ""
    return f"{', '.join(roles)}{target}"


def _relationships(spec: TableSpec) -> Iterator[str]:
    """Yield one line for each referenced table; the relationship is optional if all columns that refer to it are."""
    optional: dict[str, bool] = {}
    for column in spec.references:
        target = str(column.target)
        optional[target] = optional.get(target, True) and column.nullable
    for target, may_be_empty in optional.items():
        yield f'"{target}" {"|o" if may_be_empty else "||"}--o{{ "{spec.name}" : ""'


# ── Markdown ──────────────────────────────────────────────────────────────────────────────────────


def markdown_table(header: list[str], rows: Iterable[list[str]], right_aligned: int = 0) -> str:
    """Return a table in which as many columns after the first are right-aligned."""
    rules = ["---:" if 0 < index <= right_aligned else "---" for index in range(len(header))]
    return "\n".join([f"| {' | '.join(header)} |", f"|{'|'.join(rules)}|", *(f"| {' | '.join(row)} |" for row in rows)])


def _table_cell(text: str) -> str:
    """Return Markdown on one line, with bars and, outside of code, tags escaped."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    parts[::2] = [part.replace("<", "&lt;") for part in parts[::2]]
    return "".join(parts).replace("|", "\\|")
