import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("options", [("--kills", "3"), ("--kills", "2", "--chunk", "1")], ids=["files", "parts"])
def test_builds_killed_at_random_are_recovered(options):
    """Complete builds that are killed at random moments leave a dataset, or a backup that the next build restores."""
    program = [sys.executable, ROOT / "benchmarks/kills.py", "--seeds", ROOT / "tests/project/seeds", *options]
    process = subprocess.run(program, check=False, capture_output=True, text=True)
    assert (process.returncode, process.stderr) == (0, ""), process.stdout
    assert sum(int(cell) for cell in process.stdout.split() if cell.isdecimal()) == int(options[1])
