"""Computed columns and derived tables."""

import pandas as pd
import pytest

from stancebook.build.derivation import compute_columns, derive_tables
from stancebook.build.result_cache import ResultCache
from stancebook.exceptions import ContractError
from stancebook.schema.columns import Category, categorical, foreign_key, integer, primary_key, text
from stancebook.schema.models import Codebook, Derived
from tests.unit.sample_contract import Letters, contract


class Ropes(Codebook):
    """One rope."""

    rope_id: str = primary_key("Slug.")
    strands: int = integer("Its strands.", compute=lambda tables: tables["ropes"]["rope_id"].str.len())


def test_compute_columns_does_not_change_its_input():
    """Computed columns are returned in new frames; the given frames, which may be cached, keep their values."""
    ropes = contract(Ropes, Letters)
    given = {"ropes": pd.DataFrame({"rope_id": ["one", "eleven"], "strands": [0, 0]})}
    computed = compute_columns(ropes, given, {"ropes": 2}, ResultCache(), all_valid=True)
    assert computed["ropes"]["strands"].tolist() == [3, 6]
    assert given["ropes"]["strands"].tolist() == [0, 0]


# ── Several tables of one function ──────────────────────────────────────────────────────────────────────

WIDTH = {"thin": "One strand.", "thick": "More than one."}


def with_derived(derive, *, knots=None, widths=WIDTH):
    """Return a contract of ropes with two tables that a function derives; options and a column of the second."""

    class Coils(Derived, derive=derive, key=("rope_id",), partition_by="width", inputs={"letters": ["width"]}):
        """One coil."""

        rope_id: str = foreign_key("ropes", "The rope.")
        width: Category = categorical(WIDTH, "How thick it is.")
        knot_id: str = foreign_key("knots", "Its knot.", nullable=True)

    options = {"partition_by": "width", "inputs": {"letters": ["width"]}} if knots is None else knots

    class Knots(Derived, derive=derive, **options):
        """One knot."""

        knot_id: str = primary_key("Slug.")
        width: Category = categorical(widths, "How thick it is.")

    class Widths(Letters, section="letter"):
        """One letter about ropes."""

        width: str = text("How thick they are.")

    Widths.__name__ = "Letters"
    return contract(Ropes, Widths, Coils, Knots)


FRAMES = {
    "ropes": pd.DataFrame({"rope_id": ["one", "two"], "strands": [3, 3]}),
    "letters": pd.DataFrame({"width": ["thin"]}),
}
COILS = pd.DataFrame({"rope_id": ["one", "two"], "width": "thin", "knot_id": ["k1", None]})
KNOTS = pd.DataFrame({"knot_id": ["k1"], "width": ["thin"]})


def test_function_of_two_tables_is_called_once():
    """A function that two models name is called once, and gives a frame for each of them."""
    calls = []

    def derive(tables):
        calls.append(sorted(tables))
        return {"knots": KNOTS, "coils": COILS}

    derived = derive_tables(with_derived(derive), FRAMES)
    assert calls == [["letters", "ropes"]]
    assert {name: len(frame) for name, frame in derived.items()} == {"coils": 2, "knots": 1}
    assert list(derived["knots"]["width"].cat.categories) == list(WIDTH)


@pytest.mark.parametrize("result", [COILS, {"coils": COILS}, {"coils": COILS, "knots": KNOTS, "bends": KNOTS}])
def test_function_without_all_tables_is_refused(result):
    """A function of two tables that returns one frame, or frames of other tables, is refused."""
    with pytest.raises(ContractError, match="derives 'coils', 'knots' must return a mapping with the frames of"):
        derive_tables(with_derived(lambda _: result), FRAMES)


@pytest.mark.parametrize("result", [{"coils": COILS}, None])
def test_function_without_frame_is_refused(result):
    """A function of one table that returns no frame is refused."""

    class Coils(Derived, derive=lambda _: result, key=("rope_id",)):
        """One coil."""

        rope_id: str = foreign_key("ropes", "The rope.")

    with pytest.raises(ContractError, match="derives 'coils' must return the frame of its table"):
        derive_tables(contract(Ropes, Letters, Coils), FRAMES)


def test_invalid_row_of_second_table_is_refused():
    """Every table of a function is checked with its own model."""
    twice = pd.concat([KNOTS, KNOTS], ignore_index=True)
    with pytest.raises(ContractError, match="row 0 of the derived table 'knots'"):
        derive_tables(with_derived(lambda _: {"coils": COILS, "knots": twice}), FRAMES)


@pytest.mark.parametrize(
    "options",
    [
        {"knots": {}},
        {"knots": {"partition_by": "width", "inputs": {"letters": ["width", "sent"]}}},
        {"knots": {"inputs": {"letters": ["width"]}}},
    ],
    ids=["no inputs", "other inputs", "not partitioned"],
)
def test_tables_of_one_function_have_same_inputs(options):
    """Tables of one function that read other columns, or are partitioned in another way, are refused."""
    with pytest.raises(ContractError, match="coils and knots are derived by one function: give both the same inputs="):
        with_derived(lambda _: {}, **options)


def test_tables_of_one_function_sort_partitions_alike():
    """Tables of one function whose partitioning columns have other orders are refused."""
    with pytest.raises(ContractError, match="coils and knots are partitioned by 'width': declare it alike in both"):
        with_derived(lambda _: {}, widths=dict(reversed(WIDTH.items())))
