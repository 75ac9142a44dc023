import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook.build.pipeline import build_corpus, build_tables
from stancebook.schema.columns import foreign_key, primary_key
from stancebook.schema.models import Annotation
from stancebook.sources.corpus import load_corpus
from stancebook.sources.records import read_codebook
from tests.unit.fast_path_oracle import fast_path_agrees
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, PEOPLE, Claims, Letters, People, Witnesses, contract, write

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
    fast_path_agrees(built)
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


@pytest.mark.parametrize("fast_path_min_documents", [0, 2])
def test_codebook_is_read_once_per_build(fast_path_min_documents, letters, monkeypatch):
    """A build reads each file of the codebook once, whichever path builds the documents."""
    files = []

    def read(file, *arguments):
        files.append(file.name)
        return read_codebook(file, *arguments)

    monkeypatch.setattr("stancebook.build.diagnostics.read_codebook", read)
    built = build_corpus(LETTERS, load_corpus(letters), fast_path_min_documents=fast_path_min_documents)
    assert built.problems == []
    assert files == [str(letters / "codebook/people.yaml")]
