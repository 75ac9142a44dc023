"""Describe the tables of a contract as JSON, from which pages make forms."""

from dataclasses import asdict
from typing import Any

from stancebook.schema.contract import Contract
from stancebook.schema.record_forms import record_forms
from stancebook.web.items import table_marks


def describe_contract(contract: Contract) -> dict[str, Any]:
    """Return the tables that coders write, with the keys of their records and the marks of pages.

    Args:
        contract: Declares the tables.
    """
    marks = table_marks(contract)
    tables = []
    for name, form in record_forms(contract).items():
        mark = marks[name]
        shortcut = mark.letter.lower() if form.kind == "annotation" else ""
        tables.append({**asdict(form), "shortcut": shortcut, "letter": mark.letter, "hue": mark.hue})
    return {"tables": tables}
