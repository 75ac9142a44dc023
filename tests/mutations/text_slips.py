"""Slips in words of the document: quotes, prefixes, quoted words, as copied, retyped and tidied."""

import re
from collections.abc import Callable
from random import Random

from tests.mutations.fault import fault
from tests.mutations.seeds import Edit, Mutant, Seeds, Value, nonempty
from tests.mutations.words import (
    curl_quotes,
    mistyped,
    replacing_one_match,
    straighten_quotes,
    with_homoglyphs,
    without_links,
)

MAY_BE_MEANT = "the build warns and does not refuse: it may be meant"
SECOND_READER = "other words of the text are equally valid: only a second coder can tell"


def is_quote(value: Value) -> bool:
    return value.key == "quote"


def is_long_quote(value: Value) -> bool:
    return is_quote(value) and len(value.text.split()) > 4


def rewritten(seeds: Seeds, rng: Random, condition: Callable[[Value], bool], change: Callable[[str], str]) -> Mutant:
    """Return a mutant in which a value that a change has an effect on is changed by it."""
    value = rng.choice(seeds.values_where(lambda v: condition(v) and change(v.text) != v.text))
    return seeds.retyped(value, change(value.text))


# ── Letters ───────────────────────────────────────────────────────────────────────────────────────


@fault("text", "mistyped a letter of a quote")
def quote_mistyped(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_quote))
    return seeds.retyped(value, mistyped(value.text.strip(), rng))


@fault("text", "wrote a quote with a capital")
def quote_capital(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_long_quote, lambda text: text[0].upper() + text[1:])


@fault("text", "wrote a word of a quote in another case")
def quote_other_case(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_long_quote))
    word = rng.choice(re.findall(r"\b[a-z]{3,}\b", value.text))
    return seeds.retyped(value, value.text.replace(word, word.upper(), 1))


@fault("text", "pasted a quote with a ligature")
def quote_ligature(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_quote, lambda text: text.replace("ffi", "ﬃ").replace("fi", "ﬁ").replace("fl", "ﬂ"))


@fault("text", "pasted a quote with a soft hyphen or a zero-width space in a word")
def quote_soft_hyphen(seeds: Seeds, rng: Random) -> Mutant:
    mark = rng.choice(["\xad", "\u200b"])
    return rewritten(seeds, rng, is_quote, replacing_one_match(rng, r"(?<=[a-z]{3})(?=[a-z]{3})", mark))


@fault("text", "pasted a quote from a page that broke a word at its end")
def quote_hyphenated(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(
        seeds, rng, lambda v: v.style == "|", replacing_one_match(rng, r"(?<=[a-z]{3})(?=[a-z]{3})", "-\n")
    )


@fault("text", "pasted a quote with a letter of another script that looks the same")
def quote_homoglyph(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_long_quote))
    word = rng.choice([word for word in re.findall(r"\w+", value.text) if with_homoglyphs(word) != word])
    return seeds.retyped(value, value.text.replace(word, with_homoglyphs(word), 1))


# ── White space ───────────────────────────────────────────────────────────────────────────────────


@fault("text", "pasted a quote with a non-breaking space", harmless=True)
def quote_nbsp(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_quote, replacing_one_match(rng, r"(?<=\w) (?=\w)", "\xa0"))


@fault("text", "typed two spaces in a quote", harmless=True)
def quote_two_spaces(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_quote, replacing_one_match(rng, r"(?<=\w) (?=\w)", "  "))


@fault("text", "wrapped a quote elsewhere", harmless=True)
def quote_rewrapped(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, lambda v: v.style == "|", replacing_one_match(rng, r"(?<=\w) (?=\w)", "\n"))


@fault("text", "ran two words of a quote together")
def quote_words_joined(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_quote, replacing_one_match(rng, r"(?<=\w) (?=\w)", ""))


# ── Marks ─────────────────────────────────────────────────────────────────────────────────────────


@fault("text", "typed straight marks in a quote where the text has curly ones")
def quote_straightened(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_quote, straighten_quotes)


@fault("text", "let the editor curl the marks of a quote")
def quote_curled(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, lambda v: v.style == "|", curl_quotes)


@fault("text", "typed a dash for a hyphen in a quote")
def quote_dashed(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_quote, replacing_one_match(rng, "-", rng.choice("–—‑")))


@fault("text", "copied a quote from the page, without the markup of its links")
def quote_without_links(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_quote, without_links)


@fault("text", "copied a quote from a page's source, with entities for its marks")
def quote_with_entities(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_quote, lambda text: text.replace('"', "&quot;").replace("’", "&rsquo;"))


@fault("text", "added a full stop to a quote that ends before none")
def quote_full_stop(seeds: Seeds, rng: Random) -> Mutant:
    text = " ".join("".join(seeds.texts[name] for name in seeds.sources).split())

    def ends_early(value: Value) -> bool:
        return is_long_quote(value) and " ".join(value.text.split()) + "." not in text

    return rewritten(seeds, rng, ends_early, lambda words: words.rstrip() + ".")


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────


@fault("text", "left a word out of the middle of a quote")
def quote_word_left_out(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_long_quote, replacing_one_match(rng, r"(?<=\w )\w+ (?=\w)", ""))


@fault("text", "left words out of a quote and put an ellipsis there")
def quote_ellipsis(seeds: Seeds, rng: Random) -> Mutant:
    mark = rng.choice([" … ", " ... ", " [...] "])
    return rewritten(seeds, rng, is_long_quote, replacing_one_match(rng, r"(?<=\w) \w+ \w+ (?=\w)", mark))


@fault("text", "swapped two words of a quote")
def quote_words_swapped(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_long_quote, replacing_one_match(rng, r"\b(?!(\w+) \1\b)(\w+) (\w+)\b", r"\3 \2"))


