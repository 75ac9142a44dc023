"""Find and read UIMA CAS files in JSON (0.4.0): single ones, and those of a project of INCEpTION.

https://github.com/apache/uima-uimaj-io-jsoncas/blob/main/SPECIFICATION.adoc
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from stancebook.exchange.placing import problem_at
from stancebook.exchange.project import Place
from stancebook.exchange.tool_files import MARKER, MAX_BYTES, Json, parse_json_text
from stancebook.problems import Problem, display_path
from stancebook.sources.corpus import decode_source

SOFA = "uima.cas.Sofa"
FORMAT = "UIMA CAS JSON 0.4.0"  # as INCEpTION names it
FOLDERS = ("annotation", "curation", "documents")  # of a project: what people annotated
_JSON, _ARCHIVE = ".json", ".zip"
_MAX_DEPTH = 2  # of archives in archives
_ARRAY = "[]"
_ARRAYS = ("Array", _ARRAY)
_TOP = ("uima.cas.TOP", "uima.cas.FS", "uima.cas.AnnotationBase")  # of types in uima.cas, those that are no values
_LEGACY = "_referenced_fss"  # a key of the JSON that UIMA wrote before
_OTHER_FORMATS = {
    ".xmi": "UIMA CAS XMI",
    ".tsv": "WebAnno TSV",
    ".ser": "a serialized CAS",
    ".bin": "a binary CAS",
    ".conll": "CoNLL",
    ".conllu": "CoNLL-U",
    ".tei": "TEI",
}
_MISSING = Json(None, "")
_EXPORT_HINT = f"export again from INCEpTION, with the format '{FORMAT}'"


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class CasFile:
    """A file that may be a CAS.

    Attributes:
        name: The file as displayed, with the archive that it is in.
        parts: The parts of its path below what the user named.
        data: Its content.
    """

    name: str
    parts: tuple[str, ...]
    data: bytes

    @property
    def suffix(self) -> str:
        """The extension of its name, in lower case."""
        return PurePosixPath(self.parts[-1]).suffix.lower()

    @property
    def in_project(self) -> tuple[str, str, str] | None:
        """The folder of a project that it is in, the document's name, and the file's stem; None if it is in none."""
        for number, part in enumerate(self.parts):
            below = self.parts[number + 1 :]
            if part in FOLDERS and below:
                return part, below[0], PurePosixPath(below[min(1, len(below) - 1)]).stem
        return None


def find_files(paths: Sequence[Path], problems: list[Problem]) -> list[CasFile]:
    """Return the files that hold annotations: of a project, those in its `FOLDERS`; else all that are JSON.

    Args:
        paths: Files, archives and folders.
        problems: Where what cannot be read is reported, and annotations in other formats.
    """
    found: list[CasFile] = []
    for path in paths:
        files = [*_files_of(path, problems)]
        for file in [each for each in files if each.in_project] or files:
            if (other := _OTHER_FORMATS.get(file.suffix)) is not None:
                problems.append(problem_at(Place(file.name), "", f"this is {other}, which is not read", _EXPORT_HINT))
            elif file.suffix == _JSON:
                found.append(file)
            elif path.is_file() and path.suffix.lower() != _ARCHIVE:
                problems.append(problem_at(Place(file.name), "", "this is no export of INCEpTION", _EXPORT_HINT))
    return found


def _files_of(path: Path, problems: list[Problem]) -> Iterator[CasFile]:
    """Yield a file, or those in a folder without hidden ones; of an archive, the files in it."""
    for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
        parts = each.relative_to(path).parts or (each.name,)
        if not each.is_file() or each.name == MARKER or any(part.startswith(".") for part in parts):
            continue
        try:
            data = each.read_bytes() if each.stat().st_size <= MAX_BYTES else None
        except OSError as error:
            problems.append(Problem(display_path(each), 1, 1, "", f"cannot be read: {error.strerror}"))
            continue
        if data is None:
            problems.append(_too_large(display_path(each)))
        else:
            folder = parts if path.is_dir() else ()
            yield from _unpacked(CasFile(display_path(each), parts, data), folder, problems)


def _unpacked(file: CasFile, parts: tuple[str, ...], problems: list[Problem]) -> Iterator[CasFile]:
    """Yield a file; of an archive, the files in it that may be annotations, whose paths begin with `parts`."""
    if file.suffix != _ARCHIVE:
        yield file
        return
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            for entry in archive.infolist():
                inside = (*parts, *PurePosixPath(entry.filename).parts)
                found = CasFile(f"{file.name}!{entry.filename}", inside, b"")
                if entry.is_dir() or found.suffix not in (_JSON, _ARCHIVE, *_OTHER_FORMATS):
                    continue
                if entry.file_size > MAX_BYTES:
                    problems.append(_too_large(found.name))
                elif found.suffix != _ARCHIVE:
                    yield replace(found, data=archive.read(entry))
                elif file.name.count("!") < _MAX_DEPTH:
                    yield from _unpacked(replace(found, data=archive.read(entry)), inside, problems)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError):
        hint = "export it again, without a password"
        problems.append(problem_at(Place(file.name), "", "this archive cannot be read", hint))


def _too_large(name: str) -> Problem:
    return problem_at(Place(name), "", f"is larger than {MAX_BYTES >> 20} MB", "export fewer documents at once")


# ── The content of a CAS ──────────────────────────────────────────────────────────────────────────


def read_cas(file: CasFile, problems: list[Problem]) -> Cas | None:
    """Return the content of a file; None if it is no CAS, which is reported."""
    source, found = decode_source(file.name, file.data)
    problems += found
    if source is None:
        return None
    root, found = parse_json_text(source.text, file.name)
    problems += found
    if found:
        return None
    cas = Cas(root)
    if root[_LEGACY]:
        message = "this is 'UIMA CAS JSON (legacy)', which is not read"
        problems.append(problem_at(root.place, "", message, _EXPORT_HINT))
    elif cas.text is None:
        problems.append(problem_at(root.place, "", "this is no CAS with a text", _EXPORT_HINT))
    else:
        return cas
    return None


class Cas:
    """A text with its feature structures, and the types of these.

    Attributes:
        types: The types that the file declares, by name. A tool leaves out those that nothing has.
        structures: The feature structures by identifier.
    """

    def __init__(self, root: Json) -> None:
        self.types = root["%TYPES"].entries
        listed = [*root["%FEATURE_STRUCTURES"]]
        self.structures = {number: each for each in listed if (number := _number(each["%ID"]))}
        sofas = [each for each in listed if each["%TYPE"].text == SOFA and each["sofaString"]]
        initial = [each for each in sofas if each["sofaID"].text == "_InitialView"]
        self._sofa = next(iter(initial or sofas), None)
        self._views = root["%VIEWS"].entries

    @property
    def text(self) -> str | None:
        """The text; None if there is none."""
        return self._sofa["sofaString"].text if self._sofa else None

    @cached_property
    def members(self) -> list[tuple[int, Json]]:
        """The indexed structures of the text, with their identifiers; what is not indexed was deleted, or is a part."""
        sofa = _number(self._sofa["%ID"]) if self._sofa else 0
        views = [view for view in self._views.values() if _number(view["%SOFA"]) == sofa]
        numbers = (_number(member) for view in views for member in view["%MEMBERS"])
        return [(number, self.structures[number]) for number in numbers if number in self.structures]

    def features(self, structure: Json) -> dict[str, str]:
        """Return the ranges of the features of a structure by name: those of its type, and any that it has."""
        found = {key.lstrip("@^#"): _range(key, value) for key, value in structure.entries.items() if key[0] != "%"}
        name = structure["%TYPE"].text
        seen: set[str] = set()
        while name in self.types and name not in seen:
            seen.add(name)
            declared = self.types[name].entries
            found |= {key: each["%RANGE"].text for key, each in declared.items() if key[0] != "%"}
            name = self.types[name]["%SUPER_TYPE"].text
        return found

    def is_reference(self, range_name: str) -> bool:
        """Return whether the values of a range are other structures."""
        element = element_range(range_name)
        if self.types.get(element, _MISSING)["%SUPER_TYPE"].text == "uima.cas.String":
            return False
        return not element.startswith("uima.cas.") or element in _TOP

    def values(self, structure: Json, feature: str) -> list[str]:
        """Return the values of a feature that has texts, numbers or truth values; none if it is empty."""
        plain = structure[feature] or structure[f"#{feature}"]
        if plain:
            return [each.text for each in plain]
        return [each.text for each in self._at(_number(structure[f"@{feature}"]))["%ELEMENTS"]]

    def references(self, structure: Json, feature: str) -> list[tuple[int, Json]]:
        """Return the structures that a feature refers to, each with its identifier; of an array, its elements."""
        numbers = [_number(each) for each in structure[f"@{feature}"] or structure[feature]]
        arrays = [target for number in numbers if is_array((target := self._at(number))["%TYPE"].text)]
        numbers = [_number(each) for array in arrays for each in array["%ELEMENTS"]] if arrays else numbers
        return [(number, self.structures[number]) for number in numbers if number in self.structures]

    def _at(self, number: int) -> Json:
        found: Json = self.structures.get(number, _MISSING)
        return found


def _number(value: Json) -> int:
    """Return the identifier that a value is; 0, which none has, for anything else."""
    return value.integer or 0


def is_array(range_name: str) -> bool:
    """Return whether a range is an array."""
    return range_name.endswith(_ARRAYS)


def element_range(range_name: str) -> str:
    """Return the range of the elements of an array; any other range itself."""
    return next((range_name.removesuffix(end) for end in _ARRAYS if range_name.endswith(end)), range_name)


def _range(key: str, value: Json) -> str:
    """Return the range of a feature whose type is not declared."""
    if key.startswith("@"):
        return _TOP[0]
    return f"uima.cas.String{_ARRAY}" if value.is_list else "uima.cas.String"
