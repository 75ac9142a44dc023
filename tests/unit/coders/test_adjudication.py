"""Several codings of one text are made one: what is agreed is written, what differs is listed and decided."""

import contextlib
import io
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.build.pipeline import build_tables
from stancebook.cli.main import main
from stancebook.coders.adjudication import Adjudication
from stancebook.coders.agreement import compare
from stancebook.coders.matched import MatchedCodings
from stancebook.coders.settling import Reason, new_file, settled, with_agreed
from stancebook.schema.rules import rule
from stancebook.sources.discovery import AUTHORITATIVE
from tests.unit.coders.conftest import read
from tests.unit.sample_contract import LETTERS, contract, write

CASES = Path(__file__).parent / "adjudication"
TABLES = [spec.name for spec in LETTERS.document_tables]
QUOTES = ["the bridge fell on Monday", "Otto says the river did it", "the rope was old", "Otto was there", "Yours"]


HEAD = "letter: {language: en, sent: 1901-05-04}\n"


def adjudicate(folder, *argv, used=LETTERS):
    """Run the command in the project in a folder; return its exit status and what it prints."""
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as out:
        status = main(["adjudicate", *argv], root=folder, contract=lambda: used)
    return status, out.getvalue()


def put(case, folder):
    """Write the sources of a case into a folder; return the file of the annotations that are made."""
    seeds = write(folder)
    (seeds / "documents/bridge.yaml").unlink()
    for file in case.glob("*.*"):
        if file.stem == "own":
            shutil.copy(file, seeds / f"documents/bridge{file.suffix}")
        elif file.stem != "expected":
            (seeds / "codings" / file.stem).mkdir(parents=True)
            shutil.copy(file, seeds / f"codings/{file.stem}/bridge{file.suffix}")
    return seeds / f"documents/bridge{'.json' if (case / 'own.json').exists() else '.yaml'}"


def put_codings(folder, **codings):
    """Write codings of the letter, and annotations without rows; return the sources."""
    seeds = write(folder, HEAD)
    for coder, text in codings.items():
        (seeds / f"codings/{coder}").mkdir(parents=True)
        (seeds / f"codings/{coder}/bridge.yaml").write_text(text)
    return seeds


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case_is_as_expected(tmp_path, case):
    """Of the codings of each case, annotations and a list are made as expected; a second run changes nothing."""
    made = put(case, tmp_path)
    assert adjudicate(tmp_path) == (0, (case / "expected.txt").read_text(encoding="utf-8"))
    text = made.read_text(encoding="utf-8")
    assert text == (case / f"expected{made.suffix}").read_text(encoding="utf-8")
    status, again = adjudicate(tmp_path)
    assert (status, again.splitlines()[-1]) == (0, f"unchanged  seeds/documents/{made.name}")
    assert made.read_text(encoding="utf-8") == text


# ── The command ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def different(tmp_path):
    """Return a project with two codings that differ."""
    put(CASES / "different", tmp_path)
    return tmp_path


def test_dry_run_writes_nothing(different):
    """With --dry-run, the same is printed as without, and there is no file."""
    status, out = adjudicate(different, "--dry-run")
    assert (status, out.splitlines()[-1]) == (0, "would change  seeds/documents/bridge.yaml")
    assert "     1  to add: all coders agree\n" in out
    assert not (different / "seeds/documents/bridge.yaml").exists()


def test_json_has_the_rows_of_each_difference(different):
    """As JSON, each difference has the place and the values of each row."""
    [found] = json.loads(adjudicate(different, "ben", "ann", "--output-format", "json")[1])
    assert (found["document"], found["coders"], found["changed"]) == ("bridge", ["ben", "ann"], True)
    assert found["added"] == ["claims.c05"]
    assert [each["row"] for each in found["to_decide"]] == [
        "letter",
        "claims.c03",
        "claims.c01",
        "claims.c02",
        "claims.c04",
    ]
    first = next(each for each in found["to_decide"] if each["row"] == "claims.c01")
    assert first["differing"] == ["strength", "witnesses"]
    assert [(row["coder"], row["line"], row["values"]["strength"]) for row in first["rows"]] == [
        ("ben", 3, "weak"),
        ("ann", 3, "fair"),
    ]


