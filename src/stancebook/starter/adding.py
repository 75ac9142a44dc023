"""Add texts to a project: each with an annotation file that begins with what is known of the document."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stancebook.exceptions import StancebookError
from stancebook.problems import CellError, display_path, end_sentence, shorten
from stancebook.schema.contract import Contract
from stancebook.sources.discovery import DOCUMENTS, TEXT
from stancebook.sources.editing import new_annotation_file, schema_path
from stancebook.starter.documents import NewDocument, RefusedTextError, new_document, write_files
from stancebook.starter.extracted import Extracted, ExtractionError, Fact
from stancebook.starter.extraction import MAX_BYTES, extract
from stancebook.suggestions import options_hint, slug_for

ORIGINALS = "originals"  # next to the folder of the sources
WIDTH = 106  # columns of a comment
COMMAND_LINE = "the command line"  # the origin of what a person says

_SOURCE_KEYS = {"url": "path"}  # the property of a data package, where it has another name
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=$|[T ])")
# Characters that are seldom meant: invisible ones, those of private use, ligatures and what a decoder puts for others.
# Joiners and marks of direction are left out: some scripts need them.
_DOUBTFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2028-\u202e\u2060-\u206f\ue000-\uf8ff\ufb00-\ufb06\ufeff\ufffd]"
)


class AddingError(StancebookError):
    """Texts cannot be added; nothing was written.

    Attributes:
        reasons: A sentence for each file that cannot be added.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class Doubt:
    """A character that is seldom meant: its name, how often it occurs, and where it does first."""

    character: str
    name: str
    number: int
    line: int
    column: int


@dataclass(frozen=True)
class Addition:
    """A text that is ready to be added.

    Attributes:
        document: The document.
        annotations: The text of its annotation file.
        original: The file that the text was extracted from, and its content; None if the text is the whole file.
        facts: What the annotation file says of the document, by key.
        unused: Why something that the file says of itself is not in the annotation file.
        missing: The keys that the annotation file has to get.
        remarks: What was converted, and what of the file is not in the text.
        doubts: Characters that are seldom meant.
    """

    document: NewDocument
    annotations: str
    original: tuple[Path, bytes] | None
    facts: Mapping[str, Fact]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...]
    doubts: tuple[Doubt, ...]

    @property
    def files(self) -> dict[Path, bytes]:
        """The files to write."""
        files = {self.document.text_path: self.document.data, self.document.annotation_path: self.annotations.encode()}
        return files | (dict([self.original]) if self.original else {})


@dataclass(frozen=True)
class Target:
    """The project that texts are added to.

    Attributes:
        contract: Its contract.
        seeds: The folder of its sources.
        dataset: The folder of its dataset, which has the schema for editors; None if it is elsewhere.
    """

    contract: Contract
    seeds: Path
    dataset: Path | None = None

    @property
    def originals(self) -> Path:
        """The folder of the files that texts were extracted from."""
        return self.seeds.parent / ORIGINALS


def prepare(
    target: Target, files: Sequence[Path], *, doc_id: str = "", values: Mapping[str, str], encoding: str = ""
) -> list[Addition]:
    """Read and check texts that are to be added; nothing is written.

    Args:
        target: The project.
        files: The files with the texts.
        doc_id: The id of the only document; that of the file's name if empty.
        values: What a person says of the documents, by key.
        encoding: The encoding of the files, if a person gives it.

    Raises:
        AddingError: Some of them cannot be added, or a key is unknown.
    """
    _check_values(target.contract, values)
    additions: list[Addition] = []
    reasons: list[str] = []
    for file in files:
        try:
            additions.append(_prepare(target, file, doc_id or _document_id(target.seeds, file), values, encoding))
        except (ExtractionError, RefusedTextError) as error:
            reasons.append(f"{display_path(file)} {error}.")
        except OSError as error:
            reasons.append(f"{display_path(file)} cannot be read ({error.strerror}).")
    for name, number in Counter(addition.document.doc_id for addition in additions).items():
        if number > 1:
            reasons.append(f"{number} files would have the id {name!r}: add them one by one, with --doc-id.")
    if reasons:
        raise AddingError(reasons)
    return additions


def add(additions: Sequence[Addition]) -> None:
    """Write the files of all texts, or none.

    Raises:
        AddingError: One of them cannot be written.
    """
    try:
        write_files({path: data for addition in additions for path, data in addition.files.items()})
    except OSError as error:
        raise AddingError([f"{display_path(Path(error.filename))} cannot be written ({error.strerror})."]) from error


