"""What a command prints: its streams, problems, a progress bar, and the lines that sum up a build."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from stancebook.problems import (
    MAX_UNGROUPED_PROBLEMS,
    RENDERERS,
    Problem,
    count_kinds,
    display_folder,
    escape_control_chars,
    github_annotation,
    group_problems,
    groups_as_text,
    pluralize,
)

if TYPE_CHECKING:
    from stancebook.dataset.table_stats import BuildSummary

CLOSED_PIPE = 141  # the exit status of a program that SIGPIPE ends
_CLEAR_SCREEN = "\x1b[2J\x1b[H"


@dataclass
class Console:
    """Standard output and standard error of one command.

    Problems go to standard output. So does text for people, except in the format `json`, in which standard output
    holds one JSON array and nothing else.

    Attributes:
        output_format: `text`, `github` or `json`.
        limit: How many problems and groups of problems are shown as text; None for all.
        first_files: Problems of these files are shown first.
        all_problems: Show every problem as text, without grouping them.
    """

    output_format: str = "text"
    limit: int | None = None
    first_files: Collection[str] = ()
    all_problems: bool = False
    _shown: bool = field(default=False, init=False)

    def show(self, problems: Iterable[Problem]) -> None:
        """Print problems; as JSON, an empty array if there are none."""
        self._shown = True
        ranked = sorted(problems, key=lambda problem: problem.file not in self.first_files)
        if self.output_format == "json" or (self.output_format == "github" and ranked):
            print_text(RENDERERS[self.output_format](ranked), sys.stdout)
        elif ranked:
            self._show_groups(group_problems(ranked, None if self.all_problems else MAX_UNGROUPED_PROBLEMS))

    def _show_groups(self, groups: Sequence[Sequence[Problem]]) -> None:
        print_text(groups_as_text(groups[: self.limit]), sys.stdout)
        if self.limit is not None and (more := sum(map(len, groups[self.limit :]))):
            self.say(f"… and {pluralize(more, 'more problem')}")
        elif self.limit is None and (kinds := count_kinds(groups)):
            self.say(f"\nProblems of one kind are grouped (--all-problems shows each of them):\n{kinds}\n")

    def say(self, text: str) -> None:
        """Print text for people, with escapes in place of characters that would control a terminal."""
        print_text(escape_control_chars(text), sys.stderr if self.output_format == "json" else sys.stdout)

    def fail(self, text: str) -> None:
        """Print why a command failed, where no problem of a file says it."""
        if not self._shown:
            self.show([])
        self.say(github_annotation("error", text) if self.output_format == "github" else text)

    def clear(self) -> None:
        """Clear the screen of a terminal; print an empty line to anything else."""
        is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        print_text(_CLEAR_SCREEN if is_terminal else "", sys.stdout)

    @contextmanager
    def progress_bar(self, documents: int) -> Iterator[Callable[[int], None]]:
        """Show how many documents are built, how many a second, and the time left, if standard error is a terminal.

        Yields:
            A function that takes how many more documents are built.
        """
        if self.output_format != "text" or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console as Terminal
        from rich.progress import BarColumn, Progress, Task, TextColumn, TimeRemainingColumn
        from rich.text import Text

        class Rate(TextColumn):
            def render(self, task: Task) -> Text:
                return Text(f"{task.speed:,.0f}/s" if task.speed else "")

        columns = [
            TextColumn("building"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} documents"),
            Rate(""),
            TimeRemainingColumn(),
        ]
        with Progress(*columns, console=Terminal(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=documents)
            yield lambda count: progress.advance(task, count)


def prepare_streams(output_format: str) -> None:
    """Print escapes for characters that a terminal lacks; print UTF-8 for programs, in any locale.

    A stream that was closed before the start gets an open file: a table would take its file descriptor.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (open until the exit)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if output_format == "text" else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def format_summary(summary: BuildSummary, seeds: Path | str) -> str:
    """Return what a build read and checked, in two lines."""
    return "\n".join(
        [
            f"read     {pluralize(summary.documents, 'document')} and"
            f" {pluralize(summary.codebook_files, 'codebook file')} in {display_folder(seeds)}",
            f"checked  {pluralize(summary.quotes, 'quote')} found in their texts,"
            f" {pluralize(summary.references, 'reference')} followed, {pluralize(summary.rules, 'rule')} held",
        ]
    )


def format_codings(coders: Mapping[str, Sequence[object]], problems: Sequence[Problem]) -> str:
    """Return which codings were checked, given the documents of each coder, and how many problems they have."""
    number = sum(map(len, coders.values()))
    checked = f"codings  {number:,} by {', '.join(coders)}" if coders else "codings  none can be read"
    if not problems:
        return f"{checked}: no problems"
    return f"{checked}\n         {pluralize(len(problems), 'problem')} in codings, which do not stop the dataset"


def format_written(out: Path | str, details: str, *, changed: bool) -> str:
    """Return whether a dataset was written or is unchanged, with further lines below."""
    return f"{'wrote   ' if changed else 'unchanged'} {display_folder(out)}\n{details}".rstrip("\n")


def format_rows(rows: Mapping[str, int]) -> str:
    """Return a line a table: how many rows it has."""
    return "\n".join(f"         {count:>6}  {table}" for table, count in rows.items())


def print_text(text: str, stream: TextIO | None) -> None:
    """Print; exit if that is refused, silently if the reader has closed the pipe, as `head` does."""
    try:
        print(text, file=stream, flush=True)
    except OSError as error:
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # what is buffered is flushed at the exit
        if isinstance(error, BrokenPipeError):
            raise SystemExit(CLOSED_PIPE) from None
        with suppress(OSError):
            print(f"The output cannot be written: {error.strerror}.", file=sys.stderr, flush=True)
        raise SystemExit(1) from None
