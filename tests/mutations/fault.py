"""Kinds of faults: mistakes of a person, an editor or a merge, and their allowed outcomes."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.mutations.seeds import Mutant, Seeds

Apply = Callable[[Seeds, Random], Mutant]


@dataclass(frozen=True)
class Fault:
    """One kind of fault; `apply` makes it once, at random.

    `survives_because` says why it may change data silently; if empty, it must be refused or change nothing.
    A `harmless` fault must change nothing.
    """

    name: str
    family: str
    did: str
    apply: Apply
    survives_because: str = ""
    harmless: bool = False


def fault(family: str, did: str, *, survives_because: str = "", harmless: bool = False) -> Callable[[Apply], Fault]:
    """Make a `Fault` of a function, named after it."""

    def decorate(apply: Apply) -> Fault:
        return Fault(apply.__name__.replace("_", "-"), family, did, apply, survives_because, harmless)

    return decorate
