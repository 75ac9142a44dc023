import json

import jsonschema
import pandas as pd
import pandera.pandas as pa
import pytest
import yaml

from stancebook.build.pipeline import build_tables
from stancebook.dataset.layout import ANNOTATION_SCHEMA, DATA_CARD, DATAPACKAGE
from stancebook.dataset.reader import load
from stancebook.exceptions import ContractError
from stancebook.metadata.json_schema import annotation_schema, codebook_schema
from stancebook.schema.columns import Category, categorical, foreign_key, integer, primary_key, text, verbatim
from stancebook.schema.compiler import compile_model
from stancebook.schema.contract import Contributor
from stancebook.schema.models import Annotation, Codebook, Derived, Document, Nested, Table
from stancebook.schema.rules import row_rule, rule
from tests.dataset_files import held, written
from tests.unit.sample_contract import (
    ANNOTATIONS,
    LETTERS,
    PEOPLE,
    Claims,
    Letters,
    People,
    Tallies,
    Witnesses,
    contract,
    write,
)

# ── Building a contract of other tables ────────────────────────────────────────────────────────────────────


def test_build_of_sample_contract_gives_typed_frames(letters, tmp_path):
    """Any contract can be built from sources to typed frames."""
    built = build_tables(LETTERS, letters)
    assert built.problems == []
    written(built, tmp_path / "dataset")
    frames = load(path=tmp_path / "dataset")
    assert {name: len(frame) for name, frame in frames.items()} == {
        "people": 3,
        "letters": 1,
        "claims": 2,
        "witnesses": 1,
        "tallies": 3,
    }
    claims = frames["claims"].set_index("claim_id")
    assert claims["quote"].tolist() == ["Otto says the river did it", "Mr Falk says the rope was old"]
    assert claims["believer_id"].tolist() == ["otto", "falk"]
    assert claims.loc["bridge#c02", "answers_id"] == "bridge#c01"
    assert claims.loc["bridge#c01", "when_end"] == pd.Timestamp("1901-04-29")
    assert frames["witnesses"].to_dict("records") == [{"claim_id": "bridge#c01", "person_id": "berta"}]
    assert frames["tallies"].set_index("person_id")["n_claims"].to_dict() == {"berta": 0, "falk": 1, "otto": 1}


