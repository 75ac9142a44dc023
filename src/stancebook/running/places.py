"""The folders of a build held against each other, before anything is read or written."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Folders:
    """The folder that is read, and the one that is written or held against it."""

    seeds: Path
    out: Path


def overlap(seeds: Path, out: Path) -> str | None:
    """Return a sentence where one of two folders lies in the other, links followed, else None."""
    first, second = (Path(os.path.realpath(folder)) for folder in (seeds, out))
    if first in (second, *second.parents) or second in first.parents:
        return f"{out} and {seeds} lie one in the other: name a folder of its own to build into"
    return None
