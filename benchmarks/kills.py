"""What whole builds leave behind that are killed at random instants, and what the next build makes of it.

Two seeds take turns, so that every build has something to publish. About half of the builds are killed at any instant
of their lives, the others at any instant while they publish. Whatever is left must load as the old
dataset or as the new one, or be refused with the way out; and the next build, undisturbed, must then give exactly its
own dataset, and leave nothing else behind but its lock and its memo. With --chunk, both corpora are cut into chunks of
so many documents: tables are folders of parts, and those of documents in both are taken over.
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
from stancebook.parallel import chunking as cut  # noqa: E402

_MOST = cut.MOST
# build.py, its corpus cut into chunks of other sizes.
_BUILD = """
import runpy, sys
from stancebook.parallel import chunking as cut
cut.FEWEST, cut.MOST, root, sys.argv[1:] = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
sys.argv[0] = f"{root}/build.py"
sys.path[0] = root
runpy.run_path(sys.argv[0], run_name="__main__")
"""
AIMS = ("at any instant", "while it publishes")
OUTCOMES = ("old", "new", "refused, then completed")
Files = dict[str, bytes]


def main() -> int:
    """Kill builds, print what they left; return 1 where that was anything else than it must be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200, help="builds to kill (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="what the instants are drawn from (default: 1)")
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds", help="folder to build (default: seeds)")
    parser.add_argument("--chunk", type=int, help="documents in a chunk (default: as in every build)")
    options = parser.parse_args()
    if options.chunk:
        cut.FEWEST = cut.MOST = options.chunk
    with tempfile.TemporaryDirectory() as folder:
        found = Counter(killed(Path(folder), options.seeds, options.kills, random.Random(options.seed)))  # noqa: S311
    print(f"{'killed':20}" + "".join(f"{outcome:>26}" for outcome in OUTCOMES))
    for aim in AIMS:
        print(f"{aim:20}" + "".join(f"{found[aim, outcome]:26}" for outcome in OUTCOMES))
    wrong = {what: number for what, number in found.items() if what[1] not in OUTCOMES}
    for (aim, outcome), number in wrong.items():
        print(f"{aim}: {outcome} ({number} times)")
    return 1 if wrong else 0


def killed(folder: Path, seeds: Path, kills: int, draw: random.Random) -> Iterator[tuple[str, str]]:
    """Yield, for so many killed builds, when they were killed and what they left."""
    out = folder / "dataset"
    once = seeds if cut.MOST == _MOST else longer(seeds, folder / "longer")
    sources = [once, longer(once, folder / "longest")]
    datasets, lives, publishings = zip(*(undisturbed(source, out) for source in sources), strict=True)
    for turn in cycle(range(2)):  # the second stands now
        aim = draw.choice(AIMS)
        killed_one = kill(sources[turn], out, aim, draw.uniform(0, max(lives if aim == AIMS[0] else publishings)))
        if killed_one is not None:
            kills -= 1
            left = outcome(out, old=datasets[1 - turn], new=datasets[turn])
            left = left if left not in OUTCOMES else mended(sources[turn], out, datasets[turn], left)
            yield aim, left if all_ended(killed_one) else f"{left}; processes of it went on"
        if not kills:
            return


def longer(seeds: Path, folder: Path) -> Path:
    """Return a copy of the seeds with each document a second time, its text a line longer and not pinned."""
    shutil.copytree(seeds, folder)
    for path in sorted((folder / "documents").iterdir()):
        again = re.sub(rb"^ +text_sha256: .*\n", b"", path.read_bytes(), flags=re.MULTILINE)
        path.with_name(f"{path.stem}-{folder.name}{path.suffix}").write_bytes(again + f"\n# {folder.name}\n".encode())
    return folder


def command(seeds: Path, out: Path) -> list[str]:
    """Return the command line of a build."""
    return [sys.executable, "-c", _BUILD, str(cut.FEWEST), str(cut.MOST), str(ROOT), *arguments(seeds, out)]


def arguments(seeds: Path, out: Path) -> list[str]:
    """Return what a build is told."""
    return ["--seeds", str(seeds), "--out", str(out)]


def undisturbed(seeds: Path, out: Path) -> tuple[Files, float, float]:
    """Build; return the files of the dataset, how many seconds that took, and how many of them went into publishing."""
    start = time.perf_counter()
    with subprocess.Popen(command(seeds, out), stdout=subprocess.PIPE) as process:
        wait_for_first_file(process, out)
        first = time.perf_counter()
        last = next((time.perf_counter() for line in process.stdout or () if line.startswith(b"wrote")), first)
    if process.returncode:
        sys.exit("a build that nobody disturbed failed")
    return held(out), time.perf_counter() - start, last - first


def wait_for_first_file(process: subprocess.Popen[bytes], out: Path) -> None:
    """Wait until a build writes its first file, or ends."""
    while process.poll() is None and not list(out.parent.glob(f".{out.name}.new-*")):
        time.sleep(0.0002)


def kill(seeds: Path, out: Path, aim: str, delay: float) -> int | None:
    """Start a build and kill it so many seconds on; return the id of its session, None where it had ended by itself."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command(seeds, out), start_new_session=True, **silent) as process:
        if aim == AIMS[1]:
            wait_for_first_file(process, out)
        time.sleep(delay)
        process.kill()
    return process.pid if process.returncode < 0 else None


def all_ended(session: int) -> bool:
    """Return whether all processes of a killed build end by themselves; end them where they do not."""
    try:
        for _ in range(100):
            os.killpg(session, 0)
            time.sleep(0.1)
        os.killpg(session, signal.SIGKILL)
    except ProcessLookupError:
        return True
    return False


def outcome(out: Path, old: Files, new: Files) -> str:
    """Say what a killed build left."""
    files = held(out)
    try:
        frames = load(path=out)
    except DatasetError as refusal:
        return OUTCOMES[2] if "run build.py" in str(refusal) and not files else f"refused: {refusal}"
    name = next((name for name, whole in zip(OUTCOMES, (old, new), strict=False) if files == whole), "mixed")
    return name if set(frames) == set(CONTRACT.tables) else f"{name}, not all tables"


def mended(seeds: Path, out: Path, expected: Files, left: str) -> str:
    """Build to the end; return what was left before if that gave what it must, or what it gave instead."""
    with redirect_stdout(io.StringIO()) as told:
        status = build(lambda: CONTRACT, ROOT, [*arguments(seeds, out), "--jobs", "1"])
    if status:
        return f"{left}; the next build failed: {told.getvalue()}"
    if held(out) != expected:
        return f"{left}; the next build gave another dataset"
    beside = sorted(path.name for path in out.parent.iterdir() if path.name.startswith("."))
    return left if beside == [f".{out.name}.lock", f".{out.name}.memo"] else f"{left}; left over: {beside}"


def held(folder: Path) -> Files:
    """Return the files of a folder and of the folders in it, none where there is no folder."""
    return {name: path.read_bytes() for name, path in files_in(folder).items()} if folder.is_dir() else {}


if __name__ == "__main__":
    sys.exit(main())
