"""The reading view in a browser: the text as it is, passages and rows that belong together, filters, keys, print."""

import re
import shutil
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from stancebook.web.items import document_items
from stancebook.web.rendering import MAX_LANES
from stancebook.web.view import write_view
from tests.browser.chromium import NARROW, WIDE, serious_findings
from tests.codings import codings_in
from tests.conftest import HERE
from tests.unit.web.sample import LOG, SHIPS, write

pytestmark = pytest.mark.xdist_group("browser")

TALKS = HERE / "project/seeds/documents/river-talks.txt"
ROW_TEXT = """
address => Array.from(document.querySelectorAll(`.seg[data-r~="${address}"]`), each => each.textContent).join("")
"""
VISIBLE = "() => Array.from(document.querySelectorAll('#rows > .row:not([hidden])'), each => each.id)"
DRAWN = """
() => new Set([...document.querySelectorAll(".seg")].flatMap(each => each.className.match(/l\\dt\\d/g) ?? [])).size
"""
SCRIPTS = {
    "emoji, right to left and Chinese": "😀 שלום abc\n\n和平谈判 👩‍👩‍👧 e\u0301\n",
    "line ends": "one\r\ntwo\r\n\r\nthree\n\n\n",
    "control characters": "a\u0085b\u009fc <script>alert(1)</script> &amp;\n",
}


@pytest.fixture(scope="module")
def view(built, tmp_path_factory):
    """Return the folder with the pages of the fictional project."""
    folder = tmp_path_factory.mktemp("talks") / "view"
    write_view(built, folder)
    return folder


@pytest.fixture
def talks(page, view):
    """Return the page of a text."""
    page.goto((view / "river-talks.html").as_uri())
    return page


@pytest.fixture
def ships(page, tmp_path):
    """Return the page of a text with markup in every field."""
    write_view(build_tables(SHIPS, write(tmp_path)), tmp_path / "view")
    page.goto((tmp_path / "view/north/first.html").as_uri())
    return page


def selected(page):
    """Return the addresses of the selected rows."""
    return page.eval_on_selector_all(".row.on", "rows => rows.map(row => row.id)")


def test_text_of_page_is_text(talks):
    """The content of the text's element is the text, character by character."""
    assert talks.evaluate("document.querySelector('#text').textContent") == TALKS.read_bytes().decode()


def test_rows_cover_their_passages(talks, built):
    """The segments of each row join to its quote."""
    for item in document_items(CONTRACT, built.frames, "river-talks"):
        assert talks.evaluate(ROW_TEXT, item.address) == item.quote


def test_markup_is_shown_as_text(ships):
    """Markup in any field, and a carriage return, are characters of the page."""
    assert ships.evaluate("document.querySelector('#text').textContent") == LOG
    assert ships.locator("b, a[href^='javascript']").count() == 0
    assert ships.locator("h1").inner_text() == "<b onclick='x()'>&amp;\"</b>"


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_any_script_is_kept(page, tmp_path, text):
    """Texts in any script, with any line ends and control characters, are shown as they are."""
    files = {"codebook/ships.yaml": "ships: []\n", "documents/a.txt": text}
    files["documents/a.yaml"] = "log: {language: he, heading: A}\n"
    built = build_tables(SHIPS, write(tmp_path, files))
    assert built.errors == []
    write_view(built, tmp_path / "view")
    page.goto((tmp_path / "view/a.html").as_uri())
    assert page.evaluate("document.querySelector('#text').textContent") == text
    assert page.evaluate("getComputedStyle(document.querySelector('#text')).direction") == "rtl"


def test_control_character_is_named(page, tmp_path):
    """A control character is shown by its code, and stays in the text."""
    files = {"codebook/ships.yaml": "ships: []\n", "documents/a.txt": SCRIPTS["control characters"]}
    files["documents/a.yaml"] = "log: {language: en, heading: A}\n"
    write_view(build_tables(SHIPS, write(tmp_path, files)), tmp_path / "view")
    page.goto((tmp_path / "view/a.html").as_uri())
    content = "getComputedStyle(document.querySelector('.control'), '::before').content"
    assert "U+0085" in page.evaluate(f"{content} + document.querySelector('.control').dataset.code")


