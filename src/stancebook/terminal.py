"""Where the words of a command and the problems it found go, and in which form."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from stancebook.problem import RENDERERS, Problem


@dataclass(frozen=True)
class Console:
    """Standard output and standard error, in one output format.

    Problems go to standard output. So do words, but for JSON, which has standard output to itself.
    """

    output_format: str = "text"

    def show(self, problems: Iterable[Problem]) -> None:
        """Print problems; as JSON an array even where there is none."""
        listed = list(problems)
        if listed or self.output_format == "json":
            _print(RENDERERS[self.output_format](listed), sys.stdout)

    def say(self, words: str) -> None:
        """Print words for people."""
        _print(words, sys.stderr if self.output_format == "json" else sys.stdout)


def prepare(output_format: str) -> None:
    """Let a terminal that lacks a character show its code; give programs UTF-8, whatever the locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if output_format == "text" else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def named(folder: Path) -> str:
    """Return a folder as a person would name it."""
    from stancebook.corpus import shown

    return f"{shown(folder)}/"


def count(number: int, thing: str) -> str:
    """Return a number of things in words: '1 table', '2,000 rows'."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _print(text: str, stream: TextIO) -> None:
    """Print, and go on with the work where whoever was reading has seen enough: `stancebook check | head`."""
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
