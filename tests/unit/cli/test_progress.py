"""How far a build has come is shown on a terminal, and there alone; in the end nothing of it is left."""

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
    """A terminal of some lines, as far as a bar makes use of one."""

    def __init__(self):
        self.lines, self.row, self.column, self.cursor = [""], 0, 0, True
        self.seen = []

    def write(self, told):
        for found in CONTROL.finditer(told):
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
def a_terminal():
    """Let standard error be a terminal; give what reads it. (No fixture: pytest captures anew before the test.)"""
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as stream, pytest.MonkeyPatch.context() as patch:  # noqa: PTH123
        patch.setenv("TERM", "xterm")
        patch.setattr(sys, "stderr", stream)
        yield ours
    os.close(ours)


def shown(terminal):
    """What a terminal was told by now."""
    os.set_blocking(terminal, False)
    told = b""
    while True:
        try:
            told += os.read(terminal, 1 << 16)
        except BlockingIOError:
            return told.decode()


def test_a_terminal_shows_documents_their_rate_and_the_time_left_and_then_nothing():
    screen = Screen()
    with a_terminal() as terminal:
        with Console().progress_bar(3000) as advance:
            for _ in range(4):
                time.sleep(0.12)
                advance(250)
                screen.write(shown(terminal))
            assert not screen.cursor
        screen.write(shown(terminal))
    [last] = [line for line in screen.seen if "1,000 of 3,000 documents" in line][-1:]
    rate, minutes = re.search(r"([\d,]+)/s +0:00:(\d\d)", last).groups()
    assert 100 < int(rate.replace(",", "")) < 2100
    assert int(minutes) <= 20
    assert [line.strip() for line in screen.lines] == [""] * len(screen.lines)
    assert (screen.row, screen.column, screen.cursor) == (0, 0, True)


def test_where_a_build_breaks_off_nothing_is_left_either():
    screen = Screen()
    with a_terminal() as terminal:
        with suppress(KeyboardInterrupt), Console().progress_bar(2) as advance:
            advance(1)
            raise KeyboardInterrupt
        screen.write(shown(terminal))
    assert any("1 of 2 documents" in line for line in screen.seen)
    assert [line.strip() for line in screen.lines] == [""] * len(screen.lines)
    assert screen.cursor


@pytest.mark.parametrize("output_format", ["json", "github"])
def test_a_terminal_of_programs_shows_nothing(output_format):
    with a_terminal() as terminal:
        with Console(output_format).progress_bar(2) as advance:
            advance(1)
        assert shown(terminal) == ""


def test_whatever_is_no_terminal_is_told_nothing(capsys):
    with Console().progress_bar(2) as advance:
        advance(1)
    assert capsys.readouterr() == ("", "")


def test_a_build_in_chunks_shows_it(tmp_path, capsys):
    workspace, screen = Workspace(tmp_path), Screen()
    for number, doc_id in enumerate("abcdef"):
        workspace.add(doc_id, number, claim(0))
    with a_terminal() as terminal:
        workspace.build()
        screen.write(shown(terminal))
    assert any("6 of 6 documents" in line for line in screen.seen)
    assert [line.strip() for line in screen.lines] == [""] * len(screen.lines)
    assert "of 6" not in capsys.readouterr().out
