"""The codebook and documents → tables as coded, and all that is wrong with them: slowly, with every place known."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from stancebook.check import check_model, check_rules
from stancebook.coded import Coded, Unread, frames_of
from stancebook.compute import compute_columns, distinct
from stancebook.contract import Contract
from stancebook.frame import arranged, from_rows
from stancebook.keys import check_circles, check_copies, check_keys, check_references, check_texts
from stancebook.problem import Problem, errors_among
from stancebook.seeds.anchor import IN_YAML, Text
from stancebook.seeds.annotation import Reading, Record, read_annotations, read_codebook
from stancebook.seeds.convert import Row, convert, is_the_one_coded
from stancebook.seeds.corpus import Corpus
from stancebook.seeds.language import language_of
from stancebook.spec import Tables


@dataclass(frozen=True)
class Judged:
    """Coded tables by name, rows beside their records, and the problems found; rows at fault are among them."""

    tables: dict[str, Coded]
    problems: list[Problem]


def judge(
    contract: Contract,
    corpus: Corpus,
    seen: Tables | None = None,
    *,
    part: bool = False,
    elsewhere: bool = False,
    guests: Collection[str] = (),
) -> Judged:
    """Read and check a corpus, or a `part` of one.

    Of a part, nothing is said that all documents are needed for: `told_twice`, rules on the codebook. If it may refer
    to documents `elsewhere`, nothing is said of the references that do; and a key that is missing is told only where
    documents name it that are no `guests`. `seen` are the distinct rows that rules on the codebook look at, of all
    documents, or of none: then nothing is said of what looks at any. Without it, they are those of these.
    """
    here = {pair.doc_id for pair in corpus.documents}
    others = {"", *guests} if part and here else ()
    unread = Unread(part=part, here=here if elsewhere else None, told_elsewhere=others)
    tables, problems = _read(contract, corpus, unread)
    checks = _checks(contract, tables, unread, sound=not corpus.problems and not problems)
    problems = [*corpus.problems, *problems, *checks]
    if not part or seen is not None:
        frames = frames_of(tables)
        looked_at = distinct(frames, contract.seen_across) if seen is None else seen
        rules = [
            rule
            for rule in contract.rules
            if contract.is_of_codebook(rule.table) and rule.across.keys() <= looked_at.keys()
        ]
        view = {spec.name: frames[spec.name] for spec in contract.of_codebook} | dict(looked_at)
        problems += check_rules(contract, rules, tables, view, all_sound=not problems)
    return Judged(tables, problems)


def sound_codebook(contract: Contract, corpus: Corpus) -> dict[str, pd.DataFrame] | None:
    """Return the tables of a corpus' codebook, sorted; None where it is not whole or not in order."""
    judged = judge(contract, replace(corpus, documents=()), part=True)
    if not corpus.whole or errors_among(judged.problems):
        return None
    return {spec.name: arranged(spec, judged.tables[spec.name].frame) for spec in contract.of_codebook}


def told_twice(contract: Contract, corpus: Corpus) -> list[Problem]:
    """Return the problems of texts that documents of a corpus share, whatever else is wrong with these."""
    tables, _ = _read(contract, corpus, Unread(part=True))
    return list(check_texts(tables[contract.document.name]))


def _read(contract: Contract, corpus: Corpus, unread: Unread) -> tuple[dict[str, Coded], list[Problem]]:
    """Read all files, and convert their records row by row."""
    problems: list[Problem] = []
    rows: dict[str, list[tuple[Record, Row]]] = {name: [] for name in contract.tables}
    for reading, text in _readings(contract, corpus, unread):
        problems += reading.problems
        coded = text if text and is_the_one_coded(text, reading.records) else None
        for record in reading.records:
            row, faults = convert(record, contract, text if record.spec.shape == "document" else coded)
            problems += faults
            rows[record.spec.name].append((record, row))
    tables = {
        spec.name: Coded(
            spec, from_rows(spec, [row for _, row in rows[spec.name]]), [record for record, _ in rows[spec.name]]
        )
        for spec in contract.coded
    }
    return tables, problems


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


def _checks(contract: Contract, tables: dict[str, Coded], unread: Unread, *, sound: bool) -> list[Problem]:
    """Return the problems of whole tables: each stage leaves alone the rows that an earlier one found at fault."""
    problems: list[Problem] = []
    for table in tables.values():
        problems += [*check_keys(table), *check_copies(table), *check_circles(table)]
    if not unread.part:
        problems += check_texts(tables[contract.document.name])
    problems += check_references(tables, unread)
    sound = sound and not problems
    frames = frames_of(tables)
    compute_columns(contract, frames, all_sound=sound)
    for table in tables.values():
        problems += check_model(table, all_sound=sound)
    rules = [rule for rule in contract.rules if not contract.is_of_codebook(rule.table)]
    problems += check_rules(contract, rules, tables, frames, all_sound=sound and not problems)
    return problems
