"""Hostile sources are refused within limits of time and memory, which one process has that builds them all."""

import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stancebook.cli.main import main
from tests.dataset_files import rendered

pytestmark = pytest.mark.xdist_group("hostile")

ROOT = Path(__file__).parents[3]
ANNOTATIONS = "seeds/documents/river-talks.yaml"
TEXT = "seeds/documents/river-talks.txt"
MAX_BYTES, MAX_CPU_SECONDS = 2 << 30, 120

LARGE = "expected one news text, or its records; a codebook may be several files"
DEEP = "collections nest too deep here\n    a file holds lists of records, and records hold values"


def sparse_gigabyte(path):
    with path.open("wb") as file:
        file.truncate(1 << 30)


def pipe(path):
    path.unlink()
    os.mkfifo(path)


def link_to(target):
    def put(path):
        path.unlink()
        path.symlink_to(target)

    return put


def socket_file(path):
    path.unlink()
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(os.fspath(path))


def text(words):
    return lambda path: path.write_text(words, encoding="utf-8")


HOSTILE_FILES = {
    "a gigabyte of annotations": (ANNOTATIONS, sparse_gigabyte, f"1:1: is larger than 4 MiB\n    {LARGE}"),
    "a gigabyte of text": (TEXT, sparse_gigabyte, f"1:1: is larger than 4 MiB\n    {LARGE}"),
    "endless lists": (ANNOTATIONS, text("[" * 50_000), f"1:33: {DEEP}"),
    "endless keys": (ANNOTATIONS, text("[{? " * 50_000), f"1:65: {DEEP}"),
    "a pipe without a writer": (
        TEXT,
        pipe,
        "1:1: is a pipe, a socket or a device\n    expected a file of this name",
    ),
    "a link to an endless device": (
        ANNOTATIONS,
        link_to("/dev/zero"),
        "1:1: is a link\n    put the file or folder itself here: links are not followed",
    ),
}


ALIASES = "l0: &l0 [ha, ha]\n" + "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 30))

MEGABYTE_QUOTES = {
    "frequent": (
        "ba" * 500_000,
        "the quote occurs more than 100 times in {}\n    add more words to the quote itself\n",
    ),
    "similar": ("ba" * 500_000 + "!", "not found in {}\n    the nearest passage is at 1:"),
    "unlike": ("xy" * 500_000, "not found in {}\n    nothing in the text is similar\n"),
}

PROJECTS = {
    **{name: {file: put} for name, (file, put, _) in HOSTILE_FILES.items()},
    "multiplying aliases": {ANNOTATIONS: text(ALIASES)},
    **{
        name: {TEXT: text("ab" * (2 << 20)), ANNOTATIONS: text(f"mentions:\n  - id: m1\n    quote: {quote}\n")}
        for name, (quote, _) in MEGABYTE_QUOTES.items()
    },
}

BUILD_ALL = """
import contextlib, io, json, os, sys
from pathlib import Path
from schemas import CONTRACT
from stancebook.cli.main import main
outcomes = []
for folder in sys.argv[1:]:
    os.chdir(folder)
    with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(output):
        status = main(["build", "--all-problems"], root=Path(folder), contract=lambda: CONTRACT)
    outcomes.append([status, output.getvalue()])
print(json.dumps(outcomes))
"""


def set_limits():
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """The folder, exit status and output of a build of each hostile project."""
    folders = [tmp_path_factory.mktemp("hostile") for _ in PROJECTS]
    for folder, changes in zip(folders, PROJECTS.values(), strict=True):
        shutil.copytree(ROOT / "tests/project", folder, dirs_exist_ok=True)
        for file, put in changes.items():
            put(folder / file)
    process = subprocess.run(
        [sys.executable, "-c", BUILD_ALL, *folders],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=5 * MAX_CPU_SECONDS,
        preexec_fn=set_limits,
    )
    assert process.returncode == 0, process.stdout
    return {
        name: (folder, *outcome)
        for name, folder, outcome in zip(PROJECTS, folders, json.loads(process.stdout), strict=True)
    }


@pytest.mark.parametrize("name", HOSTILE_FILES)
def test_hostile_file_is_one_problem(outcomes, name):
    """A hostile file is refused as one problem, and nothing is written."""
    file, _, problem = HOSTILE_FILES[name]
    folder, status, output = outcomes[name]
    assert output == f"{file}:{problem}\n1 problem in 1 file. Nothing was written; dataset/ is unchanged.\n"
    assert status == 1
    assert not (folder / "dataset").exists()


