import errno
import os
import shutil
import socket
import stat
from pathlib import Path

import pytest

from stancebook.seeds.corpus import LIMITS, File, Pair, find


@pytest.fixture
def seeds(tmp_path):
    """Write files, by name, under a folder of seeds; return the folder."""

    def write(files):
        for name, data in files.items():
            path = tmp_path / "seeds" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return tmp_path / "seeds"

    return write


PAIR = {"documents/a.txt": b"text", "documents/a.yaml": b"k: v"}


def test_files_are_paired_and_sorted_by_name(seeds):
    corpus = find(seeds({"documents/b.yaml": b"", "documents/b.txt": b"", "codebook/z.yaml": b"", **PAIR}))
    assert [pair.doc_id for pair in corpus.documents] == ["a", "b"]
    assert [Path(file.name).name for file in corpus.codebook] == ["z.yaml"]
    assert corpus.problems == ()


def test_a_document_in_a_folder_has_the_folder_in_its_id(seeds):
    corpus = find(seeds({"documents/north/a.txt": b"", "documents/north/a.yaml": b""}))
    assert [pair.doc_id for pair in corpus.documents] == ["north/a"]


def test_a_text_is_kept_code_point_for_code_point(seeds):
    text = "\ufeffone\r\n\r\ntwo\u00a0e\u0301 \U0001f600\r"
    corpus = find(seeds({**PAIR, "documents/a.txt": text.encode()}))
    assert corpus.documents[0].text.text == text


def test_hidden_files_are_left_alone(seeds):
    corpus = find(seeds({**PAIR, "documents/.a.swp": b"\xff", "codebook/.git/x": b"\xff"}))
    assert corpus.problems == ()
    assert len(corpus.documents) == 1


def test_a_byte_that_is_not_utf_8_is_reported_at_its_line_and_column(seeds):
    corpus = find(seeds({**PAIR, "documents/a.txt": "é\né ".encode() + b"\xff"}))
    assert [(p.line, p.column) for p in corpus.problems] == [(2, 3)]
    assert corpus.documents == (Pair("a", None, File(corpus.documents[0].annotations.name, "k: v")),)


