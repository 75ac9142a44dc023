"""What is said of the dataset in several places is the same in all of them."""

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
def test_the_citation_file_and_the_contract_agree(stated, here):
    assert stated == here


def test_the_data_is_under_the_same_licence_everywhere():
    [licence] = CONTRACT.licenses
    assert licence.name in CITATION["license"]
    assert licence.name in PROJECT["license"]
    assert licence.path in (ROOT / "LICENSE-DATA.md").read_text(encoding="utf-8")
