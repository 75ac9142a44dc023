"""The theme of figures, and their end."""

import matplotlib.pyplot as plt
import pytest

from stancebook import plotting


@pytest.fixture(autouse=True)
def theme():
    """Set the theme for a test, close its figures and restore the defaults."""
    with plt.rc_context():
        plotting.set_theme()
        yield
        plt.close("all")
