"""What the Hugging Face hub reads at the head of a data card (https://huggingface.co/docs/hub/datasets-cards)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from stancebook.contract import Contract
from stancebook.layout import table_file
from stancebook.spec import Tables

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


def header(contract: Contract, frames: Tables) -> str:
    """Return the header in YAML, between its two lines of dashes: each table is a configuration of its own."""
    languages = frames[contract.document.name]["language"].str.partition("-")[0]
    rows = sum(map(len, frames.values()))
    facts: dict[str, Any] = {
        "pretty_name": contract.title,
        "license": [each.name.lower() for each in contract.licenses],
        "language": sorted(set(languages)),
        "size_categories": [next(name for name, limit in _SIZES.items() if rows < limit)],
        "tags": list(contract.keywords),
        **{name: list(values) for name, values in contract.hub.items()},
    }
    configurations = [{"config_name": name, "data_files": table_file(name)} for name in contract.tables]
    # JSON is YAML, and quotes whatever needs it.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items() if value]
    lines += ["configs:", *(f"- {json.dumps(each)}" for each in configurations)]
    return "\n".join(["---", *lines, "---"])
