"""The table of the sentences of all texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import pandas as pd

from stancebook.exceptions import ContractError
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import frame_from_columns
from stancebook.schema.rules import model_failures
from stancebook.schema.spec import TableSpec
from stancebook.sources.sentences import SentenceSpan, split_sentences

SentencesByDocument = Mapping[str, Sequence[SentenceSpan]]


def split_documents(documents: pd.DataFrame, read: Callable[[str], str]) -> SentencesByDocument:
    """Return the sentences of texts, by document.

    Args:
        documents: The table of documents.
        read: Returns the text of a document.
    """
    languages = zip(documents["doc_id"], documents["language"], strict=True)
    return {doc_id: split_sentences(read(doc_id), language) for doc_id, language in languages}


def sentence_tables(contract: Contract, split: Callable[[], SentencesByDocument]) -> dict[str, pd.DataFrame]:
    """Return the table of sentences by its name; nothing if the contract has none.

    Args:
        contract: The contract of the dataset.
        split: Returns the sentences of each text, by document; not called if the contract has no such table.

    Raises:
        ContractError: A check that the contract adds to the model refuses a row.
    """
    spec = contract.sentence_table
    if spec is None:
        return {}
    frame = _frame(spec, split())
    for failure in model_failures(spec, frame):
        raise ContractError(f"row {failure.row} of {spec.name!r}: {failure.message}")
    return {spec.name: frame}


def _frame(spec: TableSpec, sentences: SentencesByDocument) -> pd.DataFrame:
    spans = list(chain.from_iterable(sentences.values()))
    cells: dict[str, list[Any]] = {
        "doc_id": list(chain.from_iterable(repeat(doc_id, len(each)) for doc_id, each in sentences.items())),
        "sentence": [number for each in sentences.values() for number in range(1, len(each) + 1)],
        "paragraph": [span.paragraph for span in spans],
        "heading": [span.heading for span in spans],
        "char_start": [span.start for span in spans],
        "char_end": [span.end for span in spans],
    }
    return frame_from_columns(spec.columns, cells)
