"""End the process on Ctrl-C and other signals: in one line, with the usual exit status, and without leftovers.

No exception is raised: at a random moment, an import or a destructor swallows it, and a second one skips cleaning up.
"""

import _thread
import atexit
import os
import signal
import sys
import time
import warnings
from types import FrameType

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

MAX_SECONDS = 5  # of cleaning up
_CAUSES = {"SIGINT": "Interrupted", "SIGTERM": "Terminated", "SIGHUP": "The terminal was closed"}
_CLEAR_LINE = "\r\x1b[2K\x1b[?25h"  # and show the cursor: a progress bar hides it


def exit_on_signals() -> None:
    """Let signals end this process from now on, except those that it was started to ignore, such as by `nohup`."""
    for name in _CAUSES:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _exit)


def ignore_ctrl_c() -> None:
    """Ignore Ctrl-C from now on: the command is done, and has its exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _exit(number: int, _frame: FrameType | None) -> None:
    """Kill the worker processes, run what is registered for the end of the process, and end it."""
    status = 128 + number
    try:
        for name in _CAUSES:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)
        _thread.start_new_thread(_exit_later, (status,))  # a lock may be held where the signal came
        sys.unraisablehook = lambda _: None
        warnings.simplefilter("ignore")  # multiprocessing warns if the signal came while it registers a semaphore
        _kill_children()
        atexit._run_exitfuncs()  # noqa: SLF001 (nothing public does it without unwinding the stack)
        _print(f"{_CAUSES[signal.Signals(number).name]}. No file is left incomplete.")
    finally:
        os._exit(status)


def _exit_later(status: int) -> None:
    time.sleep(MAX_SECONDS)
    os._exit(status)


def _kill_children() -> None:
    """Kill the worker processes, before what they write is removed."""
    forkserver = getattr(sys.modules.get("multiprocessing.forkserver"), "_forkserver", None)
    if pid := getattr(forkserver, "_forkserver_pid", None):
        os.kill(pid, signal.SIGKILL)
    active_children: Callable[[], list[BaseProcess]] = getattr(
        sys.modules.get("multiprocessing"), "active_children", list
    )
    children = active_children()
    for child in children:
        child.kill()
    for child in children:
        child.join(1)


def _print(line: str) -> None:
    """Print to standard error by the operating system: the stream may be in use where the signal came."""
    if sys.stderr is None:
        return
    is_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    os.write(sys.stderr.fileno(), f"{_CLEAR_LINE if is_terminal else ''}{line}\n".encode())
