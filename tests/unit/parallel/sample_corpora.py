"""A contract whose documents refer to each other in every way, and generated corpora for it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from hypothesis import strategies as st

from stancebook.schema.column_types import Pattern
from stancebook.schema.columns import (
    Category,
    Date,
    categorical,
    date,
    foreign_key,
    integer,
    paragraph_number,
    primary_key,
    sentence_number,
)
from stancebook.schema.models import Derived, Sentence
from stancebook.schema.rules import rule
from stancebook.schema.spec import Tables
from stancebook.sources.corpus import Corpus, DocumentFiles, SourceFile
from tests.unit import sample_contract as letters
from tests.unit.sample_contract import People, Tallies, Witnesses, contract, strong_claim_has_witnesses

PLACE = {"open": "It has no answer.", "answered": "It has an answer."}


def whether_answered(tables: Tables) -> Any:
    """Return, for each claim, whether another one of any letter answers it."""
    claims = tables["claims"]
    return claims["claim_id"].isin(claims["answers_id"]).map({True: "answered", False: "open"})


class Letters(letters.Letters, section="letter"):
    """One letter."""

    pages: int = integer("How many pages it has.", minimum=1)
    answers_letter_id: str = foreign_key("letters", "The letter it answers.", nullable=True)


class Claims(letters.Claims):
    """One claim of a person in a letter."""

    echoes_id: str = foreign_key(
        "claims", "A claim that says the same, and may name this one.", nullable=True, symmetric=True
    )
    place: Category = categorical(PLACE, "Whether it has an answer.", compute=whether_answered)
    paragraph: int = paragraph_number("The paragraph that it starts in.")
    in_sentence: int = sentence_number("The sentence that it starts in.")


class Lines(Sentence):
    """One sentence of a letter."""


def order_claims(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the claims of each person, numbered by date, and the days on which persons that others work for speak."""
    claims = tables["claims"].merge(tables["letters"], on="doc_id").sort_values(["sent", "claim_id"])
    number = claims.groupby("person_id").cumcount() + 1
    day_id = claims["person_id"] + ":" + claims["sent"].dt.strftime("%Y-%m-%d")
    masters = claims["person_id"].isin(tables["people"]["master_id"])
    return {
        "threads": pd.DataFrame(
            {
                "person_id": claims["person_id"],
                "said_id": claims["claim_id"],
                "number": number,
                "day_id": day_id.where(masters),
            }
        ),
        "days": claims.assign(day_id=day_id)[masters].drop_duplicates("day_id")[["day_id", "person_id", "sent"]],
    }


OF_PERSONS: dict[str, Any] = {
    "derive": order_claims,
    "inputs": {"letters": ["doc_id", "sent"], "claims": ["claim_id", "doc_id", "person_id"]},
    "partition_by": "person_id",
}


class Threads(Derived, key=("said_id",), **OF_PERSONS):
    """One claim of a person, with its number."""

    person_id: str = foreign_key("people", "The person.")
    said_id: str = foreign_key("claims", "The claim.")
    number: int = integer("Its number among the claims of the person.", minimum=1)
    day_id: str = foreign_key("days", "The day of a person that others work for.", nullable=True)


class Days(Derived, **OF_PERSONS):
    """One day on which a person that others work for claims something."""

    day_id: str = primary_key("The person and the day.", pattern=Pattern(r"[a-z]+:[0-9-]+", "a person and a day"))
    person_id: str = foreign_key("people", "The person.")
    sent: Date = date("The day.")


def _of(tables: Tables, table: str, keys: Any, column: str) -> Any:
    found = tables[table].drop_duplicates(tables[table].columns[0]).set_index(tables[table].columns[0])[column]
    return pd.Series(found.reindex(keys).to_numpy(), index=keys.index)


@rule("claims", "answers_id")
def answers_come_later(tables: Tables) -> Any:
    """A claim is sent no earlier than the one it answers."""
    claims = tables["claims"]
    sent = _of(tables, "letters", claims["doc_id"], "sent")
    answered_in = _of(tables, "claims", claims["answers_id"], "doc_id")
    return ~(sent < _of(tables, "letters", answered_in, "sent"))


@rule("claims", "strength")
def fair_claims_are_answered(tables: Tables) -> Any:
    """A fair claim that is dated is answered by another."""
    claims = tables["claims"]
    dated = (claims["strength"] == "fair") & claims["when_start"].notna()
    return ~dated | claims["claim_id"].isin(claims["answers_id"])


