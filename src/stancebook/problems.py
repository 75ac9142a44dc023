"""Problems in files, as values that sort and compare, and their renderers as text, GitHub annotations and JSON."""

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

# Annotations of each level in one step: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
GITHUB_ANNOTATION_LIMIT = 10

MAX_PROBLEMS_PER_FILE = 1000  # more than anyone fixes before building again
MAX_MESSAGE_CHARACTERS = 2000  # a message may quote a whole text that was typed in place of a word

# Characters that control a terminal, break a line, or change the order in which text is displayed.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One mistake at one position, with a hint how to fix it. Problems sort by position.

    Attributes:
        file: Path as displayed to the user, relative to the working directory if it is below it.
        line: Line, from 1. In a Parquet file, the row.
        column: Column, from 1, in code points. In a Parquet file, the position of the column.
        where: The record and key, such as `statements[s07].stance`; empty for a whole file.
        message: What is wrong.
        hint: How to fix it; may have several lines.
        level: Whether it prevents a build ("error") or not ("warning").
        cause: Identifies a mistake that several chunks may find: `deduplicate` merges problems of one cause.
        occurrences: In how many places the cause was found.
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


_RENDERED_FIELDS = [attribute.name for attribute in fields(Problem) if attribute.compare]


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that prevent a build, without the warnings."""
    return [problem for problem in problems if problem.level == "error"]


def deduplicate(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems sorted and without repeats.

    Returns:
        Each distinct problem once. Of the problems with one `cause` the first, whose hint says how many there are.
    """
    merged: dict[str | Problem, Problem] = {}
    for problem in sorted(set(problems)):
        first = merged.setdefault(problem.cause or problem, problem)
        if first is not problem:
            merged[problem.cause] = replace(first, occurrences=first.occurrences + problem.occurrences)
    return [_with_occurrences(problem) for problem in merged.values()]


def _with_occurrences(problem: Problem) -> Problem:
    if problem.occurrences == 1:
        return problem
    return replace(problem, hint=f"{problem.hint}\nin {problem.occurrences:,} places; this is the first", occurrences=1)


# ── Renderers ─────────────────────────────────────────────────────────────────────────────────────


def as_text(problems: Iterable[Problem]) -> str:
    """Render problems for people, as `file:line:column: where: message` with the hint indented below.

    Args:
        problems: Problems, those of one file next to each other.

    Returns:
        Lines without a final line break; at most `MAX_PROBLEMS_PER_FILE` problems a file, and the number of the others.
    """
    rendered = []
    for file, group in groupby(problems, key=lambda problem: problem.file):
        of_file = list(group)
        rendered += [_text(problem) for problem in of_file[:MAX_PROBLEMS_PER_FILE]]
        if (more := len(of_file) - MAX_PROBLEMS_PER_FILE) > 0:
            rendered.append(escape_control_chars(f"{file}: and {more:,} more".replace("\n", r"\n")))
    return "\n".join(rendered)


def as_github(problems: Iterable[Problem]) -> str:
    """Render problems as workflow commands, which GitHub shows as annotations of the changed lines.

    The job's log shows only the message of a command, so the message repeats the position.
    """
    return "\n".join(_github(problem) for problem in problems)


def as_json(problems: Iterable[Problem]) -> str:
    """Render problems as an ASCII JSON array, as `problems.schema.json` describes it."""
    rows = [{name: getattr(problem, name) for name in _RENDERED_FIELDS} for problem in problems]
    return json.dumps(rows, indent=2).replace("\x7f", r"\u007f")


RENDERERS: dict[str, Callable[[Iterable[Problem]], str]] = {
    "text": as_text,
    "github": as_github,
    "json": as_json,
}


def github_annotation(level: Level, message: str, **properties: str | int) -> str:
    """Return a GitHub workflow command that annotates a file.

    Args:
        level: "error" or "warning".
        message: The text of the annotation.
        properties: Its position, as `file`, `line` and `col`; may be left out.
    """
    position = ",".join(f"{name}={_escape_command(str(value), ':,')}" for name, value in properties.items())
    return f"::{level}{' ' * bool(position)}{position}::{_escape_command(message)}"


