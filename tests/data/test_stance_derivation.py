"""Each sentence of the definition of observations and changes, on small made-up texts."""

import datetime as dt
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas.stance_derivation
from schemas.stance_derivation import agreements, derive, directions, join_groups, number_runs
from schemas.vocabularies import ASSERTED_CHANGE, CONFIDENCE, SOURCE, STANCE
from stancebook.schema.edtf_dates import edtf_bounds

PUBLISHED = {"april": "2031-04-02", "april-b": "2031-04-02", "may": "2031-05-07"}
PRINCIPALS = {"northmark": "northmark", "minister": "northmark", "envoy": "northmark", "islanders": "islanders"}
DATES = {"date_start": "datetime64[s]", "date_end": "datetime64[s]"}


def statement(stance, date=None, **cells):
    """Return the cells of a statement by the minister on the island, in the article of April; `date` is EDTF."""
    start, end = edtf_bounds(date) if date else (None, None)
    return {
        "doc_id": "april",
        "holder_id": "minister",
        "issue_id": "island-handover",
        "format_id": None,
        "stance": stance,
        "asserted_change": None,
        "source": "on_record",
        "confidence": "high",
        "date_edtf": date,
        "date_start": start,
        "date_end": end,
        **cells,
    }


def tables(statements, softer="toward_zero"):
    """Return the tables that are read, with these statements in the order of the text."""
    rows = [
        {"statement_id": f"{cells['doc_id']}#s{number:02}", "char_start": number, **cells}
        for number, cells in enumerate(statements, start=1)
    ]
    columns = ["statement_id", "char_start", *statement(None)]
    return {
        "statements": pd.DataFrame(rows, columns=columns).astype(DATES | {"holder_id": "str", "doc_id": "str"}),
        "documents": pd.DataFrame({"doc_id": list(PUBLISHED), "published": pd.to_datetime(list(PUBLISHED.values()))}),
        "actors": pd.DataFrame({"actor_id": list(PRINCIPALS), "principal_id": list(PRINCIPALS.values())}),
        "issues": pd.DataFrame({"issue_id": ["island-handover", "a-summit"], "softer": softer}),
    }


def records(frame):
    """Return the rows of a derived table as dicts, in the order of its key; days are text."""
    frame = frame.sort_values(list(frame.columns[:2]))
    days = frame.select_dtypes("datetime").columns
    frame = frame.assign(**{day: frame[day].dt.strftime("%Y-%m-%d") for day in days}).astype("object")
    return frame.where(frame.notna(), None).to_dict("records")


def rows(derived, name, level="actor"):
    """Return the rows of a derived table at a level."""
    return [row for row in records(derived[name]) if next(iter(row.values())).startswith(f"{level}:")]


def observations(*statements, level="actor"):
    """Return the observations of these statements at a level."""
    return rows(derive(tables(statements)), "stance_observations", level)


def changes(*statements, level="actor", softer="toward_zero"):
    """Return the changes between the observations of these statements at a level."""
    return rows(derive(tables(statements, softer)), "stance_changes", level)


def grouped(*statements, level="actor"):
    """Return the numbers of the statements in each observation, such as `["1", "23"]`."""
    members = derive(tables(statements))["observation_statements"]
    members = members[members["observation_id"].str.startswith(f"{level}:")]
    numbers = members["statement_id"].str[-1:].groupby(members["observation_id"]).agg(lambda ids: "".join(sorted(ids)))
    return sorted(numbers)


@pytest.mark.parametrize(("scale", "separator"), [(STANCE, " < "), (SOURCE, ", "), (CONFIDENCE, ", ")])
def test_scales_are_those_of_vocabularies(scale, separator):
    """The scales in the definition have the values and the order of the vocabularies."""
    assert separator.join(scale) in " ".join(schemas.stance_derivation.__doc__.split())


# ── 1. Statements, 2. Series ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "cells",
    [{"stance": None}, {"issue_id": None}, {"stance": None, "asserted_change": "softened", "issue_id": None}],
)
def test_statement_without_content_does_not_count(cells):
    """A statement without an issue, or without both a stance and a claim, does not count."""
    derived = derive(tables([statement("opposes") | cells]))
    assert [len(frame) for frame in derived.values()] == [0, 0, 0]


@pytest.mark.parametrize("cells", [{"stance": "opposes"}, {"asserted_change": "softened"}])
def test_statement_counts_at_both_levels(cells):
    """A statement with a stance or a claim counts for its holder and for the holder's principal."""
    derived = derive(tables([statement(None) | cells]))["stance_observations"]
    assert dict(zip(derived["level"], derived["holder_id"], strict=True)) == {
        "actor": "minister",
        "principal": "northmark",
    }


