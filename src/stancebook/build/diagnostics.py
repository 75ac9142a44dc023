"""The codebook and documents → tables as coded, and all that is wrong with them: slowly, with every place known."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from stancebook.build.cell_parsing import Row, matches_pinned_digest, parse_record
from stancebook.build.derivation import compute_columns, distinct_rows
from stancebook.build.integrity import check_cycles, check_duplicates, check_keys, check_references, check_texts
from stancebook.build.rule_checks import check_model, check_rules
from stancebook.build.table_state import IncompleteSources, TableState, collect, frames_of
from stancebook.problems import Problem, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import frame_from_rows, sort_rows
from stancebook.schema.spec import Tables
from stancebook.sources.anchoring import YAML_QUOTING, SourceText
from stancebook.sources.corpus import Corpus
from stancebook.sources.formats import format_of
from stancebook.sources.records import ParsedFile, Record, read_annotations, read_codebook


@dataclass(frozen=True)
class CheckedTables:
    """Coded tables by name, rows beside their records, and the problems found; rows at fault are among them."""

    tables: dict[str, TableState]
    problems: list[Problem]


def check_corpus(
    contract: Contract,
    corpus: Corpus,
    rule_inputs: Tables | None = None,
    *,
    partial: bool = False,
    allow_external_refs: bool = False,
    context_documents: Collection[str] = (),
) -> CheckedTables:
    """Read and check a corpus, or a `part` of one.

    Of a part, nothing is said that all documents are needed for: `told_twice`, rules on the codebook. If it may refer
    to documents `elsewhere`, nothing is said of the references that do; and a key that is missing is told only where
    documents name it that are no `guests`. `seen` are the distinct rows that rules on the codebook look at, of all
    documents, or of none: then nothing is said of what looks at any. Without it, they are those of these.
    """
    here = {pair.doc_id for pair in corpus.documents}
    others = {"", *context_documents} if partial and here else ()
    unread = IncompleteSources(partial=partial, here=here if allow_external_refs else None, told_elsewhere=others)
    tables, problems = _read(contract, corpus, unread)
    checks = _checks(contract, tables, unread, sound=not corpus.problems and not problems)
    problems = [*corpus.problems, *problems, *checks]
    if not partial or rule_inputs is not None:
        frames = frames_of(tables)
        looked_at = distinct_rows(frames, contract.rule_inputs) if rule_inputs is None else rule_inputs
        rules = [
            rule
            for rule in contract.rules
            if contract.in_codebook(rule.table) and rule.inputs.keys() <= looked_at.keys()
        ]
        view = {spec.name: frames[spec.name] for spec in contract.codebook_tables} | dict(looked_at)
        problems += collect(check_rules(contract, rules, tables, view, all_valid=not problems))
    return CheckedTables(tables, problems)


def validated_codebook(contract: Contract, corpus: Corpus) -> dict[str, pd.DataFrame] | None:
    """Return the tables of a corpus' codebook, sorted; None where it is not whole or not in order."""
    judged = check_corpus(contract, replace(corpus, documents=()), partial=True)
    if not corpus.complete or errors_in(judged.problems):
        return None
    return {spec.name: sort_rows(spec, judged.tables[spec.name].frame) for spec in contract.codebook_tables}


def duplicate_text_problems(contract: Contract, corpus: Corpus) -> list[Problem]:
    """Return the problems of texts that documents of a corpus share, whatever else is wrong with these."""
    tables, _ = _read(contract, corpus, IncompleteSources(partial=True))
    return collect(check_texts(tables[contract.document.name]))


def _read(contract: Contract, corpus: Corpus, unread: IncompleteSources) -> tuple[dict[str, TableState], list[Problem]]:
    """Read all files, and convert their records row by row."""
    problems: list[Problem] = []
    rows: dict[str, list[tuple[Record, Row]]] = {name: [] for name in contract.tables}
    for reading, text in _readings(contract, corpus, unread):
        problems += reading.problems
        coded = text if text and matches_pinned_digest(text, reading.records) else None
        for record in reading.records:
            row, faults = parse_record(record, contract, text if record.spec.kind == "document" else coded)
            problems += faults
            rows[record.spec.name].append((record, row))
    tables = {
        spec.name: TableState(
            spec, frame_from_rows(spec, [row for _, row in rows[spec.name]]), [record for record, _ in rows[spec.name]]
        )
        for spec in contract.coded_tables
    }
    return tables, problems


def _readings(
    contract: Contract, corpus: Corpus, unread: IncompleteSources
) -> Iterator[tuple[ParsedFile, SourceText | None]]:
    """Yield what each file gives, with the text its quotes stand in; note in `unread` what could not be read."""
    if not corpus.complete:
        unread.tables.update(spec.name for spec in contract.tables_of_kind("codebook"))
    for file in corpus.codebook:
        reading = read_codebook(file, contract)
        if not reading.complete:
            unread.tables.update(spec.name for spec in contract.tables_of_kind("codebook"))
        yield reading, None
    for pair in corpus.documents:
        writing = format_of(pair.annotations.name).writing if pair.annotations else YAML_QUOTING
        text = SourceText(pair.text.text, pair.text.name, writing) if pair.text else None
        reading = (
            read_annotations(pair.annotations, contract, pair.doc_id)
            if pair.annotations
            else ParsedFile(complete=False)
        )
        if not reading.complete:
            unread.documents.add(pair.doc_id)
        yield reading, text


def _checks(
    contract: Contract, tables: dict[str, TableState], unread: IncompleteSources, *, sound: bool
) -> list[Problem]:
    """Return the problems of whole tables: each stage leaves alone the rows that an earlier one found at fault."""
    problems: list[Problem] = []
    for table in tables.values():
        for check in (check_keys, check_duplicates, check_cycles):
            problems += collect(check(table))
    if not unread.partial:
        problems += collect(check_texts(tables[contract.document.name]))
    problems += collect(check_references(tables, unread))
    sound = sound and not problems
    frames = frames_of(tables)
    compute_columns(contract, frames, all_valid=sound)
    for table in tables.values():
        problems += collect(check_model(table, all_valid=sound))
    rules = [rule for rule in contract.rules if not contract.in_codebook(rule.table)]
    problems += collect(check_rules(contract, rules, tables, frames, all_valid=sound and not problems))
    return problems
