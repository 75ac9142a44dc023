"""Measure the limit of a build: read every file of a corpus, and write tables of the size that a build of it gives.

No build with these libraries can be faster on this machine. The tables are those of an earlier build, copied batch by
batch.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pyarrow.parquet as pq

FILES_PER_TASK = 2000


def main() -> None:
    """Read and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("seeds", type=Path, help="folder to read")
    parser.add_argument("dataset", type=Path, help="dataset whose tables are written")
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    options = parser.parse_args()
    rewrite = partial(_rewrite, options.dataset, options.out)
    files = (path for path in options.dataset.rglob("*.parquet") if path.is_file())
    tables = sorted(files, key=lambda path: -path.stat().st_size)
    if options.jobs == 1:
        all(map(_read, _files(options.seeds)))
        all(map(rewrite, tables))
        return
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        for done in [pool.map(rewrite, tables), pool.map(_read, _files(options.seeds))]:
            all(done)


def _files(seeds: Path) -> Iterator[list[Path]]:
    files = sorted(path for path in seeds.rglob("*") if path.suffix)
    yield from (files[start : start + FILES_PER_TASK] for start in range(0, len(files), FILES_PER_TASK))


def _read(files: list[Path]) -> bool:
    return sum(len(path.read_bytes()) for path in files) > 0


def _rewrite(dataset: Path, out: Path, path: Path) -> bool:
    to = out / path.relative_to(dataset)
    to.parent.mkdir(parents=True, exist_ok=True)
    table = pq.ParquetFile(path)
    with pq.ParquetWriter(to, table.schema_arrow, compression="zstd") as writer:
        for batch in table.iter_batches(batch_size=100_000):
            writer.write_batch(batch)
    return True


if __name__ == "__main__":
    main()
