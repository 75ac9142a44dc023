"""The export to Stata, read by pandas and by ReadStat."""

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from pandas.io.stata import StataReader

from stancebook.dataset.exports.stata import to_stata
from stancebook.exceptions import PublishError
from tests.unit.dataset.odd_tables import COLUMNS, GRADES, LONG_NAME, PACKAGE, TABLES, VALUES, cells_of

NAMES = {
    "using": "using_2",
    "With": "With_2",
    f"{LONG_NAME}_1": LONG_NAME[:32],
    f"{LONG_NAME}_2": f"{LONG_NAME[:30]}_2",
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Return the folder of an export of the odd tables, and its notes."""
    folder = tmp_path_factory.mktemp("stata") / "odd"
    return folder, to_stata(PACKAGE, TABLES, folder)


@pytest.fixture(scope="module")
def frames(exported):
    """Return the tables as pandas reads them, with codes for values."""
    return {name: pd.read_stata(exported[0] / f"{name}.dta", convert_categoricals=False) for name in TABLES}


def missing_as_none(cells):
    return [None if pd.isna(cell) else cell for cell in cells]


@pytest.mark.parametrize("table", TABLES)
def test_all_variables_of_all_tables_are_there(frames, table):
    """Tables without rows and variables without cells are written; names are short, distinct and allowed."""
    assert list(frames[table].columns) == [NAMES.get(name, name) for name in COLUMNS]
    assert len(frames[table]) == TABLES[table].num_rows


@pytest.mark.parametrize("table", TABLES)
def test_texts_are_read_exactly(frames, table):
    """Texts are unchanged; a missing text is an empty one, since Stata has no other."""
    assert list(frames[table]["words"]) == [text or "" for text in cells_of(table, "words")]


@pytest.mark.parametrize("table", TABLES)
def test_values_have_codes_in_their_order(frames, exported, table):
    """A value is its place in its vocabulary, and its label the value."""
    for column, vocabulary in (("grade", GRADES), ("value", VALUES)):
        order = {value: number for number, value in enumerate(vocabulary, start=1)}
        assert missing_as_none(frames[table][column]) == [order.get(cell) for cell in cells_of(table, column)]
        with StataReader(exported[0] / f"{table}.dta") as reader:
            assert reader.value_labels()[column] == {number: value for value, number in order.items()}


def test_numbers_and_dates_have_their_types(frames):
    """Numbers, days, moments and booleans are read unchanged."""
    things = frames["things"]
    for column in ("number", "amount", "flag"):
        assert missing_as_none(things[column]) == cells_of("things", column)
    assert list(things["large"])[:3] == ["999999999999999999", "-1", ""]
    days = cells_of("things", "day")
    assert [None if pd.isna(cell) else cell.date() for cell in things["day"]] == days
    moments = [moment and moment.replace(tzinfo=None) for moment in cells_of("things", "moment")]
    assert missing_as_none(things["moment"]) == moments


def test_labels_are_titles(exported):
    """The label of a variable is its title, cut at 80 characters, else its name; that of a table is its title."""
    with StataReader(exported[0] / "things.dta") as reader:
        labels = reader.variable_labels()
        assert (reader.data_label, labels["words"], labels["grade"]) == ("Things", "What it says", "grade")
        assert labels["using_2"] == ("A title " * 20)[:79] + "…"


def test_other_names_and_types_are_reported(exported):
    """A variable with another name or type than its column is reported."""
    assert exported[1][:5] == [
        "as text  things.large: it has whole numbers that Stata would round",
        *(f"renamed  things.{old}: {new}" for old, new in NAMES.items()),
    ]


def test_another_reader_agrees(exported):
    """ReadStat, which R and Julia use, reads the same texts and labels."""
    frame, facts = pyreadstat.read_dta(exported[0] / "things.dta")
    assert list(frame["words"]) == [text or "" for text in cells_of("things", "words")]
    assert list(facts.variable_value_labels["grade"].values()) == list(GRADES)


def test_long_text_is_not_cut(tmp_path):
    """A text of more than 2,045 bytes is kept."""
    long = ["🙂" * 20_000, "short"]
    table = TABLES["codebook"].set_column(1, "words", pa.array(long))
    to_stata(PACKAGE, {**TABLES, "things": table}, tmp_path / "odd")
    assert list(pd.read_stata(tmp_path / "odd/things.dta")["words"]) == long


def test_same_tables_have_same_bytes(exported, tmp_path):
    """Two exports are equal, and the second replaces an earlier one; another folder is refused."""
    folder = tmp_path / "again"
    for _ in range(2):
        to_stata(PACKAGE, TABLES, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in exported[0].iterdir()
    }
    (tmp_path / "notes.txt").touch()
    with pytest.raises(PublishError, match="is not an export"):
        to_stata(PACKAGE, TABLES, tmp_path)
