"""The notebooks run on any dataset, and their figures follow the coding."""

import ast
import base64
import io
import re
import shutil
import sys
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml
from nbconvert import HTMLExporter
from PIL import Image

import stancebook
from benchmarks import corpora
from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from tests.dataset_files import written
from tests.docs.notebook_runner import NOTEBOOKS, execute
from tests.docs.pages import ROOT

STANCES, FORMATS = ROOT / "notebooks/01-stance-changes.ipynb", ROOT / "notebooks/02-negotiation-formats.ipynb"

pytestmark = [
    pytest.mark.xdist_group("notebooks"),
    # warnings of the libraries that start a kernel
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning"),
]


def outputs(cell: Any) -> list[dict[str, Any]]:
    """Return the outputs of a code cell without their numbers."""
    found = []
    for output in cell.get("outputs", []):
        kind = "result" if output.output_type in ("execute_result", "display_data") else output.output_type
        found.append(
            {"kind": kind, **{key: output[key] for key in ("data", "metadata", "name", "text") if key in output}}
        )
    return found


def pictures(notebook: nbformat.NotebookNode) -> list[Any]:
    found = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output for output in found if "image/png" in output.get("data", {})]


def blocks(png: str) -> np.ndarray:
    """Return the mean colours of 8 × 8 pixels: they show a letter, but not how its edge is drawn."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        small = image.convert("RGB").resize((image.width // 8, image.height // 8), Image.Resampling.BOX)
    return np.asarray(small, dtype=float)


def same_picture(one: str, other: str) -> bool:
    first, second = blocks(one), blocks(other)
    return first.shape == second.shape and float(np.abs(first - second).max()) <= 32


def difference(was: list[dict[str, Any]], now: list[dict[str, Any]]) -> str:
    """Describe how the outputs of a cell differ; empty if they do not."""
    if [output["kind"] for output in was] != [output["kind"] for output in now]:
        return f"it had {len(was)} outputs, it has {len(now)}, or of other kinds"
    for before, after in zip(was, now, strict=True):
        old, new = dict(before.get("data", {})), dict(after.get("data", {}))
        png = old.pop("image/png", None), new.pop("image/png", None)
        if old != new or before.get("text") != after.get("text"):
            return f"it read\n{old or before.get('text')}\nit reads\n{new or after.get('text')}"
        if before.get("metadata") != after.get("metadata"):
            return "its alternative text differs"
        if None not in png and not same_picture(*png):
            return "its picture differs"
    return ""


def changed(was: nbformat.NotebookNode, now: nbformat.NotebookNode) -> dict[str, str]:
    """Return how the outputs of cells differ, by the source of the cells."""
    pairs = zip(was.cells, now.cells, strict=True)
    found = {one.source: difference(outputs(one), outputs(other)) for one, other in pairs if one.cell_type == "code"}
    return {source: words for source, words in found.items() if words}


def copy_example(folder: Path) -> Path:
    """Copy the two fictional documents and their codebooks into one folder of seeds."""
    for source in ("tests/project/seeds", "tests/second_document/seeds"):
        shutil.copytree(ROOT / source, folder / "seeds", dirs_exist_ok=True)
    return folder / "seeds"


def build(seeds: Path) -> Path:
    """Build valid seeds into the folder next to them."""
    tables = build_tables(CONTRACT, seeds)
    assert not tables.errors, [str(problem) for problem in tables.errors]
    return written(tables, seeds.parent / "dataset")


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> dict[str, nbformat.NotebookNode]:
    """The notebooks, run on the two fictional documents, by name."""
    dataset = build(copy_example(tmp_path_factory.mktemp("example")))
    return {path.stem: execute(path, dataset) for path in NOTEBOOKS}


# ── On two fictional documents ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_pictures_have_alternative_text(example, name):
    """Each picture has an alternative text that states its sample sizes."""
    alts = [output["metadata"]["image/png"]["alt"] for output in pictures(example[name])]
    assert alts
    assert all(len(alt) > 80 and "Basis: 2 documents" in alt for alt in alts)


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_html_has_pictures_and_folded_code(example, name):
    """The HTML copy has all pictures with their alternative texts, and the code of each cell folded."""
    exporter = HTMLExporter(template_name="folded", extra_template_basedirs=[str(ROOT / "notebooks")])
    html, _ = exporter.from_notebook_node(example[name])
    alts = [unescape(alt) for alt in re.findall(r'<img alt="([^"]+)"', html)]
    assert alts == [output["metadata"]["image/png"]["alt"] for output in pictures(example[name])]
    assert html.count("<details") == sum(cell.cell_type == "code" for cell in example[name].cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_notebook_is_small_and_clean(path):
    """A committed notebook has outputs, and neither paths of the machine it ran on nor warnings."""
    text = path.read_text(encoding="utf-8")
    assert '"image/png"' in text
    assert len(text) < 1_000_000
    for trace in (str(ROOT), sys.prefix, " at 0x", "Traceback", "Warning"):
        assert trace not in text, trace


def test_reports_years_apart_have_own_timelines(example):
    """Reports of one period are one timeline; the example has one period in each notebook."""
    for path in (STANCES, FORMATS):
        alts = [output["metadata"]["image/png"]["alt"] for output in pictures(example[path.stem])]
        assert sum("Bars along time." in alt for alt in alts) == 1


def function(path: Path, name: str) -> Any:
    """Return a function that a notebook defines and that needs nothing else of it."""
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    [source] = [
        ast.unparse(node)
        for cell in cells
        for node in ast.parse(cell).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    scope: dict[str, Any] = {}
    exec(source, scope)  # noqa: S102 (our own notebook)
    return scope[name]


@pytest.mark.parametrize("path", [STANCES, FORMATS], ids=lambda path: path.stem)
@pytest.mark.parametrize("number", [0, 1, 7, 8, 9, 23, 100])
def test_pages_hold_every_key_once(path, number):
    """Pages leave no column out, and keep sets together that fit."""
    keys = [f"k{key:02}" for key in range(number)]
    together = [set(keys[start : start + 3]) for start in range(0, number, 3)]
    pages = function(path, "pages")(keys, 8, together)
    assert sorted(key for page in pages for key in page) == keys
    assert all(len(page) <= 8 for page in pages)
    assert all(any(group <= set(page) for page in pages) for group in together)


def test_periods_are_a_year_apart():
    """Days of publication fall into groups with more than a year between."""
    days = pd.to_datetime(["2025-02-06", "2031-06-12", "2025-12-01", "2031-06-13"])
    found = function(STANCES, "periods")(pd.Series(days))
    assert [[f"{day:%Y-%m-%d}" for day in group] for group in found] == [
        ["2025-02-06", "2025-12-01"],
        ["2031-06-12", "2031-06-13"],
    ]


def test_pictures_differ_by_letters_not_shades():
    """Two pictures differ if a letter does, and not if only its shade does."""

    def png(ink: int, wide: int) -> str:
        pixels = np.full((160, 160, 3), 255, dtype=np.uint8)
        pixels[40:54, 40 : 40 + wide] = ink
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, format="png")
        return base64.b64encode(buffer.getvalue()).decode()

    assert same_picture(png(0, 8), png(20, 8))
    assert not same_picture(png(0, 8), png(0, 14))


# ── With something planted ────────────────────────────────────────────────────────────────────────


def rewrite(path: Path, change: Any) -> None:
    """Change a file of annotations by a function of its content; every scalar stays text."""
    data = yaml.load(path.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506
    change(data)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")


def plant(seeds: Path, row_id: str, table: str, **values: str) -> None:
    """Give a row of a document other values."""
    doc_id, own = row_id.split("#")

    def change(data):
        (row,) = [row for row in data[table] if row["id"] == own]
        row.update(values)

    rewrite(seeds / "documents" / f"{doc_id}.yaml", change)


def cells_that(found: dict[str, str], call: str) -> list[str]:
    return [words for source, words in found.items() if call in source]


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Path:
    """A dataset in which one stance, one source, one flexibility, one status and one role are wrong."""
    seeds = copy_example(tmp_path_factory.mktemp("planted"))
    build(seeds)
    tables = stancebook.load(path=seeds.parent / "dataset")
    shutil.rmtree(seeds.parent / "dataset")
    changes, statements = tables["stance_changes"], tables["statements"]
    moved = changes[
        (changes["level"] == "party") & (changes["agreement"] == "agrees") & (changes["direction"] == "softened")
    ]
    claim = moved.iloc[0]
    plant(seeds, claim["to_statement_id"], "statements", stance=str(claim["from_stance"]))
    spoken = statements[(statements["source"] == "on_record") & statements["stance"].notna()]
    plant(seeds, spoken.iloc[0]["statement_id"], "statements", source="leak")
    line = tables["demands"].query("flexibility == 'red_line'").iloc[0]
    plant(seeds, line["demand_id"], "demands", flexibility="aspiration")
    failed = tables["events"].query("status == 'failed' and format_id.notna()").iloc[0]
    plant(seeds, failed["event_id"], "events", status="occurred")
    seat = tables["format_participants"].query("role == 'party'").iloc[0]

    def exclude(data):
        for row in data.get("formats", ()):
            for participant in row.get("participants", ()):
                if (row["format_id"], participant["actor_id"]) == (seat["format_id"], seat["actor_id"]):
                    participant["role"] = "excluded"

    for path in (seeds / "codebook").glob("*.yaml"):
        rewrite(path, exclude)
    return build(seeds)


def test_planted_values_change_figures_on_stances(example, planted):
    """Each figure and sentence on stances differs when the coding does."""
    found = changed(example[STANCES.stem], execute(STANCES, planted))
    for call in (
        "plotting.heatmap(",
        "plotting.dumbbell_plot(",
        "plotting.timeline_bars(",
        "plotting.dot_matrix(",
        "plotting.count_styles(",
        "pd.crosstab(",
    ):
        assert cells_that(found, call), f"the planted values changed nothing in the cell with {call}"
    assert cells_that(found, "answer = display("), "the answer is unchanged"
    assert cells_that(found, "why(row)"), "the words are unchanged"


def test_planted_values_change_figures_on_formats(example, planted):
    """Each figure and sentence on formats differs when the coding does."""
    found = changed(example[FORMATS.stem], execute(FORMATS, planted))
    for call in ("plotting.heatmap(", "plotting.dot_matrix(", "plotting.timeline_bars("):
        assert cells_that(found, call), f"the planted values changed nothing in the cell with {call}"
    names = stancebook.load("actors", path=planted)["name"].astype(str)
    (dots,) = cells_that(found, "plotting.dot_matrix(")
    assert "said to be left out: nobody" in dots
    assert any(f"said to be left out: {name}" in dots for name in names)
    assert cells_that(found, "def next_event("), "the earlier attempts are unchanged"


# ── On many documents ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """The dataset of nine generated documents."""
    seeds = tmp_path_factory.mktemp("many") / "seeds"
    corpora.write(seeds, 9, corpora.Recipe())
    return build(seeds)


@pytest.mark.proof
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_on_many_documents(many, path):
    """A notebook runs on nine documents, and each figure says so."""
    alts = [output["metadata"]["image/png"]["alt"] for output in pictures(execute(path, many))]
    assert alts
    assert all("9 documents" in alt for alt in alts)
