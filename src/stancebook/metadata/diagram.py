"""Compiled tables → an entity–relationship diagram in Mermaid, which GitHub draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stancebook.schema.spec import Column, TableSpec


def mermaid_diagram(tables: Iterable[TableSpec]) -> str:
    """Return the tables with their keys and references; the other columns would hide them."""
    lines = [line for spec in tables for line in (*_entity(spec), *_relationships(spec))]
    return "\n".join(["erDiagram", *(f"    {line}" for line in lines)])


def _entity(spec: TableSpec) -> Iterator[str]:
    yield f'"{spec.name}" {{'
    for column in spec.columns:
        if column.name in spec.key or column.target:
            yield f"    {column.storage} {column.name} {_roles(column, spec)}"
    yield "}"


def _roles(column: Column, spec: TableSpec) -> str:
    roles = [role for role, plays in (("PK", column.name in spec.key), ("FK", column.target)) if plays]
    target = f' "→ {column.target}{", or empty" if column.nullable else ""}"' if column.target else ""
    return f"{', '.join(roles)}{target}"


def _relationships(spec: TableSpec) -> Iterator[str]:
    """Yield one line for each table that columns lead to, however many; it is optional where all of them are."""
    optional: dict[str, bool] = {}
    for column in spec.references:
        target = str(column.target)
        optional[target] = optional.get(target, True) and column.nullable
    for target, may_be_empty in optional.items():
        yield f'"{target}" {"|o" if may_be_empty else "||"}--o{{ "{spec.name}" : ""'
