"""What a build is for: a dataset to write, to hold against the one on disk or an older one, or coverage to measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from stancebook.build import Build
from stancebook.console import Console
from stancebook.coverage import coverage, report
from stancebook.dataset import write
from stancebook.differences.between import between, fresh, older
from stancebook.differences.compare import differences
from stancebook.differences.revision import NeitherError, older_dataset
from stancebook.differences.version import need, verdict
from stancebook.load import DatasetError
from stancebook.problem import named
from stancebook.publish import PublishError, put, scratch
from stancebook.running.run import Folders, Mode

_ROWS_COMPARED = 20  # of each kind and table, of a difference that is looked at once
_ROWS_LISTED = 5  # of each kind and table, after each save: what was just done, not all that was done today


def _write(built: Build, folders: Folders, console: Console) -> int:
    """Write the dataset; say how many rows each table has."""
    rows = [f"{count:>6}  {name}" for name, count in built.rows.items()]
    return _publish(built, folders, console, lambda _: rows)


def _rewrite(built: Build, folders: Folders, console: Console) -> int:
    """Write the dataset; say by which rows it differs from the one before."""
    if not folders.out.exists():
        return _write(built, folders, console)
    return _publish(built, folders, console, lambda new: differences(new, folders.out, _ROWS_LISTED))


def _publish(built: Build, folders: Folders, console: Console, told: Callable[[Path], Sequence[str]]) -> int:
    """Write the dataset; say what is to be told of the new one before it takes the old one's place."""
    try:
        with scratch(folders.out) as new:
            write(built, new)
            details = told(new)
            changed = put(new, folders.out)
    except PublishError as fault:
        console.fail(f"Nothing was written. {fault}")
        return 1
    out = named(folders.out)
    console.say(f"wrote    {out}" if changed else f"kept     {out}, which was up to date already")
    for line in details:
        console.say(f"         {line}")
    return 0


def _check(built: Build, folders: Folders, console: Console) -> int:
    """Fail if the dataset is not what the seeds give, and list what differs."""
    try:
        with _elsewhere(built) as new:
            found = differences(new, folders.out, _ROWS_COMPARED)
    except DatasetError as fault:
        console.fail(f"Nothing was compared. {fault}.")
        return 1
    if not found:
        console.say(f"same     {named(folders.out)} is what the seeds give")
        return 0
    out = named(folders.out)
    console.say("\n".join([f"differs  {out} from what the seeds give:", *(f"         {line}" for line in found)]))
    console.fail(f"{out} is not what the seeds give. Run build.py without --check, and commit what it writes.")
    return 1


@contextmanager
def _elsewhere(built: Build) -> Iterator[Path]:
    """Give the dataset of a build in a temporary folder of the system's: the one beside it may not be written to.

    Raises `DatasetError` where the system refuses to write there.
    """
    with ExitStack() as held:
        try:
            folder = Path(held.enter_context(TemporaryDirectory(prefix="stancebook-")))
            write(built, folder)
        except OSError as fault:
            raise DatasetError(
                f"The new dataset cannot be written into the system's temporary folder ({fault.strerror}). Make room"
                " there, or name another folder in the environment variable TMPDIR"
            ) from fault
        yield folder


def _diff(built: Build, folders: Folders, console: Console, asked: str) -> int:
    """Show the changes since an older dataset, and which version they need; fail if the one stated is too low."""
    try:
        with older_dataset(asked, folders.out) as old:
            try:
                before = older(old.folder)
            except DatasetError as fault:
                raise DatasetError(str(fault).replace(str(old.folder), old.name)) from fault
            with _elsewhere(built) as new:
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


def _measure(built: Build, _: Folders, console: Console, tables: Sequence[str]) -> int:
    """Show what the quotes of some tables touch of each text."""
    known = [spec.name for spec in built.contract.shaped("grounded")]
    if unknown := [table for table in tables if table not in known]:
        console.fail(f"--coverage takes {', '.join(known)}; {', '.join(unknown)} has no quotes.")
        return 2
    console.say("\n" + report(coverage(built, tables)))
    return 0


WRITE = Mode(_write, "Nothing was written; {out} is as it was.", writes=True)
REWRITE = Mode(_rewrite, WRITE.unused, writes=True)
CHECK = Mode(_check, "Nothing was compared.")


def diff(asked: str) -> Mode:
    """Return the mode that shows the changes since the dataset of a folder or of a git revision."""
    return Mode(partial(_diff, asked=asked), CHECK.unused)


def measure(tables: Sequence[str]) -> Mode:
    """Return the mode that shows what the quotes of these tables, of all if none is named, touch of each text."""
    return Mode(partial(_measure, tables=tables), WRITE.unused)
