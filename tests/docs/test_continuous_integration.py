"""The hook and the snippets of docs/continuous-integration.md are what pre-commit, GitHub and GitLab can run."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from pre_commit.clientlib import load_config, load_manifest
from pre_commit.commands.validate_config import validate_config
from pre_commit.commands.validate_manifest import validate_manifest

from schemas import CONTRACT
from stancebook.cli.main import main
from tests.docs.pages import ROOT, page_at
from tests.workflow_commands import parse

MANIFEST = str(ROOT / ".pre-commit-hooks.yaml")
GITHUB, PRE_COMMIT, GITLAB = map(yaml.safe_load, page_at("docs/continuous-integration.md").code("yaml"))
GITHUB_COMMANDS = [step["run"] for step in GITHUB["jobs"]["check"]["steps"] if "run" in step]
GITLAB_COMMANDS = GITLAB["dataset"]["script"]


@pytest.fixture
def command_line(project):
    """Run a command in a repository of the minimal project, built; return its exit status and output."""
    shutil.copy(ROOT / "pyproject.toml", project)
    assert main(["build"], root=project, contract=lambda: CONTRACT) == 0

    programs = project / "bin"
    programs.mkdir()
    (programs / "stancebook").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m stancebook "$@"\n', encoding="utf-8")
    (programs / "stancebook").chmod(0o755)

    def run(command):
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        environment.pop("GITHUB_WORKSPACE", None)
        ended = subprocess.run(  # noqa: S602 (as a shell of a workflow runs it)
            command,
            check=False,
            shell=True,
            env=environment,
            capture_output=True,
            encoding="utf-8",
        )
        return ended.returncode, ended.stdout

    return run


@pytest.fixture
def spoil(annotations):
    text = annotations.read_text(encoding="utf-8")
    return lambda: annotations.write_text(text.replace("quote: R. Vale", "quote: R. Dale"), encoding="utf-8")


# ── pre-commit ────────────────────────────────────────────────────────────────────────────────────


def test_pre_commit_takes_the_hook():
    assert validate_manifest([MANIFEST]) == 0


def test_the_hook_runs_where_a_commit_can_change_what_a_build_gives():
    [hook] = load_manifest(MANIFEST)
    for path in ("seeds/documents/a.yaml", "schemas/rules.py", "dataset/actors.parquet", "pyproject.toml"):
        assert re.search(hook["files"], path), path
    for path in ("README.md", "notebooks/seeds/a.yaml", "old_pyproject.toml", "tests/pyproject.toml"):
        assert not re.search(hook["files"], path), path


def test_pre_commit_takes_the_snippet_and_it_names_the_hook(tmp_path):
    config = tmp_path / ".pre-commit-config.yaml"
    config.write_text(yaml.safe_dump(PRE_COMMIT), encoding="utf-8")
    assert validate_config([str(config)]) == 0
    [repository] = load_config(str(config))["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in load_manifest(MANIFEST)]


# ── Workflows ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("commands", [GITHUB_COMMANDS, GITLAB_COMMANDS], ids=["GitHub", "GitLab"])
def test_a_workflow_installs_and_then_checks(commands):
    install, check = commands
    assert install == 'python -m pip install --constraint constraints.txt ".[build]"'
    assert (ROOT / "constraints.txt").is_file()
    assert check.startswith("stancebook build --check ")


def test_the_workflow_passes_or_annotates(command_line, spoil):
    status, told = command_line(GITHUB_COMMANDS[-1])
    assert (status, "::" in told) == (0, False)
    spoil()
    status, told = command_line(GITHUB_COMMANDS[-1])
    level, place, _ = parse(told.splitlines()[0])
    assert (status, level, place["file"], place["line"]) == (1, "error", "seeds/documents/river-talks.yaml", "16")


def test_the_gitlab_job_keeps_the_problems(command_line, spoil, project):
    [kept] = GITLAB["dataset"]["artifacts"]["paths"]
    assert command_line(GITLAB_COMMANDS[-1])[0] == 0
    assert json.loads((project / kept).read_text(encoding="utf-8")) == []
    spoil()
    assert command_line(GITLAB_COMMANDS[-1])[0] == 1
    [problem] = json.loads((project / kept).read_text(encoding="utf-8"))
    assert problem["where"] == "mentions[m05].quote"
