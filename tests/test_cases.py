"""Each folder under cases/ is a fault: files laid over the minimal project, and the exact problems they give.

To add a case, add a folder. To write its problems.txt, run the build on it and read what it says: it
must name the place, say what is wrong, and say what would be right, once.
"""

import shutil
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.cli import main

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_gives_exactly_these_problems_and_writes_nothing(case, project, capsys):
    shutil.copytree(case / "seeds", "seeds", dirs_exist_ok=True)
    status = main(lambda: CONTRACT, project, [])
    assert capsys.readouterr().out == (case / "problems.txt").read_text(encoding="utf-8")
    assert status == 1
    assert not Path("dataset").exists()