def test_editor_schemas_accept_valid_files():
    """The JSON Schemas for editors accept the valid files of a contract."""
    for schema, file in ((annotation_schema, ANNOTATIONS), (codebook_schema, PEOPLE)):
        value = yaml.load(file, Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text
        jsonschema.Draft7Validator(schema(LETTERS)).validate(value)


# ── Adding a column ───────────────────────────────────────────────────────────────────────────────────

MOOD = {"calm": "No heat in the words.", "angry": "Heat in the words."}


def test_new_column_reaches_all_outputs(tmp_path):
    """A column added to one model appears in data, data package, editor schema and data card."""

    class Moods(Claims):
        """One thing that somebody in a letter says is so."""

        mood: Category = categorical(MOOD, "The tone of the words.", nullable=True)

    Moods.__name__ = "Claims"
    extended = contract(People, Letters, Moods, Witnesses, Tallies)
    seeds = write(tmp_path, ANNOTATIONS.replace("id: c02", "id: c02\n    mood: calm"))

    files = held(written(build_tables(extended, seeds), tmp_path / "dataset"))
    moods = load("claims", path=tmp_path / "dataset").set_index("claim_id")["mood"]
    assert moods.dropna().to_dict() == {"bridge#c02": "calm"}
    assert list(moods.cat.categories) == ["calm", "angry"]

    resources = {resource["name"]: resource for resource in json.loads(files[DATAPACKAGE])["resources"]}
    fields = {field["name"]: field for field in resources["claims"]["schema"]["fields"]}
    assert fields["mood"]["description"] == "The tone of the words."
    assert fields["mood"]["constraints"]["enum"] == ["calm", "angry"]

    keys = json.loads(files[ANNOTATION_SCHEMA])["properties"]["claims"]["items"]["properties"]
    assert ("angry", "Heat in the words.") in zip(keys["mood"]["enum"], keys["mood"]["enumDescriptions"], strict=True)

    card = files[DATA_CARD].decode()
    assert "| `mood` | category | The tone of the words. May be empty, and is in 1 of 2 rows. |" in card
    assert "| `calm` | 1 | No heat in the words. |" in card


def test_citation_leaves_out_unknown_parts():
    """A citation has creators, year, title and address, as far as the contract states them."""
    people = (Contributor("Ida", roles=("creator",)), Contributor("Otto", roles=("sponsor",)))
    known = contract(contributors=people, released="1901-05-06", homepage="https://example.org")
    assert known.citation == "Ida (1901). Letters (version 1.0.0) [Data set]. https://example.org"
    assert LETTERS.citation == "Letters (version 1.0.0) [Data set]."


# ── Inconsistent contracts ───────────────────────────────────────────────────────────


class Ropes(Codebook):
    """One rope."""

    rope_id: str = primary_key("Slug.")
    owner_id: str = foreign_key("owners", "Whose it is.")


class Sightings(Codebook):
    """One sighting."""

    sighting_id: str = primary_key("Slug.")
    witness: str = foreign_key("witnesses", "Who saw it.")


class Ships(Document, section="ship"):
    """One ship."""


class Onlookers(Nested, parent=Claims, section="onlookers", key=("person_id",)):
    """One onlooker."""

    person_id: str = foreign_key("people", "The onlooker.")


class Strengths(Nested, parent=Claims, section="strength", key=("claim_id", "word")):
    """One strength."""

    claim_id: str = foreign_key("claims", "The claim.")
    word: str = text("A word.")


class Rumours(Nested, parent=Claims, section="rumours"):
    """One rumour."""

    rumour_id: str = primary_key("Slug.")
    claim_id: str = foreign_key("claims", "The claim.")


class Authorities(Codebook):
    """One authority."""

    authority_id: str = primary_key("Slug.")
    letter_id: str = foreign_key("letters", "The letter that calls it one.", nullable=True)


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        ((People, Letters, Ropes), "ropes.owner_id refers to a table 'owners' that is not among the models."),
        (
            (People, Letters, Claims, Witnesses, Sightings),
            "sightings.witness: 'witnesses' has a key of several columns; refer to one with primary_key().",
        ),
        ((People,), "a contract needs exactly one Document model, and this one has 0."),
        ((People, Letters, Ships), "a contract needs exactly one Document model, and this one has 2."),
        ((People, Letters, Claims, Onlookers), "onlookers needs the column 'claim_id', a foreign_key() to 'claims'."),
        (
            (People, Letters, Claims, Strengths),
            "strengths: 'strength' is a key of claims; nest the rows under another.",
        ),
        ((People, Letters, Onlookers), "onlookers: its parent 'claims' is not among the models."),
        (
            (People, Letters, Claims, Rumours),
            "rumours: name 'claim_id' among the columns of key=, or rows of two documents could have one key.",
        ),
        (
            (People, Letters, Authorities),
            "authorities.letter_id: the codebook is read without documents; let letters refer to authorities instead.",
        ),
    ],
)
def test_inconsistent_models_are_refused(models, sentence):
    """Models that contradict each other are refused with what is wrong."""
    with pytest.raises(ContractError) as caught:
        contract(*models)
    assert str(caught.value) == sentence


def rule_on(table, column):
    @rule(table, column)
    def it_holds(tables):
        """It holds."""

    return it_holds


@pytest.mark.parametrize(("table", "column"), [("ropes", None), ("claims", "colour")])
def test_rule_on_unknown_column_is_refused(table, column):
    """A rule on an unknown table or column is refused."""
    with pytest.raises(ContractError, match="no coded table or column"):
        contract(rules=(rule_on(table, column),))


def test_rule_without_docstring_is_refused():
    """A rule without a docstring is refused, since it has no message."""

    def it_holds(tables):
        return tables

    with pytest.raises(ContractError, match="the rule it_holds has no docstring"):
        rule("claims")(it_holds)


def test_rule_message_is_one_line():
    """The message of a rule is its docstring on one line."""

    @rule("claims")
    def it_holds(tables):
        """A claim is
        borne out."""

    assert it_holds.message == "A claim is borne out."


# ── Functions of the contract ─────────────────────────────────────────────────────────────────────


def contract_with_derived(columns):
    """Return a contract with a derived table whose function returns these columns."""

    class Shares(Derived, derive=lambda _: pd.DataFrame(columns), key=("person_id",)):
        """One share."""

        person_id: str = foreign_key("people", "Whose.")
        n: int = integer("How many.", minimum=1)

    return contract(People, Letters, Claims, Witnesses, Shares)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"person_id": ["otto"]}, "differ in these columns: n"),
        ({"person_id": ["otto"], "n": [0]}, "row 0 of the derived table 'shares'"),
        ({"person_id": ["otto"] * 2, "n": [1, 2]}, "row 0 of the derived table 'shares'"),
    ],
)
def test_invalid_derived_table_is_contract_error(columns, sentence, letters):
    """A derived table that does not conform to its model is a mistake of the contract."""
    with pytest.raises(ContractError, match=sentence):
        build_tables(contract_with_derived(columns), letters)


def test_derived_table_is_sorted_by_key(letters):
    """A derived table is sorted by its key."""
    built = build_tables(contract_with_derived({"n": [2, 1], "person_id": ["otto", "falk"]}), letters)
    assert built.frames["shares"].to_dict("list") == {"person_id": ["falk", "otto"], "n": [1, 2]}


