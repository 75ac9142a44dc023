"""How long builds take and how much memory, beside what a usual script takes for less and what no build can undercut.

All is measured in one run, as whole processes from their start to their end, turn and turn about; of the rounds the
best counts. Only ratios mean anything, for machines differ. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import requires, version
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.corpora import Notation, Recipe, write  # noqa: E402

NOTATIONS: tuple[Notation, ...] = ("yaml", "json")
REFERENCE = "script, safe_load"
_BELIEVED = 2.5  # seconds after which a build believes that a file has not changed again
_SAMPLED = 0.02  # seconds between two looks at the memory

Command = Sequence[str | Path]


def main() -> None:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=2000, help="size of the corpora (default: 2000)")
    parser.add_argument(
        "--sample",
        type=int,
        default=200,
        help="documents at most for the slowest script, ten times as many for the others: what they take for more is"
        " reckoned from that (default: 200)",
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, of which the best counts (default: 3)")
    parser.add_argument("--only", metavar="WORDS", default="", help="only what has these words in its name")
    parser.add_argument(
        "--curve", metavar="N", type=int, nargs="+", help="instead: builds of corpora of these sizes, one run each"
    )
    parser.add_argument("--notation", choices=NOTATIONS, default="yaml", help="of the curve's corpora (default: yaml)")
    parser.add_argument("--folder", type=Path, help="where to work, and to keep corpora for the next time")
    options = parser.parse_args()
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.folder) as tables:
        desk = Desk(options.folder or Path(tables), Path(tables))
        print(f"{machine()}\n")
        if options.curve:
            print(curve(desk, options.notation, options.curve))
        else:
            print(side_by_side(desk, options.documents, options.sample, options.rounds, options.only))


# ── What is measured ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Run:
    """One thing that is measured: a command over so many documents, and what is done before it, unmeasured.

    `notation` and `jobs` are for the reader alone.
    """

    what: str
    documents: int
    command: Command
    before: Callable[[], object]
    notation: str = ""
    jobs: str = ""


@dataclass
class Measured:
    """What a run took: seconds, the best of all rounds, and bytes of memory at its peak."""

    seconds: float = float("inf")
    peak: int = 0


@dataclass(frozen=True)
class Desk:
    """Where corpora lie that nobody changes, and where tables and all else is written."""

    corpora: Path
    scratch: Path

    def corpus(self, notation: Notation, documents: int) -> Corpus:
        """Return a corpus that several runs share."""
        return Corpus(self.corpora / f"{notation}-{documents}", notation, documents)

    def out(self, name: str) -> Path:
        """Return a folder for tables that has a folder of its own about it, for what is left beside it."""
        return self.scratch / name / "dataset"


@dataclass(frozen=True)
class Corpus:
    """A seeds folder, made when it is first needed."""

    seeds: Path
    notation: Notation
    documents: int

    def make(self) -> None:
        """Write the corpus, unless it is there."""
        if not self.seeds.exists():
            half_done = self.seeds.with_name(f"{self.seeds.name}.half-done")
            shutil.rmtree(half_done, ignore_errors=True)
            write(half_done, self.documents, Recipe(notation=self.notation), jobs=os.cpu_count() or 1)
            half_done.rename(self.seeds)

    def change(self) -> None:
        """Change one value of one row: who coded the document in the middle."""
        path = self.seeds / f"documents/{Recipe().doc_id(self.documents // 2)}.{self.notation}"
        data = path.read_bytes()
        there, then = (b"Generator", b"Somebody") if b"Generator" in data else (b"Somebody", b"Generator")
        path.write_bytes(data.replace(there, then))


@dataclass(frozen=True)
class Settled:
    """A corpus of its own, and a dataset that is up to date with it."""

    corpus: Corpus
    out: Path

    @property
    def command(self) -> Command:
        """The command that brings the dataset up to date."""
        return build(self.corpus, self.out)

    def settle(self) -> None:
        """Build, so late after the last change that the next build believes the times of files."""
        self.corpus.make()
        self.out.parent.mkdir(parents=True, exist_ok=True)
        time.sleep(_BELIEVED)
        seconds(self.command)

    def unsettle(self) -> None:
        """Change a document of what was up to date."""
        self.settle()
        self.corpus.change()


def program(name: str, *arguments: str | Path) -> Command:
    """Return the command line of a program of this repository."""
    return [sys.executable, ROOT / name, *arguments]


def build(corpus: Corpus, out: Path, *more: str) -> Command:
    """Return the command line of a build."""
    return program("build.py", "--seeds", corpus.seeds, "--out", out, *more)


def long_runs(desk: Desk, documents: int, sample: int) -> Iterator[Run]:
    """Yield what takes longer with every document, the reference first."""
    for loader, most in {"safe_load": sample, "CSafeLoader": 10 * sample, "json": 10 * sample}.items():
        notation: Notation = "json" if loader == "json" else "yaml"
        out = desk.out(f"script-{loader}")
        for corpus in [desk.corpus(notation, number) for number in sorted({1, min(most, documents)})]:
            script = program("benchmarks/usual_script.py", corpus.seeds, out, "--loader", loader)
            yield Run(f"script, {loader}", corpus.documents, script, partial(afresh, corpus, out), notation, "1")
    for notation in understood(desk):
        corpus, settled = desk.corpus(notation, documents), settled_of(desk, notation, documents)
        for jobs in ("1", "2"):
            out = desk.out(f"limit-{jobs}")
            limit = program("benchmarks/limit.py", settled.corpus.seeds, settled.out, out, "--jobs", jobs)
            yield Run("limit", documents, limit, settled.settle, notation, jobs)
        for jobs in ("1", "2") if "--jobs" in said(HELP) else ("",):
            out = desk.out(f"build-{jobs}")
            built = build(corpus, out, *(["--jobs", jobs] if jobs else []))
            yield Run("build", documents, built, partial(afresh, corpus, out), notation, jobs or "1")


def short_runs(desk: Desk, documents: int) -> Iterator[Run]:
    """Yield what should answer at once."""
    for notation in understood(desk):
        settled = settled_of(desk, notation, documents)
        yield Run("build, nothing changed", documents, settled.command, settled.settle, notation)
        yield Run("build, one document changed", documents, settled.command, settled.unsettle, notation)
    out = desk.out("one")
    for what, corpus in {
        "build of one invented document": desk.corpus("yaml", 1),
        "build of the article in seeds/": Corpus(ROOT / "seeds", "yaml", 1),
    }.items():
        yield Run(what, 1, build(corpus, out), partial(afresh, corpus, out), "yaml")
    yield Run("build.py --help", 0, HELP, lambda: None)


HELP = program("build.py", "--help")


def settled_of(desk: Desk, notation: Notation, documents: int) -> Settled:
    """Return what a build finds that was there before."""
    folder = desk.scratch / f"settled-{notation}-{documents}"
    return Settled(Corpus(folder / "seeds", notation, documents), folder / "dataset")


@cache
def understood(desk: Desk) -> list[Notation]:
    """Return the notations that the build takes as it stands."""
    return [notation for notation in NOTATIONS if takes(desk.corpus(notation, 1), desk.out("tried"))]


def takes(corpus: Corpus, out: Path) -> bool:
    """Return whether a corpus can be built."""
    afresh(corpus, out)
    return subprocess.run(build(corpus, out), check=False, capture_output=True).returncode == 0


def afresh(corpus: Corpus, out: Path) -> None:
    """See to it that a corpus is there, and that nothing of an earlier build is."""
    corpus.make()
    shutil.rmtree(out.parent, ignore_errors=True)
    out.parent.mkdir(parents=True)


# ── Measuring ─────────────────────────────────────────────────────────────────────────────────────


def measured(runs: Sequence[Run], rounds: int) -> list[Measured]:
    """Return what each run took: time in so many rounds, memory in one more, for looking at it takes time."""
    found = [Measured() for _ in runs]
    for turn in range(rounds + 1):
        for number, (run, result) in enumerate(zip(runs, found, strict=True), start=1):
            tell(f"round {turn + 1} of {rounds + 1}, {number} of {len(runs)}: {run.what}, {run.documents:,} documents")
            run.before()
            if turn < rounds:
                result.seconds = min(result.seconds, seconds(run.command))
            else:
                result.peak = watched(run.command).peak
    tell("")
    return found


def seconds(command: Command) -> float:
    """Return how long a command takes; end where it fails."""
    start = time.perf_counter()
    said(command)
    return time.perf_counter() - start


def said(command: Command) -> str:
    """Return what a command says; end where it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nfailed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def watched(command: Command) -> Measured:
    """Return how long a command takes, and the most memory that it and its children hold at once.

    Pages that several of them share count once (PSS); where the system does not tell, once for each (RSS).
    """
    result = Measured(0)
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            result.peak = max(result.peak, sum(map(held, family(process.pid))))
            time.sleep(_SAMPLED)
    result.seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nfailed")
    return result


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all below it, as far as they are still there."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def held(process: psutil.Process) -> int:
    """Return how many bytes of memory a process holds."""
    try:
        told = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(told, "pss", 0) or told.rss)


