"""Rows are edited, removed, duplicated, reviewed; their problems are at their fields; nothing is lost."""

import pytest

from tests.browser.chromium import serious_findings
from tests.browser.desks import READY, fill, select, served

pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("browser")]

MARKUP = '<img src=x onerror="alert(1)"> & <b>bold</b> "quoted" \'single\' {{ x }}'
AXE_STYLES = "Applying inline style"  # axe-core tries to add a style, which the policy of the page refuses


@pytest.fixture
def opened(desk, page):
    """Return the page of the project's document."""
    desk.open(page)
    return page


def edit_row(page, address):
    """Open the form of a row with the keyboard."""
    row = page.locator(f"[id='row-{address}'] .row-head")
    if row.get_attribute("aria-expanded") == "false":
        row.click()
    row.press("Enter")
    page.wait_for_selector("#form:not([hidden])")


def apply(page):
    """Apply the form that is open."""
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#form", state="hidden")


def save(page):
    """Save, and wait until the state line says so."""
    page.keyboard.press("Control+s")
    page.wait_for_selector("#state[data-kind=good]")


# The values of a statement, the key at which its problem is shown, and words of the problem.
FAULTS = {
    "unknown value": ({"stance": "suports"}, "stance", "did you mean 'supports'?"),
    "unknown actor": ({"speaker_id": "anna-hail"}, "speaker_id", "is not among the actors"),
    "not a date": ({"date_edtf": "1.4.2031"}, "date_edtf", "is not a date in EDTF"),
    "no such day": ({"date_edtf": "2031-02-30"}, "date_edtf", "2031-02-30"),
    "after publication": ({"date_edtf": "2031-04-08"}, "date_edtf", "no later than the publication"),
    "words not in the text": ({"quoted_words": "without conditions"}, "quoted_words", "not found in"),
    "unknown row": ({"responds_to_id": "s99"}, "responds_to_id", "s99"),
    "required": ({"summary": ""}, "summary", "the key 'summary' is missing"),
    "repeated id": ({"id": "s01"}, "id", "s01"),
}


@pytest.mark.parametrize(("values", "key", "words"), FAULTS.values(), ids=FAULTS)
def test_problem_is_at_its_field(opened, values, key, words):
    """What the build would say is shown at the field while it is typed, and read out with it."""
    edit_row(opened, "statements.s02")
    fill(opened, values)
    field = opened.locator(f"#form [data-key={key}]")
    field.locator(".complaint", has_text=words).first.wait_for()
    assert field.locator("[aria-invalid=true]").count() == 1
    described = field.locator("[aria-invalid=true]").get_attribute("aria-describedby").split()
    assert field.locator(".complaints").get_attribute("id") in described


def test_row_with_errors_is_kept_only_as_a_draft(opened, desk):
    """Applying a row with errors asks first; the draft is in the list of problems, which leads to its field."""
    before = desk.annotations.read_text()
    edit_row(opened, "statements.s02")
    fill(opened, {"stance": "suports"})
    opened.keyboard.press("Control+Enter")
    dialog = opened.get_by_role("dialog")
    assert "Keep this row as a draft" in dialog.inner_text()
    opened.keyboard.press("Escape")
    assert opened.locator("#form").is_visible()
    opened.keyboard.press("Control+Enter")
    opened.get_by_role("button", name="Keep as a draft").click()
    opened.wait_for_selector("#form", state="hidden")
    assert desk.annotations.read_text() == before
    opened.get_by_role("tab", name="Problems").click()
    opened.locator("#problem-list button").first.click()
    assert opened.evaluate("document.activeElement.value") == "suports"
    fill(opened, {"stance": "supports"})
    apply(opened)
    assert opened.locator("#problem-list li").count() == 0


def test_changes_are_undone_and_redone(opened, desk):
    """Undo returns to the text of the file, redo to the change; saving writes that one line."""
    before = desk.annotations.read_text().splitlines()
    edit_row(opened, "statements.s02")
    fill(opened, {"confidence": "low"})
    apply(opened)
    opened.locator("#state[data-kind=open]").wait_for()
    opened.keyboard.press("Control+z")
    opened.locator("#state[data-kind=good]").wait_for()
    opened.keyboard.press("Control+Shift+Z")
    opened.locator("#state[data-kind=open]").wait_for()
    save(opened)
    after = desk.annotations.read_text().splitlines()
    assert len(after) == len(before)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


