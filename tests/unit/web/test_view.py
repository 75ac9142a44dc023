"""The pages of the reading view, and the folder they are written into."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from stancebook.build.pipeline import build_tables
from stancebook.exceptions import PublishError
from stancebook.web.view import MARKER, UnknownDocumentError, write_view
from tests.unit.sample_contract import LETTERS
from tests.unit.sample_contract import write as write_letters
from tests.unit.web.sample import FILES, SHIPS, write


@pytest.fixture
def ships(tmp_path):
    """Return the build of the ships."""
    return build_tables(SHIPS, write(tmp_path))


@pytest.fixture
def view(ships, tmp_path):
    """Return the folder with the pages of the ships."""
    write_view(ships, tmp_path / "view")
    return tmp_path / "view"


def hrefs(html):
    """Return the addresses that a page links to."""
    return re.findall(r'href="([^"]*)"', html)


def test_each_document_has_a_page(view):
    """There is one page for each document, one for the codebook, and an index, all of which the marker lists."""
    pages = sorted(path.relative_to(view).as_posix() for path in view.rglob("*.html"))
    assert pages == ["codebook.html", "index.html", "north/first.html", "second.html"]


def test_every_link_has_a_target(view):
    """Links within and between pages lead to elements that exist."""
    ids = {}
    for path in view.rglob("*.html"):
        found = re.findall(r'\bid="([^"]*)"', path.read_text("utf-8"))
        assert len(found) == len(set(found)), path
        ids[path.resolve()] = set(found)
    links = [(path, href) for path in view.rglob("*.html") for href in hrefs(path.read_text("utf-8"))]
    for path, href in links:
        file, _, anchor = href.partition("#")
        target = (path.parent / file).resolve() if file else path.resolve()
        assert not anchor or anchor in ids[target], (path, href)
        assert target in ids, (path, href)
    assert len(links) > 20


def test_policy_names_style_and_script(view):
    """The policy of a page allows its own style and script by their digests, and nothing else."""
    html = (view / "index.html").read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1].replace("&#39;", "'")
    for element in ("style", "script"):
        content = re.search(rf"<{element}>(.*)</{element}>", html, re.DOTALL)[1]
        assert f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not re.search(r'\sstyle="|\son\w+="', html)


def test_markup_in_sources_is_text(view):
    """No element of a page comes from the sources."""
    for path in view.rglob("*.html"):
        html = path.read_text("utf-8")
        assert not re.search(r"<b\b", html), path
        assert "javascript:" not in "".join(hrefs(html))


def test_codebook_shows_who_refers(view):
    """An entry of the codebook lists the rows that refer to it, each once."""
    html = (view / "codebook.html").read_text("utf-8")
    assert "1 row refers to it" in html
    assert html.count('href="north/first.html#sightings.s1"') == 1


def test_chosen_documents_have_pages(ships, tmp_path):
    """With some documents, only these are written, and what they say of others is no link."""
    assert write_view(ships, tmp_path / "view", ["north/first"]) == ["north/first.html", "codebook.html", "index.html"]
    html = (tmp_path / "view/north/first.html").read_text("utf-8")
    assert "No ship" in html
    assert not [href for href in hrefs(html) if "second" in href]


def test_unknown_document_is_refused(ships, tmp_path):
    """A document that does not exist is an error with a suggestion, and nothing is written."""
    with pytest.raises(UnknownDocumentError, match=r"'secnd'.*second"):
        write_view(ships, tmp_path / "view", ["secnd"])
    assert not (tmp_path / "view").exists()


def test_earlier_view_is_replaced(ships, view):
    """Pages of an earlier view that are not written again are gone, and no other folder is left."""
    write_view(ships, view, ["second"])
    assert not (view / "north").exists()
    assert sorted(path.name for path in view.parent.iterdir()) == ["seeds", "view"]


@pytest.mark.parametrize("name", ["letter.html", "north/notes.txt"])
def test_other_files_are_never_removed(ships, view, name):
    """A folder with a file that no view wrote is refused, and stays as it is."""
    (view / name).write_text("mine", encoding="utf-8")
    with pytest.raises(PublishError, match=re.escape(name)):
        write_view(ships, view)
    assert (view / name).read_text("utf-8") == "mine"


def test_other_folder_is_refused(ships, tmp_path):
    """A folder that is not empty and has no marker is refused."""
    (tmp_path / "view").mkdir()
    (tmp_path / "view/index.html").write_text("mine", encoding="utf-8")
    with pytest.raises(PublishError, match="not a view"):
        write_view(ships, tmp_path / "view")


def test_failure_keeps_earlier_view(ships, view, monkeypatch):
    """If a page cannot be written, the earlier view stays."""
    before = {path: path.read_bytes() for path in view.rglob("*") if path.is_file()}
    monkeypatch.setattr("stancebook.web.view.text_blocks", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_view(ships, view)
    assert {path: path.read_bytes() for path in view.rglob("*") if path.is_file()} == before
    assert MARKER in {path.name for path in before}


def test_same_build_gives_same_bytes(ships, view, tmp_path):
    """Pages do not depend on when or where they are written."""
    write_view(ships, tmp_path / "again")
    for path in view.rglob("*.html"):
        assert (tmp_path / "again" / path.relative_to(view)).read_bytes() == path.read_bytes()


def test_read_passages_are_marked(tmp_path):
    """A passage that was read and holds nothing to code is marked as such, and not as uncovered."""
    annotations = f"{FILES['documents/second.yaml']}nothing_here:\n  - quote: Nothing was seen.\n"
    built = build_tables(SHIPS, write(tmp_path, {**FILES, "documents/second.yaml": annotations}))
    write_view(built, tmp_path / "view")
    html = (tmp_path / "view/second.html").read_text("utf-8")
    assert '<span class="nothing" data-passage="n0" id="n0">Nothing was seen.</span>' in html
    assert 'class="uncovered"' not in html


def test_other_contract_has_pages(tmp_path):
    """Another contract, whose rows have no text of their own, gives pages with its own words."""
    built = build_tables(LETTERS, write_letters(tmp_path))
    write_view(built, tmp_path / "view")
    html = (tmp_path / "view/bridge.html").read_text("utf-8")
    assert 'id="claims.c01"' in html
    assert "Witnesses" in html
