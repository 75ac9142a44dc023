import pandas as pd

from stancebook import plotting


def test_most_frequent_values_are_kept():
    """The rows with the most frequent values stay in order, and the others are counted."""
    rows = pd.DataFrame({"who": [*"ccbbbad", None]})
    kept, note = plotting.keep_frequent(rows, "who", 2, "names")
    assert "".join(kept["who"]) == "ccbbb"
    assert note == " Only the 2 most frequent of 4 names are shown."


def test_nothing_left_out_needs_no_note():
    """If all values are shown there is no note."""
    rows = pd.DataFrame({"who": [*"ab"]})
    assert plotting.keep_frequent(rows, "who", 2, "names")[1] == ""
    assert plotting.keep_frequent(rows.head(0), "who", 2, "names")[1] == ""
