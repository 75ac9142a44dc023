"""Edits of a page become splices of the annotation file, which stays as a person writes it."""

import pytest

from stancebook.schema.columns import foreign_key
from stancebook.schema.models import Nested
from stancebook.sources.editing import EditError
from stancebook.web.desk.edits import BadEditError, next_ids
from stancebook.web.desk.workspace import Workspace
from tests.unit.sample_contract import ANNOTATIONS, Claims, Letters, People, contract, write


def difference(before, after):
    """Return the lines that only one of two texts has."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_set_changes_only_its_line(session):
    """Setting a value changes the line of the value, and nothing else."""
    before = session.text
    assert session.edit([{"do": "set", "row": "claims.c01", "values": {"strength": "weak"}}]) == "claims.c01"
    assert difference(before, session.text) == (["    strength: fair"], ["    strength: weak"])
    session.undo()
    assert session.text == before


def test_none_and_blank_remove_keys(session):
    """A value that is None or blank removes its key."""
    session.edit([{"do": "set", "row": "claims.c01", "values": {"strength": None, "when_text": " "}}])
    values = session.rows.by_address["claims.c01"].values
    assert not {"strength", "when_text"} & values.keys()


def test_document_is_set(session):
    """The facts of the document are set like those of a row."""
    session.edit([{"do": "set", "row": "document", "values": {"pages": "two"}}])
    assert session.state()["document"]["pages"] == "two"


def test_children_are_replaced(session):
    """The nested rows of a row are given as a whole."""
    children = {"witnesses": [{"person_id": "otto"}, {"person_id": "falk"}]}
    session.edit([{"do": "set", "row": "claims.c01", "children": children}])
    row = session.state()["rows"][0]
    assert row["children"] == children
    assert session.problems == []


@pytest.mark.parametrize("typed", ["c01", "bridge#c01"])
def test_new_id_renames_references(typed, session):
    """A row that gets another id keeps what refers to it in its file, and one undo takes all of that back."""
    decisions = "decisions:\n  - {row: claims.c01, decision: accepted}\n  - {row: claims.c02, decision: accepted}\n"
    before = session.text.replace("answers_id: c01", f"answers_id: {typed}") + decisions
    session.change(before)
    assert session.edit([{"do": "set", "row": "claims.c01", "values": {"id": "first"}}]) == "claims.first"
    old, new = difference(before, session.text)
    assert old == ["  - id: c01", f"    answers_id: {typed}", "  - {row: claims.c01, decision: accepted}"]
    assert new == [line.replace("c01", "first") for line in old]
    assert session.problems == []
    session.undo()
    assert session.text == before


class Rumours(Nested, parent=Claims, section="rumours", key=("claim_id", "about_id")):
    """One claim that a claim is about."""

    claim_id: str = foreign_key("claims", "The claim.")
    about_id: str = foreign_key("claims", "The claim that it is about.")


def test_references_in_nested_rows_are_renamed(tmp_path, monkeypatch):
    """A nested row that refers to a row gets its new id too."""
    monkeypatch.chdir(tmp_path)
    rumours = ANNOTATIONS.replace("witnesses:\n      - {person_id: berta}", "rumours:\n      - {about_id: c02}")
    seeds = write(tmp_path, annotations=rumours)
    session = Workspace(contract(People, Letters, Claims, Rumours), seeds, tmp_path).session("bridge")
    session.edit([{"do": "set", "row": "claims.c02", "values": {"id": "c09"}}])
    assert session.text == rumours.replace("c02", "c09")
    assert session.problems == []


def test_used_id_renames_no_references(session):
    """If another row has the new id, references stay as they are: the problem is the repeated id."""
    session.edit([{"do": "set", "row": "claims.c01", "values": {"id": "c02"}}])
    assert session.rows.rows[1].values["answers_id"] == "c01"
    assert "already used" in session.problems[0].message


def test_added_row_follows_its_neighbour(session):
    """A row is added after another one, with the next free id, and is valid."""
    quote = session.quote(33, 46)
    values = {"person_id": "otto", **{key: quote[key] for key in ("quote", "prefix", "suffix")}}
    row = session.edit([{"do": "add", "table": "claims", "values": values, "after": "claims.c01"}])
    assert row == "claims.c03"
    rows = session.state()["rows"]
    assert [found["address"] for found in rows] == ["claims.c01", "claims.c03", "claims.c02"]
    assert (rows[1]["start"], rows[1]["end"]) == (quote["start"], quote["end"])
    assert session.problems == []


def test_removed_row_leaves_the_others(session):
    """Removing a row leaves the lines of the others as they are."""
    before = session.text
    session.edit([{"do": "remove", "row": "claims.c02"}])
    assert [row.address for row in session.rows.rows] == ["claims.c01"]
    assert before.startswith(session.text.rstrip("\n"))


def test_edits_of_one_request_are_one_step(session):
    """Several edits are made together, and undone together."""
    before = session.text
    strength = {"do": "set", "row": "claims.c01", "values": {"strength": "weak"}}
    session.edit([strength, {"do": "remove", "row": "claims.c02"}])
    session.undo()
    assert session.text == before


def test_preview_changes_nothing(session):
    """A preview shows the problems that an edit would leave, and changes nothing."""
    before, revision = session.text, session.revision
    found = session.preview([{"do": "set", "row": "claims.c01", "values": {"when_edtf": "1901-02-30"}}])
    assert [(problem["row"], problem["key"]) for problem in found["problems"]] == [("claims.c01", "when_edtf")]
    assert (session.text, session.revision, session.saved, session.problems) == (before, revision, True, [])


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"do": "paint"},
        {"do": "set", "row": "claims.c09", "values": {}},
        {"do": "set", "row": "claims.c01", "values": {"colour": "red"}},
        {"do": "set", "row": "claims.c01", "values": {"strength": 1}},
        {"do": "set", "row": "claims.c01", "values": []},
        {"do": "set", "row": "claims.c01", "children": {"friends": []}},
        {"do": "set", "row": "claims.c01", "children": {"witnesses": {}}},
        {"do": "set", "row": "claims.c01", "more": 1},
        {"do": "add", "table": "people"},
        {"do": "add", "table": "letters"},
        {"do": "add"},
        {"do": "remove", "row": "document"},
        {"do": "nothing_here", "start": 1},
        {"do": "nothing_here", "start": "1", "end": 2},
        {"do": "something_here", "start": 1, "end": 9},
        {"do": "decide", "row": "claims.c01", "decision": "liked"},
        {"do": "decide", "row": "claims.c01", "decision": "rejected"},
    ],
)
def test_wrong_edit_changes_nothing(session, edit):
    """An edit that is not valid is refused in a sentence, and nothing is changed."""
    before = session.text
    with pytest.raises(BadEditError):
        session.edit([{"do": "remove", "row": "claims.c02"}, edit])
    assert session.text == before


def test_file_that_cannot_be_edited_is_a_problem(session):
    """A file with mistakes of syntax is not edited."""
    session.change(session.text.replace("language: en", "language: en\n  language: en"))
    before = session.text
    with pytest.raises(EditError, match="given twice"):
        session.edit([{"do": "remove", "row": "claims.c02"}])
    assert session.text == before


def test_next_id_continues_numbers(workspace, session):
    """The id of a new row continues the numbers that are in use."""
    assert next_ids(workspace.contract, session.rows) == {"claims": "c03"}
    session.edit([{"do": "set", "row": "claims.c02", "values": {"id": "c99"}}])
    assert next_ids(workspace.contract, session.rows) == {"claims": "c100"}


def test_passage_without_anything_to_code(session):
    """A passage is marked as read, is no longer uncovered, and is so again when the mark is taken back."""
    first = session.state()["uncovered"][0]
    before = session.text
    session.edit([{"do": "nothing_here", "start": first["start"], "end": first["end"], "note": "greeting"}])
    state = session.state()
    assert state["nothing_here"] == [{"start": first["start"], "end": first["end"], "note": "greeting"}]
    assert first not in state["uncovered"]
    assert state["problems"] == []
    session.edit([{"do": "something_here", "start": first["start"], "end": first["start"] + 1}])
    assert (session.state()["nothing_here"], session.state()["uncovered"][0]) == ([], first)
    assert session.text == before


def test_decisions_are_kept_with_their_rows(session):
    """A decision is at its row; a later one takes its place; a rejected row is removed, and its quote kept."""
    session.edit([{"do": "decide", "row": "claims.c02", "decision": "accepted", "by": "rv"}])
    assert session.state()["rows"][1]["decision"] == {"row": "claims.c02", "decision": "accepted", "by": "rv"}
    rejected = {"do": "decide", "row": "claims.c02", "decision": "rejected", "by": "rv", "note": "hearsay"}
    session.edit([rejected])
    assert [row["address"] for row in session.state()["rows"]] == ["claims.c01"]
    (decision,) = session.rows.others["decisions"]
    assert {**decision, "quote": " ".join(decision["quote"].split())} == {
        "row": "claims.c02",
        "decision": "rejected",
        "by": "rv",
        "note": "hearsay",
        "quote": "Mr Falk says the rope was old",
    }
    assert session.problems == []


def test_problem_of_a_mark_is_in_its_section(session):
    """A passage that is marked as read, and is not in the text, is a problem of that section."""
    session.change(f"{session.text}nothing_here:\n  - quote: Dear Otto\n")
    assert [problem["section"] for problem in session.state()["problems"]] == ["nothing_here"]


def test_reviewer_is_the_last_one_or_the_user(session, monkeypatch):
    """A decision without a name is that of the user of the machine, then of the last reviewer."""
    monkeypatch.setenv("LOGNAME", "vale")
    for row, by in (("claims.c01", {}), ("claims.c02", {"by": "rv"}), ("claims.c01", {})):
        session.edit([{"do": "decide", "row": row, "decision": "accepted", **by}])
    assert [decision["by"] for decision in session.rows.others["decisions"]] == ["rv", "rv"]
    session.undo()
    assert [decision["by"] for decision in session.rows.others["decisions"]] == ["vale", "rv"]
