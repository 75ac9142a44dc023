"""The committed dataset: what the seeds give, true to the text, and open to every reader."""

from pathlib import Path

import pandas as pd
import pytest

import stancebook
from schemas import CONTRACT
from stancebook.diff.up_to_date import list_differences
from tests.dataset_files import held, rendered, written

ROOT = Path(__file__).parents[2]
GROUNDED = [spec.name for spec in CONTRACT.tables_of_kind("annotation")]


@pytest.fixture(scope="module")
def tables():
    return stancebook.load(path=ROOT / "dataset")


def test_the_dataset_is_what_the_seeds_give(article, tmp_path):
    assert list_differences(written(article, tmp_path / "new"), ROOT / "dataset", rows=20) == []


def test_the_build_is_clean(article):
    assert article.problems == []


def test_rebuilding_gives_the_same_bytes(article):
    assert held(ROOT / "dataset") == rendered(article)


@pytest.mark.parametrize("table", GROUNDED)
def test_every_quote_is_the_text_at_its_span(tables, table):
    texts = {
        path.relative_to(ROOT / "seeds/documents").with_suffix("").as_posix(): path.read_bytes().decode("utf-8")
        for path in (ROOT / "seeds/documents").rglob("*.txt")
    }
    for row in tables[table].itertuples():
        assert texts[row.doc_id][row.char_start : row.char_end] == row.quote


@pytest.mark.parametrize("spec", CONTRACT.tables.values(), ids=lambda spec: spec.name)
def test_what_is_loaded_passes_its_model(tables, spec):
    spec.model.validate(tables[spec.name], lazy=True)


def test_every_actor_has_a_mention(tables):
    assert set(tables["actors"]["actor_id"]) == set(tables["mentions"]["actor_id"])


def test_ordered_scales_compare_and_do_not_average(tables):
    stance = tables["statements"]["stance"]
    assert (stance >= "supports").sum() == stance.isin(["supports", "strongly_supports"]).sum()
    with pytest.raises(TypeError):
        stance.mean()


def test_the_text_is_the_article_byte_for_byte(tables):
    [row] = tables["documents"].itertuples()
    assert row.text_sha256 == "1852494d10bda731c003777c9d065e886c124ca4941ed232d6fc70290bc35004"
    assert row.n_chars == 7906


def test_no_identifier_stands_in_the_tables_that_nobody_verified(tables):
    assert tables["actors"]["wikidata_id"].isna().all()
    assert set(tables["actors"].loc[tables["actors"]["iso3"].notna(), "actor_type"].astype(str)) == {"state"}


def test_dates_lie_within_reason(tables):
    published = tables["documents"].set_index("doc_id")["published"]
    for table in ("statements", "demands"):
        frame = tables[table]
        assert not (frame["date_start"] > frame["doc_id"].map(published)).any()
        both = frame[["date_start", "date_end"]].dropna()
        assert (both["date_start"] <= both["date_end"]).all()
    assert isinstance(tables["events"]["date_start"].dtype, type(pd.Series([], dtype="datetime64[s]").dtype))
