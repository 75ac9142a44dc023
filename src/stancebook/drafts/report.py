"""What became of the records that a model proposed, for people, for programs and for the record of a run."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from stancebook.drafts.cache import Call
from stancebook.drafts.candidates import Candidate
from stancebook.drafts.drafting import MIN_REPEATED, DocumentDraft
from stancebook.drafts.models import Model
from stancebook.drafts.rounds import TableDraft
from stancebook.drafts.second_opinion import SUPPORTED, UNCLEAR, UNSUPPORTED, SecondOpinion
from stancebook.problems import Problem, pluralize, shorten

MAX_KINDS = 10
MAX_REFUSED = 20  # records of a table that are listed
_COUNTS = ("proposed", "at once", "corrected", "refused", "withdrawn")


@dataclass(frozen=True)
class DraftRun:
    """The draft of one document with what else is known of it.

    Attributes:
        draft: The draft.
        model: The model.
        opinion: What a second model says of the records; None if none was asked.
        guide: The guide in the prompts.
    """

    draft: DocumentDraft
    model: Model
    opinion: SecondOpinion | None = None
    guide: str = ""


def counts_of(table: TableDraft) -> dict[str, int]:
    """Return how many records were proposed, held at once, held after corrections, were refused, and withdrawn."""
    numbers = (
        table.proposed,
        table.at_once,
        len(table.held) - table.at_once,
        len(table.refused),
        len(table.dropped),
    )
    return dict(zip(_COUNTS, numbers, strict=True))


# ── For people ────────────────────────────────────────────────────────────────────────────────────


def as_text(run: DraftRun, max_refused: int = MAX_REFUSED) -> str:
    """Return a report for people.

    Args:
        run: What is reported.
        max_refused: How many refused records of each table are listed.
    """
    return "\n".join(_lines(run, max_refused))


def _lines(run: DraftRun, max_refused: int) -> Iterator[str]:
    tables = run.draft.tables
    width = max(len(table.table) for table in tables)
    yield f"{run.draft.document.doc_id} by {run.model.name}"
    yield f"  {'':{width}}  {'  '.join(f'{name:>9}' for name in _COUNTS)}"
    for table in tables:
        yield f"  {table.table:{width}}  {'  '.join(f'{number:>9,}' for number in counts_of(table).values())}"
    kinds = sum((table.kinds for table in tables), Counter[str]())
    if kinds:
        yield "  problems, in any round"
        yield from (f"  {number:>6,}  {shorten(kind)}" for kind, number in kinds.most_common(MAX_KINDS))
        if len(kinds) > MAX_KINDS:
            yield f"          and {pluralize(len(kinds) - MAX_KINDS, 'more kind')}"
    for table in tables:
        yield from (_refused(each, problems) for each, problems in table.refused[:max_refused])
        if (more := len(table.refused) - max_refused) > 0:
            yield f"  refused    {table.table}: and {pluralize(more, 'more record')}"
        yield from (f"  withdrawn  {table.table} {name}: {reason}" for name, reason in table.dropped.items())
        yield from (f"  note       {table.table}: {remark}" for remark in table.remarks)
    yield from (
        f"  repeated   {table} has {number} rows on one passage: {_short(quote)}"
        for table, quote, number in repeated_quotes(run.draft)
    )
    yield from (f"  warning    {each.where}: {each.message}" for each in run.draft.problems)
    yield from (
        f"  codebook   {each['table']}: {shorten(each['name'])} ({shorten(each['reason'])})"
        for each in proposals_of(run.draft)
    )
    if run.opinion is not None:
        yield from _opinion_lines(run.opinion)


def _refused(candidate: Candidate, problems: Sequence[Problem]) -> str:
    first = problems[0]
    where = first.where if f"[{candidate.id}]" in first.where else f"{candidate.table}[{candidate.id}]"
    more = f" (and {pluralize(len(problems) - 1, 'more problem')})" if len(problems) > 1 else ""
    return f"  refused    {where}: {first.message}{more}: {_short(candidate.quote)}"


def _short(quote: str) -> str:
    return f"‘{shorten(' '.join(quote.split()))}’"


def _opinion_lines(opinion: SecondOpinion) -> Iterator[str]:
    numbers = Counter(each.verdict for each in opinion.opinions)
    counted = ", ".join(f"{numbers[verdict]} {verdict}" for verdict in (SUPPORTED, UNSUPPORTED, UNCLEAR))
    yield f"  second opinion of {opinion.model.name}: {counted}"
    for each in opinion.opinions:
        if each.verdict != SUPPORTED:
            yield f"  {each.verdict:<11}  {each.table} {each.id}: {each.reason}"


def repeated_quotes(draft: DocumentDraft) -> list[tuple[str, str, int]]:
    """Return the quotes on which many rows of a table rest: the table, the quote and the number of rows."""
    numbers = Counter((each.table, " ".join(each.quote.split())) for each in draft.held)
    return [(table, quote, number) for (table, quote), number in numbers.items() if number >= MIN_REPEATED]


def proposals_of(draft: DocumentDraft) -> list[Mapping[str, str]]:
    """Return the entries that the model proposes for the codebook, each once."""
    proposals = [each for table in draft.tables for each in table.proposals]
    return [*{(each["table"], each["name"]): each for each in reversed(proposals)}.values()][::-1]


# ── For programs ──────────────────────────────────────────────────────────────────────────────────


def as_values(run: DraftRun) -> dict[str, Any]:
    """Return the record of a run: what is needed to repeat it and to judge it, and no key.

    The same replies give the same record: dates come from the replies, not from the clock.
    """
    draft, document = run.draft, run.draft.document
    calls = [call for table in draft.tables for call in table.calls]
    return {
        "stancebook": version("stancebook"),
        "document": document.doc_id,
        "text_sha256": hashlib.sha256(document.text.raw.encode()).hexdigest(),
        "draft_sha256": hashlib.sha256(draft.text.encode()).hexdigest(),
        **_model_values(run.model, calls),
        "guide_sha256": hashlib.sha256(run.guide.encode()).hexdigest() if run.guide else "",
        "tables": {table.table: _table_values(table) for table in draft.tables},
        "repeated_quotes": [
            {"table": table, "quote": quote, "rows": number} for table, quote, number in repeated_quotes(draft)
        ],
        "warnings": [_problem(each) for each in draft.problems],
        "new_codebook": [dict(each) for each in proposals_of(draft)],
        "second_opinion": _opinion_values(run.opinion) if run.opinion else None,
    }


def record_text(run: DraftRun) -> str:
    """Return the record of a run as JSON; half characters of an answer are escapes."""
    text = json.dumps(as_values(run), ensure_ascii=False, indent=2)
    return f"{text.encode(errors='backslashreplace').decode()}\n"


def _table_values(table: TableDraft) -> dict[str, Any]:
    return {
        "counts": {name.replace(" ", "_"): number for name, number in counts_of(table).items()},
        "problems": dict(table.kinds.most_common()),
        "held": {each.id: {"round": each.round, "passage": each.how} for each in table.held},
        "refused": [
            {"id": each.id, "answered": each.answered, "problems": [_problem(problem) for problem in problems]}
            for each, problems in table.refused
        ],
        "withdrawn": dict(table.dropped),
        "remarks": list(table.remarks),
        "calls": [_call_values(call) for call in table.calls],
    }


def _model_values(model: Model, calls: Sequence[Call]) -> dict[str, Any]:
    """Return which model was asked, where and when, and what that took."""
    return {
        "model": model.name,
        "model_versions": sorted({call.reply.version for call in calls if call.reply.version}),
        "asked": sorted({call.reply.place for call in calls}),
        "parameters": dict(model.parameters),
        "answered": max((_day(call.reply.created) for call in calls), default=""),
        "tokens": _tokens(calls),
    }


def _call_values(call: Call) -> dict[str, Any]:
    return {"round": call.round, "prompt_sha256": call.prompt, "schema_sha256": call.schema, "reply": call.digest}


def _problem(problem: Problem) -> dict[str, str]:
    return {"where": problem.where, "message": problem.message, "hint": problem.hint}


def _opinion_values(opinion: SecondOpinion) -> dict[str, Any]:
    verdicts = [
        {"table": each.table, "id": each.id, "verdict": each.verdict, "words": each.words, "reason": each.reason}
        for each in opinion.opinions
    ]
    calls = [_call_values(call) for call in opinion.calls]
    return {**_model_values(opinion.model, opinion.calls), "verdicts": verdicts, "calls": calls}


def _tokens(calls: Sequence[Call]) -> dict[str, int]:
    total = sum((Counter(call.reply.tokens) for call in calls), Counter[str]())
    return dict(sorted(total.items()))


def _day(created: int | None) -> str:
    try:
        return "" if created is None else datetime.fromtimestamp(created, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