@pytest.mark.parametrize("result", [lambda _: True, lambda claims: claims["strength"], lambda _: [True]])
def test_rule_must_return_boolean_per_row(result, letters):
    """A rule that does not return one boolean per row is refused."""

    @rule("claims")
    def it_holds(tables):
        """It holds."""
        return result(tables["claims"])

    with pytest.raises(ContractError, match="must return one True or False for each row"):
        build_tables(contract(rules=(it_holds,)), letters)


def test_rule_that_raises_on_valid_rows_propagates(letters):
    """An exception of a rule is not hidden when all rows are valid."""

    @rule("claims")
    def it_holds(tables):
        """It holds."""
        return tables["claims"]["colour"]

    with pytest.raises(KeyError):
        build_tables(contract(rules=(it_holds,)), letters)


def test_computed_columns_are_typed(letters):
    """Computed columns are computed from the tables and have the column's type."""

    class Homes(Codebook, section="people"):
        """One person at home."""

        person_id: str = primary_key("Slug of the person.")
        name: str = text("The name in the letters.")
        lives_in: str = text("Where.", nullable=True)
        master_id: str = foreign_key("people", "Whom the person works for.", nullable=True)
        claims: int = integer(
            "Whether anybody works for them.",
            compute=lambda tables: tables["people"]["person_id"].isin(tables["people"]["master_id"]),
        )
        size: Category = categorical(
            {"short": "Up to five letters.", "long": "More."},
            "How long the name is.",
            ordered=True,
            compute=lambda tables: tables["people"]["name"].str.len().gt(5).map({True: "long", False: "short"}),
        )

    Homes.__name__ = "People"
    people = build_tables(contract(Homes, Letters, Claims, Witnesses), letters).frames["people"]
    assert people["claims"].tolist() == [0, 1, 0]
    assert people["size"].tolist() == ["short", "long", "short"]
    assert people["size"].cat.ordered


def mood(tables):
    """Return the mood of each claim; raise if there is none."""
    quotes = tables["weighed"]["quote"]
    return (quotes >= quotes.iloc[0]).map({True: "angry", False: "calm"})


