"""The command `desk`: its start, its end, and why it cannot be started."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from schemas import CONTRACT
from stancebook.web.desk.serve import serve
from stancebook.web.desk.store import Recovery
from stancebook.web.desk.workspace import Workspace

ROOT = Path(__file__).parents[3]
PROGRAM = f"""
import os, sys
sys.modules |= dict.fromkeys(os.environ.get("MISSING", "").split())
sys.path[:0] = [{str(ROOT / "src")!r}, {str(ROOT)!r}]
from schemas import CONTRACT
from stancebook.cli.main import main
raise SystemExit(main(["desk", "--no-browser", *sys.argv[1:]], contract=lambda: CONTRACT))
"""


@pytest.fixture
def start(project):
    """Return a function that starts a desk in the project; end it afterwards."""
    processes = []

    def of(*arguments, **variables):
        command = [sys.executable, "-c", PROGRAM, *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        processes.append(subprocess.Popen(command, cwd=project, env=os.environ | variables, **pipes))
        return processes[-1]

    yield of
    for process in processes:
        process.kill()
        process.communicate()


def test_desk_prints_its_address_and_ends_by_ctrl_c(start):
    """The address that is printed has the token, which is printed only there; Ctrl-C ends the desk in one line."""
    desk = start()
    address, port = re.search(r"(http://127\.0\.0\.1:(\d+)/\?token=\S{43})", desk.stdout.readline()).groups()
    assert "Ctrl-C ends it" in desk.stdout.readline()
    with httpx.Client(follow_redirects=True) as client:
        assert client.get(address).status_code == 200
        assert client.get(address, headers={"Host": "elsewhere.example"}).status_code == 421
        assert client.get(address.replace("/?", "/documents/none?")).status_code == 404
        assert client.get(f"{address}x").status_code == 403
    with socket.create_connection(("127.0.0.1", int(port))) as connection:
        connection.sendall(f"GET {address} NONSENSE\r\n\r\n".encode())
        assert b"400 Bad Request" in connection.recv(100)
    desk.send_signal(signal.SIGINT)
    assert desk.communicate(timeout=20)[0] == "Interrupted. No file is left incomplete.\n"
    assert desk.returncode == 130


def test_desk_names_unsaved_documents_at_its_end(start, project):
    """At its end, the desk says which documents are not saved, and where the changes are kept."""
    Recovery(project / ".desk").keep("river-talks", "changed\n", "")
    desk = start()
    for _ in range(2):
        desk.stdout.readline()
    desk.send_signal(signal.SIGINT)
    assert desk.communicate(timeout=20)[0].startswith("Not saved: river-talks. The changes are kept in .desk/ and")


def test_taken_port_is_a_sentence(start):
    """A port that another program uses is refused in one sentence."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        desk = start("--port", str(port))
        output = desk.communicate(timeout=20)[0]
    assert (desk.returncode, output.count("\n")) == (1, 1)
    assert output.startswith(f"The desk was not started. Port {port} of this machine cannot be used")


def test_missing_extra_is_a_sentence(start):
    """If the server is not installed, one sentence says what to type."""
    desk = start(MISSING="uvicorn")
    assert desk.communicate(timeout=20)[0].splitlines() == [
        'The desk was not started. uvicorn is not installed. Install it with: pip install "stancebook[web]"'
    ]
    assert desk.returncode == 1


def test_no_browser_is_a_sentence(project, monkeypatch):
    """If no browser can be opened, the address is there to be opened by hand."""
    lines = []
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    monkeypatch.setattr("uvicorn.Server.run", lambda _, sockets: sockets[0].close())
    monkeypatch.setattr("stancebook.web.desk.serve.collect_rarely", lambda: None)
    monkeypatch.setattr("atexit.register", lambda *_: None)
    monkeypatch.setattr(Workspace, "check_in_background", lambda _: None)
    serve(Workspace(CONTRACT, project / "seeds", project), lines.append)
    assert [line.split()[0] for line in lines] == ["open", "No", "coding"]
    assert "open this address yourself" in lines[1]


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--port", "x"], ["--host", "0.0.0.0"]])  # noqa: S104
def test_wrong_arguments_are_usage_errors(start, arguments):
    """Ports that do not exist are usage errors, and so is any attempt to serve other machines."""
    desk = start(*arguments)
    assert "usage" in desk.communicate(timeout=20)[0]
    assert desk.returncode == 2
