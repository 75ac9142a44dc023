import io

import pytest
from PIL import Image

from stancebook import plotting
from tests.unit.plotting.drawing import STANCES, blank


def picture():
    on = blank({"r": "a row for $5"}, {"c": "a column"})
    plotting.grid(on, {("r", "c"): STANCES["yes"]})
    return plotting.Picture(on, "A grid of one cell.")


def test_a_picture_carries_its_alternative_text_wherever_it_goes():
    data, metadata = picture()._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A finding A grid of one cell. Basis."
    with Image.open(io.BytesIO(data["image/png"])) as image:
        assert image.text == {"Description": "A finding A grid of one cell. Basis."}
        assert image.width == pytest.approx(8.5 * 144, abs=1)


def test_the_same_sheet_gives_the_same_bytes():
    assert picture().png == picture().png
