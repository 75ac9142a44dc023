import csv
import datetime as dt
import io
import sqlite3
from contextlib import closing

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv

from stancebook.schema.column_types import (
    COLUMN_TYPES,
    BooleanColumn,
    CategoricalColumn,
    DateColumn,
    DateTimeColumn,
    EdtfColumn,
    ForeignKeyColumn,
    IntegerColumn,
    NumberColumn,
    PrimaryKeyColumn,
    TextColumn,
    VerbatimColumn,
    column_from_facts,
    column_type,
)
from stancebook.schema.dataframes import frame_from_columns

DAYS = st.dates().map(str)
MONTHS = st.dates(dt.date(1000, 1, 1)).map(lambda day: f"{day:%Y-%m}~")
SLUGS = st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True)
WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1)
TEXTS = {
    PrimaryKeyColumn: SLUGS,
    ForeignKeyColumn: SLUGS,
    VerbatimColumn: WORDS,
    TextColumn: st.from_regex(r"[a-zäß0-9,;'\" ]+", fullmatch=True),
    CategoricalColumn: st.sampled_from(["low", "high"]),
    DateColumn: DAYS,
    EdtfColumn: DAYS | MONTHS,
    IntegerColumn: st.integers(-(10**18) + 1, 10**18 - 1).map(str),
    NumberColumn: st.floats(allow_nan=False, allow_infinity=False).map(repr),
    BooleanColumn: st.sampled_from(["true", "false"]),
    DateTimeColumn: st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
}
ROUND_TRIPS = [type_ for type_ in COLUMN_TYPES.values() if type_.kind != "unknown"]


def test_every_type_has_a_round_trip():
    """A new type must be added to this test."""
    assert set(TEXTS) == set(ROUND_TRIPS)


@pytest.mark.parametrize("name", ["string", "number", "integer", "boolean", "date", "datetime"])
def test_types_of_data_package_are_known(name):
    """Each type name that a data package of ours has leads to the type that wrote it."""
    assert column_type(name).data_type == name


@pytest.mark.parametrize("type_", ROUND_TRIPS)
@given(data=st.data())
def test_value_survives_every_format(type_, data):
    """A text becomes a value; the value survives pandas, Parquet, CSV and SQLite, and is the same when it is parsed."""
    column = type_("", "cell", nullable=True, vocabulary={"low": "", "high": ""} if type_ is CategoricalColumn else {})
    values = [column.parse(text) for text in data.draw(st.lists(TEXTS[type_], max_size=5))] + [None]
    frame = frame_from_columns([column], {"cell": values})
    arrow = pa.table({"cell": column.to_arrow(frame["cell"])})
    assert arrow["cell"].to_pylist() == values
    file = io.BytesIO()
    pq.write_table(arrow, file)
    loaded = pq.read_table(file)
    stored, written = (b"".join(map(bytes, column.to_bytes(table["cell"]))) for table in (loaded, arrow))
    assert stored == written
    assert written != b"".join(map(bytes, column.to_bytes(arrow["cell"][:-1])))
    again = column_from_facts(column.stored_facts()).to_pandas(loaded["cell"])
    assert again.dtype == frame["cell"].dtype
    assert again.equals(frame["cell"])
    assert parsed_csv(column, loaded) == values
    assert parsed_sqlite(column, loaded) == values


def parsed_csv(column, table):
    """Return the cells of a table after a detour by CSV."""
    sink = io.BytesIO()
    cells = column.csv_cells(table["cell"].combine_chunks())
    arrow_csv.write_csv(pa.table({"cell": cells, "end": pa.array([1] * len(cells))}), sink)
    rows = csv.DictReader(io.StringIO(sink.getvalue().decode()))
    return [column.parse(row["cell"]) if row["cell"] else None for row in rows]


def parsed_sqlite(column, table):
    """Return the cells of a table after a detour by SQLite, which checks them."""
    checks = " ".join(f"CHECK ({check})" for check in column.sqlite_checks("cell"))
    cells = column.sqlite_cells(table["cell"].combine_chunks()).to_pylist()
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE TABLE t (cell {column.sqlite_type} {checks}) STRICT")
        database.executemany("INSERT INTO t VALUES (?)", [(cell,) for cell in cells])
        found = [cell for (cell,) in database.execute("SELECT cell FROM t ORDER BY rowid")]
    if isinstance(column, BooleanColumn):
        return [None if cell is None else bool(cell) for cell in found]
    return [None if cell is None else column.parse(str(cell)) for cell in found]
