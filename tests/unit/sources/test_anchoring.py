import re
import sys
import unicodedata

import pytest
import regex
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stancebook.sources.anchoring import AnchorError, SourceText, Span
from stancebook.sources.differences import fold
from stancebook.sources.yaml_reader import parse_yaml

SPACES = [" ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u2009", "\u2028"]
PIECES = st.sampled_from([*SPACES, *"abcdeABC.,“”’\"'-…", "é", "e\u0301", "😀", "\u200d", "ß", "İ", "ж", "中"])
TEXTS = st.lists(PIECES, min_size=1, max_size=40).map("".join)


def normalized(text):
    return " ".join(text.split())


def letter_starts(text):
    return {letter.start() for letter in regex.finditer(r"\X", text)} | {len(text)}


def matches(words, text):
    """Count the places where words occur in whole letters."""
    whole = letter_starts(text)
    return sum(text.startswith(words, offset) and {offset, offset + len(words)} <= whole for offset in range(len(text)))


def refusal(text, quote, **context):
    with pytest.raises(AnchorError) as caught:
        SourceText(text, "notes.txt").anchor(quote, **context)
    return caught.value.args


def slice_of(data, text):
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]
    words = normalized(quote)
    assume(words and normalized(text).find(words) == normalized(text).rfind(words))
    assume(matches(normalized(quote), normalized(text)) == 1)
    assume(not cuts_a_word(normalized(quote), normalized(text)))
    return quote


def cuts_a_word(words, text):
    start = text.find(words)
    pairs = [(visible(text[:offset])[-1:], visible(text[offset:])[:1]) for offset in (start, start + len(words))]
    return any(before.isalnum() and after.isalnum() for before, after in pairs)


def visible(text):
    return "".join(character for character in text if unicodedata.category(character) not in ("Mn", "Cf"))


# ── Properties ─────────────────────────────────────────────────────────────────────────────


@given(TEXTS, st.data())
@settings(max_examples=200)
def test_anchor_finds_any_unique_slice(text, data):
    """Any slice that occurs once is located where it was cut."""
    quote = slice_of(data, text)
    span = SourceText(text, "notes.txt").anchor(quote)
    assert text[span.start : span.end] == quote.strip()


@given(TEXTS, st.data())
@settings(max_examples=200)
def test_anchor_ignores_kind_of_white_space(text, data):
    """Other white space in the quote gives the same span."""
    quote = slice_of(data, text)
    wrapped = re.sub(r"\s+", lambda _: data.draw(st.sampled_from(SPACES)), quote)
    found = SourceText(text, "notes.txt")
    assert found.anchor(f"\n{wrapped} ") == found.anchor(quote)


@given(TEXTS, st.text(max_size=10))
@settings(max_examples=200)
def test_anchor_finds_or_refuses_any_quote(text, quote):
    """A quote is located if it occurs once in whole letters, and refused with a hint otherwise."""
    assume(quote.strip())
    assume(not cuts_a_word(normalized(quote), normalized(text)))
    if matches(normalized(quote), normalized(text)) == 1:
        span = SourceText(text, "notes.txt").anchor(quote)
        assert normalized(text[span.start : span.end]) == normalized(quote)
    else:
        assert all(refusal(text, quote))


@given(TEXTS, TEXTS, st.sampled_from(["", " ", "a", "b", ","]), st.sampled_from(["", "\n", "a", "b", "."]))
@settings(max_examples=200)
def test_find_agrees_with_anchor(text, quote, prefix, suffix):
    """`find` returns a span exactly where `anchor` does."""
    found = SourceText(text, "notes.txt")
    span = found.find(quote[:3], prefix, suffix)
    if span is None:
        refusal(text, quote[:3], prefix=prefix, suffix=suffix)
    else:
        assert found.anchor(quote[:3], prefix, suffix) == span
        assert normalized(text[span.start : span.end]) == normalized(quote[:3])


def test_white_space_is_one_set_of_characters():
    """`str.split`, `str.strip` and regular expressions agree on white space."""
    characters = "".join(map(chr, range(sys.maxunicode + 1)))
    spaces = set(re.findall(r"\s", characters))
    assert spaces == {character for character in characters if not character.strip()}
    assert spaces.isdisjoint("".join(characters.split()))


