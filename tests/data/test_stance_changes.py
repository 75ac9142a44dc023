"""Stance changes are derived from pairs of observations and compared with the claims of the text."""

import pandas as pd
import pytest

from schemas.stance_changes import derive

PUBLISHED = "2031-04-02"


def tables(*statements, softer="toward_zero"):
    """Return tables with these statements by Northmark and its minister, in text order."""
    rows = [
        {
            "statement_id": f"river-talks#s{number:02}",
            "speaker_id": cells.get("holder_id", "minister"),
            "holder_id": "minister",
            "issue_id": "island-handover",
            "format_id": None,
            "stance": None,
            "asserted_change": None,
            "source": "on_record",
            "confidence": "high",
            "date_start": None,
            "date_end": None,
            "doc_id": "river-talks",
            "char_start": number,
            **cells,
        }
        for number, cells in enumerate(statements, start=1)
    ]
    frame = pd.DataFrame(rows).astype({"date_start": "datetime64[s]", "date_end": "datetime64[s]"})
    return {
        "statements": frame.assign(date_edtf=frame["date_end"].astype("str").where(frame["date_end"].notna())),
        "documents": pd.DataFrame({"doc_id": ["river-talks"], "published": pd.to_datetime([PUBLISHED])}),
        "actors": pd.DataFrame({"actor_id": ["minister", "northmark"], "party_id": ["northmark", "northmark"]}),
        "issues": pd.DataFrame({"issue_id": ["island-handover"], "softer": [softer]}),
    }


def statement(stance, day, **cells):
    """Return the cells of a statement that was made on one day."""
    return {"stance": stance, "date_start": day, "date_end": day, **cells}


def last_change(*statements, level="actor", softer="toward_zero"):
    """Return the derived row that ends with the last statement, at a level."""
    changes = derive(tables(*statements, softer=softer))
    key = f"river-talks#s{len(statements):02}"
    found = changes[(changes["level"] == level) & (changes["to_statement_id"] == key)]
    [row] = found.astype("object").where(found.notna(), None).to_dict("records")
    return row


@pytest.mark.parametrize(
    ("softer", "before", "after", "direction"),
    [
        ("toward_zero", "strongly_opposes", "opposes", "softened"),
        ("toward_zero", "opposes", "supports", "softened"),
        ("toward_zero", "supports", "ambivalent", "softened"),
        ("toward_zero", "supports", "strongly_supports", "hardened"),
        ("toward_zero", "ambivalent", "opposes", "hardened"),
        ("toward_zero", "ambivalent", "supports", "hardened"),
        ("toward_support", "opposes", "supports", "softened"),
        ("toward_support", "ambivalent", "supports", "softened"),
        ("toward_support", "strongly_supports", "supports", "hardened"),
        ("toward_support", "opposes", "opposes", "unchanged"),
    ],
)
def test_issue_defines_which_move_is_softer(softer, before, after, direction):
    """The `softer` cell of an issue defines which move is a softening."""
    row = last_change(statement(before, "2031-01-01"), statement(after, "2031-02-01"), softer=softer)
    assert row["direction"] == direction


def test_first_observation_has_no_direction():
    """The first observation of a series is `first_observed` and has no earlier statement."""
    row = last_change(statement("opposes", "2031-01-01"))
    assert (row["direction"], row["from_statement_id"]) == ("first_observed", None)


def test_end_without_stance_is_indeterminate():
    """A change to a statement without a stance is indeterminate."""
    row = last_change(statement("opposes", "2031-01-01"), statement(None, "2031-02-01", asserted_change="softened"))
    assert (row["direction"], row["agreement"]) == ("indeterminate", "asserted_only")


@pytest.mark.parametrize(
    ("after", "asserted", "agreement"),
    [
        ("supports", "softened", "agrees"),
        ("opposes", "softened", "differs"),
        ("supports", None, "computed_only"),
        ("opposes", "unchanged", "agrees"),
    ],
)
def test_claim_is_compared_with_observations(after, asserted, agreement):
    """The claim of the text is compared with what the observations show."""
    row = last_change(statement("opposes", "2031-01-01"), statement(after, "2031-02-01", asserted_change=asserted))
    assert row["agreement"] == agreement
    assert row["asserted_change"] == asserted


