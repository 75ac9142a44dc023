"""Derived tables are the same whether computed at once or partition by partition, from the rows of any chunks."""

from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook.build.derivation import derive_together
from stancebook.build.pipeline import build_tables
from stancebook.dataset.reader import load
from stancebook.schema.columns import Date, date, foreign_key, integer, primary_key, text
from stancebook.schema.dataframes import cast_column
from stancebook.schema.models import Annotation, Derived
from tests.unit.parallel.sample_corpora import LINKED_LETTERS, PEOPLE, letter, write_seeds
from tests.unit.parallel.test_chunked_build import in_chunks
from tests.unit.sample_contract import Letters, People, contract

PROJECT = Path(__file__).parents[2] / "project/seeds"

# ── Partitions ────────────────────────────────────────────────────────────────────────────────────────

THREADS = next(each for each in LINKED_LETTERS.derivations if each.name == "threads")
DAYS = {"a": "1901-05-04", "b": "1901-05-05", "c": "1901-05-05"}
said = st.tuples(st.sampled_from("abc"), st.sampled_from(["berta", "falk", "otto"]))


def frame(table, rows):
    """Return rows of a table with the columns that the derived tables read."""
    columns = [LINKED_LETTERS.tables[table][name] for name in THREADS.inputs[table]]
    return pd.DataFrame({each.name: cast_column([row[each.name] for row in rows], each) for each in columns})


@given(said=st.lists(said, max_size=12), data=st.data())
@settings(max_examples=25)
def test_partitions_add_up_to_derived_tables(said, data):
    """Derived partition by partition, from rows in any order, all tables of a function are the same."""
    claims = [
        {"claim_id": f"{doc_id}#c{number:02}", "doc_id": doc_id, "person_id": person}
        for number, (doc_id, person) in enumerate(said)
    ]
    tables = {
        "people": pd.DataFrame({"person_id": ["berta", "falk", "otto"], "master_id": ["otto", None, "falk"]}),
        "letters": frame("letters", [{"doc_id": doc_id, "sent": pd.Timestamp(day)} for doc_id, day in DAYS.items()]),
        "claims": frame("claims", claims),
    }
    order = data.draw(st.permutations(range(len(claims))))
    parts = [
        derive_together(THREADS, {**tables, "claims": some.reset_index(drop=True)})
        for _, some in tables["claims"].iloc[order].groupby("person_id")
    ]
    for name, found in derive_together(THREADS, tables).items():
        together = pd.concat([part[name] for part in parts], ignore_index=True) if parts else found[:0]
        pd.testing.assert_frame_equal(together.astype(found.dtypes), found)


# ── The project ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def in_memory_and_in_chunks(tmp_path_factory):
    """Four articles on two issues and without demands, the third without events: in memory, and in two chunks."""
    seeds = tmp_path_factory.mktemp("articles") / "seeds"
    texts = {path.name: path.read_text("utf-8") for path in (PROJECT / "documents").iterdir()}
    coded, _, _ = texts["river-talks.yaml"].partition("demands:")
    files = {f"codebook/{path.name}": path.read_bytes() for path in (PROJECT / "codebook").iterdir()}
    for number, (old, new) in enumerate(
        [("", ""), ("stance: supports", "stance: ambivalent"), ("\nevents:", "\n#"), ("strongly_opposes", "opposes")]
    ):
        head, found, tail = coded.partition(old) if old else (coded, "", "")
        changed = head if new.endswith("#") else head + new + tail
        assert bool(found) == bool(old)
        files[f"documents/talks-{number}.yaml"] = changed.replace("2031-04-02", f"2031-04-0{2 + number}").encode()
        files[f"documents/talks-{number}.txt"] = f"{texts['river-talks.txt']}\n{number}\n".encode()
    write_seeds(files, seeds)
    out = seeds.parent / "dataset"
    return build_tables(CONTRACT, seeds), in_chunks(seeds, [2, 3], out, lambda: CONTRACT), out


def test_project_in_chunks_gives_the_same_tables(in_memory_and_in_chunks):
    """The tables of the fictional project are the same with chunks."""
    in_memory, result, out = in_memory_and_in_chunks
    assert result.problems == in_memory.problems == []
    assert result.summary == in_memory.summary
    for name, found in load(path=out).items():
        pd.testing.assert_frame_equal(found, in_memory.frames[name])
    assert len(list((out / "stance_changes.parquet").iterdir())) == 2  # issues


def test_parts_have_rows(in_memory_and_in_chunks):
    """No part is without rows; a table without rows is one file."""
    _, _, out = in_memory_and_in_chunks
    parts = {path.relative_to(out).as_posix(): pq.read_metadata(path).num_rows for path in out.glob("*/*.parquet")}
    assert min(parts.values()) > 0
    assert {name for name in parts if name.startswith("events.")} == {
        f"events.parquet/part-0000{number}.parquet" for number in (0, 1)
    }
    assert pq.read_metadata(out / "demands.parquet").num_rows == 0