def test_address_works_without_script(browser, view):
    """Without JavaScript, the address of a row leads to it, all rows are shown, and no control is."""
    context = browser.new_context(java_script_enabled=False, viewport=WIDE)
    page = context.new_page()
    page.goto((view / "river-talks.html").as_uri() + "#events.e02")
    box = page.locator(":target").bounding_box()
    assert page.locator(":target h3 a").inner_text() == "e02"
    assert 0 <= box["y"] < WIDE["height"]
    assert page.locator(".filters").is_hidden()
    assert page.locator("#rows > .row").count() == 11
    context.close()


def test_address_selects_row(page, view):
    """The address of a row selects it and its passage."""
    page.goto((view / "river-talks.html").as_uri() + "#statements.s03")
    assert selected(page) == ["statements.s03"]
    hot = page.eval_on_selector_all(".seg.hot", "all => all.map(each => each.textContent).join('')")
    assert hot == "“We will not hand over the island,” Hale added."


@pytest.mark.parametrize(
    ("rows", "size", "script"), [(40, WIDE, True), (40, NARROW, False), (1500, NARROW, True), (1500, WIDE, False)]
)
def test_address_leads_to_row(browser, tmp_path, rows, size, script):
    """The row of an address is in sight after loading, on a small page and on a large one."""
    words = [f"word{number:05}" for number in range(rows)]
    text = "\n\n".join(" ".join(words[start : start + 20]) for start in range(0, rows, 20)) + "\n"
    winds = "".join(f"  - {{id: w{number}, quote: {word}}}\n" for number, word in enumerate(words))
    files = {"codebook/ships.yaml": "ships: []\n", "documents/a.txt": text}
    files["documents/a.yaml"] = f"log: {{language: en, heading: A}}\nwinds:\n{winds}"
    write_view(build_tables(SHIPS, write(tmp_path, files)), tmp_path / "view")
    context = browser.new_context(java_script_enabled=script, viewport=size)
    page = context.new_page()
    page.goto((tmp_path / "view/a.html").as_uri() + f"#winds.w{rows - 5}")
    page.wait_for_timeout(300)
    box = page.locator(f"[id='winds.w{rows - 5}']").bounding_box()
    context.close()
    assert -1 <= box["y"] < size["height"] - 20


def test_passage_selects_its_rows(talks):
    """A click on a passage selects the rows that rest on it; a click on a row its passage."""
    talks.locator(".seg", has_text="We will not hand over").click()
    assert set(selected(talks)) == {"statements.s03", "demands.d01"}
    talks.locator("[id='events.e01'] .fields").first.click()
    assert selected(talks) == ["events.e01"]


def test_filters_combine(talks):
    """Filters of entries, values and tables combine, and the lines of hidden rows are not drawn."""
    talks.locator(".filters summary").click()
    talks.select_option("[data-filter='@actors']", "southmark")
    assert talks.evaluate(VISIBLE) == ["mentions.m03", "events.e01", "demands.d01"]
    talks.keyboard.press("Escape")
    assert len(talks.evaluate(VISIBLE)) == 11
    talks.select_option("[data-filter='stance']", "opposes")
    assert talks.evaluate(VISIBLE) == ["statements.s01"]
    assert talks.locator("#count").inner_text() == "1 of 11 rows"
    assert talks.evaluate(DRAWN) == 1
    talks.locator("button[type=reset]").click()
    talks.wait_for_function("document.querySelector('#count').textContent === '11 rows'")
    talks.locator("input[data-table='mentions']").uncheck()
    assert not [name for name in talks.evaluate(VISIBLE) if name.startswith("mentions")]


def test_search_finds_rows_and_text(talks):
    """The search shows the rows that have all words, and counts the places in the text."""
    talks.keyboard.press("/")
    talks.keyboard.type("Port League")
    assert talks.locator("#count").inner_text().endswith("; 2 in the text")
    assert talks.evaluate("CSS.highlights.get('found').size") == 2
    assert "events.e01" in talks.evaluate(VISIBLE)
    assert "statements.s03" not in talks.evaluate(VISIBLE)


