"""What is wrong with a file, and where: a value that sorts, compares and renders."""

import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from itertools import groupby
from pathlib import Path
from typing import Literal

Level = Literal["error", "warning"]

# https://docs.github.com/actions/reference/workflow-commands-for-github-actions: so many of each level a step.
GITHUB_ANNOTATION_LIMIT = 10
# What would command a terminal, break a line, or let text be read in another order than it is stored in.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_LISTED = 1000  # problems of one file: nobody mends more before building again
_LONG = 2000  # characters of a message or a hint, which may hold what was typed where a word was due


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One fault at one place, with the way out.

    `file` is as a person would name it from the project's root; `line` and `column` count from 1;
    `where` names the record and key (`statements[s07].stance`), or is empty for a whole file. In a table's
    file, which has no lines, `line` is the row and `column` the column's place.

    One mistake may show in many `places`, and each part of a corpus tells the first that it met: those of one `cause`
    become one in `told_once`.
    """

    file: str
    line: int
    column: int
    where: str
    message: str
    hint: str = ""
    level: Level = "error"
    cause: str = field(default="", compare=False)
    occurrences: int = field(default=1, compare=False)


_TOLD = [each.name for each in fields(Problem) if each.compare]


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that stand in the way of tables; the others are only worth a warning."""
    return [problem for problem in problems if problem.level == "error"]


def deduplicate(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems in order, each once, and of those with one cause the first, which says in how many places."""
    told: dict[str | Problem, Problem] = {}
    for problem in sorted(set(problems)):
        first = told.setdefault(problem.cause or problem, problem)
        if first is not problem:
            told[problem.cause] = replace(first, occurrences=first.occurrences + problem.occurrences)
    return [_with_places(problem) for problem in told.values()]


def _with_places(problem: Problem) -> Problem:
    if problem.occurrences == 1:
        return problem
    return replace(problem, hint=f"{problem.hint}\nin {problem.occurrences:,} places; this is the first", occurrences=1)


def as_text(problems: Iterable[Problem]) -> str:
    """Return one `file:line:column: where: message` a problem, its hint indented beneath.

    Of a file with very many, the first are told, and the number of the others.
    """
    told = []
    for file, of_file in groupby(problems, key=lambda problem: problem.file):
        listed = list(of_file)
        told += [_text(problem) for problem in listed[:_LISTED]]
        if (more := len(listed) - _LISTED) > 0:
            told.append(escape_control_chars(f"{file}: and {more:,} more".replace("\n", r"\n")))
    return "\n".join(told)


def as_github(problems: Iterable[Problem]) -> str:
    """Return workflow commands that GitHub shows as annotations beside the line.

    The log shows nothing of a command but its message, and so the message says the place again.
    """
    return "\n".join(_github(problem) for problem in problems)


def as_json(problems: Iterable[Problem]) -> str:
    """Return a JSON array of objects with the fields of `Problem`: problems.schema.json describes it.

    It is ASCII: what is beyond stands as escapes.
    """
    told = [{name: getattr(problem, name) for name in _TOLD} for problem in problems]
    return json.dumps(told, indent=2).replace("\x7f", r"\u007f")


_stand: ContextVar[Path | None] = ContextVar("_stand", default=None)


@contextmanager
def display_paths_from(folder: Path) -> Iterator[None]:
    """Name paths, within, as for a person who stands in a folder: their problems are found elsewhere."""
    token = _stand.set(folder)
    try:
        yield
    finally:
        _stand.reset(token)


def display_path(path: Path | str) -> str:
    """Return a path as a person would name it: from the folder they stand in, if it lies below that; a URL as it is."""
    if isinstance(path, str):
        return path
    absolute, here = path.absolute(), _here()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


def display_paths_below(folder: Path) -> Callable[[str], str]:
    """Return `shown` for the files of a folder, by name below it, with slashes: as strings, for there may be many."""
    top, here = (f"{path.as_posix().rstrip('/')}/" for path in (folder.absolute(), _here()))
    return lambda name: f"{top}{name}".removeprefix(here) if name else display_path(folder)


def _here() -> Path:
    return _stand.get() or Path.cwd()


def display_folder(folder: Path | str) -> str:
    """Return a folder's name as a person would write it."""
    return f"{display_path(folder)}/"


def escape_control_chars(text: str) -> str:
    """Return text that a terminal shows and does not obey: control characters and the like stand as escapes.

    Line feeds and tabs stay.
    """
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


RENDERERS: dict[str, Callable[[Iterable[Problem]], str]] = {
    "text": as_text,
    "github": as_github,
    "json": as_json,
}


def github_annotation(level: Level, message: str, **place: str | int) -> str:
    """Return the workflow command for a message, at a `file`, `line` and `col` or at none."""
    at = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in place.items())
    return f"::{level}{' ' * bool(at)}{at}::{_escaped(message)}"


def _text(problem: Problem) -> str:
    label = "warning: " if problem.level == "warning" else ""
    said = f"{_place(problem)}{label}{_words(problem)}".replace("\n", r"\n")
    hint = "".join(f"\n    {_cut(line)}" for line in problem.hint.split("\n") if line)
    return escape_control_chars(f"{said}{hint}")


def _github(problem: Problem) -> str:
    message = f"{_place(problem)}{_words(problem)}\n{_cut(problem.hint)}".rstrip()
    file = _from_workspace(problem.file)
    return github_annotation(problem.level, message, file=file, line=problem.line, col=problem.column)


def _place(problem: Problem) -> str:
    return f"{problem.file}:{problem.line}:{problem.column}: "


def _words(problem: Problem) -> str:
    message = _cut(problem.message)
    return f"{_cut(problem.where)}: {message}" if problem.where else message


def _cut(text: str) -> str:
    """Return a text, or of one longer than anybody reads, its ends."""
    if len(text) <= _LONG:
        return text
    return f"{text[: _LONG // 2]} … ({len(text):,} characters) … {text[-_LONG // 2 :]}"


def _from_workspace(file: str) -> str:
    """Return a file's path from the folder of the checkout, which is where GitHub looks for it.

    A step may stand in a folder below, or the build may be given another one.
    """
    workspace = Path(os.environ.get("GITHUB_WORKSPACE", "")).absolute()
    path = Path(file).absolute()
    return path.relative_to(workspace).as_posix() if path.is_relative_to(workspace) else file


def _escaped(text: str, also: str = "") -> str:
    """Return a text with percent signs in place of what ends a line, a command, or a value."""
    return "".join(f"%{ord(char):02X}" if char in f"%\r\n{also}" else char for char in escape_control_chars(text))


def pluralize(number: int, thing: str) -> str:
    """Return a number with its noun, in the plural unless it is one: `3 rows`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def count_problems(problems: Collection[Problem]) -> str:
    """Return in words how many problems there are, in how many files."""
    return f"{pluralize(len(problems), 'problem')} in {pluralize(len({problem.file for problem in problems}), 'file')}."
