"""Report the results of mutants by kind of fault: as a table, as figures, and compared with floors."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from difflib import unified_diff
from math import comb

from tests.mutations.fault import Fault
from tests.mutations.run import MutantResult
from tests.mutations.seeds import Mutant, Seeds

Floors = Mapping[str, Mapping[str, float]]

_SIGNIFICANCE = 0.001  # a kind is below its floor if chance is less probable than this


@dataclass(frozen=True)
class Tally:
    """Counts of outcomes; `located`, `one` (one problem) and `problems` (maximum) are of detected ones."""

    applied: int
    equivalent: int
    detected: int
    located: int
    one: int
    problems: int
    silent: int
    warned: int
    crashed: int

    def shares(self) -> dict[str, float]:
        """Return the share of effective faults detected, and the shares located and reported by one problem."""
        faulty = self.applied - self.equivalent
        return {
            "detected": self.detected / faulty if faulty else 1.0,
            "located": self.located / self.detected if self.detected else 1.0,
            "one": self.one / self.detected if self.detected else 1.0,
        }

    def below_floor(self, floor: Mapping[str, float]) -> list[str]:
        """Return each measure that is below its floor by more than chance explains."""
        totals = {"detected": self.applied - self.equivalent, "located": self.detected, "one": self.detected}
        counts = {"detected": self.detected, "located": self.located, "one": self.one}
        return [
            f"{name}: {counts[name]} of {totals[name]}, and the floor is {share:.0%}"
            for name, share in floor.items()
            if _probability_at_most(counts[name], totals[name], share) < _SIGNIFICANCE
        ]


def tally(results: Iterable[MutantResult]) -> Tally:
    """Count results by outcome."""
    all_ = list(results)
    detected = [result for result in all_ if result.outcome == "detected"]
    return Tally(
        applied=len(all_),
        equivalent=sum(result.outcome == "equivalent" for result in all_),
        detected=len(detected),
        located=sum(result.located for result in detected),
        one=sum(result.one for result in detected),
        problems=max((len(result.problems) for result in detected), default=0),
        silent=sum(result.outcome == "silent" for result in all_),
        warned=sum(result.outcome == "silent" and bool(result.problems) for result in all_),
        crashed=sum(result.outcome == "crashed" for result in all_),
    )


def tally_by_kind(results: Iterable[MutantResult]) -> dict[str, Tally]:
    """Return a tally for each kind of fault, in the order of the results."""
    kinds: dict[str, list[MutantResult]] = {}
    for result in results:
        kinds.setdefault(result.kind, []).append(result)
    return {name: tally(found) for name, found in kinds.items()}


def figures(tallies: Mapping[str, Tally]) -> dict[str, dict[str, int]]:
    """Return the tallies as dictionaries."""
    return {name: asdict(each) for name, each in tallies.items()}


def floors(tallies: Mapping[str, Tally]) -> dict[str, dict[str, float]]:
    """Return the shares that the tallies reach, rounded down, as the floors of later runs."""
    return {
        name: {measure: int(share * 100) / 100 for measure, share in each.shares().items()}
        for name, each in sorted(tallies.items())
    }


def table(results: Iterable[MutantResult], faults: Mapping[str, Fault]) -> str:
    """Return a table of all kinds by family, totals, and why some faults survive."""
    all_ = list(results)
    lines = [_HEAD]
    for family in dict.fromkeys(faults[result.kind].family for result in all_):
        of_family = [result for result in all_ if faults[result.kind].family == family]
        lines += [family.upper(), *(_line(name, each) for name, each in tally_by_kind(of_family).items())]
        lines += [_line(f"all of {family}", tally(of_family)), ""]
    lines += [_line("ALL", tally(all_)), _line("ALL that may not survive", tally(_must_be_refused(all_, faults))), ""]
    lines += [
        "What survives as a silent change of data, and why:",
        *(_survivors(tally_by_kind(all_), faults) or ["  nothing"]),
    ]
    return "\n".join(lines)


def describe_mutant(result: MutantResult, mutant: Mutant, seeds: Seeds, did: str, max_items: int = 6) -> str:
    """Describe one mutant: its changed lines and the reported problems."""
    lines = [f"{result.kind} {result.number}: {did} → {result.outcome}"]
    for name, data in mutant.files.items():
        if data is None:
            lines.append(f"  {name} is gone")
            continue
        old, new = (each.decode(errors="replace").split("\n") for each in (seeds.files.get(name, b""), data))
        changed = [line for line in unified_diff(old, new, n=0, lineterm="") if not line.startswith(("---", "+++"))]
        lines += [f"  {name}", *(f"    {line[:150]}" for line in changed[: 2 * max_items])]
    for problem in result.problems[:max_items]:
        where = f"{problem.where}: " if problem.where else ""
        lines.append(f"  > {problem.file.rpartition('/')[2]}:{problem.line}:{problem.column}: {where}{problem.message}")
        lines += [f"        {line}" for line in problem.hint.splitlines()]
    if len(result.problems) > max_items:
        lines.append(f"  > … {len(result.problems)} problems in all")
    if result.outcome == "detected" and not result.located:
        lines.append(f"  not located; can be fixed at {sorted(mutant.places)[:max_items]}")
    return "\n".join([*lines, *result.crash.splitlines()])


_HEAD = (
    f"{'kind of fault':<62}{'applied':>8}{'same':>6}{'detected':>10}{'located':>9}{'once':>7}"
    f"{'most':>6}{'silent':>8}{'warned':>8}{'crashed':>9}"
)


def _line(name: str, each: Tally) -> str:
    share = {measure: f"{value:.0%}" for measure, value in each.shares().items()}
    none = each.applied == each.equivalent
    detected = "–" if none else share["detected"]
    located, one = (share["located"], share["one"]) if each.detected else ("–", "–")
    return (
        f"{name:<62}{each.applied:>8}{each.equivalent:>6}{detected:>10}{located:>9}{one:>7}"
        f"{each.problems:>6}{each.silent:>8}{each.warned:>8}{each.crashed:>9}"
    )


def _survivors(tallies: Mapping[str, Tally], faults: Mapping[str, Fault]) -> list[str]:
    lines = []
    for name, each in tallies.items():
        if each.silent:
            warned = f", {each.warned} with a warning" if each.warned else ""
            why = faults[name].survives_because or "NO REASON KNOWN"
            lines += [f"  {name} ({each.silent} of {each.applied}{warned}): {faults[name].did}", f"      {why}"]
    return lines


def _must_be_refused(results: list[MutantResult], faults: Mapping[str, Fault]) -> list[MutantResult]:
    """Return the results of the kinds that must always be refused."""
    must = {name for name, fault in faults.items() if not fault.survives_because and not fault.harmless}
    return [result for result in results if result.kind in must]


def _probability_at_most(count: int, total: int, share: float) -> float:
    """Return the probability of at most `count` successes in `total` trials with a probability of `share`."""
    return sum(comb(total, n) * share**n * (1 - share) ** (total - n) for n in range(count + 1))
