"""Draft the records of one table: ask, check, and have the records that failed corrected, in a few rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stancebook.drafts.cache import Call, Caller
from stancebook.drafts.candidates import Candidate, read_candidate, unused_name
from stancebook.drafts.checks import Sifted, sift
from stancebook.drafts.models import Prompt
from stancebook.drafts.prompt import (
    continuation_request,
    correction_request,
    draft_prompt,
    unreadable_request,
    with_request,
)
from stancebook.drafts.replies import Answer, read_answer
from stancebook.drafts.source_material import Document, Material, Values
from stancebook.problems import Problem, problem_kind, shorten
from stancebook.schema.spec import ID

MAX_CONTINUATIONS = 20
_PROPOSAL_KEYS = ("table", "name", "reason", "quote")


@dataclass
class TableDraft:
    """What became of the records of one table that a model proposed.

    Attributes:
        table: The table.
        held: The records that hold, in the order of the answer.
        refused: The other records with their problems.
        dropped: The reasons for which the model took records back, by ID.
        proposals: Entries that the model proposes for the codebook.
        kinds: How many records had each kind of problem, in any round.
        remarks: What else there is to say of the answers.
        calls: The questions and replies.
        problem: Why no answer was of use; empty if one was.
    """

    table: str
    held: list[Candidate] = field(default_factory=list)
    refused: list[tuple[Candidate, Sequence[Problem]]] = field(default_factory=list)
    dropped: dict[str, str] = field(default_factory=dict)
    proposals: list[Mapping[str, str]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    problem: str = ""

    @property
    def at_once(self) -> int:
        """How many records held in the first answer."""
        return sum(each.round == 0 for each in self.held)

    @property
    def proposed(self) -> int:
        """How many records were proposed."""
        return len(self.held) + len(self.refused) + len(self.dropped)


def draft_table(
    material: Material, document: Document, table: str, earlier: Sequence[Candidate], caller: Caller, *, rounds: int
) -> TableDraft:
    """Draft the records of a table.

    Args:
        material: What prompts are made of.
        document: The document.
        table: The table.
        earlier: The records of other tables that hold.
        caller: Asks the model.
        rounds: How often the model may correct records.

    Raises:
        ModelError: The model cannot be asked.
    """
    drafting = _Drafting(material, document, table, earlier, caller)
    answer = drafting.first_answer()
    for number in range(1, rounds + 1):
        if not answer.problem and not drafting.sifted.failed:
            break
        before = drafting.progress
        answer = drafting.correct(answer, number)
        if drafting.progress == before:
            break
    return drafting.finished()


class _Drafting:
    """The candidates of one table between rounds."""

    def __init__(
        self, material: Material, document: Document, table: str, earlier: Sequence[Candidate], caller: Caller
    ) -> None:
        self.material, self.document, self.earlier, self.caller = material, document, earlier, caller
        self.form = material.forms[table]
        rows = {each.table: [row.record for row in earlier if row.table == each.table] for each in earlier}
        self.prompt = draft_prompt(material, document, table, rows)
        self.draft = TableDraft(table)
        self.candidates: dict[str, Candidate] = {}  # by ID, also those that hold
        self.held: set[str] = set()
        self.sifted = Sifted((), {}, frozenset())
        self.is_answered = False
        self.seen: set[tuple[str, str]] = set()  # the ID of each record that ever failed, and a kind of problem

    @property
    def progress(self) -> tuple[int, int, list[Values]]:
        """What a round must change, or else the next one is in vain."""
        failed = [self.candidates[name].answered for name in self.sifted.failed]
        return len(self.held), len(self.draft.dropped), failed

    def first_answer(self) -> Answer:
        """Ask for the records; also for those that were cut off, as long as more of them arrive."""
        answer = self.ask(self.prompt, 0)
        self.add(answer, 0)
        part = answer
        for _ in range(MAX_CONTINUATIONS):
            if not part.is_cut or not part["records"]:
                break
            last = [*self.candidates.values()][-1].quote
            part = self.ask(with_request(self.prompt, continuation_request([*self.candidates], last)), 0)
            known = {(each.quote, str(each.answered.get("values"))) for each in self.candidates.values()}
            self.add(part, 0, known)
        if part.is_cut:
            self.draft.remarks.append("the answer was cut off, and records may be missing")
        self.check()
        return answer

    def correct(self, answer: Answer, number: int) -> Answer:
        """Ask for corrections, or again if the last answer was of no use."""
        failed = self.sifted.failed
        asked = [name for name in failed if name not in self.sifted.waiting] or [*failed]
        worded = [(self.candidates[name].answered, list(map(_worded, failed[name]))) for name in asked]
        kept = [name for name in self.candidates if name in self.held]
        request = correction_request(worded, kept) if worded else unreadable_request(answer.problem)
        answer = self.ask(with_request(self.prompt, request), number)
        for each in answer["dropped"]:
            name = str(each.get(ID))
            if name in failed and name in self.candidates:
                self.draft.dropped[name] = shorten(str(each.get("reason") or "no reason is given"))
                del self.candidates[name]
        for each in answer["records"]:
            name = str(each.get(ID) or "").strip()
            if name in self.candidates and name not in self.held:
                self.candidates[name] = read_candidate(self.document, self.form, each, name, number)
            elif name in self.held or name in self.draft.dropped:
                self.draft.remarks.append(f"the answer sent {name} again, which was not asked for")
            else:
                self.add(Answer({"records": [each]}), number)
        self.propose(answer)
        self.check()
        return answer

    def ask(self, prompt: Prompt, number: int) -> Answer:
        """Return an answer; it is kept unless it is of no use."""
        reply = self.caller.ask(prompt)
        answer = read_answer(reply.text, is_cut=reply.is_cut)
        if answer.problem:
            self.draft.remarks.append(answer.problem)
        else:
            self.is_answered = True
            self.caller.keep(prompt, reply)
        if answer.strays:
            self.draft.remarks.append(f"{answer.strays} items of the answer are no records")
        self.draft.calls.append(self.caller.record(prompt, reply, number))
        return answer

    def add(self, answer: Answer, number: int, known: set[tuple[str, str]] | None = None) -> None:
        """Add the records of an answer that are not known."""
        for each in answer["records"]:
            name = unused_name(each.get(ID), self.draft.table, {*self.candidates, *self.draft.dropped})
            candidate = read_candidate(self.document, self.form, each, name, number)
            if (candidate.quote, str(each.get("values"))) not in (known or ()):
                self.candidates[name] = candidate
        self.propose(answer)

    def propose(self, answer: Answer) -> None:
        """Add what the answer proposes for the codebook."""
        for each in answer["new_codebook"]:
            proposal = {key: str(each.get(key) or "") for key in _PROPOSAL_KEYS}
            names = [(other["table"], other["name"]) for other in self.draft.proposals]
            if (proposal["table"], proposal["name"]) not in names:
                self.draft.proposals.append(proposal)

    def check(self) -> None:
        """Separate the records that hold from those that fail."""
        held = [each for name, each in self.candidates.items() if name in self.held]
        others = [each for name, each in self.candidates.items() if name not in self.held]
        self.sifted = sift(self.material, self.document, [*self.earlier, *held], others)
        self.held |= {each.id for each in self.sifted.clean}
        self.seen |= {(name, problem_kind(each)) for name, problems in self.sifted.failed.items() for each in problems}

    def finished(self) -> TableDraft:
        """Return the draft, after the last round."""
        self.draft.problem = "" if self.is_answered else self.draft.remarks[-1]
        self.draft.held = [each for name, each in self.candidates.items() if name in self.held]
        self.draft.kinds = Counter(sorted(kind for _, kind in self.seen))
        self.draft.refused = [(self.candidates[name], problems) for name, problems in self.sifted.failed.items()]
        return self.draft


def _worded(problem: Problem) -> str:
    """Return a problem as the model reads it."""
    hint = "".join(f"\n  {line}" for line in problem.hint.split("\n") if line)
    return f"{problem.where}: {problem.message}{hint}"