def _text(problem: Problem) -> str:
    label = "warning: " if problem.level == "warning" else ""
    first_line = f"{_position(problem)}{label}{_message(problem)}".replace("\n", r"\n")
    hint = "".join(f"\n    {_shorten(line)}" for line in problem.hint.split("\n") if line)
    return escape_control_chars(f"{first_line}{hint}")


def _github(problem: Problem) -> str:
    message = f"{_position(problem)}{_message(problem)}\n{_shorten(problem.hint)}".rstrip()
    file = _relative_to_workspace(problem.file)
    return github_annotation(problem.level, message, file=file, line=problem.line, col=problem.column)


def _position(problem: Problem) -> str:
    return f"{problem.file}:{problem.line}:{problem.column}: "


def _message(problem: Problem) -> str:
    message = _shorten(problem.message)
    return f"{_shorten(problem.where)}: {message}" if problem.where else message


def _shorten(text: str) -> str:
    """Return a text; if it is too long, only its start and its end."""
    if len(text) <= MAX_MESSAGE_CHARACTERS:
        return text
    half = MAX_MESSAGE_CHARACTERS // 2
    return f"{text[:half]} … ({len(text):,} characters) … {text[-half:]}"


def _relative_to_workspace(file: str) -> str:
    """Return a path relative to the root of the checkout, where GitHub looks for it; steps may run elsewhere."""
    workspace = Path(os.environ.get("GITHUB_WORKSPACE", "")).absolute()
    path = Path(file).absolute()
    return path.relative_to(workspace).as_posix() if path.is_relative_to(workspace) else file


def _escape_command(text: str, also: str = "") -> str:
    """Percent-encode what would end a line, a workflow command or a value in it."""
    return "".join(f"%{ord(char):02X}" if char in f"%\r\n{also}" else char for char in escape_control_chars(text))


def escape_control_chars(text: str) -> str:
    """Replace control characters, surrogates and changes of text direction by escapes; keep line feeds and tabs."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


# ── Paths ─────────────────────────────────────────────────────────────────────────────────────────

_display_root: ContextVar[Path | None] = ContextVar("_display_root", default=None)


@contextmanager
def display_paths_from(folder: Path) -> Iterator[None]:
    """Display paths relative to `folder` within the context, not to the working directory of this process.

    Workers on other machines report problems for the user who started the build.
    """
    token = _display_root.set(folder)
    try:
        yield
    finally:
        _display_root.reset(token)


def display_path(path: Path | str) -> str:
    """Return a path as displayed to the user.

    Args:
        path: A local path, or a URL as text.

    Returns:
        The path with slashes, relative to the working directory if it is below that; a URL unchanged.
    """
    if isinstance(path, str):
        return path
    absolute, root = path.absolute(), _root()
    return (absolute.relative_to(root) if absolute.is_relative_to(root) else absolute).as_posix()


def display_paths_below(folder: Path) -> Callable[[str], str]:
    """Return a fast `display_path` for the many files of one folder, which takes their names below it."""
    top, root = (f"{path.as_posix().rstrip('/')}/" for path in (folder.absolute(), _root()))
    return lambda name: f"{top}{name}".removeprefix(root) if name else display_path(folder)


def display_folder(folder: Path | str) -> str:
    """Return a folder's displayed path with a final slash."""
    return f"{display_path(folder)}/"


def _root() -> Path:
    return _display_root.get() or Path.cwd()


# ── Counts ────────────────────────────────────────────────────────────────────────────────────────


def pluralize(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless the number is 1, such as `3 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def count_problems(problems: Collection[Problem]) -> str:
    """Return a sentence with the number of problems and of files that have any."""
    return f"{pluralize(len(problems), 'problem')} in {pluralize(len({problem.file for problem in problems}), 'file')}."
