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
NEXT_PATCH = re.sub(r"\d+$", lambda number: str(int(number[0]) + 1), CONTRACT.version)


@pytest.fixture
def run(project, outcome):
    """Run the command line in the minimal project; return its exit status, standard output and standard error."""
    return lambda *argv: outcome(lambda: main(argv, root=project, contract=lambda: CONTRACT))


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    """The folder of the minimal project after a build."""
    folder = tmp_path_factory.mktemp("built") / "project"
    shutil.copytree(ROOT / "tests/project", folder)
    assert main(["build"], root=folder, contract=lambda: CONTRACT) == 0
    return folder


@pytest.fixture
def built_project(project, built_once):
    """The minimal project with its dataset, built elsewhere; it is the working folder."""
    return Path(shutil.copytree(built_once, project, dirs_exist_ok=True))


@pytest.fixture
def misquoted(annotations):
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("quote: R. Vale", "quote: R. Dale"), encoding="utf-8")


# ── Building ──────────────────────────────────────────────────────────────────────────────────────


def test_build_prints_what_it_read_and_wrote(run, project):
    """A build prints what it read and checked, and how many rows each table has."""
    status, out, err = run("build")
    assert (status, err) == (0, "")
    assert "read     1 document and 3 codebook files in seeds/\n" in out
    assert re.search(r"checked  11 quotes found in their texts, \d+ references followed, \d+ rules held\n", out)
    assert "wrote    dataset/\n" in out
    for name in CONTRACT.tables:
        assert re.search(rf"^ +\d+  {name}$", out, re.MULTILINE)
        assert (project / f"dataset/{name}.parquet").is_file()


def test_second_build_is_unchanged(run):
    """A second build of the same seeds leaves the dataset unchanged, and says so."""
    run("build")
    status, out, _ = run("build")
    assert status == 0
    assert "unchanged dataset/\n" in out


def test_build_with_problems_writes_nothing(run, built_project, request):
    """If there are problems, the old dataset keeps its bytes."""
    before = {path: path.read_bytes() for path in (built_project / "dataset").iterdir()}
    request.getfixturevalue("misquoted")
    status, out, _ = run("build")
    assert status == 1
    assert out.endswith("1 problem in 1 file. Nothing was written; dataset/ is unchanged.\n")
    assert {path: path.read_bytes() for path in (built_project / "dataset").iterdir()} == before


def test_build_with_problems_restores_backup(run, built_project, request):
    """The dataset that a killed build moved aside is restored, even if there are problems."""
    (built_project / "dataset").rename(built_project / ".dataset.old")
    request.getfixturevalue("misquoted")
    status, out, _ = run("build")
    assert status == 1
    assert out.endswith("1 problem in 1 file. Nothing was written; dataset/ is unchanged.\n")
    assert len(load(path=built_project / "dataset")) == len(CONTRACT.tables)


def test_build_takes_other_folders(run, project):
    """`--seeds` and `--out` take any folder."""
    (project / "seeds").rename(project / "sources")
    status, out, _ = run("build", "--seeds", "sources", "--out", "build/tables")
    assert status == 0
    assert "in sources/\n" in out
    assert "wrote    build/tables/\n" in out
    assert (project / "build/tables/datapackage.json").is_file()
    assert not (project / "dataset").exists()


def test_build_refuses_folder_with_other_files(run, project):
    """A folder with files that no build wrote is not replaced."""
    (project / "dataset").mkdir()
    (project / "dataset/thesis.docx").touch()
    status, out, _ = run("build")
    assert status == 1
    assert "Nothing was written." in out
    assert "thesis.docx" in out


def test_unwritable_folder_is_reported_first(run, project):
    """A folder that cannot be written is reported before the seeds are read."""
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


