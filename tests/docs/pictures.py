"""Takes the pictures of the documentation, of the fictional project in Chromium: `python -m tests.docs.pictures`."""

import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from stancebook.web.view import write_view
from tests.browser.chromium import started
from tests.browser.desks import served
from tests.codings import codings_in
from tests.docs.pages import ROOT

IMAGES = ROOT / "docs/images"
SIZE = {"width": 1200, "height": 720}
PROJECT = ROOT / "tests/project"


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as temporary, started() as browser:
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        folder = Path(temporary)
        for name in chain(view(page, folder), desk(page, folder), differences(page, folder)):
            page.screenshot(path=IMAGES / name)
            print(f"took     docs/images/{name}")


def view(page: Any, folder: Path) -> Iterator[str]:
    """Show what the pictures of the reading view show, and yield their names."""
    write_view(build_tables(CONTRACT, PROJECT / "seeds"), folder / "view")
    page.goto((folder / "view/river-talks.html").as_uri() + "#statements.s02")
    yield "view.png"
    seeds = folder / "codings/seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    coded = (seeds / "documents/river-talks.yaml").read_text("utf-8")
    for coder, content in {"ab": coded, "cd": coded.replace("stance: opposes", "stance: supports")}.items():
        (seeds / f"codings/{coder}").mkdir(parents=True)
        (seeds / f"codings/{coder}/river-talks.yaml").write_text(content, "utf-8")
    write_view(build_tables(CONTRACT, seeds), folder / "both", codings=codings_in(CONTRACT, seeds))
    page.goto((folder / "both/river-talks.codings.html").as_uri())
    yield "view-codings.png"


def desk(page: Any, folder: Path) -> Iterator[str]:
    """Show what the pictures of the coding desk show, and yield their names."""
    shutil.copytree(PROJECT, folder / "project")
    with served(folder / "project") as made:
        made.open(page)
        row = page.locator("[id='row-statements.s02'] .row-head")
        row.click()
        yield "desk.png"
        row.press("Enter")
        page.locator("#form [data-key=stance] input").fill("supp")
        page.locator("#form [data-key=stance] .complaint").wait_for()
        yield "desk-form.png"


def differences(page: Any, folder: Path) -> Iterator[str]:
    """Show what the picture of two codings in the desk shows, and yield its name."""
    project = shutil.copytree(PROJECT, folder / "coded")
    annotations = project / "seeds/documents/river-talks.yaml"
    for coder, stance in {"ab": "ambivalent", "cd": "supports"}.items():
        coding = project / f"seeds/codings/{coder}/river-talks.yaml"
        coding.parent.mkdir(parents=True)
        coding.write_text(annotations.read_text("utf-8").replace("stance: supports", f"stance: {stance}"), "utf-8")
    with served(project) as made:
        made.open(page)
        page.get_by_role("button", name="Differences").click()
        page.locator("#differences-note").fill("She offers to meet, without conditions.")
        yield "desk-differences.png"


if __name__ == "__main__":
    main()