def test_row_is_removed_and_brought_back(opened):
    """Delete removes the selected row; Ctrl+Z brings it back."""
    opened.locator("[id='row-mentions.m03'] .row-head").click()
    opened.keyboard.press("Delete")
    opened.locator("[id='row-mentions.m03']").wait_for(state="detached")
    opened.keyboard.press("Control+z")
    opened.locator("[id='row-mentions.m03']").wait_for()


def test_duplicate_has_a_new_id(opened):
    """d opens a form with all values of the row and the next id."""
    opened.locator("[id='row-statements.s02'] .row-head").click()
    opened.keyboard.press("d")
    opened.wait_for_selector("#form:not([hidden])")
    assert opened.locator("#form [data-key=id] input").input_value() == "s04"
    assert opened.locator("#form [data-key=stance] input").input_value() == "supports"


def test_sub_records_are_added_and_removed(opened, desk):
    """An event's participants are sub-records of its form."""
    edit_row(opened, "events.e02")
    section = opened.locator("#form [data-section=participants]")
    count = section.locator(".sub-record").count()
    section.get_by_role("button", name="Add to participants").click()
    added = section.locator(".sub-record").nth(count)
    added.locator("[data-key=actor_id] input").fill("northmark")
    added.locator("[data-key=role] input").fill("partcipant")
    added.locator("[data-key=role] .complaint").wait_for()
    added.get_by_role("button", name="Remove").click()
    assert section.locator(".sub-record").count() == count


def test_leaving_a_form_asks_only_if_something_is_lost(opened):
    """Escape leaves an unchanged form at once; of a changed one it asks."""
    edit_row(opened, "statements.s02")
    opened.keyboard.press("Escape")
    opened.wait_for_selector("#form", state="hidden")
    edit_row(opened, "statements.s02")
    fill(opened, {"note": "On the island."})
    opened.keyboard.press("Escape")
    assert "is lost" in opened.get_by_role("dialog").inner_text()


def test_open_form_outlives_its_page(opened):
    """A form that was open when the page was closed is open again, with what was typed."""
    edit_row(opened, "statements.s02")
    fill(opened, {"note": "On the island."})
    opened.reload()
    opened.wait_for_selector("#form:not([hidden])")
    assert opened.locator("#form [data-key=note] textarea").input_value() == "On the island."


def test_file_changed_by_another_program_is_not_overwritten(opened, desk, watch):
    """The difference is shown, and the coder chooses."""
    watch.expected.append("Conflict")
    edit_row(opened, "statements.s02")
    fill(opened, {"confidence": "low"})
    apply(opened)
    other = desk.annotations.read_text().replace("R. Vale\n", "R. Vale # checked\n", 1)
    desk.annotations.write_text(other)
    opened.locator("#state", has_text="changed by another program").wait_for()
    opened.locator("#text").focus()
    opened.keyboard.press("Control+s")
    opened.get_by_role("dialog").locator(".removed", has_text="# checked").wait_for()
    assert desk.annotations.read_text() == other
    opened.get_by_role("button", name="Write mine over it").click()
    opened.locator("#state[data-kind=good]").wait_for()
    assert "# checked" not in desk.annotations.read_text()


def test_two_windows_show_one_state(opened, desk, context):
    """A change in one window is seen in the other one, whose next change is on top of it."""
    second = context.new_page()
    desk.open(second)
    edit_row(opened, "statements.s02")
    fill(opened, {"confidence": "low"})
    apply(opened)
    second.locator("#state[data-kind=open]").wait_for()
    second.keyboard.press("Control+z")
    opened.locator("#state[data-kind=good]").wait_for()


def test_connection_lost_loses_nothing(opened, desk, context, watch):
    """What is typed while the desk does not answer is applied and saved when it does again."""
    watch.expected.append("net::ERR_INTERNET_DISCONNECTED")
    edit_row(opened, "statements.s02")
    context.set_offline(True)
    fill(opened, {"confidence": "low"})
    opened.locator("#state", has_text="does not answer").wait_for()
    context.set_offline(False)
    opened.locator("#state[data-kind=good]").wait_for()
    apply(opened)
    save(opened)
    assert "confidence: low" in desk.annotations.read_text()


