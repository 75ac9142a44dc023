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


def test_stats_count_values_and_empty_cells():
    """Values of categorical columns and empty cells are counted."""
    counted = table_stats(
        CLAIMS, frame_from_rows(CLAIMS, [{"strength": "weak"}, {"strength": "weak"}, {"when_text": "on Monday"}])
    )
    assert counted.rows == 3
    assert counted.counts == {"strength": {"weak": 2}}
    assert (counted.empty["strength"], counted.empty["when_text"]) == (1, 2)


def test_stats_count_languages_of_documents(built):
    """For a table of documents, languages are counted too."""
    assert table_stats(CONTRACT.document, built.frames["documents"]).counts["language"] == {"en": 1}


@given(ROWS, ROWS)
def test_stats_of_parts_add_up(some, others):
    """The sum of the counts of two parts is the count of all rows."""
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
def test_stored_table_is_a_file_or_a_folder(paths, is_folder):
    """A table is a folder if its parts are in one."""
    assert StoredTable(tuple(Part(path, 0, "", "") for path in paths), TableStats()).is_folder is is_folder
