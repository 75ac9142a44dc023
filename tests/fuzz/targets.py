"""Fuzzing targets: each takes any bytes, and raises only if a property does not hold."""

import atexit
import datetime as dt
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

import regex

from schemas import CONTRACT
from stancebook.build.diagnostics import Diagnostics
from stancebook.build.pipeline import build_tables
from stancebook.build.result_cache import ResultCache
from stancebook.build.table_builder import build_coded_tables, document_texts
from stancebook.problems import RENDERERS, CellError, escape_control_chars
from stancebook.schema.edtf_dates import edtf_bounds
from stancebook.sources.anchoring import AnchorError, SourceText
from stancebook.sources.boundaries import is_within_word
from stancebook.sources.corpus import Corpus, DocumentFiles, SourceFile
from stancebook.sources.formats import FORMATS
from stancebook.sources.record_tables import RecordFile, read_files
from tests.dataset_files import rendered
from tests.unit.sources.reader_agreement import agrees, files_with_positions

PROJECT = Path(__file__).parents[1] / "project"
DOCUMENT = "seeds/documents/river-talks"


def reader(data):
    """Read an annotation file: it has typed rows, or problems within it, and all ways to read it agree."""
    raw = _decoded(data)
    agrees(raw)
    for ending in FORMATS:
        file = SourceFile(f"river-talks{ending}", raw)
        document = DocumentFiles("river-talks", None, file)
        files_with_positions(CONTRACT, Corpus((file,), complete=True, documents=(document,), digests={}, problems=()))
        _check_file(RecordFile(file, CONTRACT, "river-talks"), CONTRACT.document_tables)
        _check_file(RecordFile(file, CONTRACT), CONTRACT.codebook_tables)


def project(data):
    """Build the minimal project with other annotations: the result is a dataset or problems."""
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
    """Locate a quote, and compare with a simple search; zero bytes separate text, quote, prefix and suffix."""
    raw, quote, prefix, suffix, *_ = [*_decoded(data).split("\0"), "", "", ""]
    text = SourceText(raw, "river-talks.txt")
    expected = [
        (start, end)
        for start, end in _matches(quote, raw)
        if not _cuts_a_letter(raw, start, end)
        and _normalized(raw[:start]).endswith(_normalized(prefix))
        and _normalized(raw[end:]).startswith(_normalized(suffix))
    ]
    try:
        span = text.anchor(quote, prefix, suffix)
    except AnchorError:
        assert len(expected) != 1 or (_cuts_a_word(raw, *expected[0]) and not _normalized(prefix + suffix))
    else:
        assert [span] == expected
    try:
        words = text.locate(quote)
    except AnchorError:
        matches = _matches(quote, raw)[:100]
        assert all(_cuts_a_word(raw, *match) or _cuts_a_letter(raw, *match) for match in matches)
    else:
        assert words in {raw[start:end] for start, end in _matches(quote, raw)}


def dates(data):
    """Parse a date: its first day is not after its last, or it is refused."""
    expression = _decoded(data)
    try:
        first, last = edtf_bounds(expression)
    except CellError:
        assert not re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])", expression, re.ASCII)
    else:
        assert first is None or last is None or first <= last
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", expression, re.ASCII):
            assert first == last == dt.date.fromisoformat(expression)


TARGETS = {target.__name__: target for target in (reader, project, anchor, dates)}


def _decoded(data):
    return data.decode("utf-8", errors="ignore")


def _normalized(text):
    return " ".join(text.split())


def _matches(quote, raw):
    """Return all spans of the words of a quote, by a regular expression."""
    words = r"\s+".join(map(re.escape, quote.split()))
    return [match.span(1) for match in re.finditer(f"(?=({words}))", raw)] if words else []


def _cuts_a_word(raw, start, end):
    return is_within_word(raw, start) or is_within_word(raw, end)


def _cuts_a_letter(raw, start, end):
    """Return whether an end of a span is within what the regex library takes for one letter."""
    ends = {0, *(match.end() for match in regex.finditer(r"\X", raw))}
    return any(
        offset not in ends and not raw[offset - 1].isspace() and raw[offset] != "\u200c" for offset in (start, end)
    )


def _check_file(file, specs):
    """Assert that each record of a file has a typed row whose passage is in the text, or a problem."""
    read = read_files(specs, [file])
    texts = document_texts([("river-talks", _text())], read.tables["documents"]) if file.doc_id else {}
    records = {name: table for name, table in read.tables.items() if len(table)}  # an empty frame takes milliseconds
    built, failures = build_coded_tables(CONTRACT, records, texts, ResultCache())
    problems = [*read.problems, *Diagnostics({table.spec.name: table for table in built}, texts).explain(failures)]
    for table in built:
        assert table.valid.all() or problems
        if table.spec.kind == "annotation":
            passages = table.frame.loc[table.frame["quote"].notna(), ["quote", "char_start", "char_end"]]
            for quote, start, end in passages.to_numpy():
                assert _text().raw[start:end] == quote
    _check_problems(problems, file.source.text)


def _check_problems(problems, raw):
    """Assert that each problem is within the file, has a message, and is rendered without control characters."""
    lines = raw.split("\n")
    for problem in problems:
        assert problem.message
        if Path(problem.file).stem == "river-talks" and not problem.file.endswith(".txt"):
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    for render_problems in RENDERERS.values():
        rendered_problems = render_problems(problems)
        assert escape_control_chars(rendered_problems) == rendered_problems
        rendered_problems.encode()


@cache
def _text():
    path = PROJECT / f"{DOCUMENT}.txt"
    return SourceText(path.read_bytes().decode("utf-8"), path.name)


@cache
def _seeds():
    """Return a copy of the sources of the minimal project, which targets may overwrite."""
    folder = tempfile.mkdtemp(prefix="fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    return Path(folder) / "seeds"
