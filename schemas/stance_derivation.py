"""Derive what holders are observed to hold, and what changed between two observations.

This is the whole definition: what is not mentioned here has no influence on the result. Three scales are used:

- `stance`: strongly_opposes < opposes < ambivalent < supports < strongly_supports. The first two are the side against,
  the third is the middle, the last two are the side for.
- `source`, the strongest first: on_record, spokesperson, official_unnamed, leak, media_report, unattributed, expert,
  author.
- `confidence`, the highest first: high, medium, low.

1. *Statements.* A statement counts if it has an issue, and a stance or an asserted change or both. It counts once for
   its holder (level `actor`) and once for its holder's principal, which may be the holder (level `principal`).
2. *Series.* Statements with the same level, holder (or principal), issue and format are a series. To have no format is
   a format of its own.
3. *Time of a statement.* Whole days, the first and the last included. Without `date_edtf` it is one day, the day of
   publication of its document. Else it is `date_start` to `date_end`; if the end is open, it ends on the day of
   publication. If the start is open (there is a `date_edtf`, and `date_start` is empty), its time depends on the other
   statement. Compared with statements of the same document it is every day up to its last, since a text that leaves a
   position undated does not order it; so two open starts in one document always overlap. Compared with statements of
   other documents it is its last day alone, on which it *is observed*. A statement whose start is not open is observed
   on all its days.
4. *Overlap.* Two statements of a series overlap if there is a day that is in the time of both.
5. *Observation.* Statements of a series that overlap, directly or by way of other statements of the series, over any
   number of them and of documents, are one observation. A statement that overlaps with none is one by itself. So a
   statement is in exactly one observation of each level.
   - `observation_id`: the level, a colon, and the ID of its first statement, by `doc_id`, then `char_start`, then
     `statement_id`. `n_statements` is how many it has.
   - `date_start`: the first day of its statements; empty if one of them has an open start. `date_end`: the last day of
     its statements. It *begins* on the first day on which one of its statements is observed.
   - `mixed`: not all its stances are on one side, the middle being a side.
   - `stance`: empty if it is mixed or no statement has one. Else that of the strongest source among its statements with
     a stance; if several of that source differ, the weaker, which is the one without `strongly_`.
   - `source`: of the statement that gives the stance; if the stance is empty, the strongest of all its statements.
   - `confidence`: the lowest of all its statements.
   - `asserted_change`: what its statements claim, if all that claim something claim the same; empty if none does. If
     they claim different things, it is empty and `claims_conflict` is true.
6. *Pairs.* Every observation (the later) has one row in `stance_changes`. It is compared with the earlier: of the
   observations of the same series that have a stance or are mixed, and whose last day is before the later begins,
   the one that ends last. An observation with neither is compared, but nothing is compared with it.
7. *Direction.* `first_observed` if there is no earlier one. `indeterminate` if one of the two has no stance (mixed ones
   have none). `unchanged` if the stances are equal. Else it depends on the issue's `softer`. With `toward_support`,
   every move toward `strongly_supports` is `softened`, every other `hardened`. With `toward_zero`, a move away from
   one's own side is `softened`: from against any move upward, from for any move downward, also across the middle; every
   other move, and every move from `ambivalent`, is `hardened`.
8. *Agreement* of a claim and a direction. The direction shows something if it is `softened`, `hardened` or `unchanged`.
   It does, and there is a claim: `agrees` if they are the same word, else `differs`; there is none: `computed_only`. It
   does not, and there is a claim: `asserted_only`; there is none: `neither`. For a row of `stance_changes` the claim
   is that of the later observation, and the agreement is `conflicting` if its claims conflict, with any direction.
   For a row of `observation_statements` it is the statement's own claim, with the direction of its observation's row.
9. *Bounds.* The change is no earlier than `not_before`, the `date_start` of the earlier (empty if that is, or if there
   is no earlier), and no later than `not_after`, the `date_end` of the later.
10. *Evidence.* `source` and `confidence` of a change are the weaker of its two ends, each by itself; those of the later
    if there is no earlier.

*Not computed:* averages, weights or majorities; a comparison of different holders, issues or formats, or of a member
with its principal; an order of overlapping statements, or of the statements within an observation; the effect of
`condition`, of who speaks, or of `contradicts_id`; a stance where there is only a claim; an end of a stance because
it is not mentioned any more. Silence is no stance.

*Limit.* The more densely a series is reported, the longer the chains of overlapping statements: a series with news
every other day, in spans such as "this week", has observations that last for weeks and are often mixed. See
`date_start`, `date_end` and `n_statements` before you read few changes as constancy.

*Example.* A text published on 2031-04-02 has three statements of one minister on one issue (`toward_support`), without
a format, all of high confidence: s1 `strongly_opposes`, `../2031-02-28`, on record; s2 `supports`,
`2031-03-31/2031-04-02`, claims `softened`, by the author; s3 `supports`, `2031-04-01`, claims `unchanged`, by a
spokesperson. At the level `actor`, s1 is an observation (no start, end 2031-02-28, `strongly_opposes`, on record); s2
and s3 share a day and are another (2031-03-31 to 2031-04-02, `supports`, by a spokesperson, no `asserted_change`,
`claims_conflict`). The first change is `first_observed`, `neither`. The second is `softened`, `conflicting`, empty
`not_before`, `not_after` 2031-04-02, by a spokesperson; by itself, the claim of s2 `agrees` and that of s3 `differs`.
Were s3 dated `../2031-04-02`, it would overlap with s1 too: all three would be one observation, and mixed.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from schemas.vocabularies import ASSERTED_CHANGE, CONFIDENCE, SOURCE, STANCE
from stancebook import Tables, look_up

SERIES = ["level", "holder_id", "issue_id", "format_id"]
TEXT_ORDER = ["doc_id", "char_start", "statement_id"]
INPUTS = {
    "documents": ["doc_id", "published"],
    "statements": [
        *TEXT_ORDER,
        *SERIES[1:],
        *("stance", "asserted_change", "source", "confidence"),
        *("date_edtf", "date_start", "date_end"),
    ],
}

# Values as numbers: stances from -2 to 2, the others by their place in the vocabulary.
_CODES = {
    "stance": {stance: code for code, stance in enumerate(STANCE, start=-2)},
    "asserted_change": {change: code for code, change in enumerate(ASSERTED_CHANGE)},
    "source": {source: code for code, source in enumerate(SOURCE)},
    "confidence": {confidence: code for code, confidence in enumerate(CONFIDENCE)},
}
_SHOWN = ["softened", "hardened", "unchanged"]


def derive(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables of observations, of their statements, and of changes, by name.

    Args:
        tables: `documents` and `statements` with the columns of `INPUTS`, `actors` and `issues`.
    """
    statements = in_both_levels(counted_statements(tables), tables["actors"])
    statements["observation"] = observation_numbers(statements)
    observations = summarize_observations(statements)
    changes = compare_observations(observations, tables["issues"])
    return {
        "stance_observations": observations.drop(columns=["series", "begins"]),
        "observation_statements": compare_claims(statements, observations, changes),
        "stance_changes": changes,
    }