def test_full_disk_leaves_old_dataset(built_project, annotations):
    """A full disk is reported, and the old dataset keeps its bytes."""
    before = {path: path.read_bytes() for path in (built_project / "dataset").iterdir()}
    annotations.write_text(annotations.read_text(encoding="utf-8") + "# checked twice\n", encoding="utf-8")
    limited = ("sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *script(built_project))
    process = subprocess.run(limited, check=False, capture_output=True, text=True)
    assert (process.returncode, process.stderr) == (1, "")
    assert process.stdout.splitlines()[2:] == [
        f"Nothing was written. {built_project}/dataset cannot be written (File too large). It is unchanged."
        " Make room on the disk, or build elsewhere with --out."
    ]
    assert {path: path.read_bytes() for path in (built_project / "dataset").iterdir()} == before
    assert sorted(path.name for path in built_project.iterdir()) == [
        ".dataset.cache",
        ".dataset.lock",
        "dataset",
        "seeds",
    ]


READ_ONLY = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"'


def test_read_only_checkout_is_checked_not_built(built_project, in_a_mount):
    """In a read-only checkout `--check` works, and a build is refused with the way out."""
    checked = in_a_mount(READ_ONLY, built_project, *script(built_project), "--check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("same     dataset/ is what the seeds give\n")
    process = in_a_mount(READ_ONLY, built_project, *script(built_project))
    assert (process.returncode, process.stderr) == (1, "")
    assert process.stdout == (
        f"Nothing was written. {built_project}/dataset cannot be written (Read-only file system:"
        f" {built_project}/.dataset.lock). It is unchanged."
        " Build with --out into a folder where you may write, or look without writing with --check.\n"
    )


def test_invalid_contract_is_one_line(project, capsys):
    """A contract that is not valid is one line, with exit status 1."""

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
def test_usage_error_exits_with_2(argv, run, project):
    """A usage error prints to standard error only, writes nothing, and exits with 2."""
    status, out, err = run(*argv)
    assert (status, out) == (2, "")
    assert err
    assert not (project / "dataset").exists()


# ── --check ───────────────────────────────────────────────────────────────────────────────────────


def test_check_passes_if_up_to_date(run, built_project):
    """`--check` passes if the dataset is what the seeds give."""
    status, out, _ = run("build", "--check")
    assert status == 0
    assert out.endswith("same     dataset/ is what the seeds give\n")


def test_check_lists_differences_and_fails(run, built_project, annotations):
    """`--check` lists the rows that differ, fails, and writes nothing."""
    before = {path: path.read_bytes() for path in (built_project / "dataset").iterdir()}
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("stance: supports", "stance: ambivalent"), encoding="utf-8")
    status, out, _ = run("build", "--check")
    assert status == 1
    assert "         statements.parquet:   ~ river-talks#s02: stance 'supports' → 'ambivalent'\n" in out
    assert out.endswith("Run `stancebook build`, and commit what it writes.\n")
    assert {path: path.read_bytes() for path in (built_project / "dataset").iterdir()} == before


def test_check_without_dataset_fails(run, project):
    """`--check` fails if there is no dataset, and makes none."""
    status, out, _ = run("build", "--check")
    assert status == 1
    assert "there is no dataset" in out
    assert [path.name for path in project.iterdir()] == ["seeds"]


def test_dataset_in_parts_is_checked_and_compared(project, annotations, outcome):
    """A dataset in parts is checked, compared and replaced as one in files is; unchanged parts keep their bytes."""

    def run(*argv):
        return outcome(
            lambda: main(argv, root=project, contract=lambda: CONTRACT, chunk_policy=ChunkPolicy(1, 1, rows_per_part=1))
        )

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
def test_full_temporary_folder_is_reported(option, built_project):
    """A full temporary folder is reported by `--check` and `diff`, with the variable that names another."""
    limited = ("sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *script(built_project, option[0]), option[1])
    process = subprocess.run(limited, check=False, capture_output=True, text=True, cwd=built_project)
    assert (process.returncode, process.stderr) == (1, "")
    assert process.stdout.splitlines()[2:] == [
        "Nothing was compared. The new dataset cannot be written into the system's temporary folder (File too large)."
        " Make room there, or name another folder in the environment variable TMPDIR."
    ]


def test_check_with_problems_fails(run, misquoted):
    """`--check` compares nothing if the seeds have problems."""
    status, out, _ = run("build", "--check")
    assert status == 1
    assert out.endswith("1 problem in 1 file. Nothing was compared.\n")


# ── --diff ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def changed(built_project, annotations):
    """A dataset of which one row is not what the seeds give any more."""
    (built_project / "dataset").rename(built_project / "older")
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("stance: supports", "stance: ambivalent"), encoding="utf-8")


def test_diff_lists_changes_and_writes_nothing(run, project, changed):
    """`diff` lists the changes of each table, and writes nothing."""
    _, out, _ = run("diff", "older")
    assert f"compared older/ (version {CONTRACT.version}) with what the seeds give now\n\nstatements\n" in out
    assert "\nstatements\n    1 row changed\n      ~ river-talks#s02: stance 'supports' → 'ambivalent'\n\n" in out
    assert "mentions" not in out
    assert sorted(path.name for path in project.iterdir()) == [".dataset.cache", ".dataset.lock", "older", "seeds"]


def test_diff_lists_all_rows_if_asked(run, built_project):
    """`diff` lists twenty rows of a kind and counts the others; with `--all-rows`, it lists all."""
    (built_project / "dataset").rename(built_project / "older")
    actors = [f"  - {{actor_id: a-{n:02}, name: A {n}, actor_type: person, description: A.}}\n" for n in range(1, 23)]
    with (built_project / "seeds/codebook/actors.yaml").open("a", encoding="utf-8") as file:
        file.writelines(actors)
    _, first, _ = run("diff", "older")
    assert "\n      + a-20\n      … and 2 more\n" in first
    _, all_rows, _ = run("diff", "older", "--all-rows")
    assert "\n      + a-20\n      + a-21\n      + a-22\n\n" in all_rows


def test_diff_fails_if_version_is_too_low(run, changed):
    """`diff` fails if the version of the contract is too low for the changes."""
    status, out, _ = run("diff", "older")
    assert status == 1
    assert out.splitlines()[-1] == (
        f"This needs a patch version ({NEXT_PATCH}): rows of statements changed, rows of stance_observations"
        " changed, rows of stance_changes changed."
        f" {CONTRACT.version}, as stated, is too low: raise the version of the contract."
    )


def test_diff_passes_if_version_is_high_enough(project, changed, capsys):
    """`diff` passes if the version of the contract is high enough."""
    assert main(["diff", "older"], root=project, contract=lambda: replace(CONTRACT, version=NEXT_PATCH)) == 0
    assert capsys.readouterr().out.endswith(f" {NEXT_PATCH}, as stated, is enough.\n")


def test_diff_passes_without_changes(run, built_project):
    """`diff` passes if nothing differs."""
    status, out, _ = run("diff", "dataset")
    assert status == 0
    assert out.endswith("\n\nNothing differs: no new version is needed.\n")


def test_diff_with_problems_compares_nothing(run, misquoted):
    """`diff` compares nothing if the seeds have problems."""
    status, out, _ = run("diff", "HEAD")
    assert status == 1
    assert out.endswith("1 problem in 1 file. Nothing was compared.\n")


def test_diff_with_unknown_revision_is_usage_error(run):
    """A name that is neither a folder nor a revision is a usage error."""
    status, out, _ = run("diff", "v0.1.O")
    assert status == 2
    assert "Nothing was compared. 'v0.1.O' is no" in out


def test_diff_with_invalid_dataset_fails(run, built_project):
    """An older dataset that does not match its own schema is not compared."""
    (built_project / "dataset/mentions.parquet").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    status, out, _ = run("diff", "dataset")
    assert status == 1
    assert "Nothing was compared. dataset/ does not match its own data package (mentions.parquet:1:1: " in out


def test_diff_annotates_low_version_on_github(run, changed):
    """For GitHub, a version that is too low is an annotation without a line."""
    _, out, _ = run("diff", "older", "--output-format", "github")
    level, location, message = parse(out.splitlines()[-1])
    assert (level, location) == ("error", {})
    assert message.startswith("This needs a patch version")


# ── --output-format ───────────────────────────────────────────────────────────────────────────────


def test_json_has_standard_output_to_itself(run, misquoted):
    """As JSON, standard output holds the problems and nothing else."""
    status, out, err = run("build", "--output-format", "json")
    assert status == 1
    [problem] = json.loads(out)
    assert problem["where"] == "mentions[m05].quote"
    assert problem["file"] == "seeds/documents/river-talks.yaml"
    assert err == "1 problem in 1 file. Nothing was written; dataset/ is unchanged.\n"


@pytest.mark.parametrize("argv", [[], ["--check"]])
def test_json_without_problems_is_empty_array(argv, run, built_project):
    """As JSON, a build without problems is an empty array."""
    status, out, err = run("build", "--output-format", "json", *argv)
    assert status == 0
    assert json.loads(out) == []
    assert "read     1 document" in err


@pytest.mark.parametrize("argv", [["build"], ["build", "--check"], ["coverage"]])
def test_json_with_invalid_contract_is_empty_array(argv, project, capsys):
    """As JSON, a contract that is not valid is an empty array, and text on standard error."""

    def contract():
        raise ContractError("Ropes has no docstring.")

    assert main([*argv, "--output-format", "json"], root=project, contract=contract) == 1
    output = capsys.readouterr()
    assert json.loads(output.out) == []
    assert output.err == "The contract is not valid: Ropes has no docstring.\n"


def test_json_with_differences_is_empty_array(run):
    """As JSON, a dataset that differs is an empty array, and text on standard error."""
    status, out, err = run("build", "--check", "--output-format", "json")
    assert status == 1
    assert json.loads(out) == []
    assert "there is no dataset" in err


@pytest.mark.parametrize("output_format", ["json", "github"])
def test_output_for_programs_is_utf_8(output_format, project, annotations, monkeypatch):
    """Output for programs is UTF-8, in any locale."""
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("quote: R. Vale", "quote: R. “Dał” 😀"), encoding="utf-8")
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stdout)
    main(["build", "--output-format", output_format], root=project, contract=lambda: CONTRACT)
    output = stdout.buffer.getvalue().decode("utf-8")
    if output_format == "json":
        assert json.loads(output)[0]["where"] == "mentions[m05].quote"
    assert "\\" not in output.replace("\\n", "").replace('\\"', "")


