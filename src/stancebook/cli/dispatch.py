"""Run a command by its arguments: errors become messages and exit statuses."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.arguments import argument_parser
from stancebook.cli.config import Project, UsageError, find_dataset, find_project
from stancebook.cli.console import Console, prepare_streams
from stancebook.problems import display_folder, escape_control_chars

if TYPE_CHECKING:
    from stancebook.cli.agree import AgreeOptions
    from stancebook.parallel.chunking import ChunkPolicy
    from stancebook.parallel.options import BuildOptions
    from stancebook.schema.contract import Contract


def run(
    argv: Sequence[str] | None,
    *,
    root: Path | None,
    contract: Callable[[], Contract] | None,
    chunk_policy: ChunkPolicy | None,
) -> int:
    """Run the command line; the arguments are those of `main`."""
    options = argument_parser().parse_args(argv)
    options.root = root or Path.cwd()
    options.chunk_policy = chunk_policy
    if options.project:
        try:
            options.project = _project(options, contract)
        except UsageError as error:
            options.parser.error(escape_control_chars(str(error)))
    prepare_streams(options.output_format)
    console = Console(options.output_format, all_problems=options.all_problems)
    return _watch(options, console) if options.watch else _run(options, console)


def _project(options: argparse.Namespace, contract: Callable[[], Contract] | None) -> Project:
    project = find_project(options.root, contract=contract or options.contract, seeds=options.seeds, out=options.out)
    if (options.check or options.local) and isinstance(project.out, str):
        raise UsageError("build --check, watch and diff need a dataset in a folder of this machine")
    if options.watch and isinstance(project.seeds, str):
        raise UsageError("watch needs seeds in a folder of this machine")
    if options.command == "desk" and isinstance(project.seeds, str):
        raise UsageError("desk needs seeds in a folder of this machine")
    return project


def _run(options: argparse.Namespace, console: Console) -> int:
    """Run a command; print what an error says, and return the exit status."""
    from stancebook.exceptions import (
        ContractError,
        MissingExtraError,
        PublishError,
        StancebookError,
        UnknownRevisionError,
        requires_extra,
    )

    nothing_done = "Nothing was compared." if options.check else options.nothing_done
    if options.project:
        nothing_done = nothing_done.format(out=display_folder(options.project.out))
    try:
        with requires_extra("build" if options.project else "validate"):
            return _dispatch(options, console)
    except UsageError as error:
        console.fail(str(error))
        return 2
    except ContractError as error:
        console.fail(f"The contract is not valid: {error}")
    except PublishError as error:
        console.fail(f"Nothing was written. {error}")
    except MissingExtraError as error:
        console.fail(f"{nothing_done} {error}")
    except StancebookError as error:
        console.fail(f"{nothing_done} {str(error).rstrip('.')}.")
        return 2 if isinstance(error, UnknownRevisionError) else 1
    return 1


def _watch(options: argparse.Namespace, console: Console) -> int:
    from stancebook.exceptions import MissingExtraError, requires_extra

    project = options.project
    try:
        with requires_extra("build"):
            from stancebook.cli.watch import watch
        return watch(lambda console: _run(options, console), project.seeds, project.schemas, console)
    except MissingExtraError as error:
        console.fail(str(error))
        return 1


def _dispatch(options: argparse.Namespace, console: Console) -> int:
    from stancebook.cli import commands
    from stancebook.cli.agree import agree

    project = options.project
    match options.command:
        case "build" if options.check:
            status = commands.check(project, _build_options(options), console)
        case "build":
            status = commands.build(project, _build_options(options), console)
        case "watch" if options.tables is None:
            status = commands.build(project, _build_options(options), console, list_changes=True)
        case "watch" | "coverage":
            status = commands.coverage(project, console, options.tables)
        case "agree":
            status = agree(project, _agree_options(options), console)
        case "diff":
            status = commands.diff(project, _build_options(options), console, options.base, all_rows=options.all_rows)
        case "view":
            status = commands.view(project, console, options.documents, options.target)
        case "desk":
            status = commands.desk(project, console, port=options.port, browser=options.browser)
        case "validate":
            status = commands.validate(_dataset(options), console, options.seeds, _contract(options))
        case _:
            status = commands.export(
                _dataset(options), options.target, options.format, console, escape_formulas=options.escape_formulas
            )
    return status


def _build_options(options: argparse.Namespace) -> BuildOptions:
    from stancebook.parallel.chunking import ChunkPolicy
    from stancebook.parallel.options import BuildOptions

    policy = options.chunk_policy or ChunkPolicy(rows_per_part=options.project.rows_per_part)
    return BuildOptions(options.jobs, options.cluster, options.use_cache, policy)


def _agree_options(options: argparse.Namespace) -> AgreeOptions:
    from stancebook.cli.agree import AgreeOptions

    return AgreeOptions(
        options.documents, options.coders, options.tables, options.target, all_differences=options.all_differences
    )


def _contract(options: argparse.Namespace) -> Contract | None:
    """Return the contract that `validate` is to compare a dataset with, if any."""
    if options.contract is None:
        return None
    return find_project(options.root, contract=options.contract).load_contract()


def _dataset(options: argparse.Namespace) -> Path:
    from stancebook.dataset.reader import resolve_folder

    return options.dataset or find_dataset(options.root) or resolve_folder(None)
