"""How far the build can be trusted: thousands of single faults in the real seeds, and what it says to each.

Prints, for each kind of fault, how often it was made, how often nothing changed by it (same), how often it was
detected, located within one line of where it can be mended, and answered by exactly one problem (once); the most
problems that one fault was answered by; and how often data changed in silence, with the reason. The draw is fixed:
the same seed makes the same faults.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.mutations.faults import FAULTS  # noqa: E402
from tests.mutations.report import Floors, by_kind, figures, floors, shown, table  # noqa: E402
from tests.mutations.run import FLOORS, SEED, Verdict, judging, mutant  # noqa: E402
from tests.mutations.seeds import Seeds  # noqa: E402

_SLICE = 8  # kinds that one processor judges before it takes more


def main() -> int:
    """Run the faults that are asked for; return 1 if any crashed, survived without a reason or fell below a floor."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--each", type=int, default=20, help="faults of each kind (default: 20)")
    parser.add_argument("--seed", default=SEED, help="another draw (default: the one the floors were measured with)")
    parser.add_argument("--show", metavar="KIND", action="append", help="only this kind, with what was said to each")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--renew", action="store_true", help=f"make what was reached the floors, in {FLOORS.name}")
    options = parser.parse_args()
    kinds = options.show or list(FAULTS)
    if unknown := set(kinds) - set(FAULTS):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}")
    verdicts = made_and_judged(kinds, options.each, options.seed)
    if options.show:
        seeds = Seeds.under(ROOT / "seeds")
        for verdict in verdicts:
            fault = FAULTS[verdict.kind]
            made = mutant(fault, seeds, verdict.number, options.seed)
            print(shown(verdict, made, seeds, fault.did), end="\n\n")
    print(table(verdicts, FAULTS))
    tallies = by_kind(verdicts)
    if options.json:
        options.json.write_text(json.dumps(figures(tallies), indent=2) + "\n", encoding="utf-8")
    held = json.loads(FLOORS.read_text(encoding="utf-8"))
    if options.renew:
        held = {kind: floor for kind, floor in sorted({**held, **floors(tallies)}.items()) if kind in FAULTS}
        FLOORS.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    complaints = list(faulty(verdicts, held))
    print("\n".join(complaints))
    return 1 if complaints else 0


def made_and_judged(kinds: list[str], each: int, seed: str) -> list[Verdict]:
    """Return the verdicts on so many faults of each kind, in order, by all processors."""
    verdicts: list[Verdict] = []
    with ProcessPoolExecutor() as pool:
        jobs = [pool.submit(judged, kinds[at : at + _SLICE], each, seed) for at in range(0, len(kinds), _SLICE)]
        for job in jobs:
            verdicts += job.result()
            print(f"{len(verdicts)} of {each * len(kinds)} faults", end="\r", file=sys.stderr, flush=True)
    return verdicts


def judged(kinds: list[str], each: int, seed: str) -> list[Verdict]:
    """Return the verdicts on so many faults of each kind."""
    with judging(Seeds.under(ROOT / "seeds")) as judge:
        return [judge.judge(FAULTS[kind], number, seed) for kind in kinds for number in range(each)]


def faulty(verdicts: list[Verdict], held: Floors) -> Iterator[str]:
    """Yield a line for each verdict that a kind of fault may not have, and for each floor missed."""
    for verdict in verdicts:
        if not verdict.right:
            yield f"{verdict.kind} {verdict.number} is {verdict.outcome}, and may not be"
    for name, tally in by_kind(verdicts).items():
        for short in tally.short_of(held.get(name, {})):
            yield f"{name} fell short: {short}"


if __name__ == "__main__":
    raise SystemExit(main())
