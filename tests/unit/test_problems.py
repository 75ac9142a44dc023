import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stancebook
from stancebook.exceptions import ProblemsError
from stancebook.problems import RENDERERS, Problem, as_github, as_json, as_text, escape_control_chars, github_annotation
from tests.workflow_commands import parse

PROBLEMS = st.builds(
    Problem,
    file=st.sampled_from(["a.yaml", "b.yaml"]),
    line=st.integers(1, 12),
    column=st.integers(1, 3),
    where=st.sampled_from(["", "claims[c01]"]),
    message=st.sampled_from(["is empty", "is not a day"]),
    level=st.sampled_from(["error", "warning"]),
)
# Marks that mean something in a workflow command, and lines that end in every way.
HARD = st.text(st.sampled_from("a %:,;=]\r\n\u2028é“"), min_size=1)
ANY = st.builds(
    Problem,
    file=st.text(st.sampled_from("a %:,;=]é"), min_size=1).map("seeds/{}.yaml".format),
    line=st.integers(1, 12),
    column=st.integers(1, 3),
    where=st.just("claims[c01]"),
    message=HARD,
    hint=HARD,
    level=st.sampled_from(["error", "warning"]),
)
PROBLEM = Problem("a.yaml", 3, 7, "claims[c01].quote", "not found", "nothing reads like it\nlook again")


@given(st.lists(PROBLEMS, max_size=10))
@settings(max_examples=100)
def test_problems_come_in_the_order_of_the_files_and_each_once(problems):
    told = ProblemsError(problems * 2).problems
    assert set(told) == set(problems)
    assert len(told) == len(set(problems))
    places = [(problem.file, problem.line, problem.column) for problem in told]
    assert places == sorted(places)


def test_an_error_reads_as_its_problems():
    assert str(ProblemsError([PROBLEM])) == as_text([PROBLEM])


def test_as_text_a_problem_is_a_line_with_its_hint_indented_beneath():
    assert as_text([PROBLEM]) == ("a.yaml:3:7: claims[c01].quote: not found\n    nothing reads like it\n    look again")


def test_a_problem_of_a_whole_file_names_no_record():
    assert as_text([Problem("a.yaml", 1, 1, "", "the file is empty")]) == "a.yaml:1:1: the file is empty"


def test_a_warning_is_called_one():
    warning = Problem("a.yaml", 1, 1, "people[ida]", "nobody names her", level="warning")
    assert as_text([warning]) == "a.yaml:1:1: warning: people[ida]: nobody names her"
    assert as_github([warning]).startswith("::warning ")


@given(ANY)
@settings(max_examples=200)
def test_for_github_whatever_a_problem_says_arrives(problem):
    line = as_github([problem])
    assert not {"\r", "\n"} & set(line)
    level, place, message = parse(line)
    assert level == problem.level
    assert place == {"file": problem.file, "line": str(problem.line), "col": str(problem.column)}
    place = f"{problem.file}:{problem.line}:{problem.column}: "
    assert message == escape_control_chars(f"{place}{problem.where}: {problem.message}\n{problem.hint}".rstrip())


def test_for_github_the_log_shows_the_place_too():
    _, _, message = parse(as_github([PROBLEM]))
    assert message == "a.yaml:3:7: claims[c01].quote: not found\nnothing reads like it\nlook again"


def test_for_github_files_are_named_from_the_root_of_the_checkout(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path / "data")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    elsewhere = str(tmp_path / "seeds/a.yaml")
    files = [parse(as_github([replace(PROBLEM, file=file)]))[1]["file"] for file in ("a.yaml", elsewhere, "/b.yaml")]
    assert files == ["data/a.yaml", "seeds/a.yaml", "/b.yaml"]


def test_an_annotation_may_have_no_place():
    assert parse(github_annotation("error", "50% of it\nis: old")) == ("error", {}, "50% of it\nis: old")


UNSEEN = "\x00\x07\x1b\x7f\x85\x9b\r\u2028\u202a\u202e\u2066\u2069\udcff"
HOSTILE = Problem(
    f"a{UNSEEN}.yaml", 1, 1, f"rows[{UNSEEN}]", f"\n{UNSEEN} is not a day", f"copy this: {UNSEEN}\nor not"
)


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_no_file_name_and_no_text_commands_the_terminal_it_is_shown_in(render):
    assert not set(render([HOSTILE])) & set(UNSEEN)


def test_what_cannot_be_seen_is_shown_as_an_escape():
    assert escape_control_chars("\x1b[2J\u202e\udcff tab\t line\n é’") == r"\x1b[2J\u202e\udcff tab" + "\t line\n é’"


def test_a_line_break_in_a_name_makes_no_line_that_reads_like_another_problem():
    forged = Problem("a\nb.yaml:9:9: all is well", 1, 1, "", "one\ntwo")
    assert as_text([forged]) == r"a\nb.yaml:9:9: all is well:1:1: one\ntwo"


def test_of_very_many_problems_of_a_file_the_first_are_told_and_the_number_of_the_others():
    many = [Problem(file, line, 1, "", "is empty") for file in ("a.yaml", "b.yaml") for line in range(1, 2001)]
    told = as_text(many).split("\n")
    assert told[998:1002] == [
        "a.yaml:999:1: is empty",
        "a.yaml:1000:1: is empty",
        "a.yaml: and 1,000 more",
        "b.yaml:1:1: is empty",
    ]
    assert len(told) == 2002


@pytest.mark.parametrize("render", [as_text, as_github])
def test_a_value_longer_than_anybody_reads_is_shown_by_its_ends(render):
    told = render([Problem("a.yaml", 1, 1, "rows[1]", f"'{'x' * 10_000}' is not a day", "y" * 10_000)])
    assert "xxx … (10," in told
    assert "is not a day" in told
    assert len(told) < 5000


def test_as_json_a_name_that_is_not_utf_8_is_kept():
    assert json.loads(as_json([HOSTILE]))[0]["file"] == HOSTILE.file


@given(st.lists(PROBLEMS, max_size=3))
@settings(max_examples=50)
def test_as_json_problems_read_back(problems):
    assert [Problem(**fields) for fields in json.loads(as_json(problems))] == problems


def test_the_schema_of_the_json_has_the_fields_of_a_problem_each_with_its_meaning():
    schema = json.loads((Path(stancebook.__file__).parent / "problems.schema.json").read_text(encoding="utf-8"))
    names = [field.name for field in fields(Problem) if field.compare]
    assert list(schema["items"]["properties"]) == names
    assert schema["items"]["required"] == names
    assert all(told["description"] for told in schema["items"]["properties"].values())