# ── Matches ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("gap", ["\n\n", "\r\n", "\r\n\r\n", "\u00a0", "\t", "   "])
def test_anchor_matches_across_white_space(gap):
    """A quote is located across line breaks, tabs and no-break spaces."""
    assert SourceText(f"We met{gap}at noon.", "notes.txt").anchor("met at noon") == Span(3, 3 + len(f"met{gap}at noon"))


def test_span_counts_code_points():
    """Offsets count code points, not bytes or graphemes."""
    assert SourceText("😀 e\u0301 bridge", "notes.txt").anchor("bridge") == Span(5, 11)


@pytest.mark.parametrize(
    ("context", "start"),
    [({"prefix": "tall"}, 5), ({"suffix": "fell"}, 27), ({"prefix": "the   old"}, 27), ({"suffix": "stands"}, 5)],
)
def test_context_selects_one_of_several_matches(context, start):
    """A prefix or a suffix selects one of several matches."""
    assert SourceText("tall mill stands, the old\n\nmill fell", "notes.txt").anchor("mill", **context) == Span(
        start, start + 4
    )


@pytest.mark.parametrize(
    ("text", "quote", "hint"),
    [
        ("the Russians left", "Russian", "add  suffix: 's'"),
        ("the Russians left", "ussians left", "add  prefix: 'R'"),
        ("in 2031 they", "in 203", "add  suffix: '1'"),
        ("Прежний мост", "режний", "add  prefix: 'П'"),
    ],
)
def test_quote_that_cuts_a_word_needs_context(text, quote, hint):
    """A quote that cuts a word is refused, and located with the context that the hint suggests."""
    message, actual_hint = refusal(text, quote)
    assert "in the middle of" in message
    assert actual_hint.endswith(hint)
    name, _, words = actual_hint.rpartition("add  ")[2].partition(": ")
    assert SourceText(text, "notes.txt").anchor(quote, **{name: words.strip("'")})


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Kyiv's gate", "Kyiv"),
        ("US-led talks", "US"),
        ("20km off", "20"),
        ("停战谈判", "停战"),
        ("(talks)", "talks"),
    ],
)
def test_quote_may_end_at_mark_or_uncased_letter(text, quote):
    """A quote may end at a mark, between letters and digits, and anywhere in a script without case."""
    assert SourceText(text, "notes.txt").anchor(quote).end <= len(text)


# ── Whole letters ────────────────────────────────────────────────────────────────────────────

# A text, and quotes that cut a letter in it.
CUT_LETTERS = [
    ("met in the cafe\u0301s", ["the cafe", "\u0301s"]),
    ("a\u0323\u0302 b", ["a", "a\u0323", "\u0302 b"]),
    ("שָׁלוֹם", ["ש", "ש\u05b8", "\u05b9\u05dd", "שָׁלו"]),
    ("عن السَّلام", ["عن الس", "عن السَ"]),
    ("हिन्दी", ["ह", "हिन", "हिन्", "हिन्द"]),
    ("ক্ষমা", ["ক", "ক্"]),
    ("தமிழ்", ["தம", "தமிழ"]),
    ("กำลัง", ["ก", "กำล"]),
    ("\u1112\u1161\u11ab", ["\u1112", "\u1112\u1161", "\u1161\u11ab", "\u11ab"]),
    ("가\u11a8", ["가"]),
    ("ｶﾞ", ["ｶ"]),
    ("🇳🇱🇧🇪", ["🇳", "🇱", "🇱🇧", "🇳🇱🇧", "🇧"]),
    ("👍🏽", ["👍"]),
    ("👩\u200d✈\ufe0f", ["👩", "👩\u200d", "👩\u200d✈", "✈\ufe0f"]),
    ("👨\u200d👩\u200d👧", ["👨\u200d👩", "👩\u200d👧", "👧"]),
    ("5\ufe0f\u20e3", ["5", "5\ufe0f"]),
    ("❤\ufe0f", ["❤"]),
    ("🏴\U000e0067\U000e0062\U000e007f", ["🏴", "🏴\U000e0067"]),
    ("葛\U000e0100", ["葛"]),
]


