import pandas as pd
import pytest

from stancebook.build.pipeline import build_tables
from stancebook.schema.columns import foreign_key, primary_key, text
from stancebook.schema.models import Codebook
from stancebook.schema.rules import rule
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, PEOPLE, Claims, Letters, People, Witnesses, contract, write


@pytest.fixture
def told(tmp_path):
    """Build the letters with changed seeds; return each problem as 'where: message'."""

    def build_with(annotations=ANNOTATIONS, people=PEOPLE, of=LETTERS):
        built = build_tables(of, write(tmp_path, annotations, people))
        return [": ".join(filter(None, [problem.where, problem.message])) for problem in built.problems]

    return build_with


# ── Keys and references ───────────────────────────────────────────────────────────────────────────


def test_the_second_row_with_a_key_is_told_where_the_first_stands(told):
    twice = ANNOTATIONS.replace("id: c02", "id: c01").replace("    answers_id: c01\n", "")
    assert told(twice) == ["claims[c01].id: 'c01' is already used in line 5"]


def test_a_record_that_says_what_another_says_is_told_at_its_key(told):
    copied = "  - id: c03\n    person_id: falk\n    answers_id: c01\n    quote: Mr Falk says the rope was old\n"
    assert told(ANNOTATIONS + copied) == ["claims[c03].id: this is the same as 'c02' in line 13 in all but its id"]
    assert told(ANNOTATIONS + copied.replace("falk", "berta")) == []


def test_a_copy_in_another_file_is_told_with_the_file_of_the_first(tmp_path):
    seeds = write(tmp_path)
    (seeds / "codebook/more.yaml").write_text("people: [{person_id: ida, name: Berta}]\n", encoding="utf-8")
    [problem] = build_tables(LETTERS, seeds).problems
    assert problem.message.endswith(f"'ida' in {seeds / 'codebook/more.yaml'}:1 in all but its person_id")


def test_rows_nested_in_two_records_may_say_the_same(told):
    both = ANNOTATIONS + "    witnesses:\n      - {person_id: berta}\n"
    assert told(both) == []


def test_a_key_that_is_nowhere_is_told_once_for_all_places_that_name_it(tmp_path):
    renamed = PEOPLE.replace("{person_id: otto", "{person_id: otto-the-elder").replace("name: Otto", "name: Elder")
    built = build_tables(LETTERS, write(tmp_path, ANNOTATIONS.replace("person_id: falk", "person_id: otto"), renamed))
    [problem] = built.problems
    assert (problem.line, problem.message) == (6, "'otto' is not among the people")
    assert problem.hint.endswith("in 2 places; this is the first")


def test_the_only_entry_of_a_codebook_that_nothing_names_may_be_what_is_meant(tmp_path):
    renamed = PEOPLE.replace("person_id: otto", "person_id: the-miller")
    [problem] = build_tables(LETTERS, write(tmp_path, people=renamed)).problems
    assert problem.hint == "nothing names 'the-miller': is that what is meant?"


def test_a_reference_may_name_a_row_further_down(told):
    assert told(ANNOTATIONS.replace("strength: fair", "answers_id: c02").replace("    answers_id: c01\n", "")) == []


def test_a_reference_is_checked_once_though_another_column_takes_its_value(told):
    assert told(ANNOTATIONS.replace("person_id: falk", "person_id: flak")) == [
        "claims[c02].person_id: 'flak' is not among the people"
    ]


def test_a_reference_to_a_row_with_a_problem_is_no_second_problem(told):
    [problem] = told(ANNOTATIONS.replace("quote: Otto says", "quote: Hugo thinks"))
    assert problem.startswith("claims[c01].quote: not found")


def test_references_into_a_table_that_cannot_be_read_are_left_alone(told):
    assert len(told(people="people: [")) == 1


@pytest.mark.parametrize(
    ("over", "told_of"),
    [
        ("otto", ["people[falk].master_id: the reference goes in a circle: falk → otto → falk"]),
        ("falk", ["people[falk].master_id: the reference goes in a circle: falk → falk"]),
        ("berta", []),
    ],
)
def test_references_within_a_table_go_in_no_circle(told, over, told_of):
    assert told(people=PEOPLE.replace("lives_in: FA1", f"master_id: {over}")) == told_of


def test_two_rows_may_name_each_other_where_the_contract_lets_them_but_none_itself(told):
    class Friends(Codebook):
        """One friend."""

        friend_id: str = primary_key("Slug.")
        other_id: str = foreign_key("friends", "The friend's friend.", symmetric=True)

    friends = contract(People, Letters, Claims, Witnesses, Friends)
    rows = "friends:\n  - {friend_id: a, other_id: b}\n  - {friend_id: b, other_id: a}\n"
    assert told(people=PEOPLE + rows, of=friends) == []
    assert told(people=PEOPLE + rows + "  - {friend_id: c, other_id: c}\n", of=friends) == [
        "friends[c].other_id: the reference goes in a circle: c → c"
    ]


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────

