"""The quotations of a passage are those that are completely in it, marks included."""

import pandas as pd
import pytest

from schemas.quotation import are_in_one_of, quotations_in
from stancebook.sources.anchoring import SourceText

TEXT = "“We stay,” she said, “and\n\nwe talk.” He “agreed”."
TABLES = {"documents": pd.DataFrame({"doc_id": ["talks"], "language": ["en"]})}


def passages(*spans, doc_id="talks"):
    return pd.DataFrame([(doc_id, *span) for span in spans], columns=["doc_id", "char_start", "char_end"])


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        (TEXT, ["“We stay,”", "“and\n\nwe talk.”", "“agreed”"]),
        ("“We stay,” she said", ["“We stay,”"]),
        ("We stay,” she said, “and", []),
        ("she said", []),
        ("“agreed", []),
    ],
)
def test_passage_has_its_complete_quotations(passage, expected):
    """A quotation that is partly outside a passage is not in it."""
    start = TEXT.index(passage)
    texts = {"talks": SourceText(TEXT, "talks.txt")}
    assert quotations_in(passages((start, start + len(passage))), TABLES, texts).tolist() == [expected]


def test_text_that_was_not_read_has_no_quotations():
    """A passage of a text that could not be read has no quotations."""
    assert quotations_in(passages((0, 5)), TABLES, {}).tolist() == [[]]


@pytest.mark.parametrize(
    ("words", "inside"), [("and we talk", True), ("she said", False), ("We stay,” she said, “and", False)]
)
def test_words_are_within_one_quotation(words, inside):
    """Words count as quoted only inside a single quotation; white space may differ."""
    quotations = pd.Series([["“We stay,”", "“and\n\nwe talk.”"]])
    assert are_in_one_of(pd.Series([words]), quotations).tolist() == [inside]