@pytest.mark.parametrize(("text", "quote"), [(text, quote) for text, quotes in CUT_LETTERS for quote in quotes])
def test_quote_that_cuts_a_letter_is_refused(text, quote):
    """A quote that cuts a letter is refused with the whole letter to copy, with context too; so are other words."""
    message, hint = refusal(f"x {text} y", quote)
    assert "in the middle of" in message
    copied = hint.rpartition("copy this: ")[2]
    assert SourceText(f"x {text} y", "notes.txt").anchor(copied)
    with pytest.raises(AnchorError, match="in the middle of"):
        SourceText(f"x {text} y", "notes.txt").locate(quote)
    start = f"x {text} y".index(quote)
    context = {"prefix": f"x {text} y"[:start], "suffix": f"x {text} y"[start + len(quote) :]}
    assert "in the middle of" in refusal(f"x {text} y", quote, **context)[0]


@pytest.mark.parametrize("text", [text for text, _ in CUT_LETTERS])
def test_quote_of_whole_letters_is_found(text):
    """Every letter is found whole, if need be with context."""
    around = SourceText(f"x {text} y", "notes.txt")
    assert around.anchor(text) == Span(2, 2 + len(text))
    for letter in regex.finditer(r"\X(?<!\s)", text):
        prefix, suffix = f"x {text[: letter.start()]}", f"{text[letter.end() :]} y"
        assert around.anchor(letter[0], prefix, suffix) == Span(2 + letter.start(), 2 + letter.end())


def test_cut_letter_is_named_with_its_code_points():
    """A message names the letter, its code points, and the one that is cut off."""
    message, hint = refusal("met in the cafe\u0301 on Friday", "in the cafe")
    assert "the letter 'e\u0301', which is U+0065 U+0301" in message
    assert "U+0301 (combining acute accent)" in message
    assert hint == "take the whole letter; copy this: in the cafe\u0301"


def test_match_within_letters_is_no_match():
    """Words that occur once in whole letters are found, although other letters begin with theirs."""
    text = SourceText("cafe\u0301 and cafe", "notes.txt")
    assert text.anchor("cafe") == Span(10, 14)
    assert text.anchor("cafe", prefix="and") == Span(10, 14)
    assert text.locate("cafe") == "cafe"


def test_cut_letter_of_endless_marks_is_short():
    """A letter with a hundred thousand marks is refused in a short message."""
    message, hint = refusal("a" + 100_000 * "\u0301", "a" + 50_000 * "\u0301")
    assert len(message) + len(hint) < 200


@pytest.mark.parametrize("joiner", ["\u00ad", "\u2060", "\u200c", "\ufeff"])
@pytest.mark.parametrize(("left", "right"), [("North", "mark"), ("می", "خواهند"), ("20", "31"), ("cafe\u0301", "s")])
def test_invisible_joiner_is_within_a_word(joiner, left, right):
    """A quote that ends before or after an invisible character within a word is refused, and allowed with context."""
    text = f"so {left}{joiner}{right} met"
    for quote in (f"so {left}", f"so {left}{joiner}", f"{joiner}{right} met", f"{right} met"):
        message, hint = refusal(text, quote)
        assert "in the middle of" in message
        assert hint.endswith((f"copy this: so {left}{joiner}{right}", f"copy this: {left}{joiner}{right} met"))
    assert SourceText(text, "notes.txt").anchor(f"{left}{joiner}{right}")
    assert SourceText(text, "notes.txt").anchor(left, suffix=f"{joiner}{right}")


@pytest.mark.parametrize(("text", "quote"), [("North\u00ad met", "North"), ("A\u200bB", "A"), ("a\u2060, b", "a")])
def test_invisible_character_at_end_of_word_is_optional(text, quote):
    """An invisible character after a word, and a zero-width space, which separates words, may follow a quote."""
    assert SourceText(text, "notes.txt").anchor(quote) == Span(0, len(quote))


def test_wrong_prefix_is_refused():
    """A prefix that does not precede the quote is refused even if the quote occurs once."""
    message, _ = refusal("the mill stands", "mill", prefix="old")
    assert message == "the quote occurs in notes.txt, but not with this prefix and suffix"


