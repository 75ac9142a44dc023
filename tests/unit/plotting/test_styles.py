import pytest

from stancebook import plotting
from tests.unit.plotting.sample_figures import CODES


def test_ordinal_styles_are_legible_without_color():
    """Each code of an ordered scale has a glyph of its own and a colour of its own."""
    styles = plotting.ordinal_styles(CODES)
    assert [style.glyph for style in styles.values()] == ["−−", "−", "±", "+", "++"]
    assert len({style.color for style in styles.values()}) == len(CODES)


def test_even_scale_is_refused():
    """A scale with an even number of codes has no middle."""
    with pytest.raises(ValueError, match="4 codes have none"):
        plotting.ordinal_styles(CODES[:4])


def test_count_styles_darken_with_number():
    """A higher number has a darker fill, and text in a colour that can be read on it."""
    styles = plotting.count_styles(9)
    assert [style.glyph for style in styles] == list("0123456789")
    assert [style.color for style in styles] == sorted((style.color for style in styles), reverse=True)
    assert (styles[1].text_color, styles[9].text_color) == (plotting.TEXT_COLOR, "white")


def test_nominal_markers_differ_in_shape():
    """Markers can be distinguished without colour."""
    markers = plotting.nominal_markers({number: str(number) for number in range(6)})
    assert len({marker.shape for marker in markers.values()}) == 6


def test_too_many_nominal_markers_are_refused():
    """More labels than distinguishable markers are refused."""
    with pytest.raises(ValueError, match="fold the rest"):
        plotting.nominal_markers({number: str(number) for number in range(7)})


def test_weakest_evidence_is_hollow():
    """The last of five kinds of evidence has a hollow marker."""
    markers = plotting.evidence_markers({code: code.upper() for code in "abcde"})
    assert [marker.fill for marker in markers.values()] == ["full", "left", "full", "full", "none"]
    assert markers["a"].label == "A"


def test_weaker_marker_keeps_shape():
    """A hollow or half-filled marker has the shape of the full one."""
    marker = plotting.MarkerStyle("observed", "^")
    weaker = (marker.hollow(), marker.half_filled())
    assert [(weak.shape, weak.fill) for weak in weaker] == [("^", "none"), ("^", "left")]


def test_only_unknown_is_hatched():
    """Unknown and ambivalent look different: only unknown is hatched."""
    assert plotting.UNKNOWN.hatch
    assert not plotting.ordinal_styles(CODES)["torn"].hatch
