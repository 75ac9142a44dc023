"""What an export wrote comes back unchanged, from every tool and in every variant."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook.exchange.incoming import ImportOptions, ImportPlan, plan_import
from stancebook.exchange.outgoing import read_project
from stancebook.exchange.tools import TOOLS
from tests.exchange.coded_texts import claims, texts, write_letter
from tests.unit.sample_contract import LETTERS

VARIANTS = [(tool.name, variant) for tool in TOOLS.values() if not tool.codes_only for variant in tool.variants]
MINIMAL = Path(__file__).parents[1] / "project/seeds"


def write_export(files, tool, folder):
    """Write an export; return the path that an import is given."""
    for name, content in files.items():
        path = folder / (f"export{tool.suffix}" if tool.suffix else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return path if tool.suffix else folder


def round_trip(contract, seeds, name, variant, folder) -> ImportPlan:
    """Export a project and import what was written."""
    tool, sources = TOOLS[name], read_project(contract, seeds)
    assert not sources.problems
    path = write_export(tool.write(sources.project, variant), tool, folder)
    return plan_import(contract, seeds, sources, tool.read([path], sources.project), ImportOptions())


def assert_nothing_changed(plan, rows):
    """Assert that an import read all rows and would write nothing."""
    assert list(plan.problems) == []
    assert plan.n_read == rows
    for file in plan.files:
        assert (file.added, file.changed, file.removed, file.gone) == ([], [], [], [])
        assert file.text == file.old


@pytest.fixture(scope="module")
def minimal():
    """Return the minimal project."""
    return read_project(CONTRACT, MINIMAL)


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_export_comes_back_unchanged(name, variant, minimal, tmp_path):
    """An import of the minimal project's export changes nothing, and the next export has the same bytes."""
    tool = TOOLS[name]
    files = tool.write(minimal.project, variant)
    path = write_export(files, tool, tmp_path)
    plan = plan_import(CONTRACT, MINIMAL, minimal, tool.read([path], minimal.project), ImportOptions())
    assert_nothing_changed(plan, 11)
    assert len(plan.files) == 1
    assert tool.write(minimal.project, variant) == files


def check_any_text(name, variant, data):
    """Export and import random coded texts of two coders."""
    text = data.draw(texts())
    records = data.draw(claims(text))
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder, "seeds")
        write_letter(seeds, text, records)
        others = data.draw(claims(text))
        write_letter(seeds, text, others, coder="ab")
        plan = round_trip(LETTERS, seeds, name, variant, Path(folder, "export"))
        assert_nothing_changed(plan, len(records) + len(others))


@settings(max_examples=5)
@given(st.sampled_from(VARIANTS), st.data())
def test_any_text_comes_back_unchanged(variant, data):
    """So does any text: with emoji, line ends of all kinds, a byte order mark, right-to-left words, ten overlaps."""
    check_any_text(*variant, data)


@pytest.mark.proof
@pytest.mark.parametrize(("name", "variant"), VARIANTS)
@settings(max_examples=6)
@given(st.data())
def test_many_texts_come_back_unchanged(name, variant, data):
    """The same with many examples of each tool."""
    check_any_text(name, variant, data)


@pytest.mark.parametrize("name", [tool.name for tool in TOOLS.values() if tool.lossless and not tool.codes_only])
def test_export_fills_an_empty_coding(name, minimal, tmp_path):
    """Into a project without the rows, they come with all that they have, and once only."""
    tool = TOOLS[name]
    path = write_export(tool.write(minimal.project), tool, tmp_path / "export")
    seeds = shutil.copytree(MINIMAL, tmp_path / "seeds")
    annotations = seeds / "documents/river-talks.yaml"
    whole = annotations.read_text(encoding="utf-8")
    annotations.write_text(whole.partition("mentions:")[0], encoding="utf-8", newline="")
    empty = read_project(CONTRACT, seeds)
    plan = plan_import(CONTRACT, seeds, empty, tool.read([path], empty.project), ImportOptions())
    assert list(plan.problems) == []
    plan.write()
    after = read_project(CONTRACT, seeds)
    assert after.project.texts[0].codings == minimal.project.texts[0].codings
    again = plan_import(CONTRACT, seeds, after, tool.read([path], after.project), ImportOptions())
    assert not any(file.is_change for file in again.files)


def test_tool_says_what_it_cannot_hold():
    """A tool from which not all comes back says so in its help and after an export."""
    assert [tool.name for tool in TOOLS.values() if bool(tool.not_held) == tool.lossless] == []
