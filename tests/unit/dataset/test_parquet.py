"""Tables are written as Parquet files, digested, read back, and read by other libraries."""

import datetime as dt
import io
import json
from dataclasses import replace

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook.dataset.layout import table_file
from stancebook.dataset.parquet import arrow_schema, file_metadata, rows_digest, to_frame, write_table
from stancebook.schema.column_types import column_from_facts
from stancebook.schema.dataframes import frame_from_rows
from tests.unit.sample_contract import LETTERS, STRENGTH

TABLES = list(CONTRACT.tables)
ANNOTATION_TABLES = [spec.name for spec in CONTRACT.tables_of_kind("annotation")]
CLAIMS = LETTERS.tables["claims"]
DATASET = {"dataset": "Letters", "version": "1.0.0"}

# ── Round trip ────────────────────────────────────────────────────────────────────────────────────

TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
CELL = {
    "string": TEXT,
    "category": st.sampled_from(list(STRENGTH)),
    "date": st.dates(),
    "integer": st.integers(-(2**63), 2**63 - 1),
}


@st.composite
def claim_rows(draw):
    """Draw up to four rows of claims."""

    def cell(column):
        cells = CELL[column.storage]
        return draw(cells | st.none() if column.nullable else cells)

    return [{column.name: cell(column) for column in CLAIMS.columns} for _ in range(draw(st.integers(0, 4)))]


def file_bytes(frame):
    """Return the Parquet file of a frame of claims."""
    file = io.BytesIO()
    write_table(frame, CLAIMS, "build", DATASET, file)
    return file.getvalue()


@given(claim_rows())
@settings(max_examples=60)
def test_frame_survives_a_round_trip(rows):
    """A typed frame that is written and read back is the same."""
    frame = frame_from_rows(CLAIMS, rows)
    data = file_bytes(frame)
    assert data == file_bytes(frame.copy())
    pd.testing.assert_frame_equal(to_frame(pq.read_table(io.BytesIO(data))), frame)


# ── Digests of rows ──────────────────────────────────────────────────────────────────────────


@given(claim_rows(), claim_rows())
@settings(max_examples=60)
def test_rows_digest_is_equal_iff_files_are(rows, other_rows):
    """Two frames have the same digest if and only if their files have the same bytes."""
    one, other = frame_from_rows(CLAIMS, rows), frame_from_rows(CLAIMS, other_rows)
    assert rows_digest(one, CLAIMS, DATASET) == rows_digest(one.copy(), CLAIMS, DATASET)
    equal = rows_digest(one, CLAIMS, DATASET) == rows_digest(other, CLAIMS, DATASET)
    assert equal == (file_bytes(one) == file_bytes(other))


@given(claim_rows().filter(bool), st.data())
@settings(max_examples=60)
def test_rows_digest_depends_on_every_cell(rows, data):
    """A change of any cell changes the digest."""
    digest = rows_digest(frame_from_rows(CLAIMS, rows), CLAIMS, DATASET)
    row, column = data.draw(st.sampled_from(rows)), data.draw(st.sampled_from(CLAIMS.columns))
    cell = data.draw(CELL[column.storage] | (st.none() if column.nullable else st.nothing()))
    changed = row[column.name] != cell
    row[column.name] = cell
    assert (rows_digest(frame_from_rows(CLAIMS, rows), CLAIMS, DATASET) != digest) == changed


def test_rows_digest_separates_cells():
    """Cells whose concatenation is the same have different digests."""
    one, other = ([{"claim_id": a, "quote": b} for a, b in pairs] for pairs in ([("a", "bc")], [("ab", "c")]))
    assert rows_digest(frame_from_rows(CLAIMS, one), CLAIMS, DATASET) != rows_digest(
        frame_from_rows(CLAIMS, other), CLAIMS, DATASET
    )


def test_rows_digest_ignores_memory_layout():
    """Chunked and sliced frames have the digest of a contiguous one."""
    rows = [{"claim_id": name, "quote": None if name == "b" else "rope"} for name in "abc"]
    pieces, contiguous = [frame_from_rows(CLAIMS, [row]) for row in rows], frame_from_rows(CLAIMS, rows[1:])
    for frame in (pd.concat(pieces[1:]), pd.concat(pieces)[1:]):
        assert rows_digest(frame, CLAIMS, DATASET) == rows_digest(contiguous, CLAIMS, DATASET)


