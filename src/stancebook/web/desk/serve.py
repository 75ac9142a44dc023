"""Serve the coding desk on the loopback address until Ctrl-C."""

from __future__ import annotations

import atexit
import gc
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from stancebook.exceptions import StancebookError
from stancebook.problems import display_folder
from stancebook.web.desk.server import desk
from stancebook.web.desk.workspace import Workspace

_ADDRESS = "127.0.0.1"
_ALLOCATIONS = 200_000  # of objects, after which the youngest are searched for cycles


class DeskError(StancebookError):
    """The desk cannot be started."""


class _Server(uvicorn.Server):
    """A server that leaves signals to the command line, which ends the process in one line.

    Attributes:
        closing: Set when the server ends, so that pages that wait for changes are answered.
    """

    def __init__(self, config: uvicorn.Config, closing: threading.Event) -> None:
        super().__init__(config)
        self.closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer the requests that wait, and end."""
        self.closing.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no handler."""
        yield


def serve(workspace: Workspace, say: Callable[[str], None], *, port: int = 0, browser: bool = True) -> None:
    """Serve the desk of a project.

    Args:
        workspace: The project.
        say: Prints a line for the user.
        port: The port; any free one if 0.
        browser: Whether to open the browser.

    Raises:
        DeskError: The port is taken.
    """
    collect_rarely()
    listening = listen(port)
    port = listening.getsockname()[1]
    token = secrets.token_urlsafe(32)
    workspace.check_in_background()
    atexit.register(_report_unsaved, workspace, say)
    address = f"http://{_ADDRESS}:{port}/?token={token}"
    opened = browser and webbrowser.open(address)
    say(f"{'opened' if opened else 'open'}   {address}")
    if browser and not opened:
        say("No browser could be opened here: open this address yourself, in a browser on this machine.")
    say(f"coding   {display_folder(workspace.seeds)}; Ctrl-C ends it")
    server_of(workspace, listening, token).run(sockets=[listening])


def collect_rarely() -> None:
    """Let Python look for reference cycles rarely: the rows of a long text are many objects, and hardly any is in one.

    Without this, such searches take a third of the time of an edit of a document with 10,000 rows.
    """
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 20, 100)


def server_of(workspace: Workspace, listening: socket.socket, token: str) -> uvicorn.Server:
    """Return the server of a desk.

    Args:
        workspace: The project that it edits.
        listening: The socket on which it is served.
        token: What the first request must have in its address; it is never logged.
    """
    config = uvicorn.Config(
        desk(workspace, port=listening.getsockname()[1], token=token),
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return _Server(config, workspace.closing)


def listen(port: int) -> socket.socket:
    """Return a socket that listens on the loopback address, so that a browser can connect at once."""
    listening = socket.socket()
    try:
        if os.name == "posix":  # a desk that was just ended must not keep its port from the next one
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((_ADDRESS, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise DeskError(
            f"Port {port} of this machine cannot be used ({error.strerror}): another desk may be running. Choose"
            " another one with --port, or leave it out."
        ) from error
    return listening


def _report_unsaved(workspace: Workspace, say: Callable[[str], None]) -> None:
    """Say which documents have unsaved changes, and where these are kept."""
    if unsaved := workspace.unsaved:
        say(
            f"Not saved: {', '.join(unsaved)}. The changes are kept in {display_folder(workspace.recovery.folder)}"
            " and are there again at the next start."
        )
