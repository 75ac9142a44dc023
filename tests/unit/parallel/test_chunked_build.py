"""Builds in chunks give the problems and the tables of a build in memory, wherever chunks end."""

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
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import look_up
from stancebook.schema.rules import rule
from stancebook.sources.discovery import discover
from tests.unit.parallel.sample_corpora import (
    CODEBOOKS,
    LINKED_LETTERS,
    PEOPLE,
    RULES,
    annotations,
    claim,
    corpora,
    letter,
    linked_corpora,
    write_seeds,
)

CODEBOOK_RULES = {rule.message for rule in RULES if rule.inputs}


def contract() -> Contract:
    """Return the contract, as workers call it."""
    return LINKED_LETTERS


@dataclass(frozen=True)
class ExplicitEnds(ChunkPolicy):
    """Ends chunks after documents of these ids."""

    doc_ids: frozenset[str] = frozenset()

    def ends_after(self, doc_id: str, size: int) -> bool:
        del size
        return doc_id in self.doc_ids


def in_chunks(seeds: Path, ends: Sequence[int], out: Path, contract=contract, rows_per_part: int = 1) -> BuildResult:
    """Build a corpus in chunks with these ends, and write the dataset."""
    found = discover(seeds)
    policy = ExplicitEnds(
        rows_per_part=rows_per_part, doc_ids=frozenset(found.documents[end - 1].doc_id for end in ends)
    )
    out.mkdir()
    result = build_into(contract, seeds, found, out, BuildOptions(jobs=1, chunk_policy=policy))
    if not result.errors:
        result.write()
    return result


def needs_all_documents(problem: Problem) -> bool:
    """Return whether finding a problem needs all documents: it is reported only if there is no other error."""
    return problem.message in CODEBOOK_RULES or problem.message.startswith("the text is the same, byte for byte")


def comparable(problems: Sequence[Problem]) -> list[Problem]:
    """Return problems without what depends on the keys of a chunk: suggestions, and keys that are never referenced."""
    return [
        replace(each, hint=each.hint.rpartition("\n")[2] if " places; this is " in each.hint else "")
        if " is not among the " in each.message
        else each
        for each in problems
    ]


def errors(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.level == "error"]


def assert_same(result: BuildResult, in_memory: Build, out: Path) -> None:
    """Compare a build in chunks with the one in memory."""
    found, expected = comparable(result.problems), comparable(in_memory.problems)
    if any("is already used" in problem.message and "/codebook/" in problem.file for problem in expected):
        # Which keys are missing because of it is known only with all references.
        found, expected = (
            [problem for problem in problems if " among the people" not in problem.message]
            for problems in (found, expected)
        )
    others = [problem for problem in errors(expected) if not needs_all_documents(problem)]
    if any(problem.message.startswith("the text is the same") for problem in expected) and not all(
        map(needs_all_documents, found)
    ):
        # In memory, rows of a duplicate text are not checked further; its chunk cannot know.
        assert set(others) <= set(found)
        return
    assert found == (others or expected)
    if not in_memory.errors:
        assert result.summary == in_memory.summary
        for name, frame in load(path=out).items():
            pd.testing.assert_frame_equal(frame, in_memory.frames[name])


def compare(
    files: Mapping[str, bytes], ends: Sequence[int], folder: Path, contract: Contract = LINKED_LETTERS
) -> BuildResult:
    """Build a corpus in memory and in chunks, compare the two, and return the second."""
    seeds, out = write_seeds(files, folder / "seeds"), folder / "dataset"
    result = in_chunks(seeds, ends, out, lambda: contract)
    assert_same(result, build_tables(contract, seeds), out)
    return result


def letters(*claims: Sequence[Mapping[str, Any]], people: str = PEOPLE, **more: str) -> dict[str, bytes]:
    """Return the files of letters a, b, c … with these claims, and more files."""
    files = {"codebook/people.yaml": people}
    for number, (doc_id, written) in enumerate(zip("abcdef", claims, strict=False)):
        files |= {f"documents/{doc_id}.txt": letter(number), f"documents/{doc_id}.yaml": annotations(list(written))}
    return {name: text.encode() for name, text in files.items()}