def test_rows_digest_depends_on_descriptions():
    """Another description of the table or version of the dataset changes the digest."""
    frame = frame_from_rows(CLAIMS, [])
    variants = [
        (CLAIMS, DATASET),
        (replace(CLAIMS, description="Other."), DATASET),
        (CLAIMS, {**DATASET, "version": "2.0.0"}),
    ]
    assert len({rows_digest(frame, spec, about) for spec, about in variants}) == 3


def convert_by_cell(table):
    """Convert a table to a frame through a Python object for each cell."""
    frame = pd.DataFrame()
    for facts in file_metadata(table.schema)["columns"]:
        dtype = column_from_facts(facts).pandas_dtype
        frame[facts["name"]] = pd.Series(table[facts["name"]].to_pylist(), dtype=dtype)
    return frame


@given(st.lists(claim_rows(), max_size=3))
@settings(max_examples=60)
def test_to_frame_equals_conversion_by_cell(chunks):
    """A chunked table becomes the frame that a conversion cell by cell gives."""
    arrow = arrow_schema(CLAIMS, "build", DATASET)
    pieces = [pq.read_table(io.BytesIO(file_bytes(frame_from_rows(CLAIMS, rows)))) for rows in chunks]
    table = pa.concat_tables([arrow.empty_table(), *pieces])
    pd.testing.assert_frame_equal(to_frame(table), convert_by_cell(table))


@pytest.mark.parametrize(
    "cells",
    [{}, {"when_start": dt.date.min, "when_end": dt.date.max}, {"when_start": dt.date(1677, 9, 20), "when_text": ""}],
    ids=["nothing", "the first and the last day", "before nanoseconds"],
)
@pytest.mark.parametrize("number", [0, 1, 3])
def test_to_frame_converts_edge_cases(cells, number):
    """Empty tables, empty cells and extreme dates are converted as cell by cell."""
    required = {"claim_id": "a", "person_id": "b", "believer_id": "b", "doc_id": "c", "quote": "d"}
    data = file_bytes(frame_from_rows(CLAIMS, [required | cells] * number))
    table = pq.read_table(io.BytesIO(data))
    frame = to_frame(table)
    pd.testing.assert_frame_equal(frame, convert_by_cell(table))
    assert frame["strength"].cat.categories.tolist() == list(STRENGTH)


def test_to_frame_returns_writable_columns(dataset):
    """Cells of a loaded frame can be assigned."""
    frame = to_frame(pq.read_table(dataset / "statements.parquet"))
    frame.loc[0, "char_start"] = 7
    frame.loc[0, "stance"] = "supports"
    frame.loc[0, "summary"] = "mine"
    frame.loc[0, "date_start"] = pd.NaT
    assert frame.loc[0, ["char_start", "stance", "summary"]].tolist() == [7, "supports", "mine"]


def test_to_frame_converts_some_columns(dataset):
    """Some columns of a table become a frame of those."""
    names = ["char_start", "stance"]
    table = pq.read_table(dataset / "statements.parquet")
    pd.testing.assert_frame_equal(to_frame(table.select(names)), to_frame(table)[names])


# ── Metadata of files ────────────────────────────────────────────────────────────────────


@pytest.fixture
def arrow():
    return arrow_schema(CLAIMS, "a build", DATASET)


def test_metadata_has_table_build_and_key(arrow):
    """The metadata of a file names its table, its build and its key."""
    facts = file_metadata(arrow)
    assert (facts["table"], facts["build"], facts["key"]) == ("claims", "a build", ["claim_id"])


def test_metadata_describes_table_and_columns(arrow):
    """Titles and descriptions of the table and its columns are in the metadata."""
    assert arrow.metadata[b"title"] == b"Claims"
    assert arrow.metadata[b"description"].decode() == CLAIMS.description
    assert arrow.field("person_id").metadata == {b"title": b"Person", b"description": b"Who says so."}


def test_metadata_has_units(arrow):
    """The unit of a number is in the metadata of its column."""
    assert arrow.field("char_end").metadata[b"unit"] == b"Unicode code points"


def test_metadata_names_dataset_and_build(arrow):
    """Dataset, version and build are plain metadata, which any reader can show."""
    assert {name: arrow.metadata[name] for name in (b"dataset", b"version", b"build")} == {
        b"dataset": b"Letters",
        b"version": b"1.0.0",
        b"build": b"a build",
    }


