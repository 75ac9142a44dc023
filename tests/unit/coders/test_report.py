import json

import pytest

from stancebook.coders.agreement import compare
from stancebook.coders.report import as_json, as_text
from tests.unit.coders.conftest import read
from tests.unit.sample_contract import LETTER, LETTERS

QUOTES = ["the bridge fell", "on Monday", "Otto says", "the river did it", "Mr Falk says", "the rope was old"]
PEOPLE = ["otto", "falk", "otto", "falk", "berta", "berta"]
FIRST = ["weak", "weak", "weak", "fair", "strong", ""]
SECOND = ["fair", "fair", "weak", "weak", "strong", "fair"]


def claims(strengths):
    """Return annotations with a claim of each strength."""
    lines = ["letter: {language: en, sent: 1901-05-04}", "claims:"]
    for number, (strength, person, quote) in enumerate(zip(strengths, PEOPLE, QUOTES, strict=False)):
        value = f"strength: {strength}, " if strength else ""
        lines.append(f"  - {{id: c{number}, person_id: {person}, {value}quote: {quote}}}")
    return "\n".join(lines).replace(
        "strength: strong, quote", "strength: strong, witnesses: [{person_id: falk}], quote"
    )


@pytest.fixture
def agreement(coded, letters, monkeypatch):
    """Return the agreement of two codings that differ in four strengths, and in a claim that one coder lacks."""
    monkeypatch.chdir(letters)  # paths are shown relative to the working folder
    codings = read(coded(ann=claims(FIRST), ben=claims(SECOND[:5])))
    return compare(LETTERS, [codings["ann"], codings["ben"]], ["bridge"], ["claims", "witnesses"])


def test_report_shows_units_and_variables(agreement):
    """Units come first, then variables from the weakest on, with those that cannot be measured at the end."""
    text = as_text(agreement).splitlines()
    assert text[0] == "compared ann and ben on 1 document"
    assert text[2].split("  ") == [
        "units: rows matched by passage",
        "found",
        "by all",
        "F1 exact",
        "F1 overlapping",
        "parts",
        "longest",
        "unitizing alpha",
    ]
    assert text[3].split() == ["claims", "6", "/", "5", "5", "0.91", "0.91", "6", "/", "5", "16", "/", "16", "0.78"]
    start = next(number for number, line in enumerate(text) if line.startswith("variables"))
    assert [line.split()[:4] for line in text[start + 1 : start + 4]] == [
        ["claims.strength", "ordinal", "5?", "40%"],
        ["claims.person_id", "nominal", "5?", "100%"],
        ["claims.believer_id", "nominal", "5?", "100%"],
    ]
    assert "  without two values to compare: claims.answers_id, claims.when_edtf" in text


def test_report_warns_of_long_passages(coded, letters, monkeypatch):
    """A passage many times as long as the usual one is shown with its place, since it dominates the unitizing alpha."""
    monkeypatch.chdir(letters)
    names = ["Ida", "river", "rope", "miller", "Berta"]
    rows = [f"  - {{id: c{number}, person_id: otto, quote: {name}}}\n" for number, name in enumerate(names)]
    short = "letter: {language: en, sent: 1901-05-04}\nclaims:\n" + "".join(rows)
    long = short.replace("quote: river", f"quote: {json.dumps(LETTER[11:])}")
    codings = read(coded(ann=short, ben=long))
    found = compare(LETTERS, [codings["ann"], codings["ben"]], ["bridge"], ["claims"])
    assert [(each.coder, each.length, each.usual) for each in found.long_passages] == [("ben", 141, 5)]
    place = "  codings/ben/bridge.yaml:4:5: warning: this passage of claims has 141 characters, the usual one 5"
    assert place in as_text(found).splitlines()
    assert json.loads(as_json(found))["long_passages"][0]["position"]["line"] == 4


def test_report_counts_confusions_and_shows_passages(agreement):
    """Of a variable, the most frequent confusion and each passage are shown, with file and line of both rows."""
    text = as_text(agreement).splitlines()
    start = text.index("  claims.strength: 3 units with different values")
    assert text[start + 1 : start + 5] == [
        "    most often fair and weak (3)",
        "    codings/ann/bridge.yaml:3:5  ann  weak",
        "    codings/ben/bridge.yaml:3:5  ben  fair",
        "        the bridge fell",
    ]


def test_report_shows_units_that_one_coder_lacks(agreement):
    """A row without a match has no place in the other coding."""
    text = as_text(agreement).splitlines()
    start = text.index("  claims: 1 unit not found by all")
    assert text[start + 1 :] == [
        "    codings/ann/bridge.yaml:8:5  ann",
        "    (no such row)                ben",
        "        the rope was old",
    ]


def test_report_is_limited(agreement):
    """Of each variable, so many passages are shown; how many there are is said."""
    text = as_text(agreement, max_differences=2).splitlines()
    assert "    … and 1 more; --all-differences shows all" in text
    assert "        the river did it" not in text


def test_json_repeats_what_was_measured(agreement):
    """The JSON object has each number of the agreement, with precision, recall and the bounds of the interval."""
    content = json.loads(as_json(agreement))
    [units] = content["units"]
    assert (units["precision_exact"], units["recall_exact"]) == (1, pytest.approx(5 / 6))
    [strength] = [each for each in content["variables"] if each["variable"] == "strength"]
    found = next(each for each in agreement.variables if each.variable.name == "strength")
    assert (strength["alpha"], strength["alpha_low"]) == (found.alpha, found.interval[0])
    assert len(content["differences"]) == len(agreement.differences) == 4
