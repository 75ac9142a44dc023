"""New documents and entries of the codebook, as the desk adds them."""

import base64

import pytest

from stancebook.build.pipeline import build_tables
from tests.unit.sample_contract import LETTERS

FACTS = {"language": "en", "sent": "1901-06-01"}


def added(served, doc_id="reply", **fields):
    return served.post("/api/documents", {"doc_id": doc_id, "values": FACTS, **fields})


@pytest.mark.parametrize("content", ["Dear Berta,\r\n\r\nno. 👍\r", "\ufeffNo.", "One\n\n\ntwo"])
def test_text_is_kept_byte_for_byte(served, workspace, content):
    """A pasted or chosen text is written exactly as received, and the document is valid."""
    data = base64.b64encode(content.encode()).decode()
    assert added(served, "letters/reply", text=content).status_code == 201
    assert added(served, "copy", text_base64=data).status_code == 201
    for doc_id in ("letters/reply", "copy"):
        assert (workspace.seeds / f"documents/{doc_id}.txt").read_bytes() == content.encode()
        state = served.client.get(f"/api/documents/{doc_id}").json()
        assert (state["problems"], state["document"], state["rows"]) == ([], FACTS, [])
    listed = [document["doc_id"] for document in served.client.get("/api/documents").json()]
    assert listed == ["bridge", "copy", "letters/reply"]


@pytest.mark.parametrize(
    ("doc_id", "fields", "key", "message"),
    [
        ("bridge", {"text": "No."}, "doc_id", "exists already"),
        ("Bridge 2", {"text": "No."}, "doc_id", "cannot be a document's id"),
        ("../bridge", {"text": "No."}, "doc_id", "cannot be a document's id"),
        ("con", {"text": "No."}, "doc_id", "cannot be a document's id"),
        ("", {"text": "No."}, "doc_id", "cannot be a document's id"),
        ("reply", {"text_base64": base64.b64encode(b"caf\xe9").decode()}, "text", "is not UTF-8: byte 0xe9"),
        ("reply", {"text": "a\0b"}, "text", "byte 0x00"),
        ("reply", {"text": " "}, "text", "no words"),
        ("reply", {"text": "No.", "values": {"language": "en", "sent": "yesterday"}}, "sent", "'yesterday'"),
        ("reply", {"text": "No.", "values": {"language": "en"}}, "sent", "the key 'sent' is missing"),
    ],
)
def test_wrong_document_is_not_added(served, workspace, doc_id, fields, *, key, message):
    """What the build would refuse is not added; the problem is at its key of the form."""
    before = {*workspace.seeds.rglob("*")}
    answer = added(served, doc_id, **fields)
    problems = answer.json()["problems"]
    assert (answer.status_code, problems[0]["key"]) == (422, key)
    assert message in problems[0]["message"]
    assert {*workspace.seeds.rglob("*")} == before


@pytest.mark.parametrize(
    "fields",
    [{}, {"text": 1}, {"text": "a", "text_base64": "YQ=="}, {"text_base64": "?"}, {"text": "a", "doc_id": 1}],
)
def test_malformed_document_is_refused(served, fields):
    """A request without a text, or with two, is answered with a sentence."""
    assert added(served, **fields).status_code == 400


# ── The codebook ──────────────────────────────────────────────────────────────────────────────────


def edited(served, *edits):
    return served.post("/api/codebook/edits", {"edits": edits})


def test_codebook_lists_entries_by_name(served):
    """Entries have a key, a label, and what a search looks in."""
    people = served.client.get("/api/codebook").json()["codebook"]["people"]
    assert [(entry["key"], entry["label"]) for entry in people] == [
        ("berta", "Berta"),
        ("falk", "Mr Falk"),
        ("otto", "Otto"),
    ]
    assert "mr falk" in people[1]["search"]


def test_entries_are_written_at_once(served, workspace):
    """Entries are added, set and removed in the file of their table, which keeps its other lines."""
    file = workspace.seeds / "codebook/people.yaml"
    before = file.read_text()
    answer = edited(
        served,
        {"do": "add", "table": "people", "values": {"person_id": "ida", "name": "Ida: the miller"}},
        {"do": "set", "table": "people", "key": "falk", "values": {"lives_in": None}},
    ).json()
    assert (answer["problems"], answer["row"]) == ([], "people.falk")
    assert before.splitlines()[1] in file.read_text()
    state = served.client.get("/api/documents/bridge").json()
    edit = {"do": "set", "row": "claims.c01", "values": {"person_id": "ida"}}
    state = served.post("/api/documents/bridge/edits", {"revision": state["revision"], "edits": [edit]}).json()
    assert state["problems"] == []
    served.post("/api/documents/bridge/save", {"revision": state["revision"]})
    assert build_tables(LETTERS, workspace.seeds).errors == []
    assert [entry["key"] for entry in answer["codebook"]["people"]] == ["berta", "falk", "otto", "ida"]


