import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook.build.pipeline import build_corpus, build_tables
from stancebook.schema.columns import foreign_key, primary_key
from stancebook.schema.models import Annotation
from stancebook.sources import record_tables
from stancebook.sources.corpus import load_corpus
from tests.unit.parallel.sample_corpora import (
    LINKED_LETTERS,
    QUOTES,
    annotations,
    claim,
    corpus_of,
    letter,
    one_letter_corpus,
)
from tests.unit.parallel.sample_corpora import PEOPLE as LINKED_PEOPLE
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, PEOPLE, Claims, Letters, People, Witnesses, contract, write
from tests.unit.sources.reader_agreement import files_with_positions

PROJECT = Path(__file__).parents[2] / "project"
LINES = (PROJECT / "seeds/documents/river-talks.yaml").read_text(encoding="utf-8").splitlines(keepends=True)


def test_summary_counts_quotes_and_references(built):
    """The summary counts every quote, reference and row."""
    annotations = ["mentions", "statements", "events", "demands"]
    summary = built.summary
    assert summary.quotes == sum(summary.rows[name] for name in annotations)
    assert summary.references == sum(
        built.frames[spec.name][column.name].notna().sum()
        for spec in CONTRACT.tables.values()
        for column in spec.references
    )
    assert summary.rows == {name: len(frame) for name, frame in built.frames.items()}


def test_rows_are_sorted_by_key(built):
    """The rows of every table are sorted by key."""
    for name, frame in built.frames.items():
        keys = [tuple(row) for row in frame[list(CONTRACT.tables[name].sort_columns)].astype("str").to_numpy()]
        assert keys == sorted(keys)


def test_problems_of_all_files_are_sorted(project, rebuilt, annotations):
    """The problems of all files are reported at once, sorted by file."""
    annotations.write_text("".join(LINES).replace("act: offer", "act: sing"), encoding="utf-8")
    codebook = project / "seeds/codebook/issues.yaml"
    codebook.write_text(codebook.read_text(encoding="utf-8").replace("topic: talks", "topic: tides"), encoding="utf-8")
    (project / "seeds/documents/notes.md").touch()
    found = rebuilt()
    assert [Path(problem.file).name for problem in found.problems] == ["issues.yaml", "notes.md", "river-talks.yaml"]
    assert found.frames == {}


# ── Any input ─────────────────────────────────────────────────────────────────────────────


