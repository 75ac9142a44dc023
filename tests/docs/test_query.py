"""The recipes of docs/query.md also read a dataset in parts, and the exports are what the page says."""

import re
import shutil

import frictionless
import pytest

from stancebook.cli.main import main
from tests.docs.docs_runner import Workspace, example_dataset, stripped_lines
from tests.docs.pages import page_at
from tests.unit.dataset_parts import write_in_parts

PAGE = page_at("docs/query.md")
RECIPES = [
    block
    for block in PAGE.blocks
    if re.search("""["']dataset""", block.code) and block.language in {"python", "sql"} and block.answer is not None
]


@pytest.fixture(scope="module")
def workspace_in_parts(built, tmp_path_factory):
    """A workspace with the example dataset in which every table is a folder of parts of two rows."""
    workspace = Workspace(tmp_path_factory.mktemp("query-in-parts"), "dataset")
    shutil.rmtree(workspace.folder / "dataset")
    (workspace.folder / "dataset").mkdir()
    cuts = {name: range(2, len(frame), 2) for name, frame in built.frames.items()}
    write_in_parts(built, workspace.folder / "dataset", cuts)
    return workspace


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda block: block.heading)
def test_recipe_reads_tables_in_parts(recipe, workspace_in_parts):
    """A recipe prints the same where tables are folders of parts."""
    assert stripped_lines(workspace_in_parts.run(recipe)) == stripped_lines(recipe.answer)


def test_csv_export_is_as_documented(tmp_path):
    """The CSV export is valid, uses CR LF, and has no quoted empty field."""
    assert main(["export", "csv", "--from", str(example_dataset()), str(tmp_path / "csv")]) == 0
    assert frictionless.Package(str(tmp_path / "csv/datapackage.json")).validate().valid
    for path in (tmp_path / "csv").glob("*.csv"):
        text = path.read_bytes().decode("utf-8")
        assert text.count("\r\n") >= 1
        assert not re.search(r'(^|,)""(,|\r)', text)
