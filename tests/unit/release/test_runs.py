"""Runs of six words are found in other texts, in any writing; shorter ones and public ones are not."""

from hypothesis import given
from hypothesis import strategies as st

from stancebook.release.runs import TextRuns
from stancebook.release.withheld import RUN
from stancebook.sources.words import parts, words

TEXT = "Northmark had for months refused any talks with Southmark."
WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=30)


def test_run_is_found_in_other_writing():
    """Case, diacritics and punctuation make no difference; the run is quoted as it is written."""
    runs = TextRuns({"d": TEXT})
    text = "It said: FOR months -- refused, ány TALKS with them."
    assert runs.documents(text) == {"d"}
    assert runs.first(text) == ("FOR months -- refused, ány TALKS with", 9)


def test_words_are_counted_in_two_ways():
    """A run is found whether `U.S.` counts as one word or as two, and however the text writes it."""
    runs = TextRuns({"d": "It said that the U.S. president did."})
    assert runs.documents("that the u s president did") == {"d"}
    assert runs.documents("SAID THAT THE US PRESIDENT DID") == {"d"}


def test_five_words_are_no_run():
    """Five words in a row are not found."""
    assert TextRuns({"d": TEXT}).documents("months refused any talks with others") == set()


def test_public_runs_do_not_count():
    """What a title has is public; a run that begins in the title and ends after it is not."""
    text = f"Northmark opens door to river talks\n\n{TEXT}"
    runs = TextRuns({"d": text}, ["Northmark opens door to river talks"])
    assert runs.documents("northmark-opens-door-to-river-talks") == set()
    assert runs.documents("opens door to river talks Northmark") == {"d"}


def test_no_texts_have_no_runs():
    """Without texts, or with texts that are too short, nothing is found."""
    assert TextRuns({}).documents(TEXT) == set()
    assert TextRuns({"d": "Too short."}).first(TEXT) is None


@given(WORDS, WORDS, WORDS)
def test_documents_are_those_that_share_a_run(first, second, cell):
    """A cell is found if and only if a list of its words is in a text."""
    texts = {"one": first, "two": second}
    runs = [cell[start : start + RUN] for start in range(len(cell) - RUN + 1)]
    sharing = {
        doc_id for doc_id, text in texts.items() for start in range(len(text)) if text[start : start + RUN] in runs
    }
    found = TextRuns({doc_id: " ".join(text) for doc_id, text in texts.items()}).documents(" ".join(cell))
    assert found <= sharing
    assert bool(found) == bool(sharing)


@given(st.text(max_size=200))
def test_text_shares_its_own_runs(text):
    """A text of six words or more in any script shares a run with itself; a shorter one does not."""
    longest = max(len(list(split(text))) for split in (words, parts))
    assert bool(TextRuns({"d": text}).documents(text)) == (longest >= RUN)
