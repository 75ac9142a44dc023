"""The committed dataset: up to date with the seeds, and true to the texts."""

from pathlib import Path

import pandas as pd
import pytest

import stancebook
from schemas import CONTRACT
from stancebook.diff.up_to_date import list_differences
from tests.dataset_files import held

ROOT = Path(__file__).parents[2]
ANNOTATION_TABLES = [spec.name for spec in CONTRACT.tables_of_kind("annotation")]


@pytest.fixture(scope="module")
def tables():
    return stancebook.load(path=ROOT / "dataset")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    """The dataset as a build of the seeds writes it."""
    folder = tmp_path_factory.mktemp("rebuilt") / "dataset"
    stancebook.build_dataset(CONTRACT, ROOT / "seeds", folder)
    return folder


def test_dataset_is_up_to_date(rebuilt):
    """The committed dataset has the rows that a build of the seeds gives."""
    assert list_differences(rebuilt, ROOT / "dataset", max_rows=20) == []


def test_build_has_no_problems(article):
    """The seeds have neither errors nor warnings."""
    assert article.problems == []


def test_rebuild_gives_same_bytes(rebuilt):
    """A build gives the committed files byte for byte."""
    assert held(ROOT / "dataset") == held(rebuilt)


@pytest.mark.parametrize("table", ANNOTATION_TABLES)
def test_quote_equals_text_at_span(tables, table):
    """Every quote is the text between its offsets."""
    texts = {
        path.relative_to(ROOT / "seeds/documents").with_suffix("").as_posix(): path.read_bytes().decode("utf-8")
        for path in (ROOT / "seeds/documents").rglob("*.txt")
    }
    for row in tables[table].itertuples():
        assert texts[row.doc_id][row.char_start : row.char_end] == row.quote


@pytest.mark.parametrize("spec", CONTRACT.tables.values(), ids=lambda spec: spec.name)
def test_loaded_table_passes_its_model(tables, spec):
    """Every loaded table is valid against its Pandera model."""
    spec.model.validate(tables[spec.name], lazy=True)


def test_every_actor_is_mentioned(tables):
    """Every actor of the codebook is mentioned in some document."""
    assert set(tables["actors"]["actor_id"]) == set(tables["mentions"]["actor_id"])


def test_ordinal_scale_compares_but_has_no_mean(tables):
    """Ordinal codes can be compared, and have no mean."""
    stance = tables["statements"]["stance"]
    assert (stance >= "supports").sum() == stance.isin(["supports", "strongly_supports"]).sum()
    with pytest.raises(TypeError):
        stance.mean()


@pytest.mark.parametrize(
    ("doc_id", "text_sha256", "n_chars"),
    [("moscow-times-2025-02-06", "1852494d10bda731c003777c9d065e886c124ca4941ed232d6fc70290bc35004", 7906)],
)
def test_source_text_is_unchanged(tables, doc_id, text_sha256, n_chars):
    """The text of a published document never changes."""
    row = tables["documents"].set_index("doc_id").loc[doc_id]
    assert (row["text_sha256"], row["n_chars"]) == (text_sha256, n_chars)


def test_only_states_have_identifiers(tables):
    """No actor has an unverified identifier: no Wikidata ids, and ISO codes for states only."""
    assert tables["actors"]["wikidata_id"].isna().all()
    assert set(tables["actors"].loc[tables["actors"]["iso3"].notna(), "actor_type"].astype(str)) == {"state"}


def test_dates_are_plausible(tables):
    """No statement or demand starts after publication, and no interval ends before it starts."""
    published = tables["documents"].set_index("doc_id")["published"]
    for table in ("statements", "demands"):
        frame = tables[table]
        assert not (frame["date_start"] > frame["doc_id"].map(published)).any()
        both = frame[["date_start", "date_end"]].dropna()
        assert (both["date_start"] <= both["date_end"]).all()
    assert isinstance(tables["events"]["date_start"].dtype, type(pd.Series([], dtype="datetime64[s]").dtype))
