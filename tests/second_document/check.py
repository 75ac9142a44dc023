"""Adds a second document to a copy of the repository, and runs `make`, `make check` and the tests of the data there.

All must succeed without any other change: a new text changes data, and neither code, tests nor pages. Other tests do
not read the data: `tests/unit/test_architecture.py` sees to it. The copy has an environment of its own, which reuses
the packages of the current one and needs no network. `make second-document` runs this script; arguments, if any, are
passed to pytest in place of the tests of the data.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
SEEDS = Path(__file__).parent / "seeds"
# The tests that read this project's seeds or dataset, but for proofs.
DATA_TESTS = ("tests/data", "tests/docs/test_pages.py", "tests/packaging", "tests/cases/test_editors.py")


def copy_repository(folder: Path) -> None:
    """Copy the files that git tracks, as they are in the working tree."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)


def create_environment(folder: Path) -> None:
    """Create `.venv` with the copy's own code and the packages and programs of the current environment."""
    environment = folder / ".venv"
    venv.create(environment, symlinks=True, with_pip=True)
    [packages] = environment.glob("lib/python*/site-packages")
    # Lines of .pth files are added to sys.path in the order of the files: the copy's code comes first.
    (packages / "1-code.pth").write_text(f"{folder / 'src'}\n", encoding="utf-8")
    (packages / "2-packages.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    programs = environment / "bin"
    for program in Path(sysconfig.get_path("scripts")).iterdir():
        if program.name != "stancebook" and not (programs / program.name).exists():
            (programs / program.name).symlink_to(program)
    for data in ("etc", "share"):  # such as the templates of nbconvert
        if (source := Path(sys.prefix, data)).is_dir() and not (environment / data).exists():
            (environment / data).symlink_to(source)
    command = programs / "stancebook"
    command.write_text(f'#!/bin/sh\nexec "{programs / "python"}" -m stancebook "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    for stamp in ("ready", "ready-dev"):  # newer than what they depend on, so that `make` installs nothing
        (environment / stamp).touch()


def run(folder: Path, *command: str | Path) -> None:
    """Run a command in the copy, without settings of the current environment; exit with its status if it fails."""
    print("second document:", *command, flush=True)
    outside = ("PYTHON", "MAKE", "VIRTUAL_ENV", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(outside)}
    if status := subprocess.run(command, cwd=folder, env=environment, check=False).returncode:
        sys.exit(f"`{' '.join(map(str, command))}` failed with a second document in {folder}/seeds/ (status {status})")


def main(arguments: list[str]) -> None:
    """Run the check in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="stancebook-second-") as temporary:
        folder = Path(temporary).resolve()
        copy_repository(folder)
        create_environment(folder)
        identity = ("-c", "user.name=check", "-c", "user.email=check@example.org")
        for git in (("init", "--quiet"), ("add", "--all"), (*identity, "commit", "--quiet", "--message", "Copy")):
            run(folder, "git", *git)
        shutil.copytree(SEEDS, folder / "seeds", dirs_exist_ok=True)
        run(folder, "make")
        run(folder, "make", "check")
        selected = ("-m", "not proof", "-n", "auto", "--dist", "loadgroup", *DATA_TESTS)
        run(folder, ".venv/bin/python", "-m", "pytest", *(arguments or selected))
        print("second document: all checks pass")


if __name__ == "__main__":
    main(sys.argv[1:])
