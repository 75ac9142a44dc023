"""What a build is for: a dataset to write, to hold against the one on disk or an older one, or coverage to measure."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from stancebook.build.coverage import coverage, report
from stancebook.build.pipeline import build_corpus
from stancebook.cli.console import Console
from stancebook.cli.folders import Folders
from stancebook.cli.messages import rows_of, unchanged
from stancebook.dataset.object_store import upload
from stancebook.dataset.publish import publish, staging_folder
from stancebook.diff.git import baseline_dataset
from stancebook.diff.semver import required_bump, version_advice
from stancebook.diff.tables import diff_datasets, open_baseline, open_new
from stancebook.diff.up_to_date import list_differences
from stancebook.exceptions import DatasetError, UnknownRevisionError
from stancebook.parallel.chunked_build import BuildResult, build_into
from stancebook.problems import display_folder
from stancebook.schema.contract import Contract
from stancebook.sources.corpus import read_corpus
from stancebook.sources.discovery import SourceListing
from stancebook.sources.filesystem import Location

_ROWS_COMPARED = 20  # of each kind and table, of a difference that is looked at once
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM)
_ROWS_LISTED = 5  # of each kind and table, after each save: what was just done, not all that was done today


@contextmanager
def _elsewhere(_: Path) -> Iterator[Path]:
    """Give a temporary folder of the system's: the one beside the dataset may not be written to.

    Raises `DatasetError` where the system refuses to write there.
    """
    try:
        with TemporaryDirectory(prefix="stancebook-") as folder:
            yield Path(folder)
    except OSError as fault:
        if fault.errno not in _NO_ROOM:
            raise
        raise DatasetError(
            f"The new dataset cannot be written into the system's temporary folder ({fault.strerror}). Make room"
            " there, or name another folder in the environment variable TMPDIR"
        ) from fault


@dataclass(frozen=True)
class Mode:
    """What a build is for.

    `use` is given a build without errors, and the folder that `place` gave it for what it writes; it returns the exit
    status. `unused` says what did not happen where there is no such build, with the name of the folder in place of
    `{out}`.
    """

    use: Callable[[BuildResult, Path, Folders, Console], int]
    unused: str
    place: Callable[[Path], AbstractContextManager[Path]] = _elsewhere
    make: Callable[..., BuildResult] = build_into


def _write(made: BuildResult, new: Path, folders: Folders, console: Console) -> int:
    """Write the dataset; say how many rows each table has."""
    made.write()
    _put(new, folders, console, rows_of(made.summary) if made.summary else [])
    return 0


def _rewrite(made: BuildResult, new: Path, folders: Folders, console: Console) -> int:
    """Write the dataset; say by which rows it differs from the one before."""
    if not folders.out.exists():
        return _write(made, new, folders, console)
    made.write()
    _put(new, folders, console, [f"         {line}" for line in list_differences(new, folders.out, _ROWS_LISTED)])
    return 0


def _put(new: Path, folders: Folders, console: Console, details: Sequence[str]) -> None:
    changed = publish(new, folders.out)
    console.say("\n".join([f"wrote    {display_folder(folders.out)}" if changed else unchanged(folders.out), *details]))


def _upload(made: BuildResult, new: Path, folders: Folders, console: Console) -> int:
    """Write the dataset, and make it the latest in a store; say how many rows each table has."""
    made.write()
    changed = upload(new, folders.store)
    told = f"wrote    {display_folder(folders.store)}" if changed else unchanged(folders.store)
    console.say("\n".join([told, *(rows_of(made.summary) if made.summary else [])]))
    return 0


def _check(made: BuildResult, new: Path, folders: Folders, console: Console) -> int:
    """Fail if the dataset is not what the seeds give, and list what differs."""
    made.write()
    found = list_differences(new, folders.out, _ROWS_COMPARED)
    if not found:
        console.say(f"same     {display_folder(folders.out)} is what the seeds give")
        return 0
    out = display_folder(folders.out)
    console.say("\n".join([f"differs  {out} from what the seeds give:", *(f"         {line}" for line in found)]))
    console.fail(f"{out} is not what the seeds give. Run build.py without --check, and commit what it writes.")
    return 1


def _diff(made: BuildResult, new: Path, folders: Folders, console: Console, asked: str) -> int:
    """Show the changes since an older dataset, and which version they need; fail if the one stated is too low."""
    try:
        with baseline_dataset(asked, folders.out) as old:
            try:
                before = open_baseline(old.folder)
            except DatasetError as fault:
                raise DatasetError(str(fault).replace(str(old.folder), old.name)) from fault
            made.write()
            after = open_new(new)
            changes = diff_datasets(before, after)
    except UnknownRevisionError as fault:
        console.fail(f"Nothing was compared. {fault}")
        return 2
    except DatasetError as fault:
        console.fail(f"Nothing was compared. {str(fault).rstrip('.')}.")
        return 1
    told = version_advice(required_bump(changes), before.version, after.version)
    console.say(f"compared {old.name} (version {before.version or 'not stated'}) with what the seeds give now")
    for table in changes:
        lines = (f"    {line}" for line in table.lines(_ROWS_COMPARED))
        console.say("\n".join(["", table.table or "the dataset as a whole", *lines]))
    console.say("")
    (console.fail if told.too_low else console.say)(told.text)
    return 1 if told.too_low else 0


def _in_memory(
    contract: Callable[[], Contract], seeds: Location, found: SourceListing, *_: object, **__: object
) -> BuildResult:
    built = build_corpus(contract(), read_corpus(seeds, found))
    return BuildResult(built.problems, None if built.errors else built.summary, built=built)


def _measure(made: BuildResult, _: Path, __: Folders, console: Console, tables: Sequence[str]) -> int:
    """Show what the quotes of some tables touch of each text."""
    if made.built is None:
        return 1
    known = [spec.name for spec in made.built.contract.tables_of_kind("annotation")]
    if unknown := [table for table in tables if table not in known]:
        console.fail(f"--coverage takes {', '.join(known)}; {', '.join(unknown)} has no quotes.")
        return 2
    console.say("\n" + report(coverage(made.built, tables)))
    return 0


WRITE = Mode(_write, "Nothing was written; {out} is as it was.", staging_folder)
UPLOAD = Mode(_upload, WRITE.unused)
REWRITE = Mode(_rewrite, WRITE.unused, staging_folder)
CHECK = Mode(_check, "Nothing was compared.")


def diff(asked: str) -> Mode:
    """Return the mode that shows the changes since the dataset of a folder or of a git revision."""
    return Mode(partial(_diff, asked=asked), CHECK.unused)


def measure(tables: Sequence[str]) -> Mode:
    """Return the mode that shows what the quotes of these tables, of all if none is named, touch of each text."""
    return Mode(partial(_measure, tables=tables), WRITE.unused, make=_in_memory)
