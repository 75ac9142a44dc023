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

# ── Valid models ─────────────────────────────────────────────────────────────────────────────


def test_table_name_comes_from_class():
    """A table is named after its class, in snake case."""

    class RopeMakers(Codebook):
        """One rope maker."""

        rope_maker_id: str = primary_key("Slug.")

    assert compile_model(RopeMakers).name == "rope_makers"


def test_kind_comes_from_base_class():
    """The base class decides the kind of a table."""
    kinds = [compile_model(model).kind for model in (People, Letters, Claims, Witnesses, Tallies)]
    assert kinds == ["codebook", "document", "annotation", "nested", "derived"]


def test_options_come_from_class_statement():
    """Section, parent and deriving function are options of the class statement."""
    assert compile_model(Letters).section == "letter"
    assert compile_model(Claims).section == "claims"
    assert compile_model(Witnesses).parent == "claims"
    assert compile_model(Tallies).derive is count_claims


def test_columns_are_ordered_key_own_inherited():
    """The key comes first, then the model's own columns as written, then those of its base."""
    names = compile_model(Claims).names
    assert names[:3] == ("claim_id", "person_id", "believer_id")
    assert names[-4:] == ("doc_id", "quote", "char_start", "char_end")


def test_title_defaults_to_words_of_name():
    """The title of a column is its name in words, unless one is given."""

    class Ropes(Codebook):
        """One rope."""

        rope_id: str = primary_key("Slug.")
        owner_id: str = foreign_key("people", "Whose it is.")
        made_on: Date = date("When it was made.")
        n_strands: int = integer("How many strands it has.", title="Strands")

    titles = {column.name: column.title for column in compile_model(Ropes).columns}
    assert titles == {"rope_id": "Rope ID", "owner_id": "Owner", "made_on": "Made on", "n_strands": "Strands"}
    assert compile_model(Ropes).title == "Ropes"


def test_unit_of_integer():
    """An integer column may have a unit; other columns have none."""
    assert compile_model(Claims)["char_start"].unit == "Unicode code points"
    assert compile_model(Claims)["quote"].unit == ""


def test_inherited_column_may_be_overridden():
    """A model may declare a column of its base again."""

    class Remarks(Claims):
        """One remark."""

        person_id: str = foreign_key("people", "Who remarks it.")

    assert compile_model(Remarks)["person_id"].description == "Who remarks it."
    assert compile_model(Remarks).names.count("person_id") == 1


def test_rule_message_is_docstring():
    """The message of a row rule is its docstring."""
    assert compile_model(Claims).rules["when_text_needs_date"] == RowRule(
        "A when_text comes with a when_edtf.", "when_text"
    )


def test_written_columns_leave_out_engine_columns():
    """Coders write the columns that the engine does not fill."""
    assert [column.name for column in compile_model(Claims).written_columns] == [
        "person_id",
        "believer_id",
        "strength",
        "answers_id",
        "when_text",
        "when_edtf",
        "quote",
    ]
    assert [column.name for column in compile_model(Letters).written_columns if not column.must_be_given] == [
        "pages",
        "text_sha256",
    ]


def test_record_key_by_kind():
    """A record is identified by its id, by its key, or by nothing, depending on the table."""
    assert [LETTERS.tables[name].record_key for name in ("claims", "people", "witnesses", "letters")] == [
        "id",
        "person_id",
        None,
        None,
    ]


def test_unknown_column_raises_key_error():
    """Asking a table for an unknown column raises a KeyError with its name."""
    with pytest.raises(KeyError, match="colour"):
        compile_model(Claims)["colour"]


# ── Invalid models ──────────────────────────────────────────────────────────────────────────


def model_with(**columns):
    """Return a model with a key and these columns, each given as (annotation, field)."""
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


def rule_without_docstring():
    class Ropes(Codebook):
        """One rope."""

        rope_id: str = primary_key("Slug.")

        @row_rule("rope_id")
        def it_holds(cls, df):
            return df["rope_id"].notna()

    return Ropes


def rule_at_unknown_column():
    class Ropes(Codebook):
        """One rope."""

        rope_id: str = primary_key("Slug.")

        @row_rule("colour")
        def it_holds(cls, df):
            """It holds."""
            return df["rope_id"].notna()

    return Ropes


def rule_without_row_rule():
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


def key_of_unknown_columns():
    class Ropes(Codebook, key=("colour", "length")):
        """One rope."""

        colour: str = text("Its colour.")

    return Ropes


