"""A simple script with YAML, pandas and Pandera that gives the same coded tables, for comparison.

It gives the tables that a build gives, column for column and type for type: references in full, offsets in code points,
digests, defaults, the days that an EDTF expression covers, and sentences, which it splits by the function that a build
uses. It checks that keys are unique and references exist, and validates every frame once with Pandera. It has no
derived table, no rules, no metadata, no positions of mistakes and no check for a second occurrence of a quote; the
message of a mistake is that of the library that fails.

The comparison is fair: texts are searched with `str.find` first, each distinct date is parsed once, rows go into one
frame a table, and nothing is checked document by document.
"""

import argparse
import datetime as dt
import hashlib
import json
import re
import sys
from calendar import monthrange
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from pandera.pandas import Check, Column, DataFrameSchema

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from schemas import vocabularies  # noqa: E402
from schemas.plover import EVENT_CODES  # noqa: E402
from stancebook.sources.sentences import place_of, split_sentences  # noqa: E402

LOADERS: Mapping[str, Callable[[str], Any]] = {
    "safe_load": yaml.safe_load,
    "CSafeLoader": partial(yaml.load, Loader=yaml.CSafeLoader),
    "json": json.loads,
}

# Table → its columns and what they hold: the name of a vocabulary, of the table referred to, or a type. A question
# mark: may be empty.
PASSAGE = {
    "paragraph": "integer",
    "sentence": "integer",
    "confidence": "CONFIDENCE",
    "note": "text?",
    "doc_id": "documents",
    "quote": "text",
    "char_start": "integer",
    "char_end": "integer",
}
DATED = {"date_text": "text?", "date_edtf": "text?", "date_start": "date?", "date_end": "date?", **PASSAGE}
TABLES: Mapping[str, Mapping[str, str]] = {
    "actors": {
        "actor_id": "text",
        "name": "text",
        "actor_type": "ACTOR_TYPE",
        "parent_id": "actors?",
        "principal_id": "actors",
        "iso3": "text?",
        "wikidata_id": "text?",
        "description": "text",
    },
    "issues": {
        "issue_id": "text",
        "label": "text",
        "topic": "TOPIC",
        "proposition": "text",
        "softer": "SOFTER",
        "note": "text?",
    },
    "issue_relations": {"issue_id": "issues", "relation": "ISSUE_RELATION", "other_issue_id": "issues"},
    "formats": {
        "format_id": "text",
        "label": "text",
        "mode": "MODE",
        "level": "LEVEL",
        "n_named_parties": "integer",
        "configuration": "CONFIGURATION",
        "mediated": "MEDIATED",
    },
    "format_participants": {"format_id": "formats", "actor_id": "actors", "role": "FORMAT_ROLE"},
    "documents": {
        "doc_id": "text",
        "title": "text",
        "publisher": "text",
        "first_publisher": "text?",
        "author": "text?",
        "published": "date",
        "url": "text",
        "rights": "text",
        "coder": "text",
        "text_sha256": "text",
        "language": "text",
        "n_chars": "integer",
    },
    "sentences": {
        "doc_id": "documents",
        "sentence": "integer",
        "paragraph": "integer",
        "heading": "text?",
        "char_start": "integer",
        "char_end": "integer",
    },
    "mentions": {"mention_id": "text", "actor_id": "actors", "role_title": "text?", **PASSAGE},
    "statements": {
        "statement_id": "text",
        "speaker_id": "actors",
        "holder_id": "actors",
        "addressee_id": "actors?",
        "issue_id": "issues?",
        "format_id": "formats?",
        "stance": "STANCE?",
        "condition": "text?",
        "asserted_change": "ASSERTED_CHANGE?",
        "attribution": "ATTRIBUTION",
        "source": "SOURCE",
        "act": "ACT",
        "quoted_words": "text?",
        "responds_to_id": "statements?",
        "contradicts_id": "statements?",
        "summary": "text",
        "date_basis": "DATE_BASIS?",
        **DATED,
    },
    "events": {
        "event_id": "text",
        "event_type": "EVENT_TYPE",
        "title": "text",
        "status": "EVENT_STATUS",
        "certainty": "CERTAINTY",
        "format_id": "formats?",
        "part_of_id": "events?",
        "place": "text?",
        "iso3": "text?",
        "plover_type": "PLOVER_TYPE?",
        "plover_mode": "PLOVER_MODE?",
        "plover_quad": "PLOVER_QUAD?",
        "date_basis": "DATE_BASIS?",
        **DATED,
    },
    "event_participants": {"event_id": "events", "actor_id": "actors", "role": "EVENT_ROLE"},
    "event_relations": {"event_id": "events", "relation": "EVENT_RELATION", "other_event_id": "events"},
    "demands": {
        "demand_id": "text",
        "demander_id": "actors",
        "addressee_id": "actors?",
        "issue_id": "issues",
        "format_id": "formats?",
        "move": "MOVE",
        "content": "text",
        "flexibility": "FLEXIBILITY?",
        "status": "DEMAND_STATUS",
        "basis": "BASIS",
        "condition": "text?",
        "deadline_edtf": "text?",
        "statement_id": "statements?",
        "supersedes_id": "demands?",
        "date_basis": "DATE_BASIS?",
        **DATED,
    },
}
# Table of lists in records → the records, and their key that has the list.
NESTED = {
    "issue_relations": ("issues", "relations"),
    "format_participants": ("formats", "participants"),
    "event_participants": ("events", "participants"),
    "event_relations": ("events", "relations"),
}
COMPUTED = ("principal_id", "n_named_parties", "plover_quad", "date_basis")
GROUNDED = ("mentions", "statements", "events", "demands")
VERBATIM = ("date_text", "quoted_words")
DTYPES: Mapping[str, Any] = {"integer": "int64", "date": "datetime64[s]"}
ARROW_TYPES = {"integer": pa.int64(), "date": pa.date32()}