def test_no_statements_give_empty_tables():
    """Without statements there are three tables without rows."""
    derived = derive(tables([]))
    assert list(derived) == ["stance_observations", "observation_statements", "stance_changes"]
    assert [len(frame) for frame in derived.values()] == [0, 0, 0]


@pytest.mark.parametrize("other", [{"holder_id": "envoy"}, {"issue_id": "a-summit"}, {"format_id": "summit"}])
def test_holder_issue_and_format_separate_series(other):
    """Statements of different holders, issues or formats are never one observation, and never compared."""
    earlier, later = statement("opposes", "2031-03-01"), statement("supports", "2031-03-02")
    assert grouped(earlier, earlier | other) == ["1", "2"]
    assert [row["direction"] for row in changes(earlier, later | other)] == ["first_observed"] * 2


def test_principal_has_statements_of_members():
    """The series of a principal has the statements of all that belong to it."""
    members = [statement("opposes", "2031-03-01", holder_id=holder) for holder in ("minister", "envoy", "islanders")]
    assert grouped(*members, level="principal") == ["12", "3"]


# ── 3. Time of a statement, 4. Overlap, 5. Observation ────────────────────────────────────────────


@pytest.mark.parametrize(
    ("date", "days"),
    [
        (None, ("2031-04-02", "2031-04-02")),
        ("2031-03", ("2031-03-01", "2031-03-31")),
        ("2031-03-20/..", ("2031-03-20", "2031-04-02")),
        ("../2031-03-20", (None, "2031-03-20")),
        ("../2031-04-02", (None, "2031-04-02")),
    ],
)
def test_time_of_statement(date, days):
    """Without a date, or with an open end, the day of publication is the last; an open start stays empty."""
    [row] = observations(statement("opposes", date))
    assert (row["date_start"], row["date_end"]) == days


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("2031-03-01/2031-03-10", "2031-03-10/2031-03-20", True),
        ("2031-03-01/2031-03-10", "2031-03-11/2031-03-20", False),
        ("2031-03", "2031-03-15", True),
        ("2031-04-02", None, True),
        ("2031-04-01", None, False),
        ("2031-03-01/..", None, True),
        ("../2031-03-20", "2029", True),
        ("../2031-03-20", "2031-03-21", False),
        ("../2031-03-20", "../2031-04-02", True),
    ],
)
def test_overlap_within_document(first, second, together):
    """Statements of a document overlap if they share a day; an open start reaches back without limit."""
    assert grouped(statement("opposes", first), statement("opposes", second)) == (["12"] if together else ["1", "2"])


@pytest.mark.parametrize(
    ("april", "may", "together"),
    [
        ("2031-04-01/2031-04-02", "2031-04-02/2031-05", True),
        ("2031-04-01", "../2031-05-07", False),
        ("../2031-04-02", "../2031-05-07", False),
        ("../2031-04-02", "2031-03", False),
        ("../2031-04-02", "2031-04", True),
        ("../2031-04-02", "../2031-04-02", True),
        (None, None, False),
    ],
)
def test_overlap_between_documents(april, may, together):
    """Against another document, an open start is observed on its last day alone."""
    pair = statement("opposes", april), statement("opposes", may, doc_id="may")
    assert grouped(*pair) == (["12"] if together else ["1", "2"])


def test_overlap_connects_in_a_chain():
    """Statements that overlap by way of others are one observation."""
    spans = ["2031-01-01/2031-01-10", "2031-01-20/2031-01-30", "2031-01-10/2031-01-20", "2031-02-01"]
    assert grouped(*[statement("opposes", span) for span in spans]) == ["123", "4"]


def test_overlap_connects_across_documents():
    """What one document connects by an open start is connected for all documents."""
    assert grouped(
        statement("opposes", "2031-01-05"),
        statement("opposes", "../2031-04-02"),
        statement("opposes", "2031-01-05", doc_id="may"),
        statement("opposes", "2031-02-05", doc_id="may"),
    ) == ["123", "4"]


def test_observation_is_named_by_first_in_text():
    """An observation has the ID of its first statement in the order of the text, not of time."""
    [row] = observations(statement("opposes", "2031-03-05/2031-03-09"), statement("opposes", "2031-03-01/2031-03-05"))
    assert (row["observation_id"], row["n_statements"]) == ("actor:april#s01", 2)