@rule("claims", "when_edtf", document_column="sent")
def claim_dates_are_past(tables: Tables) -> Any:
    """What a claim dates is over when the letter is sent."""
    return ~(tables["claims"]["when_end"] > _of(tables, "letters", tables["claims"]["doc_id"], "sent"))


@rule("claims", "strength", level="warning")
def no_hearsay(tables: Tables) -> Any:
    """This is hearsay."""
    return tables["claims"]["strength"] != "weak"


@rule("people", "person_id", level="warning", inputs={"claims": ["person_id"], "witnesses": ["person_id"]})
def people_are_mentioned(tables: Tables) -> Any:
    """No claim is by this person, and no witness."""
    heard = pd.concat([tables["claims"]["person_id"], tables["witnesses"]["person_id"]])
    return tables["people"]["person_id"].isin(heard)


@rule("people", "name", inputs={"claims": ["person_id", "strength", "when_start"], "letters": ["pages"]})
def strong_claims_need_full_names(tables: Tables) -> Any:
    """A person with a strong claim about the time before 1901 has a full name, unless a letter has nine pages."""
    claims = tables["claims"]
    sure = claims[(claims["strength"] == "strong") & (claims["when_start"] < pd.Timestamp("1901-01-01"))]
    named = tables["people"]["name"].str.contains(" ")
    others = ~tables["people"]["person_id"].isin(sure["person_id"])
    return named | others | bool((tables["letters"]["pages"] == 9).any())


@rule("people", "person_id")
def employers_have_homes(tables: Tables) -> Any:
    """The home of a person with employees is known."""
    people = tables["people"]
    return people["lives_in"].notna() | ~people["person_id"].isin(people["master_id"])


RULES = (
    strong_claim_has_witnesses,
    answers_come_later,
    fair_claims_are_answered,
    claim_dates_are_past,
    no_hearsay,
    people_are_mentioned,
    employers_have_homes,
    strong_claims_need_full_names,
)
LINKED_LETTERS = contract(People, Letters, Claims, Witnesses, Lines, Tallies, Threads, Days, rules=RULES)


# ── Corpora ───────────────────────────────────────────────────────────────────────────────────────

Files = dict[str, bytes]

IDS = ("a", "b", "bridge", "codebook", "d/e", "d/f", "z")
QUOTES = (
    "the bridge fell on Monday",
    "Otto says the river did it",
    "Mr Falk says the rope was old",
    "Otto was there",
    "and the miller was there",
)
PEOPLE = """\
people:
  - {person_id: berta, name: Berta}
  - {person_id: falk, name: Mr Falk, lives_in: FA1}
  - {person_id: otto, name: Otto, master_id: falk}
"""
CODEBOOKS = {
    "a word too few": PEOPLE.replace("name: Berta", "name:"),
    "a reference to nothing": PEOPLE.replace("master_id: falk", "master_id: nobody"),
    "a circle": PEOPLE.replace("lives_in: FA1", "master_id: otto"),
    "a rule broken": PEOPLE.replace(", lives_in: FA1", ""),
    "a key twice": PEOPLE.replace("person_id: falk", "person_id: otto"),
    "a key renamed": PEOPLE.replace("person_id: berta", "person_id: bertha"),
    "no YAML": PEOPLE.replace("[", "{") + "  - {",
    "not this table": PEOPLE.replace("people:", "persons:"),
}


def letter(number: int) -> str:
    """Return a text that differs from that of any other number."""
    return letters.LETTER.replace("Yours, Berta", f"It rained for {number} days.\n\nYours, Berta")


def annotations(claims: list[Mapping[str, Any]], **facts: Any) -> str:
    """Return the annotations of a letter as YAML."""
    head = {"language": "en", "sent": "1901-05-04", "pages": "2", **facts}
    lines = ["letter:", *(f"  {key}: {value}" for key, value in head.items()), "", "claims:" if claims else ""]
    for claim in claims:
        cells = {key: value for key, value in claim.items() if key != "witnesses"}
        given = [f"{key}: {value}" for key, value in cells.items()]
        lines += [f"  - {given[0]}", *(f"    {cell}" for cell in given[1:])]
        if "witnesses" in claim:
            lines += ["    witnesses:", *(f"      - {{person_id: {each}}}" for each in claim["witnesses"])]
    return "\n".join(lines) + "\n"


def as_json(written: str) -> str:
    """Return annotations as JSON."""
    read = yaml.load(written, yaml.BaseLoader)  # noqa: S506 (the base loader makes nothing but text)
    return json.dumps(read, ensure_ascii=False, indent=1)


def claim(number: int, **cells: Any) -> dict[str, Any]:
    """Return a valid claim."""
    return {"id": f"c{number:02}", "person_id": "otto", **cells, "quote": QUOTES[number % len(QUOTES)]}


