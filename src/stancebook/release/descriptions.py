"""The descriptions of a dataset whose texts' words are withheld: the complete dataset's, changed where they differ."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from stancebook.dataset.layout import CROISSANT, DATA_CARD, DATAPACKAGE, files_of, listed_table
from stancebook.dataset.package_json import signed
from stancebook.dataset.table_stats import TableStats
from stancebook.metadata.croissant import croissant_field
from stancebook.metadata.data_card import column_row, markdown_table
from stancebook.metadata.datapackage import field_descriptor
from stancebook.release.withheld import RUN, Reason, WithheldColumn
from stancebook.schema.spec import TableSpec

NOTE = "Released without the words of the texts; those who have the texts can restore the complete dataset."
_WITHHELD = """\
## What is withheld

This release is without the words of the texts. Titles, addresses and names of documents are bibliography, and are here.
Of the other cells, those of this table are empty; words are compared without case, diacritics and punctuation.

{table}

Spans are complete: `char_start` and `char_end` say where a passage is in its text, `quote_sha256` is the digest of the
passage, and `text_sha256` that of the text. The numbers of empty cells below are those of the complete dataset. Anyone
who has the texts can restore it, with the same build digest:

```sh
stancebook restore RELEASE --texts TEXTS
```

"""
_REASONS: Mapping[Reason, str] = {
    "verbatim": "all cells: they are words of the text",
    "run": f"cells with {RUN} words in a row, or more, that a text has too",
    "free text": "all cells: they are free text",
}


def write_descriptions(
    folder: Path, descriptor: Mapping[str, Any], changed: Mapping[str, TableSpec], report: Sequence[WithheldColumn]
) -> None:
    """Write data package, Croissant and data card of a dataset whose texts' words are withheld.

    Args:
        folder: The folder with its tables, and with the descriptions of the complete dataset, which are replaced.
        descriptor: The data package of the complete dataset.
        changed: The tables that differ from those of the complete dataset.
        report: What is withheld.
    """
    package = _data_package(folder, descriptor, changed)
    (folder / DATAPACKAGE).write_bytes(as_json(package))
    croissant = json.loads((folder / CROISSANT).read_bytes())
    (folder / CROISSANT).write_bytes(as_json(_croissant(croissant, package, changed)))
    card = (folder / DATA_CARD).read_text(encoding="utf-8")
    (folder / DATA_CARD).write_text(_data_card(card, changed, report), encoding="utf-8")


def _data_package(folder: Path, descriptor: Mapping[str, Any], changed: Mapping[str, TableSpec]) -> dict[str, Any]:
    resources = []
    for resource in descriptor["resources"]:
        spec = changed.get(listed_table(resource["path"]))
        resources.append(resource if spec is None else _resource(folder, resource, spec))
    return signed({**descriptor, "description": f"{descriptor['description']} {NOTE}", "resources": resources})


def _resource(folder: Path, resource: Mapping[str, Any], spec: TableSpec) -> dict[str, Any]:
    old = {field["name"]: field for field in resource["schema"]["fields"]}
    fields = [
        field_descriptor(column, spec) if column.withheld or column.name not in old else old[column.name]
        for column in spec.columns
    ]
    return with_file_facts({**resource, "schema": {**resource["schema"], "fields": fields}}, folder)


def _croissant(
    croissant: Mapping[str, Any], package: Mapping[str, Any], changed: Mapping[str, TableSpec]
) -> dict[str, Any]:
    sets = [
        {**each, "field": [*_croissant_fields(each, changed[each["@id"]])]} if each["@id"] in changed else each
        for each in croissant["recordSet"]
    ]
    described = {**croissant, "description": f"{croissant['description']} {NOTE}", "recordSet": sets}
    return with_hashes(described, package["resources"])


def _croissant_fields(record_set: Mapping[str, Any], spec: TableSpec) -> Iterator[dict[str, Any]]:
    """Yield the fields of a table, with the columns that a release adds."""
    fields = {field["name"]: field for field in record_set["field"]}
    first = next(iter(fields.values()))
    source = {name: value for name, value in first["source"].items() if name != "extract"}
    for column in spec.columns:
        yield fields.get(column.name) or croissant_field(column, spec, source)


# ── Data card ─────────────────────────────────────────────────────────────────────────────────────


def _data_card(card: str, changed: Mapping[str, TableSpec], report: Sequence[WithheldColumn]) -> str:
    """Return the data card with a section on what is withheld, and a sentence at each column that is."""
    head, *sections = re.split(r"^(?=##+ )", card, flags=re.MULTILINE)
    for number, section in enumerate(sections):
        spec = changed.get(section.partition("\n")[0].removeprefix("### "))
        if spec is not None:
            sections[number] = _table_section(section, spec, [each for each in report if each.table == spec.name])
    return "".join([head, _withheld_section(report), *sections])


def _table_section(section: str, spec: TableSpec, report: Iterable[WithheldColumn]) -> str:
    """Return the section about a table, in which the rows about columns come before those about values."""
    for each in report:
        text = f" Withheld: {each.cells:,} of {each.filled:,} cells."
        section = _after(rf"^\| `{each.column}` \|.*(?= \|$)", text, section)
    for before, column in pairwise(spec.columns):
        if f"| `{column.name}` |" not in section:
            row = f"\n| {' | '.join(column_row(column, TableStats()))} |"
            section = _after(rf"^\| `{before.name}` \|.*", row, section)
    return section


def _after(pattern: str, added: str, text: str) -> str:
    """Return a text in which something is added after the first match of a pattern."""
    return re.sub(pattern, lambda match: match[0] + added, text, count=1, flags=re.MULTILINE)


def _withheld_section(report: Iterable[WithheldColumn]) -> str:
    rows = [
        [f"`{each.table}.{each.column}`", _REASONS[each.reason], f"{each.cells:,} of {each.filled:,}"]
        for each in report
    ]
    return _WITHHELD.format(table=markdown_table(["column", "withheld are", "cells"], rows))


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────


def with_file_facts(resource: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a resource of a data package with the digests and sizes that its files have in a folder."""
    facts = [_file_facts(folder / file) for file in files_of(resource)]
    if isinstance(resource["path"], list):
        return {**resource, "parts": [part | new for part, new in zip(resource["parts"], facts, strict=True)]}
    return {**resource, **facts[0]}


def _file_facts(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}


def with_hashes(croissant: Mapping[str, Any], resources: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a Croissant description with the digests of files that a data package states."""
    hashes = {each["path"]: each["hash"].removeprefix("sha256:") for each in resources if "hash" in each}
    files = [
        {**file, "sha256": hashes[file["@id"]]} if "sha256" in file else file for file in croissant["distribution"]
    ]
    return {**croissant, "distribution": files}


def as_json(value: Any) -> bytes:
    """Return a value as the descriptions of datasets are written."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
