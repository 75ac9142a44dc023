"""The notebooks run, show what they showed when they were committed, and show it otherwise when the coding differs."""

import base64
import io
import os
import re
import shutil
import sys
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import yaml
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

import stancebook
from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from tests.dataset_files import written
from tests.docs.notebook_corpus import generate

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
STANCES, FORMATS = "01-stance-changes", "02-negotiation-formats"
REFRESH = (
    "If the change is meant, run this and look at every figure before you commit:\n"
    "    python -m nbconvert --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False"
    " notebooks/*.ipynb"
)

# What starts a kernel is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")


def executed(name: str, dataset: Path | None = None, at: Path = ROOT / "notebooks") -> nbformat.NotebookNode:
    """Run a notebook in a folder, on the committed dataset or on another, and return it with its outputs."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    if dataset is not None:
        first = nbformat.v4.new_code_cell(
            f"import functools, stancebook\nstancebook.load = functools.partial(stancebook.load, path={str(dataset)!r})"
        )
        notebook.cells.insert(0, first)
    paths = [str(ROOT / "src"), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", record_timing=False, resources={"metadata": {"path": str(at)}}
    )
    client.execute(env=env)
    if dataset is not None:
        del notebook.cells[0]
    return notebook


def outputs(cell: Any) -> list[dict[str, Any]]:
    """A code cell's outputs, without what only numbers them."""
    kept = []
    for output in cell.get("outputs", []):
        kind = "result" if output.output_type in ("execute_result", "display_data") else output.output_type
        kept.append(
            {"kind": kind, **{key: output[key] for key in ("data", "metadata", "name", "text") if key in output}}
        )
    return kept


def pictures(notebook: nbformat.NotebookNode) -> list[Any]:
    found = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output for output in found if "image/png" in output.get("data", {})]


