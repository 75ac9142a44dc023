"""The agreement of codings as text for people, and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from textwrap import wrap
from typing import Any

from stancebook.coders.results import (
    MIN_OVERLAP,
    SMALL,
    Agreement,
    Difference,
    LongPassage,
    UnitAgreement,
    VariableAgreement,
)
from stancebook.coders.variables import Variable
from stancebook.problems import pluralize, shorten

MAX_DIFFERENCES = 5  # shown of each variable
MAX_CONFUSIONS = 4
_WIDTH = 110
_MISSING = "–"
_EMPTY = "(empty)"


def as_text(agreement: Agreement, max_differences: int = MAX_DIFFERENCES) -> str:
    """Return the agreement as text: units, variables from the weakest on, and the passages that divide coders.

    Args:
        agreement: The agreement.
        max_differences: How many passages are shown of each variable.
    """
    ranked = sorted((each for each in agreement.variables if each.coders == agreement.coders), key=_weakest_first)
    lines = [
        f"compared {_names(agreement.coders)} on {pluralize(len(agreement.documents), 'document')}",
        "",
        *_unit_lines(agreement),
        *_long_passage_lines(agreement.long_passages),
        "",
        *_variable_lines(ranked),
        "",
        *_difference_lines(agreement, [each.variable for each in ranked], max_differences),
    ]
    return "\n".join(lines).rstrip("\n")


def as_json(agreement: Agreement) -> str:
    """Return all of the agreement as a JSON object in ASCII."""
    confusions = [
        {
            **_variable_name(variable),
            "coders": [first, second],
            "counts": [
                {"first": one, "second": other, "units": number}
                for (one, other), number in sorted(counts.items(), key=lambda item: tuple(map(str, item[0])))
            ],
        }
        for (variable, first, second), counts in agreement.confusions.items()
    ]
    content = {
        "coders": agreement.coders,
        "documents": agreement.documents,
        "units": [unit_facts(each) for each in agreement.units],
        "variables": [variable_facts(each) for each in agreement.variables],
        "confusions": confusions,
        "differences": [asdict(each) for each in agreement.differences],
        "long_passages": [asdict(each) for each in agreement.long_passages],
    }
    return json.dumps(content, indent=2)


def unit_facts(units: UnitAgreement) -> dict[str, Any]:
    """Return the agreement in units with precision, recall and F1."""
    scores = {
        f"{score}_{kind}": value
        for kind, matches in (("exact", units.exact), ("overlapping", units.overlapping))
        for score, value in zip(("precision", "recall", "f1"), units.scores(matches), strict=True)
    }
    return {**asdict(units), **scores}


def variable_facts(agreement: VariableAgreement) -> dict[str, Any]:
    """Return the agreement in a variable, with the name and the metric of the variable."""
    low, high = agreement.interval or (None, None)
    facts = {name: value for name, value in asdict(agreement).items() if name not in ("variable", "interval")}
    variable = {**_variable_name(agreement.variable), "metric": agreement.variable.metric}
    return {**variable, **facts, "alpha_low": low, "alpha_high": high, "status": agreement.status}


def _variable_name(variable: Variable) -> dict[str, str]:
    return {"table": variable.table, "variable": variable.name}


def _weakest_first(agreement: VariableAgreement) -> tuple[bool, bool, float]:
    return agreement.alpha is None, not agreement.n, -2.0 if agreement.alpha is None else agreement.alpha


def _names(coders: Sequence[str]) -> str:
    *others, last = coders
    return f"{', '.join(others)} and {last}"


# ── Units ─────────────────────────────────────────────────────────────────────────────────────────


def _unit_lines(agreement: Agreement) -> Iterator[str]:
    header = [
        "units: rows matched by passage",
        "found",
        "by all",
        "F1 exact",
        "F1 overlapping",
        "parts",
        "longest",
        "unitizing alpha",
    ]
    groups = list(dict.fromkeys(each.coders for each in agreement.units))
    rows = [header]
    for coders in groups:
        if len(groups) > 1:
            rows.append([_names(coders), *[""] * (len(header) - 1)])
        rows += [_unit_cells(each) for each in agreement.units if each.coders == coders]
    yield from _aligned(rows)
    yield f"  found: rows of {_names(agreement.coders)}; overlapping: by at least {MIN_OVERLAP:.0%} of both passages"
    yield "  parts: marked parts of the texts, rows that overlap joined; longest: the characters of the longest one;"
    yield "  unitizing alpha: of these parts, long ones weigh by the square of their length"


def _unit_cells(units: UnitAgreement) -> list[str]:
    *_, f1_exact = units.scores(units.exact)
    *_, f1_overlapping = units.scores(units.overlapping)
    found, parts, longest = (" / ".join(map(str, each)) for each in (units.found, units.parts, units.longest))
    scores = map(_number, (f1_exact, f1_overlapping))
    return [f"  {units.table}", found, str(units.by_all), *scores, parts, longest, _number(units.alpha)]


def _long_passage_lines(passages: Sequence[LongPassage]) -> Iterator[str]:
    for each in passages:
        lengths = f"{each.length:,} characters, the usual one {each.usual:,}"
        yield f"  {each.position}: warning: this passage of {each.table} has {lengths}"
    if passages:
        yield "    a passage so long dominates the unitizing alpha; quote only the words that show what the row says"


# ── Variables ─────────────────────────────────────────────────────────────────────────────────────


def _variable_lines(ranked: Sequence[VariableAgreement]) -> Iterator[str]:
    header = ["variables of matched rows, weakest first", "", "n", "equal", "alpha", "95 %", "kappa", "n*", "alpha*"]
    compared = [each for each in ranked if each.n]
    yield from _aligned([header, *map(_variable_cells, compared)])
    yield "  n: units with two values; n*, alpha*: with empty as a value"
    if any(each.n < SMALL for each in compared):
        yield f"  ?: fewer than {SMALL} units, too few for a coefficient to say much"
    if any(each.status for each in compared):
        yield f"  {_MISSING}: undefined; where all values are equal, agreement by chance would be as high"
    if empty := [each for each in ranked if not each.n]:
        names = ", ".join(_path(each.variable) for each in empty)
        yield from wrap(
            f"without two values to compare: {names}",
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )


def _variable_cells(agreement: VariableAgreement) -> list[str]:
    interval = "" if agreement.interval is None else "{:.2f} to {:.2f}".format(*agreement.interval)
    few = "?" if agreement.n < SMALL else " "
    return [
        f"  {_path(agreement.variable)}",
        agreement.variable.metric,
        f"{agreement.n}{few}",
        "" if agreement.equal is None else f"{agreement.equal:.0%}",
        _number(agreement.alpha),
        interval,
        _number(agreement.kappa),
        str(agreement.n_with_empty),
        _number(agreement.alpha_with_empty),
    ]


def _path(variable: Variable) -> str:
    return f"{variable.table}.{variable.name}"


# ── Differences ───────────────────────────────────────────────────────────────────────────────────


def _difference_lines(agreement: Agreement, variables: Iterable[Variable], limit: int) -> Iterator[str]:
    by_variable: dict[tuple[str, str], list[Difference]] = {}
    for difference in agreement.differences:
        by_variable.setdefault((difference.table, difference.name), []).append(difference)
    if not by_variable:
        yield "the coders differ nowhere"
        return
    yield "where coders differ"
    ranked = [*((variable.table, variable.name) for variable in variables), *((table, "") for table, _ in by_variable)]
    for key in dict.fromkeys(ranked):
        if found := by_variable.get(key):
            yield from ["", *_differences(agreement, key, found, limit)]


def _differences(agreement: Agreement, key: tuple[str, str], found: Sequence[Difference], limit: int) -> Iterator[str]:
    table, name = key
    units = pluralize(len(found), "unit")
    yield f"  {table}.{name}: {units} with different values" if name else f"  {table}: {units} not found by all"
    if pairs := _frequent_pairs(agreement, found) if name else "":
        yield f"    most often {pairs}"
    for difference in found[:limit]:
        yield from _aligned(_finding_rows(difference), indent="    ")
        if difference.passage:
            yield f"        {shorten(' '.join(difference.passage.split()))}"
    if (more := len(found) - limit) > 0:
        yield f"    … and {more:,} more; --all-differences shows all"


def _finding_rows(difference: Difference) -> list[list[str]]:
    missing = "(no such row)"
    return [
        [
            str(each.position) if each.position else missing,
            each.coder,
            shorten(each.value) if each.value else _EMPTY if each.position and difference.name else "",
        ]
        for each in difference.findings
    ]


def _frequent_pairs(agreement: Agreement, found: Sequence[Difference]) -> str:
    """Return the pairs of values that are confused more than once, the most frequent first."""
    counts = Counter(
        " and ".join(sorted({each.value or _EMPTY for each in difference.findings if each.position}))
        for difference in found
    )
    return ", ".join(
        f"{pair} ({number})"
        for pair, number in counts.most_common(MAX_CONFUSIONS)
        if number > 1 < len(agreement.coders)
    )


# ── Layout ────────────────────────────────────────────────────────────────────────────────────────


def _number(value: float | None) -> str:
    return _MISSING if value is None else f"{value:.2f}"


def _aligned(rows: Sequence[Sequence[str]], indent: str = "") -> Iterator[str]:
    """Yield rows as lines with columns of equal width: the first two to the left, those with numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if _is_number(rows, index) else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"{indent}{'  '.join(cells)}".rstrip()


def _is_number(rows: Sequence[Sequence[str]], column: int) -> bool:
    return column > 0 and all(row[column][:1] in "0123456789-–" for row in rows[1:] if row[column])
