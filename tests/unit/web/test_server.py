"""A real server on the loopback address: what it answers, and whom it refuses."""

import socket
import threading
import time
from types import SimpleNamespace

import httpx
import pytest

from tests.unit.web.conftest import TOKEN

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
DOCUMENT = "/api/documents/bridge"


def test_state_is_served(served):
    """A client with the cookie gets documents, their state, and the description of forms."""
    (listed,) = served.client.get("/api/documents").json()
    assert (listed["doc_id"], listed["rows"], listed["unsaved"]) == ("bridge", 2, False)
    assert served.client.get(DOCUMENT).json()["problems"] == []
    assert {table["name"] for table in served.client.get("/api/model").json()["tables"]} >= {"claims", "people"}
    assert "bridge" in served.client.get("/documents/bridge").text


def test_changes_are_saved_and_undone(served, session, annotations):
    """A change is undone, redone and saved; two windows do not overwrite each other."""
    before = annotations.read_text()
    session.change(f"{session.text}# more\n")
    state = served.client.get(DOCUMENT).json()
    undone = served.post(f"{DOCUMENT}/undo", {"revision": state["revision"]}).json()
    assert undone["saved"]
    stale = served.post(f"{DOCUMENT}/redo", {"revision": state["revision"]})
    assert (stale.status_code, stale.json()["state"]["revision"]) == (409, undone["revision"])
    redone = served.post(f"{DOCUMENT}/redo", {"revision": undone["revision"]}).json()
    assert annotations.read_text() == before
    saved = served.post(f"{DOCUMENT}/save", {"revision": redone["revision"]}).json()
    assert (saved["saved"], annotations.read_text()) == (True, f"{before}# more\n")


def test_conflict_shows_the_difference(served, session, annotations):
    """Saving over a file that changed is answered with the difference; it is overwritten on request."""
    session.change(f"{session.text}# mine\n")
    annotations.write_text("# theirs\n")
    revision = served.client.get(DOCUMENT).json()["revision"]
    refused = served.post(f"{DOCUMENT}/save", {"revision": revision})
    assert (refused.status_code, refused.json()["disk_text"]) == (409, "# theirs\n")
    assert "-# theirs" in refused.json()["diff"]
    assert served.post(f"{DOCUMENT}/save", {"revision": revision, "overwrite": True}).json()["saved"]


def test_selection_is_quoted(served):
    """A selection is answered with its quote and place; white space with a sentence."""
    found = served.post(f"{DOCUMENT}/quote", {"start": 11, "end": 21}).json()
    assert (found["quote"], found["place"]["paragraph"]) == ("the bridge", 2)
    assert served.post(f"{DOCUMENT}/quote", {"start": 9, "end": 10}).status_code == 422


def test_poll_answers_at_once_if_revision_is_old(served):
    """The long poll answers at once where the client has not seen the last change."""
    found = served.client.get(f"{DOCUMENT}/changes", params={"revision": 1}).json()
    assert (found["disk"], found["saved"]) == ("same", True)


@pytest.mark.parametrize("delay", [0, 0.4])
def test_poll_wakes_when_the_file_changes(delay, served, session, annotations):
    """The long poll answers when a file changes on disk, and at once if it has changed before."""
    session.change(f"{session.text}# mine\n")
    known = {key: served.client.get(DOCUMENT).json()[key] for key in ("revision", "disk")}
    change = threading.Timer(delay, annotations.write_text, ["# theirs\n"])
    change.start()
    if not delay:
        change.join()
    found = served.client.get(f"{DOCUMENT}/changes", params=known, timeout=5).json()
    assert (found["disk"], found["revision"]) == ("changed", known["revision"])


def test_poll_ends_with_the_desk(served, workspace):
    """A page that waits for changes is answered when the desk ends."""
    revision = served.client.get(DOCUMENT).json()["revision"]
    workspace.closing.set()
    answer = served.client.get(f"{DOCUMENT}/changes", params={"revision": revision}, timeout=5)
    assert answer.json()["revision"] == revision


# ── Refusals ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def stranger(served):
    """Return a client without a cookie."""
    with httpx.Client(base_url=served.address) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/documents/bridge", "/api/model", DOCUMENT, "/static/style.css", "/nowhere"])
