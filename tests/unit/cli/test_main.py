import gc
import io
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook import load
from stancebook.cli.main import main
from stancebook.exceptions import ContractError
from stancebook.parallel.chunking import ChunkPolicy
from tests.workflow_commands import parse

ROOT = Path(__file__).parents[3]


@pytest.fixture
def run(project, outcome):
    """Run the command line in the minimal project; return its exit status, standard output and standard error."""
    return lambda *argv: outcome(lambda: main(argv, root=project, contract=lambda: CONTRACT))


@pytest.fixture
def spoilt(annotations):
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("quote: R. Vale", "quote: R. Dale"), encoding="utf-8")


# ── Building ──────────────────────────────────────────────────────────────────────────────────────


def test_a_build_says_what_it_read_checked_and_wrote(run, project):
    status, out, err = run("build")
    assert (status, err) == (0, "")
    assert "read     1 document and 3 codebook files in seeds/\n" in out
    assert re.search(r"checked  11 quotes found in their texts, \d+ references followed, \d+ rules held\n", out)
    assert "wrote    dataset/\n" in out
    for name in CONTRACT.tables:
        assert re.search(rf"^ +\d+  {name}$", out, re.MULTILINE)
        assert (project / f"dataset/{name}.parquet").is_file()


def test_a_second_build_keeps_what_is_there(run):
    run("build")
    status, out, _ = run("build")
    assert status == 0
    assert "unchanged dataset/\n" in out


def test_problems_leave_the_old_dataset_as_it_was(run, project, request):
    run("build")
    before = {path: path.read_bytes() for path in (project / "dataset").iterdir()}
    request.getfixturevalue("spoilt")
    status, out, _ = run("build")
    assert status == 1
    assert out.endswith("1 problem in 1 file. Nothing was written; dataset/ is unchanged.\n")
    assert {path: path.read_bytes() for path in (project / "dataset").iterdir()} == before


def test_problems_do_not_keep_a_build_from_putting_back_what_a_killed_one_put_aside(run, project, request):
    run("build")
    (project / "dataset").rename(project / ".dataset.old")
    request.getfixturevalue("spoilt")
    status, out, _ = run("build")
    assert status == 1
    assert out.endswith("1 problem in 1 file. Nothing was written; dataset/ is unchanged.\n")
    assert len(load(path=project / "dataset")) == len(CONTRACT.tables)


def test_seeds_and_out_may_lie_elsewhere(run, project):
    (project / "seeds").rename(project / "sources")
    status, out, _ = run("build", "--seeds", "sources", "--out", "build/tables")
    assert status == 0
    assert "in sources/\n" in out
    assert "wrote    build/tables/\n" in out
    assert (project / "build/tables/datapackage.json").is_file()
    assert not (project / "dataset").exists()


def test_a_folder_with_somebodys_work_in_it_is_refused(run, project):
    (project / "dataset").mkdir()
    (project / "dataset/thesis.docx").touch()
    status, out, _ = run("build")
    assert status == 1
    assert "Nothing was written." in out
    assert "thesis.docx" in out


def test_a_place_where_nothing_can_be_written_is_told_before_the_seeds_are_read(run, project):
    (project / "file").touch()
    status, out, _ = run("build", "--out", "file/dataset")
    assert status == 1
    assert out.startswith(f"Nothing was written. {project}/file/dataset cannot be written (")
    assert out.endswith(" Name another folder with --out.\n")
    assert "read " not in out


COMMAND = f"""
import pathlib, sys
from stancebook.cli.main import main
sys.exit(main(sys.argv[1:], root=pathlib.Path({str(ROOT)!r})))
"""


def script(project, command="build"):
    """A command in a process of its own, which finds the contract of this repository."""
    return (sys.executable, "-c", COMMAND, command, "--seeds", project / "seeds", "--out", project / "dataset")


