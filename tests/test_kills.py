import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_whole_builds_killed_at_random_leave_nothing_that_the_next_build_does_not_mend():
    program = [sys.executable, ROOT / "benchmarks/kills.py", "--kills", "4", "--seeds", ROOT / "tests/project/seeds"]
    told = subprocess.run(program, check=False, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, ""), told.stdout
    assert sum(int(cell) for cell in told.stdout.split() if cell.isdecimal()) == 4
