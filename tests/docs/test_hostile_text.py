"""Text of the seeds is data on the site and in notebooks: nothing of it runs, includes a file, or becomes a link."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

import stancebook
from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from tests.dataset_files import written
from tests.docs.notebook_runner import NOTEBOOKS, execute
from tests.docs.pages import ROOT
from tests.unit.test_markdown import HOSTILE

pytestmark = [
    pytest.mark.proof,
    pytest.mark.xdist_group("site"),
    # warnings of the libraries that start a kernel
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning"),
]
PAGES = ["docs/codebook.html", "dataset/README.html", *(f"notebooks/{path.stem}.html" for path in NOTEBOOKS)]
LINKING = ["01-stance-changes", "02-negotiation-formats"]

VIEW = "https://view.example.org"
RUNS = (
    "<script>document.title = 'PWNED'</script><img src=x onerror=\"document.title = 'PWNED'\">"
    f"[`a#s1` ↗]({VIEW}/pwned.html#statements.s1)"
)
TEXTS = [*HOSTILE, RUNS, f"```{{raw}} html\n{RUNS}\n```", f"x\n\n```{{include}} {ROOT}/LICENSE\n```\n\ny"]
ALLOWED_IN_A_CELL = {"p", "br", "code", "span"}


class Cells(HTMLParser):
    """The elements in the cells of the tables of a page after its own text, their attributes, and their text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.depth = 0
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        text = page.read_text(encoding="utf-8")
        self.feed(text.rpartition('<section id="actors">')[2] if page.stem == "codebook" else text)

    def handle_starttag(self, tag, attrs):
        if tag in ("td", "th"):
            self.depth += 1
            self.texts.append("")
        elif self.depth:
            self.elements.add(tag)
            self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag):
        self.depth -= tag in ("td", "th")

    def handle_data(self, data):
        if self.depth:
            self.texts[-1] += data


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A copy of the fictional project with hostile names, labels and title, and a hostile passage of one coder."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / "tests/project", folder, dirs_exist_ok=True)
    actors = [
        {"actor_id": f"hostile-{number}", "name": f"{number} {text}", "actor_type": "collective", "description": text}
        for number, text in enumerate(map(str.strip, TEXTS))
    ]
    (folder / "seeds/codebook/hostile.yaml").write_text(json.dumps({"actors": actors}), encoding="utf-8")
    keys = {"codebook/actors": "name", "codebook/issues": "label", "codebook/formats": "label"}
    for name, key in {**keys, "documents/river-talks": "title"}.items():
        path = folder / f"seeds/{name}.yaml"
        text = re.sub(
            rf"^( +{key}:) .*$",
            rf"\1 {json.dumps(RUNS, ensure_ascii=False)}",
            path.read_text("utf-8"),
            count=1,
            flags=re.MULTILINE,
        )
        path.write_text(text, encoding="utf-8")
    document = folder / "seeds/documents/river-talks.yaml"
    text = document.with_suffix(".txt")
    text.write_text(f"{text.read_text('utf-8')}\n{RUNS}\n", encoding="utf-8")
    mention = {"id": "m99", "actor_id": "northmark", "quote": RUNS, "confidence": "high"}
    for coder, more in (("ab", f"  - {json.dumps(mention)}\n"), ("cd", "")):
        coding = folder / f"seeds/codings/{coder}/river-talks.yaml"
        coding.parent.mkdir(parents=True)
        coding.write_text(
            document.read_text("utf-8").replace("\nmentions:\n", f"\nmentions:\n{more}"), encoding="utf-8"
        )
    build = build_tables(replace(CONTRACT, view_url=VIEW), folder / "seeds")
    assert build.errors == []
    written(build, folder / "dataset")
    return folder


@pytest.fixture(scope="module")
def site(hostile):
    """The site of the hostile project."""
    for name in ("docs/conf.py", "docs/codebook.md"):
        (hostile / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, hostile / name)
    shutil.copytree(ROOT / "docs/static", hostile / "docs/static")
    shutil.copytree(ROOT / "notebooks/folded", hostile / "notebooks/folded")
    for path in NOTEBOOKS:
        nbformat.write(execute(path, hostile / "dataset"), hostile / "notebooks" / path.name)
    (hostile / "README.md").write_text("# A project\n", encoding="utf-8")
    sphinx = [sys.executable, "-m", "sphinx", "--builder", "html", "--conf-dir", "docs", "--quiet", ".", "site"]
    built = subprocess.run(sphinx, cwd=hostile, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return hostile / "site"


def plain(text):
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("page", ["docs/codebook.html", "dataset/README.html"])
def test_cells_hold_text_only(site, page):
    """The cells of tables have no element that their texts name, and no attribute that runs."""
    cells = Cells(site / page)
    assert cells.elements <= ALLOWED_IN_A_CELL | ({"a", "em", "strong"} if page.startswith("dataset") else set())
    assert not {name for name in cells.attributes if name.startswith("on") or name == "src"}


def test_page_shows_texts_as_they_are(site, hostile):
    """Every text of the codebook is on its page with its own characters."""
    shown = {plain(text) for text in Cells(site / "docs/codebook.html").texts}
    actors = stancebook.load("actors", path=hostile / "dataset")
    for text in actors["description"].dropna():
        assert plain(text) in shown


@pytest.mark.parametrize("page", PAGES)
def test_pages_hold_no_hostile_element(site, page):
    """No page holds the elements that names and titles ask for."""
    html = (site / page).read_text(encoding="utf-8")
    assert "PWNED" in html
    assert not re.search(r"<script>document\.title|<img src=\"?x\b|href=\"javascript:|href=\"[^\"]*pwned", html)
    assert (f'href="{VIEW}/river-talks.html#' in html) == (Path(page).stem in LINKING)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no browser")
@pytest.mark.parametrize("page", PAGES)
def test_browser_runs_nothing(site, page, tmp_path):
    """A browser that shows a page keeps its title, and no file was included."""
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}",
        "--virtual-time-budget=3000",
    ]
    call = ["chromium", *options, "--dump-dom", (site / page).as_uri()]
    document = subprocess.run(call, capture_output=True, text=True, check=True, timeout=120).stdout
    title, *_ = re.findall(r"<title>(.*?)</title>", document)  # pictures have others
    assert "PWNED" not in title
    assert "Apache License" not in document
