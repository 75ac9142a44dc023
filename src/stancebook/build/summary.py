"""What a build read, checked and made, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stancebook.dataset.table_stats import TableStats
    from stancebook.schema.contract import Contract


@dataclass(frozen=True)
class BuildSummary:
    """How many documents and files of a codebook were read, and what was found in them; `rows` is by table."""

    documents: int
    codebook_files: int
    quotes: int
    references: int
    rules: int
    rows: Mapping[str, int]


def summarize(
    contract: Contract, tallies: Mapping[str, TableStats], documents: int, codebook_files: int
) -> BuildSummary:
    """Return the account of tables with these tallies."""
    references = (
        tallies[spec.name].rows - tallies[spec.name].empty.get(column.name, 0)
        for spec in contract.tables.values()
        for column in spec.references
    )
    return BuildSummary(
        documents=documents,
        codebook_files=codebook_files,
        quotes=sum(tallies[spec.name].rows for spec in contract.tables_of_kind("annotation")),
        references=sum(references),
        rules=len(contract.rules) + sum(len(spec.rules) for spec in contract.tables.values()),
        rows={name: tallies[name].rows for name in contract.tables},
    )
