import pandas as pd
import pytest

from stancebook.build.pipeline import build_tables
from stancebook.exceptions import ContractError
from stancebook.schema.columns import foreign_key, primary_key, text
from stancebook.schema.models import Codebook
from stancebook.schema.rules import rule
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, PEOPLE, Claims, Letters, People, Witnesses, contract, write


@pytest.fixture
def problems(tmp_path):
    """Build the sample with changed sources; return each problem as 'where: message'."""

    def build_with(annotations=ANNOTATIONS, people=PEOPLE, contract=LETTERS):
        built = build_tables(contract, write(tmp_path, annotations, people))
        return [": ".join(filter(None, [problem.where, problem.message])) for problem in built.problems]

    return build_with


# ── Keys and references ───────────────────────────────────────────────────────────────────────────


def test_duplicate_key_names_first_row(problems):
    """A duplicate key is reported with the line of the first row that has it."""
    twice = ANNOTATIONS.replace("id: c02", "id: c01").replace("    answers_id: c01\n", "")
    assert problems(twice) == ["claims[c01].id: 'c01' is already used in line 5"]


def test_duplicate_record_is_reported_at_key(problems):
    """A record equal to another one in all but its key is reported."""
    copied = "  - id: c03\n    person_id: falk\n    answers_id: c01\n    quote: Mr Falk says the rope was old\n"
    assert problems(ANNOTATIONS + copied) == ["claims[c03].id: this is the same as 'c02' in line 13 in all but its id"]
    assert problems(ANNOTATIONS + copied.replace("falk", "berta")) == []


def test_duplicate_in_other_file_names_file(tmp_path):
    """A duplicate of a record in another file is reported with that file."""
    seeds = write(tmp_path)
    (seeds / "codebook/more.yaml").write_text("people: [{person_id: ida, name: Berta}]\n", encoding="utf-8")
    [problem] = build_tables(LETTERS, seeds).problems
    assert problem.message.endswith(f"'ida' in {seeds / 'codebook/more.yaml'}:1 in all but its person_id")


def test_nested_rows_of_two_parents_may_be_equal(problems):
    """Equal rows nested in two records are no duplicates."""
    both = ANNOTATIONS + "    witnesses:\n      - {person_id: berta}\n"
    assert problems(both) == []


def test_missing_key_is_reported_once(tmp_path):
    """A missing key is reported once, with the number of its references."""
    renamed = PEOPLE.replace("{person_id: otto", "{person_id: otto-the-elder").replace("name: Otto", "name: Elder")
    built = build_tables(LETTERS, write(tmp_path, ANNOTATIONS.replace("person_id: falk", "person_id: otto"), renamed))
    [problem] = built.problems
    assert (problem.line, problem.message) == (6, "'otto' is not among the people")
    assert problem.hint.endswith("in 2 places; this is the first")


def test_hint_suggests_only_unreferenced_row(tmp_path):
    """The only row of a codebook that is never referenced is suggested for a missing key."""
    renamed = PEOPLE.replace("person_id: otto", "person_id: the-miller")
    [problem] = build_tables(LETTERS, write(tmp_path, people=renamed)).problems
    assert problem.hint == "'the-miller' is never referenced; did you mean it?"


def test_reference_to_later_row_is_valid(problems):
    """A reference may name a row further down in the file."""
    assert problems(ANNOTATIONS.replace("strength: fair", "answers_id: c02").replace("    answers_id: c01\n", "")) == []


def test_defaulted_reference_is_reported_once(problems):
    """A missing key is not reported again for a column that takes it as default."""
    assert problems(ANNOTATIONS.replace("person_id: falk", "person_id: flak")) == [
        "claims[c02].person_id: 'flak' is not among the people"
    ]


def test_reference_to_invalid_row_is_not_reported(problems):
    """A reference to a row that has a problem is no second problem."""
    [problem] = problems(ANNOTATIONS.replace("quote: Otto says", "quote: Hugo thinks"))
    assert problem.startswith("claims[c01].quote: not found")


def test_references_to_unreadable_table_are_skipped(problems):
    """References to a table that could not be read are not reported."""
    assert len(problems(people="people: [")) == 1


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("otto", ["people[falk].master_id: the reference goes in a circle: falk → otto → falk"]),
        ("falk", ["people[falk].master_id: the reference goes in a circle: falk → falk"]),
        ("berta", []),
    ],
)
def test_reference_cycle_is_reported(problems, over, expected):
    """A cycle of references within a table is reported."""
    assert problems(people=PEOPLE.replace("lives_in: FA1", f"master_id: {over}")) == expected


