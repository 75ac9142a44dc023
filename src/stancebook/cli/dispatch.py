"""Run a command by its arguments: errors become messages and exit statuses."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.arguments import argument_parser
from stancebook.cli.config import Project, UsageError, find_project
from stancebook.cli.console import Console, prepare_streams
from stancebook.problems import display_folder, end_sentence, escape_control_chars

if TYPE_CHECKING:
    from stancebook.parallel.chunking import ChunkPolicy
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
    if options.local_seeds and isinstance(project.seeds, str):
        raise UsageError(f"{options.command} needs seeds in a folder of this machine")
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
            status: int = options.run(options, console)
            return status
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
        console.fail(f"{nothing_done} {end_sentence(str(error))}")
        return 2 if isinstance(error, UnknownRevisionError) else 1
    return 1


def _watch(options: argparse.Namespace, console: Console) -> int:
    from stancebook.exceptions import MissingExtraError, requires_extra

    project = options.project
    try:
        with requires_extra("build"):
            from stancebook.cli.saves import run_after_saves
        return run_after_saves(lambda console: _run(options, console), project.seeds, project.schemas, console)
    except MissingExtraError as error:
        console.fail(str(error))
        return 1