def test_long_quote_in_long_text():
    """A long quote in a long text is located if it occurs once, and refused otherwise."""
    passage = " ".join(f"word{n}" for n in range(1000))
    assert SourceText(f"a\n{passage} b " + "c " * 10_000, "notes.txt").anchor(passage) == Span(2, 2 + len(passage))
    assert refusal(f"{passage} {passage}" + " c" * 10_000, passage)[0] == "the quote occurs 2 times in notes.txt"


def test_overlapping_matches_are_counted():
    """Overlapping matches make a quote ambiguous."""
    assert refusal("aa aa aa", "aa aa")[0] == "the quote occurs 2 times in notes.txt"


def test_many_matches_are_not_counted():
    """Of very many matches, neither the number nor the contexts are computed."""
    message, hint = refusal("a " * 100_000, "a")
    assert message == "the quote occurs more than 100 times in notes.txt"
    assert hint == "add more words to the quote itself"


def test_prefix_selects_match_beyond_the_counted():
    """A prefix selects a match that is beyond the counted ones."""
    assert SourceText("a " * 10_000 + "b a", "notes.txt").anchor("a", prefix="b") == Span(20_002, 20_003)


def test_hint_lists_three_matches():
    """The hint lists the first three matches and the number of the others."""
    _, hint = refusal("a mill, b mill, c mill, d mill, e mill", "mill")
    assert len(hint.splitlines()) == 4
    assert hint.endswith("and 2 more places")


def test_hint_has_position_of_each_match():
    """Each line of a hint has the position of its match."""
    text = SourceText("The red mill stands.\nThe old mill fell.", "notes.txt")
    _, hint = refusal(text.raw, "mill")
    assert hint.splitlines() == ["at 1:9 add  prefix: 'red'", "at 2:9 add  prefix: 'old'"]


# ── Failures ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "quote", "difference"),
    [
        ("he said “no”", 'said "no"', "a quotation mark '“' (U+201C, left double quotation mark) at 1:9"),
        ("the miller’s boy", "miller's boy", "an apostrophe or single quotation mark '’' (U+2019, "),
        ("far–off lands", "far-off", "a hyphen or dash '–' (U+2013, en dash) at 1:4"),
        ("far\u2011off lands", "far-off", "a hyphen or dash '\u2011' (U+2011, non-breaking hyphen) at 1:4"),
        ("one\ntwo Three", "two three", "another case 'T' at 2:5"),
        ("a fine o\ufb03ce", "fine office", "a ligature or another variant of a letter, '\ufb03' (U+FB03, "),
        ("at \uff21\uff22 now", "AB now", "a ligature or another variant of a letter, '\uff21' (U+FF21, "),
        ("the caf\u00e9 there", "cafe\u0301", "the same letter in other code points (composed, decomposed), '\u00e9'"),
        ("the cafe\u0301 there", "caf\u00e9", "the same letter in other code points (composed, decomposed), 'e'"),
        (
            "the caf\u00e9 there",
            "cafe there",
            "another accent '\u00e9' (U+00E9, latin small letter e with acute) at 1:8",
        ),
        (
            "The P\u043ert met",
            "The Port",
            "a letter of another alphabet, '\u043e' (U+043E, cyrillic small letter o) at 1:6",
        ),
        (
            "a \u0391thens",
            "a Athens",
            "a letter of another alphabet, '\u0391' (U+0391, greek capital letter alpha) at 1:3",
        ),
        (
            "in \u041aie\u0432",
            "in Kie\u0432",
            "a letter of another alphabet, '\u041a' (U+041A, cyrillic capital letter ka)",
        ),
        ("of\u00adfice", "office", "an invisible character (U+00AD, soft hyphen) at 1:3"),
        ("a z\u200bero", "zero", "an invisible character (U+200B, zero width space) at 1:4"),
        ("a ze\ufeffro", "zero", "an invisible character (U+FEFF, zero width no-break space) at 1:5"),
        ("a ze\u2060ro", "zero", "an invisible character (U+2060, word joiner) at 1:5"),
        ("Hale\x92s envoy", "Hale's envoy", "an invisible character (U+0092, a control character) at 1:5"),
        ("ze\x1bro", "zero", "an invisible character (U+001B, a control character) at 1:3"),
    ],
)
def test_difference_is_named_with_position(text, quote, difference):
    """A difference in a mark, case, accent, alphabet or code point is named with its position."""
    assert refusal(text, quote)[1].startswith(f"the text has {difference}")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The League \x97 all of it \x97 came at noon", "The League all of it"),
        ("they \u200b came back at noon to talk", "they came back at noon to talk"),
    ],
)
def test_invisible_character_of_near_miss_is_named(text, quote):
    """The first character that differs from the nearest passage is named if it cannot be seen."""
    with pytest.raises(AnchorError) as caught:
        SourceText(text, "notes.txt").anchor(quote)
    assert "the text has an invisible character (U+" in caught.value.args[1]
    assert text.startswith(quote[: caught.value.offset])


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=12, max_size=40), st.data())
@settings(max_examples=200)
def test_slip_in_long_quote_is_located(words, data):
    """A character that is replaced in a long quote is where the quote starts to differ."""
    text = " ".join(words)
    quote = text[:60].strip()
    offset = data.draw(st.integers(10, len(quote) - 1).filter(lambda offset: quote[offset] != " "))
    slip = f"{quote[:offset]}z{quote[offset + 1 :]}"
    assume(text.count(slip[:10]) == 1)
    with pytest.raises(AnchorError) as caught:
        SourceText(text, "notes.txt").anchor(slip)
    assert caught.value.offset == offset


