"""Names what is out of date next to `dataset/`: outputs of notebooks, versions, the changelog.

`make` runs it after a build, with nothing but the standard library. It reports and never fails: what it names does not
make the dataset wrong, and `make renew` or a release brings it up to date.
"""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def stale_files(root: Path = ROOT) -> Iterator[str]:
    """Yield a line for each file that does not go with the dataset.

    Args:
        root: The top folder of the repository.
    """
    package = json.loads((root / "dataset/datapackage.json").read_text(encoding="utf-8"))
    yield from _stale_notebooks(root, package["stancebook"]["build"])
    yield from _stale_versions(root, package["version"])
    yield from _stale_changelog(root, package["version"])


def _stale_notebooks(root: Path, build: str) -> Iterator[str]:
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        if metadata.get("stancebook", {}).get("build") != build:
            yield f"notebooks/{path.name}: its outputs are of another build of dataset/; run `make renew`"


def _stale_versions(root: Path, version: str) -> Iterator[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    for name, stated in {
        "pyproject.toml": project,
        "CITATION.cff": next(iter(re.findall(r"^version: (\S+)$", citation, re.MULTILINE)), ""),
    }.items():
        if stated != version:
            yield f"{name}: its version is {stated or 'missing'}, that of dataset/ is {version}"


def _stale_changelog(root: Path, version: str) -> Iterator[str]:
    """Compare with the tag of the version, if there is one: a release changes both version and changelog."""
    tag = f"v{version}"
    try:
        if _git(root, "rev-parse", "--verify", f"refs/tags/{tag}") or not _git(root, "diff", tag, "--", "dataset"):
            return
    except OSError:  # git is not installed
        return
    yield f"schemas/about.py: dataset/ differs from v{version} and still has this version"
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased = re.search(r"^## Unreleased$(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if unreleased is None or not re.search(r"^- ", unreleased[1], re.MULTILINE):
        yield f"CHANGELOG.md: dataset/ differs from v{version}, and nothing is listed under Unreleased"


def _git(root: Path, command: str, *arguments: str) -> int:
    """Return the exit status of a quiet git command."""
    line = ["git", command, "--quiet", *arguments]
    return subprocess.run(line, cwd=root, capture_output=True, check=False).returncode


if __name__ == "__main__":
    for line in stale_files():
        print(f"stale    {line}")