# ── Telling ───────────────────────────────────────────────────────────────────────────────────────


def side_by_side(desk: Desk, documents: int, sample: int, rounds: int, only: str) -> str:
    """Return two tables: what grows with the corpus, beside the slowest script, and what should answer at once."""
    long = [run for run in long_runs(desk, documents, sample) if only in run.what]
    short = [run for run in short_runs(desk, documents) if only in run.what]
    results = measured([*long, *short], rounds)
    told = [f"{documents:,} documents; best of {rounds} rounds; memory: {memory_is()}.", ""]
    if missing := set(NOTATIONS) - set(understood(desk)):
        told[0] += f" The build takes no {' and no '.join(sorted(missing))} as it stands."
    if long:
        taken = reckoned(long, results, documents)
        reference = taken.get((REFERENCE, "yaml", "1"))
        told += [
            "| | notation | jobs | documents/s | × safe_load | seconds | peak memory |",
            "|---|---|--:|--:|--:|--:|--:|",
        ]
        for (what, notation, jobs), (took, peak, of) in taken.items():
            ratio = f"{reference[0] / took:.1f}" if reference else ""
            time_of, memory_of = (f" ({word} {of:,})" if of < documents else "" for word in ("reckoned from", "at"))
            told.append(
                f"| {what} | {notation} | {jobs} | {documents / took:,.0f} | {ratio} | {took:.2f}{time_of} |"
                f" {megabytes(peak)}{memory_of} |"
            )
        told.append("")
    if short:
        told += ["| | notation | documents | seconds | peak memory |", "|---|---|--:|--:|--:|"]
        for run, result in zip(short, results[len(long) :], strict=True):
            told.append(
                f"| {run.what} | {run.notation} | {f'{run.documents:,}' if run.documents else ''} |"
                f" {result.seconds:.3f} | {megabytes(result.peak)} |"
            )
    return "\n".join(told).rstrip()


