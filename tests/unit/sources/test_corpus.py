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
from stancebook.suggestions import slug_for


@pytest.fixture
def seeds(tmp_path):
    """Return a function that writes files, given by name, to a folder of sources, and returns the folder."""

    def write(files):
        for name, data in files.items():
            path = tmp_path / "seeds" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return tmp_path / "seeds"

    return write


PAIR = {"documents/a.txt": b"text", "documents/a.yaml": b"k: v"}


def test_files_are_paired_and_sorted(seeds):
    """Texts and annotations are paired by name, and sorted."""
    corpus = load_corpus(seeds({"documents/b.yaml": b"", "documents/b.txt": b"", "codebook/z.yaml": b"", **PAIR}))
    assert [pair.doc_id for pair in corpus.documents] == ["a", "b"]
    assert [Path(file.name).name for file in corpus.codebook] == ["z.yaml"]
    assert corpus.problems == ()


def test_doc_id_includes_subfolder(seeds):
    """The id of a document in a subfolder includes the folder."""
    corpus = load_corpus(seeds({"documents/north/a.txt": b"", "documents/north/a.yaml": b""}))
    assert [pair.doc_id for pair in corpus.documents] == ["north/a"]


def test_text_is_unchanged(seeds):
    """A text keeps each code point, with line breaks and a byte order mark."""
    text = "\ufeffone\r\n\r\ntwo\u00a0e\u0301 \U0001f600\r"
    corpus = load_corpus(seeds({**PAIR, "documents/a.txt": text.encode()}))
    assert corpus.documents[0].text.text == text


def test_records_may_be_yaml_or_json(seeds):
    """Records may be written in YAML or JSON."""
    corpus = load_corpus(seeds({"documents/b.txt": b"", "documents/b.json": b"{}", "codebook/z.json": b"{}", **PAIR}))
    assert [Path(pair.annotations.name).name for pair in corpus.documents] == ["a.yaml", "b.json"]
    assert [Path(file.name).name for file in corpus.codebook] == ["z.json"]
    assert corpus.problems == ()


def test_yaml_and_json_of_one_name_conflict(seeds):
    """Of a YAML and a JSON file with one name, neither is read."""
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
def test_missing_file_has_preferred_extension(seeds, files, hint):
    """The hint names the missing file with the extension that most others have."""
    [problem] = load_corpus(seeds({**PAIR, **files})).problems
    assert problem.hint == hint


def test_hidden_files_are_ignored(seeds):
    """Hidden files are ignored."""
    corpus = load_corpus(seeds({**PAIR, "documents/.a.swp": b"\xff", "codebook/.git/x": b"\xff"}))
    assert corpus.problems == ()
    assert len(corpus.documents) == 1


def test_invalid_utf8_is_reported_at_position(seeds):
    """A byte that is not UTF-8 is reported at its line and column."""
    corpus = load_corpus(seeds({**PAIR, "documents/a.txt": "é\né ".encode() + b"\xff"}))
    assert [(p.line, p.column) for p in corpus.problems] == [(2, 3)]
    assert corpus.documents == (DocumentFiles("a", None, SourceFile(corpus.documents[0].annotations.name, "k: v")),)


