import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook.dataset.table_stats import Part, StoredTable, TableStats, table_stats
from stancebook.schema.dataframes import frame_from_rows
from tests.unit.sample_contract import LETTERS

CLAIMS = LETTERS.tables["claims"]
ROWS = st.lists(
    st.fixed_dictionaries(
        {"strength": st.sampled_from(["weak", "fair", None]), "when_text": st.sampled_from(["", None])}
    )
)


def test_choices_and_empty_cells_are_counted():
    counted = table_stats(
        CLAIMS, frame_from_rows(CLAIMS, [{"strength": "weak"}, {"strength": "weak"}, {"when_text": "on Monday"}])
    )
    assert counted.rows == 3
    assert counted.counts == {"strength": {"weak": 2}}
    assert (counted.empty["strength"], counted.empty["when_text"]) == (1, 2)


def test_of_documents_the_languages_are_counted(built):
    assert table_stats(CONTRACT.document, built.frames["documents"]).counts["language"] == {"en": 1}


@given(ROWS, ROWS)
def test_the_tallies_of_parts_add_up_to_that_of_the_whole(some, others):
    whole = table_stats(CLAIMS, frame_from_rows(CLAIMS, [*some, *others]))
    assert (
        table_stats(CLAIMS, frame_from_rows(CLAIMS, some)) + table_stats(CLAIMS, frame_from_rows(CLAIMS, others))
        == whole
    )
    assert TableStats() + whole == whole


@pytest.mark.parametrize(
    ("paths", "is_folder"),
    [(["claims.parquet"], False), (["claims.parquet/part-00000.parquet"], True)],
)
def test_a_table_is_a_file_or_a_folder(paths, is_folder):
    assert StoredTable(tuple(Part(path, 0, "", "") for path in paths), TableStats()).is_folder is is_folder