def test_multiplying_aliases_are_refused(outcomes):
    """Aliases that would multiply are refused one by one."""
    _, status, output = outcomes["multiplying aliases"]
    assert output.startswith(f"{ANNOTATIONS}:1:1: 'l0' is not a table that this file may hold\n")
    assert f"{ANNOTATIONS}:30:12: the alias *l28 is not allowed\n" in output
    assert status == 1


@pytest.mark.parametrize("name", MEGABYTE_QUOTES)
def test_megabyte_quote_is_diagnosed(outcomes, name):
    """A quote of a megabyte is diagnosed in a text of several, with a short message."""
    _, status, output = outcomes[name]
    message = re.escape(MEGABYTE_QUOTES[name][1].format(TEXT))
    assert re.search(rf"^{re.escape(ANNOTATIONS)}:3:\d+: mentions\[m1\]\.quote: {message}", output, re.MULTILINE)
    assert len(output) < 10_000
    assert status == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "seeds"], "one of the folders seeds and seeds contains the other; choose another folder with --out"),
        (["--out", "seeds/built"], "one of the folders seeds/built and seeds contains the other"),
        (["--out", "/"], "one of the folders / and seeds contains the other"),
        (["--out", "."], "one of the folders . and seeds contains the other"),
        (["--out", "link"], "one of the folders link and seeds contains the other"),
        (["--seeds", TEXT], f"{TEXT} is not a folder"),
        (["--seeds", "/dev/zero"], "/dev/zero is not a folder"),
        (["--seeds", "socket"], "socket is not a folder"),
        (["--seeds", "x" * 5000], "is not a folder"),
        (["--seeds", "\x1b[2J"], r"\x1b[2J is not a folder"),
    ],
)
def test_impossible_folders_are_usage_errors(project, capsys, arguments, message):
    """Impossible folders are usage errors, before the contract is loaded."""
    (project / "link").symlink_to("seeds/documents")
    (project / "socket").touch()
    socket_file(project / "socket")

    def contract():
        pytest.fail("the schemas were asked for")

    with pytest.raises(SystemExit) as end:
        main(["build", "--seeds", "seeds", *arguments], root=project, contract=contract)
    assert message in capsys.readouterr().err
    assert end.value.code == 2


@pytest.mark.parametrize("name", ["../../etc/passwd", "<script>", "a|b", "$(x)", "a\nb", "con\x1b", "A", "é", ""])
def test_id_with_path_or_markup_is_refused(project, annotations, rebuilt, name):
    """An id with a path or markup is refused as no slug."""
    given = annotations.read_text(encoding="utf-8").replace("id: s01", f"id: {json.dumps(name)}")
    annotations.write_text(given, encoding="utf-8")
    problems = [problem for problem in rebuilt().problems if problem.line == 19]
    assert len(problems) == 1
    assert name == "" or problems[0].message == f"{name!r} is not a slug"


def test_markup_in_value_changes_its_table_only(project, rebuilt):
    """Markup in a value changes its table and checksums, nothing else."""
    before = rendered(rebuilt())
    actors = project / "seeds/codebook/actors.yaml"
    marked = actors.read_text(encoding="utf-8").replace("name: Anna Hale", r'name: "| a | <b>\n# c `d` [e](f)"')
    actors.write_text(marked, encoding="utf-8")
    after = rendered(rebuilt())
    changed = {name for name in before if before[name] != after[name]}
    assert "actors.parquet" in changed
    assert {name for name in changed if not name.endswith(".parquet")} == {"datapackage.json", "croissant.json"}


@pytest.mark.parametrize("escape", [r"\0", r"\a", r"\e[2J", r"\x7f", r"\x9b", r"\uffff"])
def test_escaped_control_character_is_refused(project, annotations, rebuilt, escape):
    """A control character that an escape brings in is refused."""
    given = annotations.read_text(encoding="utf-8")
    summary = "summary: Northmark refused talks with Southmark."
    annotations.write_text(given.replace(summary, f'summary: "{escape}"'), encoding="utf-8")
    [problem] = rebuilt().problems
    assert problem.where == "statements[s01].summary"
    assert "the character U+" in problem.message


def test_lone_surrogate_is_refused(project, annotations, rebuilt):
    """A lone surrogate is refused before it reaches a table."""
    given = annotations.read_text(encoding="utf-8")
    annotations.write_text(given.replace("coder: rv", 'coder: "\\ud800"'), encoding="utf-8")
    [problem] = rebuilt().problems
    assert problem.line == 9
