"""Changes of a source text after coding, with its SHA-256 pinned and without."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from tests.mutations.fault import Fault
from tests.mutations.seeds import Mutant, Place, Seeds, line_of
from tests.mutations.words import curl_quotes, straighten_quotes, without_links

NO_PIN = "the text is not pinned, and no quote touches what changed"


@dataclass(frozen=True)
class Slip:
    """A change of a text."""

    name: str
    did: str
    change: Callable[[str, Random], str]


def _letter(text: str, rng: Random) -> str:
    at = rng.choice([found.start() for found in re.finditer(r"(?<=\w)[a-z](?=\w)", text)])
    return text[:at] + rng.choice([c for c in "aeionrst" if c != text[at]]) + text[at + 1 :]


def _word_out(text: str, rng: Random) -> str:
    word = rng.choice(list(re.finditer(r"(?<=\w )\w+ (?=\w)", text)))
    return text[: word.start()] + text[word.end() :]


def _paragraph_out(text: str, rng: Random) -> str:
    parts = text.split("\n\n")
    del parts[rng.choice([i for i, part in enumerate(parts) if len(part) > 80])]
    return "\n\n".join(parts)


def _paragraphs_swapped(text: str, rng: Random) -> str:
    parts = text.split("\n\n")
    one = rng.choice([i for i in range(len(parts) - 1) if len(parts[i]) > 80 and len(parts[i + 1]) > 80])
    parts[one], parts[one + 1] = parts[one + 1], parts[one]
    return "\n\n".join(parts)


def _paragraph_in(text: str, rng: Random) -> str:
    parts = text.split("\n\n")
    parts.insert(rng.randrange(3, len(parts)), "Sign up for our free weekly newsletter.")
    return "\n\n".join(parts)


def _wrapped(text: str, rng: Random) -> str:
    space = rng.choice(list(re.finditer(r"(?<=\w) (?=\w)", text)))
    return text[: space.start()] + "\n" + text[space.end() :]


SLIPS = (
    Slip("letter", "edited a letter of a text", _letter),
    Slip("word-out", "deleted a word of a text", _word_out),
    Slip("paragraph-out", "deleted a paragraph of a text", _paragraph_out),
    Slip("paragraphs-swapped", "swapped two paragraphs of a text", _paragraphs_swapped),
    Slip("paragraph-in", "left a line of advertising in a text", _paragraph_in),
    Slip("links-out", "took the markup of links out of a text", lambda text, _: without_links(text)),
    Slip("wrapped", "broke a line of a text", _wrapped),
    Slip("crlf", "saved a text with line ends of Windows", lambda text, _: text.replace("\n", "\r\n")),
    Slip("bom", "saved a text with a byte order mark", lambda text, _: "\ufeff" + text),
    Slip("curled", "let an editor curl the marks of a text", lambda text, _: curl_quotes(text)),
    Slip("straightened", "straightened the marks of a text", lambda text, _: straighten_quotes(text)),
    Slip("end-newline", "let an editor end a text with a newline", lambda text, _: text + "\n"),
    Slip("start-stripped", "stripped the empty lines at the start of a text", lambda text, _: text.lstrip()),
    Slip("nbsp", "pasted a text with non-breaking spaces", lambda text, _: text.replace(" to ", "\xa0to ")),
)


@cache
def _without_pins(seeds: Seeds) -> Seeds:
    """Return the seeds without the lines that pin texts."""
    files = dict(seeds.files)
    for name in seeds.annotations:
        files[name] = re.sub(r"(?m)^ *text_sha256:.*\n", "", seeds.texts[name]).encode()
    return Seeds(files)


def _changed_lines(old: str, new: str) -> list[int]:
    """Return the first and the last line of the new text that differ from the old one."""
    first = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    tail = next((i for i, (a, b) in enumerate(zip(old[::-1], new[::-1], strict=False)) if a != b), 0)
    return [line_of(new, first), line_of(new, max(first, len(new) - tail))]


def _affected_quotes(seeds: Seeds, source: str, new: str) -> set[Place]:
    """Return the lines of the quotes whose number of occurrences a change of a text alters."""
    old_words, new_words = (" ".join(text.split()) for text in (seeds.texts[source], new))
    places: set[Place] = set()
    for value in seeds.values:
        if value.kind in ("verbatim", "context") and value.record.file == source.removesuffix(".txt") + ".yaml":
            words = " ".join(value.text.split())
            if old_words.count(words) != new_words.count(words):
                text = seeds.texts[value.record.file]
                places |= {(value.record.file, line_of(text, at)) for at in (value.key_at, value.end)}
                quoted = value.record.values["quote"]
                places.add((value.record.file, line_of(text, quoted.key_at)))
    return places


def _pinned(slip: Slip) -> Fault:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        source = rng.choice(seeds.sources)
        new = slip.change(seeds.texts[source], rng)
        first, last = _changed_lines(seeds.texts[source], new)
        pins = {
            (value.record.file, line_of(seeds.texts[value.record.file], value.key_at))
            for value in seeds.values
            if value.key == "text_sha256" and value.record.file == source.removesuffix(".txt") + ".yaml"
        }
        return Mutant({source: new.encode()}, frozenset({*((source, line) for line in range(first, last + 1)), *pins}))

    return Fault(f"source-{slip.name}", "source", slip.did, apply)


def _unpinned(slip: Slip) -> Fault:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        bare = _without_pins(seeds)
        source = rng.choice(bare.sources)
        new = slip.change(bare.texts[source], rng)
        first, last = _changed_lines(bare.texts[source], new)
        files = {source: new.encode(), **{name: bare.files[name] for name in bare.annotations}}
        lines = {(source, line) for line in range(first, last + 1)}
        return Mutant(files, frozenset({*lines, *_affected_quotes(bare, source, new)}))

    return Fault(f"unpinned-{slip.name}", "source", f"{slip.did} that no SHA-256 pins", apply, NO_PIN)


FAULTS = tuple(fault_of(slip) for slip in SLIPS for fault_of in (_pinned, _unpinned))
