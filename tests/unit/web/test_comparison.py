"""Codings of a text next to each other: units, their pages, and what is marked as a difference."""

import re

import pytest

from stancebook.build.pipeline import build_tables
from stancebook.web.comparison import ANY, DIFFERS, FOUND_BY, MISSING, PASSAGE, CodedTexts
from stancebook.web.view import write_view
from tests.codings import codings_in
from tests.unit.web.sample import FILES, SHIPS, write

FIRST = FILES["documents/north/first.yaml"].replace("    log_id: second\n", "")
BEN = (
    FIRST.replace("masts: 0", "masts: 3")
    .replace("    armed: false\n", "")
    .replace("words: A ship", "words: ship")
    .replace("role: mate, ship_id: ida", "role: mate")
    .replace("id: s2", "id: x9")
    .replace("quote: Then none", "quote: Then none.")
)
CARL = FIRST.partition("  - id: s2")[0] + "winds:\n  - {id: w1, quote: sails}\n"


@pytest.fixture
def codings(tmp_path):
    """Return the build of the ships, and the codings of Anna, Ben and Carl."""
    coded = {"anna": FIRST, "ben": BEN, "carl": CARL}
    files = {f"codings/{name}/north/first.yaml": content for name, content in coded.items()}
    seeds = write(tmp_path, {**FILES, **files})
    found = codings_in(SHIPS, seeds)
    assert [coding.errors for coding in found] == [[], [], []]
    return build_tables(SHIPS, seeds), found


@pytest.fixture
def coded(codings):
    """Return the codings of Anna and Ben, compared."""
    built, found = codings
    return CodedTexts(SHIPS, built.frames, found[:2], ["north/first", "second"])


def test_texts_of_two_coders_are_compared(coded):
    """A text that fewer than two coders coded is not compared."""
    assert coded.documents == ["north/first"]
    assert [(coder.letter, coder.name) for coder in coded.coders("north/first")] == [("a", "anna"), ("b", "ben")]


def test_units_say_what_differs(coded):
    """A unit has the rows of both coders, and names the columns, lists and passages in which they differ."""
    first, second = coded.units("north/first")
    assert [side.address for side in first.sides] == ["anna.sightings.s1", "ben.sightings.s1"]
    assert set(first.differing) == {"masts", "armed", "sailors"}
    assert first.choices() == {FOUND_BY: ["anna", "ben"], DIFFERS: [ANY, *first.differing]}
    assert [side.address for side in second.sides] == ["anna.sightings.s2", "ben.sightings.x9"]
    assert list(second.differing) == [PASSAGE]
    assert second.verdict == "differs in Passage"
    assert coded.record("north/first").is_equal


def test_unit_of_some_coders(codings):
    """A unit says who of three coders found it; what only one found is a difference."""
    built, found = codings
    units = CodedTexts(SHIPS, built.frames, found, ["north/first"]).units("north/first")
    assert {unit.sides[0].address: unit.verdict for unit in units} == {
        "anna.sightings.s1": "differs in Masts, Armed, Sailors",
        "anna.sightings.s2": "found by anna and ben; differs in Passage",
        "carl.winds.w1": "only carl",
    }
    assert units[1].choices() == {FOUND_BY: ["carl"], DIFFERS: [ANY, MISSING]}


def test_references_stay_with_coder(coded):
    """A reference to a row of the text leads to the row of the same coder, one to the codebook to its entry."""
    targets = {field.target for unit in coded.units("north/first") for field in unit.all_fields() if field.target}
    assert {"anna.sightings.s1", "ben.sightings.s1", "ships.ida"} <= targets
    assert "sightings.s1" not in targets


def test_page_shows_codings(codings, tmp_path):
    """The page of the codings has differences first, marks them with a sign, and links to the dataset's rows."""
    built, found = codings
    files = write_view(built, tmp_path / "view", codings=found)
    assert "north/first.codings.html" in files
    assert "second.codings.html" not in files
    html = (tmp_path / "view/north/first.codings.html").read_text("utf-8")
    assert re.findall(r'class="group">([^<]*)<', html) == ["3 with differences"]
    assert 'href="../north/first.html"' in html
    assert '<tr class="differs"><th scope="row">Masts <span class="unequal" title="differs">≠</span></th>' in html
    assert html.count('id="ben.sightings.x9"') == 1
    assert "l0t1 l1t1" in html
    assert 'data-letters="Sabc"' in html
    ids = set(re.findall(r'\bid="([^"]*)"', html))
    assert {href for href in re.findall(r'href="#([^"]*)"', html) if href not in {"text", *ids}} == set()
    assert 'href="../north/first.codings.html"' in (tmp_path / "view/north/first.html").read_text("utf-8")


def test_equal_codings_have_no_difference(codings, tmp_path):
    """Codings that are equal are one group, with one cell where both wrote the same."""
    built, (anna, *_) = codings
    write_view(built, tmp_path / "view", codings=[anna, anna])
    html = (tmp_path / "view/north/first.codings.html").read_text("utf-8")
    assert "2 without differences" in html
    assert "≠" not in html
