"""Check candidates with the functions of the build, and assign each problem to the candidate that has it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from stancebook.build.pipeline import check_documents, code_documents
from stancebook.build.result_cache import ResultCache
from stancebook.drafts.candidates import Candidate
from stancebook.drafts.output_schema import QUOTE
from stancebook.drafts.source_material import Document, Material, Values
from stancebook.problems import Problem, deduplicate, errors_in
from stancebook.schema.record_forms import RecordForm
from stancebook.sources.corpus import Corpus, DocumentFiles, SourceFile
from stancebook.sources.discovery import JSON

_LINE = re.compile(r"\bline ([0-9]+)")


@dataclass(frozen=True)
class Sifted:
    """Candidates after a check.

    Attributes:
        clean: Those that hold, together and with all that is kept.
        failed: The errors of the others, by ID.
        waiting: The IDs of those that refer to others which failed.
    """

    clean: Sequence[Candidate]
    failed: Mapping[str, Sequence[Problem]]
    waiting: frozenset[str]


def check_annotations(
    material: Material, document: Document, annotations: SourceFile, cache: ResultCache | None = None
) -> list[Problem]:
    """Return the problems of a draft of a document, as a build finds those of a coding.

    Args:
        material: Has the contract and the codebook.
        document: The document.
        annotations: The file of the draft.
        cache: Has results of earlier checks of the document.
    """
    files = DocumentFiles(document.doc_id, document.source, annotations)
    corpus = Corpus((), complete=True, documents=(files,), digests={}, problems=())
    coded = code_documents(material.contract, corpus, material.codebook, cache)
    _, found = check_documents(material.contract, coded, material.codebook, cache, partial=True)
    own_files = {document.source.name, annotations.name}
    return [problem for problem in deduplicate(found) if problem.file in own_files]


def sift(material: Material, document: Document, kept: Sequence[Candidate], candidates: Sequence[Candidate]) -> Sifted:
    """Separate the candidates that hold, together with all that is kept, from those with errors.

    Args:
        material: Has the contract and the codebook.
        document: The document.
        kept: Records of any tables that hold, and are not given up.
        candidates: Records of one table.
    """
    failed: dict[str, Sequence[Problem]] = {each.id: each.problems for each in candidates if each.problems}
    clean = [each for each in candidates if not each.problems and each.how]
    gone = {each.id for each in candidates} - {each.id for each in clean}
    waiting: set[str] = set()
    while clean:
        by_candidate, others = _errors(material, document, kept, clean)
        if others:  # of a kept record, or of the whole file: only one candidate at a time says whose it is
            clean, alone = _one_by_one(material, document, kept, clean)
            failed |= alone
            break
        if not by_candidate:
            break
        waiting |= {each.id for each in clean if _waits(material, each, by_candidate.get(each.id, ()), gone)}
        failed |= by_candidate
        gone |= by_candidate.keys()
        clean = [each for each in clean if each.id not in by_candidate]
    for each in candidates:
        if not each.problems and not each.how:
            own, others = _errors(material, document, [*kept, *clean], [each])
            failed[each.id] = [_with_example(material, each, problem) for problem in own.get(each.id, others)]
    in_order = {each.id: failed[each.id] for each in candidates if each.id in failed}
    return Sifted(clean, in_order, frozenset(waiting))


def _one_by_one(
    material: Material, document: Document, kept: Sequence[Candidate], candidates: Sequence[Candidate]
) -> tuple[list[Candidate], dict[str, Sequence[Problem]]]:
    """Return the candidates that hold when each is added to those before, and the errors of the others."""
    clean: list[Candidate] = []
    pending, failed = list(candidates), dict[str, Sequence[Problem]]()
    while pending:
        left = []
        for each in pending:
            own, others = _errors(material, document, [*kept, *clean], [each])
            if problems := [*own.get(each.id, ()), *others]:
                failed[each.id] = problems
                left.append(each)
            else:
                failed.pop(each.id, None)
                clean.append(each)
        if len(left) == len(pending):
            break
        pending = left
    return clean, failed


def _errors(
    material: Material, document: Document, kept: Sequence[Candidate], candidates: Sequence[Candidate]
) -> tuple[dict[str, Sequence[Problem]], list[Problem]]:
    """Return the errors of candidates by ID, and all others."""
    text, lines = _one_record_a_line(material, document, [*kept, *candidates])
    name = document.target.rpartition(".")[0] + JSON
    own = {each.id for each in candidates}
    table = candidates[0].table
    by_candidate: dict[str, list[Problem]] = {}
    others = []
    for problem in errors_in(check_annotations(material, document, SourceFile(name, text), document.cache)):
        place = lines.get(problem.line) if problem.file == name else None
        worded = _without_lines(problem, lines)
        if place is not None and place[0] == table and place[1] in own:
            by_candidate.setdefault(place[1], []).append(worded)
        else:
            others.append(worded)
    return dict(by_candidate), others


def _one_record_a_line(
    material: Material, document: Document, rows: Sequence[Candidate]
) -> tuple[str, dict[int, tuple[str, str]]]:
    """Return an annotation file in JSON with one record on each line, and the table and ID of each line."""
    head = {material.contract.document.section: document.values}
    written, lines = [f"{{{json.dumps(head, ensure_ascii=False)[1:-1]}"], {}
    for table in dict.fromkeys(each.table for each in rows):
        written.append(f", {json.dumps(material.forms[table].section)}: [")
        for number, each in enumerate(row for row in rows if row.table == table):
            written.append(f"{',' if number else ''}{json.dumps(each.record, ensure_ascii=False)}")
            lines[len(written)] = (table, each.id)
        written.append("]")
    written.append("}")
    return "\n".join(written), lines


def _without_lines(problem: Problem, lines: Mapping[int, tuple[str, str]]) -> Problem:
    """Return a problem that names records in place of their lines, which no file has."""

    def name(text: str) -> str:
        return _LINE.sub(lambda found: ".".join(lines.get(int(found[1]), (found[0],))), text)

    return Problem(problem.file, 1, 1, problem.where, name(problem.message), name(problem.hint), problem.level)


def _with_example(material: Material, candidate: Candidate, problem: Problem) -> Problem:
    """Return a problem; if the words of the passage are in an example, its hint says so."""
    words = " ".join(candidate.quote.split())
    found = [doc_id for doc_id, text in material.example_texts.items() if words and words in text.normalized]
    if not found or not problem.where.endswith(f".{QUOTE}"):
        return problem
    return replace(problem, hint=f"{problem.hint}\nthese words are in {found[0]}, from which there are examples")


def _waits(material: Material, candidate: Candidate, problems: Sequence[Problem], gone: Collection[str]) -> bool:
    """Return whether a candidate has no other problem than that it refers to records of its table that failed."""
    form = material.forms[candidate.table]
    references = {
        key.name
        for each, record in _records(material.forms, form, candidate.record)
        for key in each.keys
        if key.target == candidate.table and record.get(key.name) in gone
    }
    return bool(problems) and all(problem.where.rpartition(".")[2] in references for problem in problems)


def _records(forms: Mapping[str, RecordForm], form: RecordForm, record: Values) -> Sequence[tuple[RecordForm, Values]]:
    """Return a record and those that are nested in it, each with its form."""
    found = [(form, record)]
    for nested in map(forms.__getitem__, form.nested):
        items = record.get(nested.section)
        for item in items if isinstance(items, list) else []:
            found += _records(forms, nested, item) if isinstance(item, dict) else []
    return found
