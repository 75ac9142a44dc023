import pandas as pd

from stancebook import plotting
from tests.unit.plotting.sample_figures import CODES, DAY, days


def test_most_frequent_values_are_alphabetical():
    """The most frequent values come in alphabetical order, with the number of the others."""
    assert plotting.most_frequent(pd.Series([*"ccbbbad", None]), 2) == (["b", "c"], 2)


def test_latest_rows_put_preferred_first():
    """A preferred row is chosen before later ones; missing dates sort first."""
    rows = pd.DataFrame({"who": ["x"] * 3, "day": [None, DAY, DAY + days(1)], "code": [1, 2, 3]})
    assert plotting.latest_rows(rows, ["who"], ["day"], pd.Series([True, True, False]))["code"].tolist() == [2]
    assert plotting.latest_rows(rows, ["who"], ["day"], pd.Series([False] * 3))["code"].tolist() == [3]


def test_opposed_groups_are_on_both_sides():
    """A group is opposed if it has rows below and above the middle of the scale."""
    codes = pd.Categorical(["never", "yes", "torn", "always", "no", None], CODES, ordered=True)
    rows = pd.DataFrame({"who": [*"aabbcc"], "issue": [1, 1, 2, 2, 3, 3], "code": codes})
    assert plotting.opposed_groups(rows, by=["who"], scale="code") == {"a"}
    assert plotting.opposed_groups(rows, by=["who", "issue"], scale="code") == {("a", 1)}
