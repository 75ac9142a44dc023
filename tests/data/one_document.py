"""The tables of one document, as if it were the only one in the dataset."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

import stancebook
from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from tests.dataset_files import written

SEEDS = Path(__file__).parents[2] / "seeds"


def document_of_module(name: str) -> str:
    """Return the document in `seeds/` that a module `test_<doc_id>` is named after, with `_` for each `-` and `/`."""
    root = SEEDS / "documents"
    documents = [path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.txt")]
    module = name.rpartition(".test_")[2]
    [document] = [document for document in documents if re.sub("[-/]", "_", document) == module]
    return document


def load_document(doc_id: str, folder: Path) -> dict[str, pd.DataFrame]:
    """Build one document with the codebook; load its tables and the codebook entries that they refer to."""
    shutil.copytree(SEEDS / "codebook", folder / "seeds/codebook")
    target = (folder / "seeds/documents" / doc_id).parent
    target.mkdir(parents=True)
    for path in (SEEDS / "documents").glob(f"{doc_id}.*"):
        shutil.copy(path, target)
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


def quoting(rows: pd.DataFrame, words: str) -> pd.DataFrame:
    """Return the rows whose passage contains these words."""
    return rows[rows["quote"].str.contains(words, regex=False)]


def days(rows: pd.DataFrame) -> set[tuple[str, ...]]:
    """Return the first and last day of each row."""
    dates = rows[["date_start", "date_end"]].apply(lambda column: column.dt.strftime("%Y-%m-%d").fillna("open"))
    return set(dates.itertuples(index=False, name=None))
