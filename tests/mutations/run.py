"""Build mutants of the seeds and classify the outcomes."""

import tempfile
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Literal

from schemas import CONTRACT
from stancebook.build.pipeline import Build, build_tables
from stancebook.problems import Problem, display_path
from stancebook.sources.corpus import Corpus
from tests.mutations.fault import Fault
from tests.mutations.seeds import Mutant, Seeds
from tests.unit.sources.reader_agreement import files_with_positions

Outcome = Literal["detected", "equivalent", "silent", "crashed"]

ROOT = Path(__file__).parents[2]
FLOORS = Path(__file__).parent / "floors.json"
SEED = "1991"
DOCUMENT = "moscow-times-2025-02-06"  # the floors are measured with this one: other documents may come and go

MEMORY = Path("/dev/shm")  # noqa: S108 (a folder in memory, where the system has one)


@dataclass(frozen=True)
class MutantResult:
    """The result of building one mutant: problems, including warnings, or the traceback of a crash.

    `allowed` if the kind of fault may have this outcome.
    """

    kind: str
    number: int
    outcome: Outcome
    allowed: bool
    problems: tuple[Problem, ...] = ()
    located: bool = False
    crash: str = ""

    @property
    def one(self) -> bool:
        """Whether exactly one problem was reported."""
        return self.outcome == "detected" and len(self.problems) == 1


def measured_seeds() -> Seeds:
    """Return the seeds in which faults are made."""
    return Seeds.under(ROOT / "seeds", DOCUMENT)


def mutant(fault: Fault, seeds: Seeds, number: int, seed: str = SEED) -> Mutant:
    """Return one mutant of a kind, determined by the number and the seed."""
    return fault.apply(seeds, Random(f"{seed}/{fault.name}/{number}"))  # noqa: S311


def may_be(fault: Fault, outcome: Outcome) -> bool:
    """Return whether a kind of fault may have an outcome."""
    if fault.harmless:
        return outcome == "equivalent"
    return outcome in ("detected", "equivalent") or (outcome == "silent" and bool(fault.survives_because))


class MutantBuilder:
    """Builds one mutant at a time in a copy of the seeds, and restores the copy."""

    def __init__(self, seeds: Seeds, folder: Path) -> None:
        self.seeds = seeds
        self.folder = folder
        for name, data in seeds.files.items():
            self._write(name, data)
        self.baseline = self._build()

    def build(self, fault: Fault, number: int, seed: str = SEED) -> MutantResult:
        """Build the fault's mutant of this number, and restore the seeds."""
        mutated = mutant(fault, self.seeds, number, seed)
        try:
            for name, data in mutated.files.items():
                self._write(name, data)
            built = self._build()
            files_with_positions(CONTRACT, self._changed(built.corpus, mutated.files))
        except Exception:  # noqa: BLE001 (any exception is a finding)
            return MutantResult(fault.name, number, "crashed", allowed=False, crash=traceback.format_exc())
        finally:
            for name in mutated.files:
                self._write(name, self.seeds.files.get(name))
        outcome = "detected" if built.errors else "equivalent" if self._same(built) else "silent"
        located = self._located(mutated, built.errors)
        return MutantResult(fault.name, number, outcome, may_be(fault, outcome), tuple(built.problems), located)

    def _changed(self, corpus: Corpus, names: Iterable[str]) -> Corpus:
        """Return a corpus with only those of its files that have other bytes than the seeds."""
        changed = {display_path(self.folder / name) for name in names}
        return replace(
            corpus,
            codebook=tuple(file for file in corpus.codebook if file.name in changed),
            documents=tuple(each for each in corpus.documents if each.annotations and each.annotations.name in changed),
        )

    def _same(self, built: Build) -> bool:
        return all(built.frames[name].equals(frame) for name, frame in self.baseline.frames.items())

    def _located(self, mutated: Mutant, problems: Iterable[Problem]) -> bool:
        """Return whether a problem is within one line of a line in which the fault can be fixed."""
        places = {(display_path(self.folder / file), line) for file, line in mutated.places}
        return any((p.file, p.line + step) in places for p in problems for step in (-1, 0, 1))

    def _build(self) -> Build:
        return build_tables(CONTRACT, self.folder)

    def _write(self, name: str, data: bytes | None) -> None:
        path = self.folder / name
        if data is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


@contextmanager
def mutant_builder(seeds: Seeds) -> Iterator[MutantBuilder]:
    """Yield a builder of mutants of these seeds, in a folder in memory if there is one."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield MutantBuilder(seeds, Path(folder))
