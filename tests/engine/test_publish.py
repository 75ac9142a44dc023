import json
import os
from itertools import count
from pathlib import Path

import pytest

from stancebook.publish import PublishError, publish

OLD = {"a.parquet": b"old", "b.parquet": b"old", "datapackage.json": b"{}"}
NEW = {"a.parquet": b"new", "c.parquet": b"new", "datapackage.json": b"{}"}


def held(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def neighbours(folder):
    return [path.name for path in folder.parent.iterdir() if path != folder]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "dataset"


@pytest.fixture
def published(folder):
    package = {"resources": [{"path": name} for name in OLD if name.endswith(".parquet")]}
    publish({**OLD, "datapackage.json": json.dumps(package).encode()}, folder)
    return held(folder)


def test_a_folder_is_made_that_holds_exactly_the_files(folder):
    assert publish(NEW, folder)
    assert held(folder) == NEW
    assert neighbours(folder) == []


def test_files_that_an_earlier_build_wrote_and_this_one_does_not_are_gone(folder, published):
    assert publish(NEW, folder)
    assert held(folder) == NEW
    assert neighbours(folder) == []


def test_what_is_up_to_date_is_not_touched(folder, published):
    before = {path: path.stat().st_mtime_ns for path in [folder, *folder.iterdir()]}
    assert not publish(published, folder)
    assert {path: path.stat().st_mtime_ns for path in [folder, *folder.iterdir()]} == before


def test_everybody_may_read_what_is_published(folder):
    publish(NEW, folder)
    assert folder.stat().st_mode & 0o777 == 0o755


# ── Faults ────────────────────────────────────────────────────────────────────────────────────────


def fail_at(step, monkeypatch):
    """Let the system refuse, once, the call number `step` that writes to the disk for good."""
    calls = count()

    def refusing(real):
        def call(*arguments):
            if next(calls) == step:
                raise OSError("the disk is gone")
            return real(*arguments)

        return call

    monkeypatch.setattr(os, "fsync", refusing(os.fsync))
    monkeypatch.setattr(Path, "rename", refusing(Path.rename))


@pytest.mark.parametrize("step", range(len(NEW) + 3))
def test_whatever_fails_before_the_new_folder_stands_leaves_the_old_one(step, folder, published, monkeypatch):
    with monkeypatch.context() as patch:
        fail_at(step, patch)
        with pytest.raises(OSError, match="the disk is gone"):
            publish(NEW, folder)
    assert held(folder) == published
    assert neighbours(folder) == []


def test_a_fault_after_the_new_folder_stands_leaves_the_new_one_whole(folder, published, monkeypatch):
    with monkeypatch.context() as patch:
        fail_at(len(NEW) + 3, patch)
        with pytest.raises(OSError, match="the disk is gone"):
            publish(NEW, folder)
    assert held(folder) == NEW
    assert not publish(NEW, folder)
    assert neighbours(folder) == []


def test_there_are_no_further_steps_that_can_fail(folder, published, monkeypatch):
    fail_at(len(NEW) + 4, monkeypatch)
    assert publish(NEW, folder)


def test_a_crash_between_the_two_renames_is_mended_by_the_next_call(folder, published):
    folder.rename(folder.with_name(".dataset.old"))
    assert not publish(published, folder)
    assert held(folder) == published
    assert neighbours(folder) == []


def test_a_crash_after_the_two_renames_leaves_nothing_behind_after_the_next_call(folder, published):
    leftover = folder.with_name(".dataset.old")
    leftover.mkdir()
    (leftover / "a.parquet").write_bytes(b"older")
    assert publish(NEW, folder)
    assert held(folder) == NEW
    assert neighbours(folder) == []


# ── What no build wrote ───────────────────────────────────────────────────────────────────────────


def test_a_folder_with_a_foreign_file_is_refused_and_left_as_it_is(folder, published):
    (folder / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(PublishError, match=r"holds thesis\.docx, which no build wrote"):
        publish(NEW, folder)
    assert held(folder) == {**published, "thesis.docx": b"years of work"}


def test_a_table_of_a_folder_without_a_data_package_is_foreign(folder, published):
    (folder / "datapackage.json").unlink()
    with pytest.raises(PublishError, match=r"holds b\.parquet"):
        publish(NEW, folder)


def test_a_file_in_place_of_the_folder_is_refused(folder):
    folder.parent.mkdir()
    folder.write_bytes(b"not a folder")
    with pytest.raises(PublishError, match="is a file; name a folder to build into"):
        publish(NEW, folder)
    assert folder.read_bytes() == b"not a folder"
