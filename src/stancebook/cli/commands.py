"""What each command does. Libraries are imported late: `--help`, or a build without changes, answers at once."""

from __future__ import annotations

import errno
import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from stancebook.cli.config import Project, UsageError, overlap
from stancebook.cli.console import Console, format_codings, format_rows, format_summary, format_written
from stancebook.dataset.layout import DATAPACKAGE, chunk_folder
from stancebook.dataset.publish import build_lock, publish, staging_folder
from stancebook.parallel.cache import BuildCache, fingerprint_sources, load_cache
from stancebook.parallel.options import BuildOptions
from stancebook.problems import (
    GITHUB_ANNOTATION_LIMIT,
    Problem,
    as_warnings,
    count_problems,
    display_folder,
    display_path,
    pluralize,
)
from stancebook.sources.discovery import CODINGS, CodingListing, SourceListing, discover, discover_codings
from stancebook.sources.filesystem import open_location

if TYPE_CHECKING:
    from stancebook.build.pipeline import Build
    from stancebook.dataset.descriptor import Package
    from stancebook.dataset.table_stats import BuildSummary
    from stancebook.dataset.validation import ValidationResult
    from stancebook.parallel.chunked_build import BuildResult
    from stancebook.schema.contract import Contract
    from stancebook.sources.filesystem import Location

MAX_ROWS_COMPARED = 20  # listed for each table and kind of change, by `--check` and `diff`
MAX_ROWS_SAVED = 5  # the same, after each save in `watch`
_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM)


def build(project: Project, options: BuildOptions, console: Console, *, list_changes: bool = False) -> int:
    """Build the dataset and write it to its folder or URL, unless there are problems.

    Args:
        project: What is read and written.
        options: How it is built.
        console: Where problems and what was done are printed.
        list_changes: Print the rows that differ from the dataset before, instead of how many rows each table has.

    Returns:
        The exit status.
    """
    if isinstance(project.out, str):
        return _build_and_upload(project, options, console, project.out)
    with build_lock(project.out, console.say):
        with garbage_collection_paused():
            sources = discover(project.seeds)
            cache = load_cache(project.seeds, project.out) if options.use_cache else None
            codings = discover_codings(project.seeds, sources.documents)
            fingerprint = fingerprint_sources(sources, options.chunk_policy, codings)
        if cache is not None and cache.seeds_fingerprint == fingerprint != "":
            _show_read(project, codings, cache.warnings, cache.summary, console)
            console.say(format_written(project.out, format_rows(cache.summary.rows), changed=False))
            return 0
        with staging_folder(project.out) as staging:
            result = _build_into(staging, project, options, console, sources=sources, cache=cache)
            if result.summary is None:
                return _refuse(result, console, f"Nothing was written; {display_folder(project.out)} is unchanged.")
            result.write()
            details = format_rows(result.summary.rows)
            if list_changes and project.out.exists():
                from stancebook.diff.up_to_date import list_differences

                changes = list_differences(staging, project.out, MAX_ROWS_SAVED)
                details = "\n".join(f"         {line}" for line in changes)
            console.say(format_written(project.out, details, changed=publish(staging, project.out)))
            result.to_cache(project.seeds, project.out, fingerprint).save(chunk_folder(staging))
    return 0


def _build_and_upload(project: Project, options: BuildOptions, console: Console, url: str) -> int:
    from stancebook.dataset.object_store import upload

    with _temporary_build(project, options, console) as (folder, result):
        if result.summary is None:
            return _refuse(result, console, f"Nothing was written; {display_folder(url)} is unchanged.")
        console.say(format_written(url, format_rows(result.summary.rows), changed=upload(folder, url)))
        return 0


def check(project: Project, options: BuildOptions, console: Console) -> int:
    """Build into a temporary folder, and compare that with the dataset; return 1 if it is not up to date."""
    from stancebook.diff.up_to_date import list_differences

    with _temporary_build(project, options, console) as (folder, result):
        if result.summary is None:
            return _refuse(result, console, "Nothing was compared.")
        differences = list_differences(folder, Path(project.out), MAX_ROWS_COMPARED)
    out = display_folder(project.out)
    if not differences:
        console.say(f"same     {out} is what the seeds give")
        return 0
    console.say("\n".join([f"differs  {out} from what the seeds give:", *(f"         {line}" for line in differences)]))
    console.fail(f"{out} is not what the seeds give. Run `stancebook build`, and commit what it writes.")
    return 1


