"""What a build is for: a dataset to write, to hold against the one on disk or an older one, or coverage to measure."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from stancebook.build import build_of
from stancebook.console import Console
from stancebook.contract import Contract
from stancebook.coverage import coverage, report
from stancebook.differences.between import between, fresh, older
from stancebook.differences.compare import differences
from stancebook.differences.revision import NeitherError, older_dataset
from stancebook.differences.version import need, verdict
from stancebook.large.whole import Made, Plan, make
from stancebook.load import DatasetError
from stancebook.problem import named
from stancebook.publish import put, scratch
from stancebook.running.places import Folders
from stancebook.running.words import kept, rows_of
from stancebook.seeds.corpus import read
from stancebook.seeds.storage import Place
from stancebook.seeds.survey import Survey
from stancebook.store import upload

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

    use: Callable[[Made, Path, Folders, Console], int]
    unused: str
    place: Callable[[Path], AbstractContextManager[Path]] = _elsewhere
    make: Callable[[Callable[[], Contract], Place, Survey, Path, Plan], Made] = make


def _write(made: Made, new: Path, folders: Folders, console: Console) -> int:
    """Write the dataset; say how many rows each table has."""
    made.write()
    _put(new, folders, console, rows_of(made.account) if made.account else [])
    return 0


def _rewrite(made: Made, new: Path, folders: Folders, console: Console) -> int:
    """Write the dataset; say by which rows it differs from the one before."""
    if not folders.out.exists():
        return _write(made, new, folders, console)
    made.write()
    _put(new, folders, console, [f"         {line}" for line in differences(new, folders.out, _ROWS_LISTED)])
    return 0


def _put(new: Path, folders: Folders, console: Console, details: Sequence[str]) -> None:
    changed = put(new, folders.out)
    console.say("\n".join([f"wrote    {named(folders.out)}" if changed else kept(folders.out), *details]))


def _upload(made: Made, new: Path, folders: Folders, console: Console) -> int:
    """Write the dataset, and make it the latest in a store; say how many rows each table has."""
    made.write()
    changed = upload(new, folders.store)
    told = f"wrote    {named(folders.store)}" if changed else kept(folders.store)
    console.say("\n".join([told, *(rows_of(made.account) if made.account else [])]))
    return 0


def _check(made: Made, new: Path, folders: Folders, console: Console) -> int:
    """Fail if the dataset is not what the seeds give, and list what differs."""
    made.write()
    found = differences(new, folders.out, _ROWS_COMPARED)
    if not found:
        console.say(f"same     {named(folders.out)} is what the seeds give")
        return 0
    out = named(folders.out)
    console.say("\n".join([f"differs  {out} from what the seeds give:", *(f"         {line}" for line in found)]))
    console.fail(f"{out} is not what the seeds give. Run build.py without --check, and commit what it writes.")
    return 1


def _diff(made: Made, new: Path, folders: Folders, console: Console, asked: str) -> int:
    """Show the changes since an older dataset, and which version they need; fail if the one stated is too low."""
    try:
        with older_dataset(asked, folders.out) as old:
            try:
                before = older(old.folder)
            except DatasetError as fault:
                raise DatasetError(str(fault).replace(str(old.folder), old.name)) from fault
            made.write()
            after = fresh(new)
            changes = between(before, after)
    except NeitherError as fault:
        console.fail(f"Nothing was compared. {fault}")
        return 2
    except DatasetError as fault:
        console.fail(f"Nothing was compared. {str(fault).rstrip('.')}.")
        return 1
    told = verdict(need(changes), before.version, after.version)
    console.say(f"compared {old.name} (version {before.version or 'not stated'}) with what the seeds give now")
    for table in changes:
        lines = (f"    {line}" for line in table.lines(_ROWS_COMPARED))
        console.say("\n".join(["", table.table or "the dataset as a whole", *lines]))
    console.say("")
    (console.fail if told.too_low else console.say)(told.words)
    return 1 if told.too_low else 0


def _in_memory(contract: Callable[[], Contract], seeds: Place, found: Survey, _: Path, __: Plan) -> Made:
    built = build_of(contract(), read(seeds, found))
    return Made(built.problems, None if built.errors else built.account, built=built)


def _measure(made: Made, _: Path, __: Folders, console: Console, tables: Sequence[str]) -> int:
    """Show what the quotes of some tables touch of each text."""
    if made.built is None:
        return 1
    known = [spec.name for spec in made.built.contract.shaped("grounded")]
    if unknown := [table for table in tables if table not in known]:
        console.fail(f"--coverage takes {', '.join(known)}; {', '.join(unknown)} has no quotes.")
        return 2
    console.say("\n" + report(coverage(made.built, tables)))
    return 0


WRITE = Mode(_write, "Nothing was written; {out} is as it was.", scratch)
UPLOAD = Mode(_upload, WRITE.unused)
REWRITE = Mode(_rewrite, WRITE.unused, scratch)
CHECK = Mode(_check, "Nothing was compared.")


def diff(asked: str) -> Mode:
    """Return the mode that shows the changes since the dataset of a folder or of a git revision."""
    return Mode(partial(_diff, asked=asked), CHECK.unused)


def measure(tables: Sequence[str]) -> Mode:
    """Return the mode that shows what the quotes of these tables, of all if none is named, touch of each text."""
    return Mode(partial(_measure, tables=tables), WRITE.unused, make=_in_memory)