def test_observation_has_bounds_of_statements():
    """An observation reaches from the first to the last day of its statements."""
    [row] = observations(statement("opposes", "2031-03-05/2031-03-09"), statement("opposes", "2031-03-01/2031-03-05"))
    assert (row["date_start"], row["date_end"]) == ("2031-03-01", "2031-03-09")


def test_observation_with_open_start_has_none():
    """An observation has no first day if one of its statements has none."""
    [row] = observations(statement("opposes", "2031-03-05"), statement("opposes", "../2031-03-09"))
    assert (row["date_start"], row["date_end"]) == (None, "2031-03-09")


@pytest.mark.parametrize(
    ("stances", "stance", "mixed"),
    [
        (["opposes", "strongly_opposes"], "opposes", False),
        (["strongly_supports", "supports", None], "supports", False),
        (["ambivalent", "ambivalent"], "ambivalent", False),
        (["opposes", "ambivalent"], None, True),
        (["strongly_opposes", "supports"], None, True),
        (["supports", "ambivalent", "supports"], None, True),
    ],
)
def test_stance_of_equal_sources(stances, stance, mixed):
    """Of equally strong sources the weaker stance counts; stances on different sides are mixed."""
    [row] = observations(*[statement(value, asserted_change="unchanged") for value in stances])
    assert (row["stance"], row["mixed"]) == (stance, mixed)


def test_stance_is_of_strongest_source():
    """The strongest source among the statements with a stance gives the stance, and its source is shown."""
    [row] = observations(
        statement(None, asserted_change="softened", source="on_record"),
        statement("supports", source="author"),
        statement("strongly_supports", source="spokesperson"),
        statement("supports", source="unattributed"),
    )
    assert (row["stance"], row["source"]) == ("strongly_supports", "spokesperson")


@pytest.mark.parametrize("stances", [("opposes", "supports"), (None, None)])
def test_source_without_stance_is_strongest(stances):
    """If the stance is empty, the source is the strongest of all statements."""
    pair = zip(stances, ("expert", "leak"), strict=True)
    [row] = observations(*[statement(stance, source=source, asserted_change="softened") for stance, source in pair])
    assert (row["stance"], row["source"]) == (None, "leak")


def test_confidence_is_lowest():
    """The confidence is the lowest of all statements, not only of the one that gives the stance."""
    [row] = observations(
        statement("opposes", confidence="medium"),
        statement(None, asserted_change="softened", confidence="low", source="author"),
    )
    assert row["confidence"] == "low"


@pytest.mark.parametrize(
    ("claims", "claim", "conflict"),
    [
        ([None, None], None, False),
        (["softened", None], "softened", False),
        (["softened", "softened"], "softened", False),
        (["softened", "unchanged"], None, True),
        (["hardened", "softened", None], None, True),
    ],
)
def test_claims_of_observation(claims, claim, conflict):
    """An observation claims what all its claims say; different claims conflict and leave it empty."""
    [row] = observations(*[statement("opposes", asserted_change=value) for value in claims])
    assert (row["asserted_change"], row["claims_conflict"]) == (claim, conflict)


# ── 6. Pairs ──────────────────────────────────────────────────────────────────────────────────────


def test_every_observation_has_a_change():
    """Each observation is the later end of one change, which has its ID."""
    first, second = changes(statement("opposes", "2031-01"), statement("opposes", "2031-02"))
    assert (first["direction"], first["from_observation_id"]) == ("first_observed", None)
    assert second["change_id"] == second["to_observation_id"] == "actor:april#s02"
    assert second["from_observation_id"] == "actor:april#s01"


def test_order_follows_time_not_text():
    """Observations follow each other in time, wherever they are in the text."""
    first, second = changes(statement("supports", "2031-02-01"), statement("opposes", "2031-01-01"))
    assert (first["direction"], second["direction"]) == ("softened", "first_observed")


def test_latest_earlier_observation_is_compared():
    """Of several earlier observations, the one that ended last is compared."""
    *_, last = changes(*[statement("opposes", f"2031-0{month}") for month in (2, 1, 3)])
    assert last["from_observation_id"] == "actor:april#s01"


def test_observation_passes_over_one_in_between():
    """An observation that ended after another began is not compared with it, even if it began before."""
    around = [statement("opposes", "2031-01-05"), statement("opposes", "../2031-04-02")]
    _, between = changes(*around, statement("supports", "2031-02-05", doc_id="may"))
    assert (between["change_id"], between["direction"]) == ("actor:may#s03", "first_observed")


