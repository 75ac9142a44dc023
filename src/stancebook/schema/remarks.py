"""The sections of an annotation file that are no tables: passages without anything to code, and decisions on rows."""

from stancebook.schema.column_types import SLUG, Pattern
from stancebook.schema.column_types.numbers import BooleanColumn, IntegerColumn
from stancebook.schema.column_types.text import CategoricalColumn, TextColumn, VerbatimColumn
from stancebook.schema.spec import CHAR_START, TableSpec

ACCEPTED, CHANGED, REJECTED, OPEN = "accepted", "changed", "rejected", "open"
DECISION_VALUES = {
    ACCEPTED: "The row is right.",
    CHANGED: "The row was wrong, and is right now.",
    REJECTED: "The row was wrong, and is removed; `note` says why.",
    OPEN: "Coders differ, and it is not decided yet which row is right.",
}
SETTLED = (ACCEPTED, CHANGED, REJECTED)
_CODED_ROW = rf"{SLUG.pattern}\.[a-z0-9]+(?:[-_][a-z0-9]+)*"
_CODED_ROWS = Pattern(
    rf"{_CODED_ROW}(?:, {_CODED_ROW})*", "coders and ids, separated by commas, such as 'ab.s07' or 'ab.s07, cd.s05'"
)

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
    description="What was decided on a row, by a reviewer or where coders differ.",
    columns=(
        TextColumn("The row: its table, a dot, and its id.", name="row", title="Row"),
        CategoricalColumn("The decision.", name="decision", title="Decision", vocabulary=DECISION_VALUES),
        TextColumn("Who decided.", name="by", title="By", nullable=True),
        TextColumn("The reason; required for a row that is rejected.", name="note", title="Note", nullable=True),
        # Not checked: a row may be rejected because its quote is not in the text.
        TextColumn("The passage of a row that is rejected.", name="quote", title="Quote", nullable=True),
        TextColumn(
            "The rows of codings that it is taken from: each the coder, a dot, and the id there. They are alike.",
            name="from",
            title="From",
            nullable=True,
            pattern=_CODED_ROWS,
        ),
        TextColumn(
            "The rows of other codings that it was preferred to.",
            name="over",
            title="Over",
            nullable=True,
            pattern=_CODED_ROWS,
        ),
    ),
    key=(),
    kind="remark",
    section="decisions",
)

ADJUDICATED = TableSpec(
    name="adjudicated",
    title="Adjudicated",
    description="A coding from which these annotations were made.",
    columns=(
        TextColumn("The coder, as the folder of the coding is named.", name="coding", title="Coding"),
        TextColumn("Who decided where the coders differ.", name="by", title="By", nullable=True),
        BooleanColumn(
            "Whether free texts are taken from this coding where coders differ in nothing else.",
            name="texts",
            title="Texts",
            nullable=True,
        ),
        TextColumn("Anything else to know.", name="note", title="Note", nullable=True),
    ),
    key=(),
    kind="remark",
    section="adjudicated",
)

REMARKS = (NOTHING_HERE, ADJUDICATED, DECISIONS)
