"""Takes the pictures of the documentation, of the fictional project in Chromium: `python -m tests.docs.pictures`."""

from pathlib import Path
from tempfile import TemporaryDirectory

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from stancebook.web.view import write_view
from tests.browser.chromium import started
from tests.docs.pages import ROOT

IMAGES = ROOT / "docs/images"
SIZE = {"width": 1200, "height": 720}


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as temporary, started() as browser:
        write_view(build_tables(CONTRACT, ROOT / "tests/project/seeds"), Path(temporary, "view"))
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        page.goto(Path(temporary, "view/river-talks.html").as_uri() + "#statements.s02")
        page.screenshot(path=IMAGES / "view.png")
    print("took     docs/images/view.png")


if __name__ == "__main__":
    main()