def test_position_of_two_reports_is_compared():
    """Standing positions of two documents are observed when each was published, and compared."""
    _, later = changes(statement("opposes", "../2031-04-02"), statement("supports", "../2031-05-07", doc_id="may"))
    assert (later["direction"], later["not_before"], later["not_after"]) == ("softened", None, "2031-05-07")


def test_claim_without_stance_is_not_earlier_end():
    """A claim without a stance is compared, but nothing is compared with it."""
    claim = statement(None, "2031-02-01", asserted_change="hardened")
    _, second, third = changes(statement("opposes", "2031-01-01"), claim, statement("supports", "2031-03-01"))
    assert (second["direction"], second["agreement"]) == ("indeterminate", "asserted_only")
    assert (third["from_observation_id"], third["direction"]) == ("actor:april#s01", "softened")


def test_mixed_observation_is_indeterminate():
    """A change from or to a mixed observation is indeterminate, and its end has no stance."""
    mixed = [statement("opposes", "2031-02"), statement("supports", "2031-02")]
    _, to_mixed, from_mixed = changes(statement("opposes", "2031-01"), *mixed, statement("supports", "2031-03"))
    assert (to_mixed["direction"], to_mixed["to_stance"]) == ("indeterminate", None)
    assert (from_mixed["from_observation_id"], from_mixed["from_stance"]) == ("actor:april#s02", None)
    assert from_mixed["direction"] == "indeterminate"


# ── 7. Direction, 8. Agreement ────────────────────────────────────────────────────────────────────

TOWARD_ZERO = {
    "strongly_opposes": "·ssss",
    "opposes": "h·sss",
    "ambivalent": "hh·hh",
    "supports": "sss·h",
    "strongly_supports": "ssss·",
}
TOWARD_SUPPORT = {
    "strongly_opposes": "·ssss",
    "opposes": "h·sss",
    "ambivalent": "hh·ss",
    "supports": "hhh·s",
    "strongly_supports": "hhhh·",
}


@pytest.mark.parametrize(("softer", "expected"), [("toward_zero", TOWARD_ZERO), ("toward_support", TOWARD_SUPPORT)])
def test_direction_of_all_moves(softer, expected):
    """The `softer` cell of an issue defines which of all moves is a softening."""
    words = {"s": "softened", "h": "hardened", "·": "unchanged"}
    moves = {
        (before, after): f"{before}-{after}" for before in STANCE for after in STANCE
    }  # each in a format of its own
    earlier = [statement(before, "2031-01", format_id=name) for (before, _), name in moves.items()]
    later = [statement(after, "2031-02", format_id=name) for (_, after), name in moves.items()]
    found = [row["direction"] for row in changes(*earlier, *later, softer=softer)[len(moves) :]]
    assert found == [words[move] for move in "".join(expected.values())]


def test_direction_without_stance_is_indeterminate():
    """Without a stance at either end there is no direction."""
    stances = pd.Series(["opposes", None, None], dtype="object")
    found = directions(stances, stances[::-1].reset_index(drop=True), pd.Series([True] * 3))
    assert set(found) == {"indeterminate"}


@pytest.mark.parametrize(
    ("direction", "claim", "agreement"),
    [
        ("softened", "softened", "agrees"),
        ("unchanged", "unchanged", "agrees"),
        ("softened", "unchanged", "differs"),
        ("unchanged", "softened", "differs"),
        ("hardened", None, "computed_only"),
        ("first_observed", "softened", "asserted_only"),
        ("indeterminate", "unchanged", "asserted_only"),
        ("first_observed", None, "neither"),
        ("indeterminate", None, "neither"),
    ],
)
def test_agreement_of_claim_and_direction(direction, claim, agreement):
    """A claim is compared with a direction only if that shows something."""
    assert agreements(pd.Series([direction]), pd.Series([claim], dtype="object")).tolist() == [agreement]


def test_conflicting_claims_are_kept_one_by_one():
    """Conflicting claims make a change `conflicting`; each statement has its own agreement."""
    derived = derive(
        tables(
            [
                statement("opposes", "2031-01"),
                statement("supports", "2031-02", asserted_change="softened"),
                statement("supports", "2031-02", asserted_change="unchanged"),
                statement("supports", "2031-02"),
            ]
        )
    )
    assert [row["agreement"] for row in rows(derived, "stance_changes")] == ["neither", "conflicting"]
    claims = [(row["asserted_change"], row["agreement"]) for row in rows(derived, "observation_statements")]
    assert claims == [
        (None, "neither"),
        ("softened", "agrees"),
        ("unchanged", "differs"),
        (None, "computed_only"),
    ]