class Weighed(Annotation):
    """One claim."""

    weighed_id: str = primary_key("The letter's id and the claim's own.")
    mood: Category = categorical(MOOD, "Its weight.", compute=mood)

    @row_rule("quote")
    def it_is_of_some_words(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A claim has some words."""
        return df["quote"].str.len() >= len(df["quote"].iloc[0])


@rule("weighed")
def it_weighs(tables):
    """A claim weighs something."""
    return pd.Series([" " in quote for quote in tables["weighed"]["quote"]])  # an untyped series if there are no rows


@pytest.mark.parametrize("rows", ["", "  - {id: c01, quote: Otto was there}\n"])
def test_functions_are_not_called_without_rows(rows, tmp_path):
    """Functions and rules of a contract are not called for a table without rows."""
    weighing = contract(People, Letters, Weighed, rules=(it_weighs,))
    annotations = f"letter: {{language: en, sent: 1901-05-04}}\nweighed: {'[]' if not rows else ''}\n{rows}"
    built = build_tables(weighing, write(tmp_path, annotations))
    assert built.problems == []
    assert built.frames["weighed"]["mood"].tolist() == ["angry"] * bool(rows)


def test_codebook_column_cannot_read_documents(letters):
    """A computed column of the codebook that reads documents is refused."""

    class Talkers(Codebook, section="people"):
        """One person who may talk."""

        person_id: str = primary_key("Slug of the person.")
        name: str = text("The name in the letters.")
        lives_in: str = text("Where.", nullable=True)
        master_id: str = foreign_key("people", "Whom the person works for.", nullable=True)
        claims: int = integer("Claims.", compute=lambda tables: len(tables["claims"]))

    Talkers.__name__ = "People"
    with pytest.raises(ContractError, match=r"fills people\.claims looks for 'claims': a column of the codebook is"):
        build_tables(contract(Talkers, Letters, Claims, Witnesses), letters)


def test_derived_table_receives_only_inputs(letters):
    """A deriving function that reads more than its inputs is refused."""

    class Sums(Derived, derive=lambda tables: tables["claims"], key=("person_id",)):
        """One sum."""

        person_id: str = foreign_key("people", "Whose.")

    with pytest.raises(ContractError, match=r"derives 'sums' looks for 'claims': name in inputs= all that it reads"):
        build_tables(contract(People, Letters, Claims, Witnesses, Sums), letters)


class Authors(Nested, parent=Letters, section="authors", key=("doc_id", "person_id")):
    """One author."""

    doc_id: str = foreign_key("letters", "The letter.")
    person_id: str = foreign_key("people", "Who wrote it.")


def test_nested_table_in_document(tmp_path):
    """Rows may be nested in the record of the document itself."""
    annotations = ANNOTATIONS.replace("letter:\n", "letter:\n  authors: [{person_id: berta}]\n")
    built = build_tables(contract(People, Letters, Claims, Witnesses, Authors), write(tmp_path, annotations))
    assert built.problems == []
    assert built.frames["authors"].to_dict("records") == [{"doc_id": "bridge", "person_id": "berta"}]


def test_verbatim_column_of_document_is_located(tmp_path):
    """A verbatim column of the document table is located in the text."""

    class Dated(Document, section="letter"):
        """One letter."""

        heading: str = verbatim("Its heading as written.")

    Dated.__name__ = "Letters"
    annotations = "letter: {language: en, heading: no such words}\nclaims: []\n"
    assert len(build_tables(contract(People, Dated, Claims), write(tmp_path, annotations)).problems) == 1


def test_verbatim_column_of_nested_table_is_located(tmp_path):
    """A verbatim column of a nested table is located in the text."""

    class Words(Nested, parent=Claims, section="witnesses", key=("claim_id", "person_id")):
        """One witness."""

        claim_id: str = foreign_key("claims", "The claim.")
        person_id: str = foreign_key("people", "The witness.")
        words: str = verbatim("The witness's words.")

    annotations = ANNOTATIONS.replace("{person_id: berta}", "{person_id: berta, words: no such words}")
    assert len(build_tables(contract(People, Letters, Claims, Words), write(tmp_path, annotations)).problems) == 1


class Sums(Derived, derive=lambda tables: tables["people"][["person_id"]].set_axis(["sum_id"], axis=1)):
    """One sum."""

    sum_id: str = primary_key("Slug.")


class Readers(Codebook):
    """One reader."""

    reader_id: str = primary_key("Slug.")
    sum_id: str = foreign_key("sums", "A sum.", nullable=True)


class Dogs(Codebook, section="people"):
    """One dog."""

    dog_id: str = primary_key("Slug.")


class Marks(Nested, parent=Claims, section="id", key=("claim_id", "word")):
    """One mark."""

    claim_id: str = foreign_key("claims", "The claim.")
    word: str = text("A word.")


class Pupils(Nested, parent=Witnesses, section="pupils", key=("claim_id", "name")):
    """One pupil of a witness; the witnesses have no single key for it to refer to."""

    claim_id: str = foreign_key("claims", "The claim.")
    name: str = text("The name.")


class Bare(Table):
    """One row from nowhere."""

    bare_id: str = primary_key("Slug.")


@rule("sums")
def a_sum_has_an_id(tables):
    """A sum has an ID."""
    return tables["sums"]["sum_id"].notna()


class People2(Codebook):
    """One more table of the same name."""

    person_id: str = primary_key("Slug.")


People2.__name__ = "People"


@pytest.mark.parametrize(
    "make",
    [
        lambda: contract(People, Letters, Claims, Sums, Readers),
        lambda: contract(People, Letters, Claims, Sums, rules=(a_sum_has_an_id,)),
        lambda: contract(People, People2, Letters, Claims),
        lambda: contract(People, Dogs, Letters, Claims),
        lambda: contract(People, Letters, Claims, Marks),
        lambda: contract(People, Letters, Claims, Witnesses, Pupils),
        lambda: contract(People, Letters, Claims, Bare),
    ],
    ids=[
        "reference to a derived table",
        "rule on a derived table",
        "two tables of one name",
        "two tables in one section",
        "nested under id",
        "nested in a table without primary_key()",
        "a bare Table",
    ],
)
def test_contract_that_cannot_be_built_is_refused(make):
    """A contract that no build could satisfy is refused."""
    with pytest.raises(ContractError):
        make()


def test_unknown_source_column_is_refused():
    """A source property with an unknown column is refused."""
    with pytest.raises(ContractError, match="sources names colour, no column of 'letters'"):
        contract(sources={"title": "colour", "posted": "sent"})


def test_wrong_type_annotation_is_refused():
    """A wrong type annotation is refused with the right one."""

    class Ropes(Codebook):
        """One rope."""

        rope_id: str = primary_key("Slug.")
        colour: str = categorical({"red": "Red."}, "Its colour.")

    with pytest.raises(ContractError, match="annotate it as 'colour: Category'"):
        compile_model(Ropes)


def test_column_check_without_docstring_is_refused():
    """A Pandera check without a docstring is refused."""

    class Ropes(Codebook):
        """One rope."""

        rope_id: str = primary_key("Slug.")
        length: str = text("Its length.")

        @pa.check("length")
        @classmethod
        def is_short(cls, length):
            return length.str.len() < 3

    with pytest.raises(ContractError, match="docstring"):
        compile_model(Ropes)
