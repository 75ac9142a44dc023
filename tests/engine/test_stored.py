import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook.frame import from_rows
from stancebook.stored import Part, Stored, Tally, tally
from tests.engine.letters import LETTERS

CLAIMS = LETTERS.tables["claims"]
ROWS = st.lists(
    st.fixed_dictionaries(
        {"strength": st.sampled_from(["weak", "fair", None]), "when_text": st.sampled_from(["", None])}
    )
)


def test_choices_and_empty_cells_are_counted():
    counted = tally(CLAIMS, from_rows(CLAIMS, [{"strength": "weak"}, {"strength": "weak"}, {"when_text": "on Monday"}]))
    assert counted.rows == 3
    assert counted.counts == {"strength": {"weak": 2}}
    assert (counted.empty["strength"], counted.empty["when_text"]) == (1, 2)


def test_of_documents_the_languages_are_counted(built):
    assert tally(CONTRACT.document, built.frames["documents"]).counts["language"] == {"en": 1}


@given(ROWS, ROWS)
def test_the_tallies_of_parts_add_up_to_that_of_the_whole(some, others):
    whole = tally(CLAIMS, from_rows(CLAIMS, [*some, *others]))
    assert tally(CLAIMS, from_rows(CLAIMS, some)) + tally(CLAIMS, from_rows(CLAIMS, others)) == whole
    assert Tally() + whole == whole


@pytest.mark.parametrize(
    ("paths", "is_folder"),
    [(["claims.parquet"], False), (["claims.parquet/part-00000.parquet"], True)],
)
def test_a_table_is_a_file_or_a_folder(paths, is_folder):
    assert Stored(tuple(Part(path, 0, "", "") for path in paths), Tally()).is_folder is is_folder
