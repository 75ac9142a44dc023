import json
import time
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stancebook
from stancebook.exceptions import ProblemsError
from stancebook.problems import (
    RENDERERS,
    Problem,
    as_github,
    as_json,
    as_text,
    count_kinds,
    escape_control_chars,
    github_annotation,
    group_problems,
    problem_kind,
)
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
# Characters with a meaning in workflow commands, and all line breaks.
SPECIAL_TEXTS = st.text(st.sampled_from("a %:,;=]\r\n\u2028é“"), min_size=1)
SPECIAL_PROBLEMS = st.builds(
    Problem,
    file=st.text(st.sampled_from("a %:,;=]é"), min_size=1).map("seeds/{}.yaml".format),
    line=st.integers(1, 12),
    column=st.integers(1, 3),
    where=st.just("claims[c01]"),
    message=SPECIAL_TEXTS,
    hint=SPECIAL_TEXTS,
    level=st.sampled_from(["error", "warning"]),
)
PROBLEM = Problem("a.yaml", 3, 7, "claims[c01].quote", "not found", "nothing is similar\nlook again")


@given(st.lists(PROBLEMS, max_size=10))
@settings(max_examples=100)
def test_error_sorts_and_deduplicates_problems(problems):
    """The exception has each problem once, sorted by file and position."""
    unique = ProblemsError(problems * 2).problems
    assert set(unique) == set(problems)
    assert len(unique) == len(set(problems))
    positions = [(problem.file, problem.line, problem.column) for problem in unique]
    assert positions == sorted(positions)


def test_error_text_is_its_problems():
    """The text of the exception is that of its problems."""
    assert str(ProblemsError([PROBLEM])) == as_text([PROBLEM])


def test_text_has_indented_hint():
    """As text, a problem is a line with its hint indented below."""
    assert as_text([PROBLEM]) == ("a.yaml:3:7: claims[c01].quote: not found\n    nothing is similar\n    look again")


def test_text_of_problem_without_record():
    """A problem of a complete file has no record in its text."""
    assert as_text([Problem("a.yaml", 1, 1, "", "the file is empty")]) == "a.yaml:1:1: the file is empty"


def test_warning_is_labelled():
    """A warning is labelled as one."""
    warning = Problem("a.yaml", 1, 1, "people[ida]", "is never referenced", level="warning")
    assert as_text([warning]) == "a.yaml:1:1: warning: people[ida]: is never referenced"
    assert as_github([warning]).startswith("::warning ")


@given(SPECIAL_PROBLEMS)
@settings(max_examples=200)
def test_github_annotation_round_trip(problem):
    """GitHub reads back all parts of a problem, whichever characters it has."""
    line = as_github([problem])
    assert not {"\r", "\n"} & set(line)
    level, position, message = parse(line)
    assert level == problem.level
    assert position == {"file": problem.file, "line": str(problem.line), "col": str(problem.column)}
    prefix = f"{problem.file}:{problem.line}:{problem.column}: "
    assert message == escape_control_chars(f"{prefix}{problem.where}: {problem.message}\n{problem.hint}".rstrip())


def test_github_message_has_position():
    """The message of a GitHub annotation has the position."""
    _, _, message = parse(as_github([PROBLEM]))
    assert message == "a.yaml:3:7: claims[c01].quote: not found\nnothing is similar\nlook again"


def test_github_paths_are_relative_to_checkout(tmp_path, monkeypatch):
    """GitHub annotations have paths relative to the checkout."""
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path / "data")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    other = str(tmp_path / "seeds/a.yaml")
    files = [parse(as_github([replace(PROBLEM, file=file)]))[1]["file"] for file in ("a.yaml", other, "/b.yaml")]
    assert files == ["data/a.yaml", "seeds/a.yaml", "/b.yaml"]


def test_github_annotation_without_position():
    """A GitHub annotation may have no position."""
    assert parse(github_annotation("error", "50% of it\nis: old")) == ("error", {}, "50% of it\nis: old")


UNSAFE = "\x00\x07\x1b\x7f\x85\x9b\r\u2028\u202a\u202e\u2066\u2069\udcff"
HOSTILE = Problem(
    f"a{UNSAFE}.yaml", 1, 1, f"rows[{UNSAFE}]", f"\n{UNSAFE} is not a day", f"copy this: {UNSAFE}\nor not"
)


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_output_has_no_control_characters(render):
    """No renderer prints control characters."""
    assert not set(render([HOSTILE])) & set(UNSAFE)


def test_control_characters_are_escaped():
    """Control characters are shown as escapes."""
    assert escape_control_chars("\x1b[2J\u202e\udcff tab\t line\n é’") == r"\x1b[2J\u202e\udcff tab" + "\t line\n é’"


def test_line_break_in_name_forges_no_problem():
    """A line break in a file name cannot forge another problem."""
    forged = Problem("a\nb.yaml:9:9: all is well", 1, 1, "", "one\ntwo")
    assert as_text([forged]) == r"a\nb.yaml:9:9: all is well:1:1: one\ntwo"


VALUES = st.sampled_from(["suports", "it's", 'a "b" c', "x/y", "7", "a\\'b", "’", "", "line\nbreak"])