def test_conflicting_claims_without_earlier_end():
    """Conflicting claims are `conflicting` even if there is no earlier observation."""
    [row] = changes(statement("opposes", asserted_change="softened"), statement("opposes", asserted_change="hardened"))
    assert (row["direction"], row["agreement"]) == ("first_observed", "conflicting")


# ── 9. Bounds, 10. Evidence ───────────────────────────────────────────────────────────────────────


def test_change_is_between_two_observations():
    """A change is dated from the start of the earlier to the end of the later observation."""
    _, row = changes(statement("opposes", "2031-01"), statement("supports", "2031-02"))
    assert (row["not_before"], row["not_after"]) == ("2031-01-01", "2031-02-28")


def test_change_has_weaker_source_and_confidence():
    """A change has the weaker source and the lower confidence of its ends, each by itself."""
    first, second = changes(
        statement("opposes", "2031-01", source="author", confidence="medium"),
        statement("supports", "2031-02", source="spokesperson", confidence="low"),
    )
    assert (first["source"], first["confidence"]) == ("author", "medium")
    assert (second["source"], second["confidence"]) == ("author", "low")


# ── Texts of the shapes that the definition was made for ──────────────────────────────────────────

THIS_WEEK = "2031-03-31/2031-04-02"


def test_case_ruled_out_then_open_with_conflict():
    """The author claims a softening, a spokesperson continuity: shown is a softening, and the claims conflict."""
    _, row = changes(
        statement("strongly_opposes", "../2031-03-30", format_id="direct"),
        statement("supports", THIS_WEEK, format_id="direct", asserted_change="softened", source="author"),
        statement("supports", "2031-04-01", format_id="direct", asserted_change="unchanged", source="spokesperson"),
        softer="toward_support",
    )
    assert (row["direction"], row["agreement"], row["asserted_change"]) == ("softened", "conflicting", None)
    assert (row["from_stance"], row["to_stance"], row["source"]) == ("strongly_opposes", "supports", "spokesperson")


def test_case_ban_then_ready_to_meet():
    """A ban of years ago and a readiness of this week are two observations, and the claim agrees."""
    _, row = changes(
        statement("strongly_opposes", "2028-10"),
        statement("supports", THIS_WEEK, asserted_change="softened"),
        softer="toward_support",
    )
    assert (row["direction"], row["agreement"]) == ("softened", "agrees")
    assert (row["not_before"], row["not_after"]) == ("2028-10-01", "2031-04-02")


def test_case_previously_and_this_week():
    """What was said previously and is said this week is unchanged: two times, one stance."""
    _, row = changes(statement("supports", "../2031-03-30"), statement("supports", THIS_WEEK))
    assert (row["direction"], row["agreement"]) == ("unchanged", "computed_only")


def test_case_adamant_against_old_leak():
    """A standing position and a leak of an earlier year in one text are one mixed observation, not a change."""
    [row] = observations(
        statement("strongly_supports", "../2031-04-02", asserted_change="unchanged"),
        statement("ambivalent", "2030-10~/2030-12", holder_id="envoy", source="leak"),
        level="principal",
    )
    assert (row["mixed"], row["stance"], row["date_start"], row["date_end"]) == (True, None, None, "2031-04-02")


def test_case_account_against_report():
    """An account and a report that contradict each other about one time are mixed."""
    [row] = changes(
        statement("supports", "2031-04-01", asserted_change="unchanged"),
        statement("opposes", "../2031-04-02", source="media_report"),
    )
    assert (row["direction"], row["to_stance"], row["agreement"]) == ("first_observed", None, "asserted_only")


def test_case_clauses_of_one_speech():
    """Six clauses of one speech are one observation of six statements."""
    stances = ["supports", "strongly_supports", "supports", "strongly_supports", "supports", "supports"]
    [row] = observations(*[statement(stance, "2031-03-28") for stance in stances])
    assert (row["stance"], row["n_statements"]) == ("supports", 6)


def test_case_headline_and_lead():
    """A headline and a lead that claim one change are one claim, and nothing shows it."""
    claim = statement(None, "2031-03-27/2031-04-02", asserted_change="softened", source="author")
    [row] = changes(claim, claim)
    assert (row["direction"], row["agreement"]) == ("first_observed", "asserted_only")


