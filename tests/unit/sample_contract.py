"""The sample contract of unit tests: letters, people and what they claim; with valid sources."""

from pathlib import Path
from typing import Any

import pandas as pd

from stancebook.schema.column_types import Pattern
from stancebook.schema.columns import (
    Category,
    Date,
    categorical,
    date,
    edtf,
    edtf_lower,
    edtf_upper,
    foreign_key,
    integer,
    primary_key,
    text,
    verbatim,
)
from stancebook.schema.contract import Contract, License
from stancebook.schema.models import Annotation, Codebook, Derived, Document, Nested
from stancebook.schema.rules import row_rule, rule
from stancebook.schema.spec import Tables, TableSpec
from stancebook.sources.nodes import Scalar
from stancebook.sources.records import Record

STRENGTH = {"weak": "Hearsay.", "fair": "Seen by one.", "strong": "Seen by several."}
PLACE_CODE = Pattern(r"[A-Z]{2}[0-9]", "two capital letters and a digit, such as 'AB1'")

LETTER = """\
Dear Ida,

the bridge fell on Monday. Otto says the river did it; Mr Falk says the rope was old. Otto was there,
and the miller was there.

Yours, Berta
"""
ANNOTATIONS = """\
letter:
  language: en
  sent: 1901-05-04
claims:
  - id: c01
    person_id: otto
    strength: fair
    when_text: on Monday
    when_edtf: 1901-04-29
    quote: Otto says the river did it
    witnesses:
      - {person_id: berta}
  - id: c02
    person_id: falk
    answers_id: c01
    quote: |-
      Mr Falk says
      the rope was old
"""
PEOPLE = """\
people:
  - {person_id: berta, name: Berta}
  - {person_id: falk, name: Mr Falk, lives_in: FA1}
  - {person_id: otto, name: Otto, master_id: falk}
"""


class People(Codebook):
    """One person who writes or is mentioned."""

    person_id: str = primary_key("Slug of the person.")
    name: str = text("The name in the letters.")
    lives_in: str = text("Where the person lives.", nullable=True, pattern=PLACE_CODE)
    master_id: str = foreign_key("people", "Whom the person works for.", nullable=True)


class Letters(Document, section="letter"):
    """One letter."""

    sent: Date = date("The day it was sent.")
    pages: str = text("How many pages it has.", nullable=True)


class Claims(Annotation):
    """One thing that somebody in a letter says is so."""

    claim_id: str = primary_key("The letter's id and the claim's own.")
    person_id: str = foreign_key("people", "Who says so.")
    believer_id: str = foreign_key("people", "Who believes it.", default="person_id")
    strength: Category = categorical(STRENGTH, "How well it is borne out.", ordered=True, nullable=True)
    answers_id: str = foreign_key("claims", "The claim it answers.", nullable=True)
    when_text: str = verbatim("The words that date it.", nullable=True)
    when_edtf: str = edtf("What those words mean.", nullable=True)
    when_start: Date = edtf_lower("when_edtf", "The first day of it.")
    when_end: Date = edtf_upper("when_edtf", "The last day of it.")

    @row_rule("when_text")
    def when_text_needs_date(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A when_text comes with a when_edtf."""
        return df["when_text"].isna() | df["when_edtf"].notna()


class Witnesses(Nested, parent=Claims, section="witnesses", key=("claim_id", "person_id")):
    """One person who saw what a claim says."""

    claim_id: str = foreign_key("claims", "The claim.")
    person_id: str = foreign_key("people", "The witness.")


def count_claims(tables: Tables) -> pd.DataFrame:
    """Return how many claims each person makes."""
    counts = tables["claims"]["person_id"].value_counts()
    people = tables["people"]["person_id"]
    return pd.DataFrame({"person_id": people, "n_claims": people.map(counts).fillna(0).astype("int64")})


class Tallies(Derived, derive=count_claims, key=("person_id",), inputs={"claims": ["person_id"]}):
    """How much one person claims."""

    person_id: str = foreign_key("people", "The person.")
    n_claims: int = integer("How many claims the person makes.", minimum=0)


@rule("claims", "strength")
def strong_claim_has_witnesses(tables: Tables) -> Any:
    """A strong claim has witnesses."""
    claims = tables["claims"]
    return (claims["strength"] != "strong") | claims["claim_id"].isin(tables["witnesses"]["claim_id"])


def contract(*models: type, **facts: Any) -> Contract:
    """Return the sample contract, or one of other models."""
    return Contract(
        **{
            "name": "letters",
            "title": "Letters",
            "description": "What people claim in letters.",
            "version": "1.0.0",
            "licenses": (License("CC0-1.0", "Public domain", "https://creativecommons.org/publicdomain/zero/1.0/"),),
            "models": models or (People, Letters, Claims, Witnesses, Tallies),
            "rules": () if models else (strong_claim_has_witnesses,),
            **facts,
        }
    )


LETTERS = contract()


def write(folder: Path, annotations: str = ANNOTATIONS, people: str = PEOPLE, letter: str = LETTER) -> Path:
    """Write sources into a folder; return their folder."""
    seeds = folder / "seeds"
    for name, content in {
        "codebook/people.yaml": people,
        "documents/bridge.txt": letter,
        "documents/bridge.yaml": annotations,
    }.items():
        (seeds / name).parent.mkdir(parents=True, exist_ok=True)
        (seeds / name).write_text(content, encoding="utf-8", newline="")
    return seeds


def record(spec: TableSpec, parent: Record | None = None, **cells: str) -> Record:
    """Return a record of the document 'bridge' with these cells, one per line."""
    scalars = {name: Scalar(line, 9, value) for line, (name, value) in enumerate(cells.items(), start=2)}
    return Record(spec, "bridge.yaml", 1, 3, spec.name, "bridge", parent, scalars)
