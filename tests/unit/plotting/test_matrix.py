import pandas as pd
import pytest

from stancebook import plotting
from tests.unit.plotting.sample_figures import (
    CODES,
    captioned,
    cells,
    clipped_texts,
    colliding_texts,
    labels,
    scale,
    shown_texts,
)


def cell_texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (3, 2), (5, 8), (50, 12)])
def test_matrix_labels_are_readable(rows, columns):
    """In a matrix of any size, no text is clipped and none covers another."""
    data = cells(rows, columns)
    ax = captioned(plotting.code_matrix(data, x="column", y="row", hue="code"))
    assert clipped_texts(ax) == []
    assert colliding_texts(ax) == []
    assert len(labels(ax.yaxis)) == data["row"].nunique()
    assert len(labels(ax.xaxis)) == data["column"].nunique()


def test_matrix_shows_signs_of_codes():
    """A cell shows the sign of its code, and the legend explains all signs and the cells without a row."""
    data = pd.DataFrame({"row": ["r", "s"], "column": ["c", "d"], "code": scale(["never", "torn"])})
    ax = plotting.code_matrix(data, x="column", y="row", hue="code", missing="silent")
    assert cell_texts(ax) == ["−−", "±"]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["−−  never", "−  no", "±  torn", "+  yes", "++  always", "silent"]


def test_cell_without_row_is_hatched():
    """Where there is no row the hatched background shows; a row without a code is not hatched."""
    data = pd.DataFrame({"row": ["r", "s"], "column": ["c", "d"], "code": scale(["never", None]), "text": ["x", "≠"]})
    ax = plotting.code_matrix(data, x="column", y="row", hue="code", text="text")
    filled = ~ax.collections[0].get_array().mask.ravel()
    assert filled.tolist() == [True, False, False, True]
    assert ax.patch.get_hatch()
    assert cell_texts(ax) == ["x", "≠"]


def test_two_rows_of_one_cell_are_refused():
    """Two rows for one cell are a mistake of the caller."""
    data = pd.DataFrame({"row": ["r", "r"], "column": ["c", "c"], "code": scale(["never", "yes"])})
    with pytest.raises(ValueError, match="non-unique"):
        plotting.code_matrix(data, x="column", y="row", hue="code")


def test_labels_follow_order_of_categories():
    """Labels are in the order of categories, or in which they come, and unused categories have none."""
    data = pd.DataFrame(
        {"row": pd.Categorical(["b", "a"], ["z", "a", "b"]), "column": ["y", "x"], "code": scale(["no", "yes"])}
    )
    ax = plotting.code_matrix(data, x="column", y="row", hue="code")
    assert labels(ax.yaxis) == ["a", "b"]
    assert labels(ax.xaxis) == ["y", "x"]


def test_codes_without_order_have_own_signs():
    """Codes without an order have the signs that the caller gives."""
    data = pd.DataFrame({"row": ["r"], "column": ["c"], "role": pd.Categorical(["host"], ["party", "host"])})
    ax = plotting.code_matrix(data, x="column", y="row", hue="role", signs={"party": "P", "host": "H"})
    assert cell_texts(ax) == ["H"]


def test_counts_are_printed_and_none_is_empty():
    """A count is printed with a comma for thousands; zero and missing are empty cells."""
    counts = pd.DataFrame({"c": [1234, 0], "d": [None, 2.0]}, index=["r", "s"])
    assert cell_texts(plotting.count_matrix(counts)) == ["1,234", "2"]


def test_many_counts_are_readable():
    """A large table of counts has all labels, and no text covers another."""
    counts = pd.DataFrame(1, index=[f"row {number}" for number in range(40)], columns=CODES)
    ax = plotting.count_matrix(counts, text=counts.map("({}†)".format))
    captioned(plotting.label_groups(ax, ["a group"] * 13 + ["Île-Verte"] * 26 + ["last"]))
    assert clipped_texts(ax) == []
    assert colliding_texts(ax) == []
    assert labels(ax.child_axes[0].yaxis) == ["a group", "Île-Verte", "last"]


@pytest.mark.parametrize(
    "draw", [lambda data: plotting.code_matrix(data, x="row", y="column", hue="code"), plotting.count_matrix]
)
def test_empty_table_says_so(draw):
    """An empty table gives a figure that says that there is nothing."""
    ax = captioned(draw(cells(1, 1).head(0)))
    assert "nothing to show" in [text.get_text() for text in shown_texts(ax)]
