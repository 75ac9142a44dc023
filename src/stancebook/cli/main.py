"""The command line `stancebook`.

Libraries are imported late, after signals are handled: a build imports for a second.
"""

import sys

from stancebook.cli.interruption import exit_on_signals, ignore_ctrl_c

TYPE_CHECKING = False  # type checkers take it for true; the import of `typing` would take longer than all the rest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from stancebook.parallel.chunking import ChunkPolicy
    from stancebook.schema.contract import Contract


def main(
    argv: "Sequence[str] | None" = None,
    *,
    root: "Path | None" = None,
    contract: "Callable[[], Contract] | None" = None,
    chunk_policy: "ChunkPolicy | None" = None,
) -> int:
    """Run the command line.

    If a script calls it, as `build.py` does, Ctrl-C and other signals end the process in one line.

    Args:
        argv: The arguments; those of the process if None.
        root: The folder of the project; found from the working folder if None.
        contract: Returns the contract, in place of the one that the project's `pyproject.toml` names.
        chunk_policy: How large chunks are.

    Returns:
        The exit status.

    Raises:
        SystemExit: The arguments are not valid, help was asked for, or standard output is closed or full.
    """
    is_program = sys._getframe(1).f_globals.get("__name__") == "__main__"  # noqa: SLF001 (not called by a library)
    if is_program:
        exit_on_signals()
    from stancebook.cli.dispatch import run

    status = run(argv, root=root, contract=contract, chunk_policy=chunk_policy)
    if is_program:
        ignore_ctrl_c()
    return status
