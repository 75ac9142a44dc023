import copy
import errno
import hashlib
import os
import pickle
import shutil
import socket
import stat
from contextlib import contextmanager
from pathlib import Path

import pytest

from stancebook.sources.corpus import DocumentFiles, SourceFile, combined_digest, load_corpus, read_corpus
from stancebook.sources.discovery import MAX_FILE_BYTES, SourceListing, discover


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
    corpus = load_corpus(seeds({"documents/b.yaml": b"", "documents/b.txt": b"", "codebook/z.yaml": b"", **PAIR}))
    assert [pair.doc_id for pair in corpus.documents] == ["a", "b"]
    assert [Path(file.name).name for file in corpus.codebook] == ["z.yaml"]
    assert corpus.problems == ()


def test_a_document_in_a_folder_has_the_folder_in_its_id(seeds):
    corpus = load_corpus(seeds({"documents/north/a.txt": b"", "documents/north/a.yaml": b""}))
    assert [pair.doc_id for pair in corpus.documents] == ["north/a"]


def test_a_text_is_kept_code_point_for_code_point(seeds):
    text = "\ufeffone\r\n\r\ntwo\u00a0e\u0301 \U0001f600\r"
    corpus = load_corpus(seeds({**PAIR, "documents/a.txt": text.encode()}))
    assert corpus.documents[0].text.text == text


def test_records_are_in_yaml_or_json(seeds):
    corpus = load_corpus(seeds({"documents/b.txt": b"", "documents/b.json": b"{}", "codebook/z.json": b"{}", **PAIR}))
    assert [Path(pair.annotations.name).name for pair in corpus.documents] == ["a.yaml", "b.json"]
    assert [Path(file.name).name for file in corpus.codebook] == ["z.json"]
    assert corpus.problems == ()


def test_of_two_files_of_records_of_one_name_neither_is_read(seeds):
    corpus = load_corpus(seeds({**PAIR, "documents/a.json": b"{}", "codebook/z.yaml": b"", "codebook/z.json": b"{}"}))
    assert [Path(problem.file).name for problem in corpus.problems] == ["z.json", "a.json"]
    assert corpus.documents[0].annotations is None
    assert (corpus.codebook, corpus.complete) == ((), False)


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ({"documents/b.txt": b""}, "expected b.yaml in the same folder"),
        ({"documents/b.json": b""}, "expected b.txt in the same folder"),
        (
            {"documents/b.txt": b"", **{f"documents/c{n}{ending}": b"" for n in "12" for ending in (".txt", ".json")}},
            "expected b.json in the same folder",
        ),
    ],
)
def test_the_file_that_is_missing_is_named_as_the_others_are(seeds, files, hint):
    [problem] = load_corpus(seeds({**PAIR, **files})).problems
    assert problem.hint == hint


def test_hidden_files_are_left_alone(seeds):
    corpus = load_corpus(seeds({**PAIR, "documents/.a.swp": b"\xff", "codebook/.git/x": b"\xff"}))
    assert corpus.problems == ()
    assert len(corpus.documents) == 1


def test_a_byte_that_is_not_utf_8_is_reported_at_its_line_and_column(seeds):
    corpus = load_corpus(seeds({**PAIR, "documents/a.txt": "é\né ".encode() + b"\xff"}))
    assert [(p.line, p.column) for p in corpus.problems] == [(2, 3)]
    assert corpus.documents == (DocumentFiles("a", None, SourceFile(corpus.documents[0].annotations.name, "k: v")),)


