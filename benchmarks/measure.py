"""Measure time and memory of builds, next to a simple script that does less and to the limit of input and output.

Every program runs as a process of its own, in turns; the best of several rounds counts. Only ratios mean something:
machines differ. Prints Markdown.
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
from functools import partial
from importlib.metadata import requires, version
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.corpora import Notation, Recipe, write  # noqa: E402

NOTATIONS: tuple[Notation, ...] = ("yaml", "json")
REFERENCE = "script, safe_load"
TRUSTED_AGE_SECONDS = 2.5  # of an mtime: a build reads files with a more recent one again
MEMORY_SAMPLE_SECONDS = 0.02
FAULTY_SHARE = 0.05  # of the documents of a faulty corpus, each with one fault

Command = Sequence[str | Path]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=2000, help="size of the corpora (default: 2000)")
    parser.add_argument(
        "--sample",
        type=int,
        default=200,
        help="documents at most for the slowest script, ten times as many for the others; times for more are"
        " extrapolated (default: 200)",
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each program; the best counts (default: 3)")
    parser.add_argument("--only", metavar="WORDS", default="", help="only programs with these words in their names")
    parser.add_argument(
        "--curve", metavar="N", type=int, nargs="+", help="instead: builds of corpora of these sizes, one run each"
    )
    parser.add_argument(
        "--notation", choices=NOTATIONS, default="yaml", help="notation of the curve's corpora (default: yaml)"
    )
    parser.add_argument("--folder", type=Path, help="working folder, in which corpora are kept for the next time")
    options = parser.parse_args()
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.folder) as tables:
        folders = Folders(options.folder or Path(tables), Path(tables))
        print(f"{machine()}\n")
        if options.curve:
            print(curve(folders, options.notation, options.curve))
        else:
            print(compare(folders, options.documents, options.sample, options.rounds, options.only))


# ── What is measured ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Run:
    """A command to measure over so many documents, and what to do before it, unmeasured.

    `notation` and `jobs` are labels only. The command exits with `status`.
    """

    name: str
    documents: int
    command: Command
    before: Callable[[], object]
    notation: str = ""
    jobs: str = ""
    status: int = 0


@dataclass
class Measured:
    """The seconds of the best round of a run, and its peak memory in bytes."""

    seconds: float = float("inf")
    peak: int = 0


@dataclass(frozen=True)
class Folders:
    """The folder of unchanging corpora, and the one for tables and everything else."""

    corpora: Path
    scratch: Path

    def corpus(self, notation: Notation, documents: int, faults: float = 0.0) -> Corpus:
        """Return a corpus that several runs share."""
        name = f"{notation}-{documents}{f'-faults-{faults}' if faults else ''}"
        return Corpus(self.corpora / name, notation, documents, faults)

    def out(self, name: str) -> Path:
        """Return a folder for tables in a folder of its own, where builds leave their lock and cache."""
        return self.scratch / name / "dataset"


@dataclass(frozen=True)
class Corpus:
    """A seeds folder, written when it is first needed."""

    seeds: Path
    notation: Notation
    documents: int
    faults: float = 0.0

    def make(self) -> None:
        """Write the corpus, unless it exists."""
        if not self.seeds.exists():
            unfinished = self.seeds.with_name(f"{self.seeds.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            recipe = Recipe(notation=self.notation, faults=self.faults)
            write(unfinished, self.documents, recipe, jobs=os.cpu_count() or 1)
            unfinished.rename(self.seeds)

    def change(self) -> None:
        """Change one value of one row: who coded the document in the middle."""
        path = self.seeds / f"documents/{Recipe().doc_id(self.documents // 2)}.{self.notation}"
        data = path.read_bytes()
        old, new = (b"Generator", b"Somebody") if b"Generator" in data else (b"Somebody", b"Generator")
        path.write_bytes(data.replace(old, new))


@dataclass(frozen=True)
class UpToDate:
    """A corpus of its own with an up-to-date dataset."""

    corpus: Corpus
    out: Path

    @property
    def command(self) -> Command:
        """The command that brings the dataset up to date."""
        return build(self.corpus, self.out)

    def prepare(self) -> None:
        """Build, long enough after the last change that the next build trusts the mtimes of files."""
        self.corpus.make()
        self.out.parent.mkdir(parents=True, exist_ok=True)
        time.sleep(TRUSTED_AGE_SECONDS)
        seconds(self.command)

    def prepare_change(self) -> None:
        """Build, and then change a document."""
        self.prepare()
        self.corpus.change()


def program(name: str, *arguments: str | Path) -> Command:
    """Return the command line of a program of this repository."""
    return [sys.executable, ROOT / name, *arguments]


def build(corpus: Corpus, out: Path, *more: str) -> Command:
    """Return the command line of a build."""
    return program("build.py", "--seeds", corpus.seeds, "--out", out, *more)


def long_runs(folders: Folders, documents: int, sample: int) -> Iterator[Run]:
    """Yield runs whose time grows with the corpus, the reference first."""
    for loader, limit in {"safe_load": sample, "CSafeLoader": 10 * sample, "json": 10 * sample}.items():
        notation: Notation = "json" if loader == "json" else "yaml"
        out = folders.out(f"script-{loader}")
        for corpus in [folders.corpus(notation, number) for number in sorted({1, min(limit, documents)})]:
            script = program("benchmarks/usual_script.py", corpus.seeds, out, "--loader", loader)
            yield Run(f"script, {loader}", corpus.documents, script, partial(start_fresh, corpus, out), notation, "1")
    for notation in NOTATIONS:
        corpus, up_to_date = folders.corpus(notation, documents), up_to_date_build(folders, notation, documents)
        for jobs in ("1", "2"):
            out = folders.out(f"limit-{jobs}")
            limit = program("benchmarks/limit.py", up_to_date.corpus.seeds, up_to_date.out, out, "--jobs", jobs)
            yield Run("limit", documents, limit, up_to_date.prepare, notation, jobs)
        for jobs in ("1", "2"):
            out = folders.out(f"build-{jobs}")
            built = build(corpus, out, "--jobs", jobs)
            yield Run("build", documents, built, partial(start_fresh, corpus, out), notation, jobs)
        faulty = folders.corpus(notation, documents, FAULTY_SHARE)
        for jobs in ("1", "2"):
            out = folders.out(f"faulty-{jobs}")
            refused = build(faulty, out, "--jobs", jobs)
            name = f"build, {FAULTY_SHARE:.0%} of documents with a fault"
            yield Run(name, documents, refused, partial(start_fresh, faulty, out), notation, jobs, status=1)


def short_runs(folders: Folders, documents: int) -> Iterator[Run]:
    """Yield runs that should take no time."""
    for notation in NOTATIONS:
        up_to_date = up_to_date_build(folders, notation, documents)
        yield Run("build, nothing changed", documents, up_to_date.command, up_to_date.prepare, notation)
        yield Run("build, one document changed", documents, up_to_date.command, up_to_date.prepare_change, notation)
    out = folders.out("one")
    for name, corpus in {
        "build of one invented document": folders.corpus("yaml", 1),
        "build of the article in seeds/": Corpus(ROOT / "seeds", "yaml", 1),
    }.items():
        yield Run(name, 1, build(corpus, out), partial(start_fresh, corpus, out), "yaml")
    yield Run("build.py --help", 0, HELP, lambda: None)


HELP = program("build.py", "--help")


def up_to_date_build(folders: Folders, notation: Notation, documents: int) -> UpToDate:
    """Return a corpus with the dataset of an earlier build."""
    folder = folders.scratch / f"up-to-date-{notation}-{documents}"
    return UpToDate(Corpus(folder / "seeds", notation, documents), folder / "dataset")


def start_fresh(corpus: Corpus, out: Path) -> None:
    """Write a corpus if it is missing, and remove what earlier builds left."""
    corpus.make()
    shutil.rmtree(out.parent, ignore_errors=True)
    out.parent.mkdir(parents=True)


# ── Measuring ─────────────────────────────────────────────────────────────────────────────────────


def measure(runs: Sequence[Run], rounds: int) -> list[Measured]:
    """Return the time of each run in so many rounds, and its memory in one more, as sampling takes time."""
    found = [Measured() for _ in runs]
    for turn in range(rounds + 1):
        for number, (run, result) in enumerate(zip(runs, found, strict=True), start=1):
            show(f"round {turn + 1} of {rounds + 1}, {number} of {len(runs)}: {run.name}, {run.documents:,} documents")
            run.before()
            if turn < rounds:
                result.seconds = min(result.seconds, seconds(run.command, run.status))
            else:
                result.peak = measure_memory(run.command, run.status).peak
    show("")
    return found


def seconds(command: Command, status: int = 0) -> float:
    """Return how many seconds a command takes; exit if it ends with another status."""
    start = time.perf_counter()
    run(command, status)
    return time.perf_counter() - start


def run(command: Command, status: int = 0) -> None:
    """Run a command; exit if it ends with another status."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    if done.returncode != status:
        sys.exit(f"{' '.join(map(str, command))}\nfailed:\n{(done.stdout + done.stderr)[-2000:]}")


