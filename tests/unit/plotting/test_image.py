import io

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from PIL import Image

from stancebook import plotting
from tests.unit.plotting.sample_figures import cells, shown_texts


def sample_image():
    ax = plotting.code_matrix(cells(1, 1), x="column", y="row", hue="code")
    return plotting.PngImage(ax, title="A finding for $5 or $6", alt="A matrix of one cell.", note="Basis.")


def test_image_carries_alt_text():
    """The alternative text is in the output of the notebook and in the image file."""
    data, metadata = sample_image()._repr_mimebundle_()
    expected = "A finding for $5 or $6. A matrix of one cell. Basis."
    assert data["text/plain"] == metadata["image/png"]["alt"] == expected
    with Image.open(io.BytesIO(data["image/png"])) as image:
        assert image.text == {"Description": expected}
        assert image.width == pytest.approx(8.5 * 144, abs=1)


def test_image_bytes_repeat():
    """Equal figures give equal bytes."""
    assert sample_image().png == sample_image().png


def test_image_closes_figure():
    """A figure that is an image is not shown a second time."""
    sample_image()
    assert plt.get_fignums() == []


def test_caption_shows_dollar_signs():
    """A title is text, not a formula."""
    ax = plotting.count_matrix(pd.DataFrame({"c": [1]}, index=["r"]))
    plotting.add_caption(ax, "From $5 to $6", "Basis.")
    assert "From $5 to $6" in [text.get_text() for text in shown_texts(ax)]


@pytest.mark.parametrize("number", [1, 10, 60])
def test_rows_have_one_height(number):
    """A row is as high in a figure of one row as in one of sixty."""
    ax = plotting.count_matrix(pd.DataFrame({"c": [1] * number}, index=[f"row {row}" for row in range(number)]))
    plotting.add_caption(ax, "A finding", "Basis.")
    ax.figure.draw_without_rendering()
    assert ax.get_position().height * ax.figure.get_figheight() / number == pytest.approx(0.27, abs=0.02)
