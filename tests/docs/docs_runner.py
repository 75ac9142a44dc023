"""Runs the examples of the documentation pages on the fictional project of the tests.

`python -m tests.docs.docs_runner --renew` writes the actual output of every example into the pages; `--check` lists
the pages whose output is out of date. Names of pages after it limit either to these.
"""

import atexit
import contextlib
import io
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import duckdb

import stancebook.cli.main
from schemas import CONTRACT
from stancebook.schema.contract import Contract
from tests.docs.pages import ROOT, Block, Page, page_at
from tests.fictional_contract import fictional

EXAMPLE_SEEDS = ROOT / "tests/project/seeds"
SECOND_SEEDS = ROOT / "tests/second_document/seeds"

# What a copy of the repository holds: its own code, with the fictional project as seeds and dataset.
CODE = (
    *("CHANGELOG.md", "CITATION.cff", "Makefile", "build.py", "constraints.txt", "pyproject.toml", "schemas"),
    "tests/stale.py",
)
EXAMPLE = (*CODE, "seeds", "dataset", "tests/project")

# Folders that are not copies of those of that name in the repository. A tilde: of the real sources.
SOURCES: dict[str, Callable[[], Path]] = {
    "seeds": lambda: EXAMPLE_SEEDS,
    "dataset": lambda: example_dataset(EXAMPLE_SEEDS),
    "strait": lambda: example_dataset(SECOND_SEEDS),
    "~seeds": lambda: ROOT / "seeds",
    "~dataset": lambda: example_dataset(ROOT / "seeds"),
}

# Pages that are run from top to bottom, each in a folder of its own, and what is in that folder at first.
EXECUTED_PAGES = {
    "README.md": EXAMPLE,
    "docs/start.md": EXAMPLE,
    "docs/query.md": (*EXAMPLE, "strait", "tests/second_document/seeds"),
    "docs/statistics.md": EXAMPLE,
    "docs/first-text.md": EXAMPLE,
    "docs/codebook.md": EXAMPLE,
    "docs/draft.md": (*EXAMPLE, "tests/replayed_model.py"),
    "docs/agreement.md": EXAMPLE,
    "docs/view.md": EXAMPLE,
    "docs/tools.md": EXAMPLE,
    "docs/tools/refi.md": EXAMPLE,
    "docs/tools/w3c.md": EXAMPLE,
    "docs/tools/inception.md": EXAMPLE,
    "docs/tools/label-studio.md": EXAMPLE,
    "docs/tools/brat.md": EXAMPLE,
    "docs/tools/doccano.md": EXAMPLE,
    "docs/tools/prodigy.md": EXAMPLE,
    "docs/tools/dna.md": EXAMPLE,
    "docs/commands.md": EXAMPLE,
    "docs/python.md": EXAMPLE,
    "docs/your-own.md": (),
    "docs/own-corpus.md": (),
    "docs/large.md": (*EXAMPLE, "benchmarks"),
    "docs/release.md": ("build.py", "pyproject.toml", "schemas", "seeds", "LICENSE"),
    "docs/from-0.1-to-0.2.md": (*CODE, "~seeds", "~dataset", "tests/datasets/0.1.0"),
}

# Pages on a project with another contract than that of this repository.
CONTRACTS: dict[str, Callable[[], Contract]] = {"docs/release.md": fictional}

# Commands that take minutes, wait for a person or use the network: it is enough that make knows its targets.
NOT_RUN = re.compile(r"make (test|lab)\b|(\S*/)?pip install |git clone |cd ")
# Settings that keep the Hugging Face library from fetching anything; it reads them when it is imported.
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_HOME": "hub", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}


