import pytest

import stancebook
from stancebook.coders.agreement import compare
from stancebook.coders.dataset import TABLES, agreement_frames, write_agreement
from tests.unit.coders.conftest import read
from tests.unit.sample_contract import ANNOTATIONS, LETTERS


@pytest.fixture
def agreement(coded):
    """Return the agreement of three codings of the letter, one of which differs."""
    one = ANNOTATIONS.partition("  - id: c02")[0].replace("strength: fair", "strength: weak")
    codings = read(coded(ann=ANNOTATIONS, ben=one))
    return compare(LETTERS, [*codings.values()], ["bridge"], [spec.name for spec in LETTERS.document_tables])


def test_dataset_is_valid_and_loads(agreement, tmp_path):
    """The tables are a valid dataset, which loads as what was measured."""
    folder = tmp_path / "agreement"
    folder.mkdir()
    rows = write_agreement(agreement, folder)
    dataset = stancebook.Dataset(folder)
    assert dataset.validate() == []
    assert [*dataset.tables] == [*rows] == ["agreement", "unit_agreement", "confusion", "differences"]
    loaded = stancebook.load("agreement", path=folder)
    strength = loaded[(loaded["variable"] == "strength") & (loaded["coders"] == "authoritative; ben")]
    assert strength[["metric", "n", "equal"]].to_numpy().tolist() == [["ordinal", 1, 0.0]]
    for name, frame in agreement_frames(agreement).items():
        assert len(frame) == rows[name] == len(stancebook.load(name, path=folder))


def test_dataset_has_the_same_bytes_each_time(agreement, tmp_path):
    """The same codings give the same files."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write_agreement(agreement, tmp_path / name)
    assert {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()} == {
        path.name: path.read_bytes() for path in (tmp_path / "other").iterdir()
    }


def test_difference_has_a_row_for_each_coder(agreement):
    """A coder who lacks a unit has a row without a place."""
    differences = agreement_frames(agreement)["differences"]
    missed = differences[differences["variable"].isna()]
    assert missed["coder"].tolist() == ["authoritative", "ann", "ben"]
    assert missed["line"].isna().tolist() == [False, False, True]
    assert set(missed["passage"]) == {"Mr Falk says the rope was old"}


@pytest.mark.parametrize("spec", TABLES, ids=lambda spec: spec.name)
def test_keys_identify_rows(agreement, spec):
    """The key of each table identifies its rows."""
    assert not agreement_frames(agreement)[spec.name].duplicated([*spec.key]).any()
