"""What a build says of itself, in the same words whether it was just made or nothing had changed."""

from __future__ import annotations

from pathlib import Path

from stancebook.account import Account
from stancebook.console import count
from stancebook.problem import named


def summary(account: Account, seeds: Path | str) -> str:
    """Return what was read and checked, in two lines."""
    return "\n".join(
        [
            f"read     {count(account.documents, 'document')} and"
            f" {count(account.codebook_files, 'codebook file')} in {named(seeds)}",
            f"checked  {count(account.quotes, 'quote')} found in their texts, {count(account.references, 'reference')}"
            f" followed, {count(account.rules, 'rule')} held",
        ]
    )


def kept(out: Path | str) -> str:
    """Return that a dataset stays as it was."""
    return f"kept     {named(out)}, which was up to date already"


def rows_of(account: Account) -> list[str]:
    """Return how many rows each table has, a line each."""
    return [f"         {rows:>6}  {table}" for table, rows in account.rows.items()]
