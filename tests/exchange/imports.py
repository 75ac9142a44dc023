"""What an import does, as lines that tests compare."""

from stancebook.exchange.outgoing import read_project
from tests.unit.sample_contract import LETTERS


def changes(found):
    """Return what an import changes, as lines."""
    kinds = ("added", "changed", "removed", "gone")
    return [
        f"{file.coder} {kind} {row}" for file in found.files for kind in kinds for row in sorted(getattr(file, kind))
    ]


def messages(found):
    """Return the problems of an import, each with its hint."""
    return [f"{problem.message} / {problem.hint}" for problem in found.problems]


def coded(seeds):
    """Return the rows of each coder, as passages with cells and nested records."""
    [text] = read_project(LETTERS, seeds).project.texts
    return {
        coder: [(text.text[row.start : row.end], {**row.values, **row.children}) for row in rows]
        for coder, rows in text.codings.items()
    }
