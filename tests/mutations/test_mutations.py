"""One fault of each kind in the real seeds: none may pass in silence that need not, and the answers stay as good.

`make mutations` makes thousands. What was reached there is the floor here, kept in `mutations/floors.json`: after a
build has learnt to answer better, `python benchmarks/mutations.py --renew` raises it.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from schemas import CONTRACT
from tests.mutations.fault import Fault
from tests.mutations.faults import FAULTS
from tests.mutations.report import Tally, shown, tally
from tests.mutations.rule_slips import BROKEN_BY, UNBREAKABLE
from tests.mutations.run import FLOORS, Judge, Verdict, judging, may_be, mutant
from tests.mutations.seeds import Edit, Seeds

pytestmark = pytest.mark.proof

SENTENCES = {
    **{f"{rule.table}.{rule.check.__name__}": rule.message for rule in CONTRACT.rules},
    **{f"{spec.name}.{name}": rule.message for spec in CONTRACT.tables.values() for name, rule in spec.rules.items()},
}

FLOOR = json.loads(FLOORS.read_text(encoding="utf-8"))


def to_be_made(kind: str) -> bool:
    """Whether a kind can fall short of anything: one that always survives, for a reason, is left to the longer run."""
    return not FAULTS[kind].survives_because or FLOOR.get(kind, {}).get("detected", 1) > 0


KINDS = [kind for kind in FAULTS if to_be_made(kind)]


def told(verdict: Verdict, seeds: Seeds) -> str:
    fault = FAULTS[verdict.kind]
    return shown(verdict, mutant(fault, seeds, verdict.number), seeds, fault.did)


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return Seeds.under(Path(__file__).parents[2] / "seeds")


@pytest.fixture(scope="module")
def judge(seeds) -> Iterator[Judge]:
    with judging(seeds) as judge:
        yield judge


@pytest.fixture(scope="module")
def answered(judge) -> Callable[[str], Verdict]:
    """What a build says to the first fault of a kind, asked once."""
    return cache(lambda kind: judge.judge(FAULTS[kind], 0))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_refused_or_survives_for_a_reason_and_is_answered_no_worse(kind, answered, seeds):
    verdict = answered(kind)
    assert verdict.right, told(verdict, seeds)
    assert not tally([verdict]).short_of(FLOOR.get(kind, {})), told(verdict, seeds)


@pytest.mark.parametrize("rule", BROKEN_BY)
def test_a_broken_rule_is_answered_in_its_own_words(rule, answered):
    assert SENTENCES[rule] in [problem.message for problem in answered(BROKEN_BY[rule].name).problems]


def test_every_kind_has_a_floor():
    assert sorted(FLOOR) == sorted(FAULTS), "run: python benchmarks/mutations.py --renew"


def test_every_rule_is_broken_or_cannot_be_broken_by_one_fault():
    assert sorted([*BROKEN_BY, *UNBREAKABLE]) == sorted(SENTENCES)


def test_the_same_number_makes_the_same_fault_and_another_number_another(seeds):
    fault = FAULTS["quote-mistyped"]
    assert mutant(fault, seeds, 3) == mutant(fault, seeds, 3)
    assert mutant(fault, seeds, 3) != mutant(fault, seeds, 4)


def test_a_fault_is_taken_back_before_the_next(judge: Judge, seeds):
    judge.judge(FAULTS["half-renamed"], 0)
    assert Seeds.under(judge.folder).files == seeds.files


def test_a_place_is_counted_in_the_file_as_it_has_become(seeds):
    file = "codebook/actors.yaml"
    [second] = [value for value in seeds.values if value.text == "white-house" and value.names_its_record]
    found = seeds.edited(file, Edit(0, 0, "#\n#\n"), also=[second])
    line = seeds.texts[file][: second.start].count("\n") + 1
    assert (file, line + 2) in found.places
    assert (file, line) not in found.places


@pytest.mark.parametrize(
    ("reason", "harmless", "allowed"),
    [
        ("", False, {"detected", "equivalent"}),
        ("only a second reader can tell", False, {"detected", "equivalent", "silent"}),
        ("", True, {"equivalent"}),
    ],
)
def test_data_may_change_in_silence_only_for_a_stated_reason(reason, harmless, allowed):
    fault = Fault("slip", "text", "slipped", FAULTS["quote-mistyped"].apply, reason, harmless)
    outcomes = ("detected", "equivalent", "silent", "crashed")
    assert {outcome for outcome in outcomes if may_be(fault, outcome)} == allowed


def test_a_floor_that_was_always_reached_is_missed_by_one_and_a_lower_one_only_beyond_chance():
    def met(times: int) -> Tally:
        return Tally(20, 0, 20, 20, times, 2, 0, 0, 0)

    assert met(19).short_of({"one": 1.0}) == ["one: 19 of 20, and the floor is 100%"]
    assert met(8).short_of({"one": 0.5}) == []
    assert met(2).short_of({"one": 0.5}) == ["one: 2 of 20, and the floor is 50%"]