def measure_memory(command: Command, status: int = 0) -> Measured:
    """Return how long a command takes, and the peak memory of it and its children together.

    Pages that several of them share count once (PSS) or, if the system does not report that, once for each (RSS).
    """
    result = Measured(0)
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            result.peak = max(result.peak, sum(map(memory_of, process_tree(process.pid))))
            time.sleep(MEMORY_SAMPLE_SECONDS)
    result.seconds = time.perf_counter() - start
    if process.returncode != status:
        sys.exit(f"{' '.join(map(str, command))}\nfailed")
    return result


def process_tree(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants; none if it has ended."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def memory_of(process: psutil.Process) -> int:
    """Return the memory of a process in bytes."""
    try:
        info = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(info, "pss", 0) or info.rss)


# ── Reporting ───────────────────────────────────────────────────────────────────────────────────────


def compare(folders: Folders, documents: int, sample: int, rounds: int, only: str) -> str:
    """Return two tables: runs whose time grows with the corpus, relative to the slowest script, and short ones."""
    long = [run for run in long_runs(folders, documents, sample) if only in run.name]
    short = [run for run in short_runs(folders, documents) if only in run.name]
    results = measure([*long, *short], rounds)
    lines = [f"{documents:,} documents; best of {rounds} rounds; memory: {memory_definition()}.", ""]
    if long:
        taken = extrapolate(long, results, documents)
        reference = taken.get((REFERENCE, "yaml", "1"))
        lines += [
            "| | notation | jobs | documents/s | × safe_load | seconds | peak memory |",
            "|---|---|--:|--:|--:|--:|--:|",
        ]
        for (name, notation, jobs), (took, peak, sample_size) in taken.items():
            ratio = f"{reference[0] / took:.1f}" if reference else ""
            time_note, memory_note = (
                f" ({word} {sample_size:,})" if sample_size < documents else "" for word in ("extrapolated from", "at")
            )
            lines.append(
                f"| {name} | {notation} | {jobs} | {documents / took:,.0f} | {ratio} | {took:.2f}{time_note} |"
                f" {megabytes(peak)}{memory_note} |"
            )
        lines.append("")
    if short:
        lines += ["| | notation | documents | seconds | peak memory |", "|---|---|--:|--:|--:|"]
        for run, result in zip(short, results[len(long) :], strict=True):
            lines.append(
                f"| {run.name} | {run.notation} | {f'{run.documents:,}' if run.documents else ''} |"
                f" {result.seconds:.3f} | {megabytes(result.peak)} |"
            )
    return "\n".join(lines).rstrip()


