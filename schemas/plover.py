"""How codes of PLOVER belong together: the quad class and the modes of each type, by the manual of February 2024."""

from collections.abc import Mapping
from typing import NamedTuple


class EventCode(NamedTuple):
    """What PLOVER says of a type of events."""

    quad: str
    modes: frozenset[str] = frozenset()
    needs_recipient: bool = False


def _modes(names: str) -> frozenset[str]:
    return frozenset(names.split())


EVENT_CODES: Mapping[str, EventCode] = {
    "AGREE": EventCode("verbal_cooperation"),
    "CONSULT": EventCode("verbal_cooperation", _modes("visit third-party multilateral phone")),
    "SUPPORT": EventCode("verbal_cooperation"),
    "CONCEDE": EventCode("verbal_cooperation"),
    "COOPERATE": EventCode("material_cooperation", needs_recipient=True),
    "AID": EventCode("material_cooperation", needs_recipient=True),
    "RETREAT": EventCode("material_cooperation", _modes("withdraw release disarm ceasefire access resign")),
    "REQUEST": EventCode("verbal_conflict", _modes("assist change yield meet")),
    "ACCUSE": EventCode("verbal_conflict", _modes("disapprove investigate allege")),
    "REJECT": EventCode("verbal_conflict", _modes("assist change yield meet")),
    "THREATEN": EventCode("verbal_conflict", _modes("restrict arrest relations expel territory violence")),
    "PROTEST": EventCode("material_conflict", _modes("demo riot strike hunger boycott obstruct vandalize")),
    "SANCTION": EventCode("material_conflict", _modes("convict expel withdraw discontinue"), needs_recipient=True),
    "MOBILIZE": EventCode("material_conflict", _modes("troops weapons police militia")),
    "COERCE": EventCode(
        "material_conflict",
        _modes("seize restrict censor curfew martial-law arrest deport withhold misinformation cyber"),
    ),
    "ASSAULT": EventCode(
        "material_conflict",
        _modes(
            "abduct beat torture sexual targeted primitive firearms explosives suicide-attack aerial drone"
            " heavy-weapons crowd-control unconventional"
        ),
    ),
}
