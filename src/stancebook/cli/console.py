"""Where the words of a command line and the problems it found go, and in which form."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TextIO

from stancebook.problems import RENDERERS, Problem, escape_control_chars, github_annotation, pluralize

_CLEAR = "\x1b[2J\x1b[H"


@dataclass(frozen=True)
class Console:
    """Standard output and standard error, in one output format.

    Problems go to standard output. So do words, but for JSON, which has standard output to itself.
    `limit` is how many problems are listed, all if it is None; those of the files in `foremost` come first.
    """

    output_format: str = "text"
    limit: int | None = None
    foremost: Collection[str] = ()

    def show(self, problems: Iterable[Problem]) -> None:
        """Print problems; as JSON an array even where there is none."""
        ranked = sorted(problems, key=lambda problem: problem.file not in self.foremost)
        listed = ranked[: self.limit]
        if listed or self.output_format == "json":
            _print(RENDERERS[self.output_format](listed), sys.stdout)
        if len(listed) < len(ranked):
            self.say(f"… and {pluralize(len(ranked) - len(listed), 'more problem')}")

    def say(self, words: str) -> None:
        """Print words for people; names and texts in them that nobody vouches for command no terminal."""
        _print(escape_control_chars(words), sys.stderr if self.output_format == "json" else sys.stdout)

    def clear(self) -> None:
        """Begin a page: on a terminal on a clear screen, elsewhere after an empty line."""
        screen = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        _print(_CLEAR if screen else "", sys.stdout)

    def fail(self, words: str) -> None:
        """Print words that say why there is no good end, where no file's line does."""
        self.say(github_annotation("error", words) if self.output_format == "github" else words)


def prepare(output_format: str) -> None:
    """Let a terminal that lacks a character show its code; give programs UTF-8, whatever the locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if output_format == "text" else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def _print(text: str, stream: TextIO) -> None:
    """Print, and go on with the work where whoever was reading has seen enough: `build.py | head`."""
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
