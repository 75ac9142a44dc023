import os
from pathlib import Path

import pytest

from stancebook.cli.console import Console
from stancebook.problems import Problem, pluralize

PROBLEMS = [Problem(f"{name}.yaml", line, 1, "", "is empty") for name in "abc" for line in (1, 2)]


def positions(out):
    return [line.partition(": ")[0] for line in out.splitlines()]


def test_show_lists_first_files_up_to_limit(capsys):
    """Problems of the files named first are listed first, up to the limit; the others are counted."""
    Console(limit=3, first_files={"b.yaml"}).show(PROBLEMS)
    assert positions(capsys.readouterr().out) == ["b.yaml:1:1", "b.yaml:2:1", "a.yaml:1:1", "… and 3 more problems"]


MANY = [Problem("a.yaml", line, 1, "", "is empty") for line in range(1, 3001)]


def test_show_groups_and_counts_many_problems(capsys):
    """Many problems of a kind are shown as one and counted, and how to see each is said."""
    Console().show(MANY)
    assert capsys.readouterr().out == (
        "a.yaml:1:1: is empty\n"
        "    and 2,999 more like it in 1 file: a.yaml:2:1, a.yaml:3:1, a.yaml:4:1, …\n\n"
        "Problems of one kind are grouped (--all-problems shows each of them):\n"
        "    3,000  is empty\n\n"
    )


@pytest.mark.parametrize("options", [{"all_problems": True}, {"output_format": "github"}, {"output_format": "json"}])
def test_show_has_all_problems_on_request(options, capsys):
    """With the option, and for programs, every problem is shown."""
    Console(**options).show(MANY)
    assert capsys.readouterr().out.count("is empty") == 3000


def test_limit_counts_groups(capsys):
    """The limit applies to groups, and the problems in the other groups are counted."""
    Console(limit=1, first_files={"b.yaml"}).show([*MANY, *PROBLEMS[2:4]])
    assert positions(capsys.readouterr().out)[0] == "b.yaml:1:1"
    Console(limit=1, first_files={"b.yaml"}).show([*MANY, Problem("c.yaml", 1, 1, "", "is a link")])
    assert capsys.readouterr().out.splitlines()[-1] == "… and 1 more problem"


def test_show_without_problems_prints_json_only(capsys):
    """Without problems, only JSON output prints something: an empty array."""
    for output_format, expected in (("text", ""), ("github", ""), ("json", "[]\n")):
        Console(output_format).show([])
        assert capsys.readouterr().out == expected


@pytest.mark.parametrize(("output_format", "stream"), [("text", "out"), ("github", "out"), ("json", "err")])
def test_say_prints_to_stderr_for_json(output_format, stream, capsys):
    """Text goes to standard output, or to standard error if standard output is JSON."""
    Console(output_format).say("All is well.")
    captured = capsys.readouterr()
    assert getattr(captured, stream) == "All is well.\n"
    assert captured.out + captured.err == "All is well.\n"


def test_closed_pipe_ends_the_command(monkeypatch, capsys):
    """A reader that closes the pipe ends the command as SIGPIPE would, without a word."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        with pytest.raises(SystemExit) as end:
            Console().say("All is well.")
    assert end.value.code == 141
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_full_output_ends_the_command(monkeypatch, capsys):
    """An output that cannot be written ends the command with a sentence."""
    with Path("/dev/full").open("w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        with pytest.raises(SystemExit) as end:
            Console().say("All is well.")
    assert end.value.code == 1
    assert capsys.readouterr().err == "The output cannot be written: No space left on device.\n"


def test_pluralize_agrees_with_number():
    """The noun is in the singular for 1 only, and thousands are separated."""
    assert [pluralize(number, "quote") for number in (0, 1, 1234)] == ["0 quotes", "1 quote", "1,234 quotes"]
