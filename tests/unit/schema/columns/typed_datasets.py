"""Datasets with columns of one type, built from YAML and JSON, and read by the tools that users have."""

import json
import sqlite3
import warnings
from contextlib import closing
from types import new_class

import duckdb
import frictionless
import jsonschema
import mlcroissant
import pyarrow.parquet as pq

import stancebook as sb
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.exports.csv import to_csv
from stancebook.dataset.exports.sqlite import to_sqlite
from stancebook.dataset.validation import validate_dataset
from stancebook.metadata.json_schema import annotation_schema


def contract_with(columns, version="1.0.0"):
    """Return a contract of two tables with these columns: readings, one a document, and marks, which stay empty.

    Args:
        columns: A function that returns each column, its annotation and its field, by name.
    """

    def model(name, base, **options):
        def body(namespace):
            namespace["__doc__"] = f"One of the {name.lower()}."
            namespace["__annotations__"] = {name: annotation for name, (annotation, _) in columns().items()}
            namespace.update({name: field for name, (_, field) in columns().items()})
            if base is sb.Annotation:
                namespace["__annotations__"]["mark_id"] = str
                namespace["mark_id"] = sb.primary_key("Key.")

        return new_class(name, (base,), options, body)

    models = (model("Readings", sb.Document, section="reading"), model("Marks", sb.Annotation))
    return sb.Contract("readings", "Readings", "Readings of a gate.", version, models)


def write_seeds(folder, records):
    """Write a document for each record, in turn as JSON and as YAML, in which a text is written as it is."""
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
    return sb.build_dataset(contract, write_seeds(folder / "seeds", records), folder / "dataset").tables


def problems_of(contract, folder, records):
    """Return the problems of these records, each as its message and hint."""
    try:
        sb.build_dataset(contract, write_seeds(folder / "seeds", records))
    except sb.ProblemsError as error:
        return [(problem.message, problem.hint) for problem in error.problems]
    return []


def change_cells(dataset, column, cells):
    """Write other cells into a column of the readings, as another program might."""
    file = dataset.path / "readings.parquet"
    table = pq.read_table(file)
    position = table.schema.get_field_index(column)
    field = table.schema.field(column).with_type(cells.type)
    pq.write_table(table.set_column(position, field, cells), file)


def field_of(dataset, column):
    """Return a column of the readings as the data package describes it."""
    package = json.loads((dataset.path / "datapackage.json").read_text(encoding="utf-8"))
    return next(field for field in package["resources"][0]["schema"]["fields"] if field["name"] == column)


def croissant_type(dataset, column):
    """Return the type of a column of the readings in the Croissant description."""
    croissant = json.loads((dataset.path / "croissant.json").read_text(encoding="utf-8"))
    return next(field["dataType"] for field in croissant["recordSet"][0]["field"] if field["name"] == column)


def exported(dataset, folder):
    """Export a dataset; return the lines of the CSV file of the readings, and their rows in SQLite as dicts."""
    package = read_package(dataset.path)
    result = validate_dataset(package)
    assert result.problems == []
    to_csv(package, result.tables, folder / "csv")
    to_sqlite(package, result.tables, folder / "export.db")
    with closing(sqlite3.connect(folder / "export.db")) as database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute("SELECT * FROM readings")]
        assert database.execute("SELECT count(*) FROM marks").fetchone()[0] == 0
    return (folder / "csv/readings.csv").read_text(encoding="utf-8").splitlines(), rows


def assert_tools_accept(contract, dataset, folder):
    """Check a dataset, and its exports, with the tools that users have; compare what each reads."""
    assert dataset.validate() == []
    exported(dataset, folder)
    for package in (dataset.path, folder / "csv"):
        report = frictionless.validate(str(package / "datapackage.json"))
        assert report.valid, [error.message for task in report.tasks for error in task.errors]
    for table, frame in dataset.items():
        sb.pandera_schema(table, path=dataset.path).validate(frame)
        contract.tables[table].model.validate(frame, lazy=True)
        arrow = dataset.load(table, engine="arrow")
        assert dataset.load(table, engine="polars").to_arrow().to_pylist() == arrow.to_pylist()
        assert len(duckdb.read_parquet(str(dataset.path / f"{table}.parquet")).to_arrow_table()) == arrow.num_rows
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a library that mlcroissant uses
        croissant = mlcroissant.Dataset(jsonld=str(dataset.path / "croissant.json"))
        assert not croissant.metadata.issues.errors
        assert len(list(croissant.records("readings"))) == len(dataset["readings"])
    for file in (folder / "seeds/documents").glob("*.json"):
        jsonschema.Draft7Validator(annotation_schema(contract)).validate(json.loads(file.read_text(encoding="utf-8")))
