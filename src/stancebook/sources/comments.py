"""Recognize comments that replace records which an editor or a language model left out, as in `# … rest unchanged`."""

import re

_ELLIPSIS = r"…|\.\.\."
_STARTS_WITH_ELLIPSIS = re.compile(rf"#+[ \t]*[\[(<]?[ \t]*(?:{_ELLIPSIS})")
_OTHERS = re.compile(
    r"\b(?:rest|remaining|remainder|others?|more|existing|etc|usw|and so (?:on|forth)|continued?)\b", re.IGNORECASE
)
_UNCHANGED = re.compile(
    r"\b(?:unchanged|omitted|truncated|elided|snip(?:ped)?|(?:as|see) (?:before|above|below)|the same|unverändert)\b",
    re.IGNORECASE,
)
_HINTS = (re.compile(_ELLIPSIS), _OTHERS, _UNCHANGED)


def replaces_records(comment: str, *, ends_list: bool) -> bool:
    """Return whether a comment seems to replace records or keys.

    Args:
        comment: The comment, from its `#` on.
        ends_list: Whether it is where more records of a list would be; then a word such as `others` is enough.
    """
    if ends_list and any(hint.search(comment) for hint in _HINTS):
        return True
    others = _OTHERS.search(comment)
    return bool(_STARTS_WITH_ELLIPSIS.match(comment) or (others and _UNCHANGED.search(comment, others.end())))


def may_replace_records(text: str) -> bool:
    """Return whether any comment of a YAML text may be such a one; text that looks like a comment counts as well."""
    comment = text.find("#")
    while comment >= 0:
        start, end = text.rfind("\n", 0, comment) + 1, text.find("\n", comment)
        end = len(text) if end < 0 else end
        # After a blank line, a comment is rather the heading of what follows.
        before = text[text.rfind("\n", 0, max(start - 1, 0)) + 1 : comment]
        if replaces_records(text[comment:end], ends_list=not before.isspace() and before != ""):
            return True
        comment = text.find("#", end)
    return False
