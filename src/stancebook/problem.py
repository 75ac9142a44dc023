"""What is wrong with a file, and where: a value that sorts, compares and renders."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One fault at one place, with the way out.

    `file` is as a person would name it from the project's root; `line` and `column` count from 1;
    `where` names the record and key (`statements[s07].stance`), or is empty for a whole file. In a table's
    file, which has no lines, `line` is the row and `column` the column's place.
    """

    file: str
    line: int
    column: int
    where: str
    message: str
    hint: str = ""
    level: Level = "error"


class ProblemsError(Exception):
    """Raised where a caller asked for tables and the seeds do not give them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__(as_text(self.problems))


def as_text(problems: Iterable[Problem]) -> str:
    """Return one `file:line:column: where: message` a problem, its hint indented beneath."""
    return "\n".join(_text(problem) for problem in problems)


def as_github(problems: Iterable[Problem]) -> str:
    """Return workflow commands that GitHub shows as annotations beside the line."""
    return "\n".join(_github(problem) for problem in problems)


def as_json(problems: Iterable[Problem]) -> str:
    """Return a JSON array of objects with the fields of `Problem`."""
    return json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2)


RENDERERS: dict[str, Callable[[Iterable[Problem]], str]] = {
    "text": as_text,
    "github": as_github,
    "json": as_json,
}


def _text(problem: Problem) -> str:
    place = f"{problem.file}:{problem.line}:{problem.column}: "
    where = f"{problem.where}: " if problem.where else ""
    label = "warning: " if problem.level == "warning" else ""
    hint = "".join(f"\n    {line}" for line in problem.hint.splitlines())
    return f"{place}{label}{where}{problem.message}{hint}"


def _github(problem: Problem) -> str:
    # https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    where = f"{problem.where}: " if problem.where else ""
    message = _escaped(f"{where}{problem.message}\n{problem.hint}".rstrip())
    file = _escaped(problem.file).replace(",", "%2C").replace(":", "%3A")
    return f"::{problem.level} file={file},line={problem.line},col={problem.column}::{message}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
