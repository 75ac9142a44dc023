import pytest

from stancebook.coders.agreement import compare
from stancebook.coders.variables import variables_of
from tests.unit.coders.conftest import read
from tests.unit.sample_contract import ANNOTATIONS, LETTERS

TABLES = [spec.name for spec in LETTERS.document_tables]
CLAIM = "  - {{id: {id}, person_id: {person}, strength: {strength}, quote: {quote}}}\n"
HEAD = "letter: {language: en, sent: 1901-05-04}\nclaims:\n"


def agreement(seeds, *coders, documents=("bridge",), tables=TABLES):
    codings = read(seeds)
    return compare(LETTERS, [codings[coder] for coder in coders], documents, tables)


def variable(found, name, coders=None):
    """Return the agreement in a variable, given as table.column."""
    return next(
        each
        for each in found.variables
        if f"{each.variable.table}.{each.variable.name}" == name and coders in (None, each.coders)
    )


def test_variables_are_what_coders_choose():
    """Compared are choices, references, dates and lists, but no keys, free texts, passages or computed columns."""
    compared = {
        spec.name: {each.name: each.metric for each in variables_of(LETTERS, spec)} for spec in LETTERS.document_tables
    }
    assert compared == {
        "letters": {"language": "nominal", "sent": "nominal"},
        "claims": {
            "person_id": "nominal",
            "believer_id": "nominal",
            "strength": "ordinal",
            "answers_id": "nominal",
            "when_edtf": "nominal",
            "witnesses": "set",
        },
        "witnesses": {},
    }


def test_identical_codings_agree_completely(coded):
    """Of identical codings all units are found by both, nothing differs, and what varies has alpha 1."""
    found = agreement(coded(ann=ANNOTATIONS), "ann", "authoritative")
    [units] = found.units
    assert (units.found, units.units, units.by_all, units.exact, units.overlapping) == ((2, 2), 2, 2, 2, 2)
    assert units.scores(units.exact) == (1, 1, 1)
    assert units.alpha == 1
    assert found.differences == ()
    assert (variable(found, "claims.person_id").alpha, variable(found, "claims.person_id").kappa) == (1, 1)
    assert variable(found, "claims.strength").status == "all equal"


def test_ids_and_order_make_no_difference(coded):
    """References to matched rows are equal; the ids of the rows make no difference."""
    head, first, second = ANNOTATIONS.partition("  - id: c01")[0], *ANNOTATIONS.split("  - id: ")[1:]
    renamed = f"{head}  - id: x1\n{second[4:].replace('c01', 'x2')}  - id: x2\n{first[4:]}"
    found = agreement(coded(ann=renamed), "authoritative", "ann")
    assert found.differences == ()
    assert variable(found, "claims.answers_id").equal == 1


def test_reference_to_another_unit_differs(coded):
    """References to rows that are not matched differ, and are shown as written."""
    moved = ANNOTATIONS.replace("    answers_id: c01\n", "").replace(
        "    person_id: otto\n", "    answers_id: c02\n    person_id: otto\n"
    )
    found = agreement(coded(ann=moved), "authoritative", "ann", tables=["claims"])
    assert [[finding.value for finding in each.findings] for each in found.differences] == [
        [None, "bridge#c02"],
        ["bridge#c01", None],
    ]


def test_units_found_by_one_coder(coded):
    """Precision and recall count matched rows; a unit that one coder missed is a difference."""
    one = ANNOTATIONS.partition("  - id: c02")[0]
    found = agreement(coded(ann=one), "authoritative", "ann", tables=["claims"])
    [units] = found.units
    assert (units.found, units.units, units.by_all) == ((2, 1), 2, 1)
    assert units.scores(units.exact) == (1, 0.5, pytest.approx(2 / 3))
    [difference] = found.differences
    assert (difference.name, difference.passage) == ("", "Mr Falk says the rope was old")
    here, missing = difference.findings
    assert str(here.position).endswith("documents/bridge.yaml:13:5")
    assert (missing.coder, missing.position) == ("ann", None)


def test_overlapping_passages_count_apart_from_equal_ones(coded):
    """A shorter passage is no exact match; whether it is an overlapping one depends on how much both share."""
    shorter = ANNOTATIONS.replace("Otto says the river did it", "Otto says the river").replace(
        "|-\n      Mr Falk says\n      the rope was old", "Falk"
    )
    [units] = agreement(coded(ann=shorter), "authoritative", "ann").units
    assert (units.by_all, units.exact, units.overlapping) == (2, 0, 1)