def test_a_disk_without_room_is_told_and_the_old_dataset_stays(run, project, annotations):
    run("build")
    before = {path: path.read_bytes() for path in (project / "dataset").iterdir()}
    annotations.write_text(annotations.read_text(encoding="utf-8") + "# one more line\n", encoding="utf-8")
    limited = ("sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *script(project))
    told = subprocess.run(limited, check=False, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout.splitlines()[2:] == [
        f"Nothing was written. {project}/dataset cannot be written (File too large). It is unchanged."
        " Make room on the disk, or build elsewhere with --out."
    ]
    assert {path: path.read_bytes() for path in (project / "dataset").iterdir()} == before
    assert sorted(path.name for path in project.iterdir()) == [".dataset.lock", ".dataset.cache", "dataset", "seeds"]


READ_ONLY = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"'


def test_a_read_only_checkout_can_be_checked_and_is_not_built(run, project, in_a_mount):
    run("build")
    checked = in_a_mount(READ_ONLY, project, *script(project), "--check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("same     dataset/ is what the seeds give\n")
    told = in_a_mount(READ_ONLY, project, *script(project))
    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout == (
        f"Nothing was written. {project}/dataset cannot be written (Read-only file system: {project}/.dataset.lock)."
        " It is unchanged. Build with --out into a folder where you may write, or look without writing with --check.\n"
    )


def test_schemas_that_are_not_in_order_are_told(project, capsys):
    def contract():
        raise ContractError("Ropes has no docstring.")

    assert main(["build"], root=project, contract=contract) == 1
    assert capsys.readouterr().out == "The contract is not valid: Ropes has no docstring.\n"


@pytest.mark.parametrize(
    "argv",
    [
        ["build", "--chekc"],
        ["build", "dataset"],
        ["build", "--seeds", "nowhere"],
        ["build", "--output-format", "xml"],
        ["build", "--out"],
        ["build", "--check", "--coverage"],
        ["build", "--jobs", "0"],
        ["coverage", "--check"],
        ["diff"],
        ["diff", "--check", "HEAD"],
        ["diff", "HEAD", "--output-format", "json"],
        ["watch", "HEAD"],
        ["watch", "--check"],
        ["watch", "--output-format", "json"],
        ["watch", "--output-format", "github"],
    ],
)
def test_a_command_line_that_is_not_understood_ends_with_2(argv, run, project):
    status, out, err = run(*argv)
    assert (status, out) == (2, "")
    assert err
    assert not (project / "dataset").exists()


# ── --check ───────────────────────────────────────────────────────────────────────────────────────


def test_check_passes_where_the_dataset_is_what_the_seeds_give(run):
    run("build")
    status, out, _ = run("build", "--check")
    assert status == 0
    assert out.endswith("same     dataset/ is what the seeds give\n")


def test_check_fails_where_it_is_not_lists_what_differs_and_writes_nothing(run, project, annotations):
    run("build")
    before = {path: path.read_bytes() for path in (project / "dataset").iterdir()}
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("stance: supports", "stance: ambivalent"), encoding="utf-8")
    status, out, _ = run("build", "--check")
    assert status == 1
    assert "         statements.parquet:   ~ river-talks#s02: stance 'supports' → 'ambivalent'\n" in out
    assert out.endswith("Run `stancebook build`, and commit what it writes.\n")
    assert {path: path.read_bytes() for path in (project / "dataset").iterdir()} == before


def test_check_fails_where_there_is_no_dataset_and_makes_none(run, project):
    status, out, _ = run("build", "--check")
    assert status == 1
    assert "there is no dataset" in out
    assert [path.name for path in project.iterdir()] == ["seeds"]


def test_a_dataset_in_parts_is_checked_compared_and_replaced_as_one_in_files_is(project, annotations, outcome):
    def run(*argv):
        return outcome(lambda: main(argv, root=project, contract=lambda: CONTRACT, chunk_policy=ChunkPolicy(1, 1)))

    for path in (annotations, annotations.with_suffix(".txt")):
        path.with_stem("river-talks-again").write_bytes(path.read_bytes() + b"\n# again\n")
    run("build", "--jobs", "1")
    shutil.copytree(project / "dataset", project / "older")
    kept = project / "dataset/statements.parquet/part-00001.parquet"
    before = kept.read_bytes()
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("stance: supports", "stance: ambivalent"), encoding="utf-8")
    row = "~ river-talks#s02: stance 'supports' → 'ambivalent'\n"
    assert f"         statements.parquet:   {row}" in run("build", "--check", "--jobs", "1")[1]
    assert f"\n\nstatements\n    1 row changed\n      {row}" in run("diff", "older", "--jobs", "1")[1]
    run("build", "--jobs", "1")
    assert kept.read_bytes() == before
    assert "same     dataset/ is what the seeds give" in run("build", "--check", "--jobs", "1")[1]


@pytest.mark.parametrize("option", [("build", "--check"), ("diff", "dataset")])
def test_a_temporary_folder_without_room_is_told_of_where_datasets_are_compared(option, run, project):
    run("build")
    limited = ("sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *script(project, option[0]), option[1])
    told = subprocess.run(limited, check=False, capture_output=True, text=True, cwd=project)
    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout.splitlines()[2:] == [
        "Nothing was compared. The new dataset cannot be written into the system's temporary folder (File too large)."
        " Make room there, or name another folder in the environment variable TMPDIR."
    ]


def test_check_fails_where_the_seeds_have_problems(run, spoilt):
    status, out, _ = run("build", "--check")
    assert status == 1
    assert out.endswith("1 problem in 1 file. Nothing was compared.\n")


# ── --diff ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def changed(run, project, annotations):
    """A dataset of which one row is not what the seeds give any more."""
    run("build")
    (project / "dataset").rename(project / "older")
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("stance: supports", "stance: ambivalent"), encoding="utf-8")


def test_diff_shows_what_changed_by_table_and_writes_nothing(run, project, changed):
    _, out, _ = run("diff", "older")
    assert f"compared older/ (version {CONTRACT.version}) with what the seeds give now\n\nstatements\n" in out
    assert "\nstatements\n    1 row changed\n      ~ river-talks#s02: stance 'supports' → 'ambivalent'\n\n" in out
    assert "mentions" not in out
    assert sorted(path.name for path in project.iterdir()) == [".dataset.lock", ".dataset.cache", "older", "seeds"]


def test_diff_fails_where_the_version_stated_is_too_low(run, changed):
    status, out, _ = run("diff", "older")
    assert status == 1
    assert out.splitlines()[-1] == (
        "This needs a patch version (0.1.1): rows of statements changed, rows of stance_changes changed."
        " 0.1.0, as stated, is too low: raise the version of the contract."
    )


def test_diff_passes_where_the_version_stated_is_high_enough(project, changed, capsys):
    assert main(["diff", "older"], root=project, contract=lambda: replace(CONTRACT, version="0.1.1")) == 0
    assert capsys.readouterr().out.endswith(" 0.1.1, as stated, is enough.\n")


def test_diff_passes_where_nothing_differs(run):
    run("build")
    status, out, _ = run("diff", "dataset")
    assert status == 0
    assert out.endswith("\n\nNothing differs: no new version is needed.\n")


def test_diff_compares_nothing_where_the_seeds_have_problems(run, spoilt):
    status, out, _ = run("diff", "HEAD")
    assert status == 1
    assert out.endswith("1 problem in 1 file. Nothing was compared.\n")


def test_diff_with_what_is_neither_a_folder_nor_a_revision_is_not_understood(run):
    status, out, _ = run("diff", "v0.1.O")
    assert status == 2
    assert "Nothing was compared. 'v0.1.O' is no" in out


def test_diff_with_a_dataset_that_breaks_its_own_contract_fails(run, project):
    run("build")
    (project / "dataset/mentions.parquet").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    status, out, _ = run("diff", "dataset")
    assert status == 1
    assert "Nothing was compared. dataset/ does not match its own data package (mentions.parquet:1:1: " in out


def test_diff_tells_github_of_a_version_that_is_too_low(run, changed):
    _, out, _ = run("diff", "older", "--output-format", "github")
    level, place, message = parse(out.splitlines()[-1])
    assert (level, place) == ("error", {})
    assert message.startswith("This needs a patch version")


# ── --output-format ───────────────────────────────────────────────────────────────────────────────


def test_as_json_standard_output_holds_the_problems_and_nothing_else(run, spoilt):
    status, out, err = run("build", "--output-format", "json")
    assert status == 1
    [problem] = json.loads(out)
    assert problem["where"] == "mentions[m05].quote"
    assert problem["file"] == "seeds/documents/river-talks.yaml"
    assert err == "1 problem in 1 file. Nothing was written; dataset/ is unchanged.\n"


@pytest.mark.parametrize("argv", [[], ["--check"]])
def test_as_json_a_build_without_problems_is_an_empty_array(argv, run):
    run("build")
    status, out, err = run("build", "--output-format", "json", *argv)
    assert status == 0
    assert json.loads(out) == []
    assert "read     1 document" in err


@pytest.mark.parametrize("argv", [["build"], ["build", "--check"], ["coverage"]])
def test_as_json_schemas_that_are_not_in_order_are_no_problem_of_the_seeds(argv, project, capsys):
    def contract():
        raise ContractError("Ropes has no docstring.")

    assert main([*argv, "--output-format", "json"], root=project, contract=contract) == 1
    told = capsys.readouterr()
    assert json.loads(told.out) == []
    assert told.err == "The contract is not valid: Ropes has no docstring.\n"


def test_as_json_a_dataset_that_differs_is_told_in_words_beside_an_empty_array(run):
    status, out, err = run("build", "--check", "--output-format", "json")
    assert status == 1
    assert json.loads(out) == []
    assert "there is no dataset" in err


@pytest.mark.parametrize("output_format", ["json", "github"])
def test_programs_read_utf_8_whatever_the_locale(output_format, project, annotations, monkeypatch):
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("quote: R. Vale", "quote: R. “Dał” 😀"), encoding="utf-8")
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stdout)
    main(["build", "--output-format", output_format], root=project, contract=lambda: CONTRACT)
    told = stdout.buffer.getvalue().decode("utf-8")
    if output_format == "json":
        assert json.loads(told)[0]["where"] == "mentions[m05].quote"
    assert "\\" not in told.replace("\\n", "").replace('\\"', "")


