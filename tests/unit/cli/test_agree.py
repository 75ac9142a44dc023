import json
import shutil
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook import load
from stancebook.cli.main import main

ROOT = Path(__file__).parents[3]


@pytest.fixture
def run(project, outcome):
    """Run the command line in the minimal project; return its exit status, standard output and standard error."""
    return lambda *argv: outcome(lambda: main(argv, root=project, contract=lambda: CONTRACT))


@pytest.fixture
def code(project, annotations):
    """Return a function that writes a coding: the annotations of the project with some texts replaced."""

    def write(coder, **replacements):
        text = annotations.read_text(encoding="utf-8")
        for old, new in replacements.values():
            assert old in text
            text = text.replace(old, new)
        path = project / f"seeds/codings/{coder}/river-talks.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


OPPOSED = ("stance: supports\n", "stance: ambivalent\n")
MISSPELT = ("act: offer", "act: sing")


# ── agree ─────────────────────────────────────────────────────────────────────────────────────────


def test_agree_shows_weak_variables_and_why(run, code, project):
    """Variables come with the weakest first, and each difference with both places and the passage."""
    code("ab", stance=OPPOSED)
    status, out, err = run("agree")
    assert (status, err) == (0, "")
    assert out.startswith("compared ab and authoritative on 1 document\n")
    table = out.partition("weakest first")[2].splitlines()
    assert table[1].split()[:4] == ["statements.stance", "ordinal", "3?", "67%"]
    assert "  statements.stance: 1 unit with different values\n" in out
    assert "    seeds/codings/ab/river-talks.yaml:34:5  ab             ambivalent\n" in out
    assert "    seeds/documents/river-talks.yaml:34:5   authoritative  supports\n" in out
    assert "        Foreign Minister Anna Hale said on Tuesday" in out
    assert [path.name for path in project.iterdir()] == ["seeds"]


def test_agree_of_equal_codings_says_so(run, code):
    """Where nothing differs, nothing is listed."""
    code("ab")
    code("cd")
    status, out, _ = run("agree", "--tables", "statements")
    assert status == 0
    assert out.startswith("compared ab and cd on 1 document\n")
    assert out.endswith("\nthe coders differ nowhere\n")
    assert "mentions" not in out


def test_agree_as_json_has_everything(run, code):
    """As JSON, there is one object on standard output with units, variables, confusions and differences."""
    code("ab", stance=OPPOSED)
    status, out, err = run("agree", "--output-format", "json")
    content = json.loads(out)
    assert (status, err) == (0, "")
    assert [*content] == ["coders", "documents", "units", "variables", "confusions", "differences", "long_passages"]
    [stance] = [each for each in content["variables"] if each["variable"] == "stance"]
    assert (stance["table"], stance["metric"], stance["n"], stance["status"]) == ("statements", "ordinal", 3, "")
    [confusion] = [each for each in content["confusions"] if each["variable"] == "stance"]
    assert {"first": "ambivalent", "second": "supports", "units": 1} in confusion["counts"]
    [difference] = content["differences"]
    assert difference["findings"][0] == {
        "coder": "ab",
        "value": "ambivalent",
        "position": {"file": "seeds/codings/ab/river-talks.yaml", "line": 34, "column": 5},
    }


def test_agree_refuses_codings_with_problems(run, code):
    """Problems of codings are listed, and nothing is compared."""
    code("ab", act=MISSPELT)
    status, out, _ = run("agree")
    assert status == 1
    assert out.startswith(
        "seeds/codings/ab/river-talks.yaml:43:10: statements[s02].act: 'sing' is not a value of act\n"
    )
    assert out.endswith("1 problem in 1 file. Nothing was compared.\n")


USAGE = {
    "--coders ab xy": "The coders are ab, authoritative; xy is none of them.\n",
    "--coders ab": "Name two coders or more, of ab, authoritative.\n",
    "--tables actors": "Codings have the tables documents, mentions, ",
    "ab authoritative": "There is no document ab, authoritative. To compare coders, write --coders ab authoritative.\n",
    "river-walks": "None of ab, authoritative coded a document river-walks.\n",
}


@pytest.mark.parametrize("arguments", USAGE)
def test_agree_explains_unknown_names(run, code, arguments):
    """Unknown coders, tables and documents are usage errors that name the known ones."""
    code("ab")
    status, out, _ = run("agree", *arguments.split())
    assert status == 2
    assert USAGE[arguments] in out


def test_agree_without_codings_says_where_they_belong(run):
    """Without codings, there is nothing to compare."""
    status, out, _ = run("agree")
    assert (status, out) == (
        2,
        "There is no coding to compare: put the files of each coder into seeds/codings/<coder>/.\n",
    )


def test_agree_writes_a_dataset_of_its_own(run, code, project):
    """With `--out`, everything that was measured is written as a dataset; again, it is unchanged."""
    code("ab", stance=OPPOSED)
    status, out, _ = run("agree", "--out", "agreement")
    assert status == 0
    assert "\nwrote    agreement/\n" in out
    table = load("agreement", path=project / "agreement").set_index(["table", "variable"])
    assert table.loc["statements", "stance"]["n"] == 3
    assert "unchanged agreement/\n" in run("agree", "--out", "agreement")[1]
    assert sorted(path.name for path in project.iterdir() if path.is_dir()) == ["agreement", "seeds"]


@pytest.mark.parametrize("target", ["seeds/codings", "dataset", "other", "letters"])
def test_agree_overwrites_nothing_else(run, code, project, target):
    """Sources, the dataset, other datasets and other files are not overwritten."""
    code("ab")
    shutil.copytree(ROOT / "tests/datasets/0.1", project / "other")
    (project / "letters").mkdir()
    (project / "letters/bridge.txt").write_text("Dear Ida,", encoding="utf-8")
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    status, out, _ = run("agree", "--out", target)
    assert status > 0
    assert target in out
    after = {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and path.suffix != ".lock"}
    assert after == before


# ── build ─────────────────────────────────────────────────────────────────────────────────────────


def test_build_checks_codings_too(run, code):
    """A build says which codings it checked."""
    code("ab")
    code("cd")
    status, out, _ = run("build")
    assert status == 0
    assert "\ncodings  2 by ab, cd: no problems\n" in out


def test_problems_of_codings_do_not_stop_a_build(run, code, project):
    """A build lists the problems of codings as warnings, each time, and writes the same dataset as without codings."""
    assert run("build")[0] == 0
    without = {path.name: path.read_bytes() for path in (project / "dataset").iterdir()}
    path = code("ab", act=MISSPELT)
    (path.parent / "river-walks.yaml").write_text("document: {}\n", encoding="utf-8")
    for _ in range(2):
        status, out, _ = run("build")
        assert status == 0
        assert "seeds/codings/ab/river-talks.yaml:43:10: warning: statements[s02].act: 'sing' is not a value" in out
        assert "seeds/codings/ab/river-walks.yaml:1:1: warning: is a coding of no document\n" in out
        assert "\ncodings  1 by ab\n         2 problems in codings, which do not stop the dataset\n" in out
    assert {path.name: path.read_bytes() for path in (project / "dataset").iterdir()} == without
    assert run("build", "--check")[0] == 0


def test_problems_of_codings_are_in_the_json_of_a_build(run, code):
    """As JSON, the problems of codings are in the same array as all others."""
    code("ab", act=MISSPELT)
    status, out, err = run("build", "--output-format", "json")
    assert (status, [each["level"] for each in json.loads(out)]) == (0, ["warning"])
    assert "1 problem in codings" in err
