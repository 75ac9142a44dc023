"""Differences of codings are shown to a page, and settled in the unsaved text of the document."""

import pytest

from stancebook.web.desk.differences import Differences, NothingToCompareError
from stancebook.web.desk.edits import BadEditError
from tests.unit.web.test_server import DOCUMENT

HEAD = "letter: {language: en, sent: 1901-05-04}\nclaims:\n"
ANN = f"""{HEAD}\
  - {{id: c01, person_id: otto, strength: fair, quote: Otto says the river did it, witnesses: [{{person_id: berta}}]}}
  - {{id: c02, person_id: falk, answers_id: c01, quote: Mr Falk says the rope was old}}
  - {{id: c03, person_id: otto, quote: Otto was there}}
"""


@pytest.fixture
def write_codings(workspace, annotations):
    """Return a function that writes codings of the letter; its own annotations have no rows."""

    def write(**codings):
        annotations.write_text(HEAD.removesuffix("claims:\n"))
        for coder, text in codings.items():
            folder = workspace.seeds / f"codings/{coder}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "bridge.yaml").write_text(text)

    return write


@pytest.fixture
def codings(write_codings):
    """Write two codings that differ in the first claim."""
    write_codings(ann=ANN, ben=ANN.replace("strength: fair", "strength: weak"))


@pytest.fixture
def differences(workspace):
    return Differences(workspace)


@pytest.fixture
def opened(codings, session):
    """Return the session of the letter, of which there are codings."""
    session.look_at_disk()
    return session


def test_page_gets_rows_side_by_side(differences, opened):
    """A page gets each difference with the rows of the coders and their passages, and what waits for it."""
    found = differences.state(opened)
    assert (found["coders"], found["ready"], found["revision"]) == (["ann", "ben"], 1, opened.revision)
    [shown] = found["open"]
    assert (shown["row"], shown["differing"], shown["missing"]) == ("claims.c01", ("strength",), ())
    assert [(row["coder"], row["values"]["strength"], row["start"], row["end"]) for row in shown["rows"]] == [
        ("ann", "fair", 38, 64),
        ("ben", "weak", 38, 64),
    ]
    assert shown["rows"][0]["children"] == {"witnesses": ({"person_id": "berta"},)}
    assert found["waiting"] == [{"row": "claims.c02", "waits_for": ("claims.c01",)}]


def test_settling_is_one_step_that_undo_takes_back(differences, opened):
    """What is taken and the rows that waited for it are added in one step; undo takes both back."""
    before = opened.text
    assert differences.settle(opened, "claims.c01", ["ben"], note="No one saw it.") == "claims.c01"
    assert [row.address for row in opened.rows.rows] == ["claims.c01", "claims.c02", "claims.c03"]
    assert opened.rows.others["decisions"][0]["note"] == "No one saw it."
    assert opened.problems == []
    assert differences.state(opened)["open"] == []
    opened.undo()
    assert opened.text == before


def test_agreed_rows_are_added(differences, opened):
    """The rows on which all coders agree are added on request, with an open decision for each difference."""
    differences.add_agreed(opened)
    assert [row.address for row in opened.rows.rows] == ["claims.c03"]
    assert [dict(each) for each in opened.rows.others["decisions"]] == [
        {"row": "claims.c01", "decision": "open", "from": "ann.c01", "over": "ben.c01"}
    ]
    assert differences.state(opened)["ready"] == 0


def test_row_that_is_going_to_be_edited_is_changed(differences, opened):
    """A row that is taken to be edited has the decision 'changed'."""
    differences.settle(opened, "claims.c01", ["ann"], edited=True)
    assert opened.rows.others["decisions"][0]["decision"] == "changed"


WRONG = {
    "There is nothing to decide on 'claims.c07'.": ("claims.c07", ["ann"]),
    "take must be a list of some of ann, ben": ("claims.c01", ["cyd"]),
    "take must be a list": ("claims.c01", "ann"),
    "Say why the passage is left out.": ("claims.c01", []),
}


def test_wrong_decision_is_refused(differences, opened):
    """A decision on nothing, for no coder or without its reason is refused, and nothing changes."""
    before = opened.text
    for sentence, (row, take) in WRONG.items():
        with pytest.raises(BadEditError, match=sentence):
            differences.settle(opened, row, take)
    assert opened.text == before