# ── Statements and their time ─────────────────────────────────────────────────────────────────────


def counted_statements(tables: Tables) -> pd.DataFrame:
    """Return the statements that count in the order of the text, with the days on which they are observed.

    Returns:
        The columns of statements, with codes for the vocabularies; `observed_from` and `observed_to`, the first and the
        last day; `open_start`, whether the position is older than that.
    """
    statements = tables["statements"]
    counts = statements["issue_id"].notna() & (statements["stance"].notna() | statements["asserted_change"].notna())
    rows = statements[counts].merge(tables["documents"][["doc_id", "published"]], on="doc_id")
    rows = rows.sort_values(TEXT_ORDER, ignore_index=True)
    dated = rows["date_edtf"].notna()
    end = rows["date_end"].where(dated).fillna(rows["published"])
    start = rows["date_start"].where(dated).fillna(end)
    return rows.assign(
        **{name: encode(rows[name], codes) for name, codes in _CODES.items()},
        observed_from=start,
        observed_to=end,
        open_start=dated & rows["date_start"].isna(),
    )


def in_both_levels(statements: pd.DataFrame, actors: pd.DataFrame) -> pd.DataFrame:
    """Return each statement twice, for its holder and for the holder's principal, with the number of its series."""
    principals = look_up(actors, statements["holder_id"], "principal_id")
    levels = [statements.assign(level="actor"), statements.assign(level="principal", holder_id=principals)]
    rows = pd.concat(levels, ignore_index=True)
    return rows.assign(series=rows.groupby(SERIES, dropna=False).ngroup())