def two_kinds_of_key():
    class Ropes(Codebook, key=("colour",)):
        """One rope."""

        rope_id: str = primary_key("Slug.")
        colour: str = text("Its colour.")

    return Ropes


def second_key_of_document():
    class Ropes(Document, section="rope"):
        """One rope."""

        rope_id: str = primary_key("Slug.")

    return Ropes


def nested_without_parent():
    class Ropes(Nested, key=("claim_id",)):
        """One rope."""

        claim_id: str = foreign_key("claims", "The claim.")

    return Ropes


def annotation_with_parent():
    class Ropes(Annotation, parent=Claims):
        """One rope."""

        rope_id: str = primary_key("Slug.")

    return Ropes


def derived_without_function():
    class Ropes(Derived):
        """One rope."""

        rope_id: str = primary_key("Slug.")

    return Ropes


def codebook_with_function():
    class Ropes(Codebook, derive=count_claims):
        """One rope."""

        rope_id: str = primary_key("Slug.")

    return Ropes


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (
            lambda: model_with(colour=(str, pa.Field())),
            "Ropes.colour is not declared with a column type of stancebook",
        ),
        (lambda: model_with(length=(str, integer("How long it is."))), "annotate it as 'length: int'"),
        (lambda: model_with(colour=(int, text("Its colour."))), "annotate it as 'colour: str'"),
        (lambda: model_with(made=(str, date("When it was made."))), "annotate it as 'made: Date'"),
        (lambda: model_with(colour=(str | None, text("Its colour."))), "write nullable=True"),
        (without_docstring, "Ropes has no docstring: say in one sentence what one row is."),
        (rule_without_docstring, "Ropes.it_holds has no docstring: write it as the sentence that a coder reads"),
        (rule_at_unknown_column, "Ropes.it_holds does not name the column of a problem: decorate it with '@row_rule("),
        (rule_without_row_rule, "Ropes.it_holds does not name the column of a problem: decorate it with '@row_rule("),
        (lambda: model_with(colour=(str, text(" "))), "Ropes.colour has no description: say what it holds"),
        (lambda: model_with(other_id=(str, primary_key("Another."))), "Ropes needs one key"),
        (without_key, "Ropes needs one key"),
        (key_of_unknown_columns, "Ropes needs one key"),
        (two_kinds_of_key, "Ropes needs one key"),
        (second_key_of_document, "Ropes needs one key"),
        (
            lambda: model_with(colour=(Category, categorical({"red": "Red.", "blue": " "}, "Its colour."))),
            "Ropes.colour: every value of a vocabulary needs a definition a coder can decide by.",
        ),
        (
            lambda: model_with(colour=(Category, categorical({}, "Its colour."))),
            "Ropes.colour: every value of a vocabulary needs a definition a coder can decide by.",
        ),
        (nested_without_parent, "Ropes: parent= in the class statement belongs to a Nested table: each has one"),
        (annotation_with_parent, "Ropes: parent= in the class statement belongs to a Nested table: each has one"),
        (derived_without_function, "Ropes: derive= in the class statement belongs to a Derived table: each has one"),
        (codebook_with_function, "Ropes: derive= in the class statement belongs to a Derived table: each has one"),
        (
            lambda: model_with(colour=(str, text("Its colour.")), start=(Date, edtf_lower("colour", "Its start."))),
            "Ropes.start: 'colour' is not a column declared with edtf().",
        ),
        (
            lambda: model_with(end=(Date, edtf_upper("made_edtf", "Its end."))),
            "Ropes.end: 'made_edtf' is not a column declared with edtf().",
        ),
        (
            lambda: model_with(owner_id=(str, foreign_key("people", "Its owner.", default="maker_id"))),
            "Ropes.owner_id: its default 'maker_id' is not a column of Ropes.",
        ),
        *(
            (
                lambda name=name: model_with(**{name: (str, text("Any."))}),
                f"Ropes.{name}: '{name}' is a key of the annotation format; give the column another name.",
            )
            for name in ("id", "prefix", "suffix")
        ),
    ],
)
def test_invalid_model_is_refused_with_fix(model, sentence):
    """An invalid model is refused with a sentence that says what to write instead."""
    with pytest.raises(ContractError) as caught:
        compile_model(model())
    assert sentence in str(caught.value)


def test_models_are_valid_pandera_models():
    """Every model is a Pandera model."""
    assert all(issubclass(model, Table) and model.to_schema().columns for model in LETTERS.models)
