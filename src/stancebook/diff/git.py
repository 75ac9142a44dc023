"""A path or a git revision → the folder of an older dataset; of a revision, files read out of git's own store.

Nothing of a revision is run, and neither the work tree nor the index is touched.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import BinaryIO

from stancebook.dataset.layout import DATAPACKAGE, table_name
from stancebook.exceptions import DatasetError, UnknownRevisionError
from stancebook.problems import display_folder

_BLOCK = 1 << 20  # bytes that are copied at once
_FILE_MODES = (b"100644", b"100755")  # neither links nor folders


@dataclass(frozen=True)
class Baseline:
    """An older dataset: the folder it lies in for now, and what a person calls it."""

    folder: Path
    name: str


@contextmanager
def baseline_dataset(asked: str, out: Path) -> Iterator[Baseline]:
    """Give the dataset in the folder `asked`, else the one that the revision of that name has in place of `out`.

    Raises `NeitherError` where it is neither, and `DatasetError` where the folder or the revision has no dataset.
    """
    if asked and Path(asked).is_dir():
        if not (Path(asked) / DATAPACKAGE).exists():
            raise DatasetError(
                f"{display_folder(Path(asked))} is a folder without a {DATAPACKAGE}, and so no dataset;"
                f" if a revision is meant, write its name in full, such as refs/heads/{asked}"
            )
        yield Baseline(Path(asked), display_folder(Path(asked)))
        return
    revision = _Revision(asked, out)
    with tempfile.TemporaryDirectory(prefix="stancebook-") as folder:
        revision.write(Path(folder))
        yield Baseline(Path(folder), asked)


class _Revision:
    """A commit of the repository in which a dataset's folder lies."""

    def __init__(self, asked: str, out: Path) -> None:
        git = shutil.which("git")
        if git is None:
            raise UnknownRevisionError(
                f"{asked!r} is no folder, and to read a revision git is needed, which is not installed."
            )
        self.git = git
        self.asked = asked
        self.out = out
        # A build may not have been written yet: git is asked from the first folder above that is there.
        self.above = next(folder for folder in out.absolute().parents if folder.is_dir())
        self.commit = self._commit()

    def write(self, folder: Path) -> None:
        """Write the data package and the tables of the dataset in this commit into a folder.

        They are written as they are stored, without the changes that git makes to files when it checks them out.
        """
        place = self.out.absolute().relative_to(self.above).as_posix()
        tree = self._run("ls-tree", "--full-tree", "-r", "-z", f"{self.commit}:./{place}")
        entries = dict(_entries(tree.stdout)) if tree.returncode == 0 else {}
        if DATAPACKAGE not in entries:
            raise DatasetError(f"{self.asked} has no dataset in {display_folder(self.out)}")
        call = self._call("cat-file", "--batch")
        with subprocess.Popen(call, stdin=PIPE, stdout=PIPE, stderr=DEVNULL) as git:  # noqa: S603 (git, and no shell)
            for name, blob in entries.items():
                (folder / name).parent.mkdir(exist_ok=True)
                with (folder / name).open("xb") as file:
                    self._copy(blob, git, file)

    def _commit(self) -> str:
        """Return the full id of the commit, which no later call can take for anything else."""
        inside = self._run("rev-parse", "--git-dir")
        if inside.returncode:
            said = inside.stderr.decode(errors="replace").strip().partition("\n")[0]
            raise UnknownRevisionError(
                f"{self.asked!r} is no folder, and {self.above} is in no git repository ({said})."
            )
        # No name of a revision begins with a hyphen, and git would take one that does for an option; nor with the
        # mark by which git tells what is not meant.
        is_name = not self.asked.startswith(("-", "^"))
        found = self._run("rev-parse", "--verify", f"{self.asked}^{{commit}}") if is_name else None
        if found is None or found.returncode:
            raise UnknownRevisionError(
                f"{self.asked!r} is neither a folder nor a revision of the repository here. Give a folder with a"
                " dataset, a tag, a branch or a commit; a shallow copy of a repository lacks most of them until they"
                " are fetched."
            )
        return found.stdout.decode().strip()

    def _copy(self, blob: bytes, git: subprocess.Popen[bytes], file: BinaryIO) -> None:
        """Ask a `cat-file` that runs for one blob, and write it into a file."""
        assert git.stdin is not None
        assert git.stdout is not None
        git.stdin.write(blob + b"\n")
        git.stdin.flush()
        head = git.stdout.readline()
        if not head.startswith(blob + b" blob "):
            raise DatasetError(f"git cannot read the dataset of {self.asked}: {head.decode(errors='replace').rstrip()}")
        left = int(head.rpartition(b" ")[2])
        while left and (data := git.stdout.read(min(left, _BLOCK))):
            file.write(data)
            left -= len(data)
        git.stdout.read(1)  # the end of the line

    def _run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(self._call(*command), capture_output=True, check=False)  # noqa: S603 (git, and no shell)

    def _call(self, *command: str) -> list[str]:
        return [self.git, "-C", str(self.above), *command]


def _entries(tree: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and id of the files of a dataset in a listing of git's."""
    for entry in filter(None, tree.split(b"\0")):
        facts, _, name = entry.partition(b"\t")
        mode, _, blob = facts.split()
        text = name.decode(errors="replace")
        if mode in _FILE_MODES and (text == DATAPACKAGE or table_name(text)):
            yield text, blob
