"""What the last build saw and made, kept beside its dataset, so that the next need not do it again.

It may be deleted at any time. Nothing in it is believed unless the code, the contract and the dataset are as they
were; of a file of seeds, its size and the time of its last change are believed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from stancebook.build.pipeline import BuildSummary
from stancebook.dataset.layout import sibling_path
from stancebook.problems import Problem
from stancebook.sources.discovery import SourceDocument, SourceListing
from stancebook.sources.filesystem import open_location

_FORM = 1  # of what is written here; what is of another form is not believed
_SETTLED = 2_000_000_000  # nanoseconds after which every file system gives another change another time
_DIGEST = hashlib.sha256().digest_size  # bytes that come first, and tell whether the others are as they were written
_BEGUN = time.time_ns()
_ENGINE = Path(__file__).parents[1]
_LIBRARIES = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class BuildCache:
    """What a build saw, by digests of names, sizes and times (`glance`) and of contents, and what it made of it.

    `folder` is that of the seeds, and `shown` how it is called in problems; `sources` are the files and folders the
    contract is written in. Of a large corpus, `chunks` and `derived` tell what may be taken over, in the words of
    `chunks.py` and `derived.py`.
    """

    folder: str
    shown: str
    sources: tuple[str, ...]
    code: str
    codebook: str
    seeds: str
    summary: BuildSummary
    warnings: tuple[Problem, ...]
    chunks: tuple[Mapping[str, Any], ...] = ()
    derived: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def save(self, out: Path) -> None:
        """Keep it beside the dataset as that lies there now; where the system refuses, the next build does without."""
        told = {
            **vars(self),
            "summary": vars(self.summary),
            "warnings": [asdict(each) for each in self.warnings],
            "form": _FORM,
            "dataset": fingerprint_dataset(out),
        }
        data = json.dumps(told).encode()
        new = sibling_path(out, "memo.new")
        with suppress(OSError):
            new.write_bytes(hashlib.sha256(data).digest() + data)
            new.replace(sibling_path(out, "memo"))
        with suppress(OSError):
            new.unlink(missing_ok=True)


def load_cache(seeds: Path | str, out: Path) -> BuildCache | None:
    """Return what the last build of these seeds into this folder left, if code, contract and dataset are the same."""
    try:
        kept = sibling_path(out, "memo").read_bytes()
        digest, data = kept[:_DIGEST], kept[_DIGEST:]
        if hashlib.sha256(data).digest() != digest:
            return None
        told = json.loads(data)
        if told.pop("form") != _FORM or told.pop("dataset") != fingerprint_dataset(out):
            return None
        summary = BuildSummary(**told.pop("summary"))
        warnings = tuple(Problem(**each) for each in told.pop("warnings"))
        memo = BuildCache(summary=summary, warnings=warnings, **told)
        if memo.warnings and memo.shown != open_location(seeds).shown(
            ""
        ):  # whoever stands elsewhere would not find them
            return None
        return memo if memo.folder == canonical_location(seeds) and memo.code == code_digest(memo.sources) else None
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return None


def canonical_location(seeds: Path | str) -> str:
    """Return the one name of a folder of this machine, links followed; of one elsewhere, its address."""
    return os.path.realpath(seeds) if isinstance(seeds, Path) else seeds


def fingerprint_sources(found: SourceListing) -> str:
    """Return what stands for all files of a survey; nothing, where one is not settled or there are problems."""
    if found.problems:
        return ""
    documents = fingerprint_documents(found.documents, found.taken_ns)
    codebook = fingerprint(found.codebook, found.taken_ns)
    return _digest([codebook, documents]) if codebook and documents else ""


def fingerprint_documents(documents: Iterable[SourceDocument], taken: int) -> str:
    """Return what stands for the files of some documents."""
    return fingerprint((entry for each in documents for entry in (each.text, each.annotations) if entry), taken)


def fingerprint(files: Iterable[tuple[str, int, int]], taken: int) -> str:
    """Return what stands for files by their names, sizes and times, as seen at a time `taken`, all in nanoseconds.

    It is empty, and so equals no other, where a file had changed so lately that a further change might not show.
    """
    seen = list(files)
    if max((changed for _, _, changed in seen), default=0) > taken - _SETTLED:
        return ""
    return _digest(f"{name}\0{size}\0{changed}" for name, size, changed in seen)


def fingerprint_dataset(out: Path) -> str:
    """Return what stands for a dataset's files by their names, sizes and times."""
    return _digest(sorted(_seen(os.fspath(out), "")))


def contract_sources() -> tuple[str, ...]:
    """Return the files, and the packages' folders, of all that was imported from neither a library nor the engine."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    own = {Path(os.path.realpath(file)) for file in files if file and _is_own(os.path.realpath(file))}
    packages = {path: (path.parent / "__init__.py").is_file() for path in own}
    return tuple(sorted({os.fspath(path.parent if packages[path] else path) for path in own}))


def code_digest(sources: Iterable[str]) -> str:
    """Return the SHA-256 over the contents of sources and of the engine, and the names of what is installed."""
    installed = [
        f"{name}\n"
        for folder in map(Path, sys.path)
        if folder.name in _LIBRARIES and folder.is_dir()
        for name in sorted(path.name for path in folder.iterdir())
        if name.endswith((".dist-info", ".egg-info"))
    ]
    read = [f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in _files(sources)]
    return _digest([sys.version, *installed, *read])


def sources_unchanged(sources: Iterable[str]) -> bool:
    """Return whether sources and engine are as they were when this process began, and so what it has imported."""
    return all(path.stat().st_mtime_ns < _BEGUN - _SETTLED for path in _files(sources))


def _is_own(file: str) -> bool:
    path = Path(file)
    library = any(part in path.parts for part in _LIBRARIES) or path.is_relative_to(Path(os.__file__).parent)
    return not library and not path.is_relative_to(_ENGINE)


def _files(sources: Iterable[str]) -> Iterator[Path]:
    """Yield the files of the engine and of sources: themselves, or all below a folder that Python did not make."""
    for source in [_ENGINE, *map(Path, sources)]:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file() and path.suffix != ".pyc":
                yield path


def _seen(folder: str, below: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _seen(entry.path, f"{below}{entry.name}/")
            else:
                seen = entry.stat(follow_symlinks=False)
                yield f"{below}{entry.name}\0{seen.st_size}\0{seen.st_mtime_ns}"


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()