def diff(project: Project, options: BuildOptions, console: Console, base: str, *, all_rows: bool = False) -> int:
    """Build into a temporary folder, and show what changed since an older dataset and which version that needs.

    Args:
        project: What is read, and the dataset whose older revisions are meant.
        options: How it is built.
        console: Where problems and changes are printed.
        base: A folder with a dataset, or a git revision.
        all_rows: Whether to list all rows that differ.

    Returns:
        The exit status: 1 if the version of the contract is too low for the changes.

    Raises:
        UnknownRevisionError: `base` is neither a folder nor a revision.
        DatasetError: The older dataset cannot be read.
    """
    from stancebook.diff.git import baseline_dataset
    from stancebook.diff.semver import required_bump, version_advice
    from stancebook.diff.tables import diff_datasets, open_baseline, open_new
    from stancebook.exceptions import DatasetError

    with _temporary_build(project, options, console, write=False) as (folder, result):
        if result.summary is None:
            return _refuse(result, console, "Nothing was compared.")
        with baseline_dataset(base, Path(project.out)) as baseline:
            try:
                before = open_baseline(baseline.folder)
            except DatasetError as error:
                text = str(error).replace(f"{baseline.folder}/", f"{baseline.name.rstrip('/')}/")
                raise DatasetError(text.replace(str(baseline.folder), baseline.name)) from error
            result.write()
            after = open_new(folder)
            changes = diff_datasets(before, after)
    console.say(f"compared {baseline.name} (version {before.version or 'not stated'}) with what the seeds give now")
    max_rows = sys.maxsize if all_rows else MAX_ROWS_COMPARED
    for table in changes:
        lines = (f"    {line}" for line in table.lines(max_rows))
        console.say("\n".join(["", table.table or "the dataset as a whole", *lines]))
    console.say("")
    advice = version_advice(required_bump(changes), before.version, after.version)
    (console.fail if advice.too_low else console.say)(advice.text)
    return 1 if advice.too_low else 0


def coverage(project: Project, console: Console, tables: Sequence[str]) -> int:
    """Show how much of each text the quotes of some tables cover, and the passages that no quote covers.

    Args:
        project: What is read. It is built in memory.
        console: Where problems and the report are printed.
        tables: Names of tables whose rows rest on quotes; all of them if empty.

    Returns:
        The exit status.

    Raises:
        UsageError: One of the tables has no quotes.
    """
    from stancebook.build.coverage import coverage as measure
    from stancebook.build.coverage import report

    built = _build_in_memory(project, console, "Nothing was measured.")
    if built is None:
        return 1
    known = [spec.name for spec in built.contract.tables_of_kind("annotation")]
    if unknown := [table for table in tables if table not in known]:
        raise UsageError(f"Coverage is that of {', '.join(known)}; {', '.join(unknown)} has no quotes.")
    console.say("\n" + report(measure(built, tables)))
    return 0


def _build_in_memory(project: Project, console: Console, nothing_done: str) -> Build | None:
    """Build without writing, and print problems and a summary; if there are errors, print `nothing_done` instead."""
    from stancebook.build.pipeline import build_corpus
    from stancebook.sources.corpus import read_corpus

    contract = project.load_contract()
    with garbage_collection_paused():
        sources = discover(project.seeds)
    built = build_corpus(contract, read_corpus(project.seeds, sources))
    console.show(built.problems)
    if built.errors:
        console.say(f"{count_problems(built.errors)} {nothing_done}")
        return None
    console.say(format_summary(built.summary, project.seeds))
    return built


