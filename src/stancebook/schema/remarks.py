"""The sections of an annotation file that are no tables: passages without anything to code, and decisions on rows."""

from stancebook.schema.column_types.numbers import IntegerColumn
from stancebook.schema.column_types.text import CategoricalColumn, TextColumn, VerbatimColumn
from stancebook.schema.spec import CHAR_START, TableSpec

REJECTED = "rejected"
DECISION_VALUES = {
    "accepted": "The row is right.",
    "changed": "The row was wrong, and is right now.",
    REJECTED: "The row was wrong, and is removed; `note` says why.",
}

NOTHING_HERE = TableSpec(
    name="nothing_here",
    title="Nothing here",
    description="A passage that was read, and holds nothing to code; coverage counts it as read.",
    columns=(
        TextColumn("The document.", name="doc_id", title="Document", filled_by="engine"),
        TextColumn("Why there is nothing to code.", name="note", title="Note", nullable=True),
        VerbatimColumn("The passage.", name="quote", title="Quote"),
        IntegerColumn("Where it starts, in code points.", name=CHAR_START, title="Start", filled_by="engine"),
        IntegerColumn("Where it ends, in code points.", name="char_end", title="End", filled_by="engine"),
    ),
    key=(),
    kind="remark",
    section="nothing_here",
)

DECISIONS = TableSpec(
    name="decisions",
    title="Decisions",
    description="What a reviewer decided on a row.",
    columns=(
        TextColumn("The row: its table, a dot, and its id.", name="row", title="Row"),
        CategoricalColumn("The decision.", name="decision", title="Decision", vocabulary=DECISION_VALUES),
        TextColumn("Who decided.", name="by", title="By", nullable=True),
        TextColumn("The reason; required for a row that is rejected.", name="note", title="Note", nullable=True),
        # Not checked: a row may be rejected because its quote is not in the text.
        TextColumn("The passage of a row that is rejected.", name="quote", title="Quote", nullable=True),
    ),
    key=(),
    kind="remark",
    section="decisions",
)

REMARKS = (NOTHING_HERE, DECISIONS)