def test_unreadable_file_is_a_problem(seeds, monkeypatch):
    """A file that may not be read is a problem."""

    def forbidden(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    folder = seeds(PAIR)
    monkeypatch.setattr(os, "open", forbidden)
    assert {p.message for p in load_corpus(folder).problems} == {"cannot be read (Permission denied)"}


def test_missing_folder_is_a_problem(tmp_path):
    """A missing folder of sources is a problem."""
    assert [p.message for p in load_corpus(tmp_path / "seeds").problems] == ["is not a folder"]


def test_no_documents_is_a_problem(seeds):
    """A folder without documents is a problem."""
    assert [p.message for p in load_corpus(seeds({"codebook/a.yaml": b""})).problems] == ["holds no document"]


def test_problem_paths_are_relative_to_cwd(seeds, monkeypatch, tmp_path):
    """Problems have paths relative to the working directory."""
    folder = seeds({"documents/a.txt": b""})
    assert load_corpus(folder).problems[0].file == f"{tmp_path.as_posix()}/seeds/documents/a.txt"
    monkeypatch.chdir(tmp_path)
    assert load_corpus(folder).problems[0].file == "seeds/documents/a.txt"


# ── Refused files ──────────────────────────────────────────────────────────────────────────────


def problems_after_replacing(folder, name, put):
    """Replace a source file by something else; return the problems of the corpus."""
    path = folder / name
    path.unlink()
    put(path)
    return [(Path(p.file).name, p.line, p.column, p.message) for p in load_corpus(folder).problems]


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(os.fspath(path))


def secret(folder):
    path = folder.parent / "secret.txt"
    path.write_text("text", encoding="utf-8")
    return path


def test_links_to_files_are_not_followed(seeds):
    """A link is refused, to whichever target."""
    folder = seeds({**PAIR, "documents/b.txt": b"", "documents/b.yaml": b""})
    targets = (secret(folder), "b.txt", "nowhere", "a.txt", "/dev/zero", "..")
    for target in targets:
        problems = problems_after_replacing(
            folder, "documents/a.txt", lambda path, target=target: path.symlink_to(target)
        )
        assert problems == [("a.txt", 1, 1, "is a link")]


@pytest.mark.parametrize("section", ["documents", "codebook", "documents/north"])
def test_links_to_folders_are_not_followed(seeds, tmp_path, section):
    """A link to a folder is refused, and nothing in it is read."""
    (tmp_path / "target").mkdir()
    (tmp_path / "target/b.yaml").write_bytes(b"secret: 1")
    folder = seeds({**PAIR, "codebook/a.yaml": b""})
    if (folder / section).exists():
        (folder / section).rename(tmp_path / "away")
    (folder / section).symlink_to(tmp_path / "target")
    corpus = load_corpus(folder)
    assert [p.message for p in corpus.problems] == ["is a link"]
    assert "secret" not in repr(corpus)


def test_source_folder_may_be_a_link(seeds, tmp_path):
    """The folder of sources itself may be a link."""
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
def test_other_kinds_of_entries_are_named(seeds, monkeypatch, put, message):
    """A pipe, a socket or a folder with the name of a file is reported as such."""
    folder = seeds(PAIR)
    monkeypatch.chdir(folder / "documents")  # a socket's path must be short
    assert problems_after_replacing(folder, "documents/a.txt", lambda path: put(Path(path.name))) == [
        ("a.txt", 1, 1, message)
    ]


def test_file_in_place_of_section_is_named(seeds):
    """A file with the name of a section's folder is reported."""
    assert [p.message for p in load_corpus(seeds({**PAIR, "codebook": b""})).problems] == ["is a file"]


@pytest.mark.parametrize(
    ("put", "message"),
    [
        (lambda path: path.symlink_to(secret(path.parents[1])), f"cannot be read ({os.strerror(errno.ELOOP)})"),
        (os.mkfifo, "is a pipe, a socket or a device"),
        (lambda _: None, f"cannot be read ({os.strerror(errno.ENOENT)})"),
    ],
)
def test_file_replaced_after_listing_is_not_read(seeds, put, message):
    """What replaces a file after the listing is not read."""
    folder = seeds(PAIR)
    listing, path = discover(folder), folder / "documents/a.txt"
    path.unlink()
    put(path)
    corpus = read_corpus(folder, listing)
    assert [(Path(p.file).name, p.message) for p in corpus.problems] == [("a.txt", message)]
    assert corpus.documents[0].text is None


@pytest.mark.parametrize("name", ["documents/a.txt", "documents/a.yaml", "codebook/z.json"])
def test_file_larger_than_limit_is_not_read(seeds, monkeypatch, name):
    """A file larger than its limit is not read."""
    monkeypatch.setitem(MAX_FILE_BYTES, Path(name).suffix, 1 << 20)
    folder = seeds({**PAIR, name: b"x" * (1 << 20)})
    assert load_corpus(folder).problems == ()
    with (folder / name).open("ab") as file:
        file.write(b"x")
    assert [p.message for p in load_corpus(folder).problems] == ["is larger than 1 MiB"]


def test_growing_file_is_read_up_to_limit(seeds, monkeypatch):
    """A file that grows while it is read is read up to its limit."""
    monkeypatch.setitem(MAX_FILE_BYTES, ".txt", 2)
    small = os.stat_result((stat.S_IFREG | 0o644, *[0] * 9))
    monkeypatch.setattr(os, "fstat", lambda _: small)
    assert [p.message for p in load_corpus(seeds(PAIR)).problems] == ["is larger than 0 MiB"]


@pytest.mark.parametrize("text", ["ab\ncd".encode("utf-16-le"), b"ab\0"])
def test_zero_byte_is_refused(seeds, text):
    """Text in UTF-16, which may be valid UTF-8, is refused at its first zero byte."""
    [problem] = load_corpus(seeds({**PAIR, "documents/a.txt": text})).problems
    assert problem.message == "is not text in UTF-8: byte 0x00 is here"
    assert (problem.line, problem.column) == (1, text.index(0) + 1)


def test_unlistable_subfolder_is_a_problem(seeds, monkeypatch):
    """A subfolder that may not be listed is a problem."""
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
@pytest.mark.parametrize("section", ["documents", "codebook"])
def test_nonportable_name_is_refused(seeds, section, name):
    """A name that is not valid on every system is refused."""
    [problem] = load_corpus(seeds({**PAIR, f"{section}/{name}.yaml": b""})).problems
    assert "cannot be" in problem.message
    assert problem.hint.startswith("name the file with lower-case letters, digits and hyphens")
    assert problem.hint.endswith("hyphens") == (slug_for(name) == "")


@pytest.mark.parametrize("name", ["con", "nul", "aux/a", "north/com1", "lpt9"])
@pytest.mark.parametrize("section", ["documents", "codebook"])
def test_reserved_windows_name_is_refused(seeds, section, name):
    """A name that Windows reserves for a device is refused."""
    [problem] = load_corpus(seeds({**PAIR, f"{section}/{name}.yaml": b""})).problems
    assert "for a device" in problem.hint


def test_unlistable_folder_is_a_problem(seeds, monkeypatch):
    """A folder of sources that may not be listed is a problem."""

    def forbidden(_):
        raise PermissionError(errno.EACCES, "Permission denied")

    folder = seeds(PAIR)
    monkeypatch.setattr(os, "scandir", forbidden)
    [problem] = discover(folder).problems
    assert (Path(problem.file).name, problem.message) == ("seeds", "cannot be read (Permission denied)")


# ── Listing ────────────────────────────────────────────────────────────────────────────────────────


def test_discover_opens_no_file(seeds, monkeypatch):
    """Discovery lists names, sizes and times without opening a file."""
    folder = seeds({**PAIR, "codebook/z.yaml": b"", "documents/north/b.txt": b"b", "documents/north/b.yaml": b""})
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("a file was opened"))
    listing = discover(folder)
    assert [entry.name for entry in listing.codebook] == ["codebook/z.yaml"]
    assert [document.doc_id for document in listing.documents] == ["a", "north/b"]
    text = listing.documents[1].text
    status = (folder / "documents/north/b.txt").stat()
    assert text == ("documents/north/b.txt", status.st_size, status.st_mtime_ns)


