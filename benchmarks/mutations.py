"""Measure how many of thousands of single faults in the real seeds are detected, and how well they are reported.

Prints, for each kind of fault, how often it was made, how often it changed nothing (same), how often it was detected,
located within one line of where it can be fixed, and reported by exactly one problem (once); the largest number of
problems of one fault; and how often data changed silently, with the reason. The same seed makes the same faults.
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
from tests.mutations.report import Floors, describe_mutant, figures, floors, table, tally_by_kind  # noqa: E402
from tests.mutations.run import FLOORS, SEED, MutantResult, measured_seeds, mutant, mutant_builder  # noqa: E402

KINDS_PER_TASK = 8


def main() -> int:
    """Make faults; return 1 if any crashed, survived without a reason or missed a floor."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--each", type=int, default=20, help="faults of each kind (default: 20)")
    parser.add_argument("--seed", default=SEED, help="seed of the random faults (default: that of the floors)")
    parser.add_argument(
        "--show", metavar="KIND", action="append", help="only this kind, with the problems of each fault"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file as well")
    parser.add_argument(
        "--renew", action="store_true", help=f"write the shares reached to {FLOORS.name} as the new floors"
    )
    options = parser.parse_args()
    kinds = options.show or list(FAULTS)
    if unknown := set(kinds) - set(FAULTS):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}")
    results = build_kinds(kinds, options.each, options.seed)
    if options.show:
        seeds = measured_seeds()
        for result in results:
            fault = FAULTS[result.kind]
            mutated = mutant(fault, seeds, result.number, options.seed)
            print(describe_mutant(result, mutated, seeds, fault.did), end="\n\n")
    print(table(results, FAULTS))
    tallies = tally_by_kind(results)
    if options.json:
        options.json.write_text(json.dumps(figures(tallies), indent=2) + "\n", encoding="utf-8")
    expected = json.loads(FLOORS.read_text(encoding="utf-8"))
    if options.renew:
        expected = {kind: floor for kind, floor in sorted({**expected, **floors(tallies)}.items()) if kind in FAULTS}
        FLOORS.write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
    lines = list(failures(results, expected))
    print("\n".join(lines))
    return 1 if lines else 0


def build_kinds(kinds: list[str], each: int, seed: str) -> list[MutantResult]:
    """Build a number of faults of each kind on all cores; return the results in the order of kinds."""
    results: list[MutantResult] = []
    with ProcessPoolExecutor() as pool:
        jobs = [
            pool.submit(build_slice, kinds[at : at + KINDS_PER_TASK], each, seed)
            for at in range(0, len(kinds), KINDS_PER_TASK)
        ]
        for job in jobs:
            results += job.result()
            print(f"{len(results)} of {each * len(kinds)} faults", end="\r", file=sys.stderr, flush=True)
    return results


def build_slice(kinds: list[str], each: int, seed: str) -> list[MutantResult]:
    """Build a number of faults of each kind."""
    with mutant_builder(measured_seeds()) as builder:
        return [builder.build(FAULTS[kind], number, seed) for kind in kinds for number in range(each)]


def failures(results: list[MutantResult], expected: Floors) -> Iterator[str]:
    """Yield a line for each outcome that a kind of fault may not have, and for each floor missed."""
    for result in results:
        if not result.allowed:
            yield f"{result.kind} {result.number} is {result.outcome}, and may not be"
    for name, tally in tally_by_kind(results).items():
        for short in tally.below_floor(expected.get(name, {})):
            yield f"{name} missed its floor: {short}"


if __name__ == "__main__":
    raise SystemExit(main())
