"""However documents are cut into chunks, a build says and gives what one that holds all of them in memory does."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.build.pipeline import Build, build_tables
from stancebook.dataset.reader import load
from stancebook.exceptions import PublishError
from stancebook.parallel.chunked_build import BuildResult, build_into
from stancebook.parallel.chunking import ChunkPolicy
from stancebook.parallel.options import BuildOptions
from stancebook.problems import Problem
from stancebook.sources.discovery import discover
from tests.unit.parallel.sample_corpora import BOOKS, MANY, PEOPLE, RULES, annotations, claim, corpora, lay, letter

ACROSS = {rule.message for rule in RULES if rule.inputs}


def many():
    return MANY


@dataclass(frozen=True)
class ExplicitEnds(ChunkPolicy):
    """Ends chunks after documents of these ids."""

    doc_ids: frozenset[str] = frozenset()

    def ends_after(self, doc_id: str, size: int) -> bool:
        del size
        return doc_id in self.doc_ids


def in_chunks(seeds: Path, ends: Sequence[int], out: Path, contract=many) -> BuildResult:
    """Build documents in chunks that end so, and write the dataset."""
    found = discover(seeds)
    policy = ExplicitEnds(doc_ids=frozenset(found.documents[end - 1].doc_id for end in ends))
    out.mkdir()
    made = build_into(contract, seeds, found, out, BuildOptions(jobs=1, chunk_policy=policy))
    if not made.errors:
        made.write()
    return made


def needs_all(problem: Problem) -> bool:
    """Whether all documents are needed to tell a problem: it is told where nothing else is wrong."""
    return problem.message in ACROSS or problem.message.startswith("the text is the same, byte for byte")


def comparable(problems: Sequence[Problem]) -> list[Problem]:
    """Problems without what depends on who looks: the nearest of the keys that were seen, and what nobody names."""
    return [
        replace(each, hint=each.hint.rpartition("\n")[2] if " places; this is " in each.hint else "")
        if " is not among the " in each.message
        else each
        for each in problems
    ]


def errors(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.level == "error"]


def assert_same(made: BuildResult, whole: Build, out: Path) -> None:
    """Hold a build in chunks against the one in memory."""
    told, expected = comparable(made.problems), comparable(whole.problems)
    if any("is already used" in problem.message and "/codebook/" in problem.file for problem in expected):
        # Which key is missing because of it, only those know who see all that are missing.
        told, expected = (
            [each for each in some if " among the people" not in each.message] for some in (told, expected)
        )
    others = [problem for problem in errors(expected) if not needs_all(problem)]
    if any(problem.message.startswith("the text is the same") for problem in expected) and not all(
        map(needs_all, told)
    ):
        # In memory nothing more is said of the rows of a text that stands twice; its chunk cannot know.
        assert set(others) <= set(told)
        return
    assert told == (others or expected)
    if not whole.errors:
        assert made.summary == whole.summary
        for name, frame in load(path=out).items():
            pd.testing.assert_frame_equal(frame, whole.frames[name])


def compare(files: Mapping[str, bytes], ends: Sequence[int], folder: Path) -> BuildResult:
    """Build a corpus in memory and in chunks, and hold the two against each other."""
    seeds, out = lay(files, folder / "seeds"), folder / "dataset"
    made = in_chunks(seeds, ends, out)
    assert_same(made, build_tables(MANY, seeds), out)
    return made


def letters(*claims: Sequence[Mapping[str, Any]], people: str = PEOPLE, **more: str) -> dict[str, bytes]:
    """The files of letters a, b, c …, each with such claims, and more files or others."""
    files = {"codebook/people.yaml": people}
    for number, (doc_id, said) in enumerate(zip("abcdef", claims, strict=False)):
        files |= {f"documents/{doc_id}.txt": letter(number), f"documents/{doc_id}.yaml": annotations(list(said))}
    return {name: text.encode() for name, text in files.items()}


@pytest.mark.proof
@given(files=corpora(), data=st.data())
@settings(max_examples=12)  # a chunk takes some tenth of a second
def test_wherever_documents_are_cut_problems_and_rows_are_the_same(files, data, tmp_path_factory):
    ids = {name.rpartition(".")[0] for name in files if name.startswith("documents/")}
    ends = sorted(data.draw(st.sets(st.integers(1, len(ids) - 1), min_size=1)))
    compare(files, ends, tmp_path_factory.mktemp("many"))


def without(name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {each: data for each, data in files.items() if each != name}


DATED = {"strength": "fair", "when_edtf": "1901-04-29"}  # must be answered


# Letters, where their chunks end, and what is wrong with them.
CASES = {
    "a chain that goes on within a chunk": (
        letters(
            [claim(0, answers_id="b#c00", **DATED)],
            [claim(0, echoes_id="c#c00")],
            [claim(0, echoes_id="d#c00")],
            [claim(0)],
        ),
        [1],
        ["A fair claim that is dated is answered by another."],
    ),
    "a chain that goes on beside a fault": (
        letters(
            [claim(0, answers_id="b#c00", **DATED)],
            [claim(0, echoes_id="c#c00"), claim(1, strength="sure")],
            [claim(0)],
        ),
        [1],
        ["'sure' is not a value of strength", "A fair claim that is dated is answered by another."],
    ),
    "a circle through all chunks": (
        letters([claim(0, answers_id="b#c00")], [claim(0, answers_id="c#c00")], [claim(0, answers_id="a#c00")]),
        [1, 2],
        ["the reference goes in a circle: c00 → c00 → c00 → c00"],
    ),
    "a circle that may be": (letters([claim(0, echoes_id="b#c00")], [claim(0, echoes_id="a#c00")]), [1], []),
    "a key that is missing in two chunks": (
        letters([claim(0, person_id="nobody")], [claim(0, answers_id="c#c00")], [claim(0, person_id="nobody")]),
        [1, 2],
        ["'nobody' is not among the people"],
    ),
    "a key that is missing everywhere": (
        letters(
            [claim(0, person_id="nobody", echoes_id="c#c00")],
            *[[claim(0, person_id="nobody")]] * 3,
            people=PEOPLE.replace("master_id: falk", "master_id: nobody"),
        ),
        [2],
        ["'nobody' is not among the people"],
    ),
    "a document that is not there": (
        letters([claim(0)], *[[claim(0, answers_id="nowhere#c00")]] * 2),
        [1, 2],
        ["'nowhere#c00' is not among the claims"],
    ),
    "a key twice in one document, and one missing in another": (
        letters([claim(0, id="c01"), claim(1)], [claim(0, answers_id="c01")]),
        [1],
        ["'c01' is already used in line 7", "'c01' is not among the claims"],
    ),
    "a text twice, and a document without which the first is not in order": (
        {
            **letters([claim(0, **DATED)], [claim(0)], [claim(0, answers_id="a#c00")]),
            "documents/b.txt": letter(0).encode(),
        },
        [1, 2],
        ["the text is the same, byte for byte, as that of 'a'"],
    ),
    "a document without its text": (
        without("documents/b.txt", letters([claim(0)], [claim(0)])),
        [1],
        ["has no text next to it"],
    ),
    "a document without its annotations": (
        without("documents/b.yaml", letters([claim(0)], [claim(0)])),
        [1],
        ["has no annotations next to it"],
    ),
    "a rule of the codebook alone, and a fault": (
        letters([claim(0, person_id="otho")], [claim(0)], people=BOOKS["a rule broken"]),
        [1],
        ["'otho' is not among the people", "It is known where a person lives whom another works for."],
    ),
    "documents that say nothing": (letters([], [claim(0, witnesses=["falk"])], []), [1, 2], []),
    "documents that say nothing all of them": (letters([], []), [1], []),
}


@pytest.mark.parametrize(("files", "ends", "told"), CASES.values(), ids=CASES)
def test_what_documents_of_different_chunks_have_to_do_with_each_other_is_seen(files, ends, told, tmp_path):
    made = compare(files, ends, tmp_path)
    assert sorted(problem.message for problem in errors(made.problems)) == told


@pytest.mark.parametrize("people", BOOKS.values(), ids=BOOKS)
def test_what_is_wrong_with_the_codebook_is_told_as_ever(people, tmp_path):
    compare(letters([claim(0)], [claim(0, witnesses=["berta", "falk"])], people=people), [1], tmp_path)


def test_a_folder_whose_name_is_not_utf_8_is_refused_in_words(tmp_path):
    seeds = lay(letters([claim(0)], [claim(0)]), tmp_path / "seeds")
    with pytest.raises(PublishError, match="opens no folder whose name is not UTF-8: build with --out into another"):
        in_chunks(seeds, [1], tmp_path / os.fsdecode(b"\xff"))


@pytest.mark.parametrize("name", ["it's", "a [1]", "50% {i}", "日本 ☂", "$HOME"])
def test_a_folder_may_be_called_whatever_it_is(name, tmp_path):
    compare(letters([claim(0)], [claim(0)]), [1], tmp_path / name)