def test_case_refusal_until_january():
    """A refusal until January and openness this week are two observations: softened, with an open beginning."""
    _, row = changes(
        statement("ambivalent", "../2031-01-30"),
        statement("supports", "2031-04-01"),
        softer="toward_support",
    )
    assert (row["direction"], row["not_before"], row["not_after"]) == ("softened", None, "2031-04-01")


# ── Runs and groups ───────────────────────────────────────────────────────────────────────────────


def test_runs_are_separate_by_group():
    """Intervals of different groups are in different runs; touching ends overlap."""
    runs = number_runs(pd.Series([1, 2, 1, 1]), pd.Series([1, 1, 3, 5]), pd.Series([3, 9, 4, 5]))
    assert (runs[0] == runs[2], runs[0] == runs[1], runs[2] == runs[3]) == (True, False, False)


def test_run_lasts_until_its_latest_end():
    """A long interval keeps a run open after a short one in it has ended."""
    runs = number_runs(pd.Series([1, 1, 1]), pd.Series([1, 2, 8]), pd.Series([9, 3, 9]))
    assert runs.tolist() == [0, 0, 0]


def test_long_chain_is_one_group():
    """A chain of a hundred thousand groups in any order is joined."""
    number = np.random.default_rng(1).permutation(100_000)
    assert set(join_groups(number, number // 2)) != {0}
    ring = np.concatenate([number, (number + 1) % len(number)])
    assert set(join_groups(ring, np.concatenate([number, number]))) == {0}


# ── What always holds ─────────────────────────────────────────────────────────────────────────────

DAYS = [f"2031-03-{day:02}" for day in (1, 2, 3, 5, 8, 9, 30)]
SPANS = [f"{first}/{last}" for first, last in combinations(DAYS, 2)]
EDTF = st.sampled_from([None, *DAYS, *SPANS, *(f"../{day}" for day in DAYS), *(f"{day}/.." for day in DAYS)])


@st.composite
def any_statement(draw):
    """Draw the cells of a statement from few holders, issues and days, so that many overlap."""
    return statement(
        draw(st.sampled_from([None, *STANCE])),
        draw(EDTF),
        doc_id=draw(st.sampled_from(["april", "may"])),
        holder_id=draw(st.sampled_from(["minister", "minister", "envoy", "islanders"])),
        issue_id=draw(st.sampled_from(["island-handover", "island-handover", "a-summit", None])),
        format_id=draw(st.sampled_from([None, None, None, "summit"])),
        asserted_change=draw(st.sampled_from([None, *ASSERTED_CHANGE])),
        source=draw(st.sampled_from(list(SOURCE))),
        confidence=draw(st.sampled_from(list(CONFIDENCE))),
    )


ANY_STATEMENTS = st.lists(any_statement(), max_size=30)
few = settings(max_examples=12)  # a derivation takes as long for two statements as for a thousand


def content(derived):
    """Return the rows of all derived tables, in the order of their keys."""
    return {name: records(frame) for name, frame in derived.items()}


@few
@given(ANY_STATEMENTS, st.sampled_from(["toward_zero", "toward_support"]))
def test_same_rows_as_by_hand(statements, softer):
    """The definition, followed pair by pair, gives the same rows."""
    found = tables(statements, softer)
    derived = derive(found)
    assert content(derived) == content(by_hand(found, {name: list(frame) for name, frame in derived.items()}))


@pytest.mark.proof
@few
@given(ANY_STATEMENTS.filter(bool), st.data())
def test_paraphrase_changes_only_counts(statements, data):
    """A statement that repeats another's cells changes nothing but counts, and adds its own row for each level."""
    copied = data.draw(st.sampled_from(statements))
    plain, with_copy = (content(derive(tables(texts))) for texts in (statements, [*statements, copied]))
    for row in plain["stance_observations"] + with_copy["stance_observations"]:
        row.pop("n_statements")
    copies = {f"{copied['doc_id']}#s{len(statements) + 1:02}"}
    members = [row for row in with_copy["observation_statements"] if row["statement_id"] not in copies]
    assert {**with_copy, "observation_statements": members} == plain


@pytest.mark.proof
@few
@given(ANY_STATEMENTS, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(statements, random):
    """Rows of statements, documents, actors and issues may come in any order."""
    found = tables(statements)
    shuffled = {name: frame.sample(frac=1, random_state=random.randrange(1000)) for name, frame in found.items()}
    assert content(derive(found)) == content(derive(shuffled))


@pytest.mark.proof
@few
@given(ANY_STATEMENTS)
def test_no_observation_follows_a_later_one(statements):
    """The earlier end of a change ended before the later began, and no other with a stance ended in between."""
    found = content(derive(tables(statements)))
    ends = {row["observation_id"]: row["date_end"] for row in found["stance_observations"]}
    for row in found["stance_changes"]:
        if row["from_observation_id"]:
            assert ends[row["from_observation_id"]] < ends[row["to_observation_id"]]
            assert (row["not_before"] or "") <= row["not_after"]


@few
@given(ANY_STATEMENTS)
def test_statement_is_in_one_observation_a_level(statements):
    """Every statement that counts is in exactly one observation of each level."""
    found = tables(statements)
    counted = [
        f"{cells['doc_id']}#s{number:02}"
        for number, cells in enumerate(statements, start=1)
        if cells["issue_id"] and (cells["stance"] or cells["asserted_change"])
    ]
    derived = derive(found)
    for level in ("actor", "principal"):
        assert sorted(row["statement_id"] for row in rows(derived, "observation_statements", level)) == sorted(counted)
        sizes = [row["n_statements"] for row in rows(derived, "stance_observations", level)]
        assert sum(sizes) == len(counted)


@few
@given(ANY_STATEMENTS)
def test_observations_of_a_series_end_apart(statements):
    """No two observations of a series end on the same day, so the earlier end of a change is always one."""
    found = derive(tables(statements))["stance_observations"]
    assert (
        not found.fillna({"format_id": ""})
        .duplicated(["level", "holder_id", "issue_id", "format_id", "date_end"])
        .any()
    )


@pytest.mark.proof
@few
@given(ANY_STATEMENTS)
def test_copy_of_document_changes_only_counts(statements):
    """A second document with the same statements, published on the same day, changes nothing but counts."""
    april = [cells | {"doc_id": "april"} for cells in statements]
    alone, both = (
        content(derive(tables(texts))) for texts in (april, april + [cells | {"doc_id": "april-b"} for cells in april])
    )
    assert [row.pop("n_statements") * 2 for row in alone["stance_observations"]] == [
        row.pop("n_statements") for row in both["stance_observations"]
    ]
    members = [row for row in both["observation_statements"] if row["statement_id"].startswith("april#")]
    assert {**both, "observation_statements": members} == alone


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=12))
def test_joined_groups_are_connected(pairs):
    """Rows have one number exactly if common numbers connect them."""
    first, second = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    joined = join_groups(first, second)
    expected = components(len(pairs), lambda i, j: first[i] == first[j] or second[i] == second[j])
    assert [set(np.flatnonzero(joined == number)) for number in sorted(set(joined))] == sorted(
        expected, key=lambda members: joined[min(members)]
    )


# ── The definition, pair by pair ──────────────────────────────────────────────────────────────────


def components(size, connected):
    """Return the sets of numbers below `size` that a graph search connects."""
    left, found = set(range(size)), []
    while left:
        members = waiting = {min(left)}
        while waiting:
            waiting = {j for j in left - members if any(connected(i, j) for i in waiting)}
            members = members | waiting
        left -= members
        found.append(members)
    return found


def by_hand(found, columns):
    """Return the derived tables, computed as the definition says it and in no clever way."""
    published = found["documents"].set_index("doc_id")["published"].dt.date
    softer = found["issues"].set_index("issue_id")["softer"]
    series = {}
    for cells in found["statements"].astype("object").where(found["statements"].notna(), None).to_dict("records"):
        if cells["issue_id"] and (cells["stance"] or cells["asserted_change"]):
            first, last = edtf_bounds(cells["date_edtf"]) if cells["date_edtf"] else [published[cells["doc_id"]]] * 2
            cells |= {"first": first, "last": last or published[cells["doc_id"]]}
            for level, holder in (("actor", cells["holder_id"]), ("principal", PRINCIPALS[cells["holder_id"]])):
                series.setdefault((level, holder, cells["issue_id"], cells["format_id"]), []).append(cells)
    observed, members, moves = [], [], []
    for key, statements in series.items():
        groups = components(len(statements), lambda i, j: share_a_day(statements[i], statements[j]))  # noqa: B023
        own = [observation(key, [statements[number] for number in group]) for group in groups]
        for row, texts in own:
            earlier = [other for other, _ in own if (other["stance"] or other["mixed"]) and ended_before(other, texts)]
            change = change_to(row, max(earlier, key=lambda other: other["date_end"], default=None), softer[key[2]])
            moves.append(change)
            observed.append(row)
            members += [
                {
                    "observation_id": row["observation_id"],
                    "statement_id": text["statement_id"],
                    "issue_id": key[2],
                    "asserted_change": text["asserted_change"],
                    "agreement": agreement(text["asserted_change"], change["direction"]),
                }
                for text in texts
            ]
    made = {"stance_observations": observed, "observation_statements": members, "stance_changes": moves}
    days = ["date_start", "date_end", "not_before", "not_after"]
    frames = {name: pd.DataFrame(made[name], columns=columns[name]) for name in columns}
    return {
        name: frame.astype({day: "datetime64[s]" for day in days if day in frame}).astype({frame.columns[0]: "str"})
        for name, frame in frames.items()
    }


def share_a_day(one, other):
    """Return whether the times of two statements have a day in common."""
    same_document = one["doc_id"] == other["doc_id"]
    open_start = [dt.date.min, dt.date.min] if same_document else [one["last"], other["last"]]
    first = max(one["first"] or open_start[0], other["first"] or open_start[1])
    return first <= min(one["last"], other["last"])


def ended_before(other, texts):
    """Return whether an observation ended before the first day on which these statements are observed."""
    return other["date_end"] < min(text["first"] or text["last"] for text in texts)


def observation(key, texts):
    """Return the observation that these statements are, and the statements."""
    level, holder, issue, format_ = key
    first = min(texts, key=lambda text: (text["doc_id"], text["char_start"], text["statement_id"]))
    scale, sources, confidences = list(STANCE), list(SOURCE), list(CONFIDENCE)
    stated = [text for text in texts if text["stance"]]
    sides = {np.sign(scale.index(text["stance"]) - 2) for text in stated}
    claims = {text["asserted_change"] for text in texts if text["asserted_change"]}
    giving = min(
        stated if len(sides) == 1 else texts,
        key=lambda text: (
            sources.index(text["source"]),
            abs(scale.index(text["stance"]) - 2) if text["stance"] else 0,
        ),
    )
    row = {
        "observation_id": f"{level}:{first['statement_id']}",
        "level": level,
        "holder_id": holder,
        "issue_id": issue,
        "format_id": format_,
        "date_start": None if any(not text["first"] for text in texts) else min(text["first"] for text in texts),
        "date_end": max(text["last"] for text in texts),
        "stance": giving["stance"] if len(sides) == 1 else None,
        "mixed": len(sides) > 1,
        "asserted_change": next(iter(claims)) if len(claims) == 1 else None,
        "claims_conflict": len(claims) > 1,
        "source": giving["source"],
        "confidence": max((text["confidence"] for text in texts), key=confidences.index),
        "n_statements": len(texts),
    }
    return row, texts


def change_to(row, earlier, softer):
    """Return the change from an earlier observation, or from none, to an observation."""
    before = earlier or {**row, "observation_id": None, "stance": None, "date_start": None}
    direction = move(before["stance"], row["stance"], softer) if earlier else "first_observed"
    same = ("level", "holder_id", "issue_id", "format_id", "asserted_change")
    return {
        "change_id": row["observation_id"],
        **{name: row[name] for name in same},
        "from_observation_id": before["observation_id"],
        "to_observation_id": row["observation_id"],
        "from_stance": before["stance"],
        "to_stance": row["stance"],
        "direction": direction,
        "agreement": "conflicting" if row["claims_conflict"] else agreement(row["asserted_change"], direction),
        "not_before": before["date_start"],
        "not_after": row["date_end"],
        "source": max(before["source"], row["source"], key=list(SOURCE).index),
        "confidence": max(before["confidence"], row["confidence"], key=list(CONFIDENCE).index),
    }


def move(before, after, softer):
    """Return the direction of a move between two stances."""
    if before is None or after is None:
        return "indeterminate"
    if before == after:
        return "unchanged"
    old, new = (list(STANCE).index(stance) - 2 for stance in (before, after))
    away = (old < 0 and new > old) or (old > 0 and new < old)
    return "softened" if (new > old if softer == "toward_support" else away) else "hardened"


def agreement(claim, direction):
    """Return whether a claim agrees with a direction."""
    shown = direction in ("softened", "hardened", "unchanged")
    if claim is None:
        return "computed_only" if shown else "neither"
    if not shown:
        return "asserted_only"
    return "agrees" if claim == direction else "differs"
