"""Draft all tables of a document, and write them as a coding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from stancebook.drafts.cache import Caller
from stancebook.drafts.candidates import Candidate
from stancebook.drafts.checks import check_annotations
from stancebook.drafts.output_schema import nested_forms, value_keys
from stancebook.drafts.rounds import TableDraft, draft_table
from stancebook.drafts.source_material import Document, Material
from stancebook.problems import Problem, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.record_forms import record_forms
from stancebook.sources.corpus import SourceFile
from stancebook.sources.editing import EditError, InsertRecord, edit_annotations, new_annotation_file

MIN_REPEATED = 4  # rows of a table that rest on one quote: perhaps one of them does not follow from it


@dataclass(frozen=True)
class DocumentDraft:
    """The draft of a document.

    Attributes:
        document: The document.
        tables: What became of the records, by table in the order in which they were drafted.
        text: The annotation file.
        problems: The warnings of a build on it.
    """

    document: Document
    tables: Sequence[TableDraft]
    text: str
    problems: Sequence[Problem]

    @property
    def held(self) -> Iterator[Candidate]:
        """The records in the file."""
        return (each for table in self.tables for each in table.held)


def tables_to_draft(contract: Contract, names: Sequence[str] | None) -> list[str]:
    """Return tables in the order in which they can be drafted: each after those to which its records refer.

    Args:
        contract: Declares the tables.
        names: The tables that are wanted; None for all whose rows rest on passages.
    """
    forms = record_forms(contract)
    known = [spec.name for spec in contract.tables_of_kind("annotation")]
    wanted = [name for name in known if names is None or name in names]
    targets = {
        name: {
            key.target
            for form in (forms[name], *nested_forms(forms, forms[name]))
            for key in value_keys(form)
            if key.target in wanted and key.target != name
        }
        for name in wanted
    }
    try:
        return [*TopologicalSorter(targets).static_order()] if any(targets.values()) else wanted
    except CycleError:
        return wanted


def draft_document(
    material: Material, document: Document, tables: Sequence[str], caller: Caller, *, rounds: int, schema: str = ""
) -> DocumentDraft:
    """Draft a document.

    Args:
        material: What prompts are made of.
        document: The document.
        tables: The tables, in the order in which they are drafted.
        caller: Asks the model.
        rounds: How often the model may correct the records of a table.
        schema: The path of the JSON Schema for editors, relative to the file of the draft.

    Raises:
        ModelError: The model cannot be asked.
    """
    drafts: list[TableDraft] = []
    for table in tables:
        earlier = [each for draft in drafts for each in draft.held]
        drafts.append(draft_table(material, document, table, earlier, caller, rounds=rounds))
    text = _annotation_file(material, document, drafts, schema)
    problems = check_annotations(material, document, SourceFile(document.target, text))
    if errors := errors_in(problems):
        raise EditError(errors[0])
    return DocumentDraft(document, drafts, text, problems)


def _annotation_file(material: Material, document: Document, drafts: Sequence[TableDraft], schema: str) -> str:
    text = new_annotation_file(document.values, material.contract, schema)
    order = [*material.contract.tables]
    for draft in sorted(drafts, key=lambda draft: order.index(draft.table)):
        section = material.forms[draft.table].section
        edits = [InsertRecord((section,), index, each.record) for index, each in enumerate(draft.held)]
        text = edit_annotations(text, document.target, edits, material.contract)
    return text