WRONG = {
    "The coders are ann, ben; cyd is none of them.": ["ann", "cyd"],
    "Name two coders or more, of ann, ben.": ["ann"],
    "The coders are ann, ben; dan is none of them.": ["--texts-of", "dan"],
    "Not all of ann, ben coded brigde.": ["--document", "brigde"],
    "The annotations are written into a folder of this machine": ["--seeds", "https://example.org/seeds"],
}


def test_wrong_names_are_refused(different):
    """Coders and documents that there are not are refused by a sentence, and nothing is written."""
    for sentence, argv in WRONG.items():
        status, out = adjudicate(different, *argv)
        assert (status, out[: len(sentence)]) == (2, sentence)
    assert not (different / "seeds/documents/bridge.yaml").exists()


def test_faulty_coding_is_refused(different):
    """Problems of a coding are shown, and nothing is written."""
    coding = different / "seeds/codings/ann/bridge.yaml"
    coding.write_text(coding.read_text().replace("fair", "fare"))
    status, out = adjudicate(different)
    assert status == 1
    assert out.startswith("seeds/codings/ann/bridge.yaml:3:42: claims[c01].strength: 'fare' is not a value of strength")
    assert out.endswith("1 problem in 1 file. Nothing was written.\n")
    assert not (different / "seeds/documents/bridge.yaml").exists()


def test_file_that_cannot_be_parsed_is_unchanged(different):
    """A file that cannot be parsed is shown with its problem, and not touched."""
    path = different / "seeds/documents/bridge.yaml"
    path.write_text("letter: [\n")
    status, out = adjudicate(different)
    assert (status, out.partition(": ")[0]) == (1, "seeds/documents/bridge.yaml:2:1")
    assert out.endswith("1 problem in 1 file. Nothing was written.\n")
    assert path.read_text() == "letter: [\n"


def test_faulty_rows_of_the_file_are_kept(different):
    """A file with errors is added to as any other; its rows are found by their ids where their passages are not."""
    path = different / "seeds/documents/bridge.yaml"
    own = "  - {id: c04, person_id: otto, quote: Otto was her}\n"
    path.write_text(f"{HEAD}claims:\n{own}")
    status, out = adjudicate(different)
    assert status == 1
    assert ": claims[c04].quote: " in out
    assert path.read_text().count("Otto was") == 1


def test_file_that_cannot_be_written_is_unchanged(different, monkeypatch):
    """If the file cannot be written, a sentence says so."""

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stancebook.sources.atomic_files.write_atomically", refuse)
    sentence = "seeds/documents/bridge.yaml cannot be written (No space left on device). It is unchanged.\n"
    assert adjudicate(different) == (1, sentence)


@rule("claims", "person_id")
def somebody_says_so_twice(tables):
    """Who claims something claims two things."""
    claims = tables["claims"]
    return claims.groupby("person_id")["claim_id"].transform("count") > 1


def test_errors_of_what_is_made_are_shown(tmp_path):
    """What is made is written even if a rule refuses it until the differences are settled; the problem is shown."""
    ann = f"{HEAD}claims:\n  - {{id: c1, person_id: otto, quote: Otto was there}}\n"
    ann += "  - {id: c2, person_id: otto, quote: Yours}\n"
    put_codings(tmp_path, ann=ann, ben=ann.replace(", quote: Yours", ", strength: weak, quote: Yours"))
    strict = contract(rules=(somebody_says_so_twice,))
    (tmp_path / "seeds/documents/bridge.yaml").unlink()
    status, out = adjudicate(tmp_path, used=strict)
    assert status == 1
    assert "\nseeds/documents/bridge.yaml:7:" in out
    assert out.endswith("\n1 problem in 1 file. A build refuses these annotations until they are solved.\n")
    [found] = json.loads(adjudicate(tmp_path, "--output-format", "json", used=strict)[1])
    assert [each["message"] for each in found["problems"]] == ["Who claims something claims two things."]