def test_duckdb_and_polars_show_the_metadata(dataset):
    """DuckDB and Polars show the metadata of a file."""
    path = dataset / "statements.parquet"
    query = "SELECT decode(key), decode(value) FROM parquet_kv_metadata($path)"
    found = duckdb.execute(query, {"path": str(path)}).fetchall()
    for metadata in (dict(found), pl.read_parquet_metadata(path)):
        assert metadata["title"] == "Statements"
        assert metadata["description"] == CONTRACT.tables["statements"].description
        assert "Creative Commons" in metadata["license"]
        assert metadata["build"] == json.loads((dataset / "datapackage.json").read_bytes())["stancebook"]["build"]


def test_to_frame_reads_files_without_titles(dataset):
    """A file whose columns have no titles, of an older version, is read."""
    table = pq.read_table(dataset / "statements.parquet")
    bare = pa.schema([field.remove_metadata() for field in table.schema]).with_metadata(
        {b"stancebook": table.schema.metadata[b"stancebook"]}
    )
    pd.testing.assert_frame_equal(to_frame(table.cast(bare)), to_frame(table))


def test_schema_marks_nullable_columns(arrow):
    """Exactly the nullable columns of the spec are nullable in the file."""
    assert {field.name for field in arrow if field.nullable} == {c.name for c in CLAIMS.columns if c.nullable}


def test_schema_has_scalar_types_only(arrow):
    """Columns are strings, dates and integers."""
    assert {str(field.type) for field in arrow} == {"string", "date32[day]", "int64"}


def test_file_metadata_refuses_other_files():
    """The schema of a file that no build wrote raises `KeyError`."""
    with pytest.raises(KeyError):
        file_metadata(pa.schema([("a", pa.int64())]))


@pytest.mark.parametrize("table", TABLES)
def test_files_have_no_pandas_metadata(table, dataset):
    """No file has metadata of pandas, which would break other readers."""
    assert b"pandas" not in pq.read_schema(dataset / table_file(table)).metadata


def test_to_frame_restores_the_scale(dataset):
    """Ordered categories have the order of their vocabulary."""
    stance = to_frame(pq.read_table(dataset / "statements.parquet"))["stance"]
    assert stance.cat.ordered
    assert list(stance.cat.categories) == list(CONTRACT.tables["statements"]["stance"].vocabulary)
    assert (stance.dropna() <= "strongly_supports").all()


# ── Other readers ─────────────────────────────────────────────────────────────────────────────────


def read_with_duckdb(path):
    found = duckdb.read_parquet(str(path))
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def read_with_polars(path):
    return pl.read_parquet(path).to_dicts()


def read_with_pandas(path):
    frame = pd.read_parquet(path)
    return frame.astype("object").where(frame.notna(), None).to_dict("records")


READERS = pytest.mark.parametrize("read", [read_with_duckdb, read_with_polars, read_with_pandas])


@READERS
@pytest.mark.parametrize("table", TABLES)
def test_readers_agree_on_rows(read, table, dataset):
    """DuckDB, Polars and pandas read the rows that Arrow reads."""
    assert read(dataset / table_file(table)) == pq.read_table(dataset / table_file(table)).to_pylist()


@READERS
@pytest.mark.parametrize("table", ANNOTATION_TABLES)
def test_readers_agree_on_quotes(read, table, dataset, built):
    """With every reader, the text between the offsets is the quote."""
    texts = {pair.doc_id: pair.text.text for pair in built.corpus.documents}
    found = read(dataset / table_file(table))
    assert found
    for row in found:
        assert texts[row["doc_id"]][row["char_start"] : row["char_end"]] == row["quote"]


@READERS
def test_readers_agree_on_dates(read, dataset):
    """With every reader, a date is a `date`."""
    [document] = read(dataset / "documents.parquet")
    assert document["published"] == dt.date(2031, 4, 2)


def test_data_package_counts_the_rows(dataset):
    """The data package states the number of rows of each file."""
    resources = json.loads((dataset / "datapackage.json").read_bytes())["resources"]
    stated = {resource["path"]: resource["rows"] for resource in resources}
    assert stated == {path.name: pq.read_metadata(path).num_rows for path in dataset.glob("*.parquet")}
