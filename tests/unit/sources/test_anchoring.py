import re
import sys

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stancebook.sources.anchoring import AnchorError, SourceText, Span, fold
from stancebook.sources.yaml_reader import parse_yaml

SPACES = [" ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u2009", "\u2028"]
PIECES = st.sampled_from([*SPACES, *"abcdeABC.,“”’\"'-…", "é", "e\u0301", "😀", "\u200d", "ß", "İ", "ж", "中"])
TEXTS = st.lists(PIECES, min_size=1, max_size=40).map("".join)


def spaced(text):
    return " ".join(text.split())


def places(words, text):
    return sum(text.startswith(words, at) for at in range(len(text)))


def refusal(text, quote, **context):
    with pytest.raises(AnchorError) as caught:
        SourceText(text, "notes.txt").anchor(quote, **context)
    return caught.value.args


def slice_of(data, text):
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]
    assume(quote.strip() and places(spaced(quote), spaced(text)) == 1)
    assume(not cuts_a_word(spaced(quote), spaced(text)))
    return quote


def cuts_a_word(words, text):
    start = text.find(words)
    end = start + len(words)
    return any(text[at - 1 : at].isalnum() and text[at : at + 1].isalnum() for at in (start, end))


# ── What always holds ─────────────────────────────────────────────────────────────────────────────


@given(TEXTS, st.data())
@settings(max_examples=200)
def test_any_slice_that_stands_once_is_found_where_it_was_cut(text, data):
    quote = slice_of(data, text)
    span = SourceText(text, "notes.txt").anchor(quote)
    assert text[span.start : span.end] == quote.strip()


@given(TEXTS, st.data())
@settings(max_examples=200)
def test_other_white_space_in_the_quote_changes_nothing(text, data):
    quote = slice_of(data, text)
    wrapped = re.sub(r"\s+", lambda _: data.draw(st.sampled_from(SPACES)), quote)
    found = SourceText(text, "notes.txt")
    assert found.anchor(f"\n{wrapped} ") == found.anchor(quote)


@given(TEXTS, st.text(max_size=10))
@settings(max_examples=200)
def test_any_other_quote_is_found_once_or_refused_with_a_way_out(text, quote):
    assume(quote.strip())
    assume(not cuts_a_word(spaced(quote), spaced(text)))
    if places(spaced(quote), spaced(text)) == 1:
        span = SourceText(text, "notes.txt").anchor(quote)
        assert spaced(text[span.start : span.end]) == spaced(quote)
    else:
        assert all(refusal(text, quote))


@given(TEXTS, TEXTS, st.sampled_from(["", " ", "a", "b", ","]), st.sampled_from(["", "\n", "a", "b", "."]))
@settings(max_examples=200)
def test_a_quote_has_an_only_place_exactly_where_it_is_anchored(text, quote, prefix, suffix):
    found = SourceText(text, "notes.txt")
    span = found.find(quote[:3], prefix, suffix)
    if span is None:
        refusal(text, quote[:3], prefix=prefix, suffix=suffix)
    else:
        assert found.anchor(quote[:3], prefix, suffix) == span
        assert spaced(text[span.start : span.end]) == spaced(quote[:3])


def test_white_space_is_the_same_to_whatever_finds_it():
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    spaces = set(re.findall(r"\s", every))
    assert spaces == {character for character in every if not character.strip()}
    assert spaces.isdisjoint("".join(every.split()))


# ── What matches ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("gap", ["\n\n", "\r\n", "\r\n\r\n", "\u00a0", "\t", "   "])
def test_a_quote_split_by_white_space_of_any_kind_is_found(gap):
    assert SourceText(f"We met{gap}at noon.", "notes.txt").anchor("met at noon") == Span(3, 3 + len(f"met{gap}at noon"))


def test_offsets_count_code_points():
    assert SourceText("😀 e\u0301 bridge", "notes.txt").anchor("bridge") == Span(5, 11)


@pytest.mark.parametrize(
    ("context", "start"),
    [({"prefix": "tall"}, 5), ({"suffix": "fell"}, 27), ({"prefix": "the   old"}, 27), ({"suffix": "stands"}, 5)],
)
def test_a_prefix_or_a_suffix_picks_one_of_several_places(context, start):
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
def test_a_quote_that_cuts_a_word_is_refused_unless_what_stands_around_it_is_given(text, quote, hint):
    told = refusal(text, quote)
    assert "in the middle of" in told[0]
    assert told[1].endswith(hint)
    name, _, words = told[1].rpartition("add  ")[2].partition(": ")
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
def test_a_quote_may_end_at_a_mark_or_where_a_script_parts_no_words(text, quote):
    assert SourceText(text, "notes.txt").anchor(quote).end <= len(text)


