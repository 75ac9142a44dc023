"""The measurement of the desk: what it measures is an edit that is valid, and one that is not."""

from benchmarks.desk import SAMPLE, measured, table, write_sample
from stancebook.build.pipeline import build_tables


def test_sample_is_valid_and_has_its_rows(tmp_path):
    """The made-up document has as many rows as wanted, and no problem."""
    build = build_tables(SAMPLE, write_sample(tmp_path, 70))
    assert build.problems == []
    assert len(build.frames["claims"]) == 70


def test_figures_are_a_table():
    """Each document gives a line: rows, times, and their ratio."""
    lines = [*table(measured([20], None, edits=1))]
    assert len(lines) == 3
    assert lines[2].startswith("| 20 | ")
    assert len({line.count("|") for line in lines}) == 1
