"""The notebooks run on any dataset, and their figures follow the coding."""

import base64
import io
import re
import shutil
import sys
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
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
from stancebook import plotting
from stancebook.build.pipeline import build_tables
from stancebook.coders.dataset import agreement_tables
from stancebook.plotting import image
from stancebook.web.view import write_view
from tests.dataset_files import written
from tests.docs.notebook_runner import NOTEBOOKS, execute, results
from tests.docs.pages import ROOT
from tests.unit.plotting.sample_figures import clipped_texts, colliding_texts

STANCES, FORMATS = ROOT / "notebooks/01-stance-changes.ipynb", ROOT / "notebooks/02-negotiation-formats.ipynb"
AGREEMENT, TOUR = ROOT / "notebooks/03-agreement.ipynb", ROOT / "notebooks/tour.ipynb"

ANSWER = "the-answer-itself"

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


def add_codings(seeds: Path, coders: int) -> None:
    """Add codings of all documents, each with doubts and strong stances at other places."""
    for number in range(coders):
        for document in (seeds / "documents").rglob("*.yaml"):
            coding = seeds / f"codings/coder-{number}" / document.relative_to(seeds / "documents")
            coding.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(document, coding)
            rewrite(coding, partial(differ, step=number + 2))


def differ(data: dict[str, Any], step: int) -> None:
    """Change each `step`th row of annotations; leave out the last mention."""
    del data["mentions"][-1:]
    for table in ("mentions", "statements", "events", "demands"):
        for row in data.get(table, [])[::step]:
            row["confidence"] = "medium" if row["confidence"] == "high" else "high"
            if row.get("stance") == "supports":
                row["stance"] = "strongly_supports"


def build(seeds: Path) -> Path:
    """Build valid seeds into the folder next to them."""
    tables = build_tables(CONTRACT, seeds)
    assert not tables.errors, [str(problem) for problem in tables.errors]
    return written(tables, seeds.parent / "dataset")


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> dict[str, nbformat.NotebookNode]:
    """The notebooks, run on the two fictional documents, by name."""
    seeds = copy_example(tmp_path_factory.mktemp("example"))
    add_codings(seeds, 2)
    dataset = build(seeds)
    return {path.stem: execute(path, dataset) for path in NOTEBOOKS}


# ── On two fictional documents ────────────────────────────────────────────────────────────────────


@pytest.mark.proof
@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_pictures_have_alternative_text(example, name):
    """Each picture has an alternative text that states its sample sizes."""
    alts = [output["metadata"]["image/png"]["alt"] for output in pictures(example[name])]
    assert alts
    assert all(len(alt) > 80 and "Basis: 2 documents" in alt for alt in alts)


@pytest.mark.proof
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


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Path:
    """A dataset in which a stance, a source, a flexibility, a status, a role and a relation are others."""
    seeds = copy_example(tmp_path_factory.mktemp("planted"))
    build(seeds)
    tables = stancebook.load(path=seeds.parent / "dataset")
    shutil.rmtree(seeds.parent / "dataset")
    statements = tables["statements"].set_index("statement_id")
    claim = tables["stance_changes"].query("level == 'principal' and agreement == 'agrees'").iloc[0]
    plant(seeds, claim["to_observation_id"].partition(":")[2], "statements", stance=str(claim["from_stance"]))
    spoken = statements.query("source == 'on_record' and stance.notna() and format_id.isna()")
    plant(seeds, spoken.index[0], "statements", source="leak")
    line = tables["demands"].query("flexibility == 'red_line'").iloc[0]
    plant(seeds, line["demand_id"], "demands", flexibility="aspiration")
    failed = tables["events"].query("status == 'failed' and format_id.notna()").iloc[0]
    plant(seeds, failed["event_id"], "events", status="occurred")
    seat = tables["format_participants"].query("role == 'party'").iloc[0]

    def change(data):
        for row in data.get("formats", ()):
            for participant in row.get("participants", ()):
                if (row["format_id"], participant["actor_id"]) == (seat["format_id"], seat["actor_id"]):
                    participant["role"] = "excluded"
        for row in data.get("issues", ()):
            row.pop("relations", None)

    for path in (seeds / "codebook").glob("*.yaml"):
        rewrite(path, change)
    return build(seeds)


@pytest.mark.proof
@pytest.mark.parametrize("path", [STANCES, FORMATS], ids=lambda path: path.stem)
def test_planted_values_change_cells(example, planted, path):
    """Each figure and each computed text differs when the coding does."""
    again = execute(path, planted)
    shown = {cell.source for cell in again.cells if cell.cell_type == "code" and outputs(cell)}
    assert shown - set(changed(example[path.stem], again)) == set()


# ── On tables in memory ───────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> dict[str, pd.DataFrame]:
    """The tables of the two fictional documents."""
    return dict(stancebook.load(path=build(copy_example(tmp_path_factory.mktemp("tables")))))