def test_request_without_cookie_is_refused(stranger, path):
    """Without the cookie, nothing is answered but one sentence."""
    assert stranger.get(path).status_code == 403
    assert stranger.get(path, headers={"Cookie": "stancebook-desk=guess"}).status_code == 403
    assert stranger.post(path).status_code == 403


def test_wrong_token_gives_no_cookie(stranger):
    """A wrong token gives no cookie, the right one a cookie that scripts and other sites do not get."""
    assert "set-cookie" not in stranger.get("/", params={"token": "guess"}).headers
    answer = stranger.get("/", params={"token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=strict"} <= {*answer.headers["set-cookie"].split("; ")}
    assert TOKEN not in answer.headers["set-cookie"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", ""])
def test_request_to_another_host_is_refused(served, host):
    """A site whose name resolves to this machine is refused, even with the cookie."""
    assert served.client.get("/api/documents", headers={"Host": host}).status_code == 421
    assert served.client.get("/", params={"token": TOKEN}, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", None])
def test_change_from_another_origin_is_refused(served, session, origin):
    """A page of another site, or a request that does not say where it comes from, changes nothing."""
    session.change(f"{session.text}# mine\n")
    request = served.client.build_request("POST", f"{DOCUMENT}/undo", json={"revision": session.revision})
    del request.headers["Origin"]
    if origin is not None:
        request.headers["Origin"] = origin
    assert served.client.send(request).status_code == 403
    assert session.text.endswith("# mine\n")


def test_form_of_another_site_is_refused(served):
    """What a form can send without asking the server first is refused."""
    answer = served.client.post(f"{DOCUMENT}/undo", content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize("action", ["undo", "redo", "save", "reload", "discard", "quote"])
def test_get_changes_nothing(served, action):
    """What changes something is not answered to GET."""
    assert served.client.get(f"{DOCUMENT}/{action}").status_code == 404


PATHS = [
    "../../../etc/passwd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "..%5c..%5cetc",
    "bridge%00",
    "bridge.yaml",
    "%ff",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("prefix", ["/api/documents/", "/documents/", "/static/"])
def test_paths_outside_are_refused(served, prefix, path):
    """No path leads out of the documents and the files of the pages."""
    host, port = served.address.removeprefix("http://").split(":")
    cookie = "; ".join(f"{name}={value}" for name, value in served.client.cookies.items())
    request = f"GET {prefix}{path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert answer.split()[1] in ("404", "400")
    assert "root:" not in answer


@pytest.mark.parametrize("path", ["/", "/api/model", "/nowhere", "/static/none.js", DOCUMENT])
def test_every_answer_has_security_headers(served, stranger, path):
    """Every answer forbids what pages of the desk do not need, refusals included."""
    for client in (served.client, stranger):
        headers = client.get(path).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS
        assert "server" not in headers


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000])
def test_malformed_json_is_refused(served, body):
    """A body that is not a JSON object is answered with a sentence."""
    answer = served.client.post(f"{DOCUMENT}/undo", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"][:11]) == (400, "The request")


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("undo", {}),
        ("undo", {"revision": 1, "more": 1}),
        ("save", {"revision": 1, "overwrite": True, "path": "/etc/passwd"}),
        ("quote", {"start": 1}),
        ("quote", {"start": "1", "end": 2}),
        ("quote", {"start": True, "end": 2}),
    ],
)
def test_wrong_fields_are_refused(served, action, fields):
    """Missing and unknown fields, and values of another type, are named in a sentence."""
    assert served.post(f"{DOCUMENT}/{action}", fields).status_code == 400


def test_huge_body_is_refused(served):
    """A body beyond the limit is refused before it is kept in memory."""
    content = b'{"x": "' + b"x" * (9 << 20) + b'"}'
    answer = served.client.post(f"{DOCUMENT}/undo", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_unknown_document_is_named(served):
    """A document that does not exist is a sentence."""
    answer = served.client.get("/api/documents/bridges")
    assert (answer.status_code, "no document 'bridges'" in answer.json()["error"]) == (404, True)


# ── Edits ─────────────────────────────────────────────────────────────────────────────────────────


def test_edit_gives_changed_blocks_and_problems(served):
    """An edit is answered with the state, and only the rows and the blocks of the text that are different now."""
    state = served.client.get(DOCUMENT).json()
    assert len(state["blocks"]) > 1
    edit = {"do": "set", "row": "claims.c01", "values": {"strength": "weak"}}
    weak = served.post(f"{DOCUMENT}/edits", {"revision": state["revision"], "edits": [edit]}).json()
    assert (weak["row"], weak["blocks"], weak["saved"]) == ("claims.c01", [], False)
    assert ([row["address"] for row in weak["rows"]], weak["row_order"]) == (
        ["claims.c01"],
        ["claims.c01", "claims.c02"],
    )
    remove = {"do": "remove", "row": "claims.c02"}
    removed = served.post(f"{DOCUMENT}/edits", {"revision": weak["revision"], "edits": [remove]}).json()
    assert 0 < len(removed["blocks"]) < len(state["blocks"])
    assert (removed["rows"], removed["row_order"]) == ([], ["claims.c01"])


def test_state_for_unknown_revision_is_complete(session):
    """A page that shows a revision which is not known here, or none, is sent all rows and blocks."""
    complete = session.state()
    assert len(complete["rows"]) == len(complete["row_order"])
    for since in (None, 1, "1", [1]):
        state = session.state(since=since)
        assert (state["rows"], state["blocks"]) == (complete["rows"], complete["blocks"])


def test_preview_and_refusal_of_edits(served, session):
    """A preview has problems and no state; an edit that is not valid is a sentence."""
    revision = served.client.get(DOCUMENT).json()["revision"]
    edit = {"do": "set", "row": "claims.c01", "values": {"strength": "weakly"}}
    preview = served.post(f"{DOCUMENT}/edits", {"revision": revision, "edits": [edit], "preview": True}).json()
    assert [problem["key"] for problem in preview["problems"]] == ["strength"]
    refused = served.post(f"{DOCUMENT}/edits", {"revision": revision, "edits": [{"do": "paint"}]})
    assert (refused.status_code, "say what to do" in refused.json()["error"]) == (422, True)
    session.change(session.text.replace("language: en", "language: en\n  language: en"))
    edits = {"revision": session.revision, "edits": [{"do": "remove", "row": "claims.c02"}]}
    faulty = served.post(f"{DOCUMENT}/edits", edits)
    assert (faulty.status_code, faulty.json()["problem"]["line"]) == (422, 3)


MARKUP = "<script>alert(1)</script>\"'&<!--"


def test_markup_is_shown_as_text(served):
    """Markup in a value or a text reaches pages escaped, never as HTML."""
    state = served.client.get(DOCUMENT).json()
    values = {"person_id": MARKUP, "strength": MARKUP, "when_text": MARKUP}
    edits = [{"do": "set", "row": "claims.c01", "values": values}]
    edits.append({"do": "set", "row": "document", "values": {"pages": MARKUP}})
    state = served.post(f"{DOCUMENT}/edits", {"revision": state["revision"], "edits": edits}).json()
    assert state["rows"][0]["values"]["person_id"] == MARKUP
    assert "<script" not in "".join(row["html"] for row in state["rows"])
    assert "<script>alert" not in served.client.get("/documents/bridge").text


def test_problems_say_if_they_are_checked_again(served, workspace, monkeypatch):
    """Until the corpus is checked after a change, the answer says that more may come."""
    released = threading.Event()

    def check(*_):
        assert released.wait(20)
        return SimpleNamespace(problems=[])

    def checking():
        return served.client.get("/api/problems").json()["checking"]

    monkeypatch.setattr("stancebook.web.desk.workspace.build_corpus", check)
    assert not checking()
    workspace.check_in_background()
    workspace.refresh()
    assert checking()
    released.set()
    end = time.monotonic() + 20
    while checking() and time.monotonic() < end:
        time.sleep(0.01)
    assert not checking()


def test_failing_contract_is_a_sentence(served, workspace, monkeypatch):
    """If a function of the contract fails, the request and the check of the corpus are answered with a sentence."""

    def fail(*_, **__):
        raise ZeroDivisionError("a rule divides by zero")

    monkeypatch.setattr("stancebook.web.desk.workspace.build_corpus", fail)
    workspace.check_corpus()
    found = served.client.get("/api/problems").json()
    assert (found["problems"], "divides by zero" in found["error"]) == (None, True)
    monkeypatch.setattr("stancebook.web.desk.session.check_document", fail)
    answer = served.client.get(DOCUMENT)
    assert (answer.status_code, "divides by zero" in answer.json()["error"]) == (500, True)