def _document_id(seeds: Path, file: Path) -> str:
    """Return the id for a file: its path among the documents, or a slug of its name."""
    documents = (seeds / DOCUMENTS).resolve()
    if file.suffix == TEXT and file.resolve().is_relative_to(documents):
        return file.resolve().relative_to(documents).with_suffix("").as_posix()
    return slug_for(file.stem)


def _prepare(target: Target, file: Path, doc_id: str, values: Mapping[str, str], encoding: str) -> Addition:
    with file.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    extracted = extract(file.name, data, encoding)
    if not doc_id:
        raise ExtractionError("has a name without letters and digits: give its id with --doc-id")
    document = new_document(target.seeds, doc_id, extracted.text)
    original = None
    if not extracted.is_the_file:
        path = target.originals / f"{doc_id}{file.suffix.lower()}"
        if path.exists() and path.read_bytes() != data:
            raise ExtractionError(f"cannot be kept: {display_path(path)} is another file; choose another id")
        original = path, data
    given = {key: Fact(key, value, COMMAND_LINE) for key, value in values.items()}
    found, unused = _known_values(target.contract, extracted)
    known = {**found, **given}
    facts = {key: known[key] for key in target.contract.document.allowed_keys if key in known}
    missing = tuple(key for key in target.contract.document.required_keys if key not in facts)
    schema = schema_path(target.dataset, document.annotation_path)
    return Addition(
        document,
        _annotations(target.contract, facts, missing, schema),
        original,
        facts,
        tuple(unused),
        missing,
        extracted.remarks,
        tuple(_doubts(document.text.text)),
    )


# ── What is known of a document ───────────────────────────────────────────────────────────────────


def _check_values(contract: Contract, values: Mapping[str, str]) -> None:
    spec = contract.document
    for key, value in values.items():
        if key not in spec.allowed_keys:
            hint = end_sentence(options_hint(key, spec.allowed_keys))
            raise AddingError([f"{key!r} is no key of {spec.section}: {hint}"])
        try:
            spec[key].parse(value)
        except CellError as error:
            raise AddingError([f"{key}: {end_sentence(_sentence(error))}"]) from error


def _known_values(contract: Contract, extracted: Extracted) -> tuple[dict[str, Fact], list[str]]:
    """Return what a file says of itself by key of the document, and why something of it has no key or does not fit."""
    spec = contract.document
    found: dict[str, Fact] = {}
    unused: list[str] = []
    without_key: set[str] = set()
    for fact in extracted.facts:
        key = contract.sources.get(_SOURCE_KEYS.get(fact.property, fact.property), fact.property)
        if key in {*found, *without_key}:
            continue
        if key not in spec.allowed_keys:
            without_key.add(key)
            unused.append(f"{fact.property} {shorten(fact.value)!r} ({fact.origin}): documents have no key {key!r}")
            continue
        value = _written(spec[key].kind, fact.value)
        try:
            spec[key].parse(value)
        except CellError as error:
            unused.append(f"{fact.property} ({fact.origin}): {_sentence(error)}")
            continue
        found[key] = Fact(fact.property, value, fact.origin)
    return found, unused


def _written(kind: str, value: str) -> str:
    """Return a value as a coder would write it: of an instant, the day at its own place."""
    if kind == "date" and (day := _DAY.match(value)):
        return day[0]
    return value


def _sentence(error: CellError) -> str:
    message, hint = error.args
    return f"{message}; {hint}" if hint else message


def _annotations(contract: Contract, facts: Mapping[str, Fact], missing: Sequence[str], schema: str) -> str:
    """Return an annotation file: what is known, with its origins, and what is missing as empty keys to fill in."""
    spec = contract.document
    origins = [f"{key} from {fact.origin}" for key, fact in facts.items() if fact.origin != COMMAND_LINE]
    comment = _comment(f"To be compared with the text: {', '.join(origins)}") if origins else []
    values = {key: fact.value for key, fact in facts.items()}
    text = new_annotation_file(values, contract, schema, comment).rstrip()
    lines = [line for key in missing for line in (*_comment(spec[key].description), f"{key}:")]
    return "".join(f"{line}\n" for line in (text, *(f"  {line}" for line in lines)))


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH)]


def _doubts(text: str) -> Iterator[Doubt]:
    found: dict[str, list[int]] = {}
    for match in _DOUBTFUL.finditer(text, 1 if text.startswith("\ufeff") else 0):
        found.setdefault(match[0], []).append(match.start())
    for character, offsets in found.items():
        before = text[: offsets[0]]
        name = unicodedata.name(character, "private use" if character >= "\ue000" else "control character").lower()
        yield Doubt(character, name, len(offsets), before.count("\n") + 1, len(before) - before.rfind("\n"))