class Workspace:
    """A folder with the given files of a repository, and an environment in which the engine is installed."""

    def __init__(self, folder: Path, *contents: str, contract: Callable[[], Contract] | None = None) -> None:
        self.folder = folder
        self.contract = contract or repository_contract
        self.is_repository = True
        self.last_file = ""
        self.last_build = ""
        for content in contents:
            name = content.removeprefix("~")
            source = SOURCES[content]() if content in SOURCES else ROOT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            copy(source, folder / name)
        self._set_up_environment()

    def _set_up_environment(self) -> None:
        _write_programs(self.folder / ".venv/bin", python="", stancebook="-m stancebook ")
        for stamp in ("ready", "ready-dev"):  # newer than what they depend on, so that `make` installs nothing
            (self.folder / ".venv" / stamp).touch()

    def _enter(self, folder: Path) -> None:
        """Go into a project that the page has created, as if `make` had set up its environment."""
        self.folder, self.is_repository = folder, False
        self._set_up_environment()

    def run(self, block: Block) -> str | None:
        """Run a block.

        Returns:
            What it prints, or None if the block is not run: a file, or an R script where R is not installed.
        """
        if block.language == "diff":
            return self._apply_diff(block)
        if block.path is not None:
            self._write_file(block)
            return None
        runners: dict[str, Callable[[Block], str | None]] = {
            "sh": lambda block: "".join(map(self._run_command, block.code.splitlines())),
            "python": lambda block: self._run_python(block.code),
            "sql": lambda block: self._run_sqlite(block.code) if "SQLite" in block.heading else self._run_duckdb(block),
            "r": lambda block: self._run_r(block.code),
        }
        return runners[block.language](block) if block.language in runners else None

    def _write_file(self, block: Block) -> None:
        path = self.folder / block.path
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") + "\n" * (block.code[0] != " ") if block.added else ""
        path.write_text(before + block.code, encoding="utf-8")
        self.last_file = block.path

    def _apply_diff(self, block: Block) -> str | None:
        """Change the file that the page names; without one, build with a change to the last file, then undo it."""
        path = self.folder / (block.path or self.last_file)
        before = path.read_text(encoding="utf-8")
        old, new = (_diff_side(block.code, without) for without in "+-")
        assert before.count(old) == 1, f"{path.name} does not contain exactly once:\n{old}"
        path.write_text(before.replace(old, new), encoding="utf-8")
        if block.path:
            return None
        output = self._run_command(self.last_build)
        path.write_text(before, encoding="utf-8")
        return output

    def _run_command(self, command: str) -> str:
        """Run a shell command; those of the repository's own project run in this process, which is faster."""
        if command.startswith("cd ") and (self.folder / command[3:]).is_dir():
            self._enter(self.folder / command[3:])
            return ""
        if NOT_RUN.match(command):
            if command.startswith("make "):
                self._run_in_shell(f"{command.partition('#')[0]} --dry-run", must_succeed=True)
            return ""
        program, *arguments = shlex.split(command, comments=True)
        if not self.is_repository:
            return self._run_in_shell(command)
        if program == ".venv/bin/python" and arguments[0] == "build.py":
            self.last_build = command
            return self._in_folder(
                lambda: stancebook.cli.main.main(["build", *arguments[1:]], root=Path(), contract=self.contract)
            )
        if program in {"stancebook", ".venv/bin/stancebook"} and (self.folder / "build.py").exists():
            return self._in_folder(lambda: stancebook.cli.main.main(arguments, root=Path(), contract=self.contract))
        return self._run_in_shell(command)

    def _run_in_shell(self, command: str, *, must_succeed: bool = False) -> str:
        path = os.pathsep.join([str(self.folder / ".venv/bin"), os.environ["PATH"]])
        outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        environment = {**outside, "PATH": path, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "80"}
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=environment,
            check=must_succeed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        ).stdout

    def _run_python(self, code: str) -> str:
        if "from datasets import" not in code:
            return self._in_folder(lambda: exec(code, {}))  # noqa: S102 (our own page)
        command = [sys.executable, "-c", code]
        environment = {**os.environ, **OFFLINE}
        return subprocess.run(
            command, cwd=self.folder, env=environment, check=True, capture_output=True, encoding="utf-8"
        ).stdout

    def _run_duckdb(self, block: Block) -> str:
        return self._in_folder(lambda: print(duckdb.sql(block.code)))

    def _run_sqlite(self, query: str) -> str:
        """Return rows as the sqlite3 command line prints them."""
        [path] = self.folder.glob("*.db")
        with contextlib.closing(sqlite3.connect(path)) as database:
            return "\n".join("|".join(map(str, row)) for row in database.execute(query))

    def _run_r(self, script: str) -> str | None:
        if not all(map(_has_r_package, ["base", *re.findall(r"\b(arrow|DBI|RSQLite)\b", script)])):
            return None
        command = ["Rscript", "--vanilla", "-"]
        return subprocess.run(
            command, cwd=self.folder, input=script, check=True, capture_output=True, encoding="utf-8"
        ).stdout

    def _in_folder(self, function: Callable[[], object]) -> str:
        with contextlib.chdir(self.folder):
            return captured_output(function)