def test_open_decisions_of_other_coders_are_kept(different):
    """What is still to decide between coders who are not compared stays in the file."""
    path = different / "seeds/documents/bridge.yaml"
    other = "decisions:\n  - {row: claims.c50, decision: open, from: cyd.c50, over: ann.c03}\n"
    path.write_text(HEAD + other)
    adjudicate(different, "ann", "ben")
    assert "  - {row: claims.c50, decision: open, from: cyd.c50, over: ann.c03}\n" in path.read_text()


# ── Decisions ─────────────────────────────────────────────────────────────────────────────────────


def compared(seeds, texts=""):
    """Return the codings in some sources, compared with each other and with the annotations."""
    found = read(seeds)
    own = found.pop(AUTHORITATIVE)
    exists = any((seeds / "documents").glob("bridge.[yj]*"))
    return Adjudication(MatchedCodings(LETTERS, list(found.values()), "bridge"), own if exists else None, texts)


@pytest.fixture
def settle(different):
    """Return a function that decides on a matter, and returns the part of the file about its rows."""
    found, path = compared(different / "seeds"), different / "seeds/documents/bridge.yaml"
    path.write_text(with_agreed(found, new_file(found), path.name))

    def decide(row, *coders, **reason):
        found = compared(different / "seeds")
        [matter] = [each for each in found.open if each.row == row]
        taken = [each for coder in coders for each in matter.rows if each.coder == coder]
        text = settled(found, matter, taken, Reason(**reason), text=path.read_text(), file_name=path.name)
        path.write_text(text)
        return text

    return decide


def test_each_decision_is_kept_with_its_rows(settle, different):
    """One row is taken, both, or none; the file has the rows, and from whom, over whom, by whom and why."""
    settle("claims.c01", "ben", by="rv", note="No one saw it.")
    settle("claims.c02", "ann", "ben", by="rv")
    text = settle("claims.c03", note="No one claims it.")
    assert "  - id: c01\n    person_id: otto\n    strength: weak\n    quote: Otto says the river did it\n" in text
    for decision in (
        "row: claims.c01, decision: accepted, by: rv, note: No one saw it., from: ben.c01, over: ann.c01",
        "row: claims.c02, decision: accepted, by: rv, from: ann.c02",
        "row: claims.c06, decision: accepted, by: rv, from: ben.c02",
        "row: claims.c03, decision: rejected, note: No one claims it., quote: the bridge fell on Monday, from: ann.c03",
    ):
        assert f"  - {decision}\n".replace(", ", "\n    ") in text
    assert [each.row for each in compared(different / "seeds").open] == ["letter", "claims.c05"]
    claims = build_tables(LETTERS, different / "seeds").frames["claims"]
    assert claims["claim_id"].tolist() == ["bridge#c01", "bridge#c02", "bridge#c04", "bridge#c06"]


def test_row_of_the_file_is_written_over(settle, different):
    """Where the file has the row already, the values that are taken replace its own; its nested records, too."""
    path = different / "seeds/documents/bridge.yaml"
    own = "claims:\n  - {id: c08, person_id: falk, quote: Otto says the river did it, witnesses: [{person_id: falk}]}\n"
    path.write_text("letter: {language: en, sent: 1901-05-04}\n" + own)
    text = settle("claims.c08", "ann")
    written = "  - {id: c08, person_id: otto, strength: fair, quote: Otto says the river did it, witnesses: "
    assert f"{written}[{{person_id: berta}}]}}\n" in text
    assert build_tables(LETTERS, different / "seeds").errors == []


