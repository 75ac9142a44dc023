"""The documentation site has all pages and notebooks, no dead link, and fetches nothing from other hosts."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import ROOT, pages

pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("site")]

# Elements for which a browser fetches a file when it shows a page.
FETCHES = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}


class Html(HTMLParser):
    """The addresses that a page fetches and links to, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        if named.get(FETCHES.get(tag)):
            self.fetched.append(named[FETCHES[tag]])
        if "id" in named:
            self.ids.add(named["id"])


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, built as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    [recipe] = re.findall(
        r"^\t@\$\(RUN\) (-m sphinx .*) \. site$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
    )
    options = recipe.replace("site/.doctrees", str(folder / ".doctrees")).split()
    built = subprocess.run(
        [sys.executable, *options, ".", folder], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (built.returncode, built.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def parsed_pages(site):
    """All pages of the site, parsed, by path."""
    return {path: Html(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_site_has_every_page(site):
    """Each page and each notebook of the repository is in the site, and index.html is the README."""
    expected = {each.path.relative_to(ROOT).with_suffix(".html") for each in pages()}
    expected |= {path.relative_to(ROOT).with_suffix(".html") for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert expected <= {path.relative_to(site) for path in site.rglob("*.html")}
    assert (site / "index.html").read_bytes() == (site / "README.html").read_bytes()


def test_nothing_is_fetched_from_other_hosts(site, parsed_pages):
    assert [url for html in parsed_pages.values() for url in html.fetched if re.match(r"(\w+:)?//", url)] == []
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert [
        url for style in styles for url in re.findall(r"(?:url\(|@import )['\"]?((?:https?:)?//[^)\s]+)", style)
    ] == []


def test_internal_links_resolve(parsed_pages):
    """Each link within the site leads to a file, and each anchor to an element."""
    for path, html in parsed_pages.items():
        for link in html.links:
            if re.match(r"[a-z]+:", link) or (path.name == "search.html" and link == "#"):
                continue
            file, _, anchor = unquote(link).partition("#")
            to = (path.parent / file).resolve() if file else path
            assert to.is_file(), f"{path}: {link}"
            assert not anchor or to.suffix != ".html" or {anchor, link.partition("#")[2]} & parsed_pages[to].ids, (
                f"{path}: {link}"
            )


def test_menu_links_every_page(site, parsed_pages):
    """Each page is linked from the first one."""
    linked = {(site / unquote(link.partition("#")[0])).resolve() for link in parsed_pages[site / "index.html"].links}
    assert {path for path in parsed_pages if path.name not in {"index.html", "search.html"}} - linked <= {
        site / "README.html"
    }


def test_codebook_page_has_every_entry(site, article):
    """The page on the codebook lists each actor, issue and format."""
    shown = (site / "docs/codebook.html").read_text(encoding="utf-8")
    for table, key in {"actors": "actor_id", "issues": "issue_id", "formats": "format_id"}.items():
        for entry in article.frames[table][key]:
            assert f">{entry}<" in shown, entry


def test_api_page_documents_public_names(site):
    """The page on the Python API documents the main functions and the words of a model."""
    shown = (site / "docs/python.html").read_text(encoding="utf-8")
    for name in ("load", "Dataset.describe", "categorical", "row_rule", "Annotation", "Contract", "ProblemsError"):
        assert f'id="stancebook.{name}"' in shown, name
