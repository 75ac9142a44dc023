"""The state of an open document: problems, undo, saving, recovery, changes on disk."""

import pytest

from stancebook.web.desk.session import ConflictError, StaleError
from stancebook.web.desk.store import StoreError


def faulty(text):
    return text.replace("strength: fair", "strength: fairly")


def test_state_of_valid_document(session):
    """A valid document has rows with passages and no problem."""
    state = session.state(with_text=True)
    assert state["problems"] == []
    assert [row["address"] for row in state["rows"]] == ["claims.c01", "claims.c02"]
    first = state["rows"][0]
    assert state["text"][first["start"] : first["end"]] == first["values"]["quote"]
    assert first["children"] == {"witnesses": [{"person_id": "berta"}]}
    assert (state["saved"], state["editable"], state["disk"]) == (True, True, "same")


def test_problem_is_at_its_row_and_key(session):
    """A problem of the unsaved state is at the row and key, and at its line of the unsaved file."""
    session.change(faulty(session.text))
    (problem,) = session.state()["problems"]
    assert (problem["row"], problem["key"], problem["line"]) == ("claims.c01", "strength", 7)
    assert "'fairly' is not a value of strength" in problem["message"]


def test_problem_of_nested_row_is_at_its_child(session):
    """A problem of a nested record is at the row, the section, the number and the key."""
    session.change(session.text.replace("person_id: berta}", "person_id: bertha}"))
    (problem,) = session.state()["problems"]
    place = [problem[name] for name in ("row", "section", "child", "key")]
    assert place == ["claims.c01", "witnesses", 0, "person_id"]


def test_repeated_id_is_at_the_second_row(session):
    """Rows with one id have addresses of their own, and the problem is at the later one."""
    session.change(session.text.replace("id: c02", "id: c01"))
    state = session.state()
    assert [row["address"] for row in state["rows"]] == ["claims.@1", "claims.@2"]
    assert {problem["row"] for problem in state["problems"]} == {"claims.@2"}


def test_file_that_is_no_longer_utf8_is_opened_again(workspace, session, annotations, doc_id, monkeypatch):
    """A file that another program saved in another encoding is shown with its problem until it is saved as UTF-8."""
    monkeypatch.setattr("stancebook.web.desk.workspace._LISTING_SECONDS", 0)
    good = annotations.read_bytes()
    annotations.write_bytes(good + "# é\n".encode("latin-1"))
    broken = workspace.session(doc_id)
    assert not broken.editable
    assert "is not UTF-8" in broken.problems[0].message
    annotations.write_bytes(good)
    repaired = workspace.session(doc_id)
    assert (repaired.text, repaired.editable, [*repaired.problems]) == (session.text, True, [])


def test_undo_and_redo_restore_texts(session):
    """Undo gives earlier texts back, redo later ones, and saved is known of each."""
    first = session.text
    for number in range(3):
        session.change(f"{session.text}# {number}\n")
    last = session.text
    for _ in range(5):
        session.undo()
    assert (session.text, session.saved) == (first, True)
    for _ in range(5):
        session.redo()
    assert (session.text, session.saved) == (last, False)


def test_save_writes_exactly_the_text(session, annotations):
    """Saving writes the text and nothing else, and keeps the permissions."""
    annotations.chmod(0o640)
    session.change(f"{session.text}# Ünï\r\n")
    session.save()
    assert annotations.read_bytes().decode() == session.text
    assert annotations.stat().st_mode & 0o777 == 0o640
    assert session.saved
    assert [path.name for path in annotations.parent.iterdir() if path.name.startswith(".")] == []


def test_changed_file_is_not_overwritten(session, annotations):
    """A file that changed on disk is not overwritten before the coder agrees to it."""
    session.change(f"{session.text}# mine\n")
    annotations.write_text(annotations.read_text() + "# theirs\n")
    assert session.state()["disk"] == "changed"
    with pytest.raises(ConflictError) as caught:
        session.save()
    assert caught.value.disk_text.endswith("# theirs\n")
    assert "-# theirs\n+# mine\n" in caught.value.diff
    session.save(overwrite=True)
    assert annotations.read_text().endswith("# mine\n")


def test_deleted_file_is_a_conflict(session, annotations):
    """A file that was deleted meanwhile is only written again if the coder agrees to it."""
    session.change(f"{session.text}# mine\n")
    annotations.unlink()
    assert session.state()["disk"] == "gone"
    with pytest.raises(ConflictError, match="deleted"):
        session.save()
    session.save(overwrite=True)
    assert annotations.exists()


