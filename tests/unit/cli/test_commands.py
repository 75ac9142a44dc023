import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from stancebook.cli.main import main
from stancebook.exchange.tools import TOOLS

ROOT = Path(__file__).parents[3]
OLD = ROOT / "tests/datasets/0.1"
COMMANDS = [
    "new",
    "add",
    "build",
    "watch",
    "diff",
    "coverage",
    "view",
    "desk",
    "draft",
    "agree",
    "adjudicate",
    "search",
    "validate",
    "release",
    "restore",
    "export sqlite",
    "export csv",
    "export xlsx",
    "export r",
    "export stata",
    "export spss",
]

READ_TOOLS = [tool.name for tool in TOOLS.values() if not tool.codes_only]
COMMANDS += [*(f"export {name}" for name in TOOLS), *(f"import {name}" for name in READ_TOOLS)]


@pytest.fixture
def run(tmp_path, monkeypatch, outcome):
    """Run the command in an empty folder; return its exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    return lambda *argv: outcome(lambda: main(argv))


@pytest.fixture
def town(tmp_path):
    return shutil.copytree(OLD, tmp_path / "town")


# ── check ─────────────────────────────────────────────────────────────────────────────────────────


def test_validate_valid_dataset_sums_up(run, town):
    """A valid dataset gets two lines: what was read, and what was checked."""
    assert run("validate", "town") == (
        0,
        "read     town/: 5 tables and 10 rows\nchecked  27 columns, 5 primary keys, 8 foreign keys: all valid\n",
        "",
    )


def test_validate_defaults_to_packaged_dataset(run):
    """Without a path, a project or `./dataset`, the packaged dataset is read, and named."""
    status, out, _ = run("validate")
    assert status == 0
    assert re.match(r"read     \S+dataset/: \d+ tables and ", out)


def test_validate_lists_and_counts_problems(run, town):
    """Each problem is printed, then how many there are."""
    (town / "people.parquet").unlink()
    (town / "tallies.parquet").write_bytes(b"")
    status, out, _ = run("validate", "town")
    assert status == 1
    assert out.startswith("town/people.parquet:1:1: town/people.parquet is missing\n")
    assert out.endswith("\n2 problems in 2 files.\n")


@pytest.mark.parametrize("output_format", ["github", "json"])
def test_validate_prints_other_formats(run, town, output_format):
    """Problems are printed for GitHub and as JSON, as those of a build are."""
    (town / "people.parquet").unlink()
    status, out, err = run("validate", "town", "--output-format", output_format)
    assert status == 1
    if output_format == "github":
        assert out.startswith(
            "::error file=town/people.parquet,line=1,col=1::town/people.parquet:1:1: town/people.parquet is missing\n"
        )
    else:
        [problem] = json.loads(out)
        assert problem["message"] == "town/people.parquet is missing"
        assert err == "1 problem in 1 file.\n"


def test_validate_valid_dataset_prints_empty_json(run, town):
    """As JSON, a valid dataset is an empty array; the summary goes to standard error."""
    status, out, err = run("validate", "town", "--output-format", "json")
    assert (status, json.loads(out)) == (0, [])
    assert "all valid" in err


def test_validate_warning_does_not_fail(run, town):
    """A warning is printed, and the exit status is 0."""
    shutil.copy(town / "people.parquet", town / "old.parquet")
    status, out, _ = run("validate", "town")
    assert status == 0
    assert out.startswith("town/old.parquet:1:1: warning: ")


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_validate_folder_without_dataset_fails(run, tmp_path, output_format):
    """A folder without a dataset is one problem, in every format."""
    (tmp_path / "folder").mkdir()
    status, out, err = run("validate", "folder", "--output-format", output_format)
    assert status == 1
    assert "folder is not a dataset: it has no datapackage.json" in out
    assert "1 problem in 1 file." in out + err


def test_validate_path_without_folder_is_usage_error(run):
    """A path that is not a folder is a usage error."""
    status, _, err = run("validate", "nowhere")
    assert status == 2
    assert "nowhere is not a folder" in err


# ── export ────────────────────────────────────────────────────────────────────────────────────────


EXPORTS = [
    ("sqlite", "town.db"),
    ("csv", "csv"),
    ("xlsx", "town.xlsx"),
    ("r", "r"),
    ("stata", "stata"),
    ("spss", "spss"),
]


@pytest.mark.parametrize(("form", "to"), EXPORTS)
def test_export_prints_what_it_wrote(run, town, tmp_path, form, to):
    """An export prints the target and how many rows each table has."""
    status, out, err = run("export", form, to, "--from", "town")
    assert (status, err) == (0, "")
    assert f"wrote    {to}\n" in out
    assert re.search(r"^ +3  people$", out, re.MULTILINE)
    assert (tmp_path / to).exists()


def test_export_defaults_to_packaged_dataset(run, tmp_path):
    """Without `--from`, a project or `./dataset`, the packaged dataset is exported."""
    assert run("export", "csv", "tables")[0] == 0
    assert (tmp_path / "tables/demands.csv").is_file()


@pytest.mark.parametrize("form", ["sqlite", "csv"])
def test_export_refuses_invalid_dataset(run, town, tmp_path, form):
    """A dataset with problems is not exported; its problems are printed."""
    (town / "people.parquet").unlink()
    status, out, _ = run("export", form, "out", "--from", "town")
    assert status == 1
    assert out.endswith("1 problem in 1 file.\nNothing was written.\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("form", "to", "sentence"),
    [
        ("sqlite", "notes.txt", "notes.txt exists and is not an export"),
        ("csv", "town", "town is not empty and is not an export"),
        ("csv", "notes.txt", "notes.txt is a file"),
        ("sqlite", "notes.txt/town.db", "notes.txt/town.db cannot be written: "),
    ],
)
@pytest.mark.usefixtures("town")
def test_export_unwritable_target_is_one_sentence(run, form, to, sentence):
    """A target that cannot be written is one sentence, and what is there is unchanged."""
    Path("notes.txt").write_text("mine", encoding="utf-8")
    status, out, _ = run("export", form, to, "--from", "town")
    assert status == 1
    assert "Nothing was written. " in out
    assert sentence in out.splitlines()[-1]
    assert Path("notes.txt").read_text(encoding="utf-8") == "mine"


# ── The command line ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("argv", [(), ("export",), ("fix",), ("export", "xml", "a")])
def test_unknown_command_is_usage_error(run, argv):
    """A missing or unknown command prints the usage, with exit status 2."""
    status, _, err = run(*argv)
    assert status == 2
    assert err.startswith("usage: stancebook")


@pytest.mark.parametrize("command", ["", *COMMANDS, "export"])
def test_help_of_each_command_lists_exit_statuses(run, command):
    """The help of each command lists the exit statuses, in lines of at most 120 characters."""
    status, out, _ = run(*command.split(), "--help")
    assert status == 0
    assert out.startswith(f"usage: stancebook {command}".rstrip())
    assert "exit status:" in out
    assert "2  usage error" in out
    assert all(len(line) <= 120 for line in out.splitlines())


def test_all_commands_are_documented(run):
    """The commands are these, and each is in the documentation."""
    help_texts = {path: run(*path.split(), "--help")[1] for path in ("", "export", "import")}
    named = {path: re.findall(r"^    ([\w-]+)(?: |$)", text, re.MULTILINE) for path, text in help_texts.items()}
    assert named == {
        "": [name for name in COMMANDS if " " not in name] + ["export", "import"],
        "export": ["sqlite", "csv", "xlsx", "r", "stata", "spss", *TOOLS],
        "import": READ_TOOLS,
    }
    documents = (ROOT / "docs/commands.md").read_text("utf-8") + (ROOT / "docs/query.md").read_text("utf-8")
    documents += "".join(path.read_text("utf-8") for path in (ROOT / "docs/tools").glob("*.md"))
    for command in COMMANDS:
        assert f"stancebook {command}" in documents


def test_version_is_printed(run):
    """The version is that of the package."""
    assert run("--version")[:2] == (0, f"stancebook {version('stancebook')}\n")


def test_runs_as_module():
    """`python -m stancebook` is the command line."""
    environment = {"PYTHONPATH": str(ROOT / "src")}
    process = subprocess.run(
        [sys.executable, "-m", "stancebook", "validate", OLD],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert "all valid" in process.stdout
