import pandera.pandas as pa
import pytest

from stancebook.exceptions import ContractError
from stancebook.schema.columns import (
    Category,
    Date,
    categorical,
    date,
    edtf_lower,
    edtf_upper,
    foreign_key,
    integer,
    primary_key,
    text,
)
from stancebook.schema.compiler import compile_model
from stancebook.schema.models import Annotation, Codebook, Derived, Document, Nested, Table
from stancebook.schema.rules import row_rule
from stancebook.schema.spec import RowRule
from tests.unit.sample_contract import LETTERS, Claims, Letters, People, Tallies, Witnesses, count_claims

# ── What a model says ─────────────────────────────────────────────────────────────────────────────


def test_a_table_is_named_after_its_class():
    class RopeMakers(Codebook):
        """One rope maker."""

        rope_maker_id: str = primary_key("Slug.")

    assert compile_model(RopeMakers).name == "rope_makers"


def test_a_table_knows_where_its_rows_come_from():
    shapes = {model: compile_model(model).shape for model in (People, Letters, Claims, Witnesses, Tallies)}
    assert list(shapes.values()) == ["codebook", "document", "annotation", "child", "derived"]


def test_the_class_statement_names_the_place_in_the_file_the_parent_and_the_function():
    assert compile_model(Letters).section == "letter"
    assert compile_model(Claims).section == "claims"
    assert compile_model(Witnesses).parent == "claims"
    assert compile_model(Tallies).derive is count_claims


def test_columns_come_key_first_then_as_written_then_those_of_the_base():
    names = compile_model(Claims).names
    assert names[:3] == ("claim_id", "person_id", "believer_id")
    assert names[-4:] == ("doc_id", "quote", "char_start", "char_end")


def test_a_column_has_its_name_in_words_for_a_title_unless_it_is_given_one():
    class Ropes(Codebook):
        """One rope."""

        rope_id: str = primary_key("Slug.")
        owner_id: str = foreign_key("people", "Whose it is.")
        made_on: Date = date("When it was made.")
        n_strands: int = integer("How many strands it has.", title="Strands")

    titles = {column.name: column.title for column in compile_model(Ropes).columns}
    assert titles == {"rope_id": "Rope ID", "owner_id": "Owner", "made_on": "Made on", "n_strands": "Strands"}
    assert compile_model(Ropes).title == "Ropes"


def test_a_number_may_say_what_it_counts():
    assert compile_model(Claims)["char_start"].unit == "Unicode code points"
    assert compile_model(Claims)["quote"].unit == ""


def test_a_column_of_a_base_may_be_written_anew():
    class Remarks(Claims):
        """One remark."""

        person_id: str = foreign_key("people", "Who remarks it.")

    assert compile_model(Remarks)["person_id"].description == "Who remarks it."
    assert compile_model(Remarks).names.count("person_id") == 1


def test_a_rule_is_told_in_the_words_of_its_docstring():
    assert compile_model(Claims).rules["words_come_with_a_date"] == RowRule(
        "A when_text comes with a when_edtf.", "when_text"
    )


def test_a_coder_writes_what_the_build_does_not_fill():
    assert [column.name for column in compile_model(Claims).written] == [
        "person_id",
        "believer_id",
        "strength",
        "answers_id",
        "when_text",
        "when_edtf",
        "quote",
    ]
    assert [column.name for column in compile_model(Letters).written if not column.must_be_given] == [
        "pages",
        "text_sha256",
    ]


def test_a_record_is_named_by_its_id_by_its_key_or_by_nothing():
    assert [LETTERS.tables[name].record_key for name in ("claims", "people", "witnesses", "letters")] == [
        "id",
        "person_id",
        None,
        None,
    ]


def test_an_unknown_column_is_named():
    with pytest.raises(KeyError, match="colour"):
        compile_model(Claims)["colour"]


# ── Badly written models ──────────────────────────────────────────────────────────────────────────


def of(**columns):
    """A model with a key and these columns, each given as (annotation, field)."""
    return type(
        "Ropes",
        (Codebook,),
        {
            "__doc__": "One rope.",
            "__module__": __name__,
            "__annotations__": {"rope_id": str, **{name: annotation for name, (annotation, _) in columns.items()}},
            "rope_id": primary_key("Slug."),
            **{name: field for name, (_, field) in columns.items()},
        },
    )


def without_docstring():
    class Ropes(Codebook):
        rope_id: str = primary_key("Slug.")

    return Ropes


def with_a_rule_without_docstring():
    class Ropes(Codebook):
        """One rope."""

        rope_id: str = primary_key("Slug.")

        @row_rule("rope_id")
        def it_holds(cls, df):
            return df["rope_id"].notna()

    return Ropes


def with_a_rule_that_points_nowhere():
    class Ropes(Codebook):
        """One rope."""

        rope_id: str = primary_key("Slug.")

        @row_rule("colour")
        def it_holds(cls, df):
            """It holds."""
            return df["rope_id"].notna()

    return Ropes


