from dataclasses import replace
from types import SimpleNamespace

import pytest

from stancebook.schema.definitions import vocabulary_source
from tests.unit.sample_contract import LETTERS

CLAIMS = LETTERS.tables["claims"]


def test_vocabulary_has_file_and_name():
    """A vocabulary of a module is found with the file that defines it and its name."""
    assert vocabulary_source(CLAIMS, "strength") == "tests/unit/sample_contract.py (STRENGTH)"


def test_vocabulary_without_name_has_file_of_model():
    """A vocabulary that no module names has the file of its model."""
    columns = tuple(replace(column, vocabulary={"a": "b"}) for column in CLAIMS.columns if column.name == "strength")
    assert vocabulary_source(replace(CLAIMS, columns=columns), "strength") == "tests/unit/sample_contract.py"


@pytest.mark.parametrize("module", ["__main__", "no.such.module"])
def test_model_without_file_has_no_source(module):
    """A vocabulary of a model that is in no file has no source."""
    assert vocabulary_source(replace(CLAIMS, model=SimpleNamespace(__module__=module)), "strength") == ""
