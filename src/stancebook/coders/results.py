"""What a comparison of codings finds, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stancebook.coders.codings import Position
from stancebook.coders.variables import Variable

MIN_OVERLAP = 0.5  # of two passages that count as one: the intersection over the union
SMALL = 20  # units; with fewer, a coefficient says little
LONG = 10  # times as long as the usual passage: it counts as much as a hundred such passages in the unitizing alpha

Status = Literal["", "undefined", "all equal"]


@dataclass(frozen=True)
class UnitAgreement:
    """How far coders found the same units of one table.

    Attributes:
        coders: The coders.
        table: The table.
        documents: The number of documents that all of them coded.
        found: The number of rows of each coder.
        units: The number of units: rows that are matched count as one.
        by_all: The number of units that all coders found.
        exact: The number of matches of two coders with equal passages.
        overlapping: The number of matches of two coders whose passages overlap by at least `MIN_OVERLAP`.
        alpha: The unitizing alpha of the passages; None if it is undefined.
        parts: The number of parts of the texts that each coder marked, as the unitizing alpha compares them: rows that
            overlap or touch are one part.
        longest: The number of characters of each coder's longest part.
    """

    coders: tuple[str, ...]
    table: str
    documents: int
    found: tuple[int, ...]
    units: int
    by_all: int
    exact: int | None
    overlapping: int | None
    alpha: float | None
    parts: tuple[int, ...]
    longest: tuple[int, ...]

    def scores(self, matches: int | None) -> tuple[float | None, float | None, float | None]:
        """Return precision, recall and F1 of the second coder's rows, with the first coder's as reference."""
        if matches is None:
            return None, None, None
        first, second = self.found
        total = first + second
        precision = matches / second if second else None
        recall = matches / first if first else None
        return precision, recall, 2 * matches / total if total else None


@dataclass(frozen=True)
class VariableAgreement:
    """How far coders agree in one variable of matched rows.

    Attributes:
        coders: The coders.
        variable: The variable.
        n: The number of units for which at least two coders give a value.
        equal: The share of equal pairs of such values; None without pairs.
        alpha: Krippendorff's alpha; None if it is undefined.
        interval: Its 95 % interval; None if it is undefined.
        kappa: Cohen's kappa of two coders; None if it is undefined or there are more.
        n_with_empty: The number of units that at least two coders found.
        equal_with_empty: The share of equal pairs if empty is a value.
        alpha_with_empty: Krippendorff's alpha for names if empty is a value; for lists, with the empty set.
    """

    coders: tuple[str, ...]
    variable: Variable
    n: int
    equal: float | None
    alpha: float | None
    interval: tuple[float, float] | None
    kappa: float | None
    n_with_empty: int
    equal_with_empty: float | None
    alpha_with_empty: float | None

    @property
    def status(self) -> Status:
        """Why alpha is undefined; empty if it is not."""
        if self.alpha is not None:
            return ""
        return "all equal" if self.equal == 1 else "undefined"


@dataclass(frozen=True)
class Finding:
    """What one coder wrote for a unit.

    Attributes:
        coder: The coder.
        value: The value as text; None if it is empty, or if the coder has no such row.
        position: Where the row is; None if the coder has no such row.
    """

    coder: str
    value: str | None
    position: Position | None


@dataclass(frozen=True)
class Difference:
    """A unit that coders coded differently, or that not all of them found.

    Attributes:
        doc_id: The document.
        table: The table.
        name: The variable; empty if not all coders found the unit.
        passage: The passage of the first coder who found it.
        findings: What each coder wrote.
    """

    doc_id: str
    table: str
    name: str
    passage: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class LongPassage:
    """A passage so long that it dominates the unitizing alpha of its table.

    Attributes:
        coder: The coder.
        table: The table.
        length: The number of its characters.
        usual: The number of characters of the usual passage of the table: the median of all coders.
        position: Where its row is.
    """

    coder: str
    table: str
    length: int
    usual: int
    position: Position


@dataclass(frozen=True)
class Agreement:
    """How far some codings agree.

    Attributes:
        coders: The coders that are compared.
        documents: The documents that all of them coded.
        units: By table; of more than two coders, those of all together come first, then those of each pair.
        variables: By variable, in the same order.
        confusions: For each variable with names and each pair of coders, how often two values were given together, by
            the variable and the coders; None is an empty value.
        differences: Every unit on which the coders differ, in the order of tables and texts.
        long_passages: The passages that are at least `LONG` times as long as the usual one of their table.
    """

    coders: tuple[str, ...]
    documents: tuple[str, ...]
    units: tuple[UnitAgreement, ...]
    variables: tuple[VariableAgreement, ...]
    confusions: Mapping[tuple[Variable, str, str], Counter[tuple[str | None, str | None]]]
    differences: tuple[Difference, ...]
    long_passages: tuple[LongPassage, ...]