def test_a_file_that_cannot_be_read_is_a_problem(seeds, monkeypatch):
    def forbidden(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    folder = seeds(PAIR)
    monkeypatch.setattr(os, "open", forbidden)
    assert {p.message for p in load_corpus(folder).problems} == {"cannot be read (Permission denied)"}


def test_no_folder_is_a_problem(tmp_path):
    assert [p.message for p in load_corpus(tmp_path / "seeds").problems] == ["is not a folder"]


def test_a_folder_without_a_document_is_a_problem(seeds):
    assert [p.message for p in load_corpus(seeds({"codebook/a.yaml": b""})).problems] == ["holds no document"]


def test_problems_name_files_from_the_working_folder(seeds, monkeypatch, tmp_path):
    folder = seeds({"documents/a.txt": b""})
    assert load_corpus(folder).problems[0].file == f"{tmp_path.as_posix()}/seeds/documents/a.txt"
    monkeypatch.chdir(tmp_path)
    assert load_corpus(folder).problems[0].file == "seeds/documents/a.txt"


# ── What is not read ──────────────────────────────────────────────────────────────────────────────


def replaced(folder, name, put):
    """Put something else in the place of a file of the seeds; return the problems it gives."""
    path = folder / name
    path.unlink()
    put(path)
    return [(Path(p.file).name, p.line, p.column, p.message) for p in load_corpus(folder).problems]


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
    corpus = load_corpus(folder)
    assert [p.message for p in corpus.problems] == ["is a link"]
    assert "secret" not in repr(corpus)


def test_a_seeds_folder_may_itself_be_a_link(seeds, tmp_path):
    (tmp_path / "link").symlink_to(seeds(PAIR))
    assert load_corpus(tmp_path / "link").problems == ()


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
    assert [p.message for p in load_corpus(seeds({**PAIR, "codebook": b""})).problems] == ["is a file"]


@pytest.mark.parametrize(
    ("put", "message"),
    [
        (lambda path: path.symlink_to(secret(path.parents[1])), f"cannot be read ({os.strerror(errno.ELOOP)})"),
        (os.mkfifo, "is a pipe, a socket or a device"),
        (lambda _: None, f"cannot be read ({os.strerror(errno.ENOENT)})"),
    ],
)
def test_what_takes_a_files_place_after_the_survey_is_not_read(seeds, put, message):
    folder = seeds(PAIR)
    surveyed, path = discover(folder), folder / "documents/a.txt"
    path.unlink()
    put(path)
    corpus = read_corpus(folder, surveyed)
    assert [(Path(p.file).name, p.message) for p in corpus.problems] == [("a.txt", message)]
    assert corpus.documents[0].text is None


@pytest.mark.parametrize("name", ["documents/a.txt", "documents/a.yaml", "codebook/z.json"])
def test_a_file_beyond_its_limit_is_not_read(seeds, monkeypatch, name):
    monkeypatch.setitem(MAX_FILE_BYTES, Path(name).suffix, 1 << 20)
    folder = seeds({**PAIR, name: b"x" * (1 << 20)})
    assert load_corpus(folder).problems == ()
    with (folder / name).open("ab") as file:
        file.write(b"x")
    assert [p.message for p in load_corpus(folder).problems] == ["is larger than 1 MiB"]


def test_a_file_that_grows_while_it_is_read_is_not_read_beyond_its_limit(seeds, monkeypatch):
    monkeypatch.setitem(MAX_FILE_BYTES, ".txt", 2)
    small = os.stat_result((stat.S_IFREG | 0o644, *[0] * 9))
    monkeypatch.setattr(os, "fstat", lambda _: small)
    assert [p.message for p in load_corpus(seeds(PAIR)).problems] == ["is larger than 0 MiB"]


@pytest.mark.parametrize("text", ["ab\ncd".encode("utf-16-le"), b"ab\0"])
def test_text_in_another_encoding_that_passes_for_utf_8_is_refused(seeds, text):
    [problem] = load_corpus(seeds({**PAIR, "documents/a.txt": text})).problems
    assert problem.message == "is not text in UTF-8: byte 0x00 is here"
    assert (problem.line, problem.column) == (1, text.index(0) + 1)


def test_a_folder_that_cannot_be_looked_into_is_a_problem(seeds, monkeypatch):
    folder, scandir = seeds({**PAIR, "documents/north/a.txt": b""}), os.scandir

    def guarded(path):
        if Path(path).name == "north":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    [problem] = load_corpus(folder).problems
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
    [problem] = load_corpus(seeds({**PAIR, f"{room}/{name}.yaml": b""})).problems
    assert "cannot be" in problem.message
    assert problem.hint == "name the file with lower-case letters, digits and hyphens"


@pytest.mark.parametrize("name", ["con", "nul", "aux/a", "north/com1", "lpt9"])
@pytest.mark.parametrize("room", ["documents", "codebook"])
def test_a_name_that_windows_keeps_for_a_device_is_refused(seeds, room, name):
    [problem] = load_corpus(seeds({**PAIR, f"{room}/{name}.yaml": b""})).problems
    assert "for a device" in problem.hint


def test_a_folder_that_may_not_be_listed_is_a_problem(seeds, monkeypatch):
    def forbidden(_):
        raise PermissionError(errno.EACCES, "Permission denied")

    folder = seeds(PAIR)
    monkeypatch.setattr(os, "scandir", forbidden)
    [problem] = discover(folder).problems
    assert (Path(problem.file).name, problem.message) == ("seeds", "cannot be read (Permission denied)")


# ── Survey ────────────────────────────────────────────────────────────────────────────────────────


def test_a_survey_opens_no_file(seeds, monkeypatch):
    folder = seeds({**PAIR, "codebook/z.yaml": b"", "documents/north/b.txt": b"b", "documents/north/b.yaml": b""})
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("a file was opened"))
    surveyed = discover(folder)
    assert [entry.name for entry in surveyed.codebook] == ["codebook/z.yaml"]
    assert [document.doc_id for document in surveyed.documents] == ["a", "north/b"]
    text = surveyed.documents[1].text
    seen = (folder / "documents/north/b.txt").stat()
    assert text == ("documents/north/b.txt", seen.st_size, seen.st_mtime_ns)


