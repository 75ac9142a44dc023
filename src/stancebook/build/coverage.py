"""Coverage: how much of each text the quotes of a build touch, and which passages no quote touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from stancebook.build.pipeline import Build
from stancebook.build.sentence_table import split_documents
from stancebook.problems import pluralize
from stancebook.schema.remarks import NOTHING_HERE
from stancebook.sources.positions import line_and_column

MIN_PASSAGE_WORDS = 3  # fewer untouched words between two quotes are not worth a look

Interval = tuple[int, int]


@dataclass(frozen=True)
class Coverage:
    """The coverage of the texts of a build.

    Attributes:
        shares: One row per document and table, and one per document for all tables together (`table` is null), with the
            columns `doc_id`, `table`, `quotes` (their number), `sentences` and `characters` (the touched shares, from 0
            to 1; white space is ignored). Before the last, one for the passages that hold nothing to code, if any.
        untouched: One row per passage that no quote touches, and that is not said to hold nothing to code, with the
            columns `doc_id`, `line` and `column` (from 1), `char_start` and `char_end` (code points), `whole` (True for
            a complete sentence, False for a part), and `passage`.
    """

    shares: pd.DataFrame
    untouched: pd.DataFrame


def coverage(build: Build, tables: Sequence[str] = ()) -> Coverage:
    """Measure how much of each text the quotes of some tables touch.

    Headings, captions and navigation count like any other sentence.

    Args:
        build: A build without errors.
        tables: The names of annotation tables; all of them by default.
    """
    names = list(tables) or [spec.name for spec in build.contract.tables_of_kind("annotation")]
    documents = build.frames[build.contract.document.name]
    texts = {files.doc_id: files.text.text if files.text else "" for files in build.corpus.documents}
    split = split_documents(documents, texts.__getitem__)
    shares, untouched = [], []
    for doc_id, text in texts.items():
        sentences = [(sentence.start, sentence.end) for sentence in split[doc_id]]
        spans: dict[str | None, list[Interval]] = {name: _spans(build.frames[name], doc_id) for name in names}
        coded = [span for name in names for span in spans[name]]
        read = _spans(build.remarks[NOTHING_HERE.name], doc_id)
        spans |= {NOTHING_HERE.name: read} if read else {}
        spans[None] = coded
        shares += [{"doc_id": doc_id, "table": name, **_shares(text, sentences, spans[name])} for name in spans]
        untouched += [{"doc_id": doc_id, **row} for row in _untouched(text, sentences, _merged([*coded, *read]))]
    columns = ["doc_id", "line", "column", "char_start", "char_end", "whole", "passage"]
    return Coverage(pd.DataFrame(shares), pd.DataFrame(untouched, columns=columns))


def report(coverage: Coverage) -> str:
    """Return the coverage as text for people: a table of shares, then the untouched passages by line."""
    shares = coverage.shares.assign(table=coverage.shares["table"].fillna("any of these"))
    lines = []
    for doc_id, rows in shares.groupby("doc_id", sort=False):
        lines += [f"{doc_id}", f"  {'':<14}{'quotes':>7}{'sentences':>11}{'characters':>12}"]
        for row in rows.itertuples():
            lines.append(f"  {row.table:<14}{row.quotes:>7}{row.sentences:>11.0%}{row.characters:>12.0%}")
        rest = coverage.untouched[coverage.untouched["doc_id"] == doc_id]
        lines += ["", f"  {pluralize(len(rest), 'untouched passage')}" if len(rest) else "  no untouched passage"]
        for row in rest.itertuples():
            mark = "sentence" if row.whole else "part"
            lines.append(f"  {row.line:>5}:{row.column:<5} {mark:<9} {' '.join(str(row.passage).split())}")
        lines.append("")
    return "\n".join(lines).rstrip()


def untouched_passages(
    text: str, sentences: Sequence[Interval], spans: Iterable[Interval]
) -> list[dict[str, int | bool | str]]:
    """Return the passages of one text that no span touches, as the rows of `Coverage.untouched` without the document.

    Args:
        text: The text.
        sentences: Its sentences.
        spans: The passages of its rows.
    """
    return list(_untouched(text, sentences, _merged(spans)))


def _spans(frame: pd.DataFrame, doc_id: str) -> list[Interval]:
    rows = frame[frame["doc_id"] == doc_id]
    return list(zip(rows["char_start"].tolist(), rows["char_end"].tolist(), strict=True))


def _shares(text: str, sentences: Sequence[Interval], spans: Sequence[Interval]) -> dict[str, float]:
    merged = _merged(spans)
    touched = sum(any(start < span[1] and span[0] < end for span in merged) for start, end in sentences)
    characters = sum(_visible(text, *span) for span in merged)
    return {
        "quotes": len(spans),
        "sentences": touched / max(len(sentences), 1),
        "characters": characters / max(_visible(text, 0, len(text)), 1),
    }


def _visible(text: str, start: int, end: int) -> int:
    return len("".join(text[start:end].split()))


def _merged(spans: Iterable[Interval]) -> list[Interval]:
    """Return spans as sorted, disjoint intervals."""
    merged: list[Interval] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _untouched(
    text: str, sentences: Sequence[Interval], touched: Sequence[Interval]
) -> Iterator[dict[str, int | bool | str]]:
    for sentence in sentences:
        for gap in _gaps(sentence, touched):
            trimmed = _without_marks(text, *gap)
            whole = gap == sentence
            if trimmed and (whole or len(text[slice(*trimmed)].split()) >= MIN_PASSAGE_WORDS):
                start, end = sentence if whole else trimmed
                line, column = line_and_column(text, start)
                yield {
                    "line": line,
                    "column": column,
                    "char_start": start,
                    "char_end": end,
                    "whole": whole,
                    "passage": text[start:end],
                }


def _gaps(sentence: Interval, touched: Sequence[Interval]) -> Iterator[Interval]:
    """Yield the parts of a sentence between the touched intervals."""
    gap_start, end = sentence
    for start, stop in touched:
        if stop > gap_start and start < end:
            if start > gap_start:
                yield gap_start, start
            gap_start = stop
    if gap_start < end:
        yield gap_start, end


def _without_marks(text: str, start: int, end: int) -> Interval | None:
    """Return a span without marks and white space at its ends; None if nothing is left."""
    inner = re.fullmatch(r"\W*(.*?)\W*", text[start:end], re.DOTALL)
    if inner is None or not inner[1]:
        return None
    return start + inner.start(1), start + inner.end(1)
