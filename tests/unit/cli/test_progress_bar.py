import os
import re
import sys
import time
from contextlib import contextmanager, suppress

import pytest

from stancebook.cli.console import Console
from tests.unit.parallel.sample_corpora import claim
from tests.unit.parallel.workspace import Workspace

pty = pytest.importorskip("pty")

CONTROL = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|[\r\n]|[^\x1b\r\n]+")


class Screen:
    """A terminal of some lines, as far as the progress bar uses one."""

    def __init__(self):
        self.lines, self.row, self.column, self.cursor = [""], 0, 0, True
        self.seen = []

    def write(self, output):
        for found in CONTROL.finditer(output):
            argument, command = found.groups()
            if command is None:
                self._print(found[0])
            elif command == "A":
                self.row = max(self.row - int(argument or 1), 0)
            elif command == "K":
                assert argument == "2"
                self.lines[self.row] = ""
            elif (argument, command) in (("?25", "l"), ("?25", "h")):
                self.cursor = command == "h"
            else:
                assert command == "m", found[0]  # colours

    def _print(self, text):
        if text == "\r":
            self.column = 0
        elif text == "\n":
            self.row, self.column = self.row + 1, 0
            self.lines += [""] * (self.row + 1 - len(self.lines))
        else:
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + text + line[self.column + len(text) :]
            self.column += len(text)
            self.seen.append(self.lines[self.row])


@contextmanager
def terminal_stderr():
    """Make standard error a terminal; yield the descriptor that reads it.

    Not a fixture, because pytest captures the streams again before the test.
    """
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as stream, pytest.MonkeyPatch.context() as patch:  # noqa: PTH123
        patch.setenv("TERM", "xterm")
        patch.setattr(sys, "stderr", stream)
        yield ours
    os.close(ours)


def output_of(terminal):
    """What a terminal has received so far."""
    os.set_blocking(terminal, False)
    output = b""
    while True:
        try:
            output += os.read(terminal, 1 << 16)
        except BlockingIOError:
            return output.decode()


def test_bar_shows_rate_and_time_left_then_vanishes():
    """A terminal shows documents, their rate and the time left; at the end, nothing is left."""
    screen = Screen()
    with terminal_stderr() as terminal:
        with Console().progress_bar(3000) as advance:
            for _ in range(4):
                time.sleep(0.12)
                advance(250)
                screen.write(output_of(terminal))
            assert not screen.cursor
        screen.write(output_of(terminal))
    [last] = [line for line in screen.seen if "1,000 of 3,000 documents" in line][-1:]
    rate, minutes = re.search(r"([\d,]+)/s +0:00:(\d\d)", last).groups()
    assert 100 < int(rate.replace(",", "")) < 2100
    assert int(minutes) <= 20
    assert [line.strip() for line in screen.lines] == [""] * len(screen.lines)
    assert (screen.row, screen.column, screen.cursor) == (0, 0, True)


def test_bar_vanishes_after_an_exception():
    """An exception leaves nothing of the bar, and the cursor is visible."""
    screen = Screen()
    with terminal_stderr() as terminal:
        with suppress(KeyboardInterrupt), Console().progress_bar(2) as advance:
            advance(1)
            raise KeyboardInterrupt
        screen.write(output_of(terminal))
    assert any("1 of 2 documents" in line for line in screen.seen)
    assert [line.strip() for line in screen.lines] == [""] * len(screen.lines)
    assert screen.cursor


@pytest.mark.parametrize("output_format", ["json", "github"])
def test_bar_is_off_for_other_formats(output_format):
    """There is no bar if the output is for programs."""
    with terminal_stderr() as terminal:
        with Console(output_format).progress_bar(2) as advance:
            advance(1)
        assert output_of(terminal) == ""


def test_bar_is_off_without_terminal(capsys):
    """There is no bar if standard error is not a terminal."""
    with Console().progress_bar(2) as advance:
        advance(1)
    assert capsys.readouterr() == ("", "")


def test_build_in_chunks_shows_bar(tmp_path, capsys):
    """A build in chunks shows the bar on standard error only."""
    workspace, screen = Workspace(tmp_path), Screen()
    for number, doc_id in enumerate("abcdef"):
        workspace.add(doc_id, number, claim(0))
    with terminal_stderr() as terminal:
        workspace.build()
        screen.write(output_of(terminal))
    assert any("6 of 6 documents" in line for line in screen.seen)
    assert [line.strip() for line in screen.lines] == [""] * len(screen.lines)
    assert "of 6" not in capsys.readouterr().out
