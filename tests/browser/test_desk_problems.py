"""Each kind of problem is next to its field, at its row, or in the list of problems, in one page that stays open."""

import re

import pytest

from tests.cases.test_cases import CASES, RULES
from tests.cases.test_desk import own_problems

pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("browser")]

FILES = ("documents/river-talks.yaml", "documents/river-talks.txt")
CHANGING_PARTS = re.compile(r"'[^']*'|\"[^\"]*\"|[0-9]+|seeds/\S+|U\+\w+|\([^)]*\)|:.*")
WAIT = 8_000  # milliseconds


def kind_of(message):
    """Return what messages have in common that say the same of different values; all rules are one kind."""
    return "rule" if message in RULES.values() else CHANGING_PARTS.sub("", message)


def one_case_of_each_kind():
    """Return the cases that change only the files of one document, each with messages of kinds that none before has."""
    seen, chosen = set(), {}
    for case in CASES:
        changed = {path.relative_to(case / "seeds").as_posix() for path in (case / "seeds").rglob("*.*")}
        if changed <= {*FILES}:
            messages = {kind_of(message): message for *_, message in own_problems(case)}
            if new := messages.keys() - seen:
                seen |= new
                chosen[case] = [messages[kind] for kind in sorted(new)]
    return chosen


def write_case(desk, case):
    """Replace the files of the document by those of a case."""
    for name in FILES:
        path = case / "seeds" / name
        original = case.parents[1] / "project/seeds" / name
        content = (path if path.is_file() else original).read_bytes()
        if (desk.root / "seeds" / name).read_bytes() != content:
            (desk.root / "seeds" / name).write_bytes(content)


def test_each_kind_of_problem_is_where_it_belongs(desk, page, watch):
    """Files change on disk to those of each case; the page follows, and shows each problem where it can be solved."""
    watch.expected.append("422")  # a file that cannot be parsed cannot be edited
    desk.open(page)
    for case, messages in one_case_of_each_kind().items():
        write_case(desk, case)
        for message in messages:
            page.get_by_role("tab", name="Problems").click()
            listed = page.locator("#problem-list li", has_text=message)
            listed.first.wait_for(timeout=WAIT)
            problems = page.request.get(f"{desk.address}/api/documents/river-talks").json()["problems"]
            problem = next(problem for problem in problems if problem["message"] == message)
            if problem["row"]:
                listed.get_by_role("button").first.click()
                page.wait_for_selector("#form:not([hidden])")
                place_of(page, problem).locator(".complaint", has_text=message).first.wait_for(timeout=WAIT)
                page.keyboard.press("Escape")
                page.wait_for_selector("#form", state="hidden")
            else:
                assert f"{problem['file']}:{problem['line']}:{problem['column']}" in listed.first.inner_text()


def place_of(page, problem):
    """Return the element of the open form that shows a problem: its field, or what is around it."""
    within = page.locator("#form .record-fields").first
    if problem["child"] is not None and within.locator(f"fieldset[data-section={problem['section']}]").count():
        within = within.locator(f"fieldset[data-section={problem['section']}] .sub-record").nth(problem["child"])
    field = within.locator(f"[data-key='{problem['key']}']")
    return field if problem["key"] and field.count() else within
