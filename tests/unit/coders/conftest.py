"""Fixtures of codings of the sample contract's letter."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stancebook.coders.codings import Coding, read_codebook, read_codings
from stancebook.sources.discovery import AUTHORITATIVE, discover, discover_codings
from tests.unit.sample_contract import LETTERS


@pytest.fixture
def coded(letters) -> Callable[..., Path]:
    """Return a function that writes codings of the letter, given the coder's names, and returns the sources."""

    def write(suffix=".yaml", **codings):
        for coder, annotations in codings.items():
            path = letters / f"codings/{coder}/bridge{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(annotations, encoding="utf-8")
        return letters

    return write


def read(seeds: Path) -> dict[str, Coding]:
    """Return all codings of some sources by coder, the authoritative one first."""
    listing = discover(seeds)
    documents = {AUTHORITATIVE: listing.documents, **discover_codings(seeds, listing.documents).coders}
    codebook, _ = read_codebook(LETTERS, seeds, listing)
    return {coding.coder: coding for coding in read_codings(LETTERS, seeds, listing, documents, codebook)}
