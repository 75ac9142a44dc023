"""The build: sources and a contract in, validated tables or all problems out.

Files are read to records, records become typed columns, and checks are made on whole columns. Only what fails is looked
up in its file, to report it with its position.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TypeVar

import pandas as pd

from stancebook.build.coded_table import (
    CodedTable,
    CodedTables,
    Failure,
    Failures,
    IncompleteSources,
    TypedTable,
    frames_of,
)
from stancebook.build.derivation import compute_columns, derive_tables, distinct_rows
from stancebook.build.diagnostics import Diagnostics
from stancebook.build.integrity import (
    check_cycles,
    check_duplicates,
    check_keys,
    check_references,
    check_texts,
)
from stancebook.build.remarks import check_decisions
from stancebook.build.result_cache import ResultCache
from stancebook.build.rule_checks import check_model, check_rules
from stancebook.build.sentence_table import SentencesByDocument, sentence_tables
from stancebook.build.table_builder import DocumentTexts, build_coded_tables, document_texts
from stancebook.dataset.table_stats import BuildSummary, TableStats, table_stats
from stancebook.problems import Problem, deduplicate, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import sort_rows
from stancebook.schema.remarks import DECISIONS, REMARKS
from stancebook.schema.spec import Tables, TableSpec, Texts
from stancebook.sources.anchoring import YAML_QUOTING, SourceText
from stancebook.sources.corpus import Corpus, load_corpus
from stancebook.sources.filesystem import Location
from stancebook.sources.formats import format_of
from stancebook.sources.record_tables import ReadFiles, RecordFile, read_files

T = TypeVar("T", bound=TypedTable)


@dataclass(frozen=True)
class Build:
    """The result of a build.

    Attributes:
        contract: The contract of the dataset.
        corpus: The sources that were read.
        frames: Typed frames by table name, sorted by key; none if there are errors.
        problems: The errors, or if there are none, the warnings.
        remarks: The remarks in annotation files, by section, which are in no dataset; none if there are errors.
    """

    contract: Contract
    corpus: Corpus
    frames: dict[str, pd.DataFrame]
    problems: list[Problem]
    remarks: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def errors(self) -> list[Problem]:
        """The problems that prevent the dataset from being written."""
        return errors_in(self.problems)

    @cached_property
    def stats(self) -> dict[str, TableStats]:
        """The statistics of the tables, by name."""
        return {name: table_stats(self.contract.tables[name], frame) for name, frame in self.frames.items()}

    @property
    def summary(self) -> BuildSummary:
        """What the build read, checked and made, in numbers."""
        return summarize(self.contract, self.stats, len(self.corpus.documents), len(self.corpus.codebook))


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
    codebook = check_codebook(contract, corpus)
    coded = code_documents(contract, corpus, codebook)
    frames, found = check_documents(contract, coded, codebook)
    problems = deduplicate(found)
    if errors := errors_in(problems):
        return Build(contract, corpus, {}, errors)  # a warning may be a consequence of an error
    frames |= sentence_tables(contract, coded.sentences)
    return Build(contract, corpus, finish_tables(contract, frames), problems, frames_of(coded.remarks))


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
    cache = ResultCache()
    tables, failures = _coded_tables(contract, read, {}, {}, cache)
    references = Failures(tables)
    references.add(check_references(tables, contract.codebook_tables, IncompleteSources(incomplete, partial=True)))
    errors = errors_in([*corpus.problems, *read.problems])
    all_valid = not (errors or failures.any_error or references.any_error)
    tables = _with_computed_columns(contract, tables, contract.codebook_tables, cache, all_valid=all_valid)
    failures.add(failure for table in tables.values() for failure in check_model(table, cache, all_valid=all_valid))
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
    all_valid = not errors_in(problems)
    return problems + _codebook_rule_problems(contract, codebook.tables, inputs, all_valid=all_valid)


@dataclass(frozen=True)
class CodedDocuments:
    """The rows of some documents, of which cells, keys and repetitions are checked.

    Attributes:
        tables: Their tables, and those of the codebook.
        remarks: The remarks in their files, which are in no dataset: see `schema.remarks`.
        texts: Their texts.
        failures: What was found in their rows.
        problems: The problems of their files and of the codebook.
        incomplete: Those that could not be read completely.
    """

    tables: CodedTables
    remarks: CodedTables
    texts: DocumentTexts
    failures: Failures
    problems: list[Problem]
    incomplete: frozenset[str]

    def explain(self, failures: Iterable[Failure]) -> list[Problem]:
        """Return the problems of failures of these rows."""
        return Diagnostics({**self.tables, **self.remarks}, self.texts).explain(failures)

    def sentences(self) -> SentencesByDocument:
        """Return the sentences of the texts, by document."""
        return {doc_id: document.sentences for doc_id, document in self.texts.items()}


def code_documents(
    contract: Contract, corpus: Corpus, codebook: CheckedCodebook, cache: ResultCache | None = None
) -> CodedDocuments:
    """Read the documents of a corpus.

    Args:
        contract: The contract of the dataset.
        corpus: The files.
        codebook: Its codebook.
        cache: Has results of earlier checks of such documents, and takes those of this one.
    """
    cache = cache or ResultCache()
    read = read_files(contract.document_tables, _record_files(contract, corpus))
    texts = document_texts(source_texts(corpus, cache), read.tables[contract.document.name])
    own_codebook = {name: replace(table, valid=table.valid.copy()) for name, table in codebook.tables.items()}
    tables, failures = _coded_tables(contract, read, texts, own_codebook, cache)
    problems = [*corpus.problems, *read.problems, *codebook.problems]
    without_annotations = {files.doc_id for files in corpus.documents if files.annotations is None}
    incomplete = frozenset(read.incomplete | without_annotations)
    remarks = {remark.name: tables.pop(remark.name) for remark in REMARKS}
    failures.add(check_decisions(contract, remarks[DECISIONS.name], tables, incomplete))
    return CodedDocuments(tables, remarks, texts, failures, problems, incomplete)


def check_documents(
    contract: Contract,
    coded: CodedDocuments,
    codebook: CheckedCodebook,
    cache: ResultCache | None = None,
    *,
    partial: bool = False,
) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Check documents that refer to no others.

    Args:
        contract: The contract of the dataset.
        coded: The documents.
        codebook: Their codebook.
        cache: Has results of earlier checks of such documents, and takes those of this one.
        partial: Whether they are a chunk. What needs all documents is skipped: duplicate texts, and the rules and
            references of the codebook.

    Returns:
        All coded tables, and the problems of codebook and documents.
    """
    cache = cache or ResultCache()
    failures = coded.failures
    if not partial:
        failures.add(check_texts(coded.tables[contract.document.name], coded.texts))
    incomplete = IncompleteSources(codebook.incomplete, coded.incomplete, partial, codebook_checked=partial)
    failures.add(check_references(coded.tables, (*contract.codebook_tables, *contract.document_tables), incomplete))
    all_valid = not errors_in(coded.problems) and all(table.valid.all() for table in coded.tables.values())
    tables, found = check_models(contract, coded.tables, cache, all_valid=all_valid)
    failures.add(found)
    texts = {doc_id: document.text for doc_id, document in coded.texts.items()}
    all_valid = all_valid and not failures.any_error
    failures.add(check_document_rules(contract, tables, texts, cache, all_valid=all_valid))
    problems = [*coded.problems, *coded.explain(failures.found)]
    frames = frames_of(tables)
    if not partial:
        inputs = distinct_rows(frames, contract.rule_inputs)
        all_valid = not errors_in(problems)
        problems += _codebook_rule_problems(contract, codebook.tables, inputs, all_valid=all_valid)
    return frames, problems


