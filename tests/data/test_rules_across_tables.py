"""Rules across tables that judge names and memberships, on small tables."""

import pandas as pd
import pytest

from schemas import CONTRACT
from stancebook.schema.rules import evaluate_rule


def satisfied(name, tables, table=None):
    """Return, row by row, whether a rule is satisfied."""
    [rule] = [r for r in CONTRACT.rules if r.check.__name__ == name and table in (None, r.table)]
    return evaluate_rule(rule, tables, {}).tolist()


ACTORS = pd.DataFrame(
    {
        "actor_id": ["north", "minister", "envoy", "south", "league"],
        "name": ["Northmark", "Anna Hale", "Ímar Öz", "Southmark", "Port League"],
        "parent_id": [None, "north", "minister", None, None],
    }
)


@pytest.mark.parametrize(
    ("by_line", "speaker", "mentioned_as", "accepted"),
    [
        ("Anna Hale", "minister", None, True),
        ("Anna Hale and Ímar Öz", "envoy", None, True),
        ("Анна Гейл", "minister", "Анна Гейл", True),
        ("A. Hale", "minister", "Hale", True),
        ("R. Vale", "minister", "Anna Hale", False),
        ("R. Vale", "league", None, False),
        (None, "league", None, True),
    ],
)
def test_author_is_the_by_lined_one(by_line, speaker, mentioned_as, accepted):
    """The author's statements have a speaker whose name, or a form of it in the document, is in the by-line."""
    tables = {
        "actors": ACTORS,
        "documents": pd.DataFrame({"doc_id": ["d"], "author": [by_line]}),
        "mentions": pd.DataFrame({"doc_id": ["d"], "actor_id": [speaker], "quote": [mentioned_as or "somebody"]}),
        "statements": pd.DataFrame(
            {"doc_id": ["d", "d"], "speaker_id": [speaker, "south"], "source": ["author", "on_record"]}
        ),
    }
    assert satisfied("author_is_in_by_line", tables) == [accepted, True]


@pytest.mark.parametrize(
    ("format_id", "actor", "role", "accepted"),
    [
        ("river", "north", "party", True),
        ("river", "envoy", "party", True),
        ("river", "league", "party", True),
        ("river", "south", "party", False),
        ("river", "south", "attendee", True),
        ("unnamed", "south", "party", True),
        (None, "south", "party", True),
        ("ministers", "north", "party", False),
    ],
)
def test_parties_belong_to_the_format(format_id, actor, role, accepted):
    """A party of an event takes part in its format, or belongs to somebody who does; formats may name nobody."""
    tables = {
        "actors": ACTORS,
        "events": pd.DataFrame({"event_id": ["e"], "format_id": pd.Series([format_id], dtype="str")}),
        "event_participants": pd.DataFrame({"event_id": ["e"], "actor_id": [actor], "role": [role]}),
        "format_participants": pd.DataFrame(
            {
                "format_id": ["river", "river", "river", "ministers"],
                "actor_id": ["north", "league", "south", "minister"],
                "role": ["party", "mediator", "excluded", "party"],
            }
        ),
    }
    assert satisfied("party_belongs_to_format", tables) == [accepted]


@pytest.mark.parametrize(
    ("relation", "dates", "status", "accepted"),
    [
        ("after", ("2031-04-09", "2031-03-01"), "occurred", True),
        ("after", ("2031-03-01", "2031-03-01"), "occurred", True),
        ("after", ("2031-02-01", "2031-03-01"), "occurred", False),
        ("because_of", ("2031-02-01", "2031-03-01"), "occurred", False),
        ("in_response_to", ("2031-02-01", "2031-03-01"), "occurred", False),
        ("after", ("2031-05-01", "2031-06-01"), "planned", False),
        ("after", ("2031-02-01", "2031-03-01"), "planned", True),
        ("instead_of", ("2031-02-01", "2031-03-01"), "occurred", True),
        ("condition_for", ("2031-02-01", "2031-03-01"), "occurred", True),
        ("after", (None, "2031-03-01"), "occurred", True),
    ],
)
def test_what_follows_does_not_come_first(relation, dates, status, accepted):
    """What comes after another event does not end before that begins; of what should be over another rule says so."""
    days = pd.to_datetime(pd.Series(dates))
    tables = {
        "documents": pd.DataFrame({"doc_id": ["d"], "published": pd.to_datetime(["2031-04-02"])}),
        "events": pd.DataFrame(
            {"event_id": ["e", "f"], "doc_id": "d", "status": status, "date_start": days, "date_end": days}
        ),
        "event_relations": pd.DataFrame({"event_id": ["e"], "relation": [relation], "other_event_id": ["f"]}),
    }
    assert satisfied("later_event_does_not_end_before", tables) == [accepted]


def test_early_event_is_reported_once():
    """An event that ends before all that it followed is reported at the first relation."""
    days = pd.to_datetime(pd.Series(["2031-02-01", "2031-03-01", "2031-04-01"]))
    relations = [("e", "after", "f"), ("e", "after", "g"), ("g", "after", "f")]
    tables = {
        "documents": pd.DataFrame({"doc_id": ["d"], "published": pd.to_datetime(["2031-05-01"])}),
        "events": pd.DataFrame(
            {"event_id": ["e", "f", "g"], "doc_id": "d", "status": "occurred", "date_start": days, "date_end": days}
        ),
        "event_relations": pd.DataFrame(relations, columns=["event_id", "relation", "other_event_id"]),
    }
    assert satisfied("later_event_does_not_end_before", tables) == [False, True, True]


def test_names_are_the_same_but_for_white_space():
    """A form of name is coded once for an actor in a document, whatever its line breaks; another actor may share it."""
    mentions = pd.DataFrame(
        [
            ("d", "minister", "Anna Hale"),
            ("d", "minister", "Anna\r\nHale"),
            ("d", "minister", "Anna HALE"),
            ("d", "envoy", "Anna Hale"),
            ("e", "minister", "Anna Hale"),
        ],
        columns=["doc_id", "actor_id", "quote"],
    )
    assert satisfied("mention_is_coded_once", {"mentions": mentions}) == [True, False, True, True, True]


@pytest.mark.parametrize(
    ("other", "notes", "accepted"),
    [("talks", (None, None), True), ("land", (None, None), False), ("land", ("why", None), True)],
)
def test_contradictions_are_on_one_issue(other, notes, accepted):
    """Contradicting statements are about one issue, or a note of one of them says how; the second is reported."""
    statements = pd.DataFrame(
        {
            "statement_id": ["d#s1", "d#s2"],
            "issue_id": ["talks", other],
            "contradicts_id": ["d#s2", "d#s1"],
            "note": pd.Series(notes, dtype="str"),
        }
    )
    assert satisfied("contradiction_is_on_one_issue", {"statements": statements}) == [True, accepted]
