"""Each folder in cases/ is a mistake: files that replace those of the minimal project, and the problems of the build.

`seeds/` contains the mistake. `problems.txt` is what the build prints: each problem with its place, what is wrong and
how to fix it. If the mistake is only worth a warning, that is `warnings.txt`, and the dataset is written. An optional
`sound/` contains a similar project without the mistake, for which the build prints no problem. To add a case, add a
folder; to renew the expected texts, run `python -m tests.cases.renew`.
"""

import json
import re
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import stancebook
from schemas import CONTRACT
from stancebook.cli.console import Console
from stancebook.cli.main import main
from stancebook.problems import Problem, as_github, as_json, as_text
from tests.workflow_commands import parse

CASES = sorted(path for path in Path(__file__).parent.iterdir() if (path / "seeds").is_dir())
REFUSED = [case for case in CASES if (case / "problems.txt").is_file()]
WARNED = [case for case in CASES if (case / "warnings.txt").is_file()]
SOUND = [case for case in CASES if (case / "sound").is_dir()]

# The messages of the contract: rules by name, and descriptions of patterns by column.
RULES = {rule.check.__name__: rule.message for rule in CONTRACT.rules} | {
    name: rule.message for spec in CONTRACT.tables.values() for name, rule in spec.rules.items()
}
PATTERNS = {
    f"{spec.name}.{column.name}": column.pattern.description
    for spec in CONTRACT.tables.values()
    for column in spec.written_columns
    if column.kind == "text" and column.pattern is not None
}
# Rules and patterns that no source can break, because the engine fills the columns: see tests/data/test_rules.py.
UNBREAKABLE = {
    "passage_ends_within_text": "the engine locates the passage, and measures the text",
    "quote_fills_its_span": "the engine takes the quote from the text by its offsets",
    "documents.text_sha256": "the engine computes the digest, and compares a given one with it",
}

SCHEMA = json.loads((Path(stancebook.__file__).parent / "problems.schema.json").read_text(encoding="utf-8"))


def test_the_schema_of_the_json_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def expected_text(case):
    """Return what the build prints of the problems of a case."""
    return "".join(
        path.read_text(encoding="utf-8") for path in [case / "problems.txt", case / "warnings.txt"] if path.is_file()
    )


def problem_lines(case):
    return re.findall(r"^\S+:\d+:\d+: .*$", expected_text(case), re.MULTILINE)


# The problem of each case that has only one, with the case.
SINGLE_PROBLEMS = [(lines[0], case) for case in CASES if len(lines := problem_lines(case)) == 1]


def case_id(case):
    return case.name


@pytest.fixture
def shown_problems(monkeypatch):
    """Return the problems that a build shows, as `Problem` objects."""
    shown = []
    show = Console.show

    def record(console, problems):
        shown.extend(problems)
        show(console, problems)

    monkeypatch.setattr(Console, "show", record)
    return shown


@pytest.mark.parametrize("case", REFUSED, ids=case_id)
def test_mistake_gives_expected_problems(case, project, capsys, shown_problems):
    """A mistake gives exactly the expected problems, in all formats, and nothing is written."""
    shutil.copytree(case / "seeds", "seeds", dirs_exist_ok=True)
    status = main(["build"], root=project, contract=lambda: CONTRACT)
    assert capsys.readouterr().out == expected_text(case)
    assert status == 1
    assert not Path("dataset").exists()
    assert_formats_agree(shown_problems)


def assert_formats_agree(problems):
    """Assert that the JSON and GitHub formats carry the same problems as the text."""
    objects = json.loads(as_json(problems))
    Draft202012Validator(SCHEMA).validate(objects)
    assert [Problem(**fields) for fields in objects] == problems
    for problem, line in zip(problems, as_github(problems).split("\n"), strict=True):
        level, place, message = parse(line)
        assert level == problem.level
        assert place == {"file": problem.file, "line": str(problem.line), "col": str(problem.column)}
        assert " ".join(message.split()) == " ".join(as_text([problem]).split())


@pytest.mark.parametrize("case", WARNED, ids=case_id)
def test_warning_does_not_prevent_dataset(case, project, capsys):
    """A mistake that is only worth a warning gives exactly the expected text, and the dataset is written."""
    shutil.copytree(case / "seeds", "seeds", dirs_exist_ok=True)
    status = main(["build"], root=project, contract=lambda: CONTRACT)
    warnings, read, _ = capsys.readouterr().out.partition("read     ")
    assert (warnings, bool(read)) == (expected_text(case), True)
    assert status == 0
    assert Path("dataset").exists()


@pytest.mark.parametrize("case", SOUND, ids=case_id)
def test_similar_valid_project_gives_no_problem(case, rebuilt):
    """A similar project without the mistake gives no problem."""
    # A copy of the project's own document keeps the codebook in use; another line makes it another text.
    for suffix, line in ((".yaml", ""), (".txt", "\nRead more.\n")):
        path = Path("seeds/documents/river-talks").with_suffix(suffix)
        path.with_stem("original").write_bytes(path.read_bytes() + line.encode())
    shutil.copytree(case / "sound", "seeds", dirs_exist_ok=True)
    assert rebuilt().problems == []


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_case_has_problems_or_warnings(case):
    """A case has the text of its problems, or that of its warnings."""
    assert (case in REFUSED) != (case in WARNED), "write the output of the build to problems.txt or warnings.txt"


@pytest.mark.parametrize("name", [*RULES, *PATTERNS])
def test_every_rule_and_pattern_has_a_case(name):
    """Every rule and pattern of the contract has a case of its own, with a similar project without the mistake."""
    message = RULES.get(name) or f" is not {PATTERNS[name]}"
    cases = [case for line, case in SINGLE_PROBLEMS if line.endswith(message)]
    if name in UNBREAKABLE:
        assert not cases, f"take {name} out of UNBREAKABLE: {cases[0].name} shows it"
        return
    assert cases, (
        f"no case is about {name}: add a folder to tests/cases with the mistake in seeds/, the one problem"
        f" ({message.strip()}) in problems.txt or warnings.txt, and a similar project without the mistake in sound/"
    )
    for case in cases:
        assert case in SOUND, f"add to {case.name} a similar project without the mistake: sound/"


def test_unbreakable_rules_exist():
    """The rules and patterns without a case are in the contract."""
    assert {*RULES, *PATTERNS} > {*UNBREAKABLE}