def test_reload_takes_the_file_and_undo_the_text(session, annotations):
    """Reloading shows the file on disk; the unsaved text comes back by undo."""
    session.change(mine := f"{session.text}# mine\n")
    annotations.write_text(theirs := annotations.read_text() + "# theirs\n")
    session.reload()
    assert (session.text, session.saved, session.disk_state) == (theirs, True, "same")
    session.undo()
    assert session.text == mine


def test_saved_document_follows_the_disk(workspace, session, annotations):
    """What an editor saves is shown, if nothing here is unsaved."""
    annotations.write_text(faulty(annotations.read_text()))
    workspace.refresh()
    assert len(workspace.session(session.doc_id).state()["problems"]) == 1


def test_unsaved_text_survives_the_server(session, annotations, reopened):
    """A desk that is started again has the unsaved text; the file is unchanged."""
    saved = annotations.read_bytes()
    session.change(f"{session.text}# kept\n")
    again = reopened()
    assert (again.text, again.saved, again.recovered) == (session.text, False, True)
    assert annotations.read_bytes() == saved
    again.undo()
    assert again.saved
    assert not reopened().recovered


def test_recovered_text_of_a_changed_file_is_a_conflict(session, annotations, reopened):
    """An unsaved text whose file changed while no desk ran does not overwrite it."""
    session.change(f"{session.text}# kept\n")
    annotations.write_text(annotations.read_text() + "# theirs\n")
    again = reopened()
    with pytest.raises(ConflictError):
        again.save()
    again.discard()
    assert (again.saved, again.disk_state) == (True, "same")


def test_unparsable_file_is_shown_and_not_written(workspace, doc_id, annotations):
    """A file that does not parse is not editable, has its problem, and is never written."""
    annotations.write_text(broken := 'letter: {language: "en\n')
    session = workspace.session(doc_id)
    state = session.state(with_text=True)
    assert (state["editable"], state["annotations"]) == (False, broken)
    assert state["problems"]
    assert state["text"]
    with pytest.raises(StoreError, match="cannot be parsed"):
        session.save()
    assert annotations.read_text() == broken


def test_read_only_folder_is_one_sentence(session, annotations, monkeypatch):
    """If a file cannot be written, a sentence says so, and the edit is still there."""

    def refuse(*_, **__):
        raise OSError(28, "No space left on device")

    session.change(text := f"{session.text}# mine\n")
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(StoreError, match=r"cannot be written \(No space left on device\)"):
        session.save()
    assert (session.text, session.saved) == (text, False)
    assert annotations.exists()


def test_edit_on_a_full_disk_is_made_with_a_warning(session, monkeypatch):
    """If an unsaved text cannot be kept for a restart, the edit is made, and a warning says so."""

    def refuse(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    session.change(text := f"{session.text}# mine\n")
    assert session.text == text
    assert "No space left on device" in session.state()["warning"]
    monkeypatch.undo()
    session.change(f"{session.text}# more\n")
    assert session.state()["warning"] == ""


def test_old_revision_is_stale(session):
    """A client that has not seen the last change is refused."""
    before = session.revision
    session.change(f"{session.text}# more\n")
    with pytest.raises(StaleError):
        session.expect(before)
    session.expect(session.revision)


def test_uncovered_passages_are_in_no_row(session):
    """The passages that no row covers are those of `coverage`, in the order of the text."""
    state = session.state(with_text=True)
    spans = [(row["start"], row["end"]) for row in state["rows"]]
    assert state["uncovered"]
    for passage in state["uncovered"]:
        assert state["text"][passage["start"] : passage["end"]] == passage["passage"]
        assert not any(start < passage["end"] and passage["start"] < end for start, end in spans)


def test_row_of_another_document_is_known(workspace, session, annotations):
    """A reference to a row of another document is resolved, unsaved rows included."""
    other = annotations.with_stem("other")
    other.write_text(annotations.read_text())
    other.with_suffix(".txt").write_text(annotations.with_suffix(".txt").read_text())
    workspace.refresh()
    session.change(session.text.replace("answers_id: c01", "answers_id: other#c09"))
    assert [problem["key"] for problem in session.state()["problems"]] == ["answers_id"]
    second = workspace.session("other")
    second.change(second.text.replace("id: c01", "id: c09").replace("answers_id: c01", "answers_id: c09"))
    session.change(f"{session.text}# look again\n")
    assert session.state()["problems"] == []
