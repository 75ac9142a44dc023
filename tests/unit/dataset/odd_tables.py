"""A dataset that is hard to export: odd texts, names and vocabularies, tables and columns without cells."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from stancebook.dataset.descriptor import DataFile, Package
from stancebook.schema.column_types import (
    BooleanColumn,
    CategoricalColumn,
    DateColumn,
    DateTimeColumn,
    IntegerColumn,
    NumberColumn,
    PrimaryKeyColumn,
    TextColumn,
)
from stancebook.schema.spec import TableSpec

LONG_VALUE = "very " * 40 + "long"  # 204 characters
GRADES = {"zwölf": "Twelve.", "elf": "Eleven,\nor so.", LONG_VALUE: 'The "longest".', "=1+1": ""}
VALUES = {f"value {number:03}": f"Definition {number}." for number in range(300)}
LONG_NAME = "the_name_of_this_column_has_more_than_64_characters_and_its_twin_too"

COLUMNS = {
    "thing_id": (PrimaryKeyColumn("Key."), [f"t{number}" for number in range(10)]),
    "words": (
        TextColumn("Words.", title="What it says", nullable=True),
        [
            '=HYPERLINK("http://x")',
            "-2+3",
            'a "quote", and\nlines\r\nof two kinds\r',
            "🙂 emoji, ש שלום, é é",
            "NA",
            "http://example.org/",
            "012",
            "_x0041_",
            None,
            "",
        ],
    ),
    "grade": (CategoricalColumn("Grade.", vocabulary=GRADES, ordered=True), [*GRADES, None, "elf", *[None] * 4]),
    "value": (CategoricalColumn("Value.", vocabulary=VALUES), ["value 299", "value 000", *[None] * 8]),
    "day": (
        DateColumn("Day."),
        [date(2031, 4, 2), date(1900, 2, 28), date(1648, 10, 24), date(9999, 12, 31), *[None] * 6],
    ),
    "moment": (
        DateTimeColumn("Moment."),
        [datetime(2031, 4, 2, 10, 0, 0, 250_000, UTC), datetime(1850, 1, 1, tzinfo=UTC), *[None] * 8],
    ),
    "number": (NumberColumn("Number."), [0.1, -2.5e-300, 1e300, *[None] * 7]),
    "amount": (IntegerColumn("Amount."), [1, -7, 2_147_483_647, *[None] * 7]),
    "large": (IntegerColumn("Large."), [999_999_999_999_999_999, -1, *[None] * 8]),
    "flag": (BooleanColumn("Flag."), [True, False, *[None] * 8]),
    "using": (TextColumn("A word of Stata.", title="A title " * 20), ["x"] * 10),
    "With": (TextColumn("A word of SPSS."), ["x"] * 10),
    f"{LONG_NAME}_1": (TextColumn("Long."), ["x"] * 10),
    f"{LONG_NAME}_2": (TextColumn("Long."), ["y"] * 10),
}


def _spec(name: str) -> TableSpec:
    columns = []
    for key, (column, _) in COLUMNS.items():
        facts = {"name": key, "nullable": True}
        columns.append(type(column)(**{**vars(column), **facts}))
    return TableSpec(name, f"One of the {name}.", tuple(columns), ("thing_id",), title=name.capitalize())


def _cells(rows: slice, *, key_only: bool = False) -> pa.Table:
    return pa.table(
        {
            name: pa.array(
                [None if key_only and name != "thing_id" else cell for cell in cells[rows]], column.arrow_type
            )
            for name, (column, cells) in COLUMNS.items()
        }
    )


# The tables by name; "empty" has no rows, "bare" has a key and otherwise empty columns, and "codebook" is a name taken.
TABLES = {
    "things": _cells(slice(None)),
    "empty": _cells(slice(0)),
    "bare": _cells(slice(3), key_only=True),
    "codebook": _cells(slice(2)),
}
PACKAGE = Package(
    Path("odd"),
    {
        "name": "odd",
        "title": "Odd things",
        "stancebook": {},
        "resources": [{"name": name, "path": f"{name}.parquet", "schema": {}} for name in TABLES],
    },
    {name: _spec(name) for name in TABLES},
    {name: (DataFile(f"{name}.parquet", None),) for name in TABLES},
    {name: table.num_rows for name, table in TABLES.items()},
)


def cells_of(table: str, column: str) -> list:
    """Return the cells of a column as Python values."""
    return TABLES[table][column].to_pylist()
