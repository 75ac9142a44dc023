"""The folders of a build held against each other, before anything is read or written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stancebook.seeds.storage import Place


@dataclass(frozen=True)
class Folders:
    """The folder that is read, and the one that is written or held against it."""

    seeds: Place
    out: Path


def overlap(seeds: Place, out: Path) -> str | None:
    """Return a sentence where one of two folders lies in the other, links followed, else None."""
    if isinstance(seeds, str):
        return None
    first, second = (Path(os.path.realpath(folder)) for folder in (seeds, out))
    if first in (second, *second.parents) or second in first.parents:
        return f"{out} and {seeds} lie one in the other: name a folder of its own to build into"
    return None
