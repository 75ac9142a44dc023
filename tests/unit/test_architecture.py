import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import stancebook
from schemas import CONTRACT

ENGINE = Path(stancebook.__file__).parent
ROOT = Path(__file__).parents[2]


def dotted(path):
    """A module's name within the engine."""
    parts = path.relative_to(ENGINE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


MODULES = {dotted(path): ast.parse(path.read_text(encoding="utf-8")) for path in ENGINE.rglob("*.py")}

# Words of the seeds folder and of news text at large, which happen to be a table's name here.
GENERIC = {"documents"}


def imported(tree):
    """The modules a module imports, anywhere in it: those for type checking and those that come late too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module


GRAPH = {
    name: {part.partition(".")[2] or "__init__" for part in imported(tree) if part.partition(".")[0] == "stancebook"}
    for name, tree in MODULES.items()
}


def docstrings(tree):
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, owners) and ast.get_docstring(node)}


def words(tree):
    """Every identifier of a module, and every word of its strings; docstrings give examples, and are left out."""
    prose = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield from re.findall(r"\w+", node.value)
        for field in ("id", "attr", "arg", "name", "asname"):
            if isinstance(getattr(node, field, None), str):
                yield getattr(node, field)


# ── Directions ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("module", MODULES)
def test_the_engine_imports_nothing_of_the_contract(module):
    assert not {name for name in imported(MODULES[module]) if name.partition(".")[0] in ("schemas", "build")}


def test_imports_within_the_engine_run_down_and_never_in_a_circle():
    assert set().union(*GRAPH.values()) <= set(MODULES)
    order = list(TopologicalSorter(GRAPH).static_order())
    assert order.index("problem") < order.index("check") < order.index("build") < order.index("cli")


@pytest.mark.parametrize("module", [name for name in MODULES if name.partition(".")[0] == "exchange"])
def test_what_reads_a_dataset_goes_by_its_data_package_and_knows_nothing_of_seeds_and_models(module):
    assert not {name for name in GRAPH[module] if name.partition(".")[0] in ("seeds", "contract", "fields", "table")}


@pytest.mark.parametrize(
    "ground",
    ["problem", "layout", "suggest", "seeds.notation", "seeds.anchor", "seeds.syntax", "exchange.pattern"],
)
def test_the_ground_floor_stands_on_nothing_of_the_engine(ground):
    assert GRAPH[ground] == set()


def test_the_charts_and_the_rest_of_the_engine_do_not_know_each_other():
    charts = {name for name in MODULES if name.partition(".")[0] == "charts"}
    assert charts
    for name, needs in GRAPH.items():
        assert needs <= charts if name in charts else not needs & charts, name


@pytest.mark.parametrize("library", ["pandera", "yaml", "edtf", "rapidfuzz", "watchfiles", "distributed", "fsspec"])
def test_what_a_library_does_is_the_business_of_few_modules(library):
    users = {name for name, tree in MODULES.items() if library in {part.partition(".")[0] for part in imported(tree)}}
    assert (
        users
        == {
            "pandera": {"fields", "table", "validate", "exchange.schema"},
            "yaml": {"seeds.syntax", "seeds.tree"},
            "edtf": {"seeds.dates"},
            "rapidfuzz": {"seeds.anchor", "suggest"},
            "watchfiles": {"running.watch"},
            "distributed": {"large.cluster"},
            "fsspec": {"seeds.storage", "store"},
        }[library]
    )


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.py")), ids=lambda path: path.stem)
def test_the_contract_knows_the_words_of_models_and_not_the_pipeline(path):
    used = {name for name in imported(ast.parse(path.read_text(encoding="utf-8"))) if name.startswith("stancebook")}
    assert used <= {f"stancebook.{name}" for name in ("contract", "fields", "spec", "table")}


@pytest.mark.parametrize("module", MODULES)
def test_the_engine_knows_no_table_by_name(module):
    assert not (set(CONTRACT.tables) - GENERIC) & set(words(MODULES[module]))


def test_the_charts_know_no_column_either():
    columns = {column.name for spec in CONTRACT.tables.values() for column in spec.columns}
    told = {name for name in columns if "_" in name or name in ("stance", "quote", "attribution", "source")}
    for name, tree in MODULES.items():
        if name.partition(".")[0] == "charts":
            assert not told & set(words(tree)), name


# ── Weight ────────────────────────────────────────────────────────────────────────────────────────

HEAVY = "print(*sorted({'pandas', 'pandera', 'pyarrow', 'numpy', 'yaml', 'edtf', 'watchfiles'} & set(sys.modules)))"
HELP = """
import runpy, sys
sys.argv = ["build.py", "--help"]
try:
    runpy.run_path("build.py", run_name="__main__")
except SystemExit as end:
    assert end.code == 0
"""
COMMAND_HELP = """
import sys
from stancebook.cli.dataset_commands import main
try:
    main(["export", "sqlite", "--help"])
except SystemExit as end:
    assert end.code == 0
"""


@pytest.mark.parametrize(
    "program",
    [
        f"import sys, stancebook\n{HEAVY}",
        f"import sys, stancebook.sources.corpus\n{HEAVY}",
        f"{HELP}{HEAVY}",
        f"{COMMAND_HELP}{HEAVY}",
    ],
    ids=["import stancebook", "survey and read seeds", "build.py --help", "stancebook export sqlite --help"],
)
def test_what_must_answer_at_once_imports_nothing_heavy(program):
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src")},
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.splitlines()[-1] == ""


def test_what_loads_a_table_does_without_what_builds_and_checks_them():
    program = "import sys, stancebook; stancebook.load('actors'); print(*sorted(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(ROOT / "src")},
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(told.stdout.split())
    assert "pandas" in loaded
    assert not {"pandera", "yaml", "edtf", "rapidfuzz", "sentencex", "sqlite3"} & loaded
