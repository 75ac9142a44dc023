"""The export for R, read by R itself."""

import os
import shutil
import subprocess
from datetime import date

import pytest

from stancebook.dataset.exports.csv import to_csv
from stancebook.dataset.exports.r import to_r
from stancebook.exceptions import PublishError
from tests.unit.dataset.odd_tables import COLUMNS, PACKAGE, TABLES, cells_of

REQUIRED = "STANCEBOOK_R_REQUIRED"
# Prints each column as R has it: its class, and its cells as numbers or as the bytes of their texts.
SHOW = """
hex <- function(text) paste(charToRaw(enc2utf8(as.character(text))), collapse = "")
show <- function(cell) if (is.na(cell)) "NA" else paste0("=", hex(cell))
for (name in names(tables)) for (column in names(tables[[name]])) {
  cells <- tables[[name]][[column]]
  numbers <- if (inherits(cells, c("Date", "POSIXct", "numeric"))) sprintf("%.17g", as.numeric(cells)) else
    vapply(cells, show, "", USE.NAMES = FALSE)
  cat(name, column, class(cells)[1], numbers, "\\n", sep = " ")
}
cat("levels", vapply(levels(tables$things$grade), show, ""), "\\n")
cat("ordered", is.ordered(tables$things$grade), is.ordered(tables$things$value), nlevels(tables$bare$value), "\\n")
cat("codebook", nrow(codebook), "\\n")
"""


def run_r(script, folder):
    """Run a script of R in a folder, in a locale without Unicode; return what it prints."""
    if shutil.which("Rscript") is None:
        say = pytest.fail if os.environ.get(REQUIRED) == "1" else pytest.skip
        say("no R: install it (Debian: apt-get install r-base-core)")
    command = ["Rscript", "--vanilla", "-"]
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(
        command, cwd=folder, input=script, capture_output=True, encoding="utf-8", env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder of an export of the odd tables."""
    path = tmp_path_factory.mktemp("r") / "odd"
    to_r(PACKAGE, TABLES, path)
    return path


@pytest.fixture(scope="module")
def printed(folder):
    """Return what R reads, as lines of words by table and column."""
    lines = run_r(f'source("odd/read.R", chdir = TRUE)\n{SHOW}', folder.parent).splitlines()
    return {tuple(line.split()[:2]): line.split()[2:] for line in lines}


def shown(cells):
    """Return texts as the script shows them."""
    return ["NA" if cell is None else f"={str(cell).encode().hex()}" for cell in cells]


@pytest.mark.parametrize("table", TABLES)
def test_texts_and_factors_are_read_exactly(printed, table):
    """Each text is unchanged, with its line ends; a missing one is NA, and an empty one is not."""
    kinds = {"thing_id": "character", "words": "character", "grade": "ordered", "value": "factor", "using": "character"}
    for column, kind in kinds.items():
        assert printed[table, column] == [kind, *shown(cells_of(table, column))]


def test_numbers_and_dates_have_their_types(printed):
    """Whole numbers are integers where R has them; days and moments are such."""
    things = {column: printed["things", column] for column in COLUMNS}
    assert things["amount"] == ["integer", *shown([1, -7, 2_147_483_647]), *["NA"] * 7]
    assert things["large"][:3] == ["numeric", "1e+18", "-1"]
    assert [float(number) for number in things["number"][1:4]] == cells_of("things", "number")[:3]
    assert things["flag"] == ["logical", *shown(["TRUE", "FALSE"]), *["NA"] * 8]
    days = [str((day - date(1970, 1, 1)).days) for day in cells_of("things", "day")[:4]]
    assert things["day"][:5] == ["Date", *days]
    moments = [moment.timestamp() for moment in cells_of("things", "moment")[:2]]
    assert (things["moment"][0], [float(number) for number in things["moment"][1:3]]) == ("POSIXct", moments)


def test_columns_without_cells_have_their_types(printed):
    """Tables without rows and columns without cells have the types of the others."""
    for table in ("empty", "bare"):
        for column in COLUMNS:
            expected = printed["things", column][0].replace("numeric", "integer" if column == "large" else "numeric")
            assert printed[table, column][0] == expected


def test_levels_are_in_the_order_of_the_scale(printed):
    """The levels of a factor are the vocabulary in its order, also where no row has a value."""
    grades = COLUMNS["grade"][0].vocabulary
    assert [printed["levels", shown(grades)[0]][-1]] == shown(grades)[-1:]
    assert printed["ordered", "TRUE"] == ["FALSE", "300"]


def test_folder_says_what_it_is(folder, tmp_path):
    """The script says what it read; the export has the files of a CSV export, and replaces only an export for R."""
    printed = run_r('source("read.R")', folder)
    assert printed == "".join(f"read {table.num_rows:7} rows of {name}\n" for name, table in TABLES.items())
    to_csv(PACKAGE, TABLES, tmp_path / "csv")
    names = {path.name for path in folder.iterdir()}
    assert names == {"read.R", *(path.name for path in (tmp_path / "csv").iterdir())}
    to_r(PACKAGE, TABLES, folder)
    with pytest.raises(PublishError, match=r"holds read\.R"):
        to_csv(PACKAGE, TABLES, folder)
