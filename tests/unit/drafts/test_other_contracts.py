"""Tables of any contract are drafted: all types of columns, several tables that refer to one another, no codebook."""

import json

import pytest

from stancebook.drafts.cache import Caller
from stancebook.drafts.drafting import draft_document, tables_to_draft
from stancebook.drafts.project import read_sources
from stancebook.schema.columns import Date, boolean, date, edtf, foreign_key, integer, number, primary_key, text
from stancebook.schema.contract import Contract, License
from stancebook.schema.models import Annotation, Document, Nested
from tests.unit.drafts.conftest import ReplayedModel


class Bills(Document, section="bill"):
    """One bill."""

    issued: Date = date("The day of the bill.")


class Payments(Annotation):
    """One payment of an item."""

    payment_id: str = primary_key("The bill's ID and the payment's own.")
    item_id: str = foreign_key("items", "What was paid.")
    to: str = text("To whom it was paid.")
    part_of_id: str = foreign_key("payments", "The payment that it is a part of.", nullable=True)


class Items(Annotation):
    """One item of a bill."""

    item_id: str = primary_key("The bill's ID and the item's own.")
    pieces: int = integer("How many pieces.", minimum=1, unit="pieces")
    price: float = number("The price of one.", minimum=0)
    is_paid: bool = boolean("Whether it is paid.", nullable=True)
    delivered: str = edtf("When it was delivered.", nullable=True)


class Defects(Nested, parent=Items, section="defects", key=("item_id", "place")):
    """One defect of an item."""

    item_id: str = foreign_key("items", "The item.")
    place: str = text("Where it is.")


BILLS = Contract(
    name="bills",
    title="Bills",
    description="What was bought.",
    version="1.0.0",
    licenses=(License("CC0-1.0", "Public domain", "https://creativecommons.org/publicdomain/zero/1.0/"),),
    models=(Bills, Payments, Items, Defects),
)
BILL = "3 bells at 12.50, one cracked at the rim.\n\nPaid to Falk in May.\n"


def record(quote, name, **values):
    """Return a record as a model answers it."""
    return {"passage": {"quote": quote}, "why": "", "id": name, "values": values}


@pytest.fixture
def drafted(tmp_path, monkeypatch):
    """Return a function that drafts the bill by some answers; it returns the draft and the prompts."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "seeds/documents"
    folder.mkdir(parents=True)
    (folder / "bells.txt").write_text(BILL)
    (folder / "bells.yaml").write_text("bill: {language: en, issued: 1901-05-04}\n")

    def draft(*answers):
        sources = read_sources(BILLS, folder.parent.relative_to(tmp_path), ["bells"], coder="m", model="m", guide="")
        assert not sources.problems
        model = ReplayedModel([json.dumps({"records": answer}) for answer in answers])
        tables = tables_to_draft(BILLS, None)
        made = draft_document(
            sources.material, sources.documents[0], tables, Caller(model, tmp_path / ".drafts", 9), rounds=3
        )
        assert not model.answers
        return made, model.prompts

    return draft


def test_all_types_of_columns(drafted):
    """Numbers and booleans are taken as typed; tables come after those to which they refer, whose rows are listed."""
    item = {"pieces": 3, "price": 12.5, "is_paid": True, "delivered": None, "defects": [{"place": "the rim"}]}
    made, prompts = drafted(
        [record("3 bells", "i01", **item)],
        [record("Paid to Falk", "p01", item_id="i01", to="Falk", part_of_id=None)],
    )
    assert [table.table for table in made.tables] == ["items", "payments"]
    assert [each.id for each in made.held] == ["i01", "p01"]
    assert made.text.endswith(
        """\
payments:
  - id: p01
    item_id: i01
    to: Falk
    quote: Paid to Falk

items:
  - id: i01
    pieces: 3
    price: 12.5
    is_paid: true
    quote: 3 bells
    defects:
      - {place: the rim}
"""
    )
    assert "- `i01`: 3 bells" in prompts[1].task
    assert "new_codebook" not in prompts[0].schema["properties"]


def test_wrong_types(drafted):
    """A value of another type is sent back, with what is expected."""
    item = {"pieces": "three", "price": "much", "is_paid": "perhaps", "delivered": "in May"}
    made, prompts = drafted([record("3 bells", "i01", **item)], [], [])
    [(_, problems)] = made.tables[0].refused
    assert {problem.where.rpartition(".")[2] for problem in problems} == {"pieces", "price", "is_paid", "delivered"}
    assert prompts[1].task.count("items[i01].") == 4
    assert not [*made.held]


def test_reference_to_a_refused_row(drafted):
    """A row that refers to a row of another table which was refused is refused, too."""
    made, _ = drafted(
        [record("3 bells", "i01", pieces=0, price=1)],
        [],
        [record("Paid to Falk", "p01", item_id="i01", to="Falk")],
        [],
    )
    assert [problems[0].message for _, problems in made.tables[1].refused] == ["'i01' is not among the items"]
