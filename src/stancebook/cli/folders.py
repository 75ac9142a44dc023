"""The folders of a build held against each other, before anything is read or written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stancebook.sources.filesystem import Location

_TOLD = "{out} and {seeds} lie one in the other: name a folder of its own to build into"


@dataclass(frozen=True)
class Folders:
    """The folder that is read, and the one that is written or held against it: `out`, or `store` if that has a URL."""

    seeds: Location
    out: Path
    store: str = ""

    @property
    def target(self) -> Location:
        """What is written or held against the seeds, as it is to be named."""
        return self.store or self.out


def overlap(seeds: Location, out: Location) -> str | None:
    """Return a sentence where one of two folders lies in the other, links followed, else None."""
    if isinstance(seeds, str) or isinstance(out, str):
        apart = not f"{out}/".startswith(f"{seeds}/") and not f"{seeds}/".startswith(f"{out}/")
        return None if apart else _TOLD.format(out=out, seeds=seeds)
    first, second = (Path(os.path.realpath(folder)) for folder in (seeds, out))
    if first in (second, *second.parents) or second in first.parents:
        return _TOLD.format(out=out, seeds=seeds)
    return None
