"""Find and start Chromium, watch what a page does, judge it with axe-core, and take pictures of it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = "STANCEBOOK_BROWSER_REQUIRED"
LOCAL = re.compile(r"(?:file|data|blob|about|chrome-error):|http://127\.0\.0\.1:\d+/")
# No name is resolved: a page that asks for another machine gets no answer from it.
OPTIONS = ("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--force-color-profile=srgb")
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 780}


def executable() -> str:
    """Return the path of Chromium: `$CHROMIUM`, or what is on the path.

    Raises:
        pytest.skip.Exception: There is none.
        pytest.fail.Exception: There is none, and the environment says that it is required.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        say = pytest.fail if os.environ.get(REQUIRED) == "1" else pytest.skip
        say(
            f"no Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM; looked for {', '.join(NAMES)}"
        )
    return found


@contextmanager
def started() -> Iterator[Any]:
    """Start Chromium, and yield it as a Playwright browser."""
    from playwright.sync_api import sync_playwright

    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield browser
        browser.close()


class Watch:
    """What a page did that no page may do: errors in its console, exceptions, requests to other machines.

    Attributes:
        expected: Regular expressions of errors that a test provokes.
    """

    def __init__(self, context: Any):
        self.expected: list[str] = []
        self._seen: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self._seen.append(f"exception: {error.error}"))
        context.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self._seen.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Any) -> None:
        if not LOCAL.match(request.url):
            self._seen.append(f"request to elsewhere: {request.url}")

    def faults(self) -> list[str]:
        """Return what was seen and not expected."""
        return [line for line in self._seen if not any(re.search(pattern, line) for pattern in self.expected)]


def serious_findings(page: Any, **options: Any) -> list[str]:
    """Return what axe-core finds in a page that is serious or critical, one line each, with the elements.

    Args:
        page: The page in its current state.
        options: Options of `axe.run`.
    """
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [
        f"{finding['id']} ({finding['impact']}): {node['target']} {node.get('failureSummary', '')}"
        for finding in found
        if finding["impact"] in {"serious", "critical"}
        for node in finding["nodes"]
    ]


def pictures(page: Any, folder: Path, name: str) -> list[Path]:
    """Take pictures of a page, wide and narrow, light and dark.

    Returns:
        The PNG files `<name>-<width>-<scheme>.png`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    for size in (WIDE, NARROW):
        for scheme in ("light", "dark"):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            taken.append(folder / f"{name}-{size['width']}-{scheme}.png")
            page.screenshot(path=taken[-1])
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    return taken
