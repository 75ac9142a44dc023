"""The table of stance changes, derived from the statements: who moved, and who was only said to have moved."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from schemas.vocabularies import (
    AGREEMENT,
    ASSERTED_CHANGE,
    CONFIDENCE,
    DIRECTION,
    OBSERVATION_LEVEL,
    SOURCE,
    STANCE,
)
from stancebook import Category, Date, Derived, Tables, categorical, date, foreign_key

SERIES = ["level", "holder_id", "issue_id", "format_id"]
IN_TIME = ["date_start", "date_end", "doc_id", "char_start", "statement_id"]
OBSERVED = ["stance", "asserted_change", "source", "confidence", "speaker_id"]
READ = {
    "documents": ["doc_id", "published"],
    "statements": [*SERIES[1:], *IN_TIME, *OBSERVED, "date_edtf"],
}

# A statement on record is compared only with one on record: by the holder, or for the holder by a spokesperson.
ON_RECORD = ("on_record", "spokesperson")

_STANCE_CODE = {stance: code for code, stance in enumerate(STANCE, start=-2)}
_COMPUTED = ["softened", "hardened", "unchanged"]


def derive(tables: Tables) -> pd.DataFrame:
    """Return one row for each observation of a series, compared with the observation it follows.

    An observation is a statement with an issue and either a stance or an asserted change. Every one
    belongs to two series: of its holder, and of the party its holder belongs to.
    """
    after = _observations(tables)
    previous = _previous(after)
    before = after.reindex(previous).reset_index(drop=True)
    first = previous.isna().to_numpy()
    softer = after["issue_id"].map(tables["issues"].set_index("issue_id")["softer"].astype("object"))
    direction = _direction(before, after, softer == "toward_support").mask(first, "first_observed")
    return pd.DataFrame(
        {
            **{name: after[name] for name in SERIES},
            "from_statement_id": before["statement_id"],
            "to_statement_id": after["statement_id"],
            "from_stance": before["stance"],
            "to_stance": after["stance"],
            "direction": direction,
            "asserted_change": after["asserted_change"],
            "agreement": _agreement(direction, after["asserted_change"].astype("object")),
            "not_before": before["date_start"],
            "not_after": after["date_end"],
            "source": _weaker(before["source"], after["source"], SOURCE),
            "confidence": _weaker(before["confidence"], after["confidence"], CONFIDENCE),
        }
    )


def _observations(tables: Tables) -> pd.DataFrame:
    """Return the observations of both levels, series by series, each in the order of dates and then of the text."""
    statements = tables["statements"]
    observed = statements["issue_id"].notna() & (statements["stance"].notna() | statements["asserted_change"].notna())
    rows = statements[observed].merge(tables["documents"][["doc_id", "published"]], on="doc_id")
    # A statement without a date holds as of publication.
    rows["date_end"] = rows["date_end"].where(rows["date_edtf"].notna(), rows["published"])
    principal = tables["actors"].set_index("actor_id")["principal_id"]
    both = pd.concat(
        [rows.assign(level="actor"), rows.assign(level="principal", holder_id=rows["holder_id"].map(principal))]
    )
    columns = SERIES + IN_TIME + OBSERVED
    return both.sort_values(SERIES + IN_TIME, na_position="first", ignore_index=True)[columns]


def _previous(observations: pd.DataFrame) -> "pd.Series[float]":
    """Return, for each observation, the number of the one it is compared with: the last that shows a stance.

    One on record is compared with the last on record. A claim of change without a stance is compared with what came
    before, and nothing is compared with it.
    """
    series = observations.groupby(SERIES, dropna=False, sort=False).ngroup()
    has_stance, on_record = observations["stance"].notna(), observations["source"].isin(ON_RECORD)

    def last(kind: "pd.Series[bool]") -> "pd.Series[float]":
        number = pd.Series(np.arange(len(observations), dtype="float64")).where(kind)
        return number.groupby(series).ffill().groupby(series).shift()

    any_source, recorded = last(has_stance), last(has_stance & on_record)
    return recorded.where(on_record & recorded.notna(), any_source)


def _direction(before: pd.DataFrame, after: pd.DataFrame, rises: "pd.Series[bool]") -> "pd.Series[str]":
    """Return what two observations show; `rises` is True where softening is a move toward support."""
    old, new = (end["stance"].astype("object").map(_STANCE_CODE).astype("float64") for end in (before, after))
    # Toward zero: who was against softens by rising, who was for by falling; from the middle, any move hardens.
    softened = (new > old).where(rises, ((old < 0) & (new > old)) | ((old > 0) & (new < old)))
    moved = softened.map({True: "softened", False: "hardened"}).mask(_conflict(before, after), "indeterminate")
    return moved.mask(old == new, "unchanged").mask(old.isna() | new.isna(), "indeterminate")


def _conflict(before: pd.DataFrame, after: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether two different sources have overlapping dates: then neither follows the other."""
    same = pd.Series(True, index=after.index)
    for name in ("speaker_id", "source"):
        same &= before[name].astype("object") == after[name].astype("object")
    return ~same & ~(before["date_end"] < after["date_start"])


def _agreement(direction: "pd.Series[str]", asserted: "pd.Series[Any]") -> "pd.Series[str]":
    computed = direction.isin(_COMPUTED)
    claimed = (direction == asserted).map({True: "agrees", False: "differs"}).where(computed, "asserted_only")
    unclaimed = computed.map({True: "computed_only", False: "neither"})
    return claimed.where(asserted.notna(), unclaimed)


def _weaker(left: "pd.Series[Any]", right: "pd.Series[Any]", scale: Mapping[str, str]) -> "pd.Series[str]":
    """Return, of two values on a scale from the strongest to the weakest, the weaker."""
    ranks = {value: rank for rank, value in enumerate(scale)}
    first, second = (end.astype("object").map(ranks).astype("float64").fillna(-1) for end in (left, right))
    return first.where(first > second, second).map(dict(enumerate(scale)))


class StanceChanges(Derived, derive=derive, key=("level", "to_statement_id"), inputs=READ, partition_by="issue_id"):
    """One observation of a stance, compared with the observation of the same series that it follows.

    A series is what one holder, or one party, says on one issue and format. What the text claims about a change, and
    what the two observations show, are separate columns; neither overwrites the other.
    """

    level: Category = categorical(OBSERVATION_LEVEL, "Whose series it is.")
    holder_id: str = foreign_key("actors", "The holder; in a party series the party.")
    issue_id: str = foreign_key("issues", "The issue of the series.")
    format_id: str = foreign_key("formats", "The format of the series, if the statements are about one.", nullable=True)
    from_statement_id: str = foreign_key(
        "statements", "The earlier observation; empty if there is none.", nullable=True
    )
    to_statement_id: str = foreign_key("statements", "The observation.")
    from_stance: Category = categorical(STANCE, "The stance of the earlier observation.", nullable=True, ordered=True)
    to_stance: Category = categorical(STANCE, "The stance of the observation.", nullable=True, ordered=True)
    direction: Category = categorical(DIRECTION, "What the two observations show.")
    asserted_change: Category = categorical(ASSERTED_CHANGE, "What the text claims about a change.", nullable=True)
    agreement: Category = categorical(AGREEMENT, "Whether the claim and the observations agree.")
    not_before: Date = date("The change is no earlier than this; empty if open.", nullable=True)
    not_after: Date = date("The change is no later than this; empty if open.", nullable=True)
    source: Category = categorical(SOURCE, "The source of the weaker of the two ends.")
    confidence: Category = categorical(CONFIDENCE, "The confidence of the weaker of the two ends.")
