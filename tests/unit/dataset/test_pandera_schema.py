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
    return load("claims", path=OLD)


@pytest.fixture
def refused():
    """Validate a frame of the letters, and return the columns and reasons of what fails."""

    def call(frame, table="claims"):
        with pytest.raises(SchemaErrors) as found:
            pandera_schema(table, path=OLD).validate(frame, lazy=True)
        return [(error.schema.name, error.reason_code.name) for error in found.value.schema_errors]

    return call


# ── What passes ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("table", CONTRACT.tables)
def test_every_table_of_the_dataset_that_came_with_the_package_passes(table):
    found = pandera_schema(table)
    assert isinstance(found, DataFrameSchema)
    frame = load(table)
    pd.testing.assert_frame_equal(found.validate(frame, lazy=True), frame)


def test_a_dataset_that_the_first_version_built_passes():
    for table, frame in load(path=OLD).items():
        pandera_schema(table, path=OLD).validate(frame, lazy=True)


def test_it_says_what_the_model_says_of_every_column():
    for spec in CONTRACT.tables.values():
        rebuilt, model = pandera_schema(spec.name), spec.model.to_schema()
        assert (rebuilt.name, rebuilt.description) == (spec.name, spec.description)
        assert list(rebuilt.columns) == list(spec.names)
        assert rebuilt.strict
        assert not rebuilt.coerce
        for name, column in rebuilt.columns.items():
            assert column.nullable == model.columns[name].nullable
            assert column.description == model.columns[name].description
            assert str(column.dtype) == str(model.columns[name].dtype)


def test_empty_frames_pass(claims):
    pandera_schema("claims", path=OLD).validate(claims.iloc[:0], lazy=True)


# ── What does not ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("column", "spoil", "reason"),
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
def test_a_planted_fault_fails_at_its_column_alone(claims, refused, column, spoil, reason):
    assert refused(claims.assign(**{column: spoil(claims[column])})) == [(column, reason)]


def test_columns_that_are_missing_or_extra_fail(claims, refused):
    assert refused(claims.assign(mood="glad").drop(columns="strength")) == [
        ("claims", "COLUMN_NOT_IN_SCHEMA"),
        ("claims", "COLUMN_NOT_IN_DATAFRAME"),
    ]


def test_a_key_of_several_columns_is_one(refused):
    witnesses = load("witnesses", path=OLD)
    assert refused(pd.concat([witnesses, witnesses], ignore_index=True), "witnesses") == [("witnesses", "DUPLICATES")]


@pytest.mark.parametrize("storage", ["pyarrow", "python"])
def test_no_pattern_of_a_dataset_can_hold_the_reader_up(tmp_path, storage):
    folder = shutil.copytree(OLD, tmp_path / "letters")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"][0]["schema"]["fields"][2]["constraints"] = {"pattern": "(a|a)*b"}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    people = load("people", path=folder)
    people["lives_in"] = pd.Series(["a" * 1000] * 3, dtype=pd.StringDtype(storage, na_value=float("nan")))
    with pytest.raises(SchemaErrors, match="str_matches"):
        pandera_schema("people", path=folder).validate(people, lazy=True)


# ── Where it comes from ───────────────────────────────────────────────────────────────────────────


def test_what_is_not_there_is_refused_as_by_load(tmp_path):
    with pytest.raises(DatasetError, match="has no table 'claim'; it has people"):
        stancebook.pandera_schema("claim", path=OLD)
    with pytest.raises(DatasetError, match="is not a dataset"):
        stancebook.pandera_schema("claims", path=tmp_path)


def test_what_this_version_cannot_check_is_warned_of(tmp_path):
    folder = shutil.copytree(OLD, tmp_path / "letters")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"][0]["schema"]["fields"][2] |= {"type": "geopoint", "constraints": {}}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    with pytest.warns(UserWarning, match=r"people\.lives_in: the type 'geopoint' is not known here"):
        found = pandera_schema("people", path=folder)
    found.validate(load("people", path=folder).assign(lives_in=1))
    pandera_schema("claims", path=folder)