def test_symmetric_reference_allows_pairs_not_self(problems):
    """In a symmetric column two rows may refer to each other, but none to itself."""

    class Friends(Codebook):
        """One friend."""

        friend_id: str = primary_key("Slug.")
        other_id: str = foreign_key("friends", "The friend's friend.", symmetric=True)

    friends = contract(People, Letters, Claims, Witnesses, Friends)
    rows = "friends:\n  - {friend_id: a, other_id: b}\n  - {friend_id: b, other_id: a}\n"
    assert problems(people=PEOPLE + rows, contract=friends) == []
    assert problems(people=PEOPLE + rows + "  - {friend_id: c, other_id: c}\n", contract=friends) == [
        "friends[c].other_id: the reference goes in a circle: c → c"
    ]


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────

STRONG = ANNOTATIONS.replace("strength: fair", "strength: strong")
UNWITNESSED = STRONG.replace("    witnesses:\n      - {person_id: berta}\n", "")


def test_row_rule_points_at_its_column(problems):
    """A row rule points at the cell of its column."""
    assert problems(ANNOTATIONS.replace("    when_edtf: 1901-04-29\n", "")) == [
        "claims[c01].when_text: A when_text comes with a when_edtf."
    ]


def test_pattern_points_at_cell(problems):
    """A text that does not match its pattern is reported at its cell."""
    assert problems(people=PEOPLE.replace("FA1", "Falkland")) == [
        "people[falk].lives_in: 'Falkland' is not two capital letters and a digit, such as 'AB1'"
    ]


def test_rule_points_at_its_column(problems):
    """A rule across tables points at its column."""
    assert problems(STRONG) == []
    assert problems(UNWITNESSED) == ["claims[c01].strength: A strong claim has witnesses."]


def test_rule_skips_invalid_row(problems):
    """A rule skips a row that has a problem."""
    assert problems(UNWITNESSED.replace("1901-04-29", "in spring")) == [
        "claims[c01].when_edtf: 'in spring' is not a date in EDTF"
    ]


def test_rule_skips_row_with_invalid_nested_row(problems):
    """A rule skips a row whose nested row has a problem."""
    assert problems(STRONG.replace("{person_id: berta}", "{person_id: hugo}")) == [
        "claims[c01].witnesses[1].person_id: 'hugo' is not among the people"
    ]


def test_rule_skips_row_that_refers_to_invalid_row(problems):
    """A rule skips a row that refers to a row with a problem."""

    @rule("claims", "answers_id")
    def answers_are_by_others(tables):
        """An answer is to a claim that is borne out."""
        claims = tables["claims"].set_index("claim_id")
        return tables["claims"]["answers_id"].isna() | tables["claims"]["answers_id"].map(claims["strength"]).notna()

    strict = contract(rules=(answers_are_by_others,))
    assert problems(ANNOTATIONS.replace("    strength: fair\n", ""), contract=strict) == [
        "claims[c02].answers_id: An answer is to a claim that is borne out."
    ]
    assert problems(ANNOTATIONS.replace("fair", "fairly"), contract=strict) == [
        "claims[c01].strength: 'fairly' is not a value of strength"
    ]


def test_rule_that_raises_on_invalid_rows_is_skipped(problems):
    """A rule that raises because of an invalid row adds no problem."""

    @rule("claims")
    def it_can_be_dated(tables):
        """It can be dated."""
        if tables["claims"]["when_start"].isna().all():
            raise ValueError
        return pd.Series(True, index=tables["claims"].index)

    assert problems(ANNOTATIONS.replace("1901-04-29", "in spring"), contract=contract(rules=(it_can_be_dated,))) == [
        "claims[c01].when_edtf: 'in spring' is not a date in EDTF"
    ]


def test_rule_reads_texts(problems):
    """A rule with `reads_text=True` receives the texts of the documents, by their ID."""

    @rule("claims", "quote", reads_text=True)
    def it_opens_the_text(tables, texts):
        """A claim opens the text."""
        claims = tables["claims"]
        starts = [texts[doc_id].raw.find(quote) for doc_id, quote in zip(claims.doc_id, claims.quote, strict=True)]
        return pd.Series(starts, claims.index) == 0

    assert set(problems(contract=contract(rules=(it_opens_the_text,)))) == {
        "claims[c01].quote: A claim opens the text.",
        "claims[c02].quote: A claim opens the text.",
    }