@pytest.mark.parametrize("path", [STANCES, FORMATS], ids=lambda path: path.stem)
@pytest.mark.parametrize("number", [0, 1])
def test_notebook_runs_on_small_tables(tables, path, number):
    """A notebook runs, and each figure says so, if next to nothing is coded."""
    few = {
        name: table if name in ("documents", "actors", "issues") else table.head(number)
        for name, table in tables.items()
    }
    found = [result.alt for result in results(path, few).values() if isinstance(result, plotting.PngImage)]
    assert len(found) >= 4
    assert all("Basis: 2 documents" in alt for alt in found)


@pytest.fixture
def unreadable(monkeypatch) -> list[Any]:
    """The texts of figures that are clipped, and the pairs that collide, in notebooks that run in this process."""
    found: list[Any] = []

    def add_caption(ax, title, note):
        original(ax, title, note)
        found.extend([*clipped_texts(ax), *colliding_texts(ax)])

    original = image.add_caption
    monkeypatch.setattr(image, "add_caption", add_caption)
    return found


@pytest.mark.proof
@pytest.mark.parametrize("path", [STANCES, FORMATS], ids=lambda path: path.stem)
def test_figures_are_readable(tables, path, unreadable):
    """No text of a figure is clipped, and none covers another."""
    results(path, tables)
    assert unreadable == []


def supported(tables: dict[str, pd.DataFrame], **said: Any) -> dict[str, pd.DataFrame]:
    """Return the tables with a format that both parties support, one of them in other words."""
    observations, statements = (tables[name].copy() for name in ("stance_observations", "statements"))
    held = observations["holder_id"].eq("ile-verte") & observations["format_id"].eq("harbour-league-talks")
    observations.loc[held, ["stance", "mixed"]] = [None if said.get("mixed") else "supports", said.get("mixed", False)]
    passages = tables["observation_statements"].merge(observations[held], on="observation_id")["statement_id"]
    values = {"stance": "supports", "condition": None, "source": "on_record"} | said
    for column in values.keys() & set(statements):
        statements.loc[statements["statement_id"].isin(passages), column] = values[column]
    return tables | {"stance_observations": observations, "statements": statements}


def counts_support(tables: dict[str, pd.DataFrame]) -> bool:
    """Return whether the answer counts the format as supported by all who would sit in it."""
    return "1 (Île-Verte–Sørholm talks) has the plain support" in results(FORMATS, tables, ANSWER)[ANSWER].text


@pytest.mark.parametrize(
    "said",
    [
        {"condition": "If the tolls are lifted."},
        *({"source": source} for source in ("official_unnamed", "leak", "media_report", "unattributed")),
        {"attribution": "interpreted", "source": "author"},
        {"mixed": True},
    ],
    ids=str,
)
def test_only_plain_support_counts(tables, said):
    """Support on a condition, by hearsay, by another's reading or on both sides is not plain support."""
    assert counts_support(supported(tables))
    assert not counts_support(supported(tables, **said))


@pytest.mark.parametrize(("status", "counted"), [("standing", False), ("superseded", True)])
def test_standing_refusal_qualifies_support(tables, status, counted):
    """A holder who upholds a demand that refuses a format does not plainly support it."""
    demands = tables["demands"].copy()
    columns = ["demander_id", "format_id", "move", "status"]
    demands.loc[demands.index[0], columns] = ["etienne-ngoc", "harbour-league-talks", "refusal", status]
    assert counts_support(supported(tables) | {"demands": demands}) == counted


@pytest.fixture
def undrawn(monkeypatch) -> None:
    """Leave figures of notebooks that run in this process without an image, which saves time."""
    monkeypatch.setattr(plotting, "PngImage", lambda ax, **_: plt.close(ax.figure))


@pytest.mark.usefixtures("undrawn")
def test_clashes_follow_issue_relations(tables):
    """Holders who are for two issues that cannot both come true clash, and do not if the issues are not related."""
    clash = "Sørholm for it, Harbour League for *Free passage*"
    assert clash in results(STANCES, tables, "cell-10")["cell-10"].text
    alone = tables | {"issue_relations": tables["issue_relations"].head(0)}
    assert clash not in results(STANCES, alone, "cell-10")["cell-10"].text


@pytest.mark.usefixtures("undrawn")
def test_attempts_follow_event_relations(tables):
    """What became of an attempt is what the texts relate it to, in both directions."""
    events = tables["events"]
    failed = events.loc[events["status"] == "failed", "event_id"].iloc[0]
    before, after = events.loc[~events["status"].isin(["failed", "aborted"]), "event_id"].iloc[:2]
    rows = [(failed, "because_of", before), (after, "after", failed)]
    relations = pd.DataFrame(rows, columns=list(tables["event_relations"]))
    found = results(FORMATS, tables | {"event_relations": relations})["cell-18"].text
    titles = events.set_index("event_id")["title"]
    assert f"failed, because of *{titles[before]}*" in found
    assert f"followed by *{titles[after]}*" in found
    assert "the texts relate it to nothing" in found


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """The dataset of the two fictional documents with the address of its reading view, next to the pages."""
    seeds = copy_example(tmp_path_factory.mktemp("published"))
    built = build_tables(replace(CONTRACT, view_url="https://example.org/view"), seeds)
    write_view(built, seeds.parent / "view")
    return written(built, seeds.parent / "dataset")


