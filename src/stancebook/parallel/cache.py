"""The build cache: what the last build read and wrote, in a folder next to its dataset, so that it can be reused.

The cache may be deleted at any time. It is ignored unless the code, the contract and the dataset are unchanged. A
source file counts as unchanged if its size and modification time are.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.dataset.layout import cache_folder
from stancebook.dataset.publish import flush_files, hardlink_or_copy, replace_cache
from stancebook.dataset.table_stats import BuildSummary
from stancebook.problems import Problem
from stancebook.sources.discovery import NO_CODINGS, CodingListing, SourceDocument, SourceListing
from stancebook.sources.filesystem import open_location

if TYPE_CHECKING:
    from stancebook.dataset.table_stats import Part
    from stancebook.parallel.chunking import ChunkPolicy

FORMAT_VERSION = 4  # a cache of any other version is ignored
MTIME_RESOLUTION_NS = 2_000_000_000  # of the coarsest file system: two changes within it may show the same mtime
_DIGEST_SIZE = hashlib.sha256().digest_size  # the manifest starts with the digest of the rest
_MANIFEST = "manifest"  # all other files in the folder of the cache are rows of chunks
_PROCESS_START_NS = time.time_ns()
_ENGINE = Path(__file__).parents[1]
_LIBRARIES = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class BuildCache:
    """What one build read and wrote.

    Attributes:
        dataset: The folder of the dataset that it wrote.
        seeds: The folder or address of the seeds, as `canonical_location` gives it.
        displayed_seeds: How problems refer to that folder.
        contract_files: The files and package folders that the contract is written in.
        code_digest: The digest of the engine, the contract and the installed libraries.
        codebook_digest: The digest of the codebook's contents.
        seeds_fingerprint: The fingerprint of all source files; empty if some were modified too recently.
        summary: What the build printed.
        warnings: The warnings that the build reported.
        chunks: The chunks of a large corpus, as dictionaries of `BuiltChunk`.
        derived: The pieces of its derived tables by table and the fingerprint of their inputs, as dictionaries of
            `Piece`.
        parts: The parts of its tables, as dictionaries of `Part`.
    """

    dataset: Path
    seeds: str
    displayed_seeds: str
    contract_files: tuple[str, ...]
    code_digest: str
    codebook_digest: str
    seeds_fingerprint: str
    summary: BuildSummary
    warnings: tuple[Problem, ...]
    chunks: tuple[Mapping[str, Any], ...] = ()
    derived: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    parts: tuple[Mapping[str, Any], ...] = ()

    @property
    def folder(self) -> Path:
        """The folder with the files of chunks."""
        return cache_folder(self.dataset)

    def save(self, chunks: Path) -> None:
        """Put the cache next to its dataset, which has just been published.

        Nothing is saved if the code has been modified since it was imported, or if the file system refuses: the next
        build then starts from scratch.

        Args:
            chunks: The folder with the files of chunks, which becomes the folder of the cache; it need not exist.
        """
        if not code_unchanged(self.contract_files):
            return
        with suppress(OSError):
            chunks.mkdir(exist_ok=True)
            flush_files(chunks, self.folder)
            content = {
                **vars(self),
                "dataset": fingerprint_folder(self.dataset),
                "files": fingerprint_folder(chunks),
                "summary": vars(self.summary),
                "warnings": [asdict(warning) for warning in self.warnings],
                "format_version": FORMAT_VERSION,
            }
            data = json.dumps(content).encode()
            (chunks / _MANIFEST).write_bytes(hashlib.sha256(data).digest() + data)
            replace_cache(chunks, self.dataset)


def load_cache(seeds: Path | str, dataset: Path) -> BuildCache | None:
    """Return the cache of the last build of these seeds into this folder; None if there is none or it is outdated.

    Args:
        seeds: The folder of the seeds, or its address.
        dataset: The folder of the dataset.
    """
    try:
        stored = (cache_folder(dataset) / _MANIFEST).read_bytes()
        digest, data = stored[:_DIGEST_SIZE], stored[_DIGEST_SIZE:]
        if hashlib.sha256(data).digest() != digest:
            return None
        content = json.loads(data)
        if content.pop("format_version") != FORMAT_VERSION:
            return None
        found = [fingerprint_folder(dataset), fingerprint_folder(cache_folder(dataset))]
        if [content["dataset"], content.pop("files")] != found:
            return None
        content["dataset"] = dataset
        content["summary"] = BuildSummary(**content["summary"])
        content["warnings"] = tuple(Problem(**warning) for warning in content["warnings"])
        cache = BuildCache(**content)
        if cache.seeds != canonical_location(seeds) or cache.code_digest != digest_code(cache.contract_files):
            return None
        # Warnings name files relative to the working directory of the build that found them.
        return None if cache.warnings and cache.displayed_seeds != open_location(seeds).display_path("") else cache
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return None


def reuse_part(part: Part, path: str, old: Path, new: Path) -> Part:
    """Link or copy a file of the last build into a folder.

    Args:
        part: The file in the old folder.
        path: Its path in the new folder, with slashes.
        old: The folder of the old dataset, or of its chunks.
        new: The folder of the new one.

    Returns:
        The part in the new folder.
    """
    (new / path).parent.mkdir(exist_ok=True)
    hardlink_or_copy(old / part.path, new / path)
    return replace(part, path=path)


def canonical_location(seeds: Path | str) -> str:
    """Return the real path of a local folder, or the address of a remote one."""
    return os.path.realpath(seeds) if isinstance(seeds, Path) else seeds


def fingerprint_sources(listing: SourceListing, policy: ChunkPolicy, codings: CodingListing = NO_CODINGS) -> str:
    """Return the fingerprint of all source files and of how the dataset is divided into files.

    Args:
        listing: The source files.
        policy: The sizes of chunks and parts.
        codings: Codings of the documents; the data card says how far they agree.

    Returns:
        The fingerprint; empty if a file was modified too recently or cannot be listed.
    """
    if listing.problems or codings.problems:
        return ""
    documents = fingerprint_documents(listing.documents, listing.taken_ns)
    codebook = fingerprint_files(listing.codebook, listing.taken_ns)
    coded = fingerprint_documents((each for coded in codings.coders.values() for each in coded), listing.taken_ns)
    return _digest([codebook, documents, coded, repr(policy)]) if codebook and documents and coded else ""


def fingerprint_documents(documents: Iterable[SourceDocument], listed_ns: int) -> str:
    """Return the fingerprint of the files of some documents, as `fingerprint_files` does."""
    files = (file for document in documents for file in (document.text, document.annotations) if file)
    return fingerprint_files(files, listed_ns)


def fingerprint_files(files: Iterable[tuple[str, int, int]], listed_ns: int) -> str:
    """Return a digest of the names, sizes and modification times of files.

    Args:
        files: Name, size in bytes and mtime in nanoseconds of each file.
        listed_ns: When the files were listed, in nanoseconds since 1970.

    Returns:
        The digest; empty, and so equal to no other, if a file was modified so recently that another change could leave
        its mtime as it is.
    """
    listed = list(files)
    if max((mtime for _, _, mtime in listed), default=0) > listed_ns - MTIME_RESOLUTION_NS:
        return ""
    return _digest(f"{name}\0{size}\0{mtime}" for name, size, mtime in listed)


def fingerprint_folder(folder: Path) -> str:
    """Return a digest of the names, sizes and modification times of the files of a dataset or of chunks."""
    return _digest(sorted(_stat_files(os.fspath(folder), "")))


def fingerprint_json(value: Any) -> str:
    """Return a digest of a value that JSON can hold."""
    return _digest([json.dumps(value)])


def contract_files() -> tuple[str, ...]:
    """Return the files, or package folders, of all imported modules that belong to neither a library nor the engine."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    folders = {os.path.dirname(file) for file in files if file}  # noqa: PTH120 (a thousand paths)
    resolved = {folder: path for folder in folders if _is_own(path := Path(os.path.realpath(folder)))}
    own = {resolved[folder] / name for folder, name in map(os.path.split, filter(None, files)) if folder in resolved}
    packages = {path: (path.parent / "__init__.py").is_file() for path in own}
    return tuple(sorted({os.fspath(path.parent if packages[path] else path) for path in own}))