STRONG = ANNOTATIONS.replace("strength: fair", "strength: strong")
UNSEEN = STRONG.replace("    witnesses:\n      - {person_id: berta}\n", "")


def test_a_rule_of_a_model_points_at_the_cell_it_names(told):
    assert told(ANNOTATIONS.replace("    when_edtf: 1901-04-29\n", "")) == [
        "claims[c01].when_text: A when_text comes with a when_edtf."
    ]


def test_a_form_points_at_the_cell(told):
    assert told(people=PEOPLE.replace("FA1", "Falkland")) == [
        "people[falk].lives_in: 'Falkland' is not two capital letters and a digit, such as 'AB1'"
    ]


def test_a_rule_across_tables_points_at_its_column(told):
    assert told(STRONG) == []
    assert told(UNSEEN) == ["claims[c01].strength: A strong claim has witnesses."]


def test_a_rule_leaves_alone_a_row_that_has_a_problem_already(told):
    assert told(UNSEEN.replace("1901-04-29", "in spring")) == [
        "claims[c01].when_edtf: 'in spring' is not a date in EDTF"
    ]


def test_a_rule_leaves_alone_a_row_one_of_whose_children_has_a_problem(told):
    assert told(STRONG.replace("{person_id: berta}", "{person_id: hugo}")) == [
        "claims[c01].witnesses[1].person_id: 'hugo' is not among the people"
    ]


def test_a_rule_leaves_alone_a_row_that_refers_to_one_with_a_problem(told):
    @rule("claims", "answers_id")
    def answers_are_by_others(tables):
        """An answer is to a claim that is borne out."""
        claims = tables["claims"].set_index("claim_id")
        return tables["claims"]["answers_id"].isna() | tables["claims"]["answers_id"].map(claims["strength"]).notna()

    strict = contract(rules=(answers_are_by_others,))
    assert told(ANNOTATIONS.replace("    strength: fair\n", ""), of=strict) == [
        "claims[c02].answers_id: An answer is to a claim that is borne out."
    ]
    assert told(ANNOTATIONS.replace("fair", "fairly"), of=strict) == [
        "claims[c01].strength: 'fairly' is not a value of strength"
    ]


def test_a_rule_that_stumbles_over_a_row_with_a_problem_adds_none(told):
    @rule("claims")
    def it_can_be_dated(tables):
        """It can be dated."""
        if tables["claims"]["when_start"].isna().all():
            raise ValueError
        return pd.Series(True, index=tables["claims"].index)

    assert told(ANNOTATIONS.replace("1901-04-29", "in spring"), of=contract(rules=(it_can_be_dated,))) == [
        "claims[c01].when_edtf: 'in spring' is not a date in EDTF"
    ]


# ── Warnings ──────────────────────────────────────────────────────────────────────────────────────


@rule("people", "person_id", level="warning", inputs={"claims": ["person_id"]})
def everybody_claims_something(tables):
    """This person claims nothing."""
    return tables["people"]["person_id"].isin(tables["claims"]["person_id"])


WARY = contract(rules=(everybody_claims_something,))


def test_a_warning_does_not_stand_in_the_way(letters):
    built = build_tables(WARY, letters)
    assert [(problem.where, problem.level) for problem in built.problems] == [("people[berta].person_id", "warning")]
    assert built.errors == []
    assert len(built.frames["people"]) == 3


def test_beside_an_error_a_warning_is_kept_back_for_it_may_be_a_consequence(told):
    assert told(ANNOTATIONS.replace("strength: fair", "strength: fairly"), of=WARY) == [
        "claims[c01].strength: 'fairly' is not a value of strength"
    ]


# ── Columns that functions compute ────────────────────────────────────────────────────────────────


def test_what_is_computed_of_rows_with_problems_is_not_judged(told):
    class Namesakes(Codebook, section="people"):
        """One person."""

        person_id: str = primary_key("Slug of the person.")
        name: str = text("The name.")
        lives_in: str = text("Where.", nullable=True)
        master_id: str = foreign_key("people", "Whom the person works for.", nullable=True)
        namesake_id: str = foreign_key(
            "people", "Who has the same name.", compute=lambda tables: tables["people"]["nothing"]
        )

    Namesakes.__name__ = "People"
    of = contract(Namesakes, Letters, Claims, Witnesses)
    assert told(ANNOTATIONS.replace("fair", "fairly"), of=of) == [
        "claims[c01].strength: 'fairly' is not a value of strength"
    ]
    with pytest.raises(KeyError):
        told(of=of)