# ── Observations ──────────────────────────────────────────────────────────────────────────────────


def observation_numbers(statements: pd.DataFrame) -> "pd.Series[int]":
    """Return a number for each statement: those of one observation have the same.

    Two statements overlap within their document, where an open start reaches back to the first of all days, or within
    their series, where it does not. So an observation is what is connected by runs of either kind.
    """
    start, end = statements["observed_from"], statements["observed_to"]
    documents = statements.groupby(["series", "doc_id"]).ngroup()
    within_document = number_runs(documents, start.mask(statements["open_start"], start.min()), end)
    within_series = number_runs(statements["series"], start, end)
    return pd.Series(join_groups(within_document.to_numpy(), within_series.to_numpy()), index=statements.index)


def number_runs(group: "pd.Series[int]", start: "pd.Series[Any]", end: "pd.Series[Any]") -> "pd.Series[int]":
    """Return a number from 0 for each closed interval: those of one group that overlap in a chain have the same."""
    ordered = pd.DataFrame({"group": group, "start": start, "end": end}).sort_values(["group", "start"])
    latest = ordered.groupby("group")["end"].cummax()
    begins = (ordered["group"] != ordered["group"].shift()) | (ordered["start"] > latest.shift())
    return (begins.cumsum() - 1).reindex(group.index)


