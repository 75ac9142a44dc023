"""The table of stance changes, derived from the statements: who moved, and who only was said to have moved."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import pandas as pd

from schemas.vocabularies import (
    AGREEMENT,
    ASSERTED_CHANGE,
    CONFIDENCE,
    DIRECTION,
    SERIES_LEVEL,
    SOURCE,
    STANCE,
)
from stancebook.fields import Category, Day, choice, day, ref
from stancebook.spec import Tables
from stancebook.table import Derived

SERIES = ["level", "holder_id", "issue_id", "format_id"]
IN_TIME = ["date_start", "date_end", "doc_id", "char_start", "statement_id"]
OBSERVED = ["stance", "asserted_change", "source", "confidence", "speaker_id"]
READ = {
    "documents": ["doc_id", "published"],
    "statements": [*SERIES[1:], *IN_TIME, *OBSERVED, "date_edtf"],
}

# What was not said by the holder, or for the holder by somebody entitled to, cancels nothing that was.
ON_RECORD = ("on_record", "spokesperson")

_STANCE_CODE = {stance: code for code, stance in enumerate(STANCE, start=-2)}
_SOURCE_RANK = {source: rank for rank, source in enumerate(SOURCE)}
_CONFIDENCE_RANK = {confidence: rank for rank, confidence in enumerate(CONFIDENCE)}

Observation = dict[Hashable, Any]


def derive(tables: Tables) -> pd.DataFrame:
    """Return one row for each observation of a series, held against the observation it follows.

    An observation is a statement with an issue and either a stance or an asserted change. Every one
    belongs to two series: of its holder, and of the party its holder belongs to.
    """
    softer = tables["issues"].set_index("issue_id")["softer"].astype("object").to_dict()
    series = groupby(_observations(tables), key=lambda seen: [seen[name] for name in SERIES])
    rows = [_change(before, after, softer) for _, observations in series for before, after in _pairs(observations)]
    return pd.DataFrame(rows, columns=list(StanceChanges.to_schema().columns))


def _observations(tables: Tables) -> list[Observation]:
    """Return the observations of both levels, series by series, each in the order of dates and then of the text."""
    statements = tables["statements"]
    observed = statements["issue_id"].notna() & (statements["stance"].notna() | statements["asserted_change"].notna())
    seen = statements[observed].merge(tables["documents"][["doc_id", "published"]], on="doc_id")
    # A statement without a date holds as of publication.
    seen["date_end"] = seen["date_end"].where(seen["date_edtf"].notna(), seen["published"])
    party = tables["actors"].set_index("actor_id")["party_id"]
    both = pd.concat([seen.assign(level="actor"), seen.assign(level="party", holder_id=seen["holder_id"].map(party))])
    ordered = both.sort_values(SERIES + IN_TIME, na_position="first")[SERIES + IN_TIME + OBSERVED]
    plain = ordered.astype("object").where(ordered.notna(), None)
    return plain.to_dict("records")


def _pairs(series: Iterable[Observation]) -> Iterator[tuple[Observation | None, Observation]]:
    """Yield each observation with the one it is held against: the last that shows a stance.

    What is on record is held against the last that was on record. A claim of change without a stance
    is held against what came before, and is itself no end that anything could be held against.
    """
    last: Observation | None = None
    last_on_record: Observation | None = None
    for observation in series:
        on_record = observation["source"] in ON_RECORD
        yield (last_on_record or last) if on_record else last, observation
        if observation["stance"] is not None:
            last = observation
            last_on_record = observation if on_record else last_on_record


def _change(before: Observation | None, after: Observation, softer: Mapping[Any, str]) -> dict[str, Any]:
    direction = _direction(before, after, softer[after["issue_id"]])
    ends = [after] if before is None else [before, after]
    return {
        **{name: after[name] for name in SERIES},
        "from_statement_id": before and before["statement_id"],
        "to_statement_id": after["statement_id"],
        "from_stance": before and before["stance"],
        "to_stance": after["stance"],
        "direction": direction,
        "asserted_change": after["asserted_change"],
        "agreement": _agreement(direction, after["asserted_change"]),
        "not_before": before and before["date_start"],
        "not_after": after["date_end"],
        "source": max((end["source"] for end in ends), key=_SOURCE_RANK.__getitem__),
        "confidence": max((end["confidence"] for end in ends), key=_CONFIDENCE_RANK.__getitem__),
    }


def _direction(before: Observation | None, after: Observation, softer: str) -> str:
    if before is None:
        return "first_observed"
    if before["stance"] is None or after["stance"] is None:
        return "indeterminate"
    old, new = _STANCE_CODE[before["stance"]], _STANCE_CODE[after["stance"]]
    if old == new:
        return "unchanged"
    if _conflict(before, after):
        return "indeterminate"
    rose = new > old
    # Toward zero: whoever was against softens by rising, whoever was for by falling; from the middle, any move hardens.
    softened = rose if softer == "toward_support" else (old < 0 if rose else old > 0)
    return "softened" if softened else "hardened"


def _conflict(before: Observation, after: Observation) -> bool:
    """Return whether two different sources speak of dates that overlap: then neither follows the other."""
    same = all(before[name] == after[name] for name in ("speaker_id", "source"))
    ended = None not in (before["date_end"], after["date_start"]) and before["date_end"] < after["date_start"]
    return not same and not ended


def _agreement(direction: str, asserted: Any) -> str:
    computed = direction in ("softened", "hardened", "unchanged")
    if asserted is None:
        return "computed_only" if computed else "neither"
    if not computed:
        return "asserted_only"
    return "agrees" if direction == asserted else "differs"


class StanceChanges(Derived, by=derive, key=("level", "to_statement_id"), reads=READ, apart="issue_id"):
    """One observation of a stance, held against the observation of the same series that it follows.

    A series is what one holder, or one party, says on one issue and format. What the text claims about
    a change and what the two observations show stand side by side; neither overwrites the other.
    """

    level: Category = choice(SERIES_LEVEL, "Whose series it is.")
    holder_id: str = ref("actors", "The holder; in a party series the party.")
    issue_id: str = ref("issues", "The issue of the series.")
    format_id: str = ref("formats", "The format of the series, where the statements are about one.", optional=True)
    from_statement_id: str = ref("statements", "The earlier observation; empty where there is none.", optional=True)
    to_statement_id: str = ref("statements", "The observation.")
    from_stance: Category = choice(STANCE, "The stance of the earlier observation.", optional=True, ordered=True)
    to_stance: Category = choice(STANCE, "The stance of the observation.", optional=True, ordered=True)
    direction: Category = choice(DIRECTION, "What the two observations show.")
    asserted_change: Category = choice(ASSERTED_CHANGE, "What the text claims about a change.", optional=True)
    agreement: Category = choice(AGREEMENT, "Whether the claim and the observations agree.")
    not_before: Day = day("The change is no earlier than this; empty where open.", optional=True)
    not_after: Day = day("The change is no later than this; empty where open.", optional=True)
    source: Category = choice(SOURCE, "The source of the weaker of the two ends.")
    confidence: Category = choice(CONFIDENCE, "The confidence of the weaker of the two ends.")