def blocks(png: str) -> np.ndarray:
    """A picture as the mean colours of 8 × 8 pixels: how a letter's edge is drawn is lost, the letter is not."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        small = image.convert("RGB").resize((image.width // 8, image.height // 8), Image.Resampling.BOX)
    return np.asarray(small, dtype=float)


def same_picture(one: str, other: str) -> bool:
    first, second = blocks(one), blocks(other)
    return first.shape == second.shape and float(np.abs(first - second).max()) <= 32


def difference(was: list[dict[str, Any]], now: list[dict[str, Any]]) -> str:
    """Say in what the outputs of a cell differ; nothing if in nothing."""
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
    """The cells whose outputs differ: their source, and in what they differ."""
    pairs = zip(was.cells, now.cells, strict=True)
    found = {one.source: difference(outputs(one), outputs(other)) for one, other in pairs if one.cell_type == "code"}
    return {source: said for source, said in found.items() if said}


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def committed(request) -> tuple[str, nbformat.NotebookNode]:
    return request.param.stem, nbformat.read(request.param, as_version=4)


# ── As committed ──────────────────────────────────────────────────────────────────────────────────


def test_a_notebook_shows_what_it_showed_when_it_was_committed(committed):
    name, notebook = committed
    for source, said in changed(notebook, executed(name)).items():
        pytest.fail(f"notebooks/{name}.ipynb: a cell shows something else now.\n\n{source}\n\n{said}\n\n{REFRESH}")


def test_every_picture_has_alternative_text(committed):
    _, notebook = committed
    alts = [output["metadata"]["image/png"]["alt"] for output in pictures(notebook)]
    assert alts
    assert all(len(alt) > 80 and "Basis: " in alt for alt in alts)


def test_the_html_copy_has_the_pictures_with_their_texts_and_the_code_folded(committed):
    name, notebook = committed
    exporter = HTMLExporter(template_name="folded", extra_template_basedirs=[str(ROOT / "notebooks")])
    html, _ = exporter.from_filename(str(ROOT / "notebooks" / f"{name}.ipynb"))
    alts = [unescape(alt) for alt in re.findall(r'<img alt="([^"]+)"', html)]
    assert alts == [output["metadata"]["image/png"]["alt"] for output in pictures(notebook)]
    assert html.count("<details") == sum(cell.cell_type == "code" for cell in notebook.cells)


def test_a_notebook_is_small_and_says_nothing_of_the_machine_it_ran_on(committed):
    name, _ = committed
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    assert len(text) < 1_000_000
    for trace in (str(ROOT), sys.prefix, " at 0x", "Traceback", "Warning"):
        assert trace not in text, trace


def test_another_letter_is_another_picture_and_a_shade_is_not():
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
    """Change a file of annotations by a function of what it holds; every scalar stays text."""
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


def published(seeds: Path, dataset: Path) -> Path:
    """Build a dataset of seeds that must be in order."""
    built = build_tables(CONTRACT, seeds)
    assert not built.errors, [str(problem) for problem in built.errors]
    return written(built, dataset)


def cells_that(found: dict[str, str], call: str) -> list[str]:
    return [said for source, said in found.items() if call in source]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    return folder / "seeds"


@pytest.fixture(scope="module")
def planted(seeds) -> Path:
    """A dataset in which one stance, one source, one flexibility, one status and one role are wrong."""
    tables = stancebook.load()
    changes, statements = tables["stance_changes"], tables["statements"]
    moved = changes[
        (changes["level"] == "party") & (changes["agreement"] == "agrees") & (changes["direction"] == "softened")
    ]
    claim = moved.iloc[0]
    plant(seeds, claim["to_statement_id"], "statements", stance=str(claim["from_stance"]))
    spoken = statements[(statements["source"] == "on_record") & (statements["attribution"] == "indirect")]
    spoken = spoken[
        spoken["stance"].notna() & ~spoken["statement_id"].isin([*claim[["from_statement_id", "to_statement_id"]]])
    ]
    plant(seeds, spoken.iloc[0]["statement_id"], "statements", source="leak")
    line = tables["demands"].query("flexibility == 'red_line'").iloc[0]
    plant(seeds, line["demand_id"], "demands", flexibility="aspiration")
    failed = tables["events"].query("status == 'failed' and format_id.notna()").iloc[0]
    plant(seeds, failed["event_id"], "events", status="occurred")
    seat = tables["format_participants"].query("role == 'party'").iloc[0]

    def exclude(data):
        for row in data["formats"]:
            for participant in row.get("participants", ()):
                if (row["format_id"], participant["actor_id"]) == (seat["format_id"], seat["actor_id"]):
                    participant["role"] = "excluded"

    rewrite(seeds / "codebook/formats.yaml", exclude)
    return published(seeds, seeds.parent / "dataset")


def test_what_is_planted_changes_the_figures_on_stances(planted):
    was = nbformat.read(ROOT / "notebooks" / f"{STANCES}.ipynb", as_version=4)
    found = changed(was, executed(STANCES, planted))
    for call in (
        "plotting.heatmap(",
        "plotting.dumbbell_plot(",
        "plotting.timeline_bars(",
        "plotting.dot_matrix(",
        "plotting.count_styles(",
        "pd.crosstab(",
    ):
        assert cells_that(found, call), f"the planted values changed nothing in the cell with {call}"
    assert cells_that(found, "answer = display("), "the answer is as it was"
    assert cells_that(found, "why(row)"), "the words are as they were"


def test_what_is_planted_changes_the_figures_on_formats(planted):
    was = nbformat.read(ROOT / "notebooks" / f"{FORMATS}.ipynb", as_version=4)
    found = changed(was, executed(FORMATS, planted))
    for call in ("plotting.heatmap(", "plotting.dot_matrix(", "plotting.timeline_bars("):
        assert cells_that(found, call), f"the planted values changed nothing in the cell with {call}"
    left_out = stancebook.load("actors").set_index("actor_id")["name"].astype(str)
    (dots,) = cells_that(found, "plotting.dot_matrix(")
    assert "said to be left out: nobody" in dots
    assert any(f"said to be left out: {name}" in dots for name in left_out)
    assert cells_that(found, "def next_told("), "the earlier attempts are as they were"


# ── On many documents ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    (folder / "notebooks").mkdir()
    published(generate(folder, documents=9, negotiations=3), folder / "dataset")
    return folder


def test_a_corpus_depends_on_its_seed_alone(many, tmp_path):
    again = generate(tmp_path, documents=9, negotiations=3)
    files = sorted(path.relative_to(again) for path in again.rglob("*.*"))
    assert files
    assert all((again / file).read_bytes() == (many / "seeds" / file).read_bytes() for file in files)


def test_a_notebook_runs_on_many_documents_and_says_so(many, committed):
    name, _ = committed
    notebook = executed(name, many / "dataset", at=many / "notebooks")
    alts = [output["metadata"]["image/png"]["alt"] for output in pictures(notebook)]
    assert alts
    assert all("9 documents" in alt for alt in alts)
