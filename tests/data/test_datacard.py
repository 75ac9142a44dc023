import re
from pathlib import Path

from schemas import CONTRACT

ROOT = Path(__file__).parents[2]


def guide():
    return (ROOT / "seeds/README.md").read_text(encoding="utf-8")


def test_what_the_card_says_of_the_corpus_is_so(article):
    documents = article.frames["documents"]
    assert "**one news article**" in CONTRACT.data_card_text
    assert "one publisher, one day, one language** (English)" in CONTRACT.data_card_text
    assert (len(documents), documents["language"].tolist()) == (1, ["en"])


def test_the_figures_of_agreement_are_those_of_the_guide():
    told = " ".join(guide().split())
    figures = re.findall(r"[a-z]+ \d+ %", CONTRACT.data_card_text)
    assert figures
    assert [figure for figure in figures if figure not in told] == []
    shares = re.findall(r"(\d+ %) \((\d+) of (\d+)\)", CONTRACT.data_card_text)
    assert len(shares) == 3
    for share, both, every in shares:
        assert re.search(rf"{share} of the \w+ \({both}/{every}\)", told), (share, both, every)


def test_its_links_lead_somewhere():
    for path in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", CONTRACT.data_card_text):
        assert (ROOT / "dataset" / path).resolve().exists(), path
    assert re.search(r"^## How the first document was coded$", guide(), re.MULTILINE)
