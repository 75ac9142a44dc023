"""Codes of PLOVER: types, modes and quad classes fit together, as in the manual."""

import pandas as pd
import pytest

from schemas import CONTRACT
from schemas.events import plover_quad
from schemas.plover import EVENT_CODES
from schemas.vocabularies import PLOVER_MODE, PLOVER_QUAD, PLOVER_TYPE
from stancebook.schema.rules import evaluate_rule


def test_every_type_has_a_quad_class():
    """Each type belongs to one quad class, and each class has types."""
    assert list(EVENT_CODES) == list(PLOVER_TYPE)
    assert {code.quad for code in EVENT_CODES.values()} == set(PLOVER_QUAD)


def test_every_mode_belongs_to_a_type():
    """The modes are those of some type, and no others."""
    assert set().union(*(code.modes for code in EVENT_CODES.values())) == set(PLOVER_MODE)


@pytest.mark.parametrize("mode", PLOVER_MODE)
def test_mode_definition_names_its_types(mode):
    """The definition of a mode names each type that it belongs to."""
    assert {name for name, code in EVENT_CODES.items() if mode in code.modes} == {
        word for word in PLOVER_TYPE if word in PLOVER_MODE[mode]
    }


@pytest.mark.parametrize("quad", PLOVER_QUAD)
def test_quad_definition_names_its_types(quad):
    """The definition of a quad class names its types."""
    assert [name for name, code in EVENT_CODES.items() if code.quad == quad] == [
        name.strip() for name in PLOVER_QUAD[quad].rstrip(".").split(",")
    ]


def test_quad_class_follows_from_the_type():
    """An event has the quad class of its type, and none without a type."""
    types = pd.Series(["CONSULT", None, "ASSAULT"], dtype="object")
    quads = plover_quad({"events": pd.DataFrame({"plover_type": types})})
    assert quads.tolist()[::2] == ["verbal_cooperation", "material_conflict"]
    assert pd.isna(quads[1])


def recipient_is_named(plover_type, role, note=None):
    """Return whether the rule on recipients is satisfied by an event with one participant."""
    [rule] = [rule for rule in CONTRACT.rules if rule.check.__name__ == "recipient_is_named"]
    events = pd.DataFrame({"event_id": ["e"], "plover_type": [plover_type], "note": [note]})
    participants = pd.DataFrame({"event_id": ["e"], "role": [role]})
    return evaluate_rule(rule, {"events": events, "event_participants": participants}, {}).all()


def test_type_with_recipient_needs_a_target():
    """Aid, cooperation and sanctions need a target or a note; other types do not."""
    for name in ("AID", "COOPERATE", "SANCTION"):
        assert recipient_is_named(name, "target")
        assert recipient_is_named(name, "party", note="The text names none.")
        assert not recipient_is_named(name, "party")
    assert recipient_is_named("ASSAULT", "party")
    assert recipient_is_named(None, "party")
