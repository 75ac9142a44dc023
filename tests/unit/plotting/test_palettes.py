import pytest

from stancebook import plotting
from stancebook.plotting.palettes import code_colors
from tests.unit.plotting.sample_figures import CODES


def test_ordinal_signs_are_legible_without_color():
    """Each code of an ordered scale has a sign of its own."""
    assert plotting.ordinal_signs(CODES) == dict(zip(CODES, ["−−", "−", "±", "+", "++"], strict=True))


def test_even_scale_is_refused():
    """A scale with an even number of codes has no middle."""
    with pytest.raises(ValueError, match="4 codes have none"):
        plotting.ordinal_signs(CODES[:4])


@pytest.mark.parametrize("ordered", [True, False])
def test_codes_have_own_colors(ordered):
    """Each code has a colour of its own, and none is the white of a cell without a code."""
    colors = code_colors(CODES, ordered=ordered)
    assert len(set(colors.values())) == len(CODES)
    assert (1.0, 1.0, 1.0) not in colors.values()