def test_lists_are_compared_as_sets(coded):
    """Nested records are compared by what they refer to; their order makes no difference."""
    more = ANNOTATIONS.replace("- {person_id: berta}", "- {person_id: falk}\n      - {person_id: berta}")
    found = agreement(
        coded(ann=more, ben=more.replace("falk}\n      - {person_id: berta}", "berta}\n      - {person_id: falk}")),
        "ann",
        "ben",
    )
    assert found.differences == ()
    found = agreement(coded(ann=more), "authoritative", "ann")
    [difference] = found.differences
    assert (difference.name, [each.value for each in difference.findings]) == ("witnesses", ["berta", "berta, falk"])


def claims(*codes):
    """Return annotations with a claim for each code of its strength; no value for an empty one."""
    quotes = ["the bridge fell", "on Monday", "Otto says", "the river did it", "Mr Falk says", "the rope was old"]
    rows = zip(codes, quotes[: len(codes)], strict=True)
    return HEAD + "".join(
        CLAIM.format(id=f"c{number}", person="otto", strength=code or "", quote=quote)
        for number, (code, quote) in enumerate(rows)
    )


def test_ordinal_alpha_follows_the_vocabulary(coded):
    """In an ordered vocabulary, neighbours differ less than the ends."""
    base = ["weak", "fair", "strong", "weak", "fair", "weak"]
    found = agreement(
        coded(ann=claims(*base[:2], "fair", *base[3:]), ben=claims(*base[:2], "weak", *base[3:])), "ann", "ben"
    )
    near = variable(found, "claims.strength")
    assert near.variable.order == ("weak", "fair", "strong")
    assert (near.n, near.equal) == (6, pytest.approx(5 / 6))
    assert 0 < near.alpha < 1
    assert near.kappa == pytest.approx((5 / 6 - 1 / 2) / (1 / 2))


def test_empty_values_count_both_ways(coded):
    """Agreement is given for values that both coders give, and with empty as a value."""
    found = agreement(coded(ann=claims("weak", "fair", "", ""), ben=claims("weak", "fair", "", "fair")), "ann", "ben")
    both = variable(found, "claims.strength")
    assert (both.n, both.equal, both.alpha) == (2, 1, 1)
    assert (both.n_with_empty, both.equal_with_empty) == (4, 0.75)
    assert 0 < both.alpha_with_empty < 1
    confusion = found.confusions[both.variable, "ann", "ben"]
    assert confusion == {("weak", "weak"): 1, ("fair", "fair"): 1, (None, None): 1, (None, "fair"): 1}


def test_three_coders_are_compared_together_and_in_pairs(coded):
    """More than two coders have one alpha together; kappa, precision and recall are of pairs."""
    seeds = coded(ann=claims("weak", "fair", "weak"), ben=claims("weak", "fair", "fair"), cid=claims("weak", "fair"))
    found = agreement(seeds, "ann", "ben", "cid")
    groups = [("ann", "ben", "cid"), ("ann", "ben"), ("ann", "cid"), ("ben", "cid")]
    assert [each.coders for each in found.units] == groups
    together, *pairs = [variable(found, "claims.strength", group) for group in groups]
    assert (together.n, together.kappa) == (3, None)
    assert [each.n for each in pairs] == [3, 2, 2]
    assert [each.alpha for each in pairs[1:]] == [1, 1]
    assert [(each.name, len(each.findings)) for each in found.differences if each.table == "claims"] == [
        ("", 3),
        ("strength", 3),
    ]


def test_documents_that_one_coder_lacks_are_left_out(coded):
    """A comparison takes the documents that all of its coders coded."""
    seeds = coded(ann=ANNOTATIONS)
    (seeds / "documents/other.txt").write_text("Dear Ida, it rains.", encoding="utf-8")
    (seeds / "documents/other.yaml").write_text("letter: {language: en, sent: 1901-05-05}\n", encoding="utf-8")
    found = agreement(seeds, "authoritative", "ann", documents=["bridge", "other"])
    assert found.documents == ("bridge",)
    assert variable(found, "letters.sent").n == 1