def test_for_github_each_problem_is_an_annotation_of_its_line(run, spoilt):
    status, out, _ = run("build", "--output-format", "github")
    level, place, message = parse(out.splitlines()[0])
    assert (status, level) == (1, "error")
    assert place == {"file": "seeds/documents/river-talks.yaml", "line": "16", "col": "40"}
    assert message.startswith("seeds/documents/river-talks.yaml:16:40: mentions[m05].quote: not found")
    assert out.endswith("\n1 problem in 1 file. Nothing was written; dataset/ is unchanged.\n")


def test_for_github_more_problems_than_it_shows_are_counted(run, annotations):
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("high", "hihg").replace("R. Vale", "R. Dale"), encoding="utf-8")
    _, out, _ = run("build", "--output-format", "github")
    *commands, verdict = out.splitlines()
    assert len(commands) > 10
    assert verdict == (
        f"{len(commands)} problems in 1 file. GitHub shows 10 of them next to their lines; this log has all."
        " Nothing was written; dataset/ is unchanged."
    )


def test_for_github_a_dataset_that_differs_is_an_annotation_without_a_line(run):
    _, out, _ = run("build", "--check", "--output-format", "github")
    level, place, message = parse(out.splitlines()[-1])
    assert (level, place) == ("error", {})
    assert message.startswith("dataset/ is not what the seeds give.")


