import json

from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.problem import Problem, ProblemsError, as_github, as_json, as_text

PROBLEMS = st.builds(
    Problem,
    file=st.sampled_from(["a.yaml", "b.yaml"]),
    line=st.integers(1, 12),
    column=st.integers(1, 3),
    where=st.sampled_from(["", "claims[c01]"]),
    message=st.sampled_from(["is empty", "is not a day"]),
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


def test_for_github_line_breaks_and_marks_of_the_command_are_escaped():
    told = as_github([Problem("a,b:c.yaml", 3, 7, "rows[1]", "50% of\r\nit", "mend: it")])
    assert told == "::error file=a%2Cb%3Ac.yaml,line=3,col=7::rows[1]: 50%25 of%0D%0Ait%0Amend: it"


@given(st.lists(PROBLEMS, max_size=3))
@settings(max_examples=50)
def test_as_json_problems_read_back(problems):
    assert [Problem(**fields) for fields in json.loads(as_json(problems))] == problems
