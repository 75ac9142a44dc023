"""A reader's desk: a folder that looks like a checkout, in which what a page shows is done as the page says.

`python -m tests.docs.docs_runner --renew` writes what really happens into the pages; look at what changed before you
commit it.
"""

import contextlib
import io
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import stancebook.cli.dataset_commands
import stancebook.cli.main
from schemas import CONTRACT
from stancebook.schema.contract import Contract
from tests.docs.pages import ROOT, Block, Page, page_at

CHECKOUT = ("Makefile", "build.py", "constraints.txt", "dataset", "pyproject.toml", "schemas", "seeds")

# Pages that are done from top to bottom, each at a desk of its own, and what lies on it at first.
WALKS = {
    "docs/start.md": CHECKOUT,
    "docs/first-text.md": CHECKOUT,
    "docs/codebook.md": CHECKOUT,
    "docs/commands.md": CHECKOUT,
    "docs/python.md": CHECKOUT,
    "docs/your-own.md": (),
    "docs/large.md": (*CHECKOUT, "benchmarks"),
}
# What takes minutes is not run; that the Makefile knows it is enough.
NOT_RUN = {"make test"}


class Desk:
    """A folder with what a checkout holds, or with nothing, and an environment in which the engine is installed."""

    def __init__(self, folder: Path, *holding: str) -> None:
        self.folder = folder
        self.written = ""  # the file written last
        self.built = ""  # the command that built last
        for name in holding:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)
        _install(folder / ".venv/bin", python="", stancebook="-m stancebook ")
        for stamp in ("ready", "ready-dev"):  # later than what they are made from: `make` has set up the environment
            (folder / ".venv" / stamp).touch()

    def does(self, block: Block) -> str | None:
        """Do what a block says; return what that prints, or None where a block is only written down."""
        if block.language == "diff":
            return self._changes(block)
        if block.path is not None:
            self._writes(block)
            return None
        return {"sh": self._runs, "python": self._prints}[block.language](block.code)

    def _writes(self, block: Block) -> None:
        path = self.folder / block.path
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") + "\n" * (block.code[0] != " ") if block.added else ""
        path.write_text(before + block.code, encoding="utf-8")
        self.written = block.path

    def _changes(self, block: Block) -> str | None:
        """Change the file that the page names for good; or the last one, to see what the build says to it."""
        path = self.folder / (block.path or self.written)
        before = path.read_text(encoding="utf-8")
        old, new = (_side(block.code, but) for but in "+-")
        assert before.count(old) == 1, f"{path.name} does not have once:\n{old}"
        path.write_text(before.replace(old, new), encoding="utf-8")
        if block.path:
            return None
        told = self._runs(self.built)
        path.write_text(before, encoding="utf-8")
        return told

    def _runs(self, commands: str) -> str:
        return "".join(map(self._run, commands.splitlines()))

    def _run(self, command: str) -> str:
        """Run a command: builds of this dataset, and `stancebook`, without the wait for a process of their own."""
        program, *arguments = shlex.split(command)
        if command in NOT_RUN:
            self._in_shell(f"{command} --dry-run", must_succeed=True)
            return ""
        if program == ".venv/bin/python" and arguments[0] == "build.py":
            self.built = command
            return self._says(lambda: stancebook.cli.main.main(contract, Path(), arguments[1:]))
        if program == "stancebook":
            return self._says(lambda: stancebook.cli.dataset_commands.main(arguments))
        return self._in_shell(command)

    def _in_shell(self, command: str, *, must_succeed: bool = False) -> str:
        path = os.pathsep.join([str(self.folder / ".venv/bin"), os.environ["PATH"]])
        outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        environment = {**outside, "PATH": path, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "80"}
        ended = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=environment,
            check=must_succeed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        return ended.stdout

    def _prints(self, code: str) -> str:
        with contextlib.chdir(self.folder):
            return printed(code)

    def _says(self, do) -> str:
        with contextlib.chdir(self.folder):
            return said(do)


def contract() -> Contract:
    """Return the contract of the page's dataset, as `build.py` does."""
    return CONTRACT


def printed(code: str) -> str:
    """Run a page's Python; return what it prints."""
    return said(lambda: exec(code, {}))  # noqa: S102 (it is our own page)


def said(do: Callable[[], object]) -> str:
    """Return what is said on both streams while something is done."""
    both = io.StringIO()
    with contextlib.redirect_stdout(both), contextlib.redirect_stderr(both), contextlib.suppress(SystemExit):
        do()
    return both.getvalue()


def _install(folder: Path, **programs: str) -> None:
    folder.mkdir(parents=True)
    for name, options in programs.items():
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {options}"$@"\n', encoding="utf-8")
        program.chmod(0o755)


def _side(diff: str, without: str) -> str:
    return "".join(f"{line[1:]}\n" for line in diff.splitlines() if line[0] != without)


def walk(page: Page, folder: Path) -> Iterator[tuple[Block, str]]:
    """Do a page from top to bottom; yield each block that has an answer, and the answer that it has here."""
    desk = Desk(folder, *WALKS[page.path.relative_to(ROOT).as_posix()])
    for block in page.blocks:
        if block.language != "{eval-rst}":
            told = desk.does(block)
            if told is not None:
                yield block, told


def plain(text: str) -> list[str]:
    """Return the lines of an answer, without spaces at their ends."""
    return [line.rstrip() for line in text.strip().splitlines()]


def renew(page: Page) -> None:
    """Write into a page what really happens when one does what it says."""
    lines = page.path.read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        for block, told in reversed(list(walk(page, Path(folder)))):
            if block.answer is not None:
                shown = block.answer.count("\n")
                lines[block.answer_line : block.answer_line + shown] = plain(told)
    page.path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--renew"]:
        sys.exit(__doc__)
    os.environ["COLUMNS"] = "80"
    for name in WALKS:
        renew(page_at(name))
