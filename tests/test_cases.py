"""Each folder under cases/ is a fault: files laid over the minimal project, and the exact problems they give.

To add a case, add a folder. To write its problems.txt, run the build on it and read what it says: it
must name the place, say what is wrong, and say what would be right, once.
"""

import json
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import stancebook
from schemas import CONTRACT
from stancebook.cli import main
from stancebook.problem import Problem, as_github, as_text
from tests.workflow_commands import parse

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())

SCHEMA = json.loads((Path(stancebook.__file__).parent / "problems.schema.json").read_text(encoding="utf-8"))


def test_the_schema_of_the_json_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_gives_exactly_these_problems_and_writes_nothing(case, project, capsys):
    shutil.copytree(case / "seeds", "seeds", dirs_exist_ok=True)
    status = main(lambda: CONTRACT, project, [])
    assert capsys.readouterr().out == (case / "problems.txt").read_text(encoding="utf-8")
    assert status == 1
    assert not Path("dataset").exists()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_programs_are_told_the_same_as_people(case, project, capsys):
    shutil.copytree(case / "seeds", "seeds", dirs_exist_ok=True)
    assert main(lambda: CONTRACT, project, ["--output-format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    Draft202012Validator(SCHEMA).validate(told)
    problems = [Problem(**fields) for fields in told]
    for_people, verdict = (case / "problems.txt").read_text(encoding="utf-8").rstrip().rsplit("\n", 1)
    assert as_text(problems) == for_people
    assert verdict.startswith(f"{len(problems)} problem")
    for problem, line in zip(problems, as_github(problems).split("\n"), strict=True):
        level, place, message = parse(line)
        assert level == problem.level
        assert place == {"file": problem.file, "line": str(problem.line), "col": str(problem.column)}
        assert " ".join(message.split()) == " ".join(as_text([problem]).split())