def test_desk_started_again_loses_nothing(project, page, watch):
    """What was applied, and what is in an open form, is there again when the desk was ended and started again."""
    watch.expected += [r"net::ERR_\w+", "Internal Server Error", "Forbidden"]
    with served(project) as desk:
        port = int(desk.address.rsplit(":", 1)[1])
        desk.open(page)
        edit_row(page, "statements.s02")
        fill(page, {"confidence": "low"})
        apply(page)
        edit_row(page, "statements.s03")
        fill(page, {"note": "On the island."})
    with served(project, port) as desk:
        desk.open(page)
        page.wait_for_selector("#form:not([hidden])")
        assert page.locator("#form [data-key=note] textarea").input_value() == "On the island."
        apply(page)
        save(page)
        written = desk.annotations.read_text()
    assert "confidence: low" in written
    assert "note: On the island." in written


def test_markup_is_shown_as_text(opened):
    """Markup in any field is text in the form, the list and the problems."""
    edit_row(opened, "statements.s02")
    texts = opened.locator("#form .field:visible input, #form .field:visible textarea")
    for number in range(texts.count()):
        texts.nth(number).fill(MARKUP)
    opened.keyboard.press("Control+Enter")
    opened.get_by_role("button", name="Keep as a draft").click()
    opened.wait_for_selector("#form", state="hidden")
    opened.get_by_role("tab", name="Problems").click()
    assert MARKUP[:40] in opened.locator("#panel-problems").inner_text()
    assert opened.locator("#panels img, #panels b").count() == 0


def test_passages_with_nothing_to_code_are_remembered(opened, desk):
    """n selects the next passage that no row quotes; 0 marks it as read."""
    opened.locator("#text").focus()
    opened.keyboard.press("n")
    opened.locator("#message", has_text="Passage 1 of 4").wait_for()
    opened.keyboard.press("0")
    opened.locator("#message", has_text="Marked as read").wait_for()
    opened.keyboard.press("n")
    opened.locator("#message", has_text="of 3").wait_for()
    save(opened)
    assert "nothing_here:\n  - quote: door to river talks" in desk.annotations.read_text()


def test_review_decides_row_by_row(opened, desk):
    """Accept goes on to the next row; reject needs a reason, and removes the row."""
    opened.locator("#text").focus()
    opened.keyboard.press("r")
    opened.locator("#review-place", has_text="Row 1 of 11").wait_for()
    opened.keyboard.press("a")
    opened.locator("#review-place", has_text="Row 2 of 11, 1 decided").wait_for()
    opened.keyboard.press("r")
    opened.get_by_role("button", name="Reject").last.click()
    assert opened.get_by_role("dialog").is_visible()
    opened.get_by_role("dialog").get_by_label("Reason").fill("A by-line.")
    opened.get_by_role("dialog").get_by_role("button", name="Reject").click()
    opened.locator("#review-place", has_text="of 10").wait_for()
    opened.keyboard.press("Escape")
    save(opened)
    written = desk.annotations.read_text()
    assert "decision: accepted" in written
    assert "note: A by-line." in written
    assert "id: m05" not in written


def test_review_keeps_that_a_row_was_changed(opened, desk):
    """Change opens the form; what is applied is a decision with its note, and the review goes on; other keys wait."""
    opened.locator("#text").focus()
    opened.keyboard.press("r")
    opened.locator("#review-place", has_text="Row 1 of 11").wait_for()
    first = opened.evaluate("document.querySelector('#rows .coded[aria-current]').dataset.address")
    opened.keyboard.press("c")
    opened.locator("#form").wait_for()
    fill(opened, {"note": "A name."})
    opened.locator("#review-note").fill("It lacked a note.")
    opened.keyboard.press("Control+Enter")
    opened.locator("#review-place", has_text="Row 2 of 11, 1 decided").wait_for()
    opened.evaluate(
        "for (const key of 'aaa') document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))"
    )
    opened.locator("#review-place", has_text="Row 3 of 11, 2 decided").wait_for()
    opened.keyboard.press("Escape")
    save(opened)
    written = desk.annotations.read_text()
    assert f"row: {first}\n    decision: changed\n" in written
    assert "note: It lacked a note." in written
    assert written.count("decision: accepted") == 1


