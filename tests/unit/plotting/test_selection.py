import pandas as pd

from stancebook import plotting
from tests.unit.plotting.drawing import CODES, DAY, days


def test_the_most_frequent_come_in_alphabetical_order():
    assert plotting.most_frequent(pd.Series([*"ccbbbad", None]), 2) == (["b", "c"], 2)


def test_the_latest_row_is_the_preferred_one_and_missing_dates_come_first():
    rows = pd.DataFrame({"who": ["x"] * 3, "day": [None, DAY, DAY + days(1)], "code": [1, 2, 3]})
    assert plotting.latest(rows, ["who"], ["day"], pd.Series([True, True, False]))["code"].tolist() == [2]
    assert plotting.latest(rows, ["who"], ["day"], pd.Series([False] * 3))["code"].tolist() == [3]


def test_a_group_is_on_both_sides_if_it_is_below_the_middle_and_above_it():
    codes = pd.Categorical(["never", "yes", "torn", "always", "no", None], CODES, ordered=True)
    rows = pd.DataFrame({"who": [*"aabbcc"], "at": [1, 1, 2, 2, 3, 3], "code": codes})
    assert plotting.both_sides(rows, by=["who"], scale="code") == {"a"}
    assert plotting.both_sides(rows, by=["who", "at"], scale="code") == {("a", 1)}
