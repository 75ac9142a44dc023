import os

import pytest

from stancebook.cli.console import Console
from stancebook.problems import Problem, pluralize

PROBLEMS = [Problem(f"{name}.yaml", line, 1, "", "is empty") for name in "abc" for line in (1, 2)]


def places(out):
    return [line.partition(": ")[0] for line in out.splitlines()]


def test_problems_of_the_files_just_saved_come_first_and_only_so_many_are_listed(capsys):
    Console(limit=3, first_files={"b.yaml"}).show(PROBLEMS)
    assert places(capsys.readouterr().out) == ["b.yaml:1:1", "b.yaml:2:1", "a.yaml:1:1", "… and 3 more problems"]


def test_without_problems_only_a_program_is_told_so(capsys):
    for output_format, told in (("text", ""), ("github", ""), ("json", "[]\n")):
        Console(output_format).show([])
        assert capsys.readouterr().out == told


@pytest.mark.parametrize(("output_format", "stream"), [("text", "out"), ("github", "out"), ("json", "err")])
def test_words_go_where_they_disturb_no_program(output_format, stream, capsys):
    Console(output_format).say("All is well.")
    told = capsys.readouterr()
    assert getattr(told, stream) == "All is well.\n"
    assert told.out + told.err == "All is well.\n"


def test_a_reader_who_has_seen_enough_does_not_stop_the_work(monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        Console().say("All is well.")
        Console().say("Still.")


def test_numbers_agree_with_what_they_count():
    assert [pluralize(number, "quote") for number in (0, 1, 1234)] == ["0 quotes", "1 quote", "1,234 quotes"]