@pytest.mark.proof
@given(files=corpora(), data=st.data())
@settings(max_examples=12)  # a chunk takes about a tenth of a second
def test_any_chunks_give_the_same_result(files, data, tmp_path_factory):
    """Any split into chunks gives the problems and the rows of a build in memory."""
    ids = {name.rpartition(".")[0] for name in files if name.startswith("documents/")}
    ends = sorted(data.draw(st.sets(st.integers(1, len(ids) - 1), min_size=1)))
    compare(files, ends, tmp_path_factory.mktemp("many"))


@rule("claims", "echoes_id", level="warning")
def echoed_claims_are_open(tables):
    """What has an answer is not echoed."""
    claims = tables["claims"]
    return ~(look_up(claims, claims["echoes_id"], "place") == "answered").astype(bool)


@pytest.mark.proof
@given(files=linked_corpora(), data=st.data())
@settings(max_examples=10)
def test_linked_chunks_give_the_same_result(files, data, tmp_path_factory):
    """Chunks of documents that refer to each other densely, faults included, are built as in memory."""
    documents = len(files) // 2
    ends = sorted(data.draw(st.sets(st.integers(1, documents - 1), min_size=2)))
    echoing = replace(LINKED_LETTERS, rules=(*RULES, echoed_claims_are_open))
    compare(files, ends, tmp_path_factory.mktemp("linked"), echoing)


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
    "a chain next to a fault": (
        letters(
            [claim(0, answers_id="b#c00", **DATED)],
            [claim(0, echoes_id="c#c00"), claim(1, strength="sure")],
            [claim(0)],
        ),
        [1],
        ["'sure' is not a value of strength", "A fair claim that is dated is answered by another."],
    ),
    "a cycle through all chunks": (
        letters([claim(0, answers_id="b#c00")], [claim(0, answers_id="c#c00")], [claim(0, answers_id="a#c00")]),
        [1, 2],
        ["the reference goes in a circle: c00 → c00 → c00 → c00"],
    ),
    "an allowed cycle": (letters([claim(0, echoes_id="b#c00")], [claim(0, echoes_id="a#c00")]), [1], []),
    "a missing key in two chunks": (
        letters([claim(0, person_id="nobody")], [claim(0, answers_id="c#c00")], [claim(0, person_id="nobody")]),
        [1, 2],
        ["'nobody' is not among the people"],
    ),
    "a missing key in all chunks": (
        letters(
            [claim(0, person_id="nobody", echoes_id="c#c00")],
            *[[claim(0, person_id="nobody")]] * 3,
            people=PEOPLE.replace("master_id: falk", "master_id: nobody"),
        ),
        [2],
        ["'nobody' is not among the people"],
    ),
    "a missing document": (
        letters([claim(0)], *[[claim(0, answers_id="nowhere#c00")]] * 2),
        [1, 2],
        ["'nowhere#c00' is not among the claims"],
    ),
    "an answer that breaks a rule, to a faulty claim of another chunk": (
        letters(
            [claim(0, answers_id="nowhere#c00")],
            [claim(0, answers_id="a#c00", when_edtf="../1901-05", strength="weak")],
        ),
        [1],
        ["'nowhere#c00' is not among the claims"],
    ),
    "a duplicate key in one document, a missing one in another": (
        letters([claim(0, id="c01"), claim(1)], [claim(0, answers_id="c01")]),
        [1],
        ["'c01' is already used in line 7", "'c01' is not among the claims"],
    ),
    "a duplicate text, and a document that the first one needs": (
        {
            **letters([claim(0, **DATED)], [claim(0)], [claim(0, answers_id="a#c00")]),
            "documents/b.txt": letter(0).encode(),
        },
        [1, 2],
        ["the text is the same, byte for byte, as that of 'a'"],
    ),
    "two texts that differ in white space": (
        {
            **letters([claim(0)], [claim(0)], [claim(0)]),
            "documents/c.txt": letter(0).replace(" ", "\n").encode(),
        },
        [1, 2],
        [],
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
        letters([claim(0, person_id="otho")], [claim(0)], people=CODEBOOKS["a rule broken"]),
        [1],
        ["'otho' is not among the people", "The home of a person with employees is known."],
    ),
    "a broken rule, and a faulty nested record in a linked chunk": (
        letters(
            [claim(0), claim(1, strength="strong")],
            [claim(0, echoes_id="a#c00", witnesses=["berta", "berta"])],
        ),
        [1],
        ["'b#c00, berta' is already used in line 12", "A strong claim has witnesses."],
    ),
    "some documents without claims": (letters([], [claim(0, witnesses=["falk"])], []), [1, 2], []),
    "all documents without claims": (letters([], []), [1], []),
}