def view(project: Project, console: Console, documents: Sequence[str], target: Path | None) -> int:
    """Write pages that show texts with their rows.

    Args:
        project: What is read. It is built in memory.
        console: Where problems and what was done are printed.
        documents: The documents to show; all of them if empty.
        target: The folder to write; `view` in the project's folder if None.

    Returns:
        The exit status.

    Raises:
        UsageError: There is no such document, or the folder would be among the sources or the dataset.
        PublishError: The folder cannot be written, or holds something else.
    """
    from stancebook.exceptions import requires_extra
    from stancebook.web.view import UnknownDocumentError, write_view

    folder = target or project.root / "view"
    if taken := next((place for place in (project.seeds, project.out) if overlap(folder, place)), None):
        raise UsageError(f"The pages would be written into or around {display_folder(taken)}; name another folder.")
    built = _build_in_memory(project, console, f"Nothing was written; {display_folder(folder)} is unchanged.")
    if built is None:
        return 1
    try:
        with requires_extra("web"):
            files = write_view(built, folder, documents)
    except UnknownDocumentError as error:
        raise UsageError(str(error)) from error
    index = display_path(folder / "index.html")
    console.say(f"wrote    {display_folder(folder)}: {pluralize(len(files), 'page')}; open {index}")
    return 0


def desk(project: Project, console: Console, *, port: int, browser: bool) -> int:
    """Serve the coding desk on this machine until Ctrl-C.

    Args:
        project: What is edited; its seeds are in a folder of this machine.
        console: Where the address is printed.
        port: The port; any free one if 0.
        browser: Whether to open the browser.

    Returns:
        The exit status, if the server ends by itself.

    Raises:
        DeskError: The port is taken.
        MissingExtraError: The server is not installed.
    """
    from stancebook.exceptions import requires_extra

    contract = project.load_contract()
    with requires_extra("web"):
        from stancebook.web.desk.serve import serve
        from stancebook.web.desk.workspace import Workspace
    dataset = None if isinstance(project.out, str) else project.out
    workspace = Workspace(contract, Path(project.seeds), project.root, dataset)
    serve(workspace, console.say, port=port, browser=browser)
    return 0


def validate(folder: Path, console: Console, seeds: Location | None, contract: Contract | None) -> int:
    """Validate a dataset against the schema in its own `datapackage.json`; return 1 if it has problems.

    Args:
        folder: The dataset.
        console: Where problems and what was checked are printed.
        seeds: The texts to compare quotes with, or None.
        contract: The contract whose functions and rules are compared with the tables, or None.
    """
    return 0 if _read_valid(folder, console, seeds, contract) else 1


