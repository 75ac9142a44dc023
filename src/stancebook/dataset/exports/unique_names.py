"""Names that other programs limit in length, and compare without case."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def unique_names(names: Iterable[str], length: int, reserved: Collection[str] = ()) -> list[str]:
    """Shorten names, and number those that would then be the same.

    Args:
        names: The names.
        length: How many bytes of UTF-8 a name may have.
        reserved: Names, in lower case, that none may have.

    Returns:
        A name for each, in order; the same if it is short and the first of its kind.
    """
    taken = set(reserved)
    found = []
    for name in names:
        new, number = shortened(name, length), 1
        while new.lower() in taken:
            number += 1
            new = f"{shortened(name, length - len(f'_{number}'))}_{number}"
        taken.add(new.lower())
        found.append(new)
    return found


def shortened(text: str, length: int) -> str:
    """Return as many whole characters of a text as have at most so many bytes of UTF-8."""
    return text.encode()[:length].decode(errors="ignore")
