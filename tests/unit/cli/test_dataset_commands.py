import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stancebook.cli.main import main

ROOT = Path(__file__).parents[3]
OLD = ROOT / "tests/datasets/0.1"
COMMANDS = ["build", "watch", "diff", "coverage", "validate", "export sqlite", "export csv"]


@pytest.fixture
def run(tmp_path, monkeypatch, outcome):
    """Run the command in an empty folder; return its exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    return lambda *argv: outcome(lambda: main(argv))


@pytest.fixture
def letters(tmp_path):
    return shutil.copytree(OLD, tmp_path / "letters")


# ── check ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_sound_dataset_is_said_to_be_one_with_what_was_checked(run, letters):
    assert run("validate", "letters") == (
        0,
        "read     letters/: 5 tables and 10 rows\nchecked  27 columns, 5 keys, 8 references: all valid\n",
        "",
    )


def test_without_a_path_the_dataset_of_the_package_is_checked(run):
    status, out, _ = run("validate")
    assert status == 0
    assert re.match(r"read     \S+dataset/: 11 tables and ", out)


def test_problems_are_listed_and_counted(run, letters):
    (letters / "people.parquet").unlink()
    (letters / "tallies.parquet").write_bytes(b"")
    status, out, _ = run("validate", "letters")
    assert status == 1
    assert out.startswith("letters/people.parquet:1:1: letters/people.parquet is missing\n")
    assert out.endswith("\n2 problems in 2 files.\n")


@pytest.mark.parametrize("output_format", ["github", "json"])
def test_problems_are_printed_as_a_build_prints_them(run, letters, output_format):
    (letters / "people.parquet").unlink()
    status, out, err = run("validate", "letters", "--output-format", output_format)
    assert status == 1
    if output_format == "github":
        assert out.startswith(
            "::error file=letters/people.parquet,line=1,col=1::letters/people.parquet:1:1: letters/people.parquet is"
            " missing\n"
        )
    else:
        [problem] = json.loads(out)
        assert problem["message"] == "letters/people.parquet is missing"
        assert err == "1 problem in 1 file.\n"


def test_a_sound_dataset_has_an_empty_list_of_problems_in_json(run, letters):
    status, out, err = run("validate", "letters", "--output-format", "json")
    assert (status, json.loads(out)) == (0, [])
    assert "all valid" in err


def test_warnings_are_shown_and_fail_nothing(run, letters):
    shutil.copy(letters / "people.parquet", letters / "old.parquet")
    status, out, _ = run("validate", "letters")
    assert status == 0
    assert out.startswith("letters/old.parquet:1:1: warning: ")


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_a_folder_that_is_no_dataset_is_a_problem(run, tmp_path, output_format):
    (tmp_path / "folder").mkdir()
    status, out, err = run("validate", "folder", "--output-format", output_format)
    assert status == 1
    assert "folder is not a dataset: it has no datapackage.json" in out
    assert "1 problem in 1 file." in out + err


def test_a_path_that_is_no_folder_is_not_understood(run):
    status, _, err = run("validate", "nowhere")
    assert status == 2
    assert "nowhere is not a folder" in err


# ── export ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("form", "to"), [("sqlite", "letters.db"), ("csv", "csv")])
def test_an_export_says_what_it_wrote(run, letters, tmp_path, form, to):
    status, out, err = run("export", form, to, "--from", "letters")
    assert (status, err) == (0, "")
    assert f"wrote    {to}\n" in out
    assert re.search(r"^ +3  people$", out, re.MULTILINE)
    assert (tmp_path / to).exists()


def test_the_dataset_of_the_package_is_exported_unless_another_is_named(run, tmp_path):
    assert run("export", "csv", "tables")[0] == 0
    assert (tmp_path / "tables/demands.csv").is_file()


@pytest.mark.parametrize("form", ["sqlite", "csv"])
def test_a_dataset_with_problems_is_not_exported(run, letters, tmp_path, form):
    (letters / "people.parquet").unlink()
    status, out, _ = run("export", form, "out", "--from", "letters")
    assert status == 1
    assert out.endswith("1 problem in 1 file.\nNothing was written.\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("form", "to", "sentence"),
    [
        ("sqlite", "notes.txt", "notes.txt exists and is not an export"),
        ("csv", "letters", "letters is not empty and is not an export"),
        ("csv", "notes.txt", "notes.txt is a file"),
        ("sqlite", "notes.txt/letters.db", "notes.txt/letters.db cannot be written: "),
    ],
)
@pytest.mark.usefixtures("letters")
def test_what_cannot_be_written_is_said_in_a_sentence(run, form, to, sentence):
    Path("notes.txt").write_text("mine", encoding="utf-8")
    status, out, _ = run("export", form, to, "--from", "letters")
    assert status == 1
    assert "Nothing was written. " in out
    assert sentence in out.splitlines()[-1]
    assert Path("notes.txt").read_text(encoding="utf-8") == "mine"


# ── The command line ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("argv", [(), ("export",), ("mend",), ("export", "xml", "a")])
def test_what_is_not_understood_exits_with_2_and_says_what_would_be(run, argv):
    status, _, err = run(*argv)
    assert status == 2
    assert err.startswith("usage: stancebook")


@pytest.mark.parametrize("command", ["", *COMMANDS, "export"])
def test_every_command_has_help_that_says_what_it_does_and_how_it_ends(run, command):
    status, out, _ = run(*command.split(), "--help")
    assert status == 0
    assert out.startswith(f"usage: stancebook {command}".rstrip())
    assert "exit status:" in out
    assert "2  usage error" in out
    assert all(len(line) <= 120 for line in out.splitlines())


def test_every_command_is_tested_here_and_documented(run):
    told = {path: run(*path.split(), "--help")[1] for path in ("", "export")}
    named = {path: re.findall(r"^    (\w+) ", text, re.MULTILINE) for path, text in told.items()}
    assert named == {
        "": ["build", "watch", "diff", "coverage", "validate", "export"],
        "export": ["sqlite", "csv"],
    }
    documents = (ROOT / "docs/commands.md").read_text("utf-8") + (ROOT / "docs/query.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"stancebook {command}" in documents


def test_it_runs_as_a_module_too():
    environment = {"PYTHONPATH": str(ROOT / "src")}
    told = subprocess.run(
        [sys.executable, "-m", "stancebook", "validate", OLD],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert "all valid" in told.stdout