@fault("text", "swapped two lines of a quote")
def quote_lines_swapped(seeds: Seeds, rng: Random) -> Mutant:
    def change(text: str) -> str:
        first, second, *rest = text.split("\n")
        return "\n".join([second, first, *rest])

    return rewritten(seeds, rng, lambda v: v.style == "|" and v.text.strip().count("\n") > 0, change)


@fault("text", "put a name for a pronoun into a quote, in brackets")
def quote_bracketed(seeds: Seeds, rng: Random) -> Mutant:
    return rewritten(seeds, rng, is_quote, replacing_one_match(rng, r"\b(he|it|his)\b", "[Putin]"))


@fault("text", "cut a word off the start or the end of a quote", survives_because=SECOND_READER)
def quote_shortened(seeds: Seeds, rng: Random) -> Mutant:
    cut = rng.choice([lambda text: text.split(None, 1)[1], lambda text: text.rstrip().rsplit(None, 1)[0]])
    return rewritten(seeds, rng, is_long_quote, cut)


@fault("text", "cut a quote off in the middle of a word")
def quote_cut_in_a_word(seeds: Seeds, rng: Random) -> Mutant:
    first = rng.choice([True, False])
    cut = (lambda text: text[2:]) if first else (lambda text: text.rstrip()[:-2])

    def ends_in_a_long_word(value: Value) -> bool:
        word = (value.text.split() or [""])[0 if first else -1]
        alone = not {"prefix", "suffix"} & set(value.record.values)
        return is_long_quote(value) and value.style == "|" and alone and len(word) > 4 and word.isalpha()

    return rewritten(seeds, rng, ends_in_a_long_word, cut)


@fault("text", "gave a record the quote of another of its table", survives_because=SECOND_READER)
def quote_of_another_record(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_quote(v) and v.style == "|"))
    others = [
        other
        for other in seeds.values
        if is_quote(other)
        and other.style == "|"
        and other.record.table == value.record.table
        and other.text != value.text
    ]
    return seeds.retyped(value, rng.choice(nonempty(others)).text)


@fault("text", "gave a quote words that the text has nowhere")
def quote_invented(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_quote))
    return seeds.retyped(value, "the delegation left the harbour before the fog had lifted")


# ── What stands around a quote ────────────────────────────────────────────────────────────────────


@fault("text", "left out the prefix or suffix that a quote needs")
def context_left_out(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.kind == "context"))
    quoted = [value.record.values["quote"]]
    if not value.record.flow:
        return seeds.edited(value.record.file, Edit(*seeds.lines(value), ""), also=quoted)
    comma = seeds.texts[value.record.file].rindex(",", 0, value.key_at)
    return seeds.edited(value.record.file, Edit(comma, value.end, ""), also=quoted)


@fault("text", "mistyped a prefix or suffix")
def context_mistyped(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.kind == "context"))
    return seeds.retyped(value, mistyped(value.text, rng), also=[value.record.values["quote"]])


@fault("text", "wrote prefix for suffix, or suffix for prefix")
def context_swapped(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.kind == "context" and len(v.text) > 3))
    other = "prefix" if value.key == "suffix" else "suffix"
    edit = Edit(value.key_at, value.key_at + len(value.key), other)
    return seeds.edited(value.record.file, edit, also=[value.record.values["quote"]])


@fault(
    "text",
    "gave the prefix of another place where the quote stands as well",
    survives_because="the other place is a place too: only a second reader can tell which was meant",
)
def context_of_another_place(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.kind == "context"))
    words = " ".join(value.record.values["quote"].text.split())
    text = " ".join(seeds.texts[value.record.file.removesuffix(".yaml") + ".txt"].split())
    places = [found.start() for found in re.finditer(re.escape(words), text)]
    before = value.key == "prefix"
    around = [text[:at].split()[-3:] if before else text[at + len(words) :].split()[:3] for at in places]
    others = [" ".join(context) for context in around if " ".join(context) not in value.text]
    source = "'" + rng.choice(nonempty(others)).replace("'", "''") + "'"
    return seeds.replaced(value, source, also=[value.record.values["quote"]])


# ── Other words of the document ───────────────────────────────────────────────────────────────────


@fault("text", "mistyped words that must be in the document")
def words_mistyped(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.kind == "verbatim" and not is_quote(v)))
    return seeds.retyped(value, mistyped(value.text, rng))


@fault(
    "text",
    "dated by words that stand elsewhere in the document",
    survives_because="words that date are compared with the entire document, since a date may be far from its passage",
)
def date_text_of_another_place(seeds: Seeds, rng: Random) -> Mutant:
    value, other = rng.sample(seeds.values_where(lambda v: v.key == "date_text"), 2)
    return seeds.retyped(value, other.text)


@fault("text", "mistyped free text", survives_because="free text is the coder's own: it is compared with nothing")
def free_text_mistyped(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.kind == "text" and " " in v.text))
    return seeds.retyped(value, mistyped(value.text.rstrip(), rng))


@fault("text", "left a placeholder in free text", survives_because=MAY_BE_MEANT)
def placeholder(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.kind == "text" and " " in v.text))
    return seeds.replaced(value, rng.choice(["TODO", "N/A", "…", "TBD", "xxx"]))


@fault("text", "pasted an invisible character into free text", survives_because=MAY_BE_MEANT)
def free_text_invisible(seeds: Seeds, rng: Random) -> Mutant:
    mark = rng.choice("\xad\u200b\u202e\u2060\u2066")
    return rewritten(
        seeds, rng, lambda v: v.kind == "text" and " " in v.text, replacing_one_match(rng, r"(?<=[a-z])(?=[a-z])", mark)
    )
