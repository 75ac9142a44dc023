"""The files of a project that go into a release, and whether they state what the contract states."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from stancebook.problems import Problem, display_path
from stancebook.schema.contract import Contract
from stancebook.sources import nodes
from stancebook.sources.corpus import decode_source
from stancebook.sources.yaml_reader import parse_yaml

CITATION = "CITATION.cff"
CHANGELOG = "CHANGELOG.md"
_LICENCES = ("LICENSE*", "LICENCE*", "COPYING*")
_REQUIRED = ("cff-version", "message", "title", "authors", "version", "date-released", "license")
_PLACEHOLDER = re.compile(r"<[^<>\n@:/=]*[^\W\d_][^<>\n@:/=]*>")
_CFF_GUIDE = "https://citation-file-format.github.io"


@dataclass(frozen=True)
class Author:
    """An author, as the citation file names them.

    Attributes:
        name: The name in one piece, of a person as `given family`.
        given: The given names of a person; empty for a body.
        family: The family name of a person, with its particle; empty for a body.
        orcid: The address of a person's ORCID; empty if it is not given.
        affiliation: What a person belongs to; empty if it is not given.
    """

    name: str
    given: str = ""
    family: str = ""
    orcid: str = ""
    affiliation: str = ""


@dataclass(frozen=True)
class ProjectFiles:
    """The files of a project that go into a release.

    Attributes:
        paths: The citation file, the changelog and the licences, as far as they exist.
        authors: The authors.
        doi: The DOI of the dataset; empty if it has none yet.
        problems: What is missing in them, or contradicts the contract.
    """

    paths: tuple[Path, ...]
    authors: tuple[Author, ...]
    doi: str
    problems: tuple[Problem, ...]


def read_project_files(root: Path, contract: Contract, schemas: Path | None) -> ProjectFiles:
    """Read the files of a project that go into a release, and compare them with the contract.

    Args:
        root: The folder of the project.
        contract: The contract of the dataset.
        schemas: The folder with the code of the contract, if it is known: problems of the contract point there.
    """
    licences = sorted({path for pattern in _LICENCES for path in root.glob(pattern) if path.is_file()})
    citation, changelog = _TextFile(root / CITATION), _TextFile(root / CHANGELOG)
    values = _Values({}) if citation.text is None else _Values.parse(citation)
    problems = chain(
        _contract_problems(contract, root, schemas),
        _citation_problems(contract, citation, values),
        _changelog_problems(contract, changelog),
        _licence_problems(root, licences),
        _placeholders(citation),
        *(_placeholders(file) for file in map(_TextFile, licences)),
    )
    paths = [path for path in (citation.path, changelog.path) if path.is_file()]
    return ProjectFiles((*paths, *licences), tuple(_authors(values)), values.text("doi"), tuple(problems))


class _TextFile:
    """A file of the project: its text, None if it does not exist or is not text."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, display_path(path)
        self.text: str | None = None
        self.problems: list[Problem] = []
        if path.is_file():
            file, self.problems = decode_source(self.name, path.read_bytes())
            self.text = None if file is None else file.text

    def problem(self, line: int, message: str, hint: str, *, where: str = "", level: Any = "error") -> Problem:
        return Problem(self.name, line, 1, where, message, hint, level)

    def line_of(self, pattern: str) -> int:
        """Return the first line that matches a pattern; the first of all if none does."""
        lines = enumerate((self.text or "").splitlines(), 1)
        return next((number for number, line in lines if re.search(pattern, line)), 1)


@dataclass
class _Values:
    """The values of a citation file by key, and the line of each."""

    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def parse(cls, file: _TextFile) -> _Values:
        root, problems = parse_yaml(file.text or "", file.name)
        if not isinstance(root, nodes.Mapping):
            return cls({}, {}, problems or [file.problem(1, "is not a citation file", f"see {_CFF_GUIDE}")])
        return cls(_plain(root), {key: node.line for key, node in root.keys.items()}, problems)

    def text(self, key: str) -> str:
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> list[str]:
        """Return a text or a list of texts as a list."""
        value = self.values.get(key)
        return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]

    def line(self, key: str) -> int:
        return self.lines.get(key, 1)


def _plain(node: nodes.Node) -> Any:
    if isinstance(node, nodes.Mapping):
        return {key: _plain(value) for key, value in node.values.items()}
    if isinstance(node, nodes.Sequence):
        return [_plain(item) for item in node.items]
    return None if not isinstance(node, nodes.Scalar) or node.absent else node.text


def _authors(citation: _Values) -> Iterator[Author]:
    listed = citation.values.get("authors")
    for each in listed if isinstance(listed, list) else ():
        found = {key: value for key, value in each.items() if isinstance(value, str)} if isinstance(each, dict) else {}
        family = " ".join(found[key] for key in ("name-particle", "family-names", "name-suffix") if key in found)
        given = found.get("given-names", "")
        if name := found.get("name") or f"{given} {family}".strip():
            yield Author(name, given, family, found.get("orcid", ""), found.get("affiliation", ""))


# ── Problems ──────────────────────────────────────────────────────────────────────────────────────


