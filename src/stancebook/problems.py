"""Problems in files, as values that sort and compare, and their renderers as text, GitHub annotations and JSON."""

import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal

Level = Literal["error", "warning"]

# Annotations of each level in one step: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
GITHUB_ANNOTATION_LIMIT = 10

MAX_UNGROUPED_PROBLEMS = 20  # so few are all shown in full, of any kinds
MAX_UNGROUPED_OF_KIND = 3  # so few of one kind are shown in full
MAX_LISTED_POSITIONS = 3  # of the other problems of a group
MAX_COUNTED_KINDS = 10
MAX_SHOWN = 100  # characters of a text from a file that a message shows
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


class CellError(ValueError):
    """Raised where a cell does not fit its column; its arguments are the message and the hint of a problem."""


_RENDERED_FIELDS = [attribute.name for attribute in fields(Problem) if attribute.compare]


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that prevent a build, without the warnings."""
    return [problem for problem in problems if problem.level == "error"]


def as_warnings(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems as such that prevent no build."""
    return [replace(problem, level="warning") for problem in problems]


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


# ── Groups ────────────────────────────────────────────────────────────────────────────────────────

# What differs between problems of one kind: quoted values, chains of references, and words with a digit or a slash.
_QUOTED = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?!\w)"""
_VALUES = re.compile(rf"""(?<!\w){_QUOTED}(?:, {_QUOTED})*|\S+(?: → \S+)+|[^\s'"]*[\d/][^\s'"]*""")
_LABEL = re.compile(r"\[.*?\]")


def problem_kind(problem: Problem) -> str:
    """Return what a problem has in common with others: the table and column, and the message without its values.

    Args:
        problem: A problem, such as `statements[s07].stance: 'suports' is not a value of stance`.

    Returns:
        The kind as displayed to the user, such as `statements.stance: … is not a value of stance`.
    """
    message = _shorten(problem.message)
    where, _, key = _LABEL.sub("", _shorten(problem.where)).rpartition(".")
    if f"'{key}'" not in message:  # else the key is what is wrong
        where = f"{where}.{key}".lstrip(".")
    level = "warning: " if problem.level == "warning" else ""
    return f"{level}{where}{': ' if where else ''}{_VALUES.sub('…', message)}"


def group_problems(
    problems: Sequence[Problem], max_ungrouped: int | None = MAX_UNGROUPED_PROBLEMS
) -> list[list[Problem]]:
    """Group problems by their kinds, in time and memory proportional to their number.

    Args:
        problems: The problems, in the order in which they are shown.
        max_ungrouped: Up to how many problems are not grouped; None to group none.

    Returns:
        Groups in the order of their first problems: all problems of a kind that more than `MAX_UNGROUPED_OF_KIND`
        have, and each other problem alone.
    """
    if max_ungrouped is None or len(problems) <= max_ungrouped:
        return [[problem] for problem in problems]
    kinds = [problem_kind(problem) for problem in problems]
    by_kind: dict[str, list[Problem]] = {}
    for kind, problem in zip(kinds, problems, strict=True):
        by_kind.setdefault(kind, []).append(problem)
    groups = []
    for kind, problem in zip(kinds, problems, strict=True):
        if len(by_kind[kind]) <= MAX_UNGROUPED_OF_KIND:
            groups.append([problem])
        elif problem is by_kind[kind][0]:
            groups.append(by_kind[kind])
    return groups


# ── Renderers ─────────────────────────────────────────────────────────────────────────────────────


def as_text(problems: Iterable[Problem]) -> str:
    """Render problems for people, many of them in groups: see `group_problems` and `groups_as_text`."""
    return groups_as_text(group_problems(list(problems)))


def groups_as_text(groups: Iterable[Sequence[Problem]]) -> str:
    """Render the first problem of each group as `file:line:column: where: message` with the hint indented below.

    Args:
        groups: Groups of problems.

    Returns:
        Lines without a final line break. The last of a group with several problems says how many others there are, and
        where the first of them are.
    """
    return "\n".join(f"{_text(first)}{_others(others)}" for first, *others in groups)


def count_kinds(groups: Iterable[Sequence[Problem]]) -> str:
    """Return a line for each of the most frequent kinds of problems that are grouped: their number and the kind."""
    largest = sorted((group for group in groups if len(group) > 1), key=len, reverse=True)
    lines = [f"{len(group):>9,}  {_one_line(problem_kind(group[0]))}" for group in largest[:MAX_COUNTED_KINDS]]
    if (more := len(largest) - MAX_COUNTED_KINDS) > 0:
        lines.append(f"           and {pluralize(more, 'more kind')}")
    return "\n".join(lines)


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
    hint = "".join(f"\n    {_shorten(line)}" for line in problem.hint.split("\n") if line)
    return _one_line(f"{_position(problem)}{label}{_message(problem)}") + escape_control_chars(hint)


def _others(others: Sequence[Problem]) -> str:
    """Return the line, below the first problem of a group, that counts and locates the others."""
    if not others:
        return ""
    positions = ", ".join(_position(problem).rstrip(": ") for problem in others[:MAX_LISTED_POSITIONS])
    files = pluralize(len({problem.file for problem in others}), "file")
    more = f"and {len(others):,} more like it in {files}: {positions}"
    return f"\n    {_one_line(more)}{', …' if len(others) > MAX_LISTED_POSITIONS else ''}"


def _one_line(text: str) -> str:
    return escape_control_chars(text.replace("\n", r"\n"))


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


def shorten(text: str) -> str:
    """Return a text from a file as a message may show it: on one line, without control characters, cut if long."""
    printable = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text[: MAX_SHOWN + 1]
    )
    return printable if len(text) <= MAX_SHOWN else f"{printable[:MAX_SHOWN]}…"


# ── Counts ────────────────────────────────────────────────────────────────────────────────────────


def end_sentence(text: str) -> str:
    """Return a text with a full stop, unless it ends as a question does."""
    return text if text.endswith("?") else f"{text.rstrip('.')}."


def pluralize(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless the number is 1, such as `3 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def count_problems(problems: Collection[Problem]) -> str:
    """Return a sentence with the number of problems and of files that have any."""
    return f"{pluralize(len(problems), 'problem')} in {pluralize(len({problem.file for problem in problems}), 'file')}."