def test_github_annotates_each_problem(run, misquoted):
    """For GitHub, each problem is an annotation of its line."""
    status, out, _ = run("build", "--output-format", "github")
    level, location, message = parse(out.splitlines()[0])
    assert (status, level) == (1, "error")
    assert location == {"file": "seeds/documents/river-talks.yaml", "line": "16", "col": "43"}
    assert message.startswith("seeds/documents/river-talks.yaml:16:43: mentions[m05].quote: not found")
    assert out.endswith("\n1 problem in 1 file. Nothing was written; dataset/ is unchanged.\n")


def test_github_names_its_limit(run, annotations):
    """If there are more problems than GitHub shows, the last line says so."""
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("high", "hihg").replace("R. Vale", "R. Dale"), encoding="utf-8")
    _, out, _ = run("build", "--output-format", "github")
    *commands, verdict = out.splitlines()
    assert len(commands) > 10
    assert verdict == (
        f"{len(commands)} problems in 1 file. GitHub shows 10 of them next to their lines; this log has all."
        " Nothing was written; dataset/ is unchanged."
    )


def test_github_annotates_outdated_dataset(run):
    """For GitHub, a dataset that is not up to date is an annotation without a line."""
    _, out, _ = run("build", "--check", "--output-format", "github")
    level, location, message = parse(out.splitlines()[-1])
    assert (level, location) == ("error", {})
    assert message.startswith("dataset/ is not what the seeds give.")


