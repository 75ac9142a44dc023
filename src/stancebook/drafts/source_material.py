"""What a prompt is made of: the text, the guide, the rows of the codebook, and examples from other documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from stancebook.build.pipeline import CheckedCodebook
from stancebook.build.result_cache import ResultCache
from stancebook.drafts.output_schema import QUOTE
from stancebook.schema.contract import Contract
from stancebook.schema.record_forms import RecordForm, record_forms
from stancebook.schema.spec import QUOTE_CONTEXT
from stancebook.sources.anchoring import JSON_QUOTING, SourceText
from stancebook.sources.corpus import Corpus, DocumentFiles, SourceFile
from stancebook.sources.editing import EditError, read_values

MAX_EXAMPLES = 3
CODER = "coder"  # the column of the document table that says who coded it

Values = Mapping[str, Any]  # the values of a record as typed; those of nested records in lists


@dataclass(frozen=True)
class Material:
    """What is the same for all documents of a run.

    Attributes:
        contract: Declares the tables.
        codebook: The checked codebook.
        entries: The records of the codebook as typed, by table.
        examples: Records of other documents as typed, by table.
        example_texts: The texts of these documents, by ID.
        guide: The guide for coders; empty if there is none.
    """

    contract: Contract
    codebook: CheckedCodebook
    entries: Mapping[str, Sequence[Values]]
    examples: Mapping[str, Sequence[Values]] = field(default_factory=dict)
    example_texts: Mapping[str, SourceText] = field(default_factory=dict)
    guide: str = ""

    @cached_property
    def forms(self) -> Mapping[str, RecordForm]:
        """The form of each table that coders write, by name."""
        return record_forms(self.contract)

    @cached_property
    def keys(self) -> Mapping[str, Sequence[str]]:
        """The keys of the codebook's rows, by table."""
        key_names = {table: self.contract.tables[table].record_key or "" for table in self.entries}
        return {
            table: [str(entry[key_names[table]]) for entry in entries if entry.get(key_names[table])]
            for table, entries in self.entries.items()
        }


@dataclass(frozen=True)
class Document:
    """A document to draft.

    Attributes:
        doc_id: Its ID.
        text: Its text.
        values: The values of its own record.
        source: The file of the text.
        target: The file of the draft, as displayed in problems.
        cache: Results of checks, which many checks of its drafts share.
    """

    doc_id: str
    text: SourceText
    values: Mapping[str, str]
    source: SourceFile
    target: str
    cache: ResultCache = field(default_factory=ResultCache, repr=False, compare=False)


def codebook_entries(contract: Contract, files: Iterable[SourceFile]) -> dict[str, list[Values]]:
    """Return the records of a codebook as typed, by table.

    Args:
        contract: Declares the tables.
        files: The files of the codebook, which are checked.
    """
    entries: dict[str, list[Values]] = {spec.name: [] for spec in contract.tables_of_kind("codebook")}
    for file in files:
        values = read_values(file.text, file.name)
        for spec in contract.tables_of_kind("codebook"):
            entries[spec.name] += values.get(spec.section) or []
    return entries


def document_values(contract: Contract, files: DocumentFiles, coder: str) -> dict[str, str]:
    """Return the values of a document's own record for a draft: those of its annotations, with another coder.

    Args:
        contract: Declares the tables.
        files: The document, which has annotations.
        coder: Who codes it.

    Raises:
        EditError: The annotations cannot be parsed.
    """
    spec = contract.document
    found = read_values(files.annotations.text, files.annotations.name).get(spec.section) if files.annotations else None
    given = found if isinstance(found, dict) else {}
    values = {key: value for key, value in given.items() if isinstance(value, str)}
    if CODER in spec.allowed_keys:
        values[CODER] = coder
    return {key: values[key] for key in (*spec.allowed_keys, *values) if key in values}


def find_examples(contract: Contract, corpus: Corpus) -> tuple[dict[str, list[Values]], dict[str, SourceText]]:
    """Return examples from documents: of each table the records with the most values whose quotes are in the text.

    Args:
        contract: Declares the tables.
        corpus: The documents.

    Returns:
        The records by table, at most `MAX_EXAMPLES` of each, and the texts of the documents.
    """
    found: dict[str, list[Values]] = {spec.name: [] for spec in contract.tables_of_kind("annotation")}
    texts = {}
    for files in corpus.documents:
        if files.text is None or files.annotations is None:
            continue
        try:
            values = read_values(files.annotations.text, files.annotations.name)
        except EditError:
            continue  # a build reports it; other documents have examples too
        text = texts[files.doc_id] = SourceText(files.text.text, files.text.name, JSON_QUOTING)
        for spec in contract.tables_of_kind("annotation"):
            records = values.get(spec.section)
            found[spec.name] += [each for each in records or () if isinstance(each, dict) and _is_anchored(each, text)]
    longest = {name: sorted(records, key=len, reverse=True)[:MAX_EXAMPLES] for name, records in found.items()}
    return longest, texts


def _is_anchored(record: Values, text: SourceText) -> bool:
    quote, prefix, suffix = (record.get(key) or "" for key in (QUOTE, *QUOTE_CONTEXT))
    return (
        all(isinstance(each, str) for each in (quote, prefix, suffix)) and text.find(quote, prefix, suffix) is not None
    )
