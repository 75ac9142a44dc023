"""Columns that the contract computes: bases of dates, formats, principals."""

import pandas as pd
import pytest

from schemas.actors import root_of_parents
from schemas.formats import configuration, mediated, number_of_named_parties
from schemas.passages import basis_of_dates


@pytest.mark.parametrize(
    ("written", "bounds", "words", "basis"),
    [
        ("2031-04-01", ("2031-04-01", "2031-04-01"), "on Tuesday", "stated"),
        ("2031-04-01", ("2031-04-01", "2031-04-01"), None, "inferred"),
        ("../2031-04-02", (None, "2031-04-02"), None, "standing"),
        ("../2031-04-02", (None, "2031-04-02"), "for months", "stated"),
        ("../2031-03-31", (None, "2031-03-31"), None, "inferred"),
        ("2031-04-02/..", ("2031-04-02", None), None, "inferred"),
        (None, (None, None), None, None),
    ],
)
def test_basis_of_dates(written, bounds, words, basis):
    """A date is stated in words, inferred, or that of a position that stands at publication."""
    tables = {
        "documents": pd.DataFrame({"doc_id": ["d"], "published": pd.to_datetime(["2031-04-02"])}),
        "statements": pd.DataFrame(
            {
                "doc_id": ["d"],
                "date_text": pd.Series([words], dtype="str"),
                "date_edtf": pd.Series([written], dtype="str"),
                "date_start": pd.to_datetime(pd.Series(bounds[:1])),
                "date_end": pd.to_datetime(pd.Series(bounds[1:])),
            }
        ),
    }
    [found] = basis_of_dates("statements")(tables)
    assert found == basis or (basis is None and pd.isna(found))


def test_formats_count_named_parties():
    """A format has as many named parties as participants with that role, and no mediator but a named one."""
    seats = [("pair", "party"), ("pair", "party"), ("pair", "mediator"), ("three", "excluded")]
    seats += [("three", "party")] * 3 + [("many", "party")] * 6 + [("four", "party")] * 4
    tables = {
        "formats": pd.DataFrame({"format_id": ["pair", "three", "four", "many", "unnamed"]}),
        "format_participants": pd.DataFrame(seats, columns=["format_id", "role"]),
    }
    assert number_of_named_parties(tables).tolist() == [2, 3, 4, 6, 0]
    assert configuration(tables).tolist() == ["bilateral", "trilateral", "four_way", "multilateral", "unspecified"]
    assert mediated(tables).tolist() == ["yes", *["none_named"] * 4]


def test_principal_is_the_top_of_the_chain():
    """The principal of an actor is at the top of its chain of parents, itself if it has none."""
    actors = pd.DataFrame({"actor_id": ["spokesman", "office", "state"], "parent_id": ["office", "state", None]})
    assert root_of_parents({"actors": actors}).tolist() == ["state", "state", "state"]
