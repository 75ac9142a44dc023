"""The export to Excel, read by openpyxl."""

import openpyxl
import pyarrow as pa
import pytest

from stancebook.dataset.exports.codebook import HEADER, codebook
from stancebook.dataset.exports.xlsx import to_xlsx
from stancebook.exceptions import PublishError
from tests.unit.dataset.odd_tables import COLUMNS, PACKAGE, TABLES, cells_of


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Return a workbook of the odd tables."""
    path = tmp_path_factory.mktemp("excel") / "deep/odd.xlsx"
    assert to_xlsx(PACKAGE, TABLES, path) == []
    return path


@pytest.fixture(scope="module")
def book(file):
    """Return the workbook, opened."""
    return openpyxl.load_workbook(file)


def column_of(book, sheet, column):
    """Return the cells of a column, without its header."""
    found = next(cells for cells in book[sheet].iter_cols() if cells[0].value == column)
    return found[1:]


def test_workbook_has_a_sheet_for_codebook_and_each_table(book):
    """The codebook is first, with a name that no table has; headers are frozen, and have filters."""
    assert book.sheetnames == ["_codebook", *TABLES]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(8 <= each.width <= 62 for each in sheet.column_dimensions.values())
    for name, table in TABLES.items():
        assert [cell.value for cell in book[name][1]] == list(COLUMNS)
        assert book[name].max_row == table.num_rows + 1


def test_texts_are_texts(book):
    """No text is a formula, a link or a number, and each is read as it is, with the line ends of Excel."""
    cells = column_of(book, "things", "words")
    texts = [(text or "").replace("\r\n", "\n").replace("\r", "\n") for text in cells_of("things", "words")]
    assert [cell.value or "" for cell in cells] == texts
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


@pytest.mark.parametrize("column", ["grade", "value", "number", "amount", "flag", "thing_id"])
def test_cells_are_read_with_their_type(book, column):
    """Numbers, booleans and values of vocabularies are read as they are."""
    assert [cell.value for cell in column_of(book, "things", column)] == cells_of("things", column)


def test_days_are_dates_where_excel_has_them(book):
    """A day is a date of Excel; before March 1900 it is text."""
    shown = [cell.value for cell in column_of(book, "things", "day")]
    assert [str(cell) for cell in shown[:4]] == [
        "2031-04-02 00:00:00",
        "1900-02-28",
        "1648-10-24",
        "9999-12-31 00:00:00",
    ]
    assert column_of(book, "things", "day")[0].number_format == "yyyy-mm-dd"
    moments = [cell.value for cell in column_of(book, "things", "moment")]
    assert [str(cell) for cell in moments[:2]] == ["2031-04-02 10:00:00.250000", "1850-01-01T00:00:00+00:00"]


def test_number_of_too_many_digits_is_text(book):
    """A number that Excel would round is text."""
    assert [cell.value for cell in column_of(book, "things", "large")][:2] == ["999999999999999999", -1]


def test_codebook_sheet_has_all_entries(book):
    """The sheet of the codebook has the entries of the codebook."""
    header, *rows = book["_codebook"].values
    assert header == HEADER
    expected = [tuple(cell if cell != "" else None for cell in vars(entry).values()) for entry in codebook(PACKAGE)]
    assert rows == expected


def test_same_tables_have_same_bytes(file, tmp_path):
    """Two exports are equal, and the first is replaced."""
    again = tmp_path / "again.xlsx"
    to_xlsx(PACKAGE, TABLES, again)
    to_xlsx(PACKAGE, TABLES, again)
    assert again.read_bytes() == file.read_bytes()
    assert list(tmp_path.iterdir()) == [again]


def test_text_too_long_for_a_cell_is_reported(tmp_path):
    """A text that Excel cannot hold is cut, and the export says which one."""
    long = "🙂" * 20_000
    table = TABLES["codebook"].set_column(1, "words", pa.array([long, "short"]))
    [note] = to_xlsx(PACKAGE, {"things": table}, tmp_path / "long.xlsx")
    assert note == (
        "warning: 1 text has more than 32,767 characters, which is what a cell of Excel holds, and is cut:"
        " things, words, row 2"
    )
    book = openpyxl.load_workbook(tmp_path / "long.xlsx")
    assert column_of(book, "things", "words")[0].value == "🙂" * 16_383


def test_long_and_equal_sheet_names_are_distinct(tmp_path):
    """Names of sheets have at most 31 characters and differ by more than their case."""
    names = ["a" * 40, "a" * 41, "B", "b", "History"]
    table = TABLES["bare"]
    to_xlsx(PACKAGE, dict.fromkeys(names, table), tmp_path / "names.xlsx")
    assert openpyxl.load_workbook(tmp_path / "names.xlsx").sheetnames == [
        "codebook",
        "a" * 31,
        "a" * 29 + "_2",
        "B",
        "b_2",
        "History_2",
    ]


@pytest.mark.parametrize("change", ["saved", "other", "folder"])
def test_file_that_is_no_unchanged_export_is_refused(tmp_path, change):
    """A workbook that a person saved, another file and a folder are refused and unchanged."""
    path = tmp_path / "book.xlsx"
    if change == "folder":
        path.mkdir()
    elif change == "other":
        path.write_bytes(b"PK notes")
    else:
        to_xlsx(PACKAGE, {"bare": TABLES["bare"]}, path)
        openpyxl.load_workbook(path).save(path)
    before = path.is_file() and path.read_bytes()
    with pytest.raises(PublishError, match=r"name a file|exists and is not an export, or was saved since"):
        to_xlsx(PACKAGE, TABLES, path)
    assert (path.is_file() and path.read_bytes()) == before
