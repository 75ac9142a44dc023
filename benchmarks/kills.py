"""Kill builds at random instants and check what they leave and what the next build makes of it.

Two corpora are built in turn, so that every build has something to publish. About half of the builds are killed at any
instant, the others at any instant of publishing. What is left must load as the old dataset or as the new one, or be
refused with a way out. The next build must then give exactly its own dataset, and leave nothing else but its lock and
its cache. With --chunk, both corpora are built in chunks of so many documents: tables are folders of parts, and those
of documents in both corpora are reused.
"""

import argparse
import io
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from schemas import CONTRACT  # noqa: E402
from stancebook import DatasetError, load  # noqa: E402
from stancebook.cli.main import main as build  # noqa: E402
from stancebook.dataset.layout import files_in  # noqa: E402
from stancebook.parallel.chunking import ChunkPolicy  # noqa: E402
from stancebook.schema.contract import Contract  # noqa: E402

AT_ANY_INSTANT, WHILE_PUBLISHING = INSTANTS = ("at any instant", "while publishing")
OLD, NEW, REFUSED = EXPECTED = ("old", "new", "refused, then completed")
Files = dict[str, bytes]


def main() -> int:
    """Kill builds and print what they left; return 1 if that was anything unexpected."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200, help="builds to kill (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random instants (default: 1)")
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds", help="folder to build (default: seeds)")
    parser.add_argument("--chunk", type=int, help="documents in a chunk (default: as in every build)")
    parser.add_argument("--build", nargs=2, metavar=("SEEDS", "OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    policy = ChunkPolicy(options.chunk, options.chunk) if options.chunk else ChunkPolicy()
    if options.build:
        return KillTest(policy).build(*options.build)
    with tempfile.TemporaryDirectory() as folder:
        random_instants = random.Random(options.seed)  # noqa: S311
        left = Counter(KillTest(policy).run(Path(folder), options.seeds, options.kills, random_instants))
    print(f"{'killed':20}" + "".join(f"{outcome:>26}" for outcome in EXPECTED))
    for instant in INSTANTS:
        print(f"{instant:20}" + "".join(f"{left[instant, outcome]:26}" for outcome in EXPECTED))
    unexpected = {key: number for key, number in left.items() if key[1] not in EXPECTED}
    for (instant, outcome), number in unexpected.items():
        print(f"{instant}: {outcome} ({number} times)")
    return 1 if unexpected else 0


def contract() -> Contract:
    """Return the contract to build."""
    return CONTRACT


class KillTest:
    """Builds in chunks of some sizes, and kills them."""

    def __init__(self, policy: ChunkPolicy) -> None:
        self.policy = policy

    def run(self, folder: Path, seeds: Path, kills: int, draw: random.Random) -> Iterator[tuple[str, str]]:
        """Yield, for each killed build, when it was killed and what it left."""
        out = folder / "dataset"
        small = seeds if self.policy == ChunkPolicy() else with_copies(seeds, folder / "longer")
        corpora = [small, with_copies(small, folder / "longest")]
        datasets, durations, publishing = zip(*(self.time_build(corpus, out) for corpus in corpora), strict=True)
        for turn in cycle(range(2)):  # the second dataset is the one that is published now
            instant = draw.choice(INSTANTS)
            longest = max(durations if instant == AT_ANY_INSTANT else publishing)
            session = self.kill_build(corpora[turn], out, instant, draw.uniform(0, longest))
            if session is not None:
                kills -= 1
                outcome = what_is_left(out, old=datasets[1 - turn], new=datasets[turn])
                if outcome in EXPECTED:
                    outcome = self.build_again(corpora[turn], out, datasets[turn], outcome)
                yield instant, outcome if session_ends(session) else f"{outcome}; its processes went on"
            if not kills:
                return

    def build(self, seeds: str, out: str, *options: str) -> int:
        """Build in this process; return the exit status."""
        arguments = ["build", "--seeds", seeds, "--out", out, *options]
        return build(arguments, root=ROOT, contract=contract, chunk_policy=self.policy)

    def command(self, seeds: Path, out: Path) -> list[str]:
        """Return the command line of a build in a process of its own."""
        chunk = [] if self.policy == ChunkPolicy() else ["--chunk", str(self.policy.max_documents)]
        return [sys.executable, __file__, *chunk, "--build", str(seeds), str(out)]

    def time_build(self, seeds: Path, out: Path) -> tuple[Files, float, float]:
        """Build undisturbed; return the dataset's files, and the seconds of the build and of its publishing."""
        start = time.perf_counter()
        with subprocess.Popen(self.command(seeds, out), stdout=subprocess.PIPE) as process:
            wait_for_staging(process, out)
            first = time.perf_counter()
            times = [time.perf_counter() for line in process.stdout or () if line.startswith(b"wrote")]  # to the end
            last = times[0] if times else first
        if process.returncode:
            sys.exit("an undisturbed build failed")
        return read_files(out), time.perf_counter() - start, last - first

    def kill_build(self, seeds: Path, out: Path, instant: str, delay: float) -> int | None:
        """Start a build and kill it after some seconds; return the id of its session, None if it had ended."""
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(self.command(seeds, out), start_new_session=True, **silent) as process:
            if instant == WHILE_PUBLISHING:
                wait_for_staging(process, out)
            time.sleep(delay)
            process.kill()
        return process.pid if process.returncode < 0 else None

    def build_again(self, seeds: Path, out: Path, expected: Files, outcome: str) -> str:
        """Build undisturbed; return `outcome` if that gave the expected dataset, or else what it gave."""
        with redirect_stdout(io.StringIO()) as output:
            status = self.build(str(seeds), str(out), "--jobs", "1")
        if status:
            return f"{outcome}; the next build failed: {output.getvalue()}"
        if read_files(out) != expected:
            return f"{outcome}; the next build gave another dataset"
        hidden = sorted(path.name for path in out.parent.iterdir() if path.name.startswith("."))
        return outcome if hidden == [f".{out.name}.cache", f".{out.name}.lock"] else f"{outcome}; left over: {hidden}"


