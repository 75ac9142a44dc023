"""The checklist for a release names commands, options and files that are there."""

import re
from pathlib import Path

import pytest

from stancebook.cli.main import main

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "RELEASING.md").read_text(encoding="utf-8")
COMMANDS = "\n".join(re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)).splitlines()


def test_every_target_of_make_is_one():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", "\n".join(COMMANDS)))
    assert named
    assert named <= targets


def options(capsys, *argv):
    with pytest.raises(SystemExit):
        main([*argv, "--help"])
    return set(re.findall(r"--[a-z-]+", capsys.readouterr().out))


def test_every_option_of_the_build_is_one(capsys):
    named = {option for line in COMMANDS if "build.py" in line for option in re.findall(r"--[a-z-]+", line)}
    assert named == {"--check"}
    assert named <= options(capsys, "build")


def test_every_command_of_the_package_is_one(capsys):
    named = {line.split()[1] for line in COMMANDS if re.match(r"(\.venv/bin/)?stancebook ", line)}
    assert named == {"diff", "validate"}
    for command in named:
        assert options(capsys, command)


def test_every_file_it_names_is_there():
    named = set(re.findall(r"`([\w./]+\.(?:md|py|toml|cff))`", TEXT))
    assert {"CHANGELOG.md", "CITATION.cff", "pyproject.toml", "schemas/__init__.py"} <= named
    for name in named | set(re.findall(r"\]\(([^)#:]+)", TEXT)):
        assert (ROOT / name).exists(), name


def test_changes_to_data_and_to_code_are_told_apart():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for version in re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]:
        assert set(re.findall(r"^### (.*)$", version, re.MULTILINE)) <= {"Data", "Code"}, version.splitlines()[0]


def test_it_names_no_address_outside():
    assert "://" not in TEXT
