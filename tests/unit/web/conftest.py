"""Fixtures of the coding desk: a project to edit, and a desk that is served."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from stancebook.web.desk.serve import listen, server_of
from stancebook.web.desk.session import Session
from stancebook.web.desk.workspace import Workspace
from tests.unit.sample_contract import LETTERS, write

TOKEN = "a-token-of-a-test"  # noqa: S105


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Workspace:
    """Return the workspace of the sample contract's sources."""
    monkeypatch.chdir(tmp_path)
    return Workspace(LETTERS, write(tmp_path), tmp_path)


@pytest.fixture
def annotations(workspace) -> Path:
    """Return the annotation file of its document."""
    return next(workspace.seeds.glob("documents/*.yaml"))


@pytest.fixture
def doc_id(annotations) -> str:
    """Return the id of its document."""
    return annotations.stem


@pytest.fixture
def session(workspace, doc_id) -> Session:
    """Return the session of its document."""
    return workspace.session(doc_id)


@pytest.fixture
def reopened(workspace, doc_id) -> Callable[[], Session]:
    """Return a function that opens the document as a desk does that was started again."""
    return lambda: Workspace(LETTERS, workspace.seeds, workspace.seeds.parent).session(doc_id)


@dataclass(frozen=True)
class ServedDesk:
    """A desk on the loopback address, and a client with its cookie."""

    address: str
    client: httpx.Client

    def post(self, path: str, content: object = None, **options) -> httpx.Response:
        """Send JSON as a page of the desk does."""
        return self.client.post(path, json={} if content is None else content, **options)


@pytest.fixture
def served(workspace) -> ServedDesk:
    """Serve the workspace on the loopback address."""
    listening = listen(0)
    port = listening.getsockname()[1]
    server = server_of(workspace, listening, TOKEN)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    address = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=address, headers={"Origin": address}, follow_redirects=True, timeout=40) as client:
        client.get("/", params={"token": TOKEN})
        yield ServedDesk(address, client)
    server.should_exit = True
    thread.join()
