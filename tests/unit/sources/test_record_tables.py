"""Files are read without positions if they are clean, with the same records as with positions."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.corpora import Recipe, write
from schemas import CONTRACT
from stancebook.sources.corpus import load_corpus
from stancebook.sources.record_tables import RecordTable, read_files
from tests.unit.parallel.sample_corpora import (
    LINKED_LETTERS,
    PEOPLE,
    annotations,
    as_json,
    claim,
    corpora,
    corpus_of,
    letter,
    one_letter_corpus,
)
from tests.unit.sources.reader_agreement import files_with_positions, record_files

CASES = sorted(path for path in (Path(__file__).parents[2] / "cases").iterdir() if (path / "seeds").is_dir())
CLAIMS = [
    claim(0, strength="fair"),
    claim(1, answers_id="c00", witnesses=["falk", "berta"]),
    claim(2, witnesses=["otto"]),
]


def letters(*written, notation="yaml"):
    """Return a corpus of letters a, b, … with these annotations."""
    files = {"codebook/people.yaml": PEOPLE}
    for number, text in enumerate(written):
        name = f"documents/{'abcdefgh'[number]}"
        files |= {f"{name}.txt": letter(number), f"{name}.{notation}": text}
    return corpus_of({name: text.encode() for name, text in files.items()})


def read_documents(corpus):
    """Return what is read of the documents of a corpus."""
    return read_files(LINKED_LETTERS.document_tables, record_files(LINKED_LETTERS, corpus)[1])


# ── The same records ──────────────────────────────────────────────────────────────────────────────


def test_project_is_read_without_positions(built):
    """The projects that people wrote are read without positions, with the same records."""
    assert files_with_positions(CONTRACT, built.corpus) == []


@pytest.mark.parametrize("notation", ["yaml", "json"])
def test_large_corpus_is_read_without_positions(notation, tmp_path):
    """A corpus made for benchmarks is read without positions, with the same records."""
    write(tmp_path, 11, Recipe(answers=0.3, nested=True, notation=notation))
    assert files_with_positions(CONTRACT, load_corpus(tmp_path)) == []


@given(files=corpora(valid=True))
@settings(max_examples=20)
def test_valid_corpus_is_read_without_positions(files):
    """Valid documents are read without positions, with the same records."""
    assert files_with_positions(LINKED_LETTERS, corpus_of(files)) == []


@pytest.mark.parametrize("notation", ["yaml", "json"])
def test_faulty_documents_have_same_records(notation, tmp_path):
    """Documents with faults that are read without positions have the same records as with positions."""
    write(tmp_path, 14, Recipe(faults=1, notation=notation))
    files_with_positions(CONTRACT, load_corpus(tmp_path))


@given(files=corpora())
@settings(max_examples=60)
def test_any_corpus_has_same_records(files):
    """Any files that are read without positions have the same records as with positions."""
    files_with_positions(LINKED_LETTERS, corpus_of(files))


@st.composite
def damaged_letters(draw):
    """Return a letter with some claims, in which a few characters are overwritten, left out or inserted."""
    written = annotations(CLAIMS)
    if draw(st.booleans()):
        written = as_json(written)
    for _ in range(draw(st.integers(1, 2))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(written))] * 2)))
        new = draw(st.text("-:?[]{},#&*!|>'\"%@`~\\ \n\t0c1at\u00e9\u2028", max_size=4))
        written = written[:start] + new + written[min(start + draw(st.integers(0, 3)), end) :]
    return written


@given(written=damaged_letters(), notation=st.sampled_from(["yaml", "json"]))
@settings(max_examples=150)
def test_damaged_document_has_same_records(written, notation):
    """A randomly damaged document is read with positions, or has the same records as with positions."""
    files_with_positions(LINKED_LETTERS, letters(written, notation=notation))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases_have_same_records(case):
    """The files of a case have the same records; valid ones are read without positions, except unusual YAML."""
    files_with_positions(CONTRACT, load_corpus(case / "seeds"))
    if (case / "sound").is_dir():
        with_positions = files_with_positions(CONTRACT, load_corpus(case / "sound"))
        assert with_positions == [] or case.name.startswith("yaml-") or "invisible" in case.name


# ── Files that are not clean ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: c00", "id: &x c00"),  # valid, but rare
        ("letter:", "leter:"),
        ("claims:", "clams:"),
        ("strength: fair", "strenght: fair"),
        ("strength: fair", "strength: [fair]"),
        ("strength: fair", "strength: {fair: fair}"),
        ("person_id: otto", "person_id: ~"),
        ("    person_id: otto\n", ""),
        ("- {person_id: falk}", "- falk"),
        ("- {person_id: falk}", "- {person: falk}"),
        ("letter:\n", "letter:\n  - "),
        ("quote: the bridge", "quote: the bridge # fell"),
    ],
)
def test_only_unclean_file_is_read_with_positions(old, new):
    """A file that is not clean is read with positions, and others are not."""
    valid = annotations(CLAIMS)
    faulty = valid.replace(old, new, 1)
    assert faulty != valid
    assert files_with_positions(LINKED_LETTERS, letters(valid, faulty, valid)) == ["documents/b.yaml"]


@pytest.mark.parametrize("notation", ["yaml", "json"])
@pytest.mark.parametrize("strength", ["", "    strength: ~\n"])
def test_text_for_nested_table_is_not_clean(strength, notation):
    """A text where a nested table belongs is not clean, even if no other value is a list."""
    written = annotations([claim(0)]) + strength + "    witnesses: otto\n"
    corpus = letters(written if notation == "yaml" else as_json(written), notation=notation)
    assert files_with_positions(LINKED_LETTERS, corpus) == [f"documents/a.{notation}"]
    assert [problem.where for problem in read_documents(corpus).problems] == ["claims[c00].witnesses"]


def test_unclean_file_keeps_its_place():
    """The records of a file that is not clean are between those of the files around it."""
    valid = annotations(CLAIMS)
    tables = read_documents(letters(valid, valid.replace("letter:", "letter: &x"), valid)).tables
    assert [table.file(row).doc_id for table in [tables["claims"]] for row in range(9)] == [*"aaabbbccc"]
    assert tables["witnesses"].parents == [1, 1, 2, 4, 4, 5, 7, 7, 8]


@pytest.mark.parametrize("notation", ["yaml", "json"])
def test_refused_file_adds_no_records_twice(notation):
    """A file that turns out not to be clean at its last record gives each record once."""
    faulty = annotations([*CLAIMS, claim(3, colour="red")])
    written = faulty if notation == "yaml" else as_json(faulty)
    read = read_documents(letters(written, notation=notation))
    assert read.tables["claims"].columns["id"].to_pylist() == ["c00", "c01", "c02", "c03"]
    assert len(read.tables["letters"]) == 1
    assert read.tables["claims"].invalid == [3]
    assert [problem.message for problem in read.problems] == ["'colour' is not a key of claims"]


def test_unread_part_makes_document_incomplete():
    """A document of which a part could not be read is incomplete, and others are not."""
    valid = annotations(CLAIMS)
    assert read_documents(letters(valid, valid.replace("claims:", "clams:"))).incomplete == {"b"}


@pytest.mark.parametrize("value", ["pages:", "pages: ~", "pages: ''", "pages: ' '"])
def test_empty_value_is_no_text(value):
    """A value that is empty or blank is no text, however the file is read."""
    read = read_documents(one_letter_corpus(annotations(CLAIMS).replace("pages: 2", value)))
    assert read.tables["letters"].columns["pages"].to_pylist() == [None]


def test_empty_table_has_no_files():
    """A table that no file has is empty."""
    table = RecordTable(LINKED_LETTERS.tables["claims"])
    assert (len(table), list(table.by_file())) == (0, [])
