"""What the Hugging Face hub reads at the head of a data card (https://huggingface.co/docs/hub/datasets-cards)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from stancebook.dataset.layout import part_pattern, table_file
from stancebook.dataset.table_stats import LANGUAGE, StoredTable
from stancebook.schema.contract import Contract

_SIZES: Mapping[str, float] = {
    "n<1K": 1e3,
    "1K<n<10K": 1e4,
    "10K<n<100K": 1e5,
    "100K<n<1M": 1e6,
    "1M<n<10M": 1e7,
    "10M<n<100M": 1e8,
    "100M<n<1B": 1e9,
    "n>1B": float("inf"),
}


def huggingface_header(contract: Contract, tables: Mapping[str, StoredTable]) -> str:
    """Return the header in YAML, between its two lines of dashes: each table is a configuration of its own."""
    languages = {tag.partition("-")[0] for tag in tables[contract.document.name].tally.counts.get(LANGUAGE, {})}
    rows = sum(table.rows for table in tables.values())
    facts: dict[str, Any] = {
        "pretty_name": contract.title,
        "license": [each.name.lower() for each in contract.licenses],
        "language": sorted(languages),
        "size_categories": [next(name for name, limit in _SIZES.items() if rows < limit)],
        "tags": list(contract.keywords),
        **{name: list(values) for name, values in contract.huggingface.items()},
    }
    files = {name: (part_pattern if tables[name].is_folder else table_file)(name) for name in contract.tables}
    configurations = [{"config_name": name, "data_files": each} for name, each in files.items()]
    # JSON is YAML, and quotes whatever needs it.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items() if value]
    lines += ["configs:", *(f"- {json.dumps(each)}" for each in configurations)]
    return "\n".join(["---", *lines, "---"])
