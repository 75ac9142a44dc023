import io

import pytest
from PIL import Image

from stancebook import plotting
from tests.unit.plotting.sample_figures import STANCES, empty_figure


def test_text_stays_within_figure():
    """Title, legend, labels and note do not cross the edges of a figure."""
    markers = plotting.nominal_markers({number: f"a marker with a label {number}" for number in range(6)})
    figure = empty_figure(
        {"r": "a row"},
        {number: f"Estuary Council number {number}" for number in range(12)},
        legend=[*STANCES.values(), *markers.values()],
    )
    canvas = figure.figure.bbox
    for axes in figure.figure.axes:
        for text in axes.texts:
            box = text.get_window_extent()
            assert box.x0 >= canvas.x0
            assert box.x1 <= canvas.x1 + 1
            assert box.y1 <= canvas.y1 + 1


def test_panels_share_width():
    """Panels are side by side, equally wide, in the width that labels leave."""
    figure = empty_figure({"r": "a row"}, panels=2)
    first, second = (panel.get_position() for panel in figure.panels)
    assert first.x1 < second.x0
    assert second.x1 * 8.5 <= 8.5 - 0.1
    assert first.width == second.width


def sample_image():
    figure = empty_figure({"r": "a row for $5"}, {"c": "a column"})
    plotting.heatmap(figure, {("r", "c"): STANCES["yes"]})
    return plotting.PngImage(figure, "A grid of one cell.")


def test_image_carries_alt_text():
    """The alternative text is in the output of the notebook and in the image file."""
    data, metadata = sample_image()._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A finding A grid of one cell. Basis."
    with Image.open(io.BytesIO(data["image/png"])) as image:
        assert image.text == {"Description": "A finding A grid of one cell. Basis."}
        assert image.width == pytest.approx(8.5 * 144, abs=1)


def test_image_bytes_repeat():
    """Equal figures give equal bytes."""
    assert sample_image().png == sample_image().png
