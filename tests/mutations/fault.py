"""What a fault is: a slip that a person, an editor or a merge makes, and what it may come to."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.mutations.seeds import Mutant, Seeds

Apply = Callable[[Seeds, Random], Mutant]


@dataclass(frozen=True)
class Fault:
    """One kind of fault; `apply` makes it once, at random.

    `survives_because` says why it may change data in silence; without it, it must be refused or change nothing.
    `harmless` where it must change nothing at all.
    """

    name: str
    family: str
    did: str
    apply: Apply
    survives_because: str = ""
    harmless: bool = False


def fault(family: str, did: str, *, survives_because: str = "", harmless: bool = False) -> Callable[[Apply], Fault]:
    """Make a `Fault` of a function, named after it."""

    def made(apply: Apply) -> Fault:
        return Fault(apply.__name__.replace("_", "-"), family, did, apply, survives_because, harmless)

    return made