def _dense(ids: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Return claims that echo claims of three other letters each."""
    turns = [[*ids[at + 1 :], *ids[:at]] for at in range(len(ids))]
    return [[claim(n, echoes_id=f"{each}#c{(n + 1) % 3:02}") for n, each in enumerate(others[:3])] for others in turns]


def _chain(ids: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Return claims each of which answers that of the letter before."""
    return [[claim(0)], *([claim(0, answers_id=f"{before}#c00")] for before in ids[:-1])]


def _hub(ids: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Return claims that all answer that of the first letter."""
    return [[claim(0, witnesses=["berta"])], *([claim(0, answers_id=f"{ids[0]}#c00")] for _ in ids[1:])]


def _two_way(ids: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Return claims of neighbouring letters that echo each other, and claims that echo each other in a circle."""
    partners = [ids[at ^ 1] if at ^ 1 < len(ids) else ids[0] for at in range(len(ids))]
    return [
        [claim(0, echoes_id=f"{partner}#c00"), claim(1, echoes_id=f"{ids[at - 1]}#c01")]
        for at, partner in enumerate(partners)
    ]


SHAPES = {"dense": _dense, "chain": _chain, "hub": _hub, "two-way": _two_way}  # how letters refer to each other

# What may be wrong with the first claim of a letter.
CLAIM_FAULTS: tuple[dict[str, Any], ...] = (
    {"strength": "string"},
    {"strength": "strong"},
    {"person_id": "nobody"},
    {"answers_id": "c07"},
    {"answers_id": "nowhere#c00"},
    {"id": "C00"},
    {"id": "c09"},
    {"when_edtf": "1901-04-29", "strength": "fair"},
    {"when_edtf": "1902"},
)


SOUND_REMARKS = (
    "",
    "nothing_here:\n  - {quote: Yours}\n",
    "decisions:\n  - {row: claims.c07, decision: rejected, by: rv, note: said by nobody}\n",
)
REMARKS = (
    *SOUND_REMARKS,
    "nothing_here:\n  - {quote: not there}\n",
    "decisions:\n  - {row: claims.c07, decision: accepted, by: rv}\n",
    "decisions:\n  - {row: c00, decision: accepted, by: rv}\n",
)


@st.composite
def linked_corpora(draw: st.DrawFn) -> Files:
    """Draw the files of a corpus of letters that refer to each other in one of the shapes, with at most two faults."""
    ids = IDS[: draw(st.integers(4, len(IDS)))]
    letters_of = SHAPES[draw(st.sampled_from(sorted(SHAPES)))](ids)
    for number in draw(st.lists(st.integers(0, len(ids) - 1), max_size=2, unique=True)):
        letters_of[number][0] |= draw(st.sampled_from(CLAIM_FAULTS))
    files = {"codebook/people.yaml": PEOPLE.encode()}
    for number, (doc_id, claims) in enumerate(zip(ids, letters_of, strict=True)):
        files[f"documents/{doc_id}.txt"] = letter(number).encode()
        files[f"documents/{doc_id}.yaml"] = (annotations(claims) + draw(st.sampled_from(REMARKS))).encode()
    return files


@st.composite
def corpora(draw: st.DrawFn, *, valid: bool = False) -> Files:
    """Draw the files of a corpus of a few letters: valid, with faults, or with duplicate texts."""
    ids = sorted(draw(st.sets(st.sampled_from(IDS), min_size=2, max_size=5)))
    kind = "valid" if valid else draw(st.sampled_from(["valid", "faulty", "faulty", "twins"]))
    faulty = kind == "faulty"
    files = {"codebook/people.yaml": PEOPLE.encode()}
    if faulty and draw(st.integers(0, 3)) == 0:
        files["codebook/people.yaml"] = draw(st.sampled_from(sorted(CODEBOOKS.values()))).encode()
    counts = {doc_id: draw(st.integers(0, 3)) for doc_id in ids}
    for number, doc_id in enumerate(ids):
        claims = [draw(_claims(each, doc_id, counts, faulty=faulty)) for each in range(counts[doc_id])]
        facts: dict[str, Any] = {"sent": "1901-05-04"}
        if number and draw(st.integers(0, 4)) == 0:
            facts["answers_letter_id"] = draw(st.sampled_from(ids[:number]))
        if faulty:
            facts |= draw(st.fixed_dictionaries({}, optional=_FACTS)) if draw(st.integers(0, 3)) == 0 else {}
        text = annotations(claims, **facts) + draw(st.sampled_from(REMARKS if faulty else SOUND_REMARKS))
        if faulty and draw(st.integers(0, 5)) == 0:
            text = draw(st.sampled_from(_SLIPS))(text)
        if not faulty and draw(st.integers(0, 3)) == 0:
            text, language = as_json(text), "json"
        else:
            language = "yaml"
        files[f"documents/{doc_id}.{language}"] = text.encode()
        twin = kind == "twins" and draw(st.booleans())
        files[f"documents/{doc_id}.txt"] = letter(0 if twin else number).encode()
    if faulty and draw(st.integers(0, 9)) == 0:
        del files[draw(st.sampled_from([name for name in files if name.startswith("documents/")]))]
    return files


_FACTS = {
    "sent": st.sampled_from(["1901-05-05", "1901-04-01", "1901-02-30", "~"]),
    "pages": st.sampled_from(["0", "9", "many", "~"]),
    "answers_letter_id": st.sampled_from([*IDS, "nowhere"]),
    "text_sha256": st.just("0" * 64),
    "mood": st.just("calm"),
}
_SLIPS = (
    lambda text: text.replace("claims:", "clams:"),
    lambda text: text.replace("id: c00", "id: c01"),
    lambda text: text.replace("id: c01", "id: C01"),
    lambda text: text.replace("id: c00\n", "id:\n"),
    lambda text: text.replace("person_id: otto", "person_id: otto # a remark", 1),
    lambda text: text + '  - "',
    lambda text: text.replace("letter:", "leter:"),
    lambda text: text.replace("    quote:", "  - quote:", 1),
    lambda _: "",
)


def _claims(number: int, doc_id: str, counts: Mapping[str, int], *, faulty: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a claim of this number: valid unless `faulty`."""
    near = [f"c{each:02}" for each in range(number)]
    far = [f"{other}#c{each:02}" for other, count in counts.items() if other < doc_id for each in range(count)]
    anywhere = [f"{other}#c{each:02}" for other, count in counts.items() for each in range(count)]
    optional: dict[str, st.SearchStrategy[Any]] = {
        "strength": st.sampled_from(["weak", "fair"]),
        "when_edtf": st.sampled_from(["1901-04-29", "../1901-05", "1899", "1900-12/.."]),
        "believer_id": st.sampled_from(["falk", "berta"]),
        "witnesses": st.lists(st.sampled_from(["falk", "berta"]), unique=True, min_size=1),
    }
    if near or far:
        optional["answers_id"] = st.sampled_from([*near, *far, *far])
    if others := [each for each in anywhere if each != f"{doc_id}#c{number:02}"]:
        optional["echoes_id"] = st.sampled_from(others)
    if faulty:
        optional["answers_id"] = st.sampled_from([*near, *anywhere, f"{doc_id}#c{number:02}", "c07", "nowhere#c01"])
        optional["strength"] = st.sampled_from(["weak", "fair", "strong", "string"])
        optional["witnesses"] = st.lists(st.sampled_from(["falk", "berta", "nobody"]), max_size=2)
        optional["person_id"] = st.sampled_from(["otto", "falk", "nobody", "otho"])
        optional["when_text"] = st.sampled_from(["on Monday", "on Tuesday"])
    given = st.fixed_dictionaries({}, optional=optional)
    return given.map(lambda cells: claim(number, **cells))


def corpus_of(files: Mapping[str, bytes]) -> Corpus:
    """Return a corpus of these files."""
    files_by_name = {name: SourceFile(name, data.decode()) for name, data in files.items()}
    ids = sorted(
        {name.removeprefix("documents/").rpartition(".")[0] for name in files_by_name if name.startswith("documents/")}
    )
    pairs = (
        DocumentFiles(
            each,
            files_by_name.get(f"documents/{each}.txt"),
            files_by_name.get(f"documents/{each}.yaml", files_by_name.get(f"documents/{each}.json")),
        )
        for each in ids
    )
    return Corpus(
        (files_by_name["codebook/people.yaml"],), complete=True, documents=tuple(pairs), digests={}, problems=()
    )


def one_letter_corpus(written: str) -> Corpus:
    """Return a corpus of one letter with these annotations."""
    files = {"codebook/people.yaml": PEOPLE, "documents/a.txt": letter(1), "documents/a.yaml": written}
    return corpus_of({name: text.encode() for name, text in files.items()})


def write_seeds(files: Mapping[str, bytes], seeds: Path) -> Path:
    """Write the files of a corpus into a folder."""
    for folder in ("codebook", "documents"):
        (seeds / folder).mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (seeds / name).parent.mkdir(parents=True, exist_ok=True)
        (seeds / name).write_bytes(data)
    return seeds