Row = dict[str, Any]


def main() -> None:
    """Build tables from seeds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("seeds", type=Path, help="folder to read")
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument("--loader", choices=LOADERS, default="safe_load", help="what reads the annotations")
    options = parser.parse_args()
    run(options.seeds, options.out, options.loader)


def run(seeds: Path, out: Path, loader: str) -> None:
    """Read seeds, check them as far as a script would, write one Parquet file a table."""
    rows = read(seeds, LOADERS[loader], "json" if loader == "json" else "yaml")
    frames = {table: frame_of(table, rows[table]) for table in TABLES}
    compute(frames)
    check(frames)
    out.mkdir(parents=True, exist_ok=True)
    for table, frame in frames.items():
        fields = [(name, ARROW_TYPES.get(kind.rstrip("?"), pa.string())) for name, kind in TABLES[table].items()]
        written = pa.Table.from_pandas(frame, schema=pa.schema(fields), preserve_index=False)
        pq.write_table(written, out / f"{table}.parquet", compression="zstd")


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────


def read(seeds: Path, load: Callable[[str], Any], ending: str) -> dict[str, list[Row]]:
    """Return the rows of all tables."""
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    for path in sorted((seeds / "codebook").glob("*.yaml")):
        for table, records in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader).items():
            for record in records:
                rows[table].append(plain(record))
                read_nested(table, record, record[next(iter(TABLES[table]))], rows)
    documents = seeds / "documents"
    for path in sorted(documents.rglob(f"*.{ending}")):
        read_document(path, path.relative_to(documents).with_suffix("").as_posix(), load, rows)
    return rows


def read_document(path: Path, doc_id: str, load: Callable[[str], Any], rows: dict[str, list[Row]]) -> None:
    """Add the rows of one document."""
    annotations = load(path.read_text(encoding="utf-8"))
    data = path.with_suffix(".txt").read_bytes()
    text = data.decode("utf-8")
    document = plain(annotations["document"])
    digest = hashlib.sha256(data).hexdigest()
    if document.get("text_sha256", digest) != digest:
        sys.exit(f"{path}: the text has changed")
    published = dt.date.fromisoformat(document["published"])
    facts = {"doc_id": doc_id, "published": published, "text_sha256": digest, "n_chars": len(text)}
    rows["documents"].append({**document, **facts})
    sentences = split_sentences(text, document["language"])
    for number, (start, end, paragraph, heading) in enumerate(sentences, start=1):
        place = {"paragraph": paragraph, "heading": heading, "char_start": start, "char_end": end}
        rows["sentences"].append({"doc_id": doc_id, "sentence": number, **place})
    for table in GROUNDED:
        for record in annotations.get(table) or ():
            row = grounded(table, plain(record), doc_id, text)
            row["paragraph"], row["sentence"] = place_of(row["char_start"], sentences)
            rows[table].append(row)
            read_nested(table, record, row[next(iter(TABLES[table]))], rows, doc_id)


def read_nested(table: str, record: Row, key: str, rows: dict[str, list[Row]], doc_id: str = "") -> None:
    """Add the rows of the lists in a record."""
    for nested, (parent, section) in NESTED.items():
        if parent == table:
            columns = TABLES[nested]
            for each in record.get(section) or ():
                rows[nested].append({next(iter(columns)): key, **in_full(plain(each), columns, doc_id)})


def in_full(row: Row, columns: Mapping[str, str], doc_id: str) -> Row:
    """Return a row whose references to records of its own document name the document too."""
    own = {name for name, kind in columns.items() if kind.rstrip("?") in GROUNDED}
    return {name: f"{doc_id}#{value}" if name in own and "#" not in value else value for name, value in row.items()}


def plain(record: Row) -> Row:
    """Return a record's values as text; lists and what is empty left out."""
    return {
        name: str(value).strip() for name, value in record.items() if value is not None and not isinstance(value, list)
    }


