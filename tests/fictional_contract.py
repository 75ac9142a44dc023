"""The contract of this repository under a fictional name and version, for tests of what a project states of itself."""

from dataclasses import replace

from schemas import CONTRACT
from stancebook import Contract, Contributor

FICTIONAL = replace(
    CONTRACT,
    name="river",
    title="River talks",
    version="1.2.0",
    released="2031-04-05",
    repository="https://example.org/river.git",
    contributors=(Contributor("Jo Vale", roles=("creator",)), Contributor("Port League", roles=("creator",))),
)


def fictional() -> Contract:
    """Return the contract."""
    return FICTIONAL
