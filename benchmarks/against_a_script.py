"""How long a build takes, as a ratio to what a usual script takes for less.

The script reads the same annotations with PyYAML's safe loader, finds each quote with `str.find`, makes frames of
text, has Pandera look at their columns and writes Parquet. It knows no lines, finds no second place of a quote,
follows no reference, converts no type and checks no rule. Both run in this process, turn and turn about; only the
ratio of their best times means anything, for machines differ.
"""

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from schemas import CONTRACT  # noqa: E402
from stancebook.build import build  # noqa: E402
from stancebook.dataset import render  # noqa: E402


def main() -> None:
    """Print the ratio for one corpus of copies of the committed document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=30, help="copies of the committed document (default: 30)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the best counts (default: 3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seeds = corpus(Path(folder), options.documents)
        ours, theirs = [], []
        for _ in range(options.runs):
            ours.append(timed(lambda: render(build(CONTRACT, seeds))))
            theirs.append(timed(lambda: script(seeds)))
    print(f"{options.documents} documents, best of {options.runs} runs")
    print(f"build   {min(ours) / options.documents * 1000:7.1f} ms a document")
    print(f"script  {min(theirs) / options.documents * 1000:7.1f} ms a document")
    print(f"ratio   {min(theirs) / min(ours):7.1f} ×")


def corpus(folder: Path, documents: int) -> Path:
    """Return a seeds folder of so many copies of the committed document, each with a line more: none is another's."""
    seeds = folder / "seeds"
    shutil.copytree(ROOT / "seeds/codebook", seeds / "codebook")
    (seeds / "documents").mkdir()
    [text] = (ROOT / "seeds/documents").glob("*.txt")
    annotations = re.sub(r"^  text_sha256: .*\n", "", text.with_suffix(".yaml").read_text("utf-8"), flags=re.MULTILINE)
    for number in range(documents):
        copy = seeds / "documents" / f"copy-{number:05}.txt"
        copy.write_bytes(text.read_bytes() + f"\nCopy {number}.\n".encode())
        copy.with_suffix(".yaml").write_text(annotations, encoding="utf-8")
    return seeds


def script(seeds: Path) -> None:
    """Do what a usual script does."""
    rows: dict[str, list[dict[str, object]]] = {"mentions": [], "statements": [], "events": [], "demands": []}
    for path in sorted((seeds / "documents").glob("*.yaml")):
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        annotations = yaml.safe_load(path.read_text(encoding="utf-8"))
        for table, found in rows.items():
            for record in annotations[table]:
                start = text.find(record["quote"])
                found.append({**record, "char_start": start, "char_end": start + len(record["quote"])})
    for table, found in rows.items():
        frame = pd.DataFrame(found).astype("str")
        schema = pa.DataFrameSchema({name: pa.Column(str, nullable=True) for name in frame})
        schema.validate(frame, lazy=True).to_parquet(seeds / f"{table}.parquet")


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
