"""Fixtures of tests in a browser."""

import pytest

from tests.browser.chromium import WIDE, Watch, started
from tests.browser.desks import served


# Playwright keeps an event loop running in the thread, which other tests must not meet: it ends with this package.
@pytest.fixture(scope="package")
def browser():
    """Return Chromium."""
    with started() as chromium:
        yield chromium


@pytest.fixture
def context(browser):
    """Return a new browser context: no cookies, no storage, a wide window, light, motion reduced."""
    made = browser.new_context(
        viewport=WIDE, color_scheme="light", reduced_motion="reduce", locale="en-GB", permissions=[]
    )
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def watch(context):
    """Return what pages did that none may do; a test fails if anything is left at its end."""
    seen = Watch(context)
    yield seen
    assert seen.faults() == []


@pytest.fixture
def page(context, watch):
    """Return an empty page that may have no console error, no exception and no request to another machine."""
    return context.new_page()


@pytest.fixture
def desk(project):
    """Return a desk that serves a copy of the minimal project."""
    with served(project) as made:
        yield made
