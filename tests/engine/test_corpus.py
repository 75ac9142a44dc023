import os
import shutil
from pathlib import Path

import pytest

from stancebook.corpus import File, Pair, find


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


def test_a_file_that_cannot_be_read_is_a_problem(seeds):
    folder = seeds(PAIR)
    (folder / "documents/a.txt").unlink()
    (folder / "documents/a.txt").symlink_to("nowhere")
    assert [p.message for p in find(folder).problems] == ["cannot be read (No such file or directory)"]


def test_no_folder_is_a_problem(tmp_path):
    assert [p.message for p in find(tmp_path / "seeds").problems] == ["is not a folder"]


def test_a_folder_without_a_document_is_a_problem(seeds):
    assert [p.message for p in find(seeds({"codebook/a.yaml": b""})).problems] == ["holds no document"]


def test_problems_name_files_from_the_working_folder(seeds, monkeypatch, tmp_path):
    folder = seeds({"documents/a.txt": b""})
    assert find(folder).problems[0].file == f"{tmp_path.as_posix()}/seeds/documents/a.txt"
    monkeypatch.chdir(tmp_path)
    assert find(folder).problems[0].file == "seeds/documents/a.txt"


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