def digest_code(files: Iterable[str]) -> str:
    """Return the SHA-256 of the contents of these files and of the engine, and of the names of installed libraries."""
    installed = [
        f"{name}\n"
        for folder in map(Path, sys.path)
        if folder.name in _LIBRARIES and folder.is_dir()
        for name in sorted(path.name for path in folder.iterdir())
        if name.endswith((".dist-info", ".egg-info"))
    ]
    contents = [f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in _code_files(files)]
    return _digest([sys.version, *installed, *contents])


def code_unchanged(files: Iterable[str]) -> bool:
    """Return whether these files and the engine are unmodified since this process started to import them."""
    return all(path.stat().st_mtime_ns < _PROCESS_START_NS - MTIME_RESOLUTION_NS for path in _code_files(files))


def _is_own(folder: Path) -> bool:
    library = any(part in folder.parts for part in _LIBRARIES) or folder.is_relative_to(Path(os.__file__).parent)
    return not library and not folder.is_relative_to(_ENGINE)


def _code_files(files: Iterable[str]) -> Iterator[Path]:
    """Yield the files of the engine and of a contract, those in folders included; no compiled ones."""
    for source in [_ENGINE, *map(Path, files)]:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file() and path.suffix != ".pyc":
                yield path


def _stat_files(folder: str, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _stat_files(entry.path, f"{prefix}{entry.name}/")
            elif entry.name != _MANIFEST:
                status = entry.stat(follow_symlinks=False)
                yield f"{prefix}{entry.name}\0{status.st_size}\0{status.st_mtime_ns}"


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()
