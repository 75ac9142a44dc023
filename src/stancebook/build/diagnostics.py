"""The diagnosing path: read sources with positions, and report every problem where it can be fixed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
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
from stancebook.schema.spec import Tables, TableSpec
from stancebook.sources.anchoring import YAML_QUOTING, SourceText
from stancebook.sources.corpus import Corpus, DocumentFiles
from stancebook.sources.formats import format_of
from stancebook.sources.records import ParsedFile, Record, read_annotations, read_codebook


@dataclass(frozen=True)
class CheckedTables:
    """Coded tables with the problems that were found in them; rows with problems are included."""

    tables: dict[str, TableState]
    problems: list[Problem]


@dataclass(frozen=True)
class CheckedCodebook:
    """The codebook, read and checked once; its rules across tables are checked later, see `check_codebook_rules`.

    Attributes:
        tables: The tables of the codebook; rows with problems are included.
        problems: The problems that were found, without those of references.
        reference_problems: The problems of references, found without looking at documents.
        incomplete: The names of tables that could not be read completely.
    """

    tables: dict[str, TableState]
    problems: list[Problem]
    reference_problems: list[Problem]
    incomplete: frozenset[str]

    @property
    def valid_frames(self) -> dict[str, pd.DataFrame] | None:
        """The tables by name, sorted; None if anything is missing or invalid."""
        if self.incomplete or errors_in([*self.problems, *self.reference_problems]):
            return None
        return {name: sort_rows(table.spec, table.frame) for name, table in self.tables.items()}


def check_codebook(contract: Contract, corpus: Corpus) -> CheckedCodebook:
    """Read and check the codebook of a corpus.

    Args:
        contract: The contract of the dataset.
        corpus: The files; its documents are not looked at.
    """
    files = [read_codebook(file, contract) for file in corpus.codebook]
    complete = corpus.complete and all(file.complete for file in files)
    incomplete = frozenset(() if complete else (spec.name for spec in contract.tables_of_kind("codebook")))
    tables, problems = _parse(contract, contract.codebook_tables, ((file, None) for file in files))
    problems += _check_rows(tables.values())
    reference_problems = collect(check_references(tables, IncompleteSources(set(incomplete), partial=True)))
    all_valid = not (corpus.problems or problems or reference_problems)
    tables = _with_computed_columns(contract, tables, contract.codebook_tables, all_valid=all_valid)
    problems += _check_models(tables.values(), all_valid=all_valid)
    return CheckedCodebook(tables, problems, reference_problems, incomplete)


def check_codebook_rules(contract: Contract, codebook: CheckedCodebook, inputs: Tables) -> list[Problem]:
    """Return all problems of a codebook, those of its rules included.

    Args:
        contract: The contract of the dataset.
        codebook: The checked codebook.
        inputs: The distinct rows, over all documents, of the columns that rules read (`Contract.rule_inputs`). A rule
            that reads a table which is missing here is skipped.
    """
    problems = [*codebook.problems, *codebook.reference_problems]
    return problems + _check_codebook_rules(contract, codebook, inputs, all_valid=not problems)


def check_corpus(
    contract: Contract,
    corpus: Corpus,
    codebook: CheckedCodebook | None = None,
    *,
    partial: bool = False,
    allow_external_refs: bool = False,
    context_documents: Collection[str] = (),
) -> CheckedTables:
    """Read and check the documents of a corpus.

    Args:
        contract: The contract of the dataset.
        corpus: The files.
        codebook: Its codebook, if that is checked already.
        partial: Whether the corpus is a chunk. What needs all documents is skipped: duplicate texts, and the rules and
            references of the codebook.
        allow_external_refs: Whether documents may refer to documents outside the chunk.
        context_documents: Documents of a chunk that are loaded only as targets of references; keys that only they name
            are not reported as missing.

    Returns:
        All coded tables, and the problems of codebook and documents.
    """
    codebook = codebook or check_codebook(contract, corpus)
    loaded = {files.doc_id for files in corpus.documents}
    incomplete = IncompleteSources(
        set(codebook.incomplete),
        partial=partial,
        loaded=loaded if allow_external_refs else None,
        reported_elsewhere={"", *context_documents} if partial else (),
    )
    documents, problems = _parse(contract, contract.document_tables, _parse_documents(contract, corpus, incomplete))
    tables = {**codebook.tables, **documents}
    problems += [*corpus.problems, *codebook.problems, *_check_rows(documents.values())]
    if not partial:
        problems += collect(check_texts(documents[contract.document.name]))
    problems += collect(check_references(tables, incomplete))
    all_valid = not problems
    tables = _with_computed_columns(contract, tables, contract.document_tables, all_valid=all_valid)
    frames = frames_of(tables)
    problems += _check_models((tables[spec.name] for spec in contract.document_tables), all_valid=all_valid)
    rules = [rule for rule in contract.rules if not contract.in_codebook(rule.table)]
    problems += check_rules(contract, rules, tables, frames, all_valid=not problems)
    if not partial:
        inputs = distinct_rows(frames, contract.rule_inputs)
        problems += _check_codebook_rules(contract, codebook, inputs, all_valid=not problems)
    return CheckedTables(tables, problems)


def duplicate_text_problems(contract: Contract, corpus: Corpus) -> list[Problem]:
    """Return the problems of documents of a corpus that have the same text."""
    documents = _parse_documents(contract, corpus, IncompleteSources())
    tables, _ = _parse(contract, contract.document_tables, documents)
    return collect(check_texts(tables[contract.document.name]))


def _check_codebook_rules(
    contract: Contract, codebook: CheckedCodebook, inputs: Tables, *, all_valid: bool
) -> list[Problem]:
    rules = [
        rule for rule in contract.rules if contract.in_codebook(rule.table) and rule.inputs.keys() <= inputs.keys()
    ]
    frames = frames_of(codebook.tables) | dict(inputs)
    return list(check_rules(contract, rules, codebook.tables, frames, all_valid=all_valid))


def _parse_documents(
    contract: Contract, corpus: Corpus, incomplete: IncompleteSources
) -> Iterator[tuple[ParsedFile, SourceText | None]]:
    """Yield the records of each document with its text; add documents that could not be read to `incomplete`."""
    for files in corpus.documents:
        parsed, text = _parse_document(contract, files)
        if not parsed.complete:
            incomplete.documents.add(files.doc_id)
        yield parsed, text


def _parse_document(contract: Contract, files: DocumentFiles) -> tuple[ParsedFile, SourceText | None]:
    quoting = format_of(files.annotations.name).quoting if files.annotations else YAML_QUOTING
    text = SourceText(files.text.text, files.text.name, quoting) if files.text else None
    if files.annotations is None:
        return ParsedFile(complete=False), text
    return read_annotations(files.annotations, contract, files.doc_id), text


def _parse(
    contract: Contract, specs: Iterable[TableSpec], files: Iterable[tuple[ParsedFile, SourceText | None]]
) -> tuple[dict[str, TableState], list[Problem]]:
    """Parse the cells of all records; return the tables, and the problems of files and cells."""
    problems: list[Problem] = []
    rows: dict[str, list[tuple[Record, Row]]] = {spec.name: [] for spec in specs}
    for file, text in files:
        problems += file.problems
        coded_text = text if text and matches_pinned_digest(text, file.records) else None
        for record in file.records:
            row, faults = parse_record(record, contract, text if record.spec.kind == "document" else coded_text)
            problems += faults
            rows[record.spec.name].append((record, row))
    tables = {
        name: TableState(
            contract.tables[name],
            frame_from_rows(contract.tables[name], [row for _, row in pairs]),
            [record for record, _ in pairs],
        )
        for name, pairs in rows.items()
    }
    return tables, problems


def _check_rows(tables: Iterable[TableState]) -> Iterator[Problem]:
    for table in tables:
        for check in (check_keys, check_duplicates, check_cycles):
            yield from collect(check(table))


def _check_models(tables: Iterable[TableState], *, all_valid: bool) -> Iterator[Problem]:
    for table in tables:
        yield from collect(check_model(table, all_valid=all_valid))


def _with_computed_columns(
    contract: Contract, tables: dict[str, TableState], specs: Iterable[TableSpec], *, all_valid: bool
) -> dict[str, TableState]:
    frames = compute_columns(contract, frames_of(tables), specs, all_valid=all_valid)
    return {name: replace(table, frame=frames[name]) for name, table in tables.items()}
