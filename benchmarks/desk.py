"""Measure how long the coding desk takes for an edit, compared with a check that knows no earlier results.

Run `python benchmarks/desk.py`; `--help` lists the options. Each figure is the median of several edits, in milliseconds
of one core: the edit of the file, the check of the unsaved text, and the state that the page is sent.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from schemas import CONTRACT
from stancebook.build.result_cache import ResultCache
from stancebook.schema.columns import Category, categorical, foreign_key, primary_key, text
from stancebook.schema.contract import Contract
from stancebook.schema.models import Annotation, Codebook, Document
from stancebook.web.desk.checks import check_document
from stancebook.web.desk.serve import collect_rarely
from stancebook.web.desk.session import Session
from stancebook.web.desk.workspace import Workspace

WORDS_PER_SENTENCE, SENTENCES_PER_PARAGRAPH = 20, 3


class People(Codebook):
    """One person."""

    person_id: str = primary_key("Slug of the person.")
    name: str = text("The name.")


class Letters(Document, section="letter"):
    """One letter."""

    subject: str = text("What it is about.")


class Claims(Annotation):
    """One claim."""

    claim_id: str = primary_key("The letter's id and its own.")
    person_id: str = foreign_key("people", "Who says so.")
    strength: Category = categorical({"weak": "Hearsay.", "strong": "Seen."}, "How well it is borne out.")
    note: str = text("What else is known.", nullable=True)


SAMPLE = Contract(
    name="letters",
    title="Letters",
    description="What people claim.",
    version="1.0.0",
    models=(People, Letters, Claims),
)


@dataclass(frozen=True)
class Figures:
    """What was measured of one document, in milliseconds of one core.

    Attributes:
        rows: The number of its rows.
        fresh: A check without earlier results.
        edit: An edit that leaves no problem, with its check and the state for the page.
        faulty: An edit that leaves a problem.
        answer: The size of the answer to an edit, in KB.
    """

    rows: int
    fresh: float
    edit: float
    faulty: float
    answer: float


def write_sample(folder: Path, rows: int) -> Path:
    """Write a document with a number of rows, each on two words of its text; return the folder of sources."""
    words = [f"word{number}" for number in range(2 * rows)]
    length = WORDS_PER_SENTENCE * SENTENCES_PER_PARAGRAPH
    paragraphs = [words[start : start + length] for start in range(0, len(words), length)]
    sentences = [
        " ".join(f"{' '.join(part[at : at + WORDS_PER_SENTENCE])}." for at in range(0, len(part), WORDS_PER_SENTENCE))
        for part in paragraphs
    ]
    records = (
        f"  - id: c{row}\n    person_id: otto\n    strength: weak\n    quote: {words[2 * row]} {words[2 * row + 1]}\n"
        for row in range(rows)
    )
    seeds = folder / "seeds"
    for name, content in {
        "codebook/people.yaml": "people:\n  - {person_id: otto, name: Otto}\n",
        "documents/sample.txt": "\n\n".join(sentences) + "\n",
        "documents/sample.yaml": f"letter:\n  language: en\n  subject: Words\nclaims:\n{''.join(records)}",
    }.items():
        (seeds / name).parent.mkdir(parents=True, exist_ok=True)
        (seeds / name).write_text(content, encoding="utf-8", newline="")
    return seeds


def measure(session: Session, edits: int) -> Figures:
    """Measure edits of the row in the middle of a document: of its first optional text, and of its first choice.

    Args:
        session: The open document.
        edits: The number of edits of each kind.
    """
    session.state(with_text=True)
    rows = session.rows.rows
    row = rows[len(rows) // 2]
    columns = session.project.contract.tables[row.table].written_columns
    free = next(column.name for column in columns if column.kind == "text" and not column.must_be_given)
    choice = next(column.name for column in columns if column.vocabulary)
    answers = []

    def edit(changed: dict[str, str]) -> None:
        revision = session.revision
        session.edit([{"do": "set", "row": row.address, "values": changed}])
        answers.append(len(json.dumps(session.state(since=revision))))

    def check_again() -> None:
        project, others = session.project, session.project.others(session.doc_id)
        check_document(project.contract, session.files, project.codebook, others, ResultCache())

    fresh = _median(check_again for _ in range(3))
    plain = _median(partial(edit, {free: f"Number {number}."}) for number in range(edits))
    faulty = _median(partial(edit, {free: f"Fault {number}.", choice: "none"}) for number in range(edits))
    return Figures(len(rows), fresh, plain, faulty, statistics.median(answers) / 1000)


def _median(runs: Iterator[Callable[[], None]]) -> float:
    seconds = []
    for run in runs:
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    return 1000 * statistics.median(seconds)


def table(figures: Iterator[Figures]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield "| rows | check from nothing, ms | edit, ms | of that | edit with a problem, ms | answer, KB |"
    yield "|--:|--:|--:|--:|--:|--:|"
    for of in figures:
        share = f"{of.edit / of.fresh:.1f} ×"
        yield f"| {of.rows:,} | {of.fresh:.0f} | {of.edit:.0f} | {share} | {of.faulty:.0f} | {of.answer:.0f} |"


def main() -> None:
    """Measure documents of several sizes, and the longest one of this project."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[200, 10_000], help="rows of made-up documents")
    parser.add_argument("--seeds", type=Path, help="measure the document with most rows of this project, too")
    parser.add_argument("--edits", type=int, default=9, help="number of edits of each kind (default: 9)")
    arguments = parser.parse_args()

    collect_rarely()
    for line in table(measured(arguments.rows, arguments.seeds, arguments.edits)):
        print(line, flush=True)


def measured(sizes: Iterable[int], seeds: Path | None, edits: int) -> Iterator[Figures]:
    """Yield the figures of made-up documents, and of the document of a project that has most rows.

    Args:
        sizes: The numbers of rows of the made-up documents.
        seeds: The sources of the project; None for none.
        edits: The number of edits of each kind.
    """
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            workspace = Workspace(SAMPLE, write_sample(Path(folder), rows), Path(folder))
            yield measure(workspace.session("sample"), edits)
    if seeds is not None:
        with tempfile.TemporaryDirectory() as folder:  # unsaved changes are kept there
            workspace = Workspace(CONTRACT, seeds, Path(folder))
            sessions = map(workspace.session, workspace.documents)
            yield measure(max(sessions, key=lambda session: len(session.rows.rows)), edits)


if __name__ == "__main__":
    main()
