import pytest

from stancebook import plotting
from tests.unit.plotting.drawing import CODES


def test_an_ordered_scale_can_be_read_without_colour():
    looks = plotting.ordinal(CODES)
    assert [look.glyph for look in looks.values()] == ["−−", "−", "±", "+", "++"]
    assert len({look.fill for look in looks.values()}) == len(CODES)


def test_a_scale_without_a_middle_is_refused():
    with pytest.raises(ValueError, match="4 codes have none"):
        plotting.ordinal(CODES[:4])


def test_the_more_the_darker():
    looks = plotting.shades(9)
    assert [look.glyph for look in looks] == list("0123456789")
    assert [look.fill for look in looks] == sorted((look.fill for look in looks), reverse=True)
    assert (looks[1].ink, looks[9].ink) == (plotting.INK, "white")


def test_marks_differ_in_shape_and_not_only_in_colour():
    marks = plotting.nominal({number: str(number) for number in range(6)})
    assert len({mark.shape for mark in marks.values()}) == 6


def test_more_marks_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="fold the rest"):
        plotting.nominal({number: str(number) for number in range(7)})


def test_the_weakest_evidence_is_hollow():
    marks = plotting.evidence({code: code.upper() for code in "abcde"})
    assert [mark.fill for mark in marks.values()] == ["full", "left", "full", "full", "none"]
    assert marks["a"].label == "A"


def test_a_weaker_mark_keeps_its_shape():
    mark = plotting.Mark("seen", "^")
    assert [(weak.shape, weak.fill) for weak in (mark.hollow(), mark.half())] == [("^", "none"), ("^", "left")]


def test_what_is_unknown_is_hatched_and_what_is_ambivalent_is_not():
    assert plotting.UNKNOWN.hatch
    assert not plotting.ordinal(CODES)["torn"].hatch
