"""The hook and the snippets of docs/continuous-integration.md run in pre-commit, GitHub and GitLab."""

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
def run_command(project):
    """Run a shell command in the built fictional project; return its exit status and output."""
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
        completed = subprocess.run(  # noqa: S602 (as a shell of a workflow runs it)
            command,
            check=False,
            shell=True,
            env=environment,
            capture_output=True,
            encoding="utf-8",
        )
        return completed.returncode, completed.stdout

    return run


@pytest.fixture
def insert_error(annotations):
    """Change a quote so that the text does not contain it."""
    text = annotations.read_text(encoding="utf-8")
    return lambda: annotations.write_text(text.replace("quote: R. Vale", "quote: R. Dale"), encoding="utf-8")


# ── pre-commit ────────────────────────────────────────────────────────────────────────────────────


def test_hook_manifest_is_valid():
    """pre-commit accepts the manifest of the hook."""
    assert validate_manifest([MANIFEST]) == 0


def test_hook_runs_for_inputs_of_a_build():
    """The hook runs for seeds, schemas, the dataset and its configuration, and for no other file."""
    [hook] = load_manifest(MANIFEST)
    for path in ("seeds/documents/a.yaml", "schemas/rules.py", "dataset/actors.parquet", "pyproject.toml"):
        assert re.search(hook["files"], path), path
    for path in ("README.md", "notebooks/seeds/a.yaml", "old_pyproject.toml", "tests/pyproject.toml"):
        assert not re.search(hook["files"], path), path


def test_pre_commit_snippet_uses_the_hook(tmp_path):
    """pre-commit accepts the snippet of the page, which has the id of the hook."""
    config = tmp_path / ".pre-commit-config.yaml"
    config.write_text(yaml.safe_dump(PRE_COMMIT), encoding="utf-8")
    assert validate_config([str(config)]) == 0
    [repository] = load_config(str(config))["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in load_manifest(MANIFEST)]


# ── Workflows ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("commands", [GITHUB_COMMANDS, GITLAB_COMMANDS], ids=["GitHub", "GitLab"])
def test_workflow_installs_and_checks(commands):
    """A workflow installs the pinned versions and then runs `stancebook build --check`."""
    install, check = commands
    assert install == 'python -m pip install --constraint constraints.txt ".[build]"'
    assert (ROOT / "constraints.txt").is_file()
    assert check.startswith("stancebook build --check ")


def test_new_project_has_the_workflow_of_the_page():
    """A project of `stancebook new` has the job of the page, as it is there."""
    template = ROOT / "src/stancebook/starter/templates/common/dot-github/workflows/dataset.yml"
    workflow = yaml.safe_load(template.read_text(encoding="utf-8"))
    assert workflow["jobs"].pop("test")["steps"][-1] == {"run": "make test"}
    assert workflow == GITHUB


def test_github_workflow_annotates_problems(run_command, insert_error):
    """The GitHub command passes without output, and annotates the line of an error."""
    status, output = run_command(GITHUB_COMMANDS[-1])
    assert (status, "::" in output) == (0, False)
    insert_error()
    status, output = run_command(GITHUB_COMMANDS[-1])
    level, position, _ = parse(output.splitlines()[0])
    assert (status, level, position["file"], position["line"]) == (1, "error", "seeds/documents/river-talks.yaml", "16")


def test_gitlab_job_stores_problems(run_command, insert_error, project):
    """The GitLab command writes the problems to the artifact of the job."""
    [artifact] = GITLAB["dataset"]["artifacts"]["paths"]
    assert run_command(GITLAB_COMMANDS[-1])[0] == 0
    assert json.loads((project / artifact).read_text(encoding="utf-8")) == []
    insert_error()
    assert run_command(GITLAB_COMMANDS[-1])[0] == 1
    [problem] = json.loads((project / artifact).read_text(encoding="utf-8"))
    assert problem["where"] == "mentions[m05].quote"
