"""Where two coders differ, their rows are shown side by side, and settled by the keyboard or the mouse."""

import pytest

from tests.browser.chromium import serious_findings
from tests.browser.test_desk_rows import AXE_STYLES, save

pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("browser")]

AB = (("stance: supports", "stance: ambivalent"), ("quote: R. Vale", "quote: By R. Vale"))
CD = (("stance: strongly_opposes", "stance: opposes"), ("      - {actor_id: southmark, role: party}\n", ""))


@pytest.fixture
def opened(desk, page):
    """Return the page of a document that two coders coded, and that has no rows of its own yet."""
    text = desk.annotations.read_text()
    for coder, changes in {"ab": AB, "cd": CD}.items():
        coding = text
        for old, new in changes:
            assert old in coding
            coding = coding.replace(old, new)
        folder = desk.root / f"seeds/codings/{coder}"
        folder.mkdir(parents=True)
        (folder / "river-talks.yaml").write_text(coding)
    desk.annotations.write_text(text.partition("\nmentions:")[0] + "\n")
    desk.open(page)
    return page


def at(page, words):
    """Wait until a difference is shown."""
    page.locator("#differences-place", has_text=words).wait_for()


def test_differences_are_settled_one_by_one(opened, desk, watch):
    """One is taken, another, both, one is edited, one left out; undo works; the file has it all with its reasons."""
    watch.expected.append(AXE_STYLES)
    opened.locator("#text").focus()
    opened.keyboard.press("c")
    opened.get_by_role("dialog").get_by_role("button", name="Add").click()
    at(opened, "Difference 1 of 4: mentions.m05")
    assert opened.locator(".sides .differs td").all_inner_texts() == ["By R. Vale", "R. Vale"]
    assert serious_findings(opened) == []
    opened.keyboard.press("b")
    at(opened, "Difference 1 of 3: statements.s02")
    opened.get_by_label("Reason").fill("She only offers to meet.")
    opened.get_by_role("button", name="Take cd").click()
    at(opened, "Difference 1 of 2: statements.s03")
    opened.keyboard.press("Control+z")
    at(opened, "Difference 1 of 3: statements.s02")
    opened.keyboard.press("Control+Shift+z")
    at(opened, "Difference 1 of 2: statements.s03")
    opened.keyboard.press("e")
    opened.wait_for_selector("#form:not([hidden])")
    opened.locator("#form [data-key=summary] :is(input, textarea)").fill("They keep the island.")
    opened.keyboard.press("Control+Enter")
    at(opened, "Difference 1 of 1: events.e01")
    opened.keyboard.press("x")
    opened.get_by_role("dialog").get_by_label("Reason").fill("It is background.")
    opened.get_by_role("dialog").get_by_role("button", name="Leave out").click()
    opened.locator("#message", has_text="Every difference is settled.").wait_for()
    save(opened)
    written = desk.annotations.read_text()
    for decision in (
        "  - row: mentions.m05\n    decision: accepted\n    by: {by}\n    from: ab.m05\n",
        "  - row: mentions.m06\n    decision: accepted\n    by: {by}\n    from: cd.m05\n",
        "decision: accepted\n    by: {by}\n    note: She only offers to meet.\n    from: cd.s02\n    over: ab.s02\n",
        "  - row: statements.s03\n    decision: changed\n",
        "  - row: events.e01\n    decision: rejected\n    by: {by}\n    note: It is background.\n",
    ):
        by = written.partition("    by: ")[2].partition("\n")[0]
        assert decision.format(by=by) in written
    assert "summary: They keep the island." in written
    assert "id: e01" not in written
    assert "decision: open" not in written
    assert "- id: d01" in written  # it waited for statements.s03
