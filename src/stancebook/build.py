"""The pipeline: seeds and a contract in, checked tables out, or all problems at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from stancebook.check import check_model, check_rules
from stancebook.coded import Coded, Tables, Unread, frames_of
from stancebook.compute import compute_columns, derive_tables
from stancebook.contract import Contract
from stancebook.frame import from_rows
from stancebook.keys import check_circles, check_copies, check_keys, check_references, check_texts
from stancebook.problem import Problem
from stancebook.seeds.anchor import IN_YAML, Text
from stancebook.seeds.annotation import Reading, Record, read_annotations, read_codebook
from stancebook.seeds.convert import Row, convert, is_the_one_coded
from stancebook.seeds.corpus import Corpus, find
from stancebook.seeds.language import language_of


@dataclass(frozen=True)
class Build:
    """What a build gave: typed frames by table name, sorted by key; none of them where `errors` is not empty."""

    contract: Contract
    corpus: Corpus
    frames: dict[str, pd.DataFrame]
    problems: list[Problem]

    @property
    def errors(self) -> list[Problem]:
        """The problems that stand in the way of tables."""
        return [problem for problem in self.problems if problem.level == "error"]

    @property
    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {name: len(frame) for name, frame in self.frames.items()}

    @property
    def quotes(self) -> int:
        """How many quotes were found in their texts."""
        return sum(self.rows[spec.name] for spec in self.contract.shaped("grounded"))

    @property
    def references(self) -> int:
        """How many references were followed to their rows."""
        return sum(
            int(self.frames[spec.name][column.name].notna().sum())
            for spec in self.contract.tables.values()
            for column in spec.references
        )


def build(contract: Contract, seeds: Path) -> Build:
    """Build all tables of a contract from a seeds folder."""
    corpus = find(seeds)
    draft = _read(contract, corpus)
    problems = sorted({*corpus.problems, *draft.problems, *_check(contract, draft, sound=not corpus.problems)})
    if errors := [problem for problem in problems if problem.level == "error"]:
        return Build(contract, corpus, {}, errors)  # what is only worth a warning may be a consequence
    return Build(contract, corpus, _finish(contract, draft.tables), problems)


@dataclass
class _Draft:
    """Rows as read, with the records they were made of, and the problems met so far."""

    tables: dict[str, Coded]
    unread: Unread
    problems: list[Problem]


def _read(contract: Contract, corpus: Corpus) -> _Draft:
    """Read all files, and convert their records row by row."""
    unread, problems = Unread(), []
    rows: dict[str, list[tuple[Record, Row]]] = {name: [] for name in contract.tables}
    for reading, text in _readings(contract, corpus, unread):
        problems += reading.problems
        coded = text if text and is_the_one_coded(text, reading.records) else None
        for record in reading.records:
            row, faults = convert(record, contract, text if record.spec.shape == "document" else coded)
            problems += faults
            rows[record.spec.name].append((record, row))
    tables = {
        name: Coded(spec, from_rows(spec, [row for _, row in rows[name]]), [record for record, _ in rows[name]])
        for name, spec in contract.tables.items()
        if spec.shape != "derived"
    }
    return _Draft(tables, unread, problems)


def _readings(contract: Contract, corpus: Corpus, unread: Unread) -> Iterator[tuple[Reading, Text | None]]:
    """Yield what each file gives, with the text its quotes stand in; note in `unread` what could not be read."""
    if not corpus.whole:
        unread.tables.update(spec.name for spec in contract.shaped("codebook"))
    for file in corpus.codebook:
        reading = read_codebook(file, contract)
        if not reading.whole:
            unread.tables.update(spec.name for spec in contract.shaped("codebook"))
        yield reading, None
    for pair in corpus.documents:
        writing = language_of(pair.annotations.name).writing if pair.annotations else IN_YAML
        text = Text(pair.text.text, pair.text.name, writing) if pair.text else None
        reading = (
            read_annotations(pair.annotations, contract, pair.doc_id) if pair.annotations else Reading(whole=False)
        )
        if not reading.whole:
            unread.documents.add(pair.doc_id)
        yield reading, text


def _check(contract: Contract, draft: _Draft, *, sound: bool) -> list[Problem]:
    """Return the problems of whole tables: each stage leaves alone the rows that an earlier one found at fault."""
    tables = draft.tables
    problems: list[Problem] = []
    for table in tables.values():
        problems += [*check_keys(table), *check_copies(table), *check_circles(table)]
    problems += [*check_texts(tables[contract.document.name]), *check_references(tables, draft.unread)]
    sound = sound and not draft.problems and not problems
    compute_columns(contract, frames_of(tables), all_sound=sound)
    for table in tables.values():
        problems += check_model(table, all_sound=sound)
    problems += check_rules(contract, tables, all_sound=sound and not problems)
    return problems


def _finish(contract: Contract, tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the frames of all tables, derived ones among them, in the order of the contract."""
    frames = {
        name: frame.sort_values(list(contract.tables[name].key), ignore_index=True)
        for name, frame in frames_of(tables).items()
    }
    frames |= derive_tables(contract, frames)
    return {name: frames[name] for name in contract.tables}