def extrapolate(
    runs: Sequence[Run], results: Sequence[Measured], documents: int
) -> Mapping[tuple[str, str, str], tuple[float, int, int]]:
    """Return the seconds for all documents, and peak memory and size of the largest run, by name, notation and jobs.

    The seconds of a run over fewer documents are extrapolated from those of each document but the first.
    """
    found: dict[tuple[str, str, str], tuple[float, int, int]] = {}
    for run, result in zip(runs, results, strict=False):
        name = (run.name, run.notation, run.jobs)
        took = result.seconds
        if name in found and run.documents < documents:
            took += (result.seconds - found[name][0]) / (run.documents - 1) * (documents - run.documents)
        found[name] = (took, result.peak, run.documents)
    return found


def curve(folders: Folders, notation: Notation, sizes: Sequence[int]) -> str:
    """Return a table of time and memory of builds as a corpus grows."""
    lines = [
        f"{notation}; one run each, with memory sampled: {memory_definition()}.",
        "",
        "| documents | MB in | MB out | build, seconds | documents/s | peak memory | nothing changed | one changed |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for documents in sizes:
        up_to_date = up_to_date_build(folders, notation, documents)
        show(f"{documents:,} documents")
        up_to_date.corpus.make()
        time.sleep(TRUSTED_AGE_SECONDS)
        built = measure_memory(up_to_date.command)
        unchanged = seconds(up_to_date.command)
        up_to_date.prepare_change()
        changed = seconds(up_to_date.command)
        megabytes_in_and_out = (
            megabytes(size(folder)).partition(" ")[0] for folder in (up_to_date.corpus.seeds, up_to_date.out)
        )
        lines.append(
            f"| {documents:,} | {' | '.join(megabytes_in_and_out)} | {built.seconds:.2f} |"
            f" {documents / built.seconds:,.0f} |"
            f" {megabytes(built.peak)} | {unchanged:.2f} | {changed:.2f} |"
        )
        shutil.rmtree(up_to_date.out.parent)
    show("")
    return "\n".join(lines)


def size(folder: Path) -> int:
    """Return the size of the files below a folder in bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def megabytes(number: int) -> str:
    """Return a number of bytes as text, in megabytes."""
    return f"{number / 1e6:,.{0 if number >= 1e7 else 2}f} MB"


def memory_definition() -> str:
    """Return how memory is counted on this system."""
    pss = hasattr(psutil.Process().memory_full_info(), "pss")
    what = "PSS: shared pages count once" if pss else "RSS: shared pages count in each"
    return f"the most that all processes of a run hold at once ({what})"


def show(line: str) -> None:
    """Show progress on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def machine() -> str:
    """Describe the machine and the libraries."""
    cpu = platform.processor() or platform.machine()
    if (cpuinfo := Path("/proc/cpuinfo")).exists() and (
        found := re.search(r"model name\s*: (.*)", cpuinfo.read_text("utf-8"))
    ):
        cpu = found[1]
    pattern = r"([\w.-]+)(?!.*extra == \W(?!build|validate))"  # all that building needs
    needed = {found[0] for each in requires("stancebook") or () if (found := re.match(pattern, each))} - {"stancebook"}
    libraries = ", ".join(f"{name} {version(name)}" for name in sorted(needed))
    return (
        f"{os.cpu_count()} cores ({cpu}), {psutil.virtual_memory().total / 2**30:.0f} GiB of memory,"
        f" {platform.system()}, Python {platform.python_version()}; {libraries}."
    )


if __name__ == "__main__":
    main()
