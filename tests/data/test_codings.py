"""The independent codings in `seeds/codings/`: sound, apart from the dataset, and decided where they agree."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

import stancebook
from schemas import CONTRACT
from stancebook.coders.agreement import compare, compare_all
from stancebook.coders.codings import read_all_codings, read_codebook, read_codings
from stancebook.coders.summary import summarize_codings
from stancebook.dataset.layout import DATA_CARD
from stancebook.sources.discovery import AUTHORITATIVE, discover, discover_codings
from tests.data.one_document import SEEDS

ARTICLE = "moscow-times-2025-02-06"
DATASET = SEEDS.parent / "dataset"


@pytest.fixture(scope="module")
def listings():
    """What is in the folder of sources: codebook and documents, and codings."""
    listing = discover(SEEDS)
    return listing, discover_codings(SEEDS, listing.documents)


@pytest.fixture(scope="module")
def codings(listings):
    """All codings, read and checked."""
    codebook, problems = read_codebook(CONTRACT, SEEDS, listings[0])
    assert problems == []
    return read_all_codings(CONTRACT, SEEDS, *listings, codebook)


def test_codings_have_no_problems(listings, codings):
    """Each file of a coding is read, and neither it nor its place has a problem, not even a warning."""
    _, found = listings
    assert [*found.problems, *(each for coding in codings for each in coding.problems)] == []
    files = {path.stem for path in (SEEDS / "codings").rglob("*.yaml")}
    assert files == {doc_id for coding in codings for doc_id in coding.texts}


def test_codings_are_not_in_the_dataset(codings):
    """No document of the dataset is by the coder of a coding, as the files name them."""
    documents = [coding.frames["documents"]["coder"] for coding in codings if coding.coder != AUTHORITATIVE]
    assert documents
    in_dataset = set(stancebook.load("documents", path=DATASET)["coder"])
    assert not in_dataset & {coder for names in documents for coder in names}


def test_agreement_is_computed_or_undefined_for_a_reason(codings):
    """Each variable has a coefficient, or fewer than two units, or only equal values."""
    agreement = compare_all(CONTRACT, codings)
    assert agreement.variables
    for each in agreement.variables:
        reasons = {"": each.alpha is not None, "all equal": each.equal == 1, "undefined": each.n < 2}
        assert reasons[each.status], each.variable


def test_data_card_has_the_agreement(listings):
    """The section of the data card is what the codings give now."""
    section = summarize_codings(CONTRACT, SEEDS, *listings).section
    assert f"\n{section}\n" in (DATASET / DATA_CARD).read_text(encoding="utf-8")


# ── Decisions on one article ──────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def decisions():
    """The decisions on the rows of the article: by row, what was decided and why."""
    found = yaml.safe_load((SEEDS / f"documents/{ARTICLE}.yaml").read_text(encoding="utf-8"))["decisions"]
    return {each["row"]: each for each in found}


def row_at(file: str, line: int) -> str:
    """Return the id of the row that begins at a line of a file."""
    written = (Path.cwd() / file).read_text(encoding="utf-8").splitlines()[line - 1]
    [row] = yaml.safe_load(written)
    return str(row["id"])


@pytest.mark.proof
def test_what_codings_have_in_common_is_decided(listings, codings, decisions):
    """Each row of the dataset that differs from what all codings have in common has a decision with a reason."""
    listing, found = listings
    codebook, _ = read_codebook(CONTRACT, SEEDS, listing)
    article = [document for document in listing.documents if document.doc_id == ARTICLE]
    [authoritative] = read_codings(CONTRACT, SEEDS, listing, {AUTHORITATIVE: article}, codebook)
    tables = [spec.name for spec in CONTRACT.document_tables]
    independent = [coding for coding in codings if coding.coder in found.coders]
    agreement = compare(CONTRACT, [*independent, authoritative], [ARTICLE], tables)
    undecided = []
    for difference in agreement.differences:
        *others, own = difference.findings
        if own.position is None or len({(each.position is None, each.value) for each in others}) > 1:
            continue
        if difference.name and others[0].position is None:
            continue  # a value of a row that no coding has: the row itself is a difference
        row = f"{difference.table}.{row_at(own.position.file, own.position.line)}"
        if "note" not in decisions.get(row, {}):
            undecided.append(f"{own.position}: {row}")
    assert undecided == []


def test_guide_counts_decisions(decisions):
    """The guide says of each table how many rows were decided, kept and changed."""
    guide = (SEEDS / "README.md").read_text(encoding="utf-8")
    counted = Counter((row.partition(".")[0], each["decision"]) for row, each in decisions.items())
    for table in {table for table, _ in counted}:
        kept, changed = counted[table, "accepted"], counted[table, "changed"]
        assert f"\n| {table} | {kept + changed} | {kept} | {changed} |" in guide, table
