"""How a new project names the engine that it was made with: a requirement of pip, and the versions around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.exceptions import StancebookError, requires_extra

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PACKAGE = "stancebook"
_NAME = re.compile(r"stancebook\s*(?:\[[^\]]*\])?\s*(?=$|[<>=!~@;(])", re.IGNORECASE)
_EXAMPLES = "'stancebook==0.2.0', 'git+https://example.org/stancebook@v0.2.0' or the path of a checkout"


class EngineError(StancebookError):
    """A requirement cannot be one of the engine."""


@dataclass(frozen=True)
class Engine:
    """The engine as a project requires it.

    Attributes:
        source: What follows the name of the package in a requirement: `==0.2.0`, or ` @ ` and an address.
        origin: Where that is from, in words.
    """

    source: str
    origin: str

    def requirement(self, extras: str = "") -> str:
        """Return the requirement of pip, with some extras, separated by commas."""
        return f"{PACKAGE}[{extras}]{self.source}" if extras else f"{PACKAGE}{self.source}"

    @property
    def is_on_this_machine(self) -> bool:
        """Whether other machines, such as those of CI, cannot install it."""
        return "file://" in self.source


def installed_engine() -> Engine:
    """Return the engine that runs, by the record of its installation.

    https://packaging.python.org/en/latest/specifications/direct-url/

    Raises:
        EngineError: It is not installed by pip or the like.
    """
    try:
        installed = distribution(PACKAGE)
    except PackageNotFoundError as error:
        raise EngineError(
            f"stancebook runs here without being installed; give --engine, such as {_EXAMPLES}"
        ) from error
    stated = installed.read_text("direct_url.json")
    if stated is None:
        return Engine(f"=={installed.version}", "the version that is installed here")
    return _engine_at(json.loads(stated))


def _engine_at(direct_url: dict[str, Any]) -> Engine:
    """Return the engine of a direct URL of the specification."""
    url, fragments = direct_url["url"], []
    origin = "the folder from which it is installed here"
    if version_control := direct_url.get("vcs_info"):
        url = f"{version_control['vcs']}+{url}@{version_control['commit_id']}"
        origin = "the commit that is installed here"
    if archive := direct_url.get("archive_info"):
        hashes = archive.get("hashes") or dict([archive["hash"].split("=", 1)] if archive.get("hash") else [])
        fragments += [f"{name}={value}" for name, value in hashes.items() if name == "sha256"]
        origin = "the file that is installed here"
    if subdirectory := direct_url.get("subdirectory"):
        fragments.append(f"subdirectory={subdirectory}")
    return Engine(f" @ {url}{'#' if fragments else ''}{'&'.join(fragments)}", origin)


def engine_of(requirement: str) -> Engine:
    """Return the engine that a person names.

    Args:
        requirement: A requirement of pip, with or without extras; a URL; or the path of a folder or a wheel.

    Raises:
        EngineError: It is none of these.
    """
    with requires_extra("build"):
        from packaging.requirements import InvalidRequirement, Requirement

    text = requirement.strip().replace('"', "'")  # it is written between double quotation marks
    source = _source(text) if text.isprintable() else None
    if source is None:
        raise EngineError(f"{requirement!r} is no requirement of stancebook: write {_EXAMPLES}")
    engine = Engine(source, "as --engine says")
    try:
        Requirement(engine.requirement())
    except InvalidRequirement as error:
        reason = str(error).partition("\n")[0]
        raise EngineError(f"{requirement!r} is no requirement of stancebook ({reason}): write {_EXAMPLES}") from error
    return engine


def _source(text: str) -> str | None:
    """Return what follows the name of the package in a requirement, a URL or a path; None for anything else."""
    if name := _NAME.match(text):
        rest = text[name.end() :].strip()
        return f" @ {rest.removeprefix('@').strip()}" if rest.startswith("@") else rest
    if "://" in text:
        return f" @ {text}"
    if text and Path(text).exists():
        return f" @ {Path(text).resolve().as_uri()}"
    return None


def installed_versions(extras: Iterable[str], others: Iterable[str] = ()) -> list[str]:
    """Return what the engine and some further packages need, pinned as installed here, sorted by name.

    Args:
        extras: The extras of the engine.
        others: The names of further packages.

    Returns:
        Lines such as `pandas==3.1.1`. What is not installed here is left out, and so is the engine itself.
    """
    with requires_extra("build"):
        from packaging.requirements import Requirement

    wanted = [Requirement(f"{PACKAGE}[{','.join(extras)}]"), *map(Requirement, others)]
    pins = dict(_needed_by(wanted, set()))
    return [f"{name}=={pins[name]}" for name in sorted(pins, key=str.lower) if name != PACKAGE]


def _needed_by(requirements: Iterable[Requirement], seen: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the name and the version of each installed package that requirements name, and of what these need."""
    for requirement in requirements:
        try:
            name, version, needs = _installed(requirement.name)
        except PackageNotFoundError:
            continue
        for extra in {"", *requirement.extras} - {known for package, known in seen if package == name}:
            seen.add((name, extra))
            yield name, version
            yield from _needed_by([each for each in needs if _applies(each, extra)], seen)


@cache
def _installed(package: str) -> tuple[str, str, tuple[Requirement, ...]]:
    """Return the name of an installed package as it writes it, its version, and what it needs."""
    from packaging.requirements import Requirement

    found = distribution(package)
    return found.name, found.version, tuple(map(Requirement, found.requires or ()))


def _applies(requirement: Requirement, extra: str) -> bool:
    """Return whether a requirement of a package applies here with one of its extras, or without any if that is empty.

    What applies without the extra is left to the round without any.
    """
    marker = requirement.marker
    if marker is None:
        return not extra
    return marker.evaluate({"extra": extra}) and (not extra or not marker.evaluate({"extra": ""}))