def test_entry_of_codebook_is_removed(opened, desk, watch):
    """An entry that rows refer to stays, and they are named; another one is removed after a second press."""
    watch.expected.append("Unprocessable")
    opened.locator("#tab-codebook").click()
    opened.get_by_role("button", name="Northmark", exact=True).click()
    dialog = opened.get_by_role("dialog")
    dialog.get_by_role("button", name="Remove").click()
    dialog.locator(".complaint", has_text="Press Remove again").wait_for()
    dialog.get_by_role("button", name="Remove").click()
    dialog.locator(".complaint", has_text="refer to it").wait_for()
    dialog.get_by_role("button", name="Back").click()
    path = next((desk.root / "seeds/codebook").glob("actors.*"))
    path.write_text(
        path.read_text() + "  - {actor_id: nobody, name: Nobody, actor_type: person, description: No one.}\n"
    )
    opened.reload()
    opened.wait_for_selector(READY)
    opened.locator("#tab-codebook").click()
    opened.get_by_role("button", name="Nobody", exact=True).click()
    dialog.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    dialog.wait_for(state="detached")
    assert "nobody" not in path.read_text()


def test_problems_of_other_files_are_shown(desk, page):
    """The list of documents and the panel of problems show what is wrong elsewhere in the project."""
    path = next((desk.root / "seeds/codebook").glob("actors.*"))
    path.write_text(
        path.read_text() + "  - {actor_id: nobody, name: Nobody, actor_type: persn, description: No one.}\n"
    )
    desk.workspace.check_corpus()
    desk.enter(page)
    page.locator("#project-problems li", has_text="'persn' is not").wait_for()
    page.goto(f"{desk.address}/documents/river-talks")
    page.wait_for_selector(READY)
    page.locator("#tab-problems").click()
    page.locator("#other-problems li", has_text="seeds/codebook/actors.yaml").wait_for()
    page.locator("#tab-codebook").click()
    page.locator("#panel-codebook .problem-list li", has_text="'persn' is not").wait_for()


def test_entry_without_id_is_corrected(desk, page, watch):
    """Problems elsewhere are counted at their tab; an entry without ID gets one, and the panel and the count follow."""
    watch.expected.append("Unprocessable")
    path = next((desk.root / "seeds/codebook").glob("actors.*"))
    path.write_text(path.read_text() + "  - {name: Café Nord, actor_type: terr, description: A café.}\n")
    desk.workspace.check_corpus()
    desk.open(page)
    page.locator("#other-problem-count", has_text="2 elsewhere").wait_for()
    page.locator("#tab-codebook").click()
    page.get_by_role("button", name="Café Nord").click()
    dialog = page.get_by_role("dialog")
    assert dialog.locator("[data-key=actor_id] input").input_value() == "cafe-nord"
    fill(page, {"actor_type": "terror"}, within="dialog")
    dialog.get_by_role("button", name="Save").click()
    dialog.locator("[data-key=actor_type] .complaint", has_text="'terror' is not").wait_for()
    assert "terror" not in path.read_text()
    fill(page, {"actor_type": "collective"}, within="dialog")
    dialog.locator("[data-key=actor_type] input").press("Control+Enter")
    page.locator("#panel-codebook code", has_text="cafe-nord").wait_for()
    assert "actor_id: cafe-nord" in path.read_text()


def test_list_covers_no_field(opened):
    """A list opens with the tabulator key; a click at the next field reaches it, and closes the list."""
    select(opened, "Port League")
    opened.keyboard.press("m")
    opened.locator("#form [data-key=id] input").click()
    opened.keyboard.press("Tab")
    opened.locator("#form [data-key=actor_id] .options").wait_for()
    opened.locator("#form [data-key=confidence] input").click()
    opened.locator("#form [data-key=actor_id] .options").wait_for(state="hidden")
    assert opened.evaluate("document.activeElement.closest('[data-key]').dataset.key") == "confidence"


def test_offers_have_keys(opened):
    """The last value and words of the text come by keys; words are widened to whole ones, and the message goes away."""
    select(opened, "Port League")
    opened.keyboard.press("m")
    title = opened.locator("#form [data-key=role_title] input")
    title.press("Alt+ArrowUp")
    assert title.input_value() == "Foreign Minister"
    title.press("Alt+ArrowDown")
    opened.locator("#message", has_text="Select the words for Role title").wait_for()
    select(opened, "inister Anna Hal")
    opened.locator("#form [data-key=role_title] input:focus").wait_for()
    assert title.input_value() == "Minister Anna Hale"
    assert opened.text_content("#message") == ""


def test_project_without_document_is_no_problem(project, desk, page):
    """An empty project says what to do first, and nothing in red."""
    for path in (project / "seeds/documents").iterdir():
        path.unlink()
    desk.workspace.check_corpus()
    desk.enter(page)
    page.locator("#none", has_text="No document yet").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator("#project-problems li").count() == 0


