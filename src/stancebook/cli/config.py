"""Find the project to build: its contract, its annotated texts and its dataset."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.dataset.layout import DATAPACKAGE
from stancebook.problems import display_path

if TYPE_CHECKING:
    from stancebook.schema.contract import Contract
    from stancebook.sources.filesystem import Location

_DEFAULTS: Mapping[str, Any] = {"contract": "", "seeds": "seeds", "out": "dataset", "rows_per_part": 100_000}
_NO_CONTRACT = """\
no pyproject.toml here or above names a contract; write these lines into one (module:attribute), or use --contract:

    [tool.stancebook]
    contract = "schemas:CONTRACT"

`stancebook new FOLDER` creates a project that has one.
"""
_ENGINE = Path(__file__).parents[1]


class UsageError(Exception):
    """The command line or the project's settings cannot be followed; its text says why."""


@dataclass(frozen=True)
class ContractReference:
    """The import path of a contract, such as `schemas:CONTRACT`. Other processes can call it too."""

    module: str
    attribute: str

    def __call__(self) -> Contract:
        """Import the contract."""
        from stancebook.exceptions import ContractError
        from stancebook.schema.contract import Contract

        found = getattr(import_module(self.module), self.attribute, None)
        if not isinstance(found, Contract):
            what = "has no such attribute" if found is None else f"is a {type(found).__name__}, not a Contract"
            raise ContractError(f"{self} {what}.")
        return found

    def __str__(self) -> str:
        return f"{self.module}:{self.attribute}"


@dataclass(frozen=True)
class Project:
    """What a build reads and writes.

    Attributes:
        root: The folder of the project's `pyproject.toml`, else the working folder.
        contract: Returns the contract; called late, because its import takes a second.
        seeds: The folder of the annotated texts, or its URL.
        out: The folder of the dataset, or its URL.
        rows_per_part: A table with more rows is stored in parts of about so many.
    """

    root: Path
    contract: Callable[[], Contract]
    seeds: Location
    out: Location
    rows_per_part: int = _DEFAULTS["rows_per_part"]

    @property
    def schemas(self) -> Path | None:
        """The folder of the package that holds the contract, if it is a package below the root."""
        module = self.contract.module if isinstance(self.contract, ContractReference) else "schemas"
        folder = self.root / module.partition(".")[0]
        return folder if folder.is_dir() else None

    def load_contract(self) -> Contract:
        """Import the contract.

        Raises:
            ContractError: It is not valid or cannot be imported; the message starts with file and line.
        """
        from stancebook.exceptions import ContractError

        try:
            return self.contract()
        except ContractError:
            raise
        except Exception as error:
            where, what = _position(error, self.root) or str(self.contract), str(error)
            if isinstance(error, SyntaxError) and error.filename:
                where, what = f"{display_path(Path(error.filename))}:{error.lineno}", error.msg
            raise ContractError(f"{where}: {type(error).__name__}: {what}") from error


def find_project(
    start: Path,
    *,
    contract: str | Callable[[], Contract] | None = None,
    seeds: Location | None = None,
    out: Location | None = None,
) -> Project:
    """Return the project of a folder, by the table `[tool.stancebook]` of the nearest `pyproject.toml` that has one.

    The project's folder is put on `sys.path`, so that its contract can be imported.

    Args:
        start: The folder to look in, and then in its parents.
        contract: `module:attribute`, or a function that returns the contract, in place of the one that is set there.
        seeds: A folder or URL in place of the one that is set there.
        out: A folder or URL in place of the one that is set there.

    Raises:
        UsageError: No contract is named, a setting is not valid, or one of the two folders contains the other.
    """
    root, settings = _settings(start)
    contract = contract or settings["contract"]
    if not contract:
        raise UsageError(_NO_CONTRACT)
    if isinstance(contract, str):
        if not re.fullmatch(r"\w+(\.\w+)*:\w+", contract):
            raise UsageError(f"{contract!r} does not name a contract as module:attribute, such as schemas:CONTRACT")
        contract = ContractReference(*contract.split(":"))
        if os.fspath(root) not in sys.path:
            sys.path.insert(0, os.fspath(root))
    seeds = seeds or to_location(settings["seeds"], root)
    out = out or to_location(settings["out"], root)
    if overlap(seeds, out):
        raise UsageError(f"one of the folders {out} and {seeds} contains the other; choose another folder with --out")
    return Project(root, contract, seeds, out, settings["rows_per_part"])


def find_dataset(start: Path) -> Path | None:
    """Return the dataset of a folder: that of the project, else `dataset/`; None if there is neither.

    A project whose dataset is not built yet has the folder in which it will be: another dataset is not meant.
    """
    root, settings = _settings(start)
    folders = [root / settings["out"], start / _DEFAULTS["out"]]
    found = next((folder for folder in folders if (folder / DATAPACKAGE).is_file()), None)
    is_missing = found is None and settings["contract"] and "://" not in settings["out"]
    return folders[0] if is_missing else found


def to_location(text: str, root: Path = Path()) -> Location:
    """Return a URL as it is, without a slash at its end; anything else as a path below `root`."""
    return text.rstrip("/") if "://" in text else root / text


def _settings(start: Path) -> tuple[Path, Mapping[str, Any]]:
    """Return the folder and the settings of a project; the folder given and the defaults if there is none."""
    import tomllib

    for folder in (start.absolute(), *start.absolute().parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            try:
                found = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("stancebook")
            except ValueError as error:
                raise UsageError(f"{display_path(file)} cannot be read: {error}") from error
            if found is not None:
                return folder, {**_DEFAULTS, **_validated(found, file)}
    return start, _DEFAULTS


def _validated(settings: Any, file: Path) -> dict[str, Any]:
    if not isinstance(settings, dict) or not settings.keys() <= _DEFAULTS.keys():
        raise UsageError(f"{display_path(file)}: [tool.stancebook] takes {', '.join(_DEFAULTS)}, and nothing else")
    for key, value in settings.items():
        if type(value) is not type(_DEFAULTS[key]):
            kind = "a string" if isinstance(_DEFAULTS[key], str) else "a whole number"
            raise UsageError(f"{display_path(file)}: {key} of [tool.stancebook] is not {kind}")
        if isinstance(value, int) and value < 1:
            raise UsageError(f"{display_path(file)}: {key} of [tool.stancebook] is less than 1")
    return settings


def overlap(seeds: Location, out: Location) -> bool:
    """Return whether one of two folders contains the other, links followed."""
    if isinstance(seeds, str) or isinstance(out, str):
        return f"{out}/".startswith(f"{seeds}/") or f"{seeds}/".startswith(f"{out}/")
    first, second = (Path(os.path.realpath(folder)) for folder in (seeds, out))
    return first in (second, *second.parents) or second in first.parents


def _position(error: Exception, root: Path) -> str:
    """Return file and line of the project's code that raised an error; empty if no such code is in its traceback."""
    from traceback import extract_tb

    for frame in reversed(extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        is_library = "site-packages" in file.parts or file.is_relative_to(_ENGINE)
        if file.is_relative_to(root) and not is_library:
            return f"{display_path(file)}:{frame.lineno}"
    return ""
