"""Compiled tables → a data card in Markdown: every table, column, value and rule, explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stancebook.contract import Contract
from stancebook.spec import Column, TableSpec


def datacard(contract: Contract, rows: Mapping[str, int]) -> str:
    """Return a data card in Markdown: what the dataset is, then every table, column and value."""
    return "\n".join(_lines(contract, rows))


def _lines(contract: Contract, rows: Mapping[str, int]) -> Iterable[str]:
    yield from (f"# {contract.title}", "", contract.description, "")
    yield from (
        f"Version {contract.version}. Built by `build.py` from `seeds/`; do not edit: the next build replaces it.",
        "",
    )
    yield from (f"- {each.title}: <{each.path}>" for each in contract.licenses)
    yield from ("", "| table | rows | one row is |", "|---|---:|---|")
    for spec in contract.tables.values():
        first_paragraph, *_ = spec.description.split("\n\n")
        yield f"| [{spec.name}](#{spec.name}) | {rows[spec.name]} | {_line(first_paragraph)} |"
    for spec in contract.tables.values():
        across = [rule.message for rule in contract.rules if rule.table == spec.name and rule.level == "error"]
        yield from _table(spec, [*(rule.message for rule in spec.rules.values()), *across])


def _table(spec: TableSpec, rules: list[str]) -> Iterable[str]:
    yield from (
        "",
        f"## {spec.name}",
        "",
        spec.description,
        "",
        f"Key: {', '.join(f'`{name}`' for name in spec.key)}.",
        "",
    )
    yield from ("| column | type | holds |", "|---|---|---|")
    for column in spec.columns:
        target = f" → [{column.target}](#{column.target})" if column.target else ""
        empty = " May be empty." if column.optional else ""
        yield f"| `{column.name}` | {_type(column)}{target} | {_line(column.description)}{empty} |"
    for column in spec.columns:
        if column.vocabulary:
            order = ", from least to most" if column.ordered else ""
            yield from ("", f"**{column.name}**{order}:", "")
            yield from (f"- `{value}`: {text}" for value, text in column.vocabulary.items())
    if rules:
        yield from ("", "Rules:", "")
        yield from (f"- {message}" for message in rules)


def _type(column: Column) -> str:
    return {"category": "ordered category" if column.ordered else "category"}.get(column.storage, column.storage)


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
