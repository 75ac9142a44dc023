"""The export to SPSS, read by ReadStat."""

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from stancebook.dataset.exports.spss import to_spss
from tests.unit.dataset.odd_tables import COLUMNS, GRADES, LONG_NAME, LONG_VALUE, PACKAGE, TABLES, VALUES, cells_of

NAMES = {"With": "With_2", f"{LONG_NAME}_1": LONG_NAME[:64], f"{LONG_NAME}_2": f"{LONG_NAME[:62]}_2"}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Return the folder of an export of the odd tables, and its notes."""
    folder = tmp_path_factory.mktemp("spss") / "odd"
    return folder, to_spss(PACKAGE, TABLES, folder)


@pytest.fixture(scope="module")
def files(exported):
    """Return each table as ReadStat reads it: a frame, and its labels and formats."""
    return {name: pyreadstat.read_sav(exported[0] / f"{name}.sav") for name in TABLES}


def missing_as_none(cells):
    return [None if pd.isna(cell) else cell for cell in cells]


@pytest.mark.parametrize("table", TABLES)
def test_texts_and_values_of_all_tables_are_read(files, table):
    """All variables are there; texts are unchanged, and values have codes in their order, with labels."""
    frame, facts = files[table]
    assert list(frame.columns) == [NAMES.get(name, name) for name in COLUMNS]
    assert len(frame) == TABLES[table].num_rows
    assert list(frame["words"]) == [text or "" for text in cells_of(table, "words")]
    for column, vocabulary, measure in (("grade", GRADES, "ordinal"), ("value", VALUES, "nominal")):
        order = {value: number for number, value in enumerate(vocabulary, start=1)}
        assert missing_as_none(frame[column]) == [order.get(cell) for cell in cells_of(table, column)]
        assert facts.variable_value_labels[column] == {number: value[:120].rstrip() for value, number in order.items()}
        assert facts.variable_measure[column] == measure


def test_numbers_and_dates_have_their_types(files):
    """Numbers, days, moments and booleans are read unchanged."""
    things, _ = files["things"]
    for column in ("number", "amount", "flag", "day"):
        assert missing_as_none(things[column]) == cells_of("things", column)
    moments = [moment and moment.replace(tzinfo=None) for moment in cells_of("things", "moment")]
    assert missing_as_none(things["moment"]) == moments
    assert list(things["large"])[:3] == ["999999999999999999", "-1", ""]


def test_labels_are_titles(files):
    """The label of a variable is its title, else its name; that of a table is its title."""
    _, facts = files["things"]
    assert facts.file_label == "Things"
    labels = facts.column_names_to_labels
    assert (labels["words"], labels["grade"], labels["using"]) == ("What it says", "grade", ("A title " * 20).rstrip())


def test_what_differs_is_reported(exported):
    """Other names and types, and labels that are cut, are reported."""
    assert len(LONG_VALUE) > 120
    assert exported[1][:5] == [
        "warning: things.grade has values of more than 120 bytes, whose labels are cut.",
        "as text  things.large: it has whole numbers that SPSS would round",
        *(f"renamed  things.{old}: {new}" for old, new in NAMES.items()),
    ]


def test_long_text_is_cut_and_reported(tmp_path):
    """A text of more than 32,767 bytes is cut at a character, and the export says so."""
    table = TABLES["codebook"].set_column(1, "words", pa.array(["🙂" * 9_000, "short"]))
    notes = to_spss(PACKAGE, {**TABLES, "things": table}, tmp_path / "odd")
    assert "warning: things.words has texts of more than 32,767 bytes, which are cut." in notes
    assert list(pyreadstat.read_sav(tmp_path / "odd/things.sav")[0]["words"]) == ["🙂" * 8_191, "short"]


def test_same_tables_have_same_bytes(exported, tmp_path):
    """Two exports are equal, and the second replaces an earlier one."""
    for _ in range(2):
        to_spss(PACKAGE, TABLES, tmp_path / "again")
    for path in exported[0].iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
