import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("options", [("--kills", "3"), ("--kills", "2", "--chunk", "1")], ids=["files", "parts"])
def test_whole_builds_killed_at_random_leave_nothing_that_the_next_build_does_not_mend(options):
    program = [sys.executable, ROOT / "benchmarks/kills.py", "--seeds", ROOT / "tests/project/seeds", *options]
    told = subprocess.run(program, check=False, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, ""), told.stdout
    assert sum(int(cell) for cell in told.stdout.split() if cell.isdecimal()) == int(options[1])
