import pandas as pd

from stancebook.build.derivation import compute_columns
from stancebook.schema.columns import integer, primary_key
from stancebook.schema.models import Codebook
from tests.unit.sample_contract import Letters, contract


class Ropes(Codebook):
    """One rope."""

    rope_id: str = primary_key("Slug.")
    strands: int = integer("Its strands.", compute=lambda tables: tables["ropes"]["rope_id"].str.len())


def test_compute_columns_does_not_change_its_input():
    """Computed columns are returned in new frames; the given frames, which may be cached, keep their values."""
    ropes = contract(Ropes, Letters)
    given = {"ropes": pd.DataFrame({"rope_id": ["one", "eleven"], "strands": [0, 0]})}
    computed = compute_columns(ropes, given, {"ropes": 2}, all_valid=True)
    assert computed["ropes"]["strands"].tolist() == [3, 6]
    assert given["ropes"]["strands"].tolist() == [0, 0]
