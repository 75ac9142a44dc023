"""Read the files of tools: those below the paths that are given, decoded texts, and JSON with places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stancebook.exchange.project import Place
from stancebook.problems import Problem, display_path
from stancebook.sources import nodes
from stancebook.sources.corpus import decode_source
from stancebook.sources.json_reader import parse_json

MARKER = "stancebook-exchange.json"  # in the folder of an export: what it wrote
MAX_BYTES = 256 << 20  # of one file
_MAX_DIGITS = 18  # of an offset


def files_below(paths: Sequence[Path], *extensions: str) -> list[Path]:
    """Return files that are named, and those below folders that are named, by their extensions in lower case.

    Args:
        paths: Files and folders.
        extensions: The extensions of files in folders, such as `.json`. A file that is named may have any.

    Returns:
        The files, each once: those of a folder sorted, without hidden ones and without that of an export.
    """
    found: list[Path] = []
    for path in paths:
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [
            each
            for each in below
            if each == path or (each.is_file() and each.suffix.lower() in extensions and _is_shown(each, path))
        ]
    return [path for path in dict.fromkeys(found) if path.name != MARKER]


def _is_shown(path: Path, folder: Path) -> bool:
    return not any(part.startswith(".") for part in path.relative_to(folder).parts)


def read_text(path: Path) -> tuple[str | None, list[Problem]]:
    """Return the text of a file in UTF-8, with a byte order mark if it has one; None and a problem if it has none."""
    name = display_path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"is larger than {MAX_BYTES >> 20} MB"
            return None, [Problem(name, 1, 1, "", message, "export fewer documents at once from the tool")]
        data = path.read_bytes()
    except OSError as error:
        return None, [Problem(name, 1, 1, "", f"cannot be read: {error.strerror}")]
    file, problems = decode_source(name, data)
    return file.text if file else None, problems


def whole_number(text: str) -> int | None:
    """Return the number that digits write; None if they do not, or if it is larger than any offset."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else None


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Json:
    """A value of a JSON file with its place. What is missing is an empty value, so that readers ask no questions.

    Attributes:
        node: The value; None if it is missing.
        file: The file as displayed.
    """

    node: nodes.Node | None
    file: str

    def __getitem__(self, key: str) -> Json:
        """Return a value of a mapping."""
        values = self.node.values if isinstance(self.node, nodes.Mapping) else {}
        return Json(values.get(key), self.file)

    def __iter__(self) -> Iterator[Json]:
        """Yield the values of a list; a value that is no list is the only one, and null is none."""
        if isinstance(self.node, nodes.Sequence):
            yield from (Json(item, self.file) for item in self.node.items)
        elif self:
            yield self

    def __bool__(self) -> bool:
        """Return whether there is a value, and not null."""
        return self.node is not None and not (isinstance(self.node, nodes.Scalar) and self.node.absent)

    @property
    def entries(self) -> dict[str, Json]:
        """The values of a mapping by key; none if it is no mapping."""
        values = self.node.values if isinstance(self.node, nodes.Mapping) else {}
        return {key: Json(value, self.file) for key, value in values.items()}

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, nodes.Sequence)

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.node, nodes.Mapping)

    @property
    def text(self) -> str:
        """The text of a string, a number, true or false; empty for anything else."""
        return self.node.text if isinstance(self.node, nodes.Scalar) and not self.node.absent else ""

    @property
    def integer(self) -> int | None:
        """The value of a whole number; None for anything else."""
        return whole_number(self.text.removesuffix(".0"))

    @property
    def place(self) -> Place:
        """Where it starts; the start of the file if it is missing."""
        return Place(self.file, self.node.line, self.node.column) if self.node else Place(self.file)


def read_json(path: Path) -> tuple[Json, list[Problem]]:
    """Read a JSON file.

    Returns:
        Its value, a missing one if it cannot be read; and its problems.
    """
    text, problems = read_text(path)
    if text is None:
        return Json(None, display_path(path)), problems
    return parse_json_text(text, display_path(path))


def read_json_lines(path: Path) -> tuple[Json, list[Problem]]:
    """Read a file with a JSON value on each line; one that is a JSON list is read as such.

    Returns:
        The list of the values, a missing one if it cannot be read; and its problems.
    """
    text, problems = read_text(path)
    if text is None:
        return Json(None, display_path(path)), problems
    text = text.removeprefix("\ufeff")
    if not text.lstrip().startswith("["):
        values = text.rstrip().split("\n")
        commas = [f"{line}," if line.strip() else line for line in values[:-1]]
        text = "[" + "\n".join([*commas, values[-1]]) + "]"  # keeps the lines, for problems
    return parse_json_text(text, display_path(path))


def parse_json_text(text: str, file: str) -> tuple[Json, list[Problem]]:
    """Parse a JSON text, which may have a byte order mark; see `read_json`."""
    root, problems = parse_json(text.removeprefix("\ufeff"), file)
    return Json(root, file), problems
