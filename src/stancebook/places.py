"""The folders of a build held against each other, before anything is read or written."""

import os
from pathlib import Path


def misplaced(seeds: Path, out: Path) -> str | None:
    """Return what is wrong with building from `seeds` into `out`, or None."""
    where = Path(os.path.realpath(out))
    if Path(os.path.realpath(seeds)) in (where, *where.parents) or where in Path(os.path.realpath(seeds)).parents:
        return f"{out} and {seeds} lie one in the other: name a folder of its own to build into"
    standing = next(path for path in (where, *where.parents) if os.path.lexists(path))
    return None if standing.is_dir() else f"{standing} is not a folder, and nothing can be built there"