@pytest.mark.parametrize(
    "rows_of",
    [
        lambda path: len(duckdb.sql(f"SELECT * FROM '{path}'").fetchall()),  # noqa: S608 (a path of ours)
        lambda path: pl.scan_parquet(path).collect().height,
        lambda path: len(pd.read_parquet(path)),
    ],
    ids=["duckdb", "polars", "pandas"],
)
@pytest.mark.parametrize("table", ["demands", "events", "stance_changes"])
def test_other_readers_find_all_rows(table, rows_of, in_memory_and_in_chunks):
    """DuckDB, Polars and pandas read all parts of a table by the name of its folder."""
    in_memory, _, out = in_memory_and_in_chunks
    assert rows_of(out / f"{table}.parquet") == len(in_memory.frames[table])


# ── A contract of its own ────────────────────────────────────────────────────────────────────────────────


class Claims(Annotation):
    """One claim."""

    claim_id: str = primary_key("The letter's id and the claim's own.")
    mood: str = text("In which mood.", nullable=True)
    day: Date = date("When.", nullable=True)
    times: int = integer("How often.")


def counts_by(column):
    """Return the options of a table of claims with a value in `column`, and their number by letter and value."""

    def derived(tables):
        claims = tables["claims"].dropna()
        assert "lives_in" in tables["people"]  # the codebook has all its columns
        return claims.assign(n=claims.groupby(["doc_id", column])["claim_id"].transform("size")).drop(columns="doc_id")

    return {
        "derive": derived,
        "key": ("claim_id",),
        "inputs": {"claims": ["claim_id", "doc_id", column]},
        "partition_by": column,
    }


class Moods(Derived, **counts_by("mood")):
    """One claim in a mood."""

    claim_id: str = foreign_key("claims", "The claim.")
    mood: str = text("The mood.")
    n: int = integer("Claims of the letter in it.")


class Days(Derived, **counts_by("day")):
    """One claim of a day."""

    claim_id: str = foreign_key("claims", "The claim.")
    day: Date = date("The day.")
    n: int = integer("Claims of the letter of it.")


class Times(Derived, **counts_by("times")):
    """One claim that was made so often."""

    claim_id: str = foreign_key("claims", "The claim.")
    times: int = integer("How often.")
    n: int = integer("Claims of the letter made so often.")


class Sums(
    Derived,
    derive=lambda tables: tables["letters"][["doc_id"]].head(0),
    key=("doc_id",),
    inputs={"letters": ["doc_id"]},
):
    """One letter of none."""

    doc_id: str = foreign_key("letters", "The letter.")


PARTITIONED = contract(People, Letters, Claims, Moods, Days, Times, Sums)
SPECIAL_VALUES = ("it's", 'a "b"', "a/b", "..", "Ärger ☂", "NULL", "%2F", "{x}", "$1", "1", "x" * 300)


def test_any_value_can_partition_rows(tmp_path):
    """Texts with special characters, dates and integers work as partitioning values."""
    files = {"codebook/people.yaml": PEOPLE}
    for at, doc_id in enumerate("abc"):
        claims = "".join(
            f"  - {{id: c{number}, quote: Otto was there, day: 1901-05-0{1 + number % 3}, times: {number % 2 - 1},"
            f" mood: '{mood.replace(quote, quote * 2)}'}}\n"
            for number, mood in enumerate(SPECIAL_VALUES[at:])
            for quote in ["'"]
        )
        files[f"documents/{doc_id}.txt"] = letter(at)
        files[f"documents/{doc_id}.yaml"] = (
            f"letter: {{language: en, sent: 1901-05-04}}\nclaims:\n{claims}"
            "  - {id: c99, quote: Otto was there, times: 0}\n"
        )
    seeds = write_seeds({name: text.encode() for name, text in files.items()}, tmp_path / "seeds")
    in_memory, result = (
        build_tables(PARTITIONED, seeds),
        in_chunks(seeds, [1, 2], tmp_path / "dataset", lambda: PARTITIONED),
    )
    assert result.problems == in_memory.problems
    assert not result.errors
    for name, found in load(path=tmp_path / "dataset").items():
        pd.testing.assert_frame_equal(found, in_memory.frames[name])
    parts = {name: len(list((tmp_path / f"dataset/{name}.parquet").iterdir())) for name in ("moods", "days", "times")}
    assert parts == {"moods": len(SPECIAL_VALUES), "days": 3, "times": 2}
    assert (tmp_path / "dataset/sums.parquet").is_file()
