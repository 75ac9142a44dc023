"""Changes of words by typing, pasting and tidying."""

import re
from collections.abc import Callable
from random import Random

_ALIKE = str.maketrans("aeopcx", "аеорсх")


def mistyped(word: str, rng: Random) -> str:
    """Return a word with one letter left out, doubled, changed or swapped with the next."""
    at = rng.choice([i for i, character in enumerate(word[:-1]) if character.isalnum()])
    slips = [
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + rng.choice("aeionrst") + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ]
    return rng.choice([slip for slip in slips if slip != word])


def with_at_a_space(text: str, rng: Random, mark: str) -> str:
    """Return a text with one of its spaces replaced by a mark."""
    at = rng.choice([i for i, character in enumerate(text) if character == " "])
    return text[:at] + mark + text[at + 1 :]


def at_random(rng: Random, pattern: str, new: str) -> Callable[[str], str]:
    """Return a function that replaces one match of a pattern by `new`."""
    pick = rng.random()

    def change(text: str) -> str:
        found = list(re.finditer(pattern, text))
        if not found:
            return text
        one = found[int(pick * len(found))]
        return text[: one.start()] + one.expand(new) + text[one.end() :]

    return change


def alike(text: str) -> str:
    """Return a text with the Cyrillic letters that look like its Latin ones."""
    return text.translate(_ALIKE)


def straight(text: str) -> str:
    return text.translate(str.maketrans("“”‘’", "\"\"''"))


def curly(text: str) -> str:
    text = re.sub(r'(^|[\s(\[])"', r"\1“", text).replace('"', "”")
    return text.replace("'", "’")


def without_links(text: str) -> str:
    """Return a text as its page shows it, without the markup of links."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
