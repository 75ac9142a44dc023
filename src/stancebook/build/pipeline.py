"""The build: sources and a contract in, validated tables or all problems out.

Files are read to records, records become typed columns, and checks are made on whole columns. Only what fails is looked
up in its file, to report it with its position.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from stancebook.build.coded_table import CodedTable, CodedTables, Failures, IncompleteSources, frames_of
from stancebook.build.derivation import compute_columns, derive_tables, distinct_rows
from stancebook.build.diagnostics import Diagnostics
from stancebook.build.integrity import (
    check_cycles,
    check_duplicates,
    check_keys,
    check_references,
    check_texts,
    document_links,
)
from stancebook.build.rule_checks import check_model, check_rules
from stancebook.build.table_builder import DocumentTexts, build_coded_tables, document_texts
from stancebook.dataset.table_stats import BuildSummary, TableStats, table_stats
from stancebook.problems import Problem, deduplicate, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import sort_rows
from stancebook.schema.spec import Tables, TableSpec
from stancebook.sources.anchoring import YAML_QUOTING, SourceText
from stancebook.sources.corpus import Corpus, load_corpus
from stancebook.sources.filesystem import Location
from stancebook.sources.formats import format_of
from stancebook.sources.record_tables import ReadFiles, RecordFile, read_files


@dataclass(frozen=True)
class Build:
    """The result of a build.

    Attributes:
        contract: The contract of the dataset.
        corpus: The sources that were read.
        frames: Typed frames by table name, sorted by key; none if there are errors.
        problems: The errors, or if there are none, the warnings.
    """

    contract: Contract
    corpus: Corpus
    frames: dict[str, pd.DataFrame]
    problems: list[Problem]

    @property
    def errors(self) -> list[Problem]:
        """The problems that prevent the dataset from being written."""
        return errors_in(self.problems)

    @property
    def summary(self) -> BuildSummary:
        """What the build read, checked and made, in numbers."""
        stats = {name: table_stats(spec, self.frames[name]) for name, spec in self.contract.tables.items()}
        return summarize(self.contract, stats, len(self.corpus.documents), len(self.corpus.codebook))


def build_tables(contract: Contract, seeds: Location) -> Build:
    """Build all tables of a contract in memory.

    Args:
        contract: The contract of the dataset.
        seeds: The folder with the codebook and the documents, or its URL.
    """
    return build_corpus(contract, load_corpus(seeds))


def build_corpus(contract: Contract, corpus: Corpus) -> Build:
    """Build all tables of a contract from files that are already read, in memory.

    Args:
        contract: The contract of the dataset.
        corpus: The contents of the files.
    """
    checked = check_corpus(contract, corpus, check_codebook(contract, corpus))
    problems = deduplicate(checked.problems)
    if errors := errors_in(problems):
        return Build(contract, corpus, {}, errors)  # a warning may be a consequence of an error
    return Build(contract, corpus, finish_tables(contract, frames_of(checked.tables)), problems)


@dataclass(frozen=True)
class CheckedTables:
    """Coded tables with the problems that were found in them; rows with problems are included."""

    tables: CodedTables
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

    tables: CodedTables
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
    read = read_files(contract.codebook_tables, (RecordFile(file, contract) for file in corpus.codebook))
    complete = corpus.complete and not read.incomplete
    incomplete = frozenset(() if complete else (spec.name for spec in contract.tables_of_kind("codebook")))
    tables, failures = _checked_rows(contract, read, {})
    references = Failures(tables)
    references.add(check_references(tables, IncompleteSources(incomplete, partial=True)))
    all_valid = not (corpus.problems or read.problems or failures.found or references.found)
    tables = _with_computed_columns(contract, tables, contract.codebook_tables, all_valid=all_valid)
    failures.add(failure for table in tables.values() for failure in check_model(table, all_valid=all_valid))
    diagnostics = Diagnostics(tables, {})
    problems = [*read.problems, *diagnostics.explain(failures.found)]
    return CheckedCodebook(tables, problems, diagnostics.explain(references.found), incomplete)


def check_codebook_rules(contract: Contract, codebook: CheckedCodebook, inputs: Tables) -> list[Problem]:
    """Return all problems of a codebook, those of its rules included.

    Args:
        contract: The contract of the dataset.
        codebook: The checked codebook.
        inputs: The distinct rows, over all documents, of the columns that rules read (`Contract.rule_inputs`). A rule
            that reads a table which is missing here is skipped.
    """
    problems = [*codebook.problems, *codebook.reference_problems]
    return problems + _codebook_rule_problems(contract, codebook.tables, inputs, all_valid=not problems)


def check_corpus(
    contract: Contract,
    corpus: Corpus,
    codebook: CheckedCodebook,
    *,
    partial: bool = False,
    allow_external_refs: bool = False,
    context_documents: Collection[str] = (),
) -> CheckedTables:
    """Read and check the documents of a corpus.

    Args:
        contract: The contract of the dataset.
        corpus: The files.
        codebook: Its codebook.
        partial: Whether the corpus is a chunk. What needs all documents is skipped: duplicate texts, and the rules and
            references of the codebook.
        allow_external_refs: Whether documents may refer to documents outside the chunk. If any does, no column is
            computed and no model or rule is checked: they may read what is missing.
        context_documents: Documents of a chunk that are loaded only as targets of references; keys that only they name
            are not reported as missing.

    Returns:
        All coded tables, and the problems of codebook and documents.
    """
    read = read_files(contract.document_tables, _record_files(contract, corpus))
    incomplete = IncompleteSources(
        codebook.incomplete,
        {*read.incomplete, *(files.doc_id for files in corpus.documents if files.annotations is None)},
        partial=partial,
        loaded={files.doc_id for files in corpus.documents} if allow_external_refs else None,
        reported_elsewhere={"", *context_documents} if partial else (),
    )
    texts = document_texts(_source_texts(corpus), read.tables[contract.document.name])
    own_codebook = {name: replace(table, valid=table.valid.copy()) for name, table in codebook.tables.items()}
    documents, failures = _checked_rows(contract, read, texts)
    tables = {**own_codebook, **documents}
    failures.tables = tables
    if not partial:
        failures.add(check_texts(documents[contract.document.name]))
    failures.add(check_references(tables, incomplete))
    problems = [*corpus.problems, *read.problems, *codebook.problems]
    links = document_links(contract, frames_of(tables)) if incomplete.loaded is not None else ()
    if any(target not in (incomplete.loaded or ()) for _, target in links):
        return CheckedTables(tables, [*problems, *Diagnostics(tables, texts).explain(failures.found)])
    all_valid = not problems and all(table.valid.all() for table in tables.values())
    tables = _with_computed_columns(contract, tables, contract.document_tables, all_valid=all_valid)
    frames = frames_of(tables)
    for spec in contract.document_tables:
        failures.add(check_model(tables[spec.name], all_valid=all_valid))
    rules = [rule for rule in contract.rules if not contract.in_codebook(rule.table)]
    all_valid = all_valid and not failures.found
    readable = {doc_id: document.text for doc_id, document in texts.items()}
    failures.add(check_rules(contract, rules, tables, frames, readable, all_valid=all_valid))
    problems += Diagnostics(tables, texts).explain(failures.found)
    if not partial:
        inputs = distinct_rows(frames, contract.rule_inputs)
        problems += _codebook_rule_problems(contract, codebook.tables, inputs, all_valid=not problems)
    return CheckedTables(tables, problems)


def duplicate_text_problems(contract: Contract, corpus: Corpus) -> list[Problem]:
    """Return the problems of documents of a corpus that have the same text."""
    read = read_files(contract.document_tables, _record_files(contract, corpus))
    texts = document_texts(_source_texts(corpus), read.tables[contract.document.name])
    tables = {table.spec.name: table for table in build_coded_tables(contract, read.tables, texts)[0]}
    failures = Failures(tables)
    failures.add(check_texts(tables[contract.document.name]))
    return Diagnostics(tables, texts).explain(failures.found)


def _record_files(contract: Contract, corpus: Corpus) -> Iterator[RecordFile]:
    for files in corpus.documents:
        if files.annotations is not None:
            yield RecordFile(files.annotations, contract, files.doc_id)


def _source_texts(corpus: Corpus) -> Iterator[tuple[str, SourceText]]:
    for files in corpus.documents:
        if files.text is not None:
            quoting = format_of(files.annotations.name).quoting if files.annotations else YAML_QUOTING
            yield files.doc_id, SourceText(files.text.text, files.text.name, quoting)


def _checked_rows(contract: Contract, read: ReadFiles, texts: DocumentTexts) -> tuple[dict[str, CodedTable], Failures]:
    """Return the tables of some files, and the failures of their cells, keys and references within a table."""
    built, cell_failures = build_coded_tables(contract, read.tables, texts)
    tables = {table.spec.name: table for table in built}
    failures = Failures(tables)
    failures.add(cell_failures)
    for table in built:
        failures.add(check_keys(table, tables))
        failures.add(check_duplicates(table))
        failures.add(check_cycles(table))
    return tables, failures


def _codebook_rule_problems(
    contract: Contract, codebook: CodedTables, inputs: Tables, *, all_valid: bool
) -> list[Problem]:
    rules = [
        rule for rule in contract.rules if contract.in_codebook(rule.table) and rule.inputs.keys() <= inputs.keys()
    ]
    failures = check_rules(contract, rules, codebook, frames_of(codebook) | dict(inputs), {}, all_valid=all_valid)
    return Diagnostics(codebook, {}).explain(failures)


def _with_computed_columns(
    contract: Contract, tables: CodedTables, specs: Iterable[TableSpec], *, all_valid: bool
) -> dict[str, CodedTable]:
    frames = compute_columns(contract, frames_of(tables), specs, all_valid=all_valid)
    return {name: replace(table, frame=frames[name]) for name, table in tables.items()}


def finish_tables(contract: Contract, coded: Tables) -> dict[str, pd.DataFrame]:
    """Sort the coded tables and derive the others; return all in the order of the contract."""
    frames = {name: sort_rows(contract.tables[name], frame) for name, frame in coded.items()}
    frames |= derive_tables(contract, frames)
    return {name: frames[name] for name in contract.tables}


def summarize(contract: Contract, stats: Mapping[str, TableStats], documents: int, codebook_files: int) -> BuildSummary:
    """Summarize a build.

    Args:
        contract: The contract of the dataset.
        stats: The statistics of every table, by name.
        documents: The number of documents.
        codebook_files: The number of files of the codebook.
    """
    references = (
        stats[spec.name].rows - stats[spec.name].empty.get(column.name, 0)
        for spec in contract.tables.values()
        for column in spec.references
    )
    return BuildSummary(
        documents=documents,
        codebook_files=codebook_files,
        quotes=sum(stats[spec.name].rows for spec in contract.tables_of_kind("annotation")),
        references=sum(references),
        rules=len(contract.rules) + sum(len(spec.rules) for spec in contract.tables.values()),
        rows={name: stats[name].rows for name in contract.tables},
    )