def test_a_file_that_cannot_be_read_is_a_problem(seeds, monkeypatch):
    def forbidden(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    folder = seeds(PAIR)
    monkeypatch.setattr(os, "open", forbidden)
    assert {p.message for p in find(folder).problems} == {"cannot be read (Permission denied)"}


def test_no_folder_is_a_problem(tmp_path):
    assert [p.message for p in find(tmp_path / "seeds").problems] == ["is not a folder"]


def test_a_folder_without_a_document_is_a_problem(seeds):
    assert [p.message for p in find(seeds({"codebook/a.yaml": b""})).problems] == ["holds no document"]


def test_problems_name_files_from_the_working_folder(seeds, monkeypatch, tmp_path):
    folder = seeds({"documents/a.txt": b""})
    assert find(folder).problems[0].file == f"{tmp_path.as_posix()}/seeds/documents/a.txt"
    monkeypatch.chdir(tmp_path)
    assert find(folder).problems[0].file == "seeds/documents/a.txt"


# ── What is not read ──────────────────────────────────────────────────────────────────────────────


def replaced(folder, name, put):
    """Put something else in the place of a file of the seeds; return the problems it gives."""
    path = folder / name
    path.unlink()
    put(path)
    return [(Path(p.file).name, p.line, p.column, p.message) for p in find(folder).problems]


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as here:
        here.bind(os.fspath(path))


def secret(folder):
    path = folder.parent / "secret.txt"
    path.write_text("text", encoding="utf-8")
    return path


def test_a_link_is_not_followed_wherever_it_leads(seeds):
    folder = seeds({**PAIR, "documents/b.txt": b"", "documents/b.yaml": b""})
    targets = (secret(folder), "b.txt", "nowhere", "a.txt", "/dev/zero", "..")
    for target in targets:
        told = replaced(folder, "documents/a.txt", lambda path, target=target: path.symlink_to(target))
        assert told == [("a.txt", 1, 1, "is a link")]


@pytest.mark.parametrize("room", ["documents", "codebook", "documents/north"])
def test_a_link_to_a_folder_is_not_followed(seeds, tmp_path, room):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/b.yaml").write_bytes(b"secret: 1")
    folder = seeds({**PAIR, "codebook/a.yaml": b""})
    if (folder / room).exists():
        (folder / room).rename(tmp_path / "away")
    (folder / room).symlink_to(tmp_path / "elsewhere")
    corpus = find(folder)
    assert [p.message for p in corpus.problems] == ["is a link"]
    assert "secret" not in repr(corpus)


def test_a_seeds_folder_may_itself_be_a_link(seeds, tmp_path):
    (tmp_path / "link").symlink_to(seeds(PAIR))
    assert find(tmp_path / "link").problems == ()


@pytest.mark.parametrize(
    ("put", "message"),
    [
        (os.mkfifo, "is a pipe, a socket or a device"),
        (a_socket, "is a pipe, a socket or a device"),
        (Path.mkdir, "is a folder"),
    ],
)
def test_what_is_no_file_is_named(seeds, monkeypatch, put, message):
    folder = seeds(PAIR)
    monkeypatch.chdir(folder / "documents")  # a socket's path must be short
    assert replaced(folder, "documents/a.txt", lambda path: put(Path(path.name))) == [("a.txt", 1, 1, message)]


def test_a_file_in_place_of_a_room_is_named(seeds):
    assert [p.message for p in find(seeds({**PAIR, "codebook": b""})).problems] == ["is a file"]


def test_what_takes_a_files_place_after_it_was_looked_at_is_not_read(seeds, monkeypatch):
    folder = seeds(PAIR)
    regular = (folder / "documents/a.yaml").lstat()
    monkeypatch.setattr(Path, "lstat", lambda path: regular if path.suffix else os.lstat(path))
    assert replaced(folder, "documents/a.txt", lambda path: path.symlink_to(secret(folder))) == [
        ("a.txt", 1, 1, f"cannot be read ({os.strerror(errno.ELOOP)})")
    ]
    assert replaced(folder, "documents/a.txt", os.mkfifo) == [("a.txt", 1, 1, "is a pipe, a socket or a device")]


@pytest.mark.parametrize("name", ["documents/a.txt", "documents/a.yaml"])
def test_a_file_beyond_its_limit_is_not_read(seeds, monkeypatch, name):
    monkeypatch.setitem(LIMITS, Path(name).suffix, 1 << 20)
    folder = seeds({**PAIR, name: b"x" * (1 << 20)})
    assert find(folder).problems == ()
    with (folder / name).open("ab") as file:
        file.write(b"x")
    assert [p.message for p in find(folder).problems] == ["is larger than 1 MiB"]


def test_a_file_that_grows_while_it_is_read_is_not_read_beyond_its_limit(seeds, monkeypatch):
    monkeypatch.setitem(LIMITS, ".txt", 2)
    small = os.stat_result((stat.S_IFREG | 0o644, *[0] * 9))
    monkeypatch.setattr(os, "fstat", lambda _: small)
    assert [p.message for p in find(seeds(PAIR)).problems] == ["is larger than 0 MiB"]


@pytest.mark.parametrize("text", ["ab\ncd".encode("utf-16-le"), b"ab\0"])
def test_text_in_another_encoding_that_passes_for_utf_8_is_refused(seeds, text):
    [problem] = find(seeds({**PAIR, "documents/a.txt": text})).problems
    assert problem.message == "is not text in UTF-8: byte 0x00 stands here"
    assert (problem.line, problem.column) == (1, text.index(0) + 1)


def test_a_folder_that_cannot_be_looked_into_is_a_problem(seeds, monkeypatch):
    folder, scandir = seeds({**PAIR, "documents/north/a.txt": b""}), os.scandir

    def guarded(path):
        if Path(path).name == "north":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    [problem] = find(folder).problems
    assert problem.file.endswith("documents/north")
    assert problem.message == "cannot be read (Permission denied)"


@pytest.mark.parametrize(
    "name",
    [
        "A",
        "a b",
        "a.",
        "a ",
        " a",
        "é",
        "a\nb",
        "a\x1b[2J",
        "a\u202eb",
        "-a",
        "a--b",
        "a|b",
        "<script>",
        "$(x)",
        "#",
        "a#b",
    ],
)
@pytest.mark.parametrize("room", ["documents", "codebook"])
def test_a_name_that_not_every_system_can_hold_is_refused(seeds, room, name):
    [problem] = find(seeds({**PAIR, f"{room}/{name}.yaml": b""})).problems
    assert "cannot be" in problem.message
    assert problem.hint == "name the file with lower-case letters, digits and hyphens"


@pytest.mark.parametrize("name", ["con", "nul", "aux/a", "north/com1", "lpt9"])
@pytest.mark.parametrize("room", ["documents", "codebook"])
def test_a_name_that_windows_keeps_for_a_device_is_refused(seeds, room, name):
    [problem] = find(seeds({**PAIR, f"{room}/{name}.yaml": b""})).problems
    assert "for a device" in problem.hint


# ── Digest ────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_seeds_elsewhere_have_the_same_digest(seeds, tmp_path):
    folder = seeds({**PAIR, "codebook/a.yaml": b""})
    shutil.copytree(folder, tmp_path / "copy")
    assert find(folder).digest == find(tmp_path / "copy").digest


@pytest.mark.parametrize(
    "change",
    [
        {"documents/a.txt": b"texT"},
        {"documents/a.txt": b"text\n"},
        {"documents/b.txt": b"", "documents/b.yaml": b""},
        {"codebook/a.yaml": b""},
    ],
)
def test_any_change_of_the_seeds_changes_the_digest(seeds, change):
    before = find(seeds(PAIR)).digest
    assert find(seeds(change)).digest != before


def test_bytes_that_move_from_one_file_to_the_next_change_the_digest(seeds):
    before = find(seeds({**PAIR, "documents/a.txt": b"ab", "documents/a.yaml": b"c"})).digest
    assert find(seeds({"documents/a.txt": b"a", "documents/a.yaml": b"bc"})).digest != before


def test_a_file_name_that_is_not_utf_8_is_a_problem(letters):
    (letters / "codebook" / os.fsdecode(b"\xff.yaml")).write_text("people: []\n", encoding="utf-8")
    assert find(letters).problems
