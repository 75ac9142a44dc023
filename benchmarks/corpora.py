"""Synthetic corpora: `seeds/` of any number of invented documents that satisfy every rule of the contract.

Document 7 of a seed is the same in a corpus of ten and of a million, whichever process writes it. A text has some
8 KB, its annotations some 25 KB of YAML as people write it, 65 grounded records a document: Cyrillic names, dashes and
curly quotation marks among them, quotes that a line break of the source parts, texts with CRLF. Nothing is kept in
memory but the document at hand.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import fiction  # noqa: E402

T = TypeVar("T")
Notation = Literal["yaml", "json"]
Slots = dict[str, str]

TABLES = ("mentions", "statements", "events", "demands")
FIRST_DAY = dt.date(2031, 3, 3)
_A_DAY = 200  # documents that are published on one
DOCUMENTS_PER_FOLDER = 1000  # if they are nested
_AT_ONCE = 500  # documents that a process writes before it takes more

# What goes wrong → the table of the lead's record in which it does, and what is written there instead. Each is one
# mistake, and one problem in a build.
FAULTS: Mapping[str, tuple[str, Slots]] = {
    "a value out of no vocabulary": ("statements", {"stance": "suports"}),
    "a reference to nothing": ("demands", {"issue_id": "issue-of-{number}"}),
    "words that the text has not": ("events", {"thing": "{thing} of {number}"}),
    "a day that no calendar has": ("statements", {"when_edtf": "2031-02-30"}),
    "a needed value left empty": ("statements", {"confidence": ""}),
    "a rule broken": ("demands", {"they_id": "{side_id}"}),
    "a quotation mark never closed": ("statements", {"stance": '"supports'}),
}


@dataclass(frozen=True)
class Recipe:
    """What a corpus is like: its seed, the notation of its annotations, and the shares of its documents that differ.

    `faults`: hold one fault; `answers`: refer to a statement of the document before; `crlf`: have CRLF line ends;
    `pinned`: give the digest of their text. Of the sentences, `broken` is the share in which the source breaks a line,
    most often within a quote. `nested`: a thousand documents a folder, instead of all in one. `links`: how many random
    documents before it each refers to. `hub`: whether each refers to the first.
    """

    seed: int = 1
    notation: Notation = "yaml"
    faults: float = 0.0
    answers: float = 0.0
    crlf: float = 0.1
    pinned: float = 0.25
    broken: float = 0.15
    nested: bool = False
    links: int = 0
    hub: bool = False

    def doc_id(self, number: int) -> str:
        """Return the id of a document."""
        name = f"report-{number:07}"
        return f"{number // DOCUMENTS_PER_FOLDER:04}/{name}" if self.nested else name

    def linked(self, number: int) -> list[int]:
        """Return the documents to which a document refers, apart from `answers`."""
        draw = Draw(-self.seed, number)  # apart from the draws of the document, which stays the same
        return [draw.below(number) for _ in range(self.links) if number] + [0] * (self.hub and number > 0)


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it is written to disk; `fault` names what is wrong with it, if anything is."""

    doc_id: str
    text: bytes
    annotations: bytes
    fault: str | None