def test_document_facts_are_taken(settle, different):
    """Facts of the document on which coders differ are settled like rows; who coded is kept."""
    settle("letter", "ben", edited=True)
    assert "  sent: 1901-05-05\n" in (different / "seeds/documents/bridge.yaml").read_text()
    assert "letter" not in [each.row for each in compared(different / "seeds").open]


# ── Properties ────────────────────────────────────────────────────────────────────────────────────

RECORDS = st.lists(
    st.fixed_dictionaries(
        {"person_id": st.sampled_from(["otto", "falk", "berta"]), "quote": st.sampled_from(QUOTES)},
        optional={
            "strength": st.sampled_from(["weak", "fair"]),
            "answers": st.integers(0, 4),
            "witness": st.booleans(),
        },
    ),
    max_size=7,
    unique_by=lambda record: (record["person_id"], record["quote"]),
)


def coding(records, prefix):
    """Return annotations with some claims, which answer earlier ones."""
    lines = []
    for number, record in enumerate(records):
        line = f'  - {{id: {prefix}{number}, person_id: {record["person_id"]}, quote: "{record["quote"]}"'
        line += f", strength: {record['strength']}" if "strength" in record else ""
        line += f", answers_id: {prefix}{record['answers'] % number}" if number and "answers" in record else ""
        line += ", witnesses: [{person_id: berta}]" if record.get("witness") else ""
        lines.append(line + "}\n")
    return HEAD + ("claims:\n" + "".join(lines) if lines else "")


def lines_of(positions):
    return {f"{each.file}:{each.line}" for each in positions if each is not None}


@pytest.mark.proof
@settings(max_examples=12, deadline=None)
@given(ann=RECORDS, ben=RECORDS, choices=st.lists(st.sampled_from([slice(1), slice(-1, None), slice(2)]), min_size=20))
def test_differences_are_settled_one_by_one(tmp_path_factory, ann, ben, choices):
    """What `agree` finds is in the list; deciding one after the other ends with annotations that build clean."""
    seeds = put_codings(tmp_path_factory.mktemp("letters"), ann=coding(ann, "a"), ben=coding(ben, "b"))
    path = seeds / "documents/bridge.yaml"
    found = compared(seeds)
    differences = compare(LETTERS, found.codings.codings, ["bridge"], TABLES).differences
    assert lines_of(finding.position for each in differences for finding in each.findings) == lines_of(
        row.position for matter in found.open for row in matter.rows
    )
    for choice in choices:
        path.write_text(with_agreed(compared(seeds), path.read_text(), path.name))
        found = compared(seeds)
        if not found.open:
            break
        [matter, *_] = found.open
        text = settled(found, matter, matter.rows[choice], Reason(), text=path.read_text(), file_name=path.name)
        path.write_text(text)
    assert [matter.state for matter in found.matters] == ["in file"] * len(found.matters)
    # Rows that answer two claims of which one is taken are alike afterwards: then one of both has to go.
    problems = [each for each in build_tables(LETTERS, seeds).problems if "in all but its id" not in each.message]
    assert problems == []


@pytest.mark.proof
@settings(max_examples=6, deadline=None)
@given(records=RECORDS)
def test_coding_with_itself_gives_itself(tmp_path_factory, records):
    """Of twice the same coding, the tables are those of the coding, and nothing has to be decided."""
    text = coding(records, "c")
    seeds = put_codings(tmp_path_factory.mktemp("letters"), ann=text, ben=text)
    found = compared(seeds)
    made = with_agreed(found, new_file(found), "bridge.yaml")
    assert found.open == []
    frames = [
        build_tables(LETTERS, write(tmp_path_factory.mktemp("letters"), annotations)).frames
        for annotations in (text, made)
    ]
    assert frames[0].keys() == frames[1].keys()
    assert all(frame.equals(frames[1][name]) for name, frame in frames[0].items())
