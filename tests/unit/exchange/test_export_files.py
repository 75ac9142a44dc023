"""An export never replaces work that is only there."""

import pytest

from stancebook.exceptions import PublishError
from stancebook.exchange.export_files import write_file, write_folder


def test_file_is_written_once(tmp_path):
    """The same content is no change; other content is refused, unless it is to be replaced."""
    target = tmp_path / "a.qdpx"
    assert write_file(b"1", target, replace=False)
    assert not write_file(b"1", target, replace=False)
    with pytest.raises(PublishError, match="annotations may be only in it"):
        write_file(b"2", target, replace=False)
    assert target.read_bytes() == b"1"
    assert write_file(b"2", target, replace=True)
    with pytest.raises(PublishError, match="is a folder"):
        write_file(b"2", tmp_path, replace=True)


def test_unchanged_folder_is_replaced(tmp_path):
    """Files that are no more part of the export are removed."""
    target = tmp_path / "out"
    assert write_folder({"a/b": b"1", "c": b"2"}, target, "w3c", replace=False)
    assert not write_folder({"a/b": b"1", "c": b"2"}, target, "w3c", replace=False)
    assert write_folder({"c": b"3"}, target, "w3c", replace=False)
    assert not (target / "a/b").exists()
    assert (target / "c").read_bytes() == b"3"


def test_folder_with_changes_is_refused(tmp_path):
    """A changed file and a new one are refused; so is a folder that is no export."""
    target = tmp_path / "out"
    write_folder({"c": b"2"}, target, "w3c", replace=False)
    (target / "c").write_bytes(b"mine")
    with pytest.raises(PublishError, match="was changed since it was exported"):
        write_folder({"c": b"3"}, target, "w3c", replace=False)
    assert write_folder({"c": b"3"}, target, "w3c", replace=True)
    (target / "new").write_bytes(b"mine")
    with pytest.raises(PublishError, match="new was changed"):
        write_folder({"c": b"4"}, target, "w3c", replace=False)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/file").write_bytes(b"")
    with pytest.raises(PublishError, match="is not empty and is not an export"):
        write_folder({"c": b"4"}, tmp_path / "other", "w3c", replace=True)
    with pytest.raises(PublishError, match="is a file"):
        write_folder({"c": b"4"}, target / "c", "w3c", replace=True)