def test_invisible_character_in_quote_is_named():
    """An invisible character in the quote is named with the words after it."""
    _, hint = refusal("the office is closed", "of\u00adfice is")
    assert hint == "the quote has an invisible character (U+00AD, soft hyphen) before 'fice is': delete it"


@pytest.mark.parametrize(
    ("quote", "offset"),
    [
        ("the  old\nbrigde fell", 12),
        ("bridge fell\n“in”to", 12),
        ("zzz qqq", 0),
        ("the old … river", 8),
        ("the old bridge FELL", 15),
    ],
)
def test_error_offset_is_first_difference(quote, offset):
    """The offset of an error is where the quote, as typed, starts to differ."""
    with pytest.raises(AnchorError) as caught:
        SourceText("That night the old bridge fell into the river.", "notes.txt").anchor(quote)
    assert caught.value.offset == offset


@given(TEXTS, st.text(max_size=10))
@settings(max_examples=200)
def test_error_offset_is_within_quote(text, quote):
    """The offset of an error is within the quote."""
    assume(matches(normalized(quote), normalized(text)) != 1 or not quote.strip())
    with pytest.raises(AnchorError) as caught:
        SourceText(text, "notes.txt").anchor(quote)
    assert 0 <= (caught.value.offset or 0) < max(len(quote), 1)


@given(TEXTS)
@settings(max_examples=100)
def test_fold_keeps_origins(text):
    """A folded text has an origin for each character, in ascending order, and folds to itself."""
    folded = fold(text)
    assert len(folded.origins) == len(folded.text) + 1
    assert list(folded.origins) == sorted(folded.origins)
    assert fold(folded.text).text == folded.text


def test_words_to_copy_can_be_anchored():
    """The passage that a hint shows to copy can be located."""
    text = "Then he said\n“no” to all."
    words = refusal(text, 'said "no" to')[1].partition("copy this: ")[2]
    assert SourceText(text, "notes.txt").anchor(words) == Span(8, 20)


def test_nearest_passage_has_complete_words():
    """The nearest passage is shown with complete words."""
    _, hint = refusal("Late that night\nthe old bridge fell into the river.", "the old brigde fell into")
    assert hint == "the nearest passage is at 2:1: the old bridge fell into"


@pytest.mark.parametrize("text", ["", "  \n", "unlike"])
def test_no_similar_passage_is_reported(text):
    """If nothing in the text is similar to the quote, the hint says so."""
    assert refusal(text, "zzz zzz zzz") == ("not found in notes.txt", "nothing in the text is similar")