# ── --coverage ────────────────────────────────────────────────────────────────────────────────────


def test_coverage_shows_shares_and_writes_nothing(run, project):
    """`coverage` shows the shares and the passages without quotes, and writes nothing."""
    status, out, _ = run("coverage", "mentions")
    assert status == 0
    assert "river-talks\n" in out
    assert "untouched passages" in out
    assert [path.name for path in project.iterdir()] == ["seeds"]


def test_coverage_of_table_without_quotes_fails(run):
    """A table without quotes is a usage error, which names the tables with quotes."""
    status, out, _ = run("coverage", "actors")
    assert status == 2
    assert out.endswith("Coverage is that of mentions, statements, events, demands; actors has no quotes.\n")


# ── --help ────────────────────────────────────────────────────────────────────────────────────────


def test_help_explains_options_and_statuses(run):
    """The help of `build` explains every option and every exit status."""
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


def test_check_without_dataset_is_a_sentence(project, capsys):
    """That there is no dataset is a sentence, not a path."""
    main(["build", "--check"], root=project, contract=lambda: CONTRACT)
    assert "dataset/there is" not in capsys.readouterr().out


def test_missing_terminal_character_is_escaped(project, monkeypatch, annotations):
    """A character that the terminal lacks is escaped, and the build goes on."""
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

    monkeypatch.setattr("stancebook.cli.build.discover", broken)
    with pytest.raises(OSError, match="gone"):
        main(["build"], root=project, contract=lambda: CONTRACT)
    assert gc.isenabled()


def test_missing_library_is_named_with_its_extra(project, monkeypatch, capsys):
    """A library that is not installed is answered with the line to type."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.setattr("stancebook.cli.build.build", lambda *_: __import__("yaml"))
    assert main(["build"], root=project, contract=lambda: CONTRACT) == 1
    assert 'yaml is not installed. Install it with: pip install "stancebook[build]"\n' in capsys.readouterr().out


# ── export ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "warning: There is 1 text that a spreadsheet would run as a formula. For spreadsheets, export with --esc"),
        (["--escape-formulas"], "escaped  1 text that a spreadsheet would run as a formula, by an apostrophe before"),
    ],
)
def test_csv_export_counts_formulas(options, message, run, project):
    """Texts that a spreadsheet would run as formulas are warned of, or escaped and counted."""
    actors = project / "seeds/codebook/actors.yaml"
    text = actors.read_text(encoding="utf-8")
    actors.write_text(text.replace("description: The country on the northern bank.", "description: '=1+1'"), "utf-8")
    run("build")
    status, out, _ = run("export", "csv", *options, "csv")
    assert status == 0
    assert out.splitlines()[-1].startswith(message)


def test_csv_export_without_formulas_says_nothing(run, built_project):
    """Without such texts there is no warning."""
    assert "spreadsheet" not in run("export", "csv", "csv")[1]
