"""Each folder under cases/ is a fault: files laid over the minimal project, and the exact problems they give.

`seeds/` holds the fault and `problems.txt` what the build says of it: the place, what is wrong and what
would be right, once. `sound/`, where it is there, holds the like of it that is in order, and of which
the build says nothing. To add a case, add a folder.
"""

import shutil
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.cli import main

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
SOUND = [case for case in CASES if (case / "sound").is_dir()]
MESSAGES = {rule.message for rule in CONTRACT.rules} | {
    rule.message for spec in CONTRACT.tables.values() for rule in spec.rules.values()
}


def said(case):
    return (case / "problems.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_gives_exactly_these_problems_and_writes_nothing(case, project, capsys):
    shutil.copytree(case / "seeds", "seeds", dirs_exist_ok=True)
    status = main(lambda: CONTRACT, project, [])
    assert capsys.readouterr().out == said(case)
    assert status == 1
    assert not Path("dataset").exists()


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_the_like_that_is_in_order_gives_none(case, rebuilt):
    shutil.copytree(case / "sound", "seeds", dirs_exist_ok=True)
    assert rebuilt().problems == []
