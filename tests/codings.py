"""Codings in a folder of sources, for tests."""

from pathlib import Path

from stancebook.coders.codings import Coding, read_codebook, read_codings
from stancebook.schema.contract import Contract
from stancebook.sources.discovery import discover, discover_codings


def codings_in(contract: Contract, seeds: Path) -> list[Coding]:
    """Return the codings of all coders in a folder of sources."""
    listing = discover(seeds)
    codebook, _ = read_codebook(contract, seeds, listing)
    coders = discover_codings(seeds, listing.documents).coders
    return list(read_codings(contract, seeds, listing, coders, codebook))
