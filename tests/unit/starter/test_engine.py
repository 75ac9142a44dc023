"""How a new project names the engine: by its PEP 610 record, or as a person says."""

import json

import pytest
from packaging.requirements import Requirement

from stancebook.starter import engine
from stancebook.starter.engine import EngineError, engine_of, installed_engine, installed_versions

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Installed:
    """A distribution with a PEP 610 record, or without one."""

    version = "0.2.0"

    def __init__(self, direct_url):
        self.direct_url = direct_url

    def read_text(self, name):
        assert name == "direct_url.json"
        return self.direct_url and json.dumps(self.direct_url)


@pytest.mark.parametrize(
    ("direct_url", "requirement"),
    [
        (None, "stancebook[build]==0.2.0"),
        ({"url": "file:///a%20b", "dir_info": {"editable": True}}, "stancebook[build] @ file:///a%20b"),
        (
            {
                "url": "https://example.org/s",
                "vcs_info": {"vcs": "git", "commit_id": COMMIT, "requested_revision": "v1"},
            },
            f"stancebook[build] @ git+https://example.org/s@{COMMIT}",
        ),
        (
            {"url": "https://example.org/s.whl", "archive_info": {"hashes": {"sha256": "ab"}}},
            "stancebook[build] @ https://example.org/s.whl#sha256=ab",
        ),
        (
            {"url": "https://example.org/s.zip", "archive_info": {"hash": "sha256=ab"}, "subdirectory": "engine"},
            "stancebook[build] @ https://example.org/s.zip#sha256=ab&subdirectory=engine",
        ),
    ],
    ids=["index", "folder", "git", "wheel", "archive"],
)
def test_installed_engine_is_its_record(monkeypatch, direct_url, requirement):
    """The requirement installs what runs: a version, a folder, a commit or a file."""
    monkeypatch.setattr(engine, "distribution", lambda _: Installed(direct_url))
    assert installed_engine().requirement("build") == requirement
    assert Requirement(requirement).extras == {"build"}


def test_engine_that_is_not_installed_is_refused(monkeypatch):
    """What runs from a folder on the path alone has no requirement; the sentence says what to give."""

    def missing(name):
        raise engine.PackageNotFoundError(name)

    monkeypatch.setattr(engine, "distribution", missing)
    with pytest.raises(EngineError, match=r"without being installed; give --engine, such as 'stancebook==0\.2\.0'"):
        installed_engine()


@pytest.mark.parametrize(
    ("given", "requirement"),
    [
        ("stancebook", "stancebook[web]"),
        ("stancebook >=0.2,<1", "stancebook[web]>=0.2,<1"),
        ('stancebook==1; python_version > "3"', "stancebook[web]==1; python_version > '3'"),
        ("Stancebook[build]==0.2.0", "stancebook[web]==0.2.0"),
        ("stancebook[build] @ https://example.org/s.whl", "stancebook[web] @ https://example.org/s.whl"),
        ("git+https://example.org/s@v1", "stancebook[web] @ git+https://example.org/s@v1"),
    ],
)
def test_engine_is_what_a_person_says(given, requirement):
    """Extras are those that the project needs, whichever are given."""
    assert engine_of(given).requirement("web") == requirement


def test_engine_in_a_folder_is_its_address(tmp_path):
    """The path of a folder becomes an address, which only this machine has."""
    (tmp_path / "a checkout").mkdir()
    found = engine_of(str(tmp_path / "a checkout"))
    assert found.requirement() == f"stancebook @ {tmp_path.as_uri()}/a%20checkout"
    assert found.is_on_this_machine
    assert not engine_of("stancebook==0.2.0").is_on_this_machine


@pytest.mark.parametrize(
    "given", ["", "pandas", "stancebooks==1", "stancebook==", "no/such/folder", "git+https://a\nb = 1"]
)
def test_other_requirements_are_refused(given):
    """What is no requirement of the engine is refused with examples."""
    with pytest.raises(EngineError, match="is no requirement of stancebook"):
        engine_of(given)


def test_versions_are_those_that_are_needed():
    """What the engine needs with its extras is pinned, at any depth, and nothing else."""
    pins = dict(line.split("==") for line in installed_versions(["build", "web"], ["pytest"]))
    assert {"pandas", "numpy", "PyYAML", "starlette", "anyio", "pytest", "pluggy"} <= pins.keys()
    assert not {"stancebook", "mypy", "jupyter", "lxml"} & pins.keys()
    assert installed_versions(["no-such-extra"], ["no-such-package"]) == installed_versions([])
