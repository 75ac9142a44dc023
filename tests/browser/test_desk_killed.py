"""A desk that is killed while it saves loses nothing: neither the file nor what was typed."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.desks import READY, fill, served
from tests.browser.test_desk_rows import apply, edit_row, save

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("browser")]


@pytest.fixture
def dying(project):
    """Return a function that starts a desk which is killed while it saves; it returns the process and the address."""
    processes = []

    def start(moment):
        command = [sys.executable, "-m", "tests.browser.dying_desk", moment, "--no-browser"]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
        pipes = {"stdout": subprocess.PIPE, "text": True}
        processes.append(subprocess.Popen(command, cwd=project, env=environment, **pipes))
        return processes[-1], re.search(r"http://\S+", processes[-1].stdout.readline())[0]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_kill_while_saving_loses_nothing(moment, dying, page, project, watch):
    """The old or the new file is on disk; the open page says what happened; a new desk has the edit."""
    watch.expected += [r"net::ERR_\w+", "Forbidden"]
    annotations = project / "seeds/documents/river-talks.yaml"
    old = annotations.read_text()
    process, address = dying(moment)
    page.goto(address)
    page.goto(f"{address.partition('/?')[0]}/documents/river-talks")
    page.wait_for_selector(READY)
    edit_row(page, "statements.s02")
    fill(page, {"confidence": "low"})
    apply(page)
    page.keyboard.press("Control+s")
    assert process.wait(timeout=20) == -signal.SIGKILL
    page.locator("#state", has_text="does not answer").wait_for()
    on_disk = annotations.read_text()
    with served(project, int(re.search(r":(\d+)/", address)[1])) as desk:
        page.locator("#message", has_text="The desk was started again").wait_for()
        desk.open(page)
        if moment == "before":
            assert on_disk == old
            page.locator("#state", has_text="taken up again").wait_for()
            save(page)
        new = annotations.read_text()
        page.locator("#state[data-kind=good]").wait_for()
        assert page.locator("#problem-list li").count() == 0
    changed = [lines for lines in zip(old.splitlines(), new.splitlines(), strict=True) if len({*lines}) > 1]
    assert changed == [("    confidence: high", "    confidence: low")]
    assert on_disk in (old, new)