def repository_contract() -> Contract:
    """Return the contract of this repository, as `build.py` does."""
    return CONTRACT


@cache
def example_dataset(seeds: Path = EXAMPLE_SEEDS) -> Path:
    """Build the dataset of some sources, by default of the fictional project, once a session."""
    folder = Path(tempfile.mkdtemp(prefix="stancebook-example-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = ["build", "--seeds", str(seeds), "--out", str(folder / "dataset")]
    output = captured_output(lambda: stancebook.cli.main.main(command, root=folder, contract=repository_contract))
    assert (folder / "dataset").is_dir(), output
    return folder / "dataset"


def captured_output(function: Callable[[], object]) -> str:
    """Return what a function prints on both streams; an exit is not an error."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream), contextlib.suppress(SystemExit):
        function()
    return stream.getvalue()


@cache
def _has_r_package(name: str) -> bool:
    if shutil.which("Rscript") is None:
        return False
    command = ["Rscript", "--vanilla", "-e", f'library("{name}")']
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _write_programs(folder: Path, **programs: str) -> None:
    folder.mkdir(parents=True)
    for name, options in programs.items():
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {options}"$@"\n', encoding="utf-8")
        program.chmod(0o755)


def _diff_side(diff: str, without: str) -> str:
    return "".join(f"{line[1:]}\n" for line in diff.splitlines() if line[0] != without)


def run_page(page: Page, folder: Path) -> Iterator[tuple[Block, str]]:
    """Run a page from top to bottom in a folder; yield each block that was run, with its output."""
    name = page.path.relative_to(ROOT).as_posix()
    workspace = Workspace(folder, *EXECUTED_PAGES[name], contract=CONTRACTS.get(name))
    for block in page.blocks:
        output = workspace.run(block)
        if output is not None:
            yield block, output


def stripped_lines(text: str) -> list[str]:
    """Return the lines of an output, without trailing spaces."""
    return [line.rstrip() for line in text.strip().splitlines()]


def renewed(page: Page) -> str:
    """Run a page; return its text with the actual output below each block that shows one."""
    lines = page.path.read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        for block, output in reversed(list(run_page(page, Path(folder)))):
            if block.answer is not None:
                end = block.answer_line + block.answer.count("\n")
                lines[block.answer_line : end] = stripped_lines(output)
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Renew the pages, or check that they need no renewal; return the exit status."""
    if not arguments or arguments[0] not in {"--renew", "--check"}:
        sys.exit(__doc__)
    os.environ["COLUMNS"] = "80"
    stale = 0
    for name in arguments[1:] or EXECUTED_PAGES:
        page = page_at(name)
        text = renewed(page)
        if text == page.path.read_text(encoding="utf-8"):
            continue
        stale += 1
        if arguments[0] == "--renew":
            page.path.write_text(text, encoding="utf-8")
            print(f"renewed  {name}")
        else:
            print(f"{name}: the output shown is out of date; run `make renew`")
    return 1 if stale and arguments[0] == "--check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