def main() -> None:
    """Write a corpus and print what it contains."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "folder", type=Path, help="where to write codebook/ and documents/; other files there are left alone"
    )
    parser.add_argument("--documents", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--notation", choices=("yaml", "json"), default="yaml", help="of annotations (default: yaml)")
    parser.add_argument("--seed", type=int, default=Recipe.seed, help="another draw (default: 1)")
    for share, what in {
        "faults": "documents with one fault each",
        "answers": "documents that refer to another",
        "crlf": "texts with CRLF",
        "pinned": "documents that give the digest of their text",
        "broken": "sentences within which the text breaks a line",
    }.items():
        default = getattr(Recipe, share)
        parser.add_argument(f"--{share}", type=float, default=default, help=f"share of {what} (default: {default})")
    parser.add_argument("--nested", action="store_true", help="a thousand documents a folder, instead of all in one")
    parser.add_argument("--links", type=int, default=0, help="random others that each refers to (default: 0)")
    parser.add_argument("--hub", action="store_true", help="let each document refer to the first")
    parser.add_argument("--jobs", type=int, default=1, help="processes that write (default: 1)")
    options = vars(parser.parse_args())
    folder, documents, jobs = (options.pop(name) for name in ("folder", "documents", "jobs"))
    faults = write(folder, documents, Recipe(**options), jobs)
    print(f"{documents:,} documents in {folder}")
    for fault, number in sorted(faults.items()):
        print(f"{number:>9,} with {fault}")


def write(folder: Path, documents: int, recipe: Recipe, jobs: int = 1) -> Counter[str]:
    """Write a corpus into a seeds folder; return how many documents have which fault."""
    (folder / "codebook").mkdir(parents=True, exist_ok=True)
    for name, records in _codebook().items():
        (folder / "codebook" / f"{name}.yaml").write_text(f"{name}:\n{''.join(records)}", encoding="utf-8")
    ranges = [range(start, min(start + _AT_ONCE, documents)) for start in range(0, documents, _AT_ONCE)]
    write_range = partial(_write_range, folder / "documents", recipe)
    if jobs == 1:
        return sum(map(write_range, ranges), Counter())
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(write_range, ranges), Counter())


def _write_range(folder: Path, recipe: Recipe, numbers: range) -> Counter[str]:
    faults = Counter[str]()
    for number in numbers:
        made = document(recipe, number)
        path = f"{folder}/{made.doc_id}"
        if number == numbers.start or not number % DOCUMENTS_PER_FOLDER:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        for ending, data in ((".txt", made.text), (f".{recipe.notation}", made.annotations)):
            with open(path + ending, "wb") as file:  # noqa: PTH123 (a million of them: each microsecond counts)
                file.write(data)
        if made.fault:
            faults[made.fault] += 1
    return faults


# ── A document ────────────────────────────────────────────────────────────────────────────────────


class Draw:
    """Random choices, determined by a seed and a number.

    They use nothing but `Random.random`, which gives the same numbers in all versions of Python.
    """

    __slots__ = ("_random",)

    def __init__(self, seed: int, number: int) -> None:
        self._random = random.Random(seed << 40 | number).random  # noqa: S311

    def chance(self, share: float) -> bool:
        """Return True in that share of cases."""
        return self._random() < share

    def below(self, end: int) -> int:
        """Return a number from 0 up to and without `end`."""
        return int(self._random() * end)

    def any(self, values: Sequence[T]) -> T:
        """Return one of the values."""
        return values[int(self._random() * len(values))]


def document(recipe: Recipe, number: int) -> Document:
    """Return document `number` of a corpus, from 0."""
    draw = Draw(recipe.seed, number)
    # All drawn first, so that a document is the same but for what the recipe says.
    faulty, answers, crlf, pinned = map(draw.chance, (recipe.faults, recipe.answers, recipe.crlf, recipe.pinned))
    fault = draw.any(list(FAULTS))
    facts = _facts(draw, recipe, number)
    paragraphs, records, lead = _body(draw, recipe, facts)
    if faulty or (answers and number):
        answered = f"{recipe.doc_id(number - 1)}#s01" if answers and number else ""
        for table, template in _lead_records(recipe.notation, answering=bool(answered)).items():
            wrong = FAULTS[fault][1] if faulty and table == FAULTS[fault][0] else {}
            spoilt = {name: value.format_map(lead) for name, value in wrong.items()}
            records[table][0] = template.format_map({**lead, "answered": answered, **spoilt})

    paragraphs = [f"# {facts['headline']}", f"By {facts['author']}, no. {number:,}", facts["on_day"], *paragraphs]
    text = "\n\n".join([*paragraphs, "This report first appeared in another paper.\n"])
    data = (text.replace("\n", "\r\n") if crlf else text).encode()
    head = fiction.HEAD + fiction.PIN if pinned else fiction.HEAD
    facts["sha256"] = hashlib.sha256(data).hexdigest() if pinned else ""
    join = _as_json if recipe.notation == "json" else _as_yaml
    annotations = join(_template(head, recipe.notation).format_map(facts), records)
    for place, other in enumerate(recipe.linked(number), start=2):  # the first statement is for `answers`
        statement, link = _LINKS[recipe.notation]
        statement = statement.format(place)
        annotations = annotations.replace(statement, statement + link.format(recipe.doc_id(other)))
    return Document(facts["doc_id"], data, annotations.encode(), fault if faulty else None)


def _facts(draw: Draw, recipe: Recipe, number: int) -> Slots:
    """Return the record of a document itself."""
    published = FIRST_DAY + dt.timedelta(days=number // _A_DAY + draw.below(28))
    return {
        **draw.any(_BY_LINES),
        "doc_id": recipe.doc_id(number),
        "number": str(number),
        "published": published.isoformat(),
        "on_day": f"{_in_words(published)} {published.year}",
        "headline": f"{draw.any(_STATES)} and {draw.any(_STATES)}: “{draw.any(fiction.QUOTED)}”",
    }


def _body(draw: Draw, recipe: Recipe, facts: Slots) -> tuple[list[str], dict[str, list[str]], Slots]:
    """Return a document's paragraphs, its records by table, those of a sentence together, and the lead's slots."""
    lead, sentences = _compiled(recipe.notation)
    records: dict[str, list[str]] = {table: [] for table in TABLES}
    counts = dict.fromkeys(TABLES, 0)
    days = _days(facts["published"])
    paragraphs = []
    named: set[str] = set()  # each form of a name is coded once
    # Strides through lists, prime to their lengths: nothing that is met is met again before all others are.
    kind, thing, person = draw.below(len(sentences)), draw.below(len(_THINGS)), draw.below(len(_CAST))
    stride = 1 + draw.below(len(sentences) - 1)
    lead_slots: Slots = {}
    for place in range(15 + draw.below(6)):
        kind, thing, person = (kind + stride) % len(sentences), (thing + 211) % len(_THINGS), (person + 11) % len(_CAST)
        cast = draw.any(_CAST[person])
        slots = {
            **facts,
            **cast,
            **draw.any(days),
            **draw.any(_HOSTS),
            **draw.any(_FACTIONS),
            **{name: draw.any(values) for name, values in _DRAWN.items()},
            "thing": _THINGS[thing],
            "meeting_id": draw.any(_formats_of(cast["side_id"], cast["they_id"])),
            "n": f"{1 + draw.below(9)},{100 + draw.below(900)}",
            "br": draw.any(("\n", "\n", "\n\n")) if draw.chance(recipe.broken) else " ",
        }
        for table in TABLES:
            slots |= _IDS[table][counts[table]]
        sentence = sentences[kind] if place else lead
        lead_slots = lead_slots or slots
        filler = " ".join(draw.any(parts) for parts in fiction.FILLER * (1 + draw.below(2)))
        paragraphs.append(f"{sentence.text.format_map(slots)} {filler}")
        for form, template in sentence.mentions:
            if (name := form.format_map(slots)) not in named:
                named.add(name)
                records["mentions"].append(template.format_map({**slots, **_IDS["mentions"][counts["mentions"]]}))
                counts["mentions"] += 1
        for table, template, number in sentence.records:
            records[table].append(template.format_map(slots))
            counts[table] += number
    return paragraphs, records, lead_slots


# In each notation: the start of a statement, and what lets it refer to another document.
_LINKS = {
    "yaml": ("  - id: s{:02}\n", "    responds_to_id: {}#s01\n"),
    "json": ('{{"id": "s{:02}", ', '"responds_to_id": "{}#s01", '),
}


def _as_yaml(head: str, records: Mapping[str, Sequence[str]]) -> str:
    tables = (f"\n{table}:\n{''.join(records[table])}" for table in TABLES)
    return "".join(["# yaml-language-server: $schema=../../dataset/annotation.schema.json\n\n", head, *tables])


def _as_json(head: str, records: Mapping[str, Sequence[str]]) -> str:
    tables = (',\n"{}": [\n{}\n]'.format(table, ",\n".join(records[table])) for table in TABLES)
    return "".join(["{", head, *tables, "}\n"])


# ── Templates ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A sentence template: its text, each mention with what is named how, and the records of each other table.

    The records of a table are its name, their template, and their number.
    """

    text: str
    mentions: tuple[tuple[str, str], ...]
    records: tuple[tuple[str, str, int], ...]


