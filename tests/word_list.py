"""Find words of the list in names, comments, docstrings, strings and pages: `python -m tests.word_list`."""

import io
import json
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORDS = Path(__file__).with_name("word_list.toml")
# Data may use any word: sources, quotations, and the definitions of tables, columns and values.
EXCLUDED = (
    "benchmarks/fiction.py",
    "dataset/",
    "schemas/about.py",
    "schemas/demands.py",
    "schemas/documents.py",
    "schemas/events.py",
    "schemas/stance_changes.py",
    "schemas/statements.py",
    "schemas/vocabularies.py",
    "seeds/documents/",
    "tests/cases/",
    "tests/data/",
    "tests/datasets/",
    "tests/fuzz/corpus/",
    "tests/project/",
    "tests/unit/test_word_list.py",
)
PROSE_TOKENS = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


class WordList:
    """Words to avoid, and what to write instead.

    Args:
        words: The advice for each regular expression; a space matches any white space.
    """

    def __init__(self, words: dict[str, str]):
        self.advice = list(words.values())
        # One expression for all: each pattern is a named group, and has no other groups that would be matched last.
        groups = (
            re.sub(r"\((?!\?)", "(?:", pattern).replace(" ", r"\s+").join((f"(?P<w{number}>", ")"))
            for number, pattern in enumerate(words)
        )
        self.expression = re.compile(rf"\b(?:{'|'.join(groups)})(?!\w)", re.IGNORECASE)

    @classmethod
    def load(cls, path: Path = WORDS):
        """Read the word list of the project."""
        return cls(tomllib.loads(path.read_text(encoding="utf-8"))["words"])

    def problems(self, path: str, text: str) -> Iterator[str]:
        """Yield a line for each word of the list in a file."""
        for location, first_line, first_column, prose in prose_of(path, text):
            for match in self.expression.finditer(prose):
                before, words = prose[: match.start()], " ".join(match[0].split())
                line = first_line + before.count("\n")
                column = len(before) - before.rfind("\n") if "\n" in before else first_column + len(before)
                advice = self.advice[int(match.lastgroup.removeprefix("w"))]
                yield f"{path}:{location}{line}:{column}: '{words}': write {advice}"


def prose_of(path: str, text: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield each text of a file that people read, with the notebook cell, the line and the column where it begins."""
    if path.endswith(".ipynb"):
        for number, cell in enumerate(json.loads(text)["cells"], start=1):
            name = "cell.py" if cell["cell_type"] == "code" else "cell.md"
            for _, line, column, prose in prose_of(name, "".join(cell["source"])):
                yield f"cell {number}:", line, column, prose
    elif path.endswith(".py"):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            line, column = token.start
            if token.type in PROSE_TOKENS:
                yield "", line, column + 1, token.string
            elif token.type == tokenize.NAME:
                yield "", line, column + 1, token.string.replace("_", " ")
    else:
        yield "", 1, 1, text


def tracked_files() -> list[str]:
    """Return the tracked files that hold prose."""
    patterns = ["*.py", "*.md", "*.ipynb", "Makefile"]
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    names = [name for name in listed.stdout.split("\0") if name and not name.startswith(EXCLUDED)]
    return [name for name in names if (ROOT / name).is_file()]


def main() -> int:
    """Print every word of the list with its file, line and column, and return 1 if there is one."""
    word_list, files = WordList.load(), tracked_files()
    found = [line for name in files for line in word_list.problems(name, (ROOT / name).read_text(encoding="utf-8"))]
    print("\n".join([*found, f"{len(found):,} words to replace in {len(files):,} files"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