def export(folder: Path, target: Path, output: str, console: Console, *, escape_formulas: bool = False) -> int:
    """Write a valid dataset in another format.

    Args:
        folder: The dataset.
        target: The file or folder to write.
        output: The format: `sqlite` or `csv`.
        console: Where problems and what was done are printed.
        escape_formulas: As of `to_csv`.

    Returns:
        The exit status.

    Raises:
        DatasetError: The dataset cannot be written in this format.
        PublishError: The target cannot be written.
    """
    from stancebook.dataset.csv import to_csv
    from stancebook.dataset.sqlite import to_sqlite
    from stancebook.exceptions import PublishError

    found = _read_valid(folder, console)
    if found is None:
        console.say("Nothing was written.")
        return 1
    package, validated = found
    formulas = 0
    try:
        if output == "sqlite":
            to_sqlite(package, validated.tables, target)
        else:
            formulas = to_csv(package, validated.tables, target, escape_formulas=escape_formulas)
    except OSError as error:
        raise PublishError(f"{display_path(target)} cannot be written: {error.strerror}.") from error
    console.say(f"wrote    {display_path(target)}")
    console.say(format_rows({name: table.num_rows for name, table in validated.tables.items()}))
    if formulas:
        console.say(_format_formulas(formulas, escaped=escape_formulas))
    return 0


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """Pause garbage collection: over the names of very many files it takes long, and frees nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _temporary_build(
    project: Project, options: BuildOptions, console: Console, *, write: bool = True
) -> Iterator[tuple[Path, BuildResult]]:
    """Build into a temporary folder of the system: next to the dataset, writing may not be allowed."""
    from stancebook.exceptions import DatasetError

    with garbage_collection_paused():
        sources = discover(project.seeds)
    try:
        with TemporaryDirectory(prefix="stancebook-") as temporary:
            folder = Path(temporary, "dataset")
            folder.mkdir()
            result = _build_into(folder, project, options, console, sources=sources)
            if write and result.summary is not None:
                result.write()
            yield folder, result
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        raise DatasetError(
            f"The new dataset cannot be written into the system's temporary folder ({error.strerror}). Make room"
            " there, or name another folder in the environment variable TMPDIR."
        ) from error


def _build_into(
    folder: Path,
    project: Project,
    options: BuildOptions,
    console: Console,
    *,
    sources: SourceListing,
    cache: BuildCache | None = None,
) -> BuildResult:
    """Build into an empty folder, and print problems and, if none is an error, what was read and checked."""
    from stancebook.parallel.chunked_build import build_into

    project.load_contract()
    result = build_into(
        project.contract, project.seeds, sources, folder, options, cache=cache, progress=console.progress_bar
    )
    summary = result.summary
    if summary is None:
        console.show(result.problems)
        return result
    codings = discover_codings(project.seeds, sources.documents)
    if codings.coders or codings.problems:
        from stancebook.coders.summary import summarize_codings

        found = summarize_codings(project.load_contract(), project.seeds, sources, codings)
        warnings = sorted([*result.problems, *as_warnings(found.problems)])
        result = replace(result, problems=warnings, write=partial(result.write, found.section))
    _show_read(project, codings, result.problems, summary, console)
    return result


def _show_read(
    project: Project, codings: CodingListing, warnings: Sequence[Problem], summary: BuildSummary, console: Console
) -> None:
    """Print the warnings of a build, and what it read and checked; codings never enter the dataset."""
    console.show(warnings)
    console.say(format_summary(summary, project.seeds))
    if codings.coders or codings.problems:
        folder = open_location(project.seeds).display_path(f"{CODINGS}/")
        problems = [each for each in warnings if each.file.startswith(folder)]
        console.say(format_codings(codings.coders, problems))


def _refuse(result: BuildResult, console: Console, nothing_done: str) -> int:
    count = f"{count_problems(result.errors)} "
    if console.output_format == "github" and len(result.errors) > GITHUB_ANNOTATION_LIMIT:
        count += f"GitHub shows {GITHUB_ANNOTATION_LIMIT} of them next to their lines; this log has all. "
    console.say(count + nothing_done)
    return 1


def _read_valid(
    folder: Path, console: Console, seeds: Location | None = None, contract: Contract | None = None
) -> tuple[Package, ValidationResult] | None:
    """Read and validate a dataset, and print how that went; return None if it has errors."""
    from stancebook.api import validated_dataset
    from stancebook.dataset.descriptor import read_package
    from stancebook.dataset.validation import ValidationResult
    from stancebook.exceptions import DatasetError

    package = None
    try:
        package = read_package(folder)
        validated = validated_dataset(package, seeds, contract)
    except DatasetError as error:
        validated = ValidationResult({}, [Problem(display_path(folder / DATAPACKAGE), 1, 1, "", str(error))])
    console.show(validated.problems)
    if package is None or validated.errors:
        console.say(count_problems(validated.errors))
        return None
    console.say(_format_validated(package, validated, folder))
    if seeds is not None:
        console.say(f"compared quotes with the texts in {display_folder(seeds)}: all equal")
    if contract is not None:
        console.say(f"computed columns and tables of the contract {contract.name}: all equal; its rules hold")
    return package, validated


def _format_formulas(number: int, *, escaped: bool) -> str:
    cells = f"{pluralize(number, 'text')} that a spreadsheet would run as {'a formula' if number == 1 else 'formulas'}"
    if escaped:
        return f"escaped  {cells}, by an apostrophe before each"
    return f"warning: There {'is' if number == 1 else 'are'} {cells}. For spreadsheets, export with --escape-formulas."


def _format_validated(package: Package, validated: ValidationResult, folder: Path) -> str:
    tables = package.tables.values()
    rows = sum(table.num_rows for table in validated.tables.values())
    return "\n".join(
        [
            f"read     {display_folder(folder)}: {pluralize(len(tables), 'table')} and {pluralize(rows, 'row')}",
            f"checked  {pluralize(sum(len(table.columns) for table in tables), 'column')},"
            f" {pluralize(sum(bool(table.key) for table in tables), 'primary key')},"
            f" {pluralize(sum(len(table.foreign_keys) for table in tables), 'foreign key')}: all valid",
        ]
    )
