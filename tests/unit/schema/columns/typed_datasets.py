"""Datasets with one required and one optional column of a type, built from YAML and JSON."""

import json
from types import new_class

import stancebook as sb


def contract_with(**columns):
    """Return a contract whose documents have these columns, each a field of Pandera with its annotation."""

    def body(namespace):
        namespace["__doc__"] = "One reading."
        namespace["__annotations__"] = {name: annotation for name, (annotation, _) in columns.items()}
        namespace.update({name: field for name, (_, field) in columns.items()})

    model = new_class("Readings", (sb.Document,), {"section": "reading"}, body)
    return sb.Contract("readings", "Readings", "Readings of a gate.", "1.0.0", (model,))


def write_seeds(folder, records):
    """Write a document for each record, in turn as JSON and as YAML; a cell that is text is typed as it is in YAML."""
    (folder / "documents").mkdir(parents=True)
    (folder / "codebook").mkdir()
    for number, record in enumerate(records):
        path = folder / "documents" / f"d{number:02}"
        path.with_suffix(".txt").write_text(f"Reading {number} of the gate.\n", encoding="utf-8")
        if number % 2:
            cells = {key: cell if isinstance(cell, str) else json.dumps(cell) for key, cell in record.items()}
            lines = [f"  {key}: {cell}\n" for key, cell in cells.items()]
            path.with_suffix(".yaml").write_text("reading:\n  language: en\n" + "".join(lines), encoding="utf-8")
        else:
            content = {"reading": {"language": "en", **record}}
            path.with_suffix(".json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def build(contract, folder, records):
    """Build a dataset of these records; return it opened."""
    seeds = write_seeds(folder / "seeds", records)
    return sb.build_dataset(contract, seeds, folder / "dataset").tables


def problems_of(contract, folder, records):
    """Return the lines of the problems of these records: message and hint."""
    try:
        sb.build_dataset(contract, write_seeds(folder / "seeds", records))
    except sb.ProblemsError as error:
        return [f"{problem.message}; {problem.hint}".rstrip("; ") for problem in error.problems]
    return []