@given(VALUES, VALUES, st.sampled_from(["s01", "s02", "x.y", ""]), st.integers(1, 999))
@settings(max_examples=100)
def test_kind_leaves_out_values(value, other, record, number):
    """A kind has the table, the column and the message without record, quoted values, numbers and files."""
    found = Problem(
        "a.yaml", 1, 1, f"statements[{record}].quote", f"{value!r}, {other!r} in line {number} of b/{number}.txt"
    )
    assert problem_kind(found) == "statements.quote: … in line … of …"


@pytest.mark.parametrize(
    ("where", "message", "kind"),
    [
        ("", "this line has no key, or no ': ' after it", "this line has no key, or no … after it"),
        ("mentions[m01].qoute", "'qoute' is not a key of mentions", "mentions: … is not a key of mentions"),
        ("events[e01].parties[2].role", "is empty", "events.parties.role: is empty"),
        ("e[1].part_of_id", "goes in a circle: a → b → a", "e.part_of_id: goes in a circle: …"),
        ("d[1].flexibility", "A demand's way needs a party's", "d.flexibility: A demand's way needs a party's"),
    ],
)
def test_kind_of_problem(where, message, kind):
    """A kind keeps the words of a message, and an unknown key is a value."""
    assert problem_kind(Problem("a.yaml", 1, 1, where, message)) == kind


def test_few_problems_are_not_grouped():
    """Up to 20 problems are all shown in full, of any kinds."""
    few = [Problem("a.yaml", line, 1, "", "is empty") for line in range(1, 21)]
    assert group_problems(few) == [[problem] for problem in few]
    assert group_problems([*few, PROBLEM]) == [few, [PROBLEM]]
    assert group_problems([*few, PROBLEM], None) == [[problem] for problem in [*few, PROBLEM]]


@given(st.lists(PROBLEMS, max_size=60))
def test_groups_have_all_problems_once(problems):
    """Groups hold each problem once, in the order of their first problems, and warnings are apart from errors."""
    groups = group_problems(problems, 0)
    assert sorted(problem for group in groups for problem in group) == sorted(problems)
    first = [next(index for index, problem in enumerate(problems) if problem is group[0]) for group in groups]
    assert first == sorted(first)
    assert all(len(group) == 1 or len(group) > 3 for group in groups)
    assert all(len(set(map(problem_kind, group))) == 1 for group in groups)


def test_text_groups_many_problems():
    """As text, many problems of a kind are the first of them, the number of the others, and a few positions."""
    many = [
        Problem(f"{name}.yaml", line, 1, f"claims[c{line}].day", f"'{line}' is not a day", "write 2025-02-06")
        for name in "abc"
        for line in range(1, 11)
    ]
    assert as_text([many[0], PROBLEM, *many[1:]]).split("\n") == [
        "a.yaml:1:1: claims[c1].day: '1' is not a day",
        "    write 2025-02-06",
        "    and 29 more like it in 3 files: a.yaml:2:1, a.yaml:3:1, a.yaml:4:1, …",
        "a.yaml:3:7: claims[c01].quote: not found",
        "    nothing is similar",
        "    look again",
    ]


def test_most_frequent_kinds_are_counted():
    """The kinds of groups are listed by number, the largest first, and the rest is counted."""
    problems = [
        Problem("a.yaml", line, 1, f"t.{kind:c}", "is empty") for kind in range(97, 110) for line in range(kind)
    ]
    lines = count_kinds(group_problems(problems)).split("\n")
    assert lines[0] == "      109  t.m: is empty"
    assert lines[9:] == ["      100  t.d: is empty", "           and 3 more kinds"]


def test_grouping_takes_linear_time():
    """Twenty times as many problems take no more than 60 times as long to show."""

    def seconds(number):
        problems = [Problem(f"{line}.yaml", line, 1, "t[1].a", f"'{line}' is no day") for line in range(number)]
        start = time.process_time()
        assert f"and {number - 1:,} more like it" in as_text(problems)
        return time.process_time() - start

    assert seconds(40_000) < 60 * max(seconds(2000), 0.01)


@pytest.mark.parametrize("render", [as_text, as_github])
def test_long_values_are_shortened(render):
    """Long messages and hints are shortened to their ends."""
    output = render([Problem("a.yaml", 1, 1, "rows[1]", f"'{'x' * 10_000}' is not a day", "y" * 10_000)])
    assert "xxx … (10," in output
    assert "is not a day" in output
    assert len(output) < 5000


def test_json_keeps_non_utf8_names():
    """JSON keeps a file name that is not UTF-8."""
    assert json.loads(as_json([HOSTILE]))[0]["file"] == HOSTILE.file


@given(st.lists(PROBLEMS, max_size=3))
@settings(max_examples=50)
def test_json_round_trip(problems):
    """Problems can be read back from JSON."""
    assert [Problem(**fields) for fields in json.loads(as_json(problems))] == problems


def test_json_schema_has_all_fields():
    """The JSON Schema has all fields of a problem, with descriptions."""
    schema = json.loads((Path(stancebook.__file__).parent / "problems.schema.json").read_text(encoding="utf-8"))
    names = [field.name for field in fields(Problem) if field.compare]
    assert list(schema["items"]["properties"]) == names
    assert schema["items"]["required"] == names
    assert all(schema["description"] for schema in schema["items"]["properties"].values())
