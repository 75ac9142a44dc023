"""Records that do not stand where they belong: halves of one record, and records of another table."""

from collections.abc import Collection, Iterable

from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec
from stancebook.sources.yaml_reader import Mapping, Node


def join_halves(spec: TableSpec, keys: Collection[str], items: Iterable[Node]) -> tuple[list[Node], list[Mapping]]:
    """Return the items of a list, each half put back to the record that a dash cut it from, and those halves.

    `keys` are all that a record of the table may have. A half lacks what a record must have, and holds
    nothing that the record before it has; together they are complete.
    """
    joined: list[Node] = []
    halves: list[Mapping] = []
    for item in items:
        before = joined[-1] if joined else None
        if isinstance(item, Mapping) and isinstance(before, Mapping) and _is_half(spec, keys, before, item):
            halves.append(item)
            both = {**before.keys, **item.keys}, {**before.values, **item.values}
            joined[-1] = Mapping(before.line, before.column, *both, complete=False)
        else:
            joined.append(item)
    return joined, halves


def table_of(contract: Contract, spec: TableSpec, others: Iterable[TableSpec], record: Node) -> TableSpec | None:
    """Return the one other table that a record is wholly like, if it is unlike its own by more than a slip."""
    if not isinstance(record, Mapping):
        return None
    unknown, missing = record.values.keys() - keys_of(contract, spec), set(spec.required_keys) - record.values.keys()
    if not unknown or len(unknown) + len(missing) < 2:
        return None
    like = [other for other in others if set(other.required_keys) <= record.values.keys() <= keys_of(contract, other)]
    return like[0] if len(like) == 1 else None


def keys_of(contract: Contract, spec: TableSpec) -> set[str]:
    """Return all keys that a record of the table may have, those of nested lists too."""
    return {*spec.allowed_keys, *contract.nested_tables(spec.name)}


def _is_half(spec: TableSpec, keys: Collection[str], before: Mapping, item: Mapping) -> bool:
    needed, given = set(spec.required_keys), item.values.keys()
    lacks = not needed <= given and needed <= before.values.keys() | given
    return lacks and bool(given) and given <= set(keys) and not given & before.values.keys()
