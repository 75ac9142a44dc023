"""Run coverage-guided fuzzing: python -m tests.fuzz TARGET [folder of inputs …] [libFuzzer options …]."""

import shlex
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["stancebook", "schemas"]):
    from schemas import CONTRACT
    from tests.fuzz.targets import TARGETS

# Syntax of YAML, EDTF and the format, which a fuzzer would take long to find.
MARKS = [
    "- ",
    ": ",
    "|-\n",
    ">\n",
    "? ",
    "[",
    "{",
    "&a ",
    "*a",
    "!!int ",
    "<<",
    "---\n",
    "\\x1b",
    "\\0",
    "../",
    "~",
    "XX",
]


def words():
    """Yield all keys and vocabulary of annotations."""
    for spec in CONTRACT.tables.values():
        yield from (spec.section, *spec.allowed_keys)
        for column in spec.columns:
            yield from column.vocabulary


def dictionary(folder):
    """Write a libFuzzer dictionary with the words of the format."""
    entries = ["".join(rf"\x{byte:02x}" for byte in word.encode()) for word in sorted({*MARKS, *words()})]
    path = folder / "words.dict"
    path.write_text("".join(f'"{entry}"\n' for entry in entries), encoding="ascii")
    return path


def program(folder, target):
    """Write a script that runs this module: libFuzzer restarts itself by the name of its program."""
    path = folder / target
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tests.fuzz {target} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


if __name__ == "__main__":
    target = TARGETS[sys.argv[1]]
    scratch = Path(".fuzz/scratch").absolute()
    scratch.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(scratch)
    atheris.Setup([str(program(scratch, sys.argv[1])), f"-dict={dictionary(scratch)}", *sys.argv[2:]], target)
    atheris.Fuzz()