def reckoned(
    runs: Sequence[Run], results: Sequence[Measured], documents: int
) -> Mapping[tuple[str, str, str], tuple[float, int, int]]:
    """Return, by name, notation and jobs, how many seconds all documents take, and peak and size of the largest run.

    What ran over fewer is reckoned from what each document but the first took: the start is counted once.
    """
    found: dict[tuple[str, str, str], tuple[float, int, int]] = {}
    for run, result in zip(runs, results, strict=False):
        name = (run.what, run.notation, run.jobs)
        took = result.seconds
        if name in found and run.documents < documents:
            took += (result.seconds - found[name][0]) / (run.documents - 1) * (documents - run.documents)
        found[name] = (took, result.peak, run.documents)
    return found


def curve(desk: Desk, notation: Notation, sizes: Sequence[int]) -> str:
    """Return a table of what builds take as a corpus grows."""
    told = [
        f"{notation}; one run each, its memory looked at: {memory_is()}.",
        "",
        "| documents | MB in | MB out | build, seconds | documents/s | peak memory | nothing changed | one changed |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for documents in sizes:
        settled = settled_of(desk, notation, documents)
        tell(f"{documents:,} documents")
        settled.corpus.make()
        built = watched(settled.command)
        unchanged = seconds(settled.command)
        settled.unsettle()
        changed = seconds(settled.command)
        sizes_of = (megabytes(size(folder)).partition(" ")[0] for folder in (settled.corpus.seeds, settled.out))
        told.append(
            f"| {documents:,} | {' | '.join(sizes_of)} | {built.seconds:.2f} | {documents / built.seconds:,.0f} |"
            f" {megabytes(built.peak)} | {unchanged:.2f} | {changed:.2f} |"
        )
        shutil.rmtree(settled.out.parent)
    tell("")
    return "\n".join(told)


def size(folder: Path) -> int:
    """Return how many bytes the files below a folder hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def megabytes(number: int) -> str:
    """Return a number of bytes, in millions."""
    return f"{number / 1e6:,.{0 if number >= 1e7 else 2}f} MB"


def memory_is() -> str:
    """Return what is counted as memory here."""
    pss = hasattr(psutil.Process().memory_full_info(), "pss")
    what = "PSS: shared pages count once" if pss else "RSS: shared pages count in each"
    return f"the most that all processes of a run hold at once ({what})"


def tell(line: str) -> None:
    """Say what is going on to whoever sits before a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def machine() -> str:
    """Return what is measured on and with."""
    cpu = platform.processor() or platform.machine()
    if (told := Path("/proc/cpuinfo")).exists() and (
        found := re.search(r"model name\s*: (.*)", told.read_text("utf-8"))
    ):
        cpu = found[1]
    needed = (re.split(r"[^\w.-]", each)[0] for each in requires("stancebook") or () if "extra ==" not in each)
    libraries = ", ".join(f"{name} {version(name)}" for name in sorted(needed))
    return (
        f"{os.cpu_count()} cores ({cpu}), {psutil.virtual_memory().total / 2**30:.0f} GiB of memory,"
        f" {platform.system()}, Python {platform.python_version()}; {libraries}."
    )


if __name__ == "__main__":
    main()
