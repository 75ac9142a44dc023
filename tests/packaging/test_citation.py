"""Citation file, package and contract state the same."""

import tomllib
from pathlib import Path

import pytest
import yaml

from schemas import CONTRACT

ROOT = Path(__file__).parents[2]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize(
    ("stated", "here"),
    [
        (CITATION["title"], CONTRACT.title),
        (CITATION["version"], CONTRACT.version),
        (PROJECT["version"], CONTRACT.version),
        (CITATION["date-released"], CONTRACT.released),
        (CITATION["keywords"], list(CONTRACT.keywords)),
        ([author["name"] for author in CITATION["authors"]], list(CONTRACT.creators)),
        (CITATION.get("url", ""), CONTRACT.homepage),
        (CITATION.get("repository-code", ""), CONTRACT.repository),
    ],
    ids=[
        "title",
        "version",
        "version of the package",
        "day of release",
        "keywords",
        "authors",
        "homepage",
        "repository",
    ],
)
def test_citation_agrees_with_contract(stated, here):
    """Title, version, date, keywords and authors are those of the contract."""
    assert stated == here


def test_licence_is_the_same_everywhere():
    """The licence of the data is the same in the contract, the citation file, the package and LICENSE-DATA.md."""
    [licence] = CONTRACT.licenses
    assert licence.name in CITATION["license"]
    assert licence.name in PROJECT["license"]
    assert licence.path in (ROOT / "LICENSE-DATA.md").read_text(encoding="utf-8")
