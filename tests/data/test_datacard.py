"""The prose of the data card is true of the committed tables and agrees with the coder's guide."""

import re
from pathlib import Path

import pytest

import stancebook
from schemas import CONTRACT

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "seeds/README.md").read_text(encoding="utf-8")
CARD = CONTRACT.data_card_text

# The passages on how single documents were coded, by document id.
PASSAGES = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##)", CARD, re.MULTILINE | re.DOTALL))


def guide_section(doc_id):
    [section] = re.findall(rf"^## How {doc_id} was coded$(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    return " ".join(section.split())


def test_passages_are_about_documents():
    """Each passage on how a text was coded is headed by the id of a document of the dataset."""
    assert PASSAGES
    assert set(PASSAGES) <= set(stancebook.load("documents", path=ROOT / "dataset")["doc_id"])


def test_card_counts_no_texts():
    """Outside these passages the card claims no number of texts, publishers or authors."""
    general = CARD
    for passage in PASSAGES.values():
        general = general.replace(passage, "")
    assert not re.search(r"\b(one|two|three|\d+) (news )?(articles?|texts?|reports?|publishers?|authors?)\b", general)


@pytest.mark.parametrize("doc_id", PASSAGES)
def test_agreement_is_that_of_the_guide(doc_id):
    """Each figure of agreement on the card is in the guide's section on the same document."""
    guide = guide_section(doc_id)
    figures = re.findall(r"[a-z]+ \d+ %", PASSAGES[doc_id])
    assert figures
    assert [figure for figure in figures if figure not in guide] == []
    shares = re.findall(r"(\d+ %) \((\d+) of (\d+)\)", PASSAGES[doc_id])
    assert len(shares) == 3
    for share, both, every in shares:
        assert re.search(rf"{share} of the \w+ \({both}/{every}\)", guide), (share, both, every)


def test_links_of_the_card_resolve():
    """Each link of the card leads to a file, and the links into the guide to a heading of it."""
    for path in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", CARD):
        assert (ROOT / "dataset" / path).resolve().exists(), path
    for doc_id in PASSAGES:
        assert f"(../seeds/README.md#how-{doc_id}-was-coded)" in CARD
        assert guide_section(doc_id)