def with_copies(seeds: Path, folder: Path) -> Path:
    """Return a copy of the seeds with each document a second time, its text a line longer and not pinned."""
    shutil.copytree(seeds, folder)
    for path in sorted((folder / "documents").iterdir()):
        again = re.sub(rb"^ +text_sha256: .*\n", b"", path.read_bytes(), flags=re.MULTILINE)
        path.with_name(f"{path.stem}-{folder.name}{path.suffix}").write_bytes(again + f"\n# {folder.name}\n".encode())
    return folder


def wait_for_staging(process: subprocess.Popen[bytes], out: Path) -> None:
    """Wait until a build creates its staging folder, or ends."""
    while process.poll() is None and not list(out.parent.glob(f".{out.name}.new-*")):
        time.sleep(0.0002)


def session_ends(session: int) -> bool:
    """Return whether all processes of a killed build end by themselves; end them if they do not."""
    try:
        for _ in range(100):
            os.killpg(session, 0)
            time.sleep(0.1)
        os.killpg(session, signal.SIGKILL)
    except ProcessLookupError:
        return True
    return False


def what_is_left(out: Path, old: Files, new: Files) -> str:
    """Return what a killed build left."""
    files = read_files(out)
    try:
        frames = load(path=out)
    except DatasetError as error:
        return REFUSED if "run build.py" in str(error) and not files else f"refused: {error}"
    outcome = OLD if files == old else NEW if files == new else "mixed"
    return outcome if set(frames) == set(CONTRACT.tables) else f"{outcome}, not all tables"


def read_files(folder: Path) -> Files:
    """Return the files of a folder and of the folders in it; none if there is no folder."""
    return {name: path.read_bytes() for name, path in files_in(folder).items()} if folder.is_dir() else {}


if __name__ == "__main__":
    sys.exit(main())
