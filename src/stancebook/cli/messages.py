"""What a build says of itself, in the same words whether it was just made or nothing had changed."""

from __future__ import annotations

from pathlib import Path

from stancebook.build.pipeline import BuildSummary
from stancebook.problems import display_folder, pluralize


def summary(account: BuildSummary, seeds: Path | str) -> str:
    """Return what was read and checked, in two lines."""
    return "\n".join(
        [
            f"read     {pluralize(account.documents, 'document')} and"
            f" {pluralize(account.codebook_files, 'codebook file')} in {display_folder(seeds)}",
            f"checked  {pluralize(account.quotes, 'quote')} found in their texts,"
            f" {pluralize(account.references, 'reference')} followed, {pluralize(account.rules, 'rule')} held",
        ]
    )


def unchanged(out: Path | str) -> str:
    """Return that a dataset stays as it was."""
    return f"kept     {display_folder(out)}, which was up to date already"


def rows_of(account: BuildSummary) -> list[str]:
    """Return how many rows each table has, a line each."""
    return [f"         {rows:>6}  {table}" for table, rows in account.rows.items()]