def _contract_problems(contract: Contract, root: Path, schemas: Path | None) -> Iterator[Problem]:
    missing = {
        "released": "say on which day this version is released, such as released='2031-04-02'",
        "licenses": "say under which licence others may use it, such as licenses=(License('CC-BY-4.0', …),)",
        "contributors": "name its creators, such as contributors=(Contributor('Jo Doe', roles=('creator',)),)",
    }
    is_given = {"released": contract.released, "licenses": contract.licenses, "contributors": contract.creators}
    version = rf"""\bversion\b.*["']{re.escape(contract.version)}["']"""
    for name, hint in missing.items():
        if not is_given[name]:
            file, line = _statement(version, root, schemas)
            message = f"the contract states no {name}" + (" with the role 'creator'" if name == "contributors" else "")
            yield Problem(display_path(file), line, 1, name, message, hint)
    stated = "\n".join([contract.title, contract.description, *contract.creators])
    in_card = [found for found in _PLACEHOLDER.findall(contract.data_card_text) if " " in found]  # else it may be HTML
    for found in (*_PLACEHOLDER.findall(stated), *in_card):
        file, line = _statement(re.escape(found), root, schemas)
        yield Problem(display_path(file), line, 1, "", f"{found} is still to be filled in", "write what is meant")


def _statement(words: str, root: Path, schemas: Path | None) -> tuple[Path, int]:
    """Return the file and the line in which the contract states something; if it is not found, where it may be.

    Args:
        words: A regular expression for what is stated.
        root: The folder of the project.
        schemas: The folder with the code of the contract, if it is known.
    """
    pattern = re.compile(words, re.IGNORECASE)
    paths = [*schemas.rglob("*.py"), *schemas.rglob("*.md")] if schemas else []
    for path in sorted(paths):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                return path, number
    return (schemas / "__init__.py" if schemas else root / "pyproject.toml"), 1


def _citation_problems(contract: Contract, file: _TextFile, citation: _Values) -> Iterator[Problem]:
    yield from (*file.problems, *citation.problems)
    if file.text is None and not file.problems:
        yield file.problem(1, "is missing: a release says how to cite it", f"write it as {_CFF_GUIDE} says")
    if file.text is None or not citation.values:
        return
    for key in _REQUIRED:
        if citation.values.get(key) is None:
            yield file.problem(1, f"it has no {key}", f"add the key {key}: see {_CFF_GUIDE}")
    for key, value in ("version", contract.version), ("date-released", contract.released):
        stated = citation.text(key)
        if stated and value and stated != value:
            message = f"it states {stated}, the contract {value}"
            yield file.problem(citation.line(key), message, "correct the one that is wrong", where=key)
    licences = citation.texts("license")
    for licence in contract.licenses if licences else ():
        if licence.name not in licences:
            message = f"it does not name {licence.name}, the licence of the data by the contract"
            yield file.problem(citation.line("license"), message, f"add {licence.name}", where="license")
    yield from _differing_names(contract, file, citation)


def _differing_names(contract: Contract, file: _TextFile, citation: _Values) -> Iterator[Problem]:
    """Yield a warning where title or authors are others than in the contract, by which the data card cites."""
    authors = [author.name for author in _authors(citation)]
    stated: Iterable[tuple[str, Any, Any]] = (
        ("title", citation.text("title"), contract.title),
        ("authors", authors, list(contract.creators)),
    )
    for key, here, there in stated:
        if here and there and here != there:
            shown = [", ".join(value) if isinstance(value, list) else value for value in (here, there)]
            message = f"it states {shown[0]!r}, the contract {shown[1]!r}"
            yield file.problem(
                citation.line(key), message, "the data card cites the contract", where=key, level="warning"
            )


def _changelog_problems(contract: Contract, file: _TextFile) -> Iterator[Problem]:
    yield from file.problems
    heading = f"## {contract.version} – {contract.released or 'YYYY-MM-DD'}"
    if file.text is None:
        if not file.problems:
            yield file.problem(1, "is missing: a release says what changed", f"write it, with the heading '{heading}'")
        return
    version = rf"(?<![\w.]){re.escape(contract.version)}(?![\w.+-]|\.\d)"
    found = [line for line in file.text.splitlines() if re.search(rf"^## .*{version}", line)]
    if not found:
        line = file.line_of(r"(?i)^## .*unreleased")
        message = f"it has no heading for version {contract.version}, which the contract states"
        yield file.problem(line, message, f"write what changed under '{heading}'")
    elif contract.released and contract.released not in found[0]:
        message = f"the heading {found[0]!r} does not give the day that the contract states, {contract.released}"
        yield file.problem(file.line_of(rf"^## .*{version}"), message, f"write '{heading}', or correct the contract")


def _licence_problems(root: Path, licences: list[Path]) -> Iterator[Problem]:
    if not licences:
        message = "is missing: a release holds the text of its licence"
        yield Problem(display_path(root / "LICENSE"), 1, 1, "", message, "save the text of the licence under this name")


def _placeholders(file: _TextFile) -> Iterator[Problem]:
    """Yield a problem for each line with something that is still to be filled in, such as `<your name>`."""
    if file.path.name != CITATION:
        yield from file.problems
    for number, line in enumerate((file.text or "").splitlines(), 1):
        if found := _PLACEHOLDER.findall(line):
            verb = "is" if len(found) == 1 else "are"
            yield file.problem(number, f"{', '.join(found)} {verb} still to be filled in", "write what is meant")