def test_a_prefix_that_does_not_stand_there_is_refused_even_where_the_quote_stands_once():
    message, _ = refusal("the mill stands", "mill", prefix="old")
    assert message == "the quote occurs in notes.txt, but not with this prefix and suffix"


def test_a_long_quote_in_a_long_text_is_found_once_or_refused():
    passage = " ".join(f"word{n}" for n in range(1000))
    assert SourceText(f"a\n{passage} b " + "c " * 10_000, "notes.txt").anchor(passage) == Span(2, 2 + len(passage))
    assert refusal(f"{passage} {passage}" + " c" * 10_000, passage)[0] == "the quote occurs 2 times in notes.txt"


def test_places_that_overlap_are_told_apart():
    assert refusal("aa aa aa", "aa aa")[0] == "the quote occurs 2 times in notes.txt"


def test_very_many_places_are_neither_counted_nor_told_apart():
    message, hint = refusal("a " * 100_000, "a")
    assert message == "the quote occurs more than 100 times in notes.txt"
    assert hint == "add more words to the quote itself"


def test_a_prefix_picks_a_place_that_is_beyond_counting():
    assert SourceText("a " * 10_000 + "b a", "notes.txt").anchor("a", prefix="b") == Span(20_002, 20_003)


def test_of_many_places_the_first_three_are_listed():
    _, hint = refusal("a mill, b mill, c mill, d mill, e mill", "mill")
    assert len(hint.splitlines()) == 4
    assert hint.endswith("and 2 more places")


def test_a_hint_names_the_place_of_each_line_it_offers():
    text = SourceText("The red mill stands.\nThe old mill fell.", "notes.txt")
    _, hint = refusal(text.raw, "mill")
    assert hint.splitlines() == ["at 1:9 add  prefix: 'red'", "at 2:9 add  prefix: 'old'"]


# ── What is not found ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "quote", "named"),
    [
        ("he said “no”", 'said "no"', "a quotation mark '“' at 1:9"),
        ("the miller’s boy", "miller's boy", "an apostrophe or single quotation mark '’' at 1:11"),
        ("far–off lands", "far-off", "a hyphen or dash '–' at 1:4"),
        ("one\ntwo Three", "two three", "another case 'T' at 2:5"),
        ("a fine o\ufb03ce", "fine office", "a ligature or another variant of a letter, '\ufb03' at 1:9"),
        ("the caf\u00e9 there", "cafe\u0301", "the same letter in other code points (composed, decomposed), '\u00e9'"),
        ("the cafe\u0301 there", "caf\u00e9", "the same letter in other code points (composed, decomposed), 'e'"),
        ("the caf\u00e9 there", "cafe there", "another accent '\u00e9' at 1:8"),
        ("of\u00adfice", "office", "an invisible character (U+00AD, soft hyphen) at 1:3"),
        ("a z\u200bero", "zero", "an invisible character (U+200B, zero width space) at 1:4"),
    ],
)
def test_a_difference_in_a_mark_or_in_case_is_named_with_its_place(text, quote, named):
    assert refusal(text, quote)[1].startswith(f"the text has {named}")


def test_an_invisible_character_in_the_quote_is_named_with_what_follows_it():
    _, hint = refusal("the office is closed", "of\u00adfice is")
    assert hint == "the quote has an invisible character (U+00AD, soft hyphen) before 'fice is': delete it"


@pytest.mark.parametrize(
    ("quote", "at"),
    [
        ("the  old\nbrigde fell", 12),
        ("bridge fell\n“in”to", 12),
        ("zzz qqq", 0),
        ("the old … river", 8),
        ("the old bridge FELL", 15),
    ],
)
def test_a_refusal_knows_from_where_the_quote_as_typed_leaves_the_text(quote, at):
    with pytest.raises(AnchorError) as caught:
        SourceText("That night the old bridge fell into the river.", "notes.txt").anchor(quote)
    assert caught.value.offset == at


@given(TEXTS, st.text(max_size=10))
@settings(max_examples=200)
def test_the_place_of_a_refusal_lies_in_the_quote(text, quote):
    assume(places(spaced(quote), spaced(text)) != 1 or not quote.strip())
    with pytest.raises(AnchorError) as caught:
        SourceText(text, "notes.txt").anchor(quote)
    assert 0 <= caught.value.offset < max(len(quote), 1)


@given(TEXTS)
@settings(max_examples=100)
def test_what_folding_makes_equal_keeps_its_origins(text):
    folded = fold(text)
    assert len(folded.origins) == len(folded.text) + 1
    assert folded.origins == sorted(folded.origins)
    assert fold(folded.text).text == folded.text