@cache
def _compiled(notation: Notation) -> tuple[_Compiled, list[_Compiled]]:
    """Return the lead and all other sentences."""
    lead, *others = (
        _Compiled(
            _slotted(sentence.text),
            tuple((_form(source), _template(source, notation)) for source in _mentions(sentence)),
            tuple(
                (table, _template(_commented(source), notation), len(re.findall(r"\bid: <[sed]\d>", source)))
                for table, source in _other_records(sentence).items()
            ),
        )
        for sentence in (fiction.LEAD, *fiction.SENTENCES)
    )
    return lead, others


@cache
def _lead_records(notation: Notation, *, answering: bool) -> dict[str, str]:
    """Return the lead's records by table; `answering`: its statement refers to another document's."""
    sources = _other_records(fiction.LEAD)
    if answering:
        sources["statements"] = sources["statements"].replace(*fiction.ANSWER)
    return {table: _template(_commented(source), notation) for table, source in sources.items()}


def _mentions(sentence: fiction.Sentence) -> list[str]:
    """Return the mentions one by one, all with the first id."""
    source = re.sub("<m[0-9]>", "<m1>", sentence.records.get("mentions", ""))
    return re.split(r"^(?=  - )", source, flags=re.MULTILINE)[1:]


def _form(mention: str) -> str:
    """Return the template of what a mention names, and of how it names it."""
    return _slotted(" ".join(re.findall(r"\b(?:actor_id|quote): ([^,}\n]+)", mention)))