def test_file_deleted_during_listing_is_ignored(seeds, monkeypatch):
    """A file that is deleted during the listing is ignored."""

    class DeletedEntry:
        name = "b.txt"

        def stat(self, **_):
            raise FileNotFoundError

    @contextmanager
    def with_one_deleted(path):
        with scandir(path) as entries:
            yield [*entries, DeletedEntry()]

    folder, scandir = seeds(PAIR), os.scandir
    monkeypatch.setattr(os, "scandir", with_one_deleted)
    assert discover(folder).problems == ()


def test_listing_pickles_small(seeds):
    """A listing can be copied and pickled, in less than 200 bytes a document."""
    names = [f"documents/north/a-long-name-{n:06}{ending}" for n in range(100) for ending in (".txt", ".yaml")]
    listing = discover(seeds(dict.fromkeys(names, b"")))
    assert copy.deepcopy(listing) == listing
    assert len(pickle.dumps(listing)) < 200 * len(listing.documents)


def test_parts_of_listing_make_the_corpus(seeds):
    """Parts of a listing, read separately, give together what the listing gives."""
    names = [f"documents/{letter}{ending}" for letter in "abc" for ending in (".txt", ".yaml")]
    folder = seeds({name: name.encode() for name in [*names, "codebook/z.yaml"]} | {"documents/b.txt": b"\xff"})
    listing, corpus = discover(folder), load_corpus(folder)
    parts = [
        read_corpus(folder, SourceListing(codebook=listing.codebook)),
        *(read_corpus(folder, SourceListing(documents=(document,))) for document in listing.documents),
    ]
    assert tuple(pair for part in parts for pair in part.documents) == corpus.documents
    assert tuple(problem for part in parts for problem in part.problems) == corpus.problems
    digests = {name: digest for part in reversed(parts) for name, digest in part.digests.items()}
    assert combined_digest(digests) == corpus.digest


# ── Digest ────────────────────────────────────────────────────────────────────────────────────────


def test_digest_is_independent_of_location(seeds, tmp_path):
    """The same files in another folder have the same digest."""
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
def test_digest_changes_with_any_file(seeds, change):
    """A changed, added or removed byte or file changes the digest."""
    before = load_corpus(seeds(PAIR)).digest
    assert load_corpus(seeds(change)).digest != before


def test_digest_depends_on_file_boundaries(seeds):
    """Bytes moved from one file to another change the digest."""
    before = load_corpus(seeds({**PAIR, "documents/a.txt": b"ab", "documents/a.yaml": b"c"})).digest
    assert load_corpus(seeds({"documents/a.txt": b"a", "documents/a.yaml": b"bc"})).digest != before


def test_digest_is_that_of_sha256sum_output(seeds):
    """The digest is the SHA-256 of what `sha256sum` prints."""
    printed = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(PAIR.items()))
    assert load_corpus(seeds(PAIR)).digest == hashlib.sha256(printed.encode()).hexdigest()


def test_non_utf8_name_is_a_problem(letters):
    """A file name that is not UTF-8 is a problem."""
    (letters / "codebook" / os.fsdecode(b"\xff.yaml")).write_text("people: []\n", encoding="utf-8")
    assert load_corpus(letters).problems