# ── --coverage ────────────────────────────────────────────────────────────────────────────────────


def test_coverage_shows_what_quotes_touch_and_writes_nothing(run, project):
    status, out, _ = run("coverage", "mentions")
    assert status == 0
    assert "river-talks\n" in out
    assert "untouched passages" in out
    assert [path.name for path in project.iterdir()] == ["seeds"]


def test_coverage_of_a_table_without_quotes_is_not_understood(run):
    status, out, _ = run("coverage", "actors")
    assert status == 2
    assert out.endswith("Coverage is that of mentions, statements, events, demands; actors has no quotes.\n")


# ── --help ────────────────────────────────────────────────────────────────────────────────────────


def test_help_explains_every_option_and_every_exit_status(run):
    status, out, _ = run("build", "--help")
    assert status == 0
    for option in (
        "--check",
        "--contract MODULE:ATTR",
        "--seeds DIR",
        "--out DIR",
        "--output-format {text,github,json}",
        "--jobs N",
        "--cluster ADDRESS",
        "--no-cache",
    ):
        assert option in out
    assert out.count("(default:") == 5
    for code in ("0", "1", "2"):
        assert re.search(rf"^  {code}  \w", out, re.MULTILINE)


def test_check_without_a_dataset_says_so_in_a_sentence(project, capsys):
    main(["build", "--check"], root=project, contract=lambda: CONTRACT)
    assert "dataset/there is" not in capsys.readouterr().out


def test_a_terminal_that_lacks_a_character_does_not_stop_a_build(project, monkeypatch, annotations):
    main(["build"], root=project, contract=lambda: CONTRACT)
    changed = annotations.read_text(encoding="utf-8").replace("stance: supports", "stance: opposes")
    annotations.write_text(changed, encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="cp1252"))
    assert main(["build", "--check"], root=project, contract=lambda: CONTRACT) == 1


# ── Garbage collection ────────────────────────────────────────────────────────────────────────────


def test_gc_is_enabled_after_an_exception(project, monkeypatch):
    """An exception while the sources are listed does not leave garbage collection off."""

    def broken(_):
        assert not gc.isenabled()
        raise OSError("gone")

    monkeypatch.setattr("stancebook.cli.commands.discover", broken)
    with pytest.raises(OSError, match="gone"):
        main(["build"], root=project, contract=lambda: CONTRACT)
    assert gc.isenabled()


def test_missing_library_is_named_with_its_extra(project, monkeypatch, capsys):
    """A library that is not installed is answered with the line to type."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.setattr("stancebook.cli.commands.build", lambda *_: __import__("yaml"))
    assert main(["build"], root=project, contract=lambda: CONTRACT) == 1
    assert 'yaml is not installed. Install it with: pip install "stancebook[build]"\n' in capsys.readouterr().out