def test_keys_move(talks):
    """Keys go through rows and uncovered passages, and hide tables."""
    talks.keyboard.press("j")
    first = selected(talks)
    talks.keyboard.press("j")
    second = selected(talks)
    talks.keyboard.press("k")
    assert selected(talks) == first != second
    talks.keyboard.press("u")
    assert selected(talks) == []
    hot = talks.eval_on_selector_all(".uncovered.hot", "all => all.map(each => each.textContent).join('')")
    assert hot in TALKS.read_text("utf-8")
    assert hot
    talks.keyboard.press("1")
    assert not [name for name in talks.evaluate(VISIBLE) if name.startswith("mentions")]
    talks.keyboard.press("?")
    assert talks.locator("#help").is_visible()
    talks.keyboard.press("Escape")
    assert talks.locator("#help").is_hidden()


@pytest.mark.parametrize("event", ["hover", "focus"])
def test_definition_is_shown(talks, event):
    """The definition of a value is shown on hover and on focus, and named as its description."""
    value = talks.locator("[id='statements.s01'] a.value").first
    getattr(value, event)()
    assert talks.locator("[role=tooltip]").is_visible()
    assert value.get_attribute("aria-describedby") == talks.locator("[role=tooltip]").get_attribute("id")


def test_lanes_are_apart(talks):
    """Rows that overlap have lines at different heights, each in the colour of its table."""
    layers = talks.locator(".seg", has_text="We will not hand over").first.evaluate(
        "element => [getComputedStyle(element).backgroundImage, getComputedStyle(element).backgroundPosition]"
    )
    colours = re.findall(r"rgba?\([^)]*\)", layers[0])
    drawn = {colour for colour in colours if not colour.endswith(", 0)")}
    assert len(drawn) == 2
    assert len(set(layers[1].split(", "))) == 10


def count_lines_below(page, selector):
    """Return how many lines are below a passage, as the pixels in its middle have them; dashes are 9 pixels apart."""
    box = page.locator(selector).first.bounding_box()
    left, end = round(box["x"] + box["width"] / 2), box["y"] + box["height"]
    clip = {"x": left, "y": end - 3 * MAX_LANES - 1, "width": 9, "height": 3 * MAX_LANES + 3}
    image = Image.open(BytesIO(page.screenshot(clip=clip))).convert("L")
    pixels = [[image.getpixel((column, row)) for column in range(image.width)] for row in range(image.height)]
    ground = pixels[-1][0]
    is_line = [any(abs(pixel - ground) > 40 for pixel in row) for row in pixels]
    return sum(line and not before for before, line in pairwise(is_line))