def test_a_file_that_is_gone_before_it_is_looked_at_was_never_there(seeds, monkeypatch):
    class Gone:
        name = "b.txt"

        def stat(self, **_):
            raise FileNotFoundError

    @contextmanager
    def with_one_gone(path):
        with scandir(path) as entries:
            yield [*entries, Gone()]

    folder, scandir = seeds(PAIR), os.scandir
    monkeypatch.setattr(os, "scandir", with_one_gone)
    assert discover(folder).problems == ()


def test_a_survey_travels_in_few_bytes(seeds):
    names = [f"documents/north/a-long-name-{n:06}{ending}" for n in range(100) for ending in (".txt", ".yaml")]
    surveyed = discover(seeds(dict.fromkeys(names, b"")))
    assert copy.deepcopy(surveyed) == surveyed
    assert len(pickle.dumps(surveyed)) < 200 * len(surveyed.documents)


def test_parts_of_a_survey_read_elsewhere_are_the_whole(seeds):
    names = [f"documents/{letter}{ending}" for letter in "abc" for ending in (".txt", ".yaml")]
    folder = seeds({name: name.encode() for name in [*names, "codebook/z.yaml"]} | {"documents/b.txt": b"\xff"})
    surveyed, whole = discover(folder), load_corpus(folder)
    parts = [
        read_corpus(folder, SourceListing(codebook=surveyed.codebook)),
        *(read_corpus(folder, SourceListing(documents=(document,))) for document in surveyed.documents),
    ]
    assert tuple(pair for part in parts for pair in part.documents) == whole.documents
    assert tuple(problem for part in parts for problem in part.problems) == whole.problems
    digests = {name: digest for part in reversed(parts) for name, digest in part.digests.items()}
    assert combined_digest(digests) == whole.digest


# ── Digest ────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_seeds_elsewhere_have_the_same_digest(seeds, tmp_path):
    folder = seeds({**PAIR, "codebook/a.yaml": b""})
    shutil.copytree(folder, tmp_path / "copy")
    assert load_corpus(folder).digest == load_corpus(tmp_path / "copy").digest


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
    before = load_corpus(seeds(PAIR)).digest
    assert load_corpus(seeds(change)).digest != before


def test_bytes_that_move_from_one_file_to_the_next_change_the_digest(seeds):
    before = load_corpus(seeds({**PAIR, "documents/a.txt": b"ab", "documents/a.yaml": b"c"})).digest
    assert load_corpus(seeds({"documents/a.txt": b"a", "documents/a.yaml": b"bc"})).digest != before


def test_the_digest_is_that_of_what_sha256sum_prints(seeds):
    printed = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(PAIR.items()))
    assert load_corpus(seeds(PAIR)).digest == hashlib.sha256(printed.encode()).hexdigest()


def test_a_file_name_that_is_not_utf_8_is_a_problem(letters):
    (letters / "codebook" / os.fsdecode(b"\xff.yaml")).write_text("people: []\n", encoding="utf-8")
    assert load_corpus(letters).problems
