"""Targets of fuzzing: each takes any bytes, and raises only where the engine breaks a promise."""

import atexit
import datetime as dt
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

from schemas import CONTRACT
from stancebook.build.cell_parsing import parse_record
from stancebook.build.pipeline import build_tables
from stancebook.problems import RENDERERS, escape_control_chars
from stancebook.sources.anchoring import AnchorError, SourceText
from stancebook.sources.corpus import SourceFile
from stancebook.sources.edtf_dates import DateFormatError, edtf_bounds
from stancebook.sources.formats import FORMATS
from stancebook.sources.records import read_annotations, read_codebook
from tests.dataset_files import rendered
from tests.unit.sources.reader_agreement import is_taken

PROJECT = Path(__file__).parents[1] / "project"
DOCUMENT = "seeds/documents/river-talks"


def reader(data):
    """An annotation file: its records and their typed cells, or problems that point into it; plain only if sound."""
    raw = _decoded(data)
    is_taken(raw)
    for ending in FORMATS:
        file = SourceFile(f"river-talks{ending}", raw)
        for reading in (read_annotations(file, CONTRACT, "river-talks"), read_codebook(file, CONTRACT)):
            _check_reading(reading, raw)


def project(data):
    """A whole build of the minimal project with other annotations: the files of a dataset, or problems."""
    seeds = _seeds()
    (seeds.parent / f"{DOCUMENT}.yaml").write_bytes(data)
    built = build_tables(CONTRACT, seeds)
    _check_problems(built.problems, _decoded(data))
    if not built.errors:
        assert rendered(built)
        for spec in CONTRACT.tables_of_kind("annotation"):
            for row in built.frames[spec.name].itertuples():
                assert _text().raw[row.char_start : row.char_end] == row.quote


def anchor(data):
    """A text, a quote, a prefix and a suffix, parted by zero bytes: a span exactly where a plain search finds one."""
    raw, quote, prefix, suffix, *_ = [*_decoded(data).split("\0"), "", "", ""]
    text = SourceText(raw, "river-talks.txt")
    expected = [
        (start, end)
        for start, end in _matches(quote, raw)
        if _spaced(raw[:start]).endswith(_spaced(prefix)) and _spaced(raw[end:]).startswith(_spaced(suffix))
    ]
    try:
        span = text.anchor(quote, prefix, suffix)
    except AnchorError:
        assert len(expected) != 1 or (_cuts_a_word(raw, *expected[0]) and not _spaced(prefix + suffix))
    else:
        assert [span] == expected
    try:
        words = text.locate(quote)
    except AnchorError:
        assert all(_cuts_a_word(raw, *match) for match in _matches(quote, raw)[:100])
    else:
        assert words in {raw[start:end] for start, end in _matches(quote, raw)}


def dates(data):
    """An expression: its first and its last day in order, or a `DateError`."""
    expression = _decoded(data)
    try:
        first, last = edtf_bounds(expression)
    except DateFormatError:
        assert not re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])", expression, re.ASCII)
    else:
        assert first is None or last is None or first <= last
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", expression, re.ASCII):
            assert first == last == dt.date.fromisoformat(expression)


TARGETS = {target.__name__: target for target in (reader, project, anchor, dates)}


def _decoded(data):
    return data.decode("utf-8", errors="ignore")


def _spaced(text):
    return " ".join(text.split())


def _matches(quote, raw):
    """Every span at which the words of a quote stand, found the slow way."""
    words = r"\s+".join(map(re.escape, quote.split()))
    return [match.span(1) for match in re.finditer(f"(?=({words}))", raw)] if words else []


def _cuts_a_word(raw, start, end):
    """Whether a letter of a script with cases, or a digit, stands on both sides of an end of a span."""
    around = [(raw[at - 1 : at], raw[at : at + 1]) for at in (start, end) if at]
    return any(
        all(side.lower() != side.upper() for side in pair) or all(side.isdigit() for side in pair) for pair in around
    )


def _check_reading(reading, raw):
    """Each record has a typed row whose passage stands in the text, or a problem."""
    problems = [*reading.problems]
    for record in reading.records:
        row, faults = parse_record(record, CONTRACT, _text())
        problems += faults
        assert record.valid or problems
        if row.get("char_start") is not None:
            assert _text().raw[row["char_start"] : row["char_end"]] == row["quote"]
    _check_problems(problems, raw)


def _check_problems(problems, raw):
    """Each problem stands within the file, says something, and is shown without commanding a terminal."""
    lines = raw.split("\n")
    for problem in problems:
        assert problem.message
        if Path(problem.file).stem == "river-talks" and not problem.file.endswith(".txt"):
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    for render_problems in RENDERERS.values():
        shown = render_problems(problems)
        assert escape_control_chars(shown) == shown
        shown.encode()


@cache
def _text():
    path = PROJECT / f"{DOCUMENT}.txt"
    return SourceText(path.read_bytes().decode("utf-8"), path.name)


@cache
def _seeds():
    """A copy of the minimal project's seeds, to be overwritten at will."""
    folder = tempfile.mkdtemp(prefix="fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    return Path(folder) / "seeds"
