"""Derived tables of a large corpus: a part for each value that keeps rows apart, made anew where need be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.contract import Contract
from stancebook.large.chunks import taken_over
from stancebook.large.crew import Crew
from stancebook.large.gist import WHOLE, add_sums
from stancebook.large.join import derived_part, laid_apart
from stancebook.large.work import Done, Site
from stancebook.layout import part_file
from stancebook.spec import TableSpec
from stancebook.stored import Part, Tally

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


_FEW = 30  # parts, for which starting other processes takes longer than it saves


@dataclass(frozen=True)
class Group:
    """The derived rows of one value: what they were derived from, as sums by table, and where they lie."""

    sums: Mapping[str, Sequence[int]]
    part: Part | None
    tally: Tally

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)

    @staticmethod
    def of_json(told: Mapping[str, Any]) -> Group:
        """Return it as it was; raise `LookupError` or `TypeError` where this is none."""
        return Group(told["sums"], told["part"] and Part(**told["part"]), Tally(**told["tally"]))


Groups = Mapping[str, Group]  # by value, in order


def derive_all(
    contract: Contract,
    site: Site,
    done: Sequence[Done],
    *,
    last: Mapping[str, Groups],
    old: Path,
    database: DuckDBPyConnection,
    run: Crew,
) -> dict[str, Groups]:
    """Return the groups of each derived table; `last` are those of the last build, whose parts lie in `old`."""
    parts = {
        spec.name: [site.out / each.parts[spec.name].path for each in done if spec.name in each.parts]
        for spec in contract.of_documents
    }
    return {
        spec.name: _derive(spec, site, done, parts, last=last.get(spec.name, {}), old=old, database=database, run=run)
        for spec in contract.shaped("derived")
    }


def _derive(
    spec: TableSpec,
    site: Site,
    done: Sequence[Done],
    parts: Mapping[str, list[Path]],
    *,
    last: Groups,
    old: Path,
    database: DuckDBPyConnection,
    run: Crew,
) -> Groups:
    sums = add_sums(each.sums[spec.name] for each in done) or {WHOLE: {}}
    numbers = {value: number for number, value in enumerate(sums)}
    same = {value for value in sums if value in last and last[value].sums == sums[value]}
    fresh = {value: number for value, number in numbers.items() if value not in same}
    groups = {
        value: Group(
            sums[value],
            part and taken_over(part, part_file(spec.name, numbers[value]), old, site.out),
            last[value].tally,
        )
        for value in same
        for part in [last[value].part]
    }
    if fresh:
        places = laid_apart(database, spec, parts, fresh, site.out)
        values = list(fresh)
        for at, made in run(derived_part, [(site, spec.name, fresh[value], places) for value in values], few=_FEW):
            groups[values[at]] = Group(sums[values[at]], *made)
    return {value: groups[value] for value in sums}
