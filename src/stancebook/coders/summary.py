"""What a build says of codings: their problems, and the section of the data card about how far coders agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from stancebook.coders.agreement import compare_all
from stancebook.coders.codings import Coding, read_all_codings, read_codebook, read_codings
from stancebook.coders.provenance import check_named_coders, describe_adjudicated
from stancebook.coders.results import SMALL, Agreement, UnitAgreement, VariableAgreement
from stancebook.markdown import escape_markdown
from stancebook.metadata.data_card import markdown_table
from stancebook.problems import Problem, pluralize
from stancebook.schema.contract import Contract
from stancebook.sources.discovery import AUTHORITATIVE, CodingListing, SourceListing
from stancebook.sources.filesystem import Location

_UNDEFINED = "–"
_MIN_UNITS = 2  # with two values each; one unit shows no agreement


@dataclass(frozen=True)
class CodingsSummary:
    """What a build says of codings.

    Attributes:
        problems: All their problems.
        section: The section of the data card, in Markdown; empty if there is nothing to compare or there are problems.
    """

    problems: Sequence[Problem] = field(default_factory=list)
    section: str = ""


def summarize_codings(
    contract: Contract, seeds: Location, listing: SourceListing, codings: CodingListing
) -> CodingsSummary:
    """Check the codings of sources that have no problems themselves, and compare them.

    Compared are all coders; if there is only one, with the annotations of the dataset.

    Args:
        contract: The contract of the dataset.
        seeds: The folder of sources.
        listing: Its codebook and documents.
        codings: Its codings.
    """
    if not codings.coders:
        return CodingsSummary(codings.problems)
    codebook, _ = read_codebook(contract, seeds, listing)
    read = read_all_codings(contract, seeds, listing, codings, codebook)
    doc_ids = {coder: {document.doc_id for document in documents} for coder, documents in codings.coders.items()}
    coded = [each for each in listing.documents if any(each.doc_id in documents for documents in doc_ids.values())]
    [authoritative] = read_codings(contract, seeds, listing, {AUTHORITATIVE: coded}, codebook)
    found = (each for coding in read if coding.coder != AUTHORITATIVE for each in coding.problems)
    problems = sorted({*codings.problems, *found, *check_named_coders(authoritative, doc_ids)})
    if any(coding.errors for coding in read):
        return CodingsSummary(problems)
    agreement = compare_all(contract, read)
    sections = _section(contract, agreement, read) if agreement.documents else ()
    adjudicated = escape_markdown(describe_adjudicated(authoritative))
    return CodingsSummary(problems, "\n\n".join(filter(None, [*sections, adjudicated])))


def _section(contract: Contract, agreement: Agreement, codings: Sequence[Coding]) -> Iterator[str]:
    yield "## Agreement of coders"
    number = pluralize(len(agreement.documents), "document")
    coders = "; ".join(f"{coding.coder} ({coding.described(contract) or 'not described'})" for coding in codings)
    yield (
        f"So far several coders agree on the same text, in {number}: {escape_markdown(coders)}. Only the annotations of"
        f" `documents/`, here called {AUTHORITATIVE}, are in the dataset."
    )
    units = [each for each in agreement.units if each.coders == agreement.coders]
    header = ["table", "rows", "found by all", "F1, equal passages", "F1, overlapping", "unitizing alpha"]
    yield markdown_table(header, map(_unit_cells, units), right_aligned=5)
    yield (
        "Rows are matched one to one by their passages and by what they refer to. *Overlapping* is by at least half."
        " The unitizing alpha (Krippendorff) compares the marked parts of the text."
    )
    variables = [each for each in agreement.variables if each.coders == agreement.coders]
    shown = [each for each in variables if each.n >= _MIN_UNITS]
    header = ["variable", "n", "equal", "alpha", "95 % interval", "alpha with empty"]
    yield markdown_table(header, map(_variable_cells, shown), right_aligned=5)
    yield (
        "*n* is the number of matched rows for which two coders give a value, *alpha* Krippendorff's: by the order of"
        " an ordered vocabulary, by the difference of numbers, of sets by MASI, else for names; *with empty* counts"
        f" empty as a value. {_UNDEFINED} is undefined: where all values are equal, chance would agree as much. With n"
        f" below {SMALL}, a coefficient says little."
    )
    if left_out := len(variables) - len(shown):
        yield f"Left out: {pluralize(left_out, 'variable')} with an *n* below {_MIN_UNITS}."


def _unit_cells(units: UnitAgreement) -> list[str]:
    f1 = [units.scores(matches)[2] for matches in (units.exact, units.overlapping)]
    found = " / ".join(f"{number:,}" for number in units.found)
    return [units.table, found, f"{units.by_all:,}", *map(_number, (*f1, units.alpha))]


def _variable_cells(agreement: VariableAgreement) -> list[str]:
    interval = _UNDEFINED if agreement.interval is None else "{:.2f} to {:.2f}".format(*agreement.interval)
    return [
        f"`{agreement.variable.table}.{agreement.variable.name}`",
        f"{agreement.n:,}",
        _UNDEFINED if agreement.equal is None else f"{agreement.equal:.0%}".replace("%", " %"),
        _number(agreement.alpha),
        interval,
        _number(agreement.alpha_with_empty),
    ]


def _number(value: float | None) -> str:
    return _UNDEFINED if value is None else f"{value:.2f}"
