"""The tables of one document, as if it were the only one in the dataset."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

import stancebook
from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from tests.dataset_files import written

SEEDS = Path(__file__).parents[2] / "seeds"


def load_document(doc_id: str, folder: Path) -> dict[str, pd.DataFrame]:
    """Build one document with the codebook; load its tables and the codebook entries that they refer to."""
    shutil.copytree(SEEDS / "codebook", folder / "seeds/codebook")
    (folder / "seeds/documents").mkdir()
    for path in (SEEDS / "documents").glob(f"{doc_id}.*"):
        shutil.copy(path, folder / "seeds/documents")
    build = build_tables(CONTRACT, folder / "seeds")
    assert build.errors == []
    tables = stancebook.load(path=written(build, folder / "dataset"))
    return _without_unused_entries(tables)


def _without_unused_entries(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    used: dict[str, set[str]] = {spec.name: set() for spec in CONTRACT.tables_of_kind("codebook")}
    found = True
    while found:
        selected = {name: _select(name, frame, used) for name, frame in tables.items()}
        found = False
        for target, values in _references(selected):
            found |= not values <= used[target]
            used[target] |= values
    return {name: frame.reset_index(drop=True) for name, frame in selected.items()}


def _select(name: str, frame: pd.DataFrame, used: Mapping[str, set[str]]) -> pd.DataFrame:
    """Select the used rows of a codebook table, and the rows nested in them; other tables stay as they are."""
    spec = CONTRACT.tables[name]
    codebook_table = spec.parent if spec.parent in used else name
    if codebook_table not in used:
        return frame
    [key] = CONTRACT.tables[codebook_table].key
    return frame[frame[key].isin(used[codebook_table])]


def _references(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, set[str]]]:
    codebook = {spec.name for spec in CONTRACT.tables_of_kind("codebook")}
    for name, frame in tables.items():
        for column in CONTRACT.tables[name].columns:
            if column.target in codebook:
                yield column.target, set(frame[column.name].dropna())