def test_first_entry_of_a_table_gets_a_file(served, workspace):
    """A table without entries gets a file of its name."""
    (workspace.seeds / "codebook/people.yaml").unlink()
    workspace.refresh()
    assert edited(served, {"do": "add", "table": "people", "values": {"person_id": "ida", "name": "Ida"}}).is_success
    assert "person_id: ida" in (workspace.seeds / "codebook/people.yaml").read_text()


def test_referred_entry_is_not_removed(served, workspace):
    """An entry that rows refer to is not removed; the sentence names them."""
    before = (workspace.seeds / "codebook/people.yaml").read_text()
    answer = edited(served, {"do": "remove", "table": "people", "key": "falk"})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("'falk' cannot be removed: people.otto, claims.c02 in bridge refer to it.")
    assert (workspace.seeds / "codebook/people.yaml").read_text() == before


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        ({"do": "add", "table": "people", "values": {"name": "Ida"}}, "person_id"),
        ({"do": "add", "table": "people", "values": {"person_id": "otto", "name": "Otto"}}, "person_id"),
        ({"do": "add", "table": "people", "values": {"person_id": "Ida M.", "name": "Ida"}}, "person_id"),
        ({"do": "set", "table": "people", "key": "otto", "values": {"name": None}}, "name"),
        ({"do": "set", "table": "people", "key": "otto", "values": {"person_id": "falk"}}, "person_id"),
    ],
)
def test_entry_with_new_problems_is_refused(served, workspace, edit, key):
    """What the build would refuse of an entry is at its key of the form, and nothing is written."""
    before = (workspace.seeds / "codebook/people.yaml").read_text()
    answer = edited(served, edit)
    assert answer.status_code == 422
    assert key in [problem["key"] for problem in answer.json()["problems"]]
    assert (workspace.seeds / "codebook/people.yaml").read_text() == before


def test_entry_with_problems_can_be_corrected(served, workspace):
    """An entry without a key is changed, given a key and removed by its position in its file."""
    file = workspace.seeds / "codebook/people.yaml"
    before = file.read_text()
    file.write_text(before + "  - {name: Ida}\n  - {name: Ora}\n")
    workspace.refresh()
    entries = served.client.get("/api/codebook").json()["codebook"]["people"]
    assert [(entry["address"], entry["key"]) for entry in entries[3:]] == [("people.@4", ""), ("people.@5", "")]
    entry = {"table": "people", "key": "@4", "file": entries[3]["file"]}
    assert edited(served, {"do": "set", "values": {"name": "Ida M."}, **entry}).json()["row"] == "people.@4"
    assert edited(served, {"do": "set", "values": {"person_id": "ida"}, **entry}).json()["row"] == "people.ida"
    assert edited(served, {"do": "remove", "table": "people", "key": "@5"}).is_success
    assert file.read_text() == before + "  - {person_id: ida, name: Ida M.}\n"


@pytest.mark.parametrize(
    "edit",
    [
        1,
        {},
        {"do": "add", "table": "claims", "values": {}},
        {"do": "set", "table": "people", "key": "carl", "values": {}},
        {"do": "set", "table": "people", "key": "falk", "values": {"colour": "red"}},
        {"do": "remove", "table": "people", "key": ["falk"]},
        {"do": "nothing_here", "start": 1, "end": 2, "table": "people", "key": "falk"},
    ],
)
def test_wrong_edit_of_codebook_changes_nothing(served, workspace, edit):
    """An edit that is not valid is refused in a sentence, and no file is written."""
    before = (workspace.seeds / "codebook/people.yaml").read_text()
    first = {"do": "set", "table": "people", "key": "otto", "values": {"name": "O."}}
    assert edited(served, first, edit).status_code in (400, 422)
    assert (workspace.seeds / "codebook/people.yaml").read_text() == before
