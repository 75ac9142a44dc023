"""The real texts go through every annotation tool and back unchanged."""

from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.exchange.incoming import ImportOptions, plan_import
from stancebook.exchange.outgoing import read_project
from stancebook.exchange.tools import TOOLS
from tests.exchange.test_guarantee import VARIANTS, write_export

pytestmark = pytest.mark.proof
SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def sources():
    """Return the project with all coders."""
    return read_project(CONTRACT, SEEDS)


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_all_codings_come_back_unchanged(name, variant, sources, tmp_path):
    """Every row of every coder is read, and no file would change."""
    path = write_export(TOOLS[name].write(sources.project, variant), TOOLS[name], tmp_path)
    tool = TOOLS[name].read([path], sources.project)
    plan = plan_import(CONTRACT, SEEDS, sources, tool, ImportOptions())
    assert list(plan.problems) == []
    assert plan.n_read == sum(len(rows) for text in sources.project.texts for rows in text.codings.values())
    assert not [file.path for file in plan.files if file.is_change or file.gone]
