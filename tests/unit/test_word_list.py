import json

import pytest

from tests.word_list import WordList

WORDS = WordList({"anew": "'again'", "(held|hold) against": "'compared with'"})


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("x = 1  # read anew\n", "1:15"),
        ('"""Read it.\n\nThen anew.\n"""\n', "3:6"),
        ("word = f'{1} anew'\n", "1:"),
        ("def read_anew(): ...\n", "1:10"),
    ],
    ids=["comment", "docstring", "string", "name"],
)
def test_word_list_reads_prose_of_code(text, location):
    """A word is found in comments, docstrings, strings and names."""
    [problem] = WORDS.problems("a.py", text)
    assert problem.startswith(f"a.py:{location}")
    assert problem.endswith("'anew': write 'again'")


def test_word_list_reads_across_lines():
    """Words of one entry may be on two lines."""
    assert list(WORDS.problems("a.md", "# A\n\nIt is held\nagainst it.")) == [
        "a.md:3:7: 'held against': write 'compared with'"
    ]


def test_word_list_names_notebook_cell():
    """A problem in a notebook has the number of its cell; outputs are not read."""
    cells = [
        {"cell_type": "markdown", "source": ["A title"]},
        {"cell_type": "code", "source": ["x = 1\n", "# anew"], "outputs": [{"text": "anew"}]},
    ]
    assert list(WORDS.problems("a.ipynb", json.dumps({"cells": cells}))) == [
        "a.ipynb:cell 2:2:3: 'anew': write 'again'"
    ]


def test_word_list_ignores_parts_of_words():
    """A word of the list inside another word is not found."""
    assert list(WORDS.problems("a.md", "renewed, anewly")) == []


def test_project_word_list_loads():
    """The word list of the project refuses what it should, and no plain sentence."""
    words = WordList.load()
    found = [line.split("'")[1] for line in words.problems("a.md", "Nobody is told; the file is as it was.")]
    assert found == ["Nobody", "told", "as it was"]
    assert not list(words.problems("a.md", "The key occurs twice in the file. NaN stands for missing."))