def with_a_rule_in_panderas_own_words():
    class Ropes(Codebook):
        """One rope."""

        rope_id: str = primary_key("Slug.")

        @pa.dataframe_check
        @classmethod
        def it_holds(cls, df):
            """It holds."""
            return df["rope_id"].notna()

    return Ropes


def without_key():
    class Ropes(Codebook):
        """One rope."""

        colour: str = text("Its colour.")

    return Ropes


def with_a_key_of_unknown_columns():
    class Ropes(Codebook, key=("colour", "length")):
        """One rope."""

        colour: str = text("Its colour.")

    return Ropes


def with_a_key_of_both_kinds():
    class Ropes(Codebook, key=("colour",)):
        """One rope."""

        rope_id: str = primary_key("Slug.")
        colour: str = text("Its colour.")

    return Ropes


def with_a_key_beside_the_documents():
    class Ropes(Document, section="rope"):
        """One rope."""

        rope_id: str = primary_key("Slug.")

    return Ropes


def child_without_parent():
    class Ropes(Nested, key=("claim_id",)):
        """One rope."""

        claim_id: str = foreign_key("claims", "The claim.")

    return Ropes


def parent_of_no_child():
    class Ropes(Annotation, parent=Claims):
        """One rope."""

        rope_id: str = primary_key("Slug.")

    return Ropes


def derived_by_nothing():
    class Ropes(Derived):
        """One rope."""

        rope_id: str = primary_key("Slug.")

    return Ropes


def derived_by_something_though_coded():
    class Ropes(Codebook, derive=count_claims):
        """One rope."""

        rope_id: str = primary_key("Slug.")

    return Ropes


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (lambda: of(colour=(str, pa.Field())), "Ropes.colour is not written with a word of stancebook.schema.columns"),
        (lambda: of(length=(str, integer("How long it is."))), "annotate it as 'length: int'"),
        (lambda: of(colour=(int, text("Its colour."))), "annotate it as 'colour: str'"),
        (lambda: of(made=(str, date("When it was made."))), "annotate it as 'made: Day'"),
        (lambda: of(colour=(str | None, text("Its colour."))), "say nullable=True"),
        (without_docstring, "Ropes has no docstring: say in one sentence what one row is."),
        (with_a_rule_without_docstring, "Ropes.it_holds has no docstring: write it as the sentence that a coder reads"),
        (with_a_rule_that_points_nowhere, "Ropes.it_holds does not point at a column: write it under '@row_rule("),
        (with_a_rule_in_panderas_own_words, "Ropes.it_holds does not point at a column: write it under '@row_rule("),
        (lambda: of(colour=(str, text(" "))), "Ropes.colour has no description: say what it holds"),
        (lambda: of(other_id=(str, primary_key("Another."))), "Ropes needs one key"),
        (without_key, "Ropes needs one key"),
        (with_a_key_of_unknown_columns, "Ropes needs one key"),
        (with_a_key_of_both_kinds, "Ropes needs one key"),
        (with_a_key_beside_the_documents, "Ropes needs one key"),
        (
            lambda: of(colour=(Category, categorical({"red": "Red.", "blue": " "}, "Its colour."))),
            "Ropes.colour: every value of a vocabulary needs a definition a coder can decide by.",
        ),
        (
            lambda: of(colour=(Category, categorical({}, "Its colour."))),
            "Ropes.colour: every value of a vocabulary needs a definition a coder can decide by.",
        ),
        (child_without_parent, "Ropes: a Child, and only a Child, names its parent="),
        (parent_of_no_child, "Ropes: a Child, and only a Child, names its parent="),
        (derived_by_nothing, "Ropes: a Derived table, and only one, names its by="),
        (derived_by_something_though_coded, "Ropes: a Derived table, and only one, names its by="),
        (
            lambda: of(colour=(str, text("Its colour.")), start=(Date, edtf_lower("colour", "Its start."))),
            "Ropes.start: 'colour' is not a column written with edtf().",
        ),
        (
            lambda: of(end=(Date, edtf_upper("made_edtf", "Its end."))),
            "Ropes.end: 'made_edtf' is not a column written with edtf().",
        ),
        (
            lambda: of(owner_id=(str, foreign_key("people", "Its owner.", default="maker_id"))),
            "Ropes.owner_id: its default 'maker_id' is not a column of Ropes.",
        ),
        *(
            (
                lambda name=name: of(**{name: (str, text("Any."))}),
                f"Ropes.{name}: '{name}' is a word of the annotation format; name the column otherwise.",
            )
            for name in ("id", "prefix", "suffix")
        ),
    ],
)
def test_a_badly_written_model_is_refused_with_what_to_write_instead(model, sentence):
    with pytest.raises(ContractError) as caught:
        compile_model(model())
    assert sentence in str(caught.value)


def test_pandera_still_reads_every_model():
    assert all(issubclass(model, Table) and model.to_schema().columns for model in LETTERS.models)
