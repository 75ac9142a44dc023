"""The texts of a release, found in a folder by their digests: names of files make no difference."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stancebook.problems import Problem, display_path, pluralize
from stancebook.release.withheld import quote_digest

_MAX_BYTES = 4 << 20  # as of the texts that a build reads


@dataclass(frozen=True)
class CodedText:
    """What a release says about the text of a document.

    Attributes:
        doc_id: The document.
        digest: The SHA-256 of the text.
        length: Its length in code points.
        passages: Start, end and SHA-256 of its passages, in order.
    """

    doc_id: str
    digest: str
    length: int
    passages: Sequence[tuple[int, int, str]]


def find_texts(wanted: Iterable[CodedText], folder: Path) -> tuple[dict[str, str], list[Problem]]:
    """Find the texts of documents among the files of a folder and its subfolders.

    A file also counts if only its line ends, its last line, a byte order mark or the composition of its letters differ.

    Args:
        wanted: What is known about the texts.
        folder: The folder; all `.txt` files in it are read.

    Returns:
        The texts by document, and a problem for each that is missing or is another text.
    """
    wanted = list(wanted)
    digests = {each.digest for each in wanted}
    paths = sorted(folder.rglob("*.txt"))
    forms = (form for path in paths if (text := _read(path)) is not None for form in _forms(text))
    by_digest = {digest: form for form in forms if (digest := _sha256(form)) in digests}
    found = {each.doc_id: by_digest[each.digest] for each in wanted if each.digest in by_digest}
    return found, [_problem(each, folder, paths) for each in wanted if each.doc_id not in found]


def _read(path: Path) -> str | None:
    if not path.is_file() or path.stat().st_size > _MAX_BYTES:
        return None
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        return None


def _forms(text: str) -> Iterator[str]:
    """Yield a text, and the texts of which an editor may have made it."""
    yield text
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    yield from (plain, f"{plain.rstrip()}\n", plain.rstrip(), unicodedata.normalize("NFC", plain))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _problem(wanted: CodedText, folder: Path, paths: Iterable[Path]) -> Problem:
    """Return what is known about a text that was not found."""
    name = f"{wanted.doc_id}.txt"
    named = (path for path in paths if path.relative_to(folder).as_posix().removeprefix("documents/") == name)
    path = next(named, None)
    text = None if path is None else _read(path)
    if path is None or text is None:
        message = f"the text of {wanted.doc_id} is missing: no .txt file here has its SHA-256, {wanted.digest}"
        return Problem(display_path(folder / name), 1, 1, "", message, f"it has {wanted.length:,} characters")
    message = (
        f"is not the text that was coded: it has {pluralize(len(text), 'character')}, and that one {wanted.length:,};"
        f" its SHA-256 is not {wanted.digest}"
    )
    differing = ((start, end) for start, end, digest in wanted.passages if quote_digest(text[start:end]) != digest)
    start, end = next(differing, (0, 0))
    hint = f"the first coded passage that differs is from character {start:,} to {end:,}"
    line = text.count("\n", 0, start) + 1
    return Problem(display_path(path), line, 1, "", message, hint if end else "no coded passage differs")