def check_models(
    contract: Contract, tables: Mapping[str, T], cache: ResultCache, *, all_valid: bool
) -> tuple[dict[str, T], list[Failure]]:
    """Fill the computed columns of documents, and check their rows with their models.

    Args:
        contract: The contract of the dataset.
        tables: The tables of documents and codebook.
        cache: Has earlier results.
        all_valid: Whether all rows of the dataset are valid.

    Returns:
        The tables with their computed columns, and the failures.
    """
    tables = _with_computed_columns(contract, tables, contract.document_tables, cache, all_valid=all_valid)
    specs = contract.document_tables
    return tables, [failure for spec in specs for failure in check_model(tables[spec.name], cache, all_valid=all_valid)]


def check_document_rules(
    contract: Contract, tables: Mapping[str, TypedTable], texts: Texts, cache: ResultCache, *, all_valid: bool
) -> list[Failure]:
    """Check documents with the rules on their tables.

    Args:
        contract: The contract of the dataset.
        tables: The tables of documents and codebook.
        texts: The texts of the documents.
        cache: Has earlier results.
        all_valid: Whether all rows of the dataset are valid.
    """
    rules = [rule for rule in contract.rules if not contract.in_codebook(rule.table)]
    return list(check_rules(contract, rules, tables, frames_of(tables), texts, cache=cache, all_valid=all_valid))


def duplicate_text_problems(contract: Contract, corpus: Corpus) -> list[Problem]:
    """Return the problems of documents of a corpus that have the same text."""
    read = read_files(contract.document_tables, _record_files(contract, corpus))
    cache = ResultCache()
    texts = document_texts(source_texts(corpus, cache), read.tables[contract.document.name])
    tables = {table.spec.name: table for table in build_coded_tables(contract, read.tables, texts, cache)[0]}
    failures = Failures(tables)
    failures.add(check_texts(tables[contract.document.name], texts))
    return Diagnostics(tables, texts).explain(failures.found)


def _record_files(contract: Contract, corpus: Corpus) -> Iterator[RecordFile]:
    for files in corpus.documents:
        if files.annotations is not None:
            yield RecordFile(files.annotations, contract, files.doc_id)


def source_texts(corpus: Corpus, cache: ResultCache) -> Iterator[tuple[str, SourceText]]:
    """Yield the id and the text of each document that has one."""
    for files in corpus.documents:
        if files.text is not None:
            quoting = format_of(files.annotations.name).quoting if files.annotations else YAML_QUOTING
            arguments = files.text.text, files.text.name, quoting
            text = cache.value(("text", files.doc_id), partial(SourceText, *arguments), *arguments)
            text.allow_searches()
            yield files.doc_id, text


def _coded_tables(
    contract: Contract, read: ReadFiles, texts: DocumentTexts, others: CodedTables, cache: ResultCache
) -> tuple[dict[str, CodedTable], Failures]:
    """Return the tables of some files with others, and the failures of their cells, keys and repeated records."""
    built, cell_failures = build_coded_tables(contract, read.tables, texts, cache)
    tables = {**others, **{table.spec.name: table for table in built}}
    failures = Failures({**tables})
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
    frames = frames_of(codebook) | dict(inputs)
    failures = check_rules(contract, rules, codebook, frames, {}, cache=ResultCache(), all_valid=all_valid)
    return Diagnostics(codebook, {}).explain(failures)


def _with_computed_columns(
    contract: Contract, tables: Mapping[str, T], specs: Iterable[TableSpec], cache: ResultCache, *, all_valid: bool
) -> dict[str, T]:
    own_rows = {spec.name: tables[spec.name].own_rows for spec in specs}
    frames = compute_columns(contract, frames_of(tables), own_rows, cache, all_valid=all_valid)
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