def join_groups(first: "np.ndarray[Any, Any]", second: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Return a number for each row: rows with a common number in one of the two arrays, in a chain, have the same.

    Each round links every tree of first numbers to the lowest that it shares a second number with, then shortens all
    paths: even a long chain takes few rounds.
    """
    root = np.arange(first.max(initial=-1) + 1)
    while True:
        lowest = np.full(second.max(initial=-1) + 1, len(root))
        np.minimum.at(lowest, second, root[first])
        linked = root.copy()
        np.minimum.at(linked, root[first], lowest[second])
        while not np.array_equal(linked, linked[linked]):
            linked = linked[linked]
        if np.array_equal(linked, root):
            break
        root = linked
    joined: np.ndarray[Any, Any] = root[first]
    return joined


def summarize_observations(statements: pd.DataFrame) -> pd.DataFrame:
    """Return the observations, with their series and the day on which each begins."""
    rows = statements.assign(side=np.sign(statements["stance"]))
    groups = rows.groupby("observation")
    first = groups[["statement_id", *SERIES, "series"]].first()
    codes = groups[["side", *_CODES]]
    low, high = codes.min(), codes.max()
    mixed = low["side"] < high["side"]
    conflict = low["asserted_change"] < high["asserted_change"]
    stated = strongest_statements(rows).reindex(first.index)[["stance", "source"]].mask(mixed)
    begins, ends = groups["observed_from"].min(), groups["observed_to"].max()
    return pd.DataFrame(
        {
            "observation_id": first["level"] + ":" + first["statement_id"],
            **{name: first[name] for name in SERIES},
            "date_start": begins.mask(groups["open_start"].any()),
            "date_end": ends,
            "stance": decode(stated["stance"], "stance"),
            "mixed": mixed,
            "asserted_change": decode(low["asserted_change"].mask(conflict), "asserted_change"),
            "claims_conflict": conflict,
            "source": decode(stated["source"].fillna(low["source"]), "source"),
            "confidence": decode(high["confidence"], "confidence"),
            "n_statements": groups.size(),
            "series": first["series"],
            "begins": begins,
        }
    )


def strongest_statements(statements: pd.DataFrame) -> pd.DataFrame:
    """Return the statement that gives each observation its stance: of the strongest source, then the weakest stance."""
    stated = statements[statements["stance"].notna()]
    ranked = stated.assign(strength=stated["stance"].abs()).sort_values(["source", "strength"], kind="stable")
    return ranked.drop_duplicates("observation").set_index("observation")


# ── Changes ───────────────────────────────────────────────────────────────────────────────────────


def compare_observations(later: pd.DataFrame, issues: pd.DataFrame) -> pd.DataFrame:
    """Return the changes: each observation compared with the one that it follows."""
    previous = previous_observations(later)
    earlier = later.reindex(previous).set_axis(later.index)
    softer = look_up(issues, later["issue_id"], "softer")
    direction = directions(earlier["stance"], later["stance"], softer == "toward_support")
    direction = direction.mask(previous.isna(), "first_observed")
    agreement = agreements(direction, later["asserted_change"]).mask(later["claims_conflict"], "conflicting")
    return pd.DataFrame(
        {
            "change_id": later["observation_id"],
            **{name: later[name] for name in SERIES},
            "from_observation_id": earlier["observation_id"],
            "to_observation_id": later["observation_id"],
            "from_stance": earlier["stance"],
            "to_stance": later["stance"],
            "direction": direction,
            "asserted_change": later["asserted_change"],
            "agreement": agreement,
            "not_before": earlier["date_start"],
            "not_after": later["date_end"],
            **{name: weaker(earlier[name], later[name], name) for name in ("source", "confidence")},
        }
    )


def previous_observations(observations: pd.DataFrame) -> "pd.Series[Any]":
    """Return the index of the observation that each is compared with: the last with a stance that ended before."""
    shows_stance = observations["stance"].notna() | observations["mixed"]
    ended = observations.loc[shows_stance, ["series", "date_end"]].rename_axis("previous").reset_index()
    begun = observations[["series", "begins"]].rename_axis("observation").reset_index()
    pairs = pd.merge_asof(
        begun.sort_values("begins"),
        ended.sort_values("date_end"),
        left_on="begins",
        right_on="date_end",
        by="series",
        allow_exact_matches=False,
    )
    return pairs.set_index("observation")["previous"].reindex(observations.index)


def directions(earlier: "pd.Series[Any]", later: "pd.Series[Any]", rises: "pd.Series[bool]") -> "pd.Series[str]":
    """Return what pairs of stances show.

    Args:
        earlier: The earlier stances.
        later: The later stances.
        rises: Whether softening is a move toward support; else it is a move away from one's own side.
    """
    old, new = encode(earlier, _CODES["stance"]), encode(later, _CODES["stance"])
    softened = (new > old).where(rises, ((old < 0) & (new > old)) | ((old > 0) & (new < old)))
    moved = softened.map({True: "softened", False: "hardened"}).mask(old == new, "unchanged")
    return moved.mask(old.isna() | new.isna(), "indeterminate")


def agreements(direction: "pd.Series[str]", claim: "pd.Series[Any]") -> "pd.Series[str]":
    """Return whether claims agree with directions."""
    shown = direction.isin(_SHOWN)
    claimed = (direction == claim).map({True: "agrees", False: "differs"}).where(shown, "asserted_only")
    return claimed.where(claim.notna(), shown.map({True: "computed_only", False: "neither"}))


def compare_claims(statements: pd.DataFrame, observations: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of observations, each claim compared with the direction of its observation's change."""
    number = statements["observation"]
    claim = decode(statements["asserted_change"], "asserted_change")
    return pd.DataFrame(
        {
            "observation_id": observations["observation_id"].reindex(number).set_axis(number.index),
            "statement_id": statements["statement_id"],
            "issue_id": statements["issue_id"],
            "asserted_change": claim,
            "agreement": agreements(changes["direction"].reindex(number).set_axis(number.index), claim),
        }
    )


# ── Codes ─────────────────────────────────────────────────────────────────────────────────────────


def encode(values: "pd.Series[Any]", codes: Mapping[str, int]) -> "pd.Series[float]":
    """Return the codes of the values of a vocabulary; NaN where empty."""
    return values.astype("object").map(codes).astype("float64")


def decode(codes: "pd.Series[float]", vocabulary: str) -> "pd.Series[Any]":
    """Return the values that have these codes; empty where NaN."""
    return codes.map({code: value for value, code in _CODES[vocabulary].items()}).astype("object")


def weaker(earlier: "pd.Series[Any]", later: "pd.Series[Any]", vocabulary: str) -> "pd.Series[Any]":
    """Return, of two values on a scale from the strongest to the weakest, the weaker; of one that is alone, that."""
    left, right = (encode(end, _CODES[vocabulary]) for end in (earlier, later))
    return decode(left.where(left > right, right), vocabulary)
