"""Renew the expected texts of the cases after the wording of a message changed: `python -m tests.cases.renew`.

Only wording may change: a case in which problems came, went or moved is reported and left alone, unless `--all` is
given.
"""

import argparse
import contextlib
import io
import re
import shutil
import tempfile
from pathlib import Path

from schemas import CONTRACT
from stancebook.cli.main import main

FOLDER = Path(__file__).parent
PROJECT = FOLDER.parent / "project"
PLACE = re.compile(r"^(\S+:\d+:\d+: (?:warning: )?[^:]*):", re.MULTILINE)


def run_case(case: Path, folder: Path) -> str:
    """Build the project with the case's mistake in an empty folder; return what the command prints of problems."""
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    shutil.copytree(case / "seeds", folder / "seeds", dirs_exist_ok=True)
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as stdout:
        main(["build"], root=folder, contract=lambda: CONTRACT)
    return stdout.getvalue().partition("read     ")[0]


def renew(case: Path, *, keep_places: bool = True) -> str:
    """Rewrite the expected text of one case; return what happened to it: unchanged, renewed, or left alone."""
    file = next(case / name for name in ("problems.txt", "warnings.txt") if (case / name).is_file())
    expected = file.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        actual = run_case(case, Path(folder))
    if actual == expected:
        return "unchanged"
    if keep_places and PLACE.findall(actual) != PLACE.findall(expected):
        return "left alone: problems came, went or moved"
    file.write_text(actual, encoding="utf-8")
    return "renewed"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("cases", nargs="*", help="names of cases; all by default")
    parser.add_argument("--all", action="store_true", help="also where problems came, went or moved")
    options = parser.parse_args()
    cases = [FOLDER / name for name in options.cases] or sorted(path.parent for path in FOLDER.glob("*/seeds"))
    outcomes = {case.name: renew(case, keep_places=not options.all) for case in cases}
    for name, outcome in outcomes.items():
        if outcome != "unchanged":
            print(f"{name}: {outcome}")
    print(f"{sum(outcome == 'renewed' for outcome in outcomes.values())} of {len(cases)} cases renewed")