@pytest.mark.proof
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("path", [STANCES, FORMATS], ids=lambda path: path.stem)
def test_rows_link_to_the_reading_view(published, path):
    """The IDs of quoted rows link to their pages and places if the dataset says where; all else is as without."""
    tables, address = dict(stancebook.load(path=published)), stancebook.view_url(published)
    linked, plain = (
        "\n".join(result.text for result in results(path, tables, view=view).values() if hasattr(result, "text"))
        for view in (address, "")
    )
    link = re.compile(rf"\[(`(\S+?)#(\S+?)`) ↗\]\({address}/(\S+?)#([a-z]+)\.(\S+?)\)")
    found = link.findall(linked)
    assert len(found) == linked.count("» (") > 5
    for _, doc_id, row, page, table, anchor in found:
        assert (page, anchor) == (f"{doc_id}.html", row)
        assert f'id="{table}.{anchor}"' in (published.parent / "view" / page).read_text(encoding="utf-8")
    assert link.sub(r"\1", linked) == plain


# ── With any number of coders ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def agreement_of(tmp_path, monkeypatch) -> Any:
    """Return a function that runs the notebook on tables, and on some codings of their documents."""

    def run(tables: dict[str, pd.DataFrame], coders: int, seeds: Path | None = None) -> dict[str, Any]:
        if seeds is None:
            copy_example(tmp_path)
        else:
            shutil.copytree(seeds, tmp_path / "seeds")
        add_codings(tmp_path / "seeds", coders)
        (tmp_path / "notebooks").mkdir()
        monkeypatch.chdir(tmp_path / "notebooks")
        monkeypatch.syspath_prepend(str(ROOT))
        return results(AGREEMENT, tables)

    return run


@pytest.mark.parametrize(
    ("coders", "basis"),
    [
        (0, "0 documents, 0 coders"),
        pytest.param(1, "2 documents, 2 coders", marks=pytest.mark.proof),
        pytest.param(5, "2 documents, 5 coders", marks=pytest.mark.proof),
    ],
)
def test_agreement_of_any_number_of_coders(tables, agreement_of, unreadable, coders, basis):
    """Without a coding the notebook says so; a single one is compared with the dataset, several with each other."""
    found = agreement_of(tables, coders)
    assert basis in found[ANSWER].text
    assert ("There is no coding to compare" in found[ANSWER].text) == (coders == 0)
    assert ("authoritative" in found[ANSWER].text) == (coders == 1)
    assert all(basis in result.alt for result in found.values() if isinstance(result, plotting.PngImage))
    assert unreadable == []


@pytest.mark.proof
@pytest.mark.usefixtures("undrawn")
def test_agreement_loads_what_the_command_wrote(tables, agreement_of, tmp_path, monkeypatch):
    """A folder that the command `agree` wrote is shown, and nothing is compared."""
    seeds = copy_example(tmp_path / "coded")
    add_codings(seeds, 2)
    (tmp_path / "agreement").mkdir()
    frames = agreement_tables(CONTRACT, seeds)
    frames["agreement"]["alpha"] = 0.5
    monkeypatch.setattr(stancebook, "load", lambda **_: frames)
    assert "0 reach 0.8, 0 only 0.667" in agreement_of(tables, 0)[ANSWER].text


# ── On many documents ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """The dataset of nine generated documents."""
    seeds = tmp_path_factory.mktemp("many") / "seeds"
    corpora.write(seeds, 9, corpora.Recipe())
    return build(seeds)


@pytest.mark.proof
@pytest.mark.parametrize("path", [STANCES, FORMATS], ids=lambda path: path.stem)
def test_notebook_runs_on_many_documents(many, path, unreadable):
    """A notebook runs on nine documents; each figure says so, and no text of it is clipped or covers another."""
    found = results(path, dict(stancebook.load(path=many)))
    alts = [result.alt for result in found.values() if isinstance(result, plotting.PngImage)]
    assert len(alts) >= 4
    assert all("9 documents" in alt for alt in alts)
    assert unreadable == []


@pytest.mark.proof
def test_agreement_on_many_documents(many, agreement_of, unreadable):
    """The notebook on agreement runs on nine documents that two coders coded."""
    found = agreement_of(dict(stancebook.load(path=many)), 2, many.parent / "seeds")
    assert "9 documents, 2 coders" in found[ANSWER].text
    assert unreadable == []


@pytest.mark.proof
def test_tour_runs_on_many_documents(many):
    """The tour runs on nine documents, and each figure says so."""
    alts = [output["metadata"]["image/png"]["alt"] for output in pictures(execute(TOUR, many))]
    assert alts
    assert all("9 documents" in alt for alt in alts)