@st.composite
def mutations(draw):
    """The annotations with some lines deleted, doubled, swapped, indented, cut or overwritten."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        cut = draw(st.integers(0, len(line)))
        lines[at : at + 1] = draw(
            st.sampled_from(
                [
                    [],
                    [line, line],
                    [lines[other]],
                    ["  " + line],
                    [line.removeprefix("  ")],
                    [line[:cut] + "\n"],
                    [
                        line[:cut]
                        + draw(st.text("-:?[]{},#&*!|>'\"%@` \t\r~\x85\u2028\ufeff\x07é", max_size=3))
                        + line[cut:]
                    ],
                    [line.partition(":")[0] + ":\n"],
                    [line.partition(":")[0] + ": [a, {b: c}]\n"],
                ]
            )
        )
    return "".join(lines)


@pytest.fixture(scope="module")
def seeds_copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    return folder / "seeds"


@given(text=mutations())
@settings(max_examples=40)  # a build takes a quarter of a second
def test_damaged_file_builds_or_reports_valid_lines(text, seeds_copy):
    """A randomly damaged file either builds or gives problems at lines that it has."""
    path = seeds_copy / "documents/river-talks.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    built = build_tables(CONTRACT, seeds_copy)
    assert bool(built.frames) != bool(built.errors)
    files_with_positions(CONTRACT, built.corpus)
    line_counts = {file.name: file.text.count("\n") + 1 for file in load_corpus(seeds_copy).codebook}
    line_counts[str(path)] = text.count("\n") + 1
    for problem in built.problems:
        assert 1 <= problem.line <= line_counts[problem.file]
        assert problem.column >= 1
        assert problem.message


class Notes(Annotation):
    """One note."""

    note_id: str = primary_key("Slug.")
    claim_id: str = foreign_key("claims", "The claim.")


NOTED = ANNOTATIONS + "notes:\n  - {id: n1, claim_id: c01, quote: Otto was there}\n"


@pytest.mark.parametrize(
    ("annotations", "people"),
    [
        (NOTED.replace("claims:", "clams:"), PEOPLE),
        (NOTED.replace("claims:", "claims: []\nclaims:"), PEOPLE),
        (NOTED, PEOPLE.replace("people:", "poeple:")),
        (NOTED, PEOPLE.replace("  - {person_id: otto", "people:\n  - {person_id: otto")),
        (NOTED.replace("id: c02", "id: c01"), PEOPLE),
    ],
    ids=["misspelt table", "repeated table", "misspelt codebook", "repeated codebook", "repeated id"],
)
def test_references_to_unread_rows_are_not_reported(annotations, people, tmp_path):
    """References to rows that could not be read because of a problem are not reported."""
    noted = contract(People, Letters, Claims, Witnesses, Notes)
    assert len(build_tables(noted, write(tmp_path, annotations, people)).problems) == 1


@pytest.mark.parametrize("facts", ["pages: ~", "pages:", "pages: 0", "pages: two"])
def test_missing_integer_is_not_zero(facts):
    """A missing or invalid integer is an error, not 0."""
    built = build_corpus(LINKED_LETTERS, one_letter_corpus(annotations([claim(0)]).replace("pages: 2", facts)))
    assert [problem.where for problem in built.errors] == ["letter.pages"]
    assert built.frames == {}


@pytest.mark.parametrize("name", ["", " ~", " []", " [{a: b}]", " ' '"])
def test_parent_record_needs_id(name):
    """A record with nested records needs an id."""
    written = annotations([claim(0, witnesses=["falk"])]).replace("id: c00", f"id:{name}")
    built = build_corpus(LINKED_LETTERS, one_letter_corpus(written))
    assert [problem.where.rpartition(".")[2] for problem in built.errors] == ["id"]
    assert built.frames == {}


# ── Files that are read with positions ────────────────────────────────────────────────────────────


@pytest.fixture
def read_with_positions(monkeypatch) -> list[str]:
    """The names of the files that are read with positions, each as often as it is."""
    names = []

    def recorded(read):
        return lambda file, *arguments: names.append(file.name) or read(file, *arguments)

    for name in ("read_annotations", "read_codebook"):
        monkeypatch.setattr(record_tables, name, recorded(getattr(record_tables, name)))
    return names


@pytest.mark.parametrize(
    ("people", "codebook_reads"),
    [(PEOPLE, 0), (PEOPLE.replace("people:", "people: &all"), 1), (PEOPLE.replace("name: ", "name: Ã©"), 1)],
    ids=["clean", "unusual", "faulty"],
)
def test_codebook_is_read_once_per_build(people, codebook_reads, tmp_path, read_with_positions, monkeypatch):
    """A build reads each file once, and a file of the codebook at most a second time, with positions."""
    read, format_of = [], record_tables.format_of
    monkeypatch.setattr(record_tables, "format_of", lambda name: read.append(Path(name).name) or format_of(name))
    build_tables(LETTERS, write(tmp_path, people=people))
    assert read == ["people.yaml", "bridge.yaml"]
    assert [Path(name).name for name in read_with_positions] == ["people.yaml"] * codebook_reads


CLAIMS = [claim(0), claim(1, person_id="falk", witnesses=["berta"]), claim(2, answers_id="c00")]
LATE_CLAIMS = [claim(number, when_edtf="1901-06") for number in range(5)]


def letters_with(faulty, documents=6, faults=1):
    """Return a corpus of letters, of which some from the third on have other annotations."""
    files = {"codebook/people.yaml": LINKED_PEOPLE}
    for number in range(documents):
        name = f"documents/d{number:02}"
        files[f"{name}.txt"] = letter(number)
        files[f"{name}.yaml"] = faulty if 2 <= number < 2 + faults else annotations(CLAIMS)
    return corpus_of({name: text.encode() for name, text in files.items()})


def test_valid_corpus_is_read_without_positions(read_with_positions):
    """No file of a valid corpus is read with positions."""
    assert build_corpus(LINKED_LETTERS, letters_with(annotations(CLAIMS))).problems == []
    assert read_with_positions == []


@pytest.mark.parametrize(
    ("faulty", "where"),
    [
        (annotations([*CLAIMS, claim(3, colour="red")]), "claims[c03].colour"),
        (annotations([claim(0, strength="string"), *CLAIMS[1:]]), "claims[c00].strength"),
        (annotations(CLAIMS).replace(QUOTES[0], "a ferry sank"), "claims[c00].quote"),
        (annotations([claim(0, when_text="on Friday", when_edtf="1901"), *CLAIMS[1:]]), "claims[c00].when_text"),
        (annotations([claim(0, when_text="on Monday"), *CLAIMS[1:]]), "claims[c00].when_text"),
        (annotations([claim(0, strength="strong"), *CLAIMS[1:]]), "claims[c00].strength"),
        (annotations(LATE_CLAIMS), "letter.sent"),
        (annotations([*CLAIMS, {**claim(3), "id": "c02"}]), "claims[c02].id"),
        (annotations([*CLAIMS, {**CLAIMS[0], "id": "c03"}]), "claims[c03].id"),
        (annotations([*CLAIMS, claim(3, answers_id="c03")]), "claims[c03].answers_id"),
        (annotations([*CLAIMS, claim(3, answers_id="c07")]), "claims[c03].answers_id"),
        (annotations([*CLAIMS, claim(3, answers_id="d00#c07")]), "claims[c03].answers_id"),
        (annotations([*CLAIMS, claim(3, person_id="hugo")]), "claims[c03].person_id"),
        (annotations(CLAIMS, text_sha256="0" * 64), "letter.text_sha256"),
    ],
    ids=[
        "unknown key",
        "cell",
        "quote",
        "verbatim words",
        "model",
        "rule",
        "document rule",
        "repeated key",
        "repeated record",
        "cycle",
        "reference",
        "external reference",
        "codebook reference",
        "pinned text",
    ],
)
def test_only_faulty_file_is_read_with_positions(faulty, where, read_with_positions):
    """Of a corpus with one faulty document, only the file of that document is read with positions, and once."""
    built = build_corpus(LINKED_LETTERS, letters_with(faulty))
    assert [(problem.file, problem.where) for problem in built.problems] == [("documents/d02.yaml", where)]
    assert read_with_positions == ["documents/d02.yaml"]


def test_missing_key_is_located_once(read_with_positions):
    """Of 50 documents that refer to a row that is missing, only the first is read with positions."""
    faulty = annotations([*CLAIMS, claim(3, person_id="hugo")])
    built = build_corpus(LINKED_LETTERS, letters_with(faulty, documents=54, faults=50))
    [problem] = built.problems
    assert (problem.file, problem.where) == ("documents/d02.yaml", "claims[c03].person_id")
    assert problem.hint.endswith("in 50 places; this is the first")
    assert read_with_positions == ["documents/d02.yaml"]
