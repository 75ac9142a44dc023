"""What the quotes of a build touch of its texts, and the passages that no quote touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
from sentencex import get_sentence_boundaries

from stancebook.build.pipeline import Build
from stancebook.sources.anchoring import line_and_column

# Fewer untouched words between two quotes are the glue of a sentence, not a passage to look at.
_PASSAGE_WORDS = 3

Interval = tuple[int, int]


@dataclass(frozen=True)
class Coverage:
    """Two frames.

    `shares`: one row a document and table, and one of any table (`table` empty): `doc_id`, `table`,
    `quotes` (how many), `sentences` and `characters` (the shares touched, 0 to 1, white space apart).

    `untouched`: one row a passage that no quote touches: `doc_id`, `line`, `column` (from 1),
    `char_start`, `char_end` (code points), `whole` (a whole sentence, or the rest of one), `passage`.
    """

    shares: pd.DataFrame
    untouched: pd.DataFrame


def coverage(build: Build, tables: Sequence[str] = ()) -> Coverage:
    """Return what the quotes of these tables, of all grounded ones if none is named, touch of each text.

    Headings, captions and navigation count like any other sentence: whether they carry information is
    for the coder to say.
    """
    names = list(tables) or [spec.name for spec in build.contract.tables_of_kind("annotation")]
    documents = build.frames[build.contract.document.name]
    languages = dict(zip(documents["doc_id"], documents["language"], strict=True))
    shares, untouched = [], []
    for pair in build.corpus.documents:
        text = pair.text.text if pair.text else ""
        sentences = list(_sentences(text, languages[pair.doc_id]))
        spans = {name: _spans(build.frames[name], pair.doc_id) for name in names}
        every = [span for each in spans.values() for span in each]
        for name, found in [*spans.items(), (None, every)]:
            shares.append({"doc_id": pair.doc_id, "table": name, **_shares(text, sentences, found)})
        touched = _merged(every)
        untouched += [{"doc_id": pair.doc_id, **row} for row in _untouched(text, sentences, touched)]
    columns = ["doc_id", "line", "column", "char_start", "char_end", "whole", "passage"]
    return Coverage(pd.DataFrame(shares), pd.DataFrame(untouched, columns=columns))


def report(found: Coverage) -> str:
    """Return the coverage as plain text: a table of shares, then the untouched passages by line."""
    shares = found.shares.assign(table=found.shares["table"].fillna("any of these"))
    lines = []
    for doc_id, rows in shares.groupby("doc_id", sort=False):
        lines += [f"{doc_id}", f"  {'':<14}{'quotes':>7}{'sentences':>11}{'characters':>12}"]
        for row in rows.itertuples():
            lines.append(f"  {row.table:<14}{row.quotes:>7}{row.sentences:>11.0%}{row.characters:>12.0%}")
        rest = found.untouched[found.untouched["doc_id"] == doc_id]
        lines += ["", f"  {len(rest)} untouched passages" if len(rest) else "  no untouched passage"]
        for row in rest.itertuples():
            mark = "sentence" if row.whole else "part"
            lines.append(f"  {row.line:>5}:{row.column:<5} {mark:<9} {' '.join(str(row.passage).split())}")
        lines.append("")
    return "\n".join(lines).rstrip()


def _sentences(text: str, language: str) -> Iterator[Interval]:
    """Yield the spans of a text's sentences, those that hold a word, without the white space around them."""
    for boundary in get_sentence_boundaries(language.partition("-")[0], text):
        trimmed = _trimmed(text, boundary["start_index"], boundary["end_index"])
        if trimmed and re.search(r"\w", text[slice(*trimmed)]):
            yield trimmed


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
    """Return spans as disjoint intervals in order."""
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
            trimmed = _trimmed(text, *gap, also=r"\W")
            whole = gap == sentence
            if trimmed and (whole or len(text[slice(*trimmed)].split()) >= _PASSAGE_WORDS):
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
    """Yield what is left of a sentence between the intervals that are touched."""
    at, end = sentence
    for start, stop in touched:
        if stop > at and start < end:
            if start > at:
                yield at, start
            at = stop
    if at < end:
        yield at, end


def _trimmed(text: str, start: int, end: int, also: str = r"\s") -> Interval | None:
    """Return a span without the white space, or whatever `also` matches, at its ends; None if nothing is left."""
    inner = re.fullmatch(rf"{also}*(.*?){also}*", text[start:end], re.DOTALL)
    if inner is None or not inner[1]:
        return None
    return start + inner.start(1), start + inner.end(1)