def test_the_words_to_copy_are_found():
    text = "Then he said\n“no” to all."
    words = refusal(text, 'said "no" to')[1].partition("copy this: ")[2]
    assert SourceText(text, "notes.txt").anchor(words) == Span(8, 20)


def test_the_nearest_passage_is_shown_in_whole_words():
    _, hint = refusal("Late that night\nthe old bridge fell into the river.", "the old brigde fell into")
    assert hint == "the nearest passage is at 2:1: the old bridge fell into"


@pytest.mark.parametrize("text", ["", "  \n", "unlike"])
def test_where_nothing_reads_like_the_quote_the_hint_says_so(text):
    assert refusal(text, "zzz zzz zzz") == ("not found in notes.txt", "nothing in the text is similar")


# ── Words anywhere ────────────────────────────────────────────────────────────────────────────────


def test_words_are_located_as_the_text_spells_them_and_may_stand_more_than_once():
    assert SourceText("on\nMonday and on Monday", "notes.txt").locate(" on Monday ") == "on\nMonday"


@pytest.mark.parametrize("text", ["", "words"])
def test_no_words_are_refused(text):
    with pytest.raises(AnchorError):
        SourceText(text, "notes.txt").locate(" \n")


def test_of_a_long_quote_in_a_long_text_the_beginning_leads_to_the_nearest_passage():
    words = [f"word{n}" for n in range(20_000)]
    quote = " ".join(["wort700", *words[701:5000]])
    message, hint = refusal("\n".join(words), quote)
    assert message == "not found in notes.txt"
    assert hint.startswith("the nearest passage is at 701:1: word700 word701")


def test_a_passage_of_one_endless_word_is_not_shown_whole():
    _, hint = refusal("x" * 10_000 + "the bridge fell" + "x" * 10_000, "the bridge felt")
    assert len(hint) < 1000


def test_near_misses_of_one_text_are_looked_for_so_many_times():
    text = SourceText("the bridge fell", "notes.txt")
    hints = []
    for n in range(300):
        with pytest.raises(AnchorError) as caught:
            text.anchor(f"the bridge fel{n}")
        hints.append(caught.value.args[1])
    assert hints[0].startswith("the nearest passage is")
    assert hints[-1] == "copy the passage from the text"


def test_words_are_located_where_they_cut_no_word():
    assert SourceText("Monday’s and on\nMon", "notes.txt").locate("on Mon") == "on\nMon"
    assert SourceText("in the last week", "notes.txt").locate("the last") == "the last"


def test_words_that_stand_only_within_others_are_refused():
    with pytest.raises(AnchorError, match="this starts in the middle of 'last'") as caught:
        SourceText("in the last week", "notes.txt").locate("ast week")
    assert caught.value.args[1] == "take the whole word"


def test_words_that_stand_nowhere_are_refused():
    with pytest.raises(AnchorError, match=r"not found in notes\.txt"):
        SourceText("on Monday", "notes.txt").locate("last winter")


@pytest.mark.parametrize(
    ("raw", "quote"),
    [
        ("talks, then talks", "talks"),  # prefix: ''
        ("x the talks in March. x the talks into April", "the talks"),  # a word that starts another
        ("x within talks. x in talks.", "talks"),
        ("go null go", "go"),  # null is nothing to YAML
    ],
)
def test_every_line_of_a_hint_pasted_back_resolves_the_ambiguity(raw, quote):
    text_ = SourceText(raw, "notes.txt")
    _, hint = refusal(raw, quote)
    for line in hint.splitlines():
        _, _, context = line.partition(" add  ")
        root, problems = parse_yaml(context, "f")
        assert problems == []
        [(name, cell)] = root.values.items()
        assert not cell.absent
        assert cell.text
        text_.anchor(quote, **{name: cell.text})


@given(TEXTS, st.data())
@settings(max_examples=200)
def test_a_hint_pasted_back_always_resolves_the_ambiguity(raw, data):
    start = data.draw(st.integers(0, len(raw) - 1))
    quote = raw[start : data.draw(st.integers(start + 1, min(len(raw), start + 3)))]
    assume(quote.strip())
    try:
        SourceText(raw, "notes.txt").anchor(quote)
    except AnchorError as fault:
        for line in fault.args[1].splitlines():
            if found := re.fullmatch(r"at (\S+) add {2}((?:prefix|suffix): .+)", line):
                root, problems = parse_yaml(found[2], "f")
                assert problems == []
                [(name, cell)] = root.values.items()
                assert cell.text
                assert not cell.absent
                SourceText(raw, "notes.txt").anchor(quote, **{name: cell.text})
