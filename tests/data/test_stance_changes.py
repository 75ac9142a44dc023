"""What counts as a move: two observations of one series, and what the text claims beside what they show."""

import pandas as pd
import pytest

from schemas.stance_changes import derive

PUBLISHED = "2031-04-02"


def tables(*statements, softer="toward_zero"):
    """Tables with these statements of a minister of Northmark and of Northmark itself, in the order of the text."""
    rows = [
        {
            "statement_id": f"river-talks#s{number:02}",
            "speaker_id": statement.get("holder_id", "minister"),
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
            **statement,
        }
        for number, statement in enumerate(statements, start=1)
    ]
    frame = pd.DataFrame(rows).astype({"date_start": "datetime64[s]", "date_end": "datetime64[s]"})
    return {
        "statements": frame.assign(date_edtf=frame["date_end"].astype("str").where(frame["date_end"].notna())),
        "documents": pd.DataFrame({"doc_id": ["river-talks"], "published": pd.to_datetime([PUBLISHED])}),
        "actors": pd.DataFrame({"actor_id": ["minister", "northmark"], "party_id": ["northmark", "northmark"]}),
        "issues": pd.DataFrame({"issue_id": ["island-handover"], "softer": [softer]}),
    }


def said(stance, day, **more):
    return {"stance": stance, "date_start": day, "date_end": day, **more}


def last(*statements, level="actor", softer="toward_zero"):
    """The row of the last statement's series at this level."""
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
def test_which_move_is_a_softening_is_the_issues_to_say(softer, before, after, direction):
    row = last(said(before, "2031-01-01"), said(after, "2031-02-01"), softer=softer)
    assert row["direction"] == direction


def test_the_first_observation_of_a_series_has_no_direction():
    row = last(said("opposes", "2031-01-01"))
    assert (row["direction"], row["from_statement_id"]) == ("first_observed", None)


def test_an_end_without_a_stance_is_indeterminate():
    row = last(said("opposes", "2031-01-01"), said(None, "2031-02-01", asserted_change="softened"))
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
def test_claim_and_evidence_stand_side_by_side(after, asserted, agreement):
    row = last(said("opposes", "2031-01-01"), said(after, "2031-02-01", asserted_change=asserted))
    assert row["agreement"] == agreement
    assert row["asserted_change"] == asserted


def test_a_claim_without_an_earlier_position_is_asserted_only():
    assert last(said("supports", "2031-02-01", asserted_change="softened"))["agreement"] == "asserted_only"


def test_the_change_lies_between_the_two_observations():
    row = last(
        {"stance": "opposes", "date_start": "2031-01-01", "date_end": "2031-01-31"},
        {"stance": "supports", "date_start": "2031-02-01", "date_end": "2031-02-28"},
    )
    assert (str(row["not_before"])[:10], str(row["not_after"])[:10]) == ("2031-01-01", "2031-02-28")


def test_an_undated_statement_holds_as_of_publication():
    row = last(said("opposes", "2031-01-01"), said("supports", "2031-02-01"), {"stance": "ambivalent"})
    undated = derive(tables({"stance": "opposes"}, said("supports", "2031-02-01")))
    assert pd.isna(row["from_stance"])  # it may have been held all along, so it comes first
    assert str(undated["not_after"].iloc[0])[:10] == PUBLISHED


def test_order_is_of_dates_not_of_the_text():
    row = last(said("supports", "2031-02-01"), said("opposes", "2031-01-01"))
    assert row["direction"] == "first_observed"


def test_a_party_moves_through_its_members():
    row = last(said("opposes", "2031-01-01"), said("supports", "2031-02-01", holder_id="northmark"), level="party")
    assert (row["holder_id"], row["direction"]) == ("northmark", "softened")


def test_sources_that_conflict_over_overlapping_dates_are_indeterminate():
    overlapping = {"date_start": None, "date_end": PUBLISHED}
    row = last(
        {"stance": "opposes", **overlapping},
        {"stance": "supports", "holder_id": "northmark", "source": "media_report", **overlapping},
        level="party",
    )
    assert row["direction"] == "indeterminate"


def test_a_leak_does_not_cancel_what_is_on_record():
    leak = said("ambivalent", "2031-02-01", speaker_id="leak", source="leak")
    row = last(said("opposes", "2031-01-01"), leak, said("opposes", "2031-03-01"))
    assert (row["from_statement_id"], row["direction"]) == ("river-talks#s01", "unchanged")


def test_a_leak_is_itself_held_against_what_came_before():
    row = last(said("opposes", "2031-01-01"), said("ambivalent", "2031-02-01", speaker_id="leak", source="leak"))
    assert (row["direction"], row["source"]) == ("softened", "leak")


def test_a_row_is_as_strong_as_its_weaker_end():
    row = last(
        said("opposes", "2031-01-01", source="author", confidence="low"),
        said("supports", "2031-02-01", source="spokesperson"),
    )
    assert (row["source"], row["confidence"]) == ("author", "low")


def test_a_claim_without_a_stance_is_no_end_to_hold_another_against():
    claim = said(None, "2031-02-01", asserted_change="softened")
    row = last(said("opposes", "2031-01-01"), claim, said("supports", "2031-03-01"))
    assert (row["from_statement_id"], row["direction"]) == ("river-talks#s01", "softened")


def test_formats_make_series_of_their_own():
    row = last(said("opposes", "2031-01-01"), said("supports", "2031-02-01", format_id="river-talks"))
    assert row["direction"] == "first_observed"


def test_statements_without_a_stance_and_a_claim_are_no_observations():
    assert derive(tables(said(None, "2031-01-01"))).empty


@pytest.mark.parametrize("number", [2, 3])
def test_every_observation_is_in_one_series_of_each_level(number):
    changes = derive(tables(*[said("opposes", f"2031-01-{day:02}") for day in range(1, number + 1)]))
    assert changes.groupby("level")["to_statement_id"].nunique().to_dict() == {"actor": number, "party": number}