def grounded(table: str, row: Row, doc_id: str, text: str) -> Row:
    """Return a row with its key, its references in full, its passage and its dates."""
    columns = TABLES[table]
    row = {next(iter(columns)): f"{doc_id}#{row.pop('id')}", **in_full(row, columns, doc_id)}
    start, end = find(text, row["quote"], row.pop("prefix", ""), row.pop("suffix", ""))
    row.update(doc_id=doc_id, quote=text[start:end], char_start=start, char_end=end)
    for name in VERBATIM:
        if name in row:
            row[name] = text[slice(*find(text, row[name]))]
    if "date_edtf" in row:
        row["date_start"], row["date_end"] = bounds(row["date_edtf"])
    if table == "statements":
        row.setdefault("holder_id", row["speaker_id"])
    return row


def find(text: str, words: str, prefix: str = "", suffix: str = "") -> tuple[int, int]:
    """Return the offsets of a quote in a text: exact, or else with any white space."""
    words = " ".join(words.split())
    before, after = f"{prefix} " * bool(prefix), f" {suffix}" * bool(suffix)
    at = text.find(f"{before}{words}{after}")
    if at >= 0:
        return at + len(before), at + len(before) + len(words)
    parts = (r"\s+".join(map(re.escape, part.split())) for part in (prefix, words, suffix))
    found = re.search(r"{}\s*({})\s*{}".format(*parts), text)
    if not found:
        sys.exit(f"not found: {words}")
    return found.span(1)


@cache
def bounds(expression: str) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and the last day of an EDTF expression: a day, a month, a year, a span, an open one."""
    first, _, last = expression.partition("/")
    return day(first, 0), day(last or first, 1)


def day(written: str, end: int) -> dt.date | None:
    """Return the first (`end` 0) or the last (1) day of what is written."""
    if written == "..":
        return None
    numbers = [int(number) for number in written.rstrip("~?%").split("-")]
    year, month = numbers[0], numbers[1] if len(numbers) > 1 else (1, 12)[end]
    return dt.date(year, month, numbers[2] if len(numbers) > 2 else (1, monthrange(year, month)[1])[end])


# ── Frames ────────────────────────────────────────────────────────────────────────────────────────


def frame_of(table: str, rows: list[Row]) -> pd.DataFrame:
    """Return the rows of a table, typed and sorted."""
    frame = pd.DataFrame(rows, columns=list(TABLES[table]))
    for name, kind in TABLES[table].items():
        if name not in COMPUTED:
            frame[name] = frame[name].astype(DTYPES.get(kind.rstrip("?"), "str"))
    return frame.sort_values(key_of(table), ignore_index=True)


def key_of(table: str) -> list[str]:
    """Return the key columns of a table."""
    names = list(TABLES[table])
    return names if table in NESTED else names[: 1 + (table == "sentences")]


def compute(frames: dict[str, pd.DataFrame]) -> None:
    """Fill the computed columns."""
    actors, formats, members = frames["actors"], frames["formats"], frames["format_participants"]
    parents = actors.set_index("actor_id")["parent_id"].dropna()
    top = actors["actor_id"]
    while (above := top.map(parents)).notna().any():
        top = above.fillna(top)
    actors["principal_id"] = top.astype("str")
    parties, mediators = (
        formats["format_id"].map(members.loc[members["role"] == role, "format_id"].value_counts()).fillna(0)
        for role in ("party", "mediator")
    )
    names = {2: "bilateral", 3: "trilateral", 4: "four_way"}
    formats["n_named_parties"] = parties.astype("int64")
    formats["configuration"] = parties.map(lambda n: names.get(n, "multilateral" if n > 4 else "unspecified"))
    formats["mediated"] = (mediators > 0).map({True: "yes", False: "none_named"})
    quads = {name: code.quad for name, code in EVENT_CODES.items()}
    frames["events"]["plover_quad"] = frames["events"]["plover_type"].map(quads).astype("str")
    published = frames["documents"].set_index("doc_id")["published"]
    for table in ("statements", "events", "demands"):
        rows = frames[table]
        standing = rows["date_start"].isna() & (rows["date_end"] == rows["doc_id"].map(published))
        basis = standing.map({True: "standing", False: "inferred"}).mask(rows["date_text"].notna(), "stated")
        rows["date_basis"] = basis.where(rows["date_edtf"].notna()).astype("str")


def check(frames: dict[str, pd.DataFrame]) -> None:
    """Validate every frame against its schema, and every reference against the keys of its table."""
    for table, frame in frames.items():
        columns = {}
        for name, kind in TABLES[table].items():
            checks = Check.isin(list(getattr(vocabularies, kind.rstrip("?")))) if kind.isupper() else None
            columns[name] = Column(DTYPES.get(kind.rstrip("?"), "str"), checks, nullable=kind.endswith("?"))
        DataFrameSchema(columns, strict=True, unique=key_of(table)).validate(frame, lazy=True)
    for table, frame in frames.items():
        for name, kind in TABLES[table].items():
            if (target := kind.rstrip("?")) in frames:
                named = frame[name].dropna()
                if not (known := named.isin(frames[target][key_of(target)[0]])).all():
                    sys.exit(f"{table}.{name}: {named[~known].iloc[0]} is not among the {target}")


if __name__ == "__main__":
    main()
