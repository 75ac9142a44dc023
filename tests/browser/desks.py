"""Serve a coding desk to tests in a browser, and use its page as a coder does, by keys or by the mouse."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas import CONTRACT
from stancebook.web.desk.serve import listen, server_of
from stancebook.web.desk.workspace import Workspace

TOKEN = "a-token-of-a-test"  # noqa: S105
MOST_TABS = 120
READY = "body[data-ready]"


@dataclass(frozen=True)
class Desk:
    """A desk that is served, the folder of its project, and what it serves."""

    root: Path
    address: str
    workspace: Workspace

    @property
    def annotations(self) -> Path:
        """The annotation file of the project's only document."""
        [found] = (self.root / "seeds/documents").glob("*.yaml")
        return found

    def enter(self, page: Any) -> None:
        """Open the list of documents."""
        page.goto(f"{self.address}/?token={TOKEN}")
        page.wait_for_selector(READY)

    def open(self, page: Any, doc_id: str = "river-talks") -> None:
        """Open a document."""
        self.enter(page)
        page.goto(f"{self.address}/documents/{doc_id}")
        page.wait_for_selector(READY)


@contextmanager
def served(root: Path, port: int = 0) -> Iterator[Desk]:
    """Serve the project in a folder until the block ends."""
    listening = listen(port)
    workspace = Workspace(CONTRACT, root / "seeds", root)
    server = server_of(workspace, listening, TOKEN)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield Desk(root, f"http://127.0.0.1:{listening.getsockname()[1]}", workspace)
    finally:
        server.should_exit = True
        thread.join()


def focused_key(page: Any) -> str:
    """Return the key of the field that has the focus; empty if it is none."""
    return page.evaluate("document.activeElement?.closest('[data-key]')?.dataset.key ?? ''")


def fill_by_keys(page: Any, values: Mapping[str, str]) -> None:
    """Fill in the fields of the form that is shown, from the one that has the focus, by the keyboard alone.

    Raises:
        AssertionError: Some field cannot be reached by the tabulator key.
    """
    left = dict(values)
    for _ in range(MOST_TABS):
        key = focused_key(page)
        if key in left:
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(left.pop(key))
        if not left:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by keys: {', '.join(left)}")


def fill(page: Any, values: Mapping[str, str], within: str = "#form") -> None:
    """Fill in fields of a form with the mouse and the keyboard."""
    for key, value in values.items():
        field = page.locator(f"{within} [data-key={key}] :is(input, textarea)")
        field.click()
        field.fill(value)
        field.press("Tab")  # a list of choices closes


def select(page: Any, words: str) -> None:
    """Select words of the text as a mouse does: press at their start, and release at their end."""
    places = page.evaluate(
        """words => {
            const root = document.getElementById("text");
            const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
            const nodes = [];
            let all = "";
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                nodes.push([all.length, node]);
                all += node.data;
            }
            const at = all.indexOf(words);
            const place = (unit, end) => {
                const [start, node] = nodes.findLast(([start]) => (end ? start < unit : start <= unit));
                const range = document.createRange();
                const from = unit - start - (end ? 1 : 0);
                range.setStart(node, from);
                range.setEnd(node, from + 1);
                const box = range.getClientRects()[0];
                return [end ? box.right - 0.5 : box.left + 0.5, (box.top + box.bottom) / 2];
            };
            if (at < 0) return null;
            nodes.findLast(([start]) => start <= at)[1].parentElement.scrollIntoView({ block: "center" });
            return [place(at, false), place(at + words.length, true)];
        }""",
        words,
    )
    assert places, f"not in the text: {words}"
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=4)
    page.mouse.up()


def selected(page: Any) -> str:
    """Return the words that are selected."""
    return page.evaluate("getSelection().toString()")


def select_by_keys(page: Any, words: str) -> None:
    """Select words of one line of the text by the keyboard alone."""
    start = page.text_content("#text").index(words)
    page.keyboard.press("Control+Home")
    while _caret(page) < start - 20:
        page.keyboard.press("Control+ArrowRight")
    while _caret(page) < start:
        page.keyboard.press("ArrowRight")
    while len(selected(page)) < len(words):
        page.keyboard.press("Shift+ArrowRight")
    assert selected(page) == words


def _caret(page: Any) -> int:
    return page.evaluate(
        """() => {
            const range = getSelection().getRangeAt(0).cloneRange();
            range.setStart(document.getElementById("text"), 0);
            return range.toString().length;
        }"""
    )
