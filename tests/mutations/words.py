"""Changes of words by typing, pasting and tidying."""

import re
from collections.abc import Callable
from random import Random

_ALIKE = str.maketrans("aeopcx", "аеорсх")


def mistyped(word: str, rng: Random) -> str:
    """Return a word with one letter removed, doubled, replaced or swapped with the next."""
    at = rng.choice([i for i, character in enumerate(word[:-1]) if character.isalnum()])
    slips = [
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + rng.choice("aeionrst") + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ]
    return rng.choice([slip for slip in slips if slip != word])


def replace_a_space(text: str, rng: Random, mark: str) -> str:
    """Return a text with one of its spaces replaced by a mark."""
    at = rng.choice([i for i, character in enumerate(text) if character == " "])
    return text[:at] + mark + text[at + 1 :]


def replacing_one_match(rng: Random, pattern: str, new: str) -> Callable[[str], str]:
    """Return a function that replaces one match of a pattern by `new`."""
    pick = rng.random()

    def change(text: str) -> str:
        found = list(re.finditer(pattern, text))
        if not found:
            return text
        one = found[int(pick * len(found))]
        return text[: one.start()] + one.expand(new) + text[one.end() :]

    return change


def with_homoglyphs(text: str) -> str:
    """Return a text with Latin letters replaced by similar Cyrillic ones."""
    return text.translate(_ALIKE)


def straighten_quotes(text: str) -> str:
    return text.translate(str.maketrans("“”‘’", "\"\"''"))


def curl_quotes(text: str) -> str:
    text = re.sub(r'(^|[\s(\[])"', r"\1“", text).replace('"', "”")
    return text.replace("'", "’")


def without_links(text: str) -> str:
    """Return a text as its page shows it, without the markup of links."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