def test_claim_without_earlier_stance_is_asserted():
    """A claim of change without an earlier position is `asserted_only`."""
    assert last_change(statement("supports", "2031-02-01", asserted_change="softened"))["agreement"] == "asserted_only"


def test_change_is_between_two_observations():
    """A change is dated from the start of the first to the end of the second observation."""
    row = last_change(
        {"stance": "opposes", "date_start": "2031-01-01", "date_end": "2031-01-31"},
        {"stance": "supports", "date_start": "2031-02-01", "date_end": "2031-02-28"},
    )
    assert (str(row["not_before"])[:10], str(row["not_after"])[:10]) == ("2031-01-01", "2031-02-28")


def test_undated_statement_ends_with_publication():
    """An undated statement may hold at any time up to publication."""
    row = last_change(statement("opposes", "2031-01-01"), statement("supports", "2031-02-01"), {"stance": "ambivalent"})
    undated = derive(tables({"stance": "opposes"}, statement("supports", "2031-02-01")))
    assert pd.isna(row["from_stance"])  # the undated statement is first
    assert str(undated["not_after"].iloc[0])[:10] == PUBLISHED


def test_order_follows_dates():
    """Observations are ordered by date, not by their order in the text."""
    row = last_change(statement("supports", "2031-02-01"), statement("opposes", "2031-01-01"))
    assert row["direction"] == "first_observed"


def test_party_series_includes_members():
    """The series of a party consists of the statements of its members."""
    row = last_change(
        statement("opposes", "2031-01-01"), statement("supports", "2031-02-01", holder_id="northmark"), level="party"
    )
    assert (row["holder_id"], row["direction"]) == ("northmark", "softened")


def test_conflicting_overlapping_sources():
    """Sources that conflict over overlapping dates are indeterminate."""
    overlapping = {"date_start": None, "date_end": PUBLISHED}
    row = last_change(
        {"stance": "opposes", **overlapping},
        {"stance": "supports", "holder_id": "northmark", "source": "media_report", **overlapping},
        level="party",
    )
    assert row["direction"] == "indeterminate"


def test_leak_does_not_replace_record():
    """A statement on record is compared with the earlier one on record, not with a leak between them."""
    leak = statement("ambivalent", "2031-02-01", speaker_id="leak", source="leak")
    row = last_change(statement("opposes", "2031-01-01"), leak, statement("opposes", "2031-03-01"))
    assert (row["from_statement_id"], row["direction"]) == ("river-talks#s01", "unchanged")


def test_leak_is_compared_with_earlier_record():
    """A leak is compared with the statement before it."""
    row = last_change(
        statement("opposes", "2031-01-01"), statement("ambivalent", "2031-02-01", speaker_id="leak", source="leak")
    )
    assert (row["direction"], row["source"]) == ("softened", "leak")


def test_row_has_weaker_source_and_confidence():
    """A row has the weaker source and the lower confidence of its two ends."""
    row = last_change(
        statement("opposes", "2031-01-01", source="author", confidence="low"),
        statement("supports", "2031-02-01", source="spokesperson"),
    )
    assert (row["source"], row["confidence"]) == ("author", "low")


def test_claim_without_stance_is_skipped():
    """A claim without a stance is not the start of a later change."""
    claim = statement(None, "2031-02-01", asserted_change="softened")
    row = last_change(statement("opposes", "2031-01-01"), claim, statement("supports", "2031-03-01"))
    assert (row["from_statement_id"], row["direction"]) == ("river-talks#s01", "softened")


def test_formats_have_separate_series():
    """Statements on different formats are in different series."""
    row = last_change(statement("opposes", "2031-01-01"), statement("supports", "2031-02-01", format_id="river-talks"))
    assert row["direction"] == "first_observed"


def test_statement_without_stance_and_claim():
    """A statement with neither a stance nor a claim is not an observation."""
    assert derive(tables(statement(None, "2031-01-01"))).empty


@pytest.mark.parametrize("number", [2, 3])
def test_observation_is_in_one_series_per_level(number):
    """Each observation is in one series of its actor and one of its party."""
    changes = derive(tables(*[statement("opposes", f"2031-01-{day:02}") for day in range(1, number + 1)]))
    assert changes.groupby("level")["to_statement_id"].nunique().to_dict() == {"actor": number, "party": number}