def test_document_has_one_record(differences, write_codings, session):
    """Of the facts of the document one coder's are taken, not both."""
    write_codings(ann=ANN, ben=ANN.replace("05-04", "05-05"))
    session.look_at_disk()
    with pytest.raises(BadEditError, match="one record"):
        differences.settle(session, "letter", ["ann", "ben"])
    with pytest.raises(BadEditError, match="one record"):
        differences.settle(session, "letter", [], note="Neither.")
    differences.settle(session, "letter", ["ben"])
    assert session.rows.document.values["sent"] == "1901-05-05"


def test_one_coding_is_not_enough(differences, write_codings, session):
    """Where there are not two codings without errors, a sentence says so."""
    write_codings(ann=ANN)
    with pytest.raises(NothingToCompareError, match="There are not two codings"):
        differences.state(session)
    write_codings(ben=ANN.replace("fair", "fare"))
    with pytest.raises(NothingToCompareError, match=r"seeds/codings/ben/bridge\.yaml:3: 'fare' is not a value"):
        differences.state(session)


def test_file_that_cannot_be_edited_is_not_compared(differences, codings, annotations, session, reopened):
    """Of a file that cannot be parsed, or is missing, a sentence says why nothing is compared."""
    session.change("letter: [\n")
    with pytest.raises(NothingToCompareError, match="cannot be parsed"):
        differences.state(session)
    annotations.unlink()
    with pytest.raises(NothingToCompareError, match="no annotation file"):
        differences.state(reopened())


def test_codings_of_the_file_are_compared(differences, write_codings, session, annotations):
    """If the file says from which codings it is made, these are compared; what changed in them is seen."""
    write_codings(ann=ANN, ben=ANN, cyd=ANN.replace("fair", "weak"))
    annotations.write_text(annotations.read_text() + "adjudicated: [{coding: ann}, {coding: ben}]\n")
    session.look_at_disk()
    assert (differences.state(session)["coders"], differences.state(session)["open"]) == (["ann", "ben"], [])
    write_codings(ben=ANN.replace("fair", "weak"))
    differences.workspace.refresh()
    assert len(differences.state(session)["open"]) == 1


def test_row_of_the_file_is_kept(differences, opened):
    """Where the file has the row, it is one of those to choose from; it is kept, and named over the others."""
    opened.change(f"{ANN.replace('fair', 'strong')}")
    [shown] = differences.state(opened)["open"]
    assert [(row["coder"], row["in_file"]) for row in shown["rows"]] == [
        ("authoritative", True),
        ("ann", False),
        ("ben", False),
    ]
    with pytest.raises(BadEditError, match="Keep the row of this file, or take those of coders"):
        differences.settle(opened, "claims.c01", ["authoritative", "ann"])
    differences.settle(opened, "claims.c01", ["authoritative"], note="All saw it.")
    assert "strength: strong" in opened.text
    decision = dict(opened.rows.others["decisions"][0])
    assert (decision["decision"], decision["over"], "from" in decision) == ("accepted", "ann.c01, ben.c01", False)
    assert differences.state(opened)["open"] == []


def test_row_of_the_file_that_a_coder_has_too_is_from_there(differences, opened):
    """If the row that is kept is as one coder has it, it is from there."""
    opened.change(ANN)
    differences.settle(opened, "claims.c01", ["authoritative"])
    decision = opened.rows.others["decisions"][0]
    assert (decision["from"], decision["over"]) == ("ann.c01", "ben.c01")


def test_server_answers_for_differences(codings, served):
    """Differences are served and settled over HTTP; a decision on an old state, or with other fields, is refused."""
    found = served.client.get(f"{DOCUMENT}/differences").json()
    wanted = {"revision": found["revision"], "row": "claims.c01", "take": ["ann"]}
    assert served.post(f"{DOCUMENT}/settle", {**wanted, "revision": 1}).status_code == 409
    assert served.post(f"{DOCUMENT}/settle", {**wanted, "note": 1}).status_code == 400
    assert served.post(f"{DOCUMENT}/settle", {**wanted, "take": ["x"]}).status_code == 422
    state = served.post(f"{DOCUMENT}/settle", wanted).json()
    assert (state["row"], state["saved"]) == ("claims.c01", False)
    assert served.post(f"{DOCUMENT}/undo", {"revision": state["revision"]}).json()["saved"]
