"""The dataset to compare with: a folder, or the dataset in a git revision."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from stancebook.dataset.layout import DATAPACKAGE, table_name
from stancebook.exceptions import DatasetError, UnknownRevisionError
from stancebook.problems import display_folder


@dataclass(frozen=True)
class Baseline:
    """The dataset to compare with: its folder, which may be temporary, and its name in messages."""

    folder: Path
    name: str


@contextmanager
def baseline_dataset(name: str, out: Path) -> Iterator[Baseline]:
    """Provide the dataset to compare with.

    Args:
        name: A folder with a dataset, or else a revision that has a dataset at the path of `out`. Of a revision, the
            files are read from git's object store: nothing is checked out or run.
        out: The dataset's folder, inside a git repository if `name` is a revision; it need not exist.

    Yields:
        The dataset; that of a revision is in a temporary folder.

    Raises:
        UnknownRevisionError: `name` is neither a folder nor a revision.
        DatasetError: The folder or the revision has no dataset.
    """
    folder = Path(name)
    if name and folder.is_dir():
        if not (folder / DATAPACKAGE).exists():
            raise DatasetError(
                f"{display_folder(folder)} has no {DATAPACKAGE} and so is not a dataset; if you mean a revision, write"
                f" its full name, such as refs/heads/{name}"
            )
        yield Baseline(folder, display_folder(folder))
        return
    revision = _Revision(name, out)
    with tempfile.TemporaryDirectory(prefix="stancebook-") as temporary:
        revision.extract(Path(temporary))
        yield Baseline(Path(temporary), name)


class _Revision:
    """A commit of the git repository around the dataset's folder."""

    def __init__(self, name: str, out: Path) -> None:
        git = shutil.which("git")
        if git is None:
            raise UnknownRevisionError(f"{name!r} is not a folder, and git, which reads revisions, is not installed.")
        self.name = name
        self.out = out
        parent = next(folder for folder in out.absolute().parents if folder.is_dir())
        place = self._run(git, "-C", str(parent), "rev-parse", "--absolute-git-dir", "--show-prefix")
        if place.returncode:
            reason = place.stderr.decode(errors="replace").strip().partition("\n")[0]
            raise UnknownRevisionError(f"{name!r} is not a folder, and {parent} is not in a git repository ({reason}).")
        repository, prefix = place.stdout.decode().splitlines()
        # Without a work tree, git does not look for the path of the current folder in what it archives.
        self.git = (git, f"--git-dir={repository}", "-c", "core.autocrlf=false")
        self.commit = self._commit()
        self.tree = f"{self.commit}:{prefix}{out.absolute().relative_to(parent).as_posix()}"

    def extract(self, folder: Path) -> None:
        """Write the data package and the tables of the dataset in this commit into a folder, as they are stored."""
        if self._run(*self.git, "cat-file", "-e", f"{self.tree}/{DATAPACKAGE}").returncode:
            raise DatasetError(f"{self.name} has no dataset in {display_folder(self.out)}")
        call = [*self.git, "archive", "--format=tar", self.tree]
        with (
            subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as git,  # noqa: S603 (no shell)
            suppress(tarfile.ReadError),  # of an archive that git did not finish
            tarfile.open(fileobj=git.stdout, mode="r|") as archive,
        ):
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is not None and (member.name == DATAPACKAGE or table_name(member.name)):
                    (folder / member.name).parent.mkdir(exist_ok=True)
                    with (folder / member.name).open("xb") as file:
                        shutil.copyfileobj(content, file)
        if git.returncode:
            raise DatasetError(f"git cannot read the dataset of {self.name}")

    def _commit(self) -> str:
        """Return the full id of the commit, which git takes for nothing else."""
        # A name that begins with a hyphen would be an option, and one with a caret a negation.
        is_name = not self.name.startswith(("-", "^"))
        found = self._run(*self.git, "rev-parse", "--verify", f"{self.name}^{{commit}}") if is_name else None
        if found is None or found.returncode:
            raise UnknownRevisionError(
                f"{self.name!r} is neither a folder nor a revision of this repository. Name a folder with a dataset, a"
                " tag, a branch or a commit; a shallow clone lacks most of them until they are fetched."
            )
        return found.stdout.decode().strip()

    @staticmethod
    def _run(*call: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(call, capture_output=True, check=False)  # noqa: S603 (git, and no shell)
