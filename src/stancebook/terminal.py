"""What a command prints: on a terminal that may lack a character, to a reader who may have seen enough."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TextIO


def prepare() -> None:
    """Let standard output and error show any text: a terminal may lack a character that a text has."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def show(text: str, stream: TextIO) -> None:
    """Print, and go on with the work where whoever was reading has seen enough: `build.py | head`."""
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def sayer(output_format: str) -> Callable[[str], None]:
    """Return a function that prints beside the problems: JSON has standard output to itself."""
    return partial(show, stream=sys.stderr if output_format == "json" else sys.stdout)


def named(folder: Path) -> str:
    """Return a folder as a person would name it."""
    from stancebook.corpus import shown

    return f"{shown(folder)}/"


def count(number: int, thing: str) -> str:
    """Return a number of things in words: '1 table', '2,000 rows'."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
