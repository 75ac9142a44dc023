"""The values of variables: to be compared, and as the coders wrote them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from stancebook.coders.rows import CodedRows, as_text
from stancebook.coders.variables import Variable, identifying_variables
from stancebook.schema.spec import TableSpec


@dataclass(frozen=True)
class Values:
    """The values of the rows of some codings.

    Attributes:
        rows: The rows.
        unit_of_key: By table, coding and key of a row, the name of its unit.
    """

    rows: CodedRows
    unit_of_key: Mapping[tuple[str, int, str], str]

    def value(self, variable: Variable, number: int, row: int) -> Any:
        """Return a value for comparison: of a reference to a row the unit, of a list the set of what it refers to."""
        if variable.nested:
            spec = self.rows.contract.tables[variable.nested]
            children = self.rows.children(variable.nested, number, row)
            return frozenset(self.identity(spec, number, child) for child in children) or None
        cell = self.rows.cells(number, variable.table, variable.name)[row]
        if variable.target and cell is not None:
            return self.unit_of_key.get((variable.target, number, cell), cell)
        return cell

    def identity(self, spec: TableSpec, number: int, row: int) -> tuple[Hashable, ...]:
        """Return what a nested record refers to; see `identifying_variables`."""
        return tuple(self.value(each, number, row) for each in identifying_variables(self.rows.contract, spec))

    def shown(self, variable: Variable, number: int, row: int) -> str | None:
        """Return a value as the coder wrote it."""
        if not variable.nested:
            return as_text(self.rows.cells(number, variable.table, variable.name)[row])
        names = [
            each.name for each in identifying_variables(self.rows.contract, self.rows.contract.tables[variable.nested])
        ]
        cells = [self.rows.cells(number, variable.nested, name) for name in names]
        children = self.rows.children(variable.nested, number, row)
        return ", ".join(sorted(" ".join(as_text(each[child]) or "" for each in cells) for child in children)) or None
