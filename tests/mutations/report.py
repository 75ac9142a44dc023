"""Verdicts, counted kind by kind: as a table for people, as figures for a file, and against floors."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from difflib import unified_diff
from math import comb

from tests.mutations.fault import Fault
from tests.mutations.run import Verdict
from tests.mutations.seeds import Mutant, Seeds

Floors = Mapping[str, Mapping[str, float]]

_CHANCE = 0.001  # how seldom a kind may fall short of its floor by the luck of the draw


@dataclass(frozen=True)
class Tally:
    """How often each outcome was met; `located`, `one` and `problems` are of the mutants that were detected."""

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
        """Return the share detected of all that changed something, and the shares located and answered once."""
        faulty = self.applied - self.equivalent
        return {
            "detected": self.detected / faulty if faulty else 1.0,
            "located": self.located / self.detected if self.detected else 1.0,
            "one": self.one / self.detected if self.detected else 1.0,
        }

    def short_of(self, floor: Mapping[str, float]) -> list[str]:
        """Return each measure that falls below its floor by more than the draw explains."""
        of = {"detected": self.applied - self.equivalent, "located": self.detected, "one": self.detected}
        met = {"detected": self.detected, "located": self.located, "one": self.one}
        return [
            f"{name}: {met[name]} of {of[name]}, and the floor is {share:.0%}"
            for name, share in floor.items()
            if _at_most(met[name], of[name], share) < _CHANCE
        ]


def tally(verdicts: Iterable[Verdict]) -> Tally:
    """Count verdicts."""
    all_ = list(verdicts)
    detected = [verdict for verdict in all_ if verdict.outcome == "detected"]
    return Tally(
        applied=len(all_),
        equivalent=sum(verdict.outcome == "equivalent" for verdict in all_),
        detected=len(detected),
        located=sum(verdict.located for verdict in detected),
        one=sum(verdict.one for verdict in detected),
        problems=max((len(verdict.problems) for verdict in detected), default=0),
        silent=sum(verdict.outcome == "silent" for verdict in all_),
        warned=sum(verdict.outcome == "silent" and bool(verdict.problems) for verdict in all_),
        crashed=sum(verdict.outcome == "crashed" for verdict in all_),
    )


def by_kind(verdicts: Iterable[Verdict]) -> dict[str, Tally]:
    """Return a tally for each kind of fault, in the order met."""
    kinds: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        kinds.setdefault(verdict.kind, []).append(verdict)
    return {name: tally(found) for name, found in kinds.items()}


def figures(tallies: Mapping[str, Tally]) -> dict[str, dict[str, int]]:
    """Return the tallies as plain figures."""
    return {name: asdict(each) for name, each in tallies.items()}


def floors(tallies: Mapping[str, Tally]) -> dict[str, dict[str, float]]:
    """Return what the tallies reach, rounded down: no later build should do worse."""
    return {
        name: {measure: int(share * 100) / 100 for measure, share in each.shares().items()}
        for name, each in sorted(tallies.items())
    }


def table(verdicts: Iterable[Verdict], faults: Mapping[str, Fault]) -> str:
    """Return a table of all kinds by family, totals, and why some faults survive."""
    all_ = list(verdicts)
    lines = [_HEAD]
    for family in dict.fromkeys(faults[verdict.kind].family for verdict in all_):
        of_family = [verdict for verdict in all_ if faults[verdict.kind].family == family]
        lines += [family.upper(), *(_line(name, each) for name, each in by_kind(of_family).items())]
        lines += [_line(f"all of {family}", tally(of_family)), ""]
    lines += [_line("ALL", tally(all_)), _line("ALL that may not survive", tally(_must(all_, faults))), ""]
    lines += [
        "What survives as a silent change of data, and why:",
        *(_survivors(by_kind(all_), faults) or ["  nothing"]),
    ]
    return "\n".join(lines)


def shown(verdict: Verdict, made: Mutant, seeds: Seeds, did: str, most: int = 6) -> str:
    """Return one mutant: what was changed, and what was said to it."""
    lines = [f"{verdict.kind} {verdict.number}: {did} → {verdict.outcome}"]
    for name, data in made.files.items():
        if data is None:
            lines.append(f"  {name} is gone")
            continue
        old, new = (each.decode(errors="replace").split("\n") for each in (seeds.files.get(name, b""), data))
        changed = [line for line in unified_diff(old, new, n=0, lineterm="") if not line.startswith(("---", "+++"))]
        lines += [f"  {name}", *(f"    {line[:150]}" for line in changed[: 2 * most])]
    for problem in verdict.problems[:most]:
        where = f"{problem.where}: " if problem.where else ""
        lines.append(f"  > {problem.file.rpartition('/')[2]}:{problem.line}:{problem.column}: {where}{problem.message}")
        lines += [f"        {line}" for line in problem.hint.splitlines()]
    if len(verdict.problems) > most:
        lines.append(f"  > … {len(verdict.problems)} problems in all")
    if verdict.outcome == "detected" and not verdict.located:
        lines.append(f"  not located; can be fixed at {sorted(made.places)[:most]}")
    return "\n".join([*lines, *verdict.crash.splitlines()])


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


def _must(verdicts: list[Verdict], faults: Mapping[str, Fault]) -> list[Verdict]:
    """Return the verdicts on kinds that are to be refused every time."""
    must = {name for name, fault in faults.items() if not fault.survives_because and not fault.harmless}
    return [verdict for verdict in verdicts if verdict.kind in must]


def _at_most(met: int, of: int, share: float) -> float:
    """Return how likely it is to meet so few of so many, or fewer, where this share is the rule."""
    return sum(comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(met + 1))
