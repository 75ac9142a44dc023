"""Export of a validated dataset to one Excel workbook: a sheet for the codebook and one for each table.

No text becomes a formula, a link or a number. What Excel cannot hold as a number or a date is text, and is exact.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from stancebook.dataset.descriptor import Package
from stancebook.dataset.exports.codebook import HEADER, codebook, codebook_name
from stancebook.dataset.exports.unique_names import unique_names
from stancebook.dataset.parquet_files import BATCH_ROWS, RowSource
from stancebook.exceptions import PublishError, requires_extra

MAX_ROWS = 1_048_575  # below the header
MAX_TEXT = 32_767  # UTF-16 units of a cell

_MARK = b"stancebook export sha256:"
_DAY_ONE = dt.date(1900, 3, 1)  # before it, Excel counts a day that never was
_EXACT = 10**15  # Excel keeps 15 digits of a number
_CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 (Excel knows no time zones); the same tables have the same bytes
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]|^'|'$")
_LINE_END = re.compile("\r\n?")  # Excel breaks lines at a line feed, and shows nothing else well
_NOT_XML = re.compile("[\ufffe\uffff]")
_SHEET_NAME = 31  # characters
_RESERVED = {"history"}  # a sheet of Excel's own
_MIN_WIDTH, _MAX_WIDTH = 8, 60  # of a column, in characters
_FILTER_BUTTON = 3  # characters wide


@dataclass
class _Workbook:
    """A workbook, its formats of cells, and the texts that were cut."""

    book: Any
    header: Any
    day: Any
    moment: Any
    cut: list[str] = field(default_factory=list)


def to_xlsx(package: Package, tables: Mapping[str, RowSource], file: Path) -> list[str]:
    """Write a workbook of all tables; if that fails, an earlier file is unchanged.

    Args:
        package: The descriptor of the dataset.
        tables: The tables of a validation without errors, by name.
        file: The workbook to write; an earlier export is replaced, unless it was saved since.

    Returns:
        A line for the reader about texts that are cut, if there are any.

    Raises:
        MissingExtraError: XlsxWriter is not installed.
        PublishError: The file is not an unchanged export, or a table has more rows than a sheet.
    """
    with requires_extra("statistics"):
        import xlsxwriter

    _refuse_foreign(file)
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "nan_inf_to_errors": False})
    book.set_properties({"title": str(package.descriptor.get("title", "")), "created": _CREATED})
    workbook = _Workbook(
        book,
        header=book.add_format({"bold": True, "bottom": 1}),
        day=book.add_format({"num_format": "yyyy-mm-dd"}),
        moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"}),
    )
    names = [codebook_name(tables), *tables]
    codebook_sheet, *sheets = unique_names(
        [_NOT_IN_SHEET_NAMES.sub("_", name) for name in names], _SHEET_NAME, _RESERVED
    )
    _write_sheet(workbook, codebook_sheet, HEADER, _entries(package))
    for sheet, (name, rows) in zip(sheets, tables.items(), strict=True):
        _write_sheet(workbook, sheet, rows.schema.names, _rows(rows), table=name)
    book.close()
    _replace(file, _signed(content.getvalue()))
    return _notes(workbook.cut)


def _entries(package: Package) -> Iterator[Sequence[object]]:
    for entry in codebook(package):
        yield [None if cell == "" else cell for cell in astuple(entry)]


def _rows(rows: RowSource) -> Iterator[Sequence[object]]:
    for batch in rows.to_batches(BATCH_ROWS):
        columns = [column.to_pylist() for column in batch.columns]
        yield from zip(*columns, strict=True)


def _write_sheet(
    workbook: _Workbook, name: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, table: str = ""
) -> None:
    """Write a sheet with a frozen header, filters, and columns as wide as their cells."""
    sheet = workbook.book.add_worksheet(name)
    widths = [len(title) + _FILTER_BUTTON for title in header]
    for column, title in enumerate(header):
        sheet.write_string(0, column, title, workbook.header)
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise PublishError(
                f"{table} has more than {MAX_ROWS:,} rows, which is what a sheet of Excel holds. Export to another"
                " format."
            )
        for column, cell in enumerate(row):
            shown = _write_cell(workbook, sheet, number, column, cell)
            if shown is None:
                workbook.cut.append(f"{table or name}, {header[column]}, row {number + 1}")
            else:
                widths[column] = max(widths[column], shown)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, number, len(header) - 1)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(max(width + 1, _MIN_WIDTH), _MAX_WIDTH))


def _write_cell(workbook: _Workbook, sheet: Any, row: int, column: int, cell: object) -> int | None:
    """Write a cell; return how many characters it shows, or None if its text is cut."""
    match cell:
        case None:
            return 0
        case bool():
            sheet.write_boolean(row, column, cell)
            return len("FALSE")
        case dt.datetime() if cell.date() >= _DAY_ONE:
            sheet.write_datetime(row, column, cell.astimezone(dt.UTC).replace(tzinfo=None), workbook.moment)
            return len("2031-04-02 10:00:00.000")
        case dt.date() if not isinstance(cell, dt.datetime) and cell >= _DAY_ONE:
            sheet.write_datetime(row, column, cell, workbook.day)
            return len("2031-04-02")
        case int() | float() if not isinstance(cell, int) or abs(cell) < _EXACT:
            sheet.write_number(row, column, cell)
            return len(str(cell))
        case dt.date():
            text = cell.isoformat()
        case _:
            text = _NOT_XML.sub("\ufffd", _LINE_END.sub("\n", str(cell)))
    is_cut = sheet.write_string(row, column, text) < 0
    return None if is_cut else len(text.partition("\n")[0])


def _notes(cut: Sequence[str]) -> list[str]:
    if not cut:
        return []
    places = "; ".join(cut[:3]) + ("; …" if len(cut) > 3 else "")
    have = "text has" if len(cut) == 1 else "texts have"
    return [
        f"warning: {len(cut)} {have} more than {MAX_TEXT:,} characters, which is what a cell of Excel holds, and"
        f" {'is' if len(cut) == 1 else 'are'} cut: {places}"
    ]


# ── The file ──────────────────────────────────────────────────────────────────────────────────────


def _signed(content: bytes) -> bytes:
    """Put the digest of a ZIP file into its comment, which every program drops that saves it."""
    comment = _MARK + hashlib.sha256(content).hexdigest().encode()
    return content[:-2] + len(comment).to_bytes(2, "little") + comment


def _is_export(content: bytes) -> bool:
    """Return whether a file is as an export wrote it."""
    length = len(_MARK) + hashlib.sha256().digest_size * 2
    return content[-length:].startswith(_MARK) and _signed(content[: -length - 2] + b"\0\0") == content


def _refuse_foreign(file: Path) -> None:
    """Raise `PublishError` if something exists that is not an unchanged export."""
    if file.is_dir():
        raise PublishError(f"{file} is a folder; name a file.")
    if file.exists() and not _is_export(file.read_bytes()):
        raise PublishError(f"{file} exists and is not an export, or was saved since. Move it, or name another file.")


def _replace(file: Path, content: bytes) -> None:
    """Write a file next to another, and put it in its place."""
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.new-", dir=file.parent) as folder:
        new = Path(folder) / file.name
        with new.open("xb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(file)
