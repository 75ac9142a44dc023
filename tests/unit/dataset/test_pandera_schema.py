"""Pandera schemas made from data packages."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

import stancebook
from schemas import CONTRACT
from stancebook import DatasetError, load, pandera_schema

OLD = Path(__file__).parents[2] / "datasets/0.1"


@pytest.fixture
def claims():
    """The claims of the sample dataset that version 0.1 built."""
    return load("claims", path=OLD)


@pytest.fixture
def refused():
    """Return a function that validates a wrong frame and returns the columns and reasons that fail."""

    def call(frame, table="claims"):
        with pytest.raises(SchemaErrors) as found:
            pandera_schema(table, path=OLD).validate(frame, lazy=True)
        return [(error.schema.name, error.reason_code.name) for error in found.value.schema_errors]

    return call


# ── Valid frames ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("table", CONTRACT.tables)
def test_built_tables_pass(table, dataset):
    """Every table of a build passes its schema and is returned unchanged."""
    schema = pandera_schema(table, path=dataset)
    assert isinstance(schema, DataFrameSchema)
    frame = load(table, path=dataset)
    pd.testing.assert_frame_equal(schema.validate(frame, lazy=True), frame)


@pytest.mark.parametrize("version", ["0.1", "0.1.0"])
def test_dataset_of_older_version_passes(version):
    """The tables that an older version built pass their schemas."""
    path = OLD.with_name(version)
    for table, frame in load(path=path).items():
        pandera_schema(table, path=path).validate(frame, lazy=True)


def test_schema_equals_that_of_the_model(dataset):
    """The schema of a table has the columns, types and descriptions of its model."""
    for spec in CONTRACT.tables.values():
        rebuilt, model = pandera_schema(spec.name, path=dataset), spec.model.to_schema()
        assert (rebuilt.name, rebuilt.description) == (spec.name, spec.description)
        assert list(rebuilt.columns) == list(spec.names)
        assert rebuilt.strict
        assert not rebuilt.coerce
        for name, column in rebuilt.columns.items():
            assert column.nullable == model.columns[name].nullable
            assert column.description == model.columns[name].description
            assert str(column.dtype) == str(model.columns[name].dtype)


def test_empty_frame_passes(claims):
    """A frame without rows passes."""
    pandera_schema("claims", path=OLD).validate(claims.iloc[:0], lazy=True)


# ── Invalid frames ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("column", "damage", "reason"),
    [
        ("claim_id", lambda s: s.where(s.index != 1, "Not A Key"), "DATAFRAME_CHECK"),
        ("claim_id", lambda s: s.where(s.index != 1, s[0]), "SERIES_CONTAINS_DUPLICATES"),
        ("person_id", lambda s: s.where(s.index != 1), "SERIES_CONTAINS_NULLS"),
        ("strength", lambda s: s.astype("str"), "WRONG_DATATYPE"),
        ("strength", lambda s: s.cat.as_unordered(), "WRONG_DATATYPE"),
        ("strength", lambda s: s.cat.reorder_categories(["strong", "fair", "weak"]), "WRONG_DATATYPE"),
        ("strength", lambda s: s.cat.add_categories("utter"), "WRONG_DATATYPE"),
        ("when_start", lambda s: s + pd.Timedelta("12h"), "DATAFRAME_CHECK"),
        ("char_start", lambda s: s - 1000, "DATAFRAME_CHECK"),
        ("char_start", lambda s: s.astype("float64"), "WRONG_DATATYPE"),
        ("quote", lambda s: s.str.len(), "WRONG_DATATYPE"),
    ],
)
def test_wrong_column_fails_alone(claims, refused, column, damage, reason):
    """A wrong column fails for one reason, and no other column does."""
    assert refused(claims.assign(**{column: damage(claims[column])})) == [(column, reason)]


def test_missing_and_extra_columns_fail(claims, refused):
    """A frame with a missing or an extra column fails."""
    assert refused(claims.assign(mood="calm").drop(columns="strength")) == [
        ("claims", "COLUMN_NOT_IN_SCHEMA"),
        ("claims", "COLUMN_NOT_IN_DATAFRAME"),
    ]


def test_repeated_composite_key_fails(refused):
    """Rows with the same key of several columns fail."""
    witnesses = load("witnesses", path=OLD)
    assert refused(pd.concat([witnesses, witnesses], ignore_index=True), "witnesses") == [("witnesses", "DUPLICATES")]


@pytest.mark.parametrize("storage", ["pyarrow", "python"])
def test_exponential_pattern_is_matched_in_linear_time(tmp_path, storage):
    """A pattern that makes backtracking engines stall is matched at once."""
    folder = shutil.copytree(OLD, tmp_path / "letters")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"][0]["schema"]["fields"][2]["constraints"] = {"pattern": "(a|a)*b"}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    people = load("people", path=folder)
    people["lives_in"] = pd.Series(["a" * 1000] * 3, dtype=pd.StringDtype(storage, na_value=float("nan")))
    with pytest.raises(SchemaErrors, match="str_matches"):
        pandera_schema("people", path=folder).validate(people, lazy=True)


# ── Missing and unknown ───────────────────────────────────────────────────────────────────────────


def test_missing_table_and_dataset_are_refused(tmp_path):
    """A missing table or dataset is refused, as by `load`."""
    with pytest.raises(DatasetError, match="has no table 'claim'; it has people"):
        stancebook.pandera_schema("claim", path=OLD)
    with pytest.raises(DatasetError, match="is not a dataset"):
        stancebook.pandera_schema("claims", path=tmp_path)


def test_unchecked_property_is_a_warning(tmp_path):
    """What this version cannot check of a table is a warning."""
    folder = shutil.copytree(OLD, tmp_path / "letters")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"][0]["schema"]["fields"][2] |= {"type": "geopoint", "constraints": {}}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    with pytest.warns(UserWarning, match=r"people\.lives_in: the type 'geopoint' is unknown"):
        found = pandera_schema("people", path=folder)
    found.validate(load("people", path=folder).assign(lives_in=1))
    pandera_schema("claims", path=folder)