@pytest.mark.parametrize(("files", "ends", "messages"), CASES.values(), ids=CASES)
def test_references_across_chunks_are_checked(files, ends, messages, tmp_path):
    """References, rules and duplicates across chunks are checked as in memory."""
    result = compare(files, ends, tmp_path)
    assert sorted(problem.message for problem in errors(result.problems)) == messages


@rule("claims", "answers_id")
def answered_claims_have_strength(tables):
    """A claim that is answered has a key that is found, or the rule fails to run."""
    claims = tables["claims"].set_index("claim_id")
    claims.loc[claims["answers_id"].dropna()]
    return True | tables["claims"]["answers_id"].isna()


@pytest.mark.parametrize("ends", [[], [1], [1, 2]], ids=["one chunk", "two chunks", "three chunks"])
def test_rules_find_all_rows_referred_to(ends, tmp_path):
    """A rule that fails on a missing row runs once the rows of other chunks are there."""
    linked = replace(LINKED_LETTERS, rules=(answered_claims_have_strength,))
    seeds = write_seeds(letters([claim(0)], [claim(0, answers_id="c#c00")], [claim(0)]), tmp_path / "seeds")
    assert not in_chunks(seeds, ends, tmp_path / "dataset", lambda: linked).problems


@rule("claims", "quote", reads_text=True)
def first_letters_are_dry(tables, texts):
    """It has rained."""
    rained = {doc_id for doc_id, text in texts.items() if "rained for 0 days" not in text.raw}
    return tables["claims"]["doc_id"].isin(rained)


def test_rules_on_linked_chunks_read_their_texts(tmp_path):
    """A rule that reads texts has those of a chunk that is linked to others, too."""
    seeds = letters([claim(0)], [claim(0, answers_id="a#c00")])
    result = compare(seeds, [1], tmp_path, replace(LINKED_LETTERS, rules=(first_letters_are_dry,)))
    assert [problem.file.rpartition("/")[2] for problem in result.problems] == ["a.yaml"]


@pytest.mark.parametrize("people", CODEBOOKS.values(), ids=CODEBOOKS)
def test_codebook_problems_are_reported_as_in_memory(people, tmp_path):
    """Problems of the codebook are the same with chunks."""
    compare(letters([claim(0)], [claim(0, witnesses=["berta", "falk"])], people=people), [1], tmp_path)


def test_folder_that_is_not_utf_8_is_refused(tmp_path):
    """A folder that DuckDB cannot open is refused with a way out."""
    seeds = write_seeds(letters([claim(0)], [claim(0)]), tmp_path / "seeds")
    with pytest.raises(PublishError, match="opens no folder whose name is not UTF-8: build with --out into another"):
        in_chunks(seeds, [1], tmp_path / os.fsdecode(b"\xff"))


@pytest.mark.parametrize("name", ["it's", "a [1]", "50% {i}", "日本 ☂", "$HOME"])
def test_folder_with_special_characters_works(name, tmp_path):
    """Quotes, brackets and other special characters in the name of a folder are no problem."""
    compare(letters([claim(0)], [claim(0)]), [1], tmp_path / name)