def _other_records(sentence: fiction.Sentence) -> dict[str, str]:
    return {table: source for table, source in sentence.records.items() if table != "mentions"}


def _commented(source: str) -> str:
    """Return records under a comment such as people write in long files."""
    return f"  # ── The <thing> {'─' * 6}\n{source}"


@cache
def _template(source: str, notation: Notation) -> str:
    """Return YAML of records or of the head of a document as a template in one of the notations."""
    if notation == "yaml":
        return _slotted(source)
    read = yaml.load(source, yaml.BaseLoader)  # noqa: S506 (the base loader makes nothing but text)
    if isinstance(read, dict):
        return _slotted(json.dumps(read, ensure_ascii=False)[1:-1])
    return _slotted(",\n".join(json.dumps(_plain(record), ensure_ascii=False) for record in read))


def _plain(value: Any) -> Any:
    """Return values as a program writes them: null, and no line ends within texts."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if value == "~" else value.replace("\n", " ")


def _slotted(source: str) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", source.replace("{", "{{").replace("}", "}}"))


# ── What is drawn from ────────────────────────────────────────────────────────────────────────────

# Not those of the calendar module, which speaks the language of the machine.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _slug(label: str) -> str:
    return label.lower().replace(" ", "-")


def _cast() -> Iterator[list[Slots]]:
    """Yield person, party and other state for each person, once per other state."""
    for state, (slug, capital, iso3) in fiction.STATES.items():
        for title, name in zip(fiction.TITLES, fiction.PEOPLE[state], strict=True):
            who = {"who": name, "who_id": f"{slug}-{_slug(title)}", "title": title}
            side = {"side": state, "side_id": slug, "capital": capital, "capital_id": f"{slug}-government"}
            others = (each for each in fiction.STATES if each != state)
            yield [{**who, **side, "iso3": iso3, "they": they, "they_id": fiction.STATES[they][0]} for they in others]


@cache
def _formats_of(*actors: str) -> list[str]:
    """Return the formats in which these take part, and those without participants."""
    seats = ((label, who.keys()) for label, (_, _, who) in fiction.FORMATS.items())
    return [_slug(label) for label, seated in seats if not seated or seated >= set(actors)]


@lru_cache(maxsize=4096)
def _days(published: str) -> list[Slots]:
    """Return, for a day of publication, dates in words and in EDTF: past, open and future ones."""
    today = dt.date.fromisoformat(published)
    monday = today - dt.timedelta(days=today.weekday())
    year = today.year
    past = {f"on {_WEEKDAYS[day.weekday()]}": f"{day}" for day in _around(today, -1, -3, -6)}
    past |= {f"on {_in_words(day)}": f"{day}" for day in _around(today, -9, -16, -30)}
    past |= {
        "last week": "{}/{}".format(*_around(monday, -7, -1)),
        f"in {_MONTHS[today.month - 2]}": f"{year - (today.month == 1)}-{(today.month - 2) % 12 + 1:02}",
        "late last year": f"{year - 1}-10~/{year - 1}-12~",
        f"in {year - 2}": f"{year - 2}",
    }
    [begun] = _around(today, -44)
    since = {
        f"since {_in_words(begun)}": f"{begun}/..",
        "for years": f"../{today}",
        f"since {year - 1}": f"{year - 1}/..",
        "until last week": "../{}".format(*_around(monday, -1)),
    }
    then = {f"on {_in_words(day)}": f"{day}" for day in _around(today, 5, 12, 33)}
    then |= {
        "next week": "{}/{}".format(*_around(monday, 7, 13)),
        f"in {_MONTHS[today.month % 12]}": f"{year + today.month // 12}-{today.month % 12 + 1:02}",
        "in the course of next year": f"{year + 1}",
        "by the middle of next year": f"{year + 1}-05~/{year + 1}-08~",
    }
    together = {"standing_edtf": f"../{today}", "week_edtf": "{}/{}".format(*_around(today, -6, 0))}
    return [
        {
            "when": a,
            "when_edtf": past[a],
            "since": b,
            "since_edtf": since[b],
            "then": c,
            "then_edtf": then[c],
            **together,
        }
        for (a, b), c in zip(zip(past, cycle(since)), cycle(then))
    ]


def _around(day: dt.date, *offsets: int) -> list[dt.date]:
    return [day + dt.timedelta(days=offset) for offset in offsets]


def _in_words(day: dt.date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


_DRAWN: Mapping[str, Sequence[str]] = {
    "aim": fiction.AIMS,
    "quoted": fiction.QUOTED,
    "opinion": fiction.OPINIONS,
    "cyrillic": fiction.CYRILLIC,
    "reading": fiction.READINGS,
    "place": fiction.PLACES,
    "confidence": fiction.CONFIDENCE,
    "stance": fiction.STANCE,
    "flexibility": fiction.FLEXIBILITY,
    "demand_status": fiction.DEMAND_STATUS,
    "issue_id": [_slug(label) for label, (topic, *_) in fiction.ISSUES.items() if topic != "format"],
    "format_issue_id": [_slug(label) for label, (topic, *_) in fiction.ISSUES.items() if topic == "format"],
    "format_id": [_slug(label) for label in fiction.FORMATS],
}
_CAST = list(_cast())
_STATES = list(fiction.STATES)
_THINGS = [f"{kind} {thing}" for thing in fiction.THINGS for kind in fiction.KINDS_OF_THING]
_FACTIONS = [{"faction": name, "faction_id": slug} for name, (slug, _) in fiction.FACTIONS.items()]
_HOSTS = [{"host": name, "host_id": slug} for name, (slug, *_) in fiction.ORGANISATIONS.items()]
_BY_LINES = [
    {"publisher": outlet, "author": author, "author_id": slug}
    for (_, outlet), authors in fiction.MEDIA.items()
    for slug, author in authors.items()
]
_IDS = {table: [{f"{table[0]}{k}": f"{table[0]}{n + k:02}" for k in (1, 2, 3)} for n in range(60)] for table in TABLES}


# ── Codebook ──────────────────────────────────────────────────────────────────────────────────────


def _codebook() -> dict[str, list[str]]:
    """Return the records of each codebook table, in YAML."""
    return {
        "actors": [_record(actor) for actor in _actors()],
        "issues": [
            _record({"issue_id": _slug(label), "label": label, "topic": topic, "softer": softer, "proposition": said})
            + _issue_details(label)
            for label, (topic, softer, said) in fiction.ISSUES.items()
        ],
        "formats": [
            _record({"format_id": _slug(label), "label": label, "mode": mode, "level": level})
            + _nested("participants", [{"actor_id": slug, "role": role} for slug, role in who.items()])
            for label, (mode, level, who) in fiction.FORMATS.items()
        ],
    }


def _issue_details(label: str) -> str:
    """Return the note and the relations of an issue."""
    note = f"    note: {fiction.ISSUE_NOTES[label]}\n" if label in fiction.ISSUE_NOTES else ""
    related = fiction.ISSUE_RELATIONS.get(label, {}).items()
    return note + _nested("relations", [{"relation": kind, "other_issue_id": _slug(other)} for other, kind in related])


def _actors() -> Iterator[Slots]:
    for state, (slug, capital, iso3) in fiction.STATES.items():
        yield _actor(slug, state, "state", "A country on the strait.", iso3=iso3)
        yield _actor(f"{slug}-government", capital, "government_body", f"The government of {state}.", parent_id=slug)
        for title, name in zip(fiction.TITLES, fiction.PEOPLE[state], strict=True):
            yield _actor(f"{slug}-{_slug(title)}", name, "person", f"{title} of {state}.", parent_id=slug)
    for name, (slug, kind, description) in fiction.ORGANISATIONS.items():
        yield _actor(slug, name, kind, description)
    for name, (slug, description) in fiction.FACTIONS.items():
        yield _actor(slug, name, "political_party", description)
    for slug, (name, description) in fiction.UNNAMED.items():
        yield _actor(slug, name, "unnamed_source", description)
    for (outlet, name), authors in fiction.MEDIA.items():
        yield _actor(outlet, name, "media", "An outlet that reports on the strait.")
        for slug, author in authors.items():
            yield _actor(slug, author, "person", f"Writes for {name}.", parent_id=outlet)


def _actor(slug: str, name: str, kind: str, description: str, **more: str) -> Slots:
    return {"actor_id": slug, "name": name, "actor_type": kind, **more, "description": description}


def _record(values: Slots) -> str:
    return "  - " + "    ".join(f"{key}: {value}\n" for key, value in values.items())


def _nested(section: str, rows: Sequence[Slots]) -> str:
    """Return the section of a record that lists others; nothing if there are none."""
    lines = (f"      - {{{', '.join(f'{key}: {value}' for key, value in row.items())}}}\n" for row in rows)
    return "".join((f"    {section}:\n", *lines)) if rows else ""


if __name__ == "__main__":
    main()
