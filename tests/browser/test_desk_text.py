"""Words of a text are selected with the keyboard and the mouse; offsets count code points."""

import pytest

from tests.browser.chromium import NARROW
from tests.browser.desks import select, selected

pytestmark = pytest.mark.xdist_group("browser")

SELECT = """
words => {
    const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.data.indexOf(words);
        if (at < 0) continue;
        node.parentElement.scrollIntoView({ block: "center" });
        return getSelection().setBaseAndExtent(node, at, node, at + words.length);
    }
}
"""
TEXTS = {
    "emoji": "🕊️ Talks 👩‍👩‍👧 begin. They 🇳🇴 said “yes” 😀.\n\nThe end 🎉 came.\n",
    "carriage returns": "First line\r\nsecond line.\r\n\r\nThird one here.\r\n",
    "right to left": "قالت الوزيرة إن المحادثات ستبدأ.\n\nنعم، قال الرئيس.\n",
    "Chinese": "外长说，会谈将在周二开始。\n\n“我们准备好了。”他补充道。\n",
    "combining marks": "Ça e\u0301tait vrai\u0302ment là. Zalgo ạ̀́ fin.\n",
    "markup": "He said <b>no</b> & “<script>alert(1)</script>” &amp; left.\n",
}


@pytest.fixture
def shown(project, desk, page):
    """Return a function that opens the project's document with another text."""

    def show(text, language="en"):
        document = project / "seeds/documents/river-talks.txt"
        document.write_bytes(text.encode())
        annotations = document.with_suffix(".yaml")
        document_only = annotations.read_text().split("\n\n")[0] + "\n"
        annotations.write_text(document_only.replace("language: en", f"language: {language}"))
        desk.open(page)
        return page

    return show


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_is_shown_as_it_is(shown, text):
    """The text content of the page is the text, letter by letter."""
    assert shown(text).evaluate("document.getElementById('text').textContent") == text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_offsets_are_code_points(shown, text):
    """Each pair of offsets selects what Python's slice of the text has, and is read back from the selection."""
    page = shown(text)
    starts = page.evaluate(
        """async () => {
            const { TextView } = await import("/static/desk-text.js");
            const root = document.getElementById("text");
            const view = new TextView(root, () => {});
            view.update(root.textContent, []);
            view.blocks = [...root.querySelectorAll(".block")];
            const found = [];
            for (let start = 0; start < view.length; start += 1) {
                const end = Math.min(start + 7, view.length);
                const range = view.range(start, end);
                const back = [[range.startContainer, range.startOffset], [range.endContainer, range.endOffset]];
                found.push([start, end, range.toString(), ...back.map((place) => view.pointAt(...place))]);
            }
            return found;
        }"""
    )
    assert starts == [
        [at, min(at + 7, len(text)), text[at : at + 7], at, min(at + 7, len(text))] for at in range(len(text))
    ]


def test_caret_moves_by_letters_words_and_sentences(desk, page):
    """Arrow keys move the caret; with Shift they select."""
    desk.open(page)
    press = page.keyboard.press
    press("Control+Home")
    press("ArrowRight")
    press("ArrowRight")
    press("Shift+ArrowRight")
    assert selected(page) == "N"
    press("Shift+Control+ArrowRight")
    assert selected(page).strip() == "Northmark"
    press("Control+End")
    press("Shift+Control+ArrowUp")
    assert selected(page).strip() == "The talks brokered by the Port League may resume on April 9."
    press("Escape")
    assert selected(page) == ""


def test_typing_does_not_change_the_text(desk, page):
    """Keys that are no commands do nothing, and nothing can be pasted, dropped or cut."""
    desk.open(page)
    before = page.text_content("#text")
    for key in ("x", "Enter", "Backspace", "Control+v", "Control+x"):
        page.keyboard.press(key)
    assert page.text_content("#text") == before


@pytest.mark.parametrize("width", [1280, 390])
def test_selecting_with_the_mouse_shows_the_tables(desk, page, width):
    """The palette has a button for each table, and is within the window."""
    page.set_viewport_size({"width": width, "height": 780})
    desk.open(page)
    select(page, "talks brokered by the Port League")
    assert selected(page) == "talks brokered by the Port League"
    palette = page.locator("#palette")
    palette.wait_for()
    assert palette.locator("kbd").all_text_contents() == ["m", "s", "e", "d", "0", "."]
    box = palette.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_part_of_a_word_is_taken(desk, page):
    """With exact letters, the passage is what is selected, and has the words around it; otherwise it is widened."""
    desk.open(page)
    select(page, "island")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("s")
    page.locator("#form-quote", has_text="island").wait_for()
    page.keyboard.press("Escape")
    page.locator("#form").wait_for(state="hidden")
    select(page, "island")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press(".")
    assert page.locator("#palette [aria-pressed=true]").is_visible()
    page.keyboard.press("s")
    page.locator("#form").wait_for()
    assert page.locator("#form-quote").inner_text() == "islan"
    assert page.locator("#form [data-key=suffix] :is(input, textarea)").input_value().startswith("d")


def test_arrows_go_where_they_point(shown):
    """In text from right to left, the left arrow goes on, and the right arrow back."""
    page = shown(TEXTS["right to left"], language="ar")
    page.locator("#text").focus()
    page.keyboard.press("Control+Home")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    assert selected(page) == TEXTS["right to left"][1]


def test_words_are_coded_by_touch(browser, desk):
    """On a small touch screen, words selected as a long press does can be coded by a tap, and no button is cut off."""
    context = browser.new_context(viewport=NARROW, has_touch=True, is_mobile=True)
    page = context.new_page()
    desk.open(page)
    page.evaluate(SELECT, "brokered")
    page.locator("#palette button", has_text="statements").tap()
    page.locator("#form-quote", has_text="brokered").wait_for()
    page.locator("#leave").tap()
    right_ends = "[...document.querySelectorAll('.desk-head button')].map(each => each.getBoundingClientRect().right)"
    assert max(page.evaluate(right_ends)) <= NARROW["width"]
    context.close()