def test_document_is_added_and_its_codebook_grows(desk, page, watch):
    """A pasted text is kept byte for byte; a new actor is made where a row needs it."""
    watch.expected.append("Unprocessable")
    desk.enter(page)
    page.keyboard.press("n")
    page.get_by_label("The text, exactly as received").fill("# Ferries\n\nThe ferry guild said “no” 😀.\n")
    document = {
        "title": "Ferries",
        "publisher": "The Harbour Gazette",
        "published": "2031-05-01",
        "rights": "© The Gazette",
    }
    fill(page, {**document, "url": "https://example.org/f", "coder": "rv"}, within="#new-form")
    page.get_by_role("button", name="Add").click()
    page.locator("#new-problems .complaint").wait_for()
    fill(page, {"language": "en"}, within="#new-form")
    page.get_by_role("button", name="Add").click()
    page.locator("#text .block").first.wait_for()
    folder = desk.root / "seeds/documents"
    assert (folder / "ferries.txt").read_text(encoding="utf-8") == "# Ferries\n\nThe ferry guild said “no” 😀.\n"
    page.wait_for_selector("body[data-ready]")
    select(page, "ferry guild")
    page.keyboard.press("m")
    actor = page.locator("#form [data-key=actor_id] input")
    actor.fill("Ferry guild")
    actor.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.locator("[data-key=actor_id] input").input_value() == "ferry-guild"
    fill(page, {"actor_type": "organisation", "description": "Those who run the ferries."}, within="dialog")
    dialog.get_by_role("button", name="Save").click()
    dialog.locator("[data-key=actor_type] .complaint", has_text="'organisation' is not").wait_for()
    assert "ferry-guild" not in (desk.root / "seeds/codebook/actors.yaml").read_text(encoding="utf-8")
    fill(page, {"actor_type": "collective", "name": "Ferry guild of the north"}, within="dialog")
    assert dialog.locator("[data-key=actor_id] input").input_value() == "ferry-guild-of-the-north"
    fill(page, {"actor_id": "ferry-guild", "name": "Ferry guild"}, within="dialog")
    dialog.locator("[data-key=name] input").press("Control+Enter")
    dialog.wait_for(state="detached")
    assert actor.input_value() == "Ferry guild"
    assert "actor_id: ferry-guild" in (desk.root / "seeds/codebook/actors.yaml").read_text(encoding="utf-8")


def test_long_text_stays_usable(project, desk, page):
    """In a text of 200,000 characters the last words are selected with the keyboard, coded and saved."""
    text = project / "seeds/documents/river-talks.txt"
    more = "".join(f"\n\nParagraph {number} says that the river rose, and the talks went on." for number in range(3300))
    text.write_text(text.read_text(encoding="utf-8") + more + "\n\nIn the end, the Port League came.", encoding="utf-8")
    assert len(text.read_text(encoding="utf-8")) > 200_000
    page.set_default_timeout(60_000)
    desk.open(page)
    page.keyboard.press("Control+End")
    page.keyboard.press("Shift+Control+ArrowUp")
    page.keyboard.press("m")
    page.wait_for_selector("#form:not([hidden])")
    assert page.text_content("#form-quote") == "In the end, the Port League came."
    fill(page, {"actor_id": "port-league", "confidence": "high"})
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Keep as a draft").or_(page.locator("body:not([data-form])")).first.wait_for()
    if page.get_by_role("dialog").count():
        page.get_by_role("button", name="Keep as a draft").click()
        page.wait_for_selector("#form", state="hidden")
    save(page)
    assert "In the end, the Port League came." in desk.annotations.read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_have_no_serious_findings_of_axe(opened, desk, watch, width, scheme):
    """The list, the document, its palette, a form with a problem, and dialogs, wide and narrow, light and dark."""
    watch.expected.append(AXE_STYLES)
    opened.set_viewport_size({"width": width, "height": 780})
    opened.emulate_media(color_scheme=scheme)
    assert serious_findings(opened) == []
    select(opened, "Port League")
    opened.locator("#palette").wait_for()
    assert serious_findings(opened) == []
    edit_row(opened, "statements.s02")
    fill(opened, {"stance": "suports"})
    opened.locator("[data-key=stance] .complaint").wait_for()
    opened.locator("[data-key=source] input").click()
    assert serious_findings(opened) == []
    opened.keyboard.press("Escape")
    opened.keyboard.press("Escape")
    opened.get_by_role("dialog").wait_for()
    assert serious_findings(opened) == []
