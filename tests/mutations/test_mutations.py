"""One fault of each kind in the real seeds is detected, located and reported at least as well as before.

`make mutations` makes thousands of faults. The shares it reaches are the floors here, in `floors.json`; after an
improvement, `python benchmarks/mutations.py --renew` raises them.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from schemas import CONTRACT
from tests.mutations.fault import Fault
from tests.mutations.faults import FAULTS
from tests.mutations.report import Tally, describe_mutant, tally
from tests.mutations.rule_slips import BROKEN_BY, UNBREAKABLE
from tests.mutations.run import FLOORS, MutantBuilder, MutantResult, may_be, measured_seeds, mutant, mutant_builder
from tests.mutations.seeds import Edit, Seeds

pytestmark = pytest.mark.proof

SENTENCES = {
    **{f"{rule.table}.{rule.check.__name__}": rule.message for rule in CONTRACT.rules},
    **{f"{spec.name}.{name}": rule.message for spec in CONTRACT.tables.values() for name, rule in spec.rules.items()},
}

FLOOR = json.loads(FLOORS.read_text(encoding="utf-8"))


def can_miss_floor(kind: str) -> bool:
    """Return whether a kind can miss its floor: one that always survives, for a reason, is left to the longer run."""
    return not FAULTS[kind].survives_because or FLOOR.get(kind, {}).get("detected", 1) > 0


KINDS = [kind for kind in FAULTS if can_miss_floor(kind)]


def describe(result: MutantResult, seeds: Seeds) -> str:
    fault = FAULTS[result.kind]
    return describe_mutant(result, mutant(fault, seeds, result.number), seeds, fault.did)


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return measured_seeds()


@pytest.fixture(scope="module")
def builder(seeds) -> Iterator[MutantBuilder]:
    with mutant_builder(seeds) as builder:
        yield builder


@pytest.fixture(scope="module")
def first_result(builder) -> Callable[[str], MutantResult]:
    """The result of the first mutant of a kind; each is built once."""
    return cache(lambda kind: builder.build(FAULTS[kind], 0))


@pytest.mark.parametrize("kind", KINDS)
def test_fault_reaches_its_floor(kind, first_result, seeds):
    """A fault is refused, or survives for a stated reason, and is reported as well as its floor says."""
    result = first_result(kind)
    assert result.allowed, describe(result, seeds)
    assert not tally([result]).below_floor(FLOOR.get(kind, {})), describe(result, seeds)


@pytest.mark.parametrize("rule", BROKEN_BY)
def test_broken_rule_is_reported_in_its_words(rule, first_result):
    """Breaking a rule gives the problem with that rule's message."""
    assert SENTENCES[rule] in [problem.message for problem in first_result(BROKEN_BY[rule].name).problems]


def test_every_kind_has_a_floor():
    """The floors name exactly the kinds of faults."""
    assert sorted(FLOOR) == sorted(FAULTS), "run: python benchmarks/mutations.py --renew"


def test_every_rule_is_broken_by_a_fault():
    """Each rule of the contract is broken by a kind of fault, or listed as unbreakable by one fault."""
    assert sorted([*BROKEN_BY, *UNBREAKABLE]) == sorted(SENTENCES)


def test_number_determines_the_fault(seeds):
    """The same number gives the same mutant, another number another one."""
    fault = FAULTS["quote-mistyped"]
    assert mutant(fault, seeds, 3) == mutant(fault, seeds, 3)
    assert mutant(fault, seeds, 3) != mutant(fault, seeds, 4)


def test_fault_is_undone_before_the_next(builder: MutantBuilder, seeds):
    """After a mutant is built, the seeds are restored."""
    builder.build(FAULTS["half-renamed"], 0)
    assert Seeds.under(builder.folder).files == seeds.files


def test_lines_are_those_of_the_edited_file(seeds):
    """The lines of a mutant are counted after its edits."""
    file = "codebook/actors.yaml"
    [second] = [value for value in seeds.values if value.text == "white-house" and value.is_record_key]
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
def test_silent_change_needs_a_stated_reason(reason, harmless, allowed):
    """Only a fault with a stated reason may change data silently; a harmless one must change nothing."""
    fault = Fault("slip", "text", "slipped", FAULTS["quote-mistyped"].apply, reason, harmless)
    outcomes = ("detected", "equivalent", "silent", "crashed")
    assert {outcome for outcome in outcomes if may_be(fault, outcome)} == allowed


def test_floor_allows_for_chance_below_100_percent():
    """A floor of 100% is missed by one fault, a lower one only by more than chance explains."""

    def met(times: int) -> Tally:
        return Tally(20, 0, 20, 20, times, 2, 0, 0, 0)

    assert met(19).below_floor({"one": 1.0}) == ["one: 19 of 20, and the floor is 100%"]
    assert met(8).below_floor({"one": 0.5}) == []
    assert met(2).below_floor({"one": 0.5}) == ["one: 2 of 20, and the floor is 50%"]
