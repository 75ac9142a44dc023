"""The commands, options and files of the release checklist exist."""

import re
from pathlib import Path

import pytest

from stancebook.cli.main import main

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "RELEASING.md").read_text(encoding="utf-8")
COMMANDS = "\n".join(re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)).splitlines()


def test_make_targets_exist():
    """Every target of make that the checklist names is one."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", "\n".join(COMMANDS)))
    assert named
    assert named <= targets


def options(capsys, *argv):
    with pytest.raises(SystemExit):
        main([*argv, "--help"])
    return set(re.findall(r"--[a-z-]+", capsys.readouterr().out))


def test_build_options_exist(capsys):
    """Every option of `stancebook build` that the checklist names is one."""
    lines = [line for line in COMMANDS if re.match(r"(\.venv/bin/)?stancebook build ", line)]
    named = {option for line in lines for option in re.findall(r"--[a-z-]+", line)}
    assert named == {"--check"}
    assert named <= options(capsys, "build")


def test_commands_exist(capsys):
    """Every command of `stancebook` that the checklist names is one."""
    named = {line.split()[1] for line in COMMANDS if re.match(r"(\.venv/bin/)?stancebook ", line)}
    assert named == {"build", "diff", "release", "validate"}
    for command in named:
        assert options(capsys, command)


def test_files_exist():
    """Every file that the checklist names or links exists."""
    named = set(re.findall(r"`([\w./]+\.(?:md|py|toml|cff))`", TEXT))
    assert {"CHANGELOG.md", "CITATION.cff", "pyproject.toml", "schemas/about.py"} <= named
    for name in named | set(re.findall(r"\]\(([^)#:]+)", TEXT)):
        assert (ROOT / name).exists(), name


def test_changelog_has_data_and_code():
    """Each version of the changelog has the sections Data and Code, and no others."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for version in re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]:
        assert set(re.findall(r"^### (.*)$", version, re.MULTILINE)) <= {"Data", "Code"}, version.splitlines()[0]


def test_no_external_addresses():
    """The checklist names no web address."""
    assert "://" not in TEXT
