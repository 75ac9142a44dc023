"""Files are replaced as a whole, even by a desk that is killed; unsaved texts are kept."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stancebook.web.desk.store import DiskFile, Recovery, StoreError, write_atomically

ROOT = Path(__file__).parents[3]
WRITER = f"""
import sys
sys.path.insert(0, {str(ROOT / "src")!r})
from pathlib import Path
from stancebook.web.desk.store import Recovery, write_atomically
folder = Path(sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    number += 1
    text = f"{{number}}\\n" * 20_000
    Recovery(folder / ".desk").keep("a/b", text, "base")
    write_atomically(folder / "a.yaml", text.encode())
"""
KILLS = 12


def test_killed_while_saving_leaves_a_complete_file(tmp_path):
    """A desk that is killed at any instant leaves the old or the new file, and a complete unsaved text."""
    (tmp_path / "a.yaml").write_text("0\n" * 20_000)
    for _ in range(KILLS):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            time.sleep(random.uniform(0, 0.05))  # noqa: S311 (an instant, not a secret)
            writer.kill()
        lines = (tmp_path / "a.yaml").read_text().splitlines()
        assert (len(lines), len({*lines})) == (20_000, 1)
        kept = Recovery(tmp_path / ".desk").find("a/b")
        assert kept is None or (len(kept[0].splitlines()), len({*kept[0].splitlines()})) == (20_000, 1)


def test_new_file_has_usual_permissions(tmp_path):
    """A new file is as readable as one that an editor writes; an old one keeps its permissions."""
    (tmp_path / "usual").touch()
    write_atomically(tmp_path / "folder/new", b"1")
    assert (tmp_path / "folder/new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_full_disk_keeps_the_old_file(in_a_mount, tmp_path):
    """On a full disk, the old file is kept, a sentence says why, and no temporary file is left."""
    program = f"""
import sys
sys.path.insert(0, {str(ROOT / "src")!r})
from pathlib import Path
from stancebook.web.desk.store import StoreError, write_atomically
file = Path("/mnt/a.yaml")
write_atomically(file, b"old")
try:
    write_atomically(file, b"x" * (1 << 20))
except StoreError as error:
    print(error)
print(file.read_bytes(), sorted(path.name for path in file.parent.iterdir()))
"""
    done = in_a_mount('mount -t tmpfs -o size=64k none /mnt; "$1" -c "$2"', sys.executable, program)
    assert "a.yaml cannot be written (No space left on device)." in done.stdout
    assert done.stdout.endswith("b'old' ['a.yaml']\n")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_read_only_folder_is_a_sentence(tmp_path):
    """A folder without write access is named in a sentence."""
    (tmp_path / "a.yaml").write_text("old")
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied"):
        write_atomically(tmp_path / "a.yaml", b"new")


def test_disk_state_follows_content_not_times(tmp_path):
    """A file is changed if its content is, not if it was only touched or written again."""
    file = DiskFile(tmp_path / "a.yaml")
    assert file.state == "gone"
    file.write(b"one")
    assert file.state == "same"
    (tmp_path / "a.yaml").write_bytes(b"one")
    assert file.state == "same"
    (tmp_path / "a.yaml").write_bytes(b"two")
    assert file.state == "changed"
    assert file.read() == b"two"
    assert file.state == "same"


def test_recovery_keeps_each_document(tmp_path):
    """Unsaved texts are kept by document, are ignored by git, and are gone once saved."""
    recovery = Recovery(tmp_path / ".desk")
    for doc_id in ("a", "a/b", "a-b"):
        recovery.keep(doc_id, f"text of {doc_id}\r\n👍", "base")
    assert [*recovery.documents()] == ["a/b", "a-b", "a"]
    assert recovery.find("a/b") == ("text of a/b\r\n👍", "base")
    assert (tmp_path / ".desk/.gitignore").read_text() == "*\n"
    recovery.forget("a/b")
    recovery.forget("a/b")
    assert recovery.find("a/b") is None
