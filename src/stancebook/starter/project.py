"""Create a project from a template: all of it, or nothing."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stancebook.exceptions import StancebookError
from stancebook.problems import display_path
from stancebook.starter.creation import all_or_nothing, first_missing
from stancebook.starter.engine import Engine, installed_versions

EXTRAS = ("build", "texts", "web")  # what `make` installs in a new project
TEST_PACKAGES = ("pytest",)

_CHECKOUT = Path(__file__).parents[3]
_PINNED = "# What make and CI install: every package pinned, so that builds repeat. Renewed by: make constraints"
_TEMPLATES = Path(__file__).parent / "templates"
_DOT = "dot-"  # names of files that start with a dot, which tools would otherwise apply to the template itself
_FIELD = re.compile(r"@([A-Z]+)(?::([a-z,]*))?@")
_END_OF_GUIDE = b"\n<!-- End of the guide:"  # what follows is about single texts of the project that the guide is from
_MAY_BE_THERE = {".git"}  # in the folder of a new project


class NewProjectError(StancebookError):
    """A project cannot be created; nothing was written."""


@dataclass(frozen=True)
class Template:
    """What a new project is made of.

    Attributes:
        title: The title of a dataset, with its name in braces.
        packed: Files and folders of the repository of the engine, by their place in a project.
    """

    title: str
    packed: Mapping[str, str]


TEMPLATES = {
    "negotiations": Template(
        "{name}: who said what, who wants what and who moved, in news reports on negotiations",
        {"schemas": "schemas", "seeds": "tests/project/seeds", "seeds/README.md": "seeds/README.md"},
    ),
    "minimal": Template("{name}: who claims what in which text", {}),
}


def create_project(folder: Path, template: str, name: str, engine: Engine) -> list[str]:
    """Create a project.

    Args:
        folder: Its folder, which does not exist, or is empty but for `.git`.
        template: The name of a template.
        name: The identifier of the project's dataset: a slug.
        engine: The engine that it requires.

    Returns:
        The files that were written, relative to the folder, sorted.

    Raises:
        NewProjectError: The folder holds something, or cannot be written.
    """
    title = TEMPLATES[template].title.format(name=name)
    fields = {"NAME": lambda _: name, "TITLE": lambda _: title, "ENGINE": engine.requirement}
    try:
        _refuse_what_is_there(folder)
        with _staged(folder) as staging:
            for target, content in {**_packed_files(template), **_template_files(template, fields)}.items():
                (staging / target).parent.mkdir(parents=True, exist_ok=True)
                (staging / target).write_bytes(content)
            pins = [_PINNED, *installed_versions(EXTRAS, TEST_PACKAGES), ""]
            (staging / "constraints.txt").write_text("\n".join(pins), encoding="utf-8")
            written = sorted(path.relative_to(staging).as_posix() for path in staging.rglob("*") if path.is_file())
            _move_into_place(staging, folder)
    except OSError as error:
        raise NewProjectError(f"{display_path(folder)} cannot be written ({error.strerror})") from error
    return written


def _refuse_what_is_there(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise NewProjectError(f"{display_path(folder)} is a file; name a folder that does not exist")
    found = sorted({path.name for path in folder.iterdir()} - _MAY_BE_THERE)
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise NewProjectError(
            f"{display_path(folder)} is not empty: it holds {', '.join(found[:3])}{more}. Name a folder that does not"
            " exist or is empty"
        )


# ── Content ───────────────────────────────────────────────────────────────────────────────────────


def _packed_files(template: str) -> dict[str, bytes]:
    """Return the files of a project that are those of the engine's repository, by path."""
    files: dict[str, bytes] = {}
    for place, source in TEMPLATES[template].packed.items():
        packed = Path(__file__).parent / "packed" / template / place
        found = packed if packed.exists() else _CHECKOUT / source
        if found.is_dir():
            files |= {f"{place}/{name}": path.read_bytes() for name, path in _files_below(found)}
        else:
            files[place] = found.read_bytes().partition(_END_OF_GUIDE)[0]
    return files


def _template_files(template: str, fields: Mapping[str, Callable[[str], str]]) -> dict[str, bytes]:
    """Return the files of a template by path, with fields such as `@NAME@` and `@ENGINE:build,web@` filled."""
    files = {}
    for layer in ("common", template):
        for name, path in _files_below(_TEMPLATES / layer):
            content = path.read_text(encoding="utf-8")
            filled = _FIELD.sub(lambda found: fields[found[1]](found[2] or ""), content)
            files[re.sub(rf"(^|/){_DOT}", r"\1.", name)] = filled.encode()
    return files


def _files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and "__pycache__" not in name:
            yield name, path


# ── Writing ───────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Create a folder next to another one, and remove it at the end, also if a signal ends the process."""
    parent = folder.absolute().parent
    with all_or_nothing() as created:
        if not parent.exists():
            created.append(first_missing(parent))
            parent.mkdir(parents=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.absolute().name}.", dir=parent))
        remove = partial(shutil.rmtree, staging, ignore_errors=True)
        atexit.register(remove)
        try:
            staging.chmod(0o755)
            yield staging
        finally:
            remove()
            atexit.unregister(remove)


def _move_into_place(staging: Path, folder: Path) -> None:
    """Give a folder its name; if there is an empty one, which may be somebody's working folder, move what it holds."""
    if not folder.exists():
        staging.rename(folder)
        return
    with all_or_nothing() as created:
        for path in sorted(staging.iterdir()):
            created.append(folder / path.name)
            path.rename(created[-1])