def test_rule_on_codebook_reads_no_texts():
    """A rule on the codebook, which is checked once for all documents, cannot read texts."""

    @rule("people", reads_text=True)
    def they_are_named(tables, texts):
        """A person is named."""

    with pytest.raises(ContractError, match=r"'A person is named.' has reads_text=True"):
        contract(rules=(they_are_named,))


# ── Warnings ──────────────────────────────────────────────────────────────────────────────────────


@rule("people", "person_id", level="warning", inputs={"claims": ["person_id"]})
def everybody_claims_something(tables):
    """This person claims nothing."""
    return tables["people"]["person_id"].isin(tables["claims"]["person_id"])


WARY = contract(rules=(everybody_claims_something,))


def test_warning_does_not_prevent_tables(letters):
    """A warning does not prevent tables."""
    built = build_tables(WARY, letters)
    assert [(problem.where, problem.level) for problem in built.problems] == [("people[berta].person_id", "warning")]
    assert built.errors == []
    assert len(built.frames["people"]) == 3


def test_warning_is_withheld_if_there_are_errors(problems):
    """Warnings are not shown together with errors, since they may be consequences."""
    assert problems(ANNOTATIONS.replace("strength: fair", "strength: fairly"), contract=WARY) == [
        "claims[c01].strength: 'fairly' is not a value of strength"
    ]


# ── Columns that functions compute ────────────────────────────────────────────────────────────────


def test_computed_column_of_invalid_rows_is_skipped(problems):
    """A function that fails because of an invalid row is ignored; with valid rows its exception propagates."""

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
    names = contract(Namesakes, Letters, Claims, Witnesses)
    assert problems(people=PEOPLE.replace("master_id: falk", "master_id: flak"), contract=names) == [
        "people[otto].master_id: 'flak' is not among the people"
    ]
    with pytest.raises(KeyError):
        problems(contract=names)


# ── Rules together with other problems ────────────────────────────────────────────────────────────

UNWITNESSED = ANNOTATIONS.replace("strength: fair", "strength: strong").replace(
    "    witnesses:\n      - {person_id: berta}\n", ""
)
MESSAGE = "claims[c01].strength: A strong claim has witnesses."


def test_rule_is_checked_despite_mistake_in_its_document(problems):
    """A mistake in a document's own record hides no rule that does not read it."""
    assert MESSAGE in problems(UNWITNESSED)
    assert MESSAGE in problems(UNWITNESSED.replace("sent: 1901-05-04", "sent: 4 May"))


def test_rule_is_checked_despite_mistake_in_another_row(problems):
    """A mistake in another row of the table hides no rule."""
    assert MESSAGE in problems(UNWITNESSED.replace("answers_id: c01", "answers_id: c99"))


def test_rule_that_fails_on_invalid_row_checks_the_others(problems):
    """A rule that fails to run on a row with a problem is checked on the other rows."""

    @rule("claims", "quote")
    def is_about_the_river(tables):
        """Claims are about the river."""
        if (tables["claims"]["person_id"] == "nobody").any():
            raise ValueError
        return tables["claims"]["quote"].str.contains("river").astype(bool)

    faulty = ANNOTATIONS.replace("person_id: otto", "person_id: nobody").replace("    answers_id: c01\n", "")
    found = problems(faulty, contract=contract(People, Letters, Claims, Witnesses, rules=(is_about_the_river,)))
    assert "claims[c02].quote: Claims are about the river." in found


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("letter", "message"),
    [
        ("", "the text is empty"),
        (" \n\n", "the text has no words"),
        ("x", "this is not the text that was coded: nothing in it is like any of the 2 quotes"),
        ("a", "this is not the text that was coded: nothing in it is like any of the 2 quotes"),
        (
            "Herring catches fall again, fishers in Riverton say.\n",
            "this is not the text that was coded: nothing in it is like any of the 2 quotes",
        ),
    ],
)
def test_wrong_text_is_one_problem_in_text(tmp_path, letter, message):
    """A text that is empty or another one is one problem, in the file of the text."""
    [problem] = build_tables(LETTERS, write(tmp_path, letter=letter)).problems
    assert problem.file.endswith("bridge.txt")
    assert problem.message == message


def test_slips_in_all_quotes_are_problems_of_quotes(problems):
    """Quotes that all have a slip are problems of their own."""
    slips = ANNOTATIONS.replace("river did", "rivver did").replace("rope was", "roppe was")
    assert [problem.partition(":")[0] for problem in problems(slips)] == ["claims[c01].quote", "claims[c02].quote"]
