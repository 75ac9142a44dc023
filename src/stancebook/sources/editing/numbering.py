"""Give IDs to new records."""

import re
from collections.abc import Sequence

_NUMBERED = re.compile(r"(.*?)([0-9]+)")


def next_id(table: str, used: Sequence[str]) -> str:
    """Return an ID for a new record, which continues the numbers of the others: after `s07` comes `s08`.

    Args:
        table: The name of the table, whose first letter starts the ID of a first record.
        used: The IDs of its records.
    """
    numbered = [found for found in map(_NUMBERED.fullmatch, used) if found]
    if not numbered:
        return f"{table[0]}01"
    stems = [found[1] for found in numbered]
    stem = max(stems, key=stems.count)
    last = max((found[2] for found in numbered if found[1] == stem), key=int)
    return f"{stem}{int(last) + 1:0{len(last)}}"