@pytest.mark.parametrize("coders", [0, 2])
def test_ten_lines_are_seen(page, tmp_path, coders):
    """Ten rows on one passage are ten lines apart from each other, in light and dark and with forced colours."""
    rows = "".join(
        f"  - {{id: s{number}, masts: {number}, quote: ten ships}}\n" for number in range(10 // max(1, coders))
    )
    coding = f"log: {{language: en, heading: A}}\nsightings:\n{rows}"
    files = {"codebook/ships.yaml": "ships: []\n", "documents/a.txt": "A ten ships b.\n", "documents/a.yaml": coding}
    seeds = write(tmp_path, files | {f"codings/c{number}/a.yaml": coding for number in range(coders)})
    built = build_tables(SHIPS, seeds)
    assert built.errors == []
    write_view(built, tmp_path / "view", codings=codings_in(SHIPS, seeds))
    page.goto((tmp_path / f"view/a{'.codings' if coders else ''}.html").as_uri())
    for media in ({"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}):
        page.emulate_media(**media)
        assert count_lines_below(page, ".seg") == MAX_LANES, media


def test_list_of_documents_is_filtered(page, view):
    """The index shows the documents that have all words, and each leads to its page."""
    page.goto((view / "index.html").as_uri())
    page.fill("#search", "harbour gazette")
    assert page.locator("tbody tr:visible").count() == 1
    page.fill("#search", "nothing")
    assert page.locator("tbody tr:visible").count() == 0
    page.fill("#search", "")
    page.locator("tbody a").click()
    assert page.url.endswith("river-talks.html")


def test_list_of_documents_is_sorted(page, tmp_path):
    """The heading of a column sorts by it: numbers begin with the largest; a second press turns the order round."""
    write_view(build_tables(SHIPS, write(tmp_path)), tmp_path / "view")
    page.goto((tmp_path / "view/index.html").as_uri())
    names = "[...document.querySelectorAll('tbody small')].map(each => each.textContent)"
    page.get_by_role("button", name="Document").click()
    by_title = page.evaluate(names)
    page.get_by_role("button", name="Document").click()
    assert page.evaluate(names) == by_title[::-1]
    page.get_by_role("button", name="Sightings").click()
    assert page.evaluate(names) == ["north/first", "second"]
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("S Sightings")


def test_reference_leads_to_entry(talks):
    """A reference leads to the entry of the codebook, which leads back."""
    talks.locator("[id='statements.s01'] a.reference").first.click()
    assert talks.url.endswith("codebook.html#actors.r-vale")
    talks.locator(".entry", has=talks.locator("[id='actors.r-vale']")).locator("summary").click()
    talks.locator("a[href='river-talks.html#statements.s01']:visible").click()
    assert selected(talks) == ["statements.s01"]


def test_page_prints(talks):
    """The printed page has all rows, and their IDs at the passages."""
    assert talks.pdf()[:5] == b"%PDF-"
    talks.emulate_media(media="print")
    content = "getComputedStyle(document.querySelector('.seg.first'), '::before').content"
    assert talks.evaluate(content) == '"m02"'
    assert talks.locator(".filters").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "codebook", "river-talks"])
def test_pages_are_accessible(page, view, name, scheme):
    """No page has a serious fault of accessibility, or is wider than a small screen."""
    page.emulate_media(color_scheme=scheme)
    page.goto((view / f"{name}.html").as_uri())
    assert serious_findings(page) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert serious_findings(page) == []


@pytest.fixture(scope="module")
def codings(built, tmp_path_factory):
    """Return the folder with the pages of two codings of the fictional text, which differ in one row and one value."""
    seeds = tmp_path_factory.mktemp("codings") / "seeds"
    shutil.copytree(HERE / "project/seeds", seeds)
    annotations = (seeds / "documents/river-talks.yaml").read_text("utf-8")
    head, mark, rest = annotations.partition("stance: opposes")
    assert mark
    for coder, content in {"anna": annotations, "ben": f"{head}stance: supports{rest}"}.items():
        path = seeds / f"codings/{coder}/river-talks.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    write_view(built, seeds.parent / "view", codings=codings_in(CONTRACT, seeds))
    return seeds.parent / "view"


def test_codings_are_compared(page, codings):
    """Differences come first and can be shown alone, and the lines of a coder can be hidden."""
    page.goto((codings / "river-talks.codings.html").as_uri() + "#ben.statements.s01")
    assert selected(page) == ["u.anna.statements.s01"]
    assert page.evaluate(VISIBLE)[0] == "u.anna.statements.s01"
    assert len(page.evaluate(VISIBLE)) == 11
    lanes = page.evaluate(DRAWN)
    page.locator("input[data-coder='2']").uncheck()
    assert page.evaluate(DRAWN) < lanes
    assert len(page.evaluate(VISIBLE)) == 11
    page.locator("button[type=reset]").click()
    page.wait_for_function("document.querySelector('#count').textContent === '11 rows'")
    page.select_option("[data-filter='=differs']", "stance")
    assert page.evaluate(VISIBLE) == ["u.anna.statements.s01"]
    assert page.locator(".differs").all_inner_texts() == ["Stance ≠\topposes\tsupports"]


def test_codings_are_accessible(page, codings):
    """The page of codings has no serious fault of accessibility, wide and light or narrow and dark."""
    page.goto((codings / "river-talks.codings.html").as_uri())
    assert serious_findings(page) == []
    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert serious_findings(page) == []