# ── locate ────────────────────────────────────────────────────────────────────────────────


def test_locate_returns_spelling_of_text():
    """`locate` returns the words as the text spells them, at their first occurrence."""
    assert SourceText("on\nMonday and on Monday", "notes.txt").locate(" on Monday ") == "on\nMonday"


@pytest.mark.parametrize("text", ["", "words"])
def test_locate_refuses_blank_words(text):
    """Blank words are refused."""
    with pytest.raises(AnchorError):
        SourceText(text, "notes.txt").locate(" \n")


def test_start_of_long_quote_is_searched():
    """Of a long quote, the start leads to the nearest passage."""
    words = [f"word{n}" for n in range(20_000)]
    quote = " ".join(["wort700", *words[701:5000]])
    message, hint = refusal("\n".join(words), quote)
    assert message == "not found in notes.txt"
    assert hint.startswith("the nearest passage is at 701:1: word700 word701")


def test_passage_in_endless_word_is_cut():
    """A passage within an endless word is not shown completely."""
    _, hint = refusal("x" * 10_000 + "the bridge fell" + "x" * 10_000, "the bridge felt")
    assert len(hint) < 1000


def test_fuzzy_searches_are_limited():
    """Only so many quotes of one text are searched approximately."""
    text = SourceText("the bridge fell", "notes.txt")
    hints = []
    for n in range(300):
        with pytest.raises(AnchorError) as caught:
            text.anchor(f"the bridge fel{n}")
        hints.append(caught.value.args[1])
    assert hints[0].startswith("the nearest passage is")
    assert hints[-1] == "copy the passage from the text"


def test_locate_skips_matches_that_cut_words():
    """`locate` skips occurrences that cut a word."""
    assert SourceText("Monday’s and on\nMon", "notes.txt").locate("on Mon") == "on\nMon"
    assert SourceText("in the last week", "notes.txt").locate("the last") == "the last"


def test_locate_refuses_parts_of_words():
    """Words that occur only in the middle of others are refused."""
    with pytest.raises(AnchorError, match="this starts in the middle of 'last'") as caught:
        SourceText("in the last week", "notes.txt").locate("ast week")
    assert caught.value.args[1] == "take the whole word"


def test_locate_refuses_unknown_words():
    """Words that do not occur are refused."""
    with pytest.raises(AnchorError, match=r"not found in notes\.txt"):
        SourceText("on Monday", "notes.txt").locate("last winter")


@pytest.mark.parametrize(
    ("raw", "quote"),
    [
        ("talks, then talks", "talks"),  # prefix: ''
        ("x the talks in March. x the talks into April", "the talks"),  # a word that is the start of another
        ("x within talks. x in talks.", "talks"),
        ("go null go", "go"),  # YAML reads null as absent
    ],
)
def test_each_suggested_context_resolves_ambiguity(raw, quote):
    """Each context that a hint suggests, read back as YAML, locates the quote."""
    source = SourceText(raw, "notes.txt")
    _, hint = refusal(raw, quote)
    for line in hint.splitlines():
        _, _, context = line.partition(" add  ")
        root, problems = parse_yaml(context, "f")
        assert problems == []
        [(name, cell)] = root.values.items()
        assert not cell.absent
        assert cell.text
        source.anchor(quote, **{name: cell.text})


@given(TEXTS, st.data())
@settings(max_examples=200)
def test_any_suggested_context_resolves_ambiguity(raw, data):
    """The same holds for any text and quote."""
    start = data.draw(st.integers(0, len(raw) - 1))
    quote = raw[start : data.draw(st.integers(start + 1, min(len(raw), start + 3)))]
    assume(quote.strip())
    try:
        SourceText(raw, "notes.txt").anchor(quote)
    except AnchorError as error:
        for line in error.args[1].splitlines():
            if found := re.fullmatch(r"at (\S+) add {2}((?:prefix|suffix): .+)", line):
                root, problems = parse_yaml(found[2], "f")
                assert problems == []
                [(name, cell)] = root.values.items()
                assert cell.text
                assert not cell.absent
                SourceText(raw, "notes.txt").anchor(quote, **{name: cell.text})
