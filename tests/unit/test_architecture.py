"""The structure of the code: who may import whom, what is imported late, and what the engine must not know."""

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import stancebook
from schemas import CONTRACT
from tests.second_document.check import DATA_TESTS

ENGINE = Path(stancebook.__file__).parent
ROOT = Path(__file__).parents[2]

# A package or top-level module imports only those before it. `plotting` is apart from all of them but `markdown`.
LAYERS = (
    "markdown",
    "problems",
    "exceptions",
    "suggestions",
    "schema",
    "dataset",
    "metadata",
    "sources",
    "build",
    "parallel",
    "diff",
    "coders",
    "exchange",
    "drafts",
    "release",
    "starter",
    "web",
    "api",
    "cli",
    "__main__",
    "__init__",
)

# Where a library is used: a second place would be a second way to do one thing.
LIBRARIES = {
    "pandera": {"schema", "dataset"},
    "yaml": {"sources"},
    "edtf": {"schema"},
    "rapidfuzz": {"sources", "suggestions"},
    "regex": {"sources"},
    "sentencex": {"sources"},
    "anyascii": {"suggestions"},
    "watchfiles": {"cli"},
    "distributed": {"parallel"},
    "fsspec": {"sources", "dataset"},
    "uvicorn": {"web"},
    "starlette": {"web"},
    "jinja2": {"web"},
    "packaging": {"starter"},
    "lxml": {"starter"},
    "docx": {"starter"},
    "pypdf": {"starter"},
    "pyreadstat": {"dataset"},
    "xlsxwriter": {"dataset"},
}

# Names of tables here that are ordinary words of the engine: the folder of annotated texts, and what is in a text.
ORDINARY_WORDS = {"documents", "sentences"}
# Names of tables here that a module writes because the format of a tool has them.
FORMAT_WORDS = {"exchange.adapters.brat": {"events"}}


def module_name(path):
    """Return a module's name within the engine; a package goes by its `__init__`."""
    parts = path.relative_to(ENGINE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def imports_of(tree):
    """Yield the modules that a module imports, late imports and those for type checking included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module


def layer(module):
    """Return the package or top-level module that a module belongs to."""
    return module.partition(".")[0]


def identifiers_and_words(tree):
    """Yield every identifier and every word of a string of a module, docstrings left out: they give examples."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef)
    prose = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, owners) and ast.get_docstring(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield from re.findall(r"\w+", node.value)
        for field in ("id", "attr", "arg", "name", "asname"):
            if isinstance(getattr(node, field, None), str):
                yield getattr(node, field)


TEMPLATES = ENGINE / "starter/templates"  # files of projects, which are no code of the engine
MODULES = {module_name(path): path for path in ENGINE.rglob("*.py") if not path.is_relative_to(TEMPLATES)}
PLOTTING = {name for name in MODULES if layer(name) == "plotting"}


@cache
def tree_of(module):
    """Return the syntax tree of a module; those of all take a second, which other tests should not wait for."""
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def needs_of(module):
    """Return the modules of the engine that a module imports."""
    imported = imports_of(tree_of(module))
    return {each.partition(".")[2] or "__init__" for each in imported if layer(each) == "stancebook"}


# ── Imports ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("module", MODULES)
def test_engine_does_not_import_contract(module):
    """The engine imports neither the schemas of a project nor its build script."""
    assert not {name for name in imports_of(tree_of(module)) if layer(name) in ("schemas", "build")}


@pytest.mark.parametrize("module", sorted(set(MODULES) - PLOTTING))
def test_packages_import_earlier_layers_only(module):
    """Imports run one way through the layers."""
    allowed = LAYERS[: LAYERS.index(layer(module)) + 1]
    assert {layer(name) for name in needs_of(module)} <= set(allowed)


def test_modules_import_each_other_in_no_cycle():
    """Within a package imports run one way too, and every imported module exists."""
    assert set().union(*map(needs_of, MODULES)) <= set(MODULES)
    TopologicalSorter({name: needs_of(name) - {name} for name in MODULES}).prepare()


def test_plotting_is_apart():
    """The plotting package uses nothing of the engine but what escapes Markdown, and the engine nothing of it."""
    assert PLOTTING
    for name in MODULES:
        needs = needs_of(name)
        assert needs <= {*PLOTTING, "markdown"} if name in PLOTTING else not needs & PLOTTING, name


@pytest.mark.parametrize("library", LIBRARIES)
def test_library_is_used_in_known_places(library):
    """Each library is wrapped in few places, so that it can be replaced there."""
    users = {layer(name) for name in MODULES if library in map(layer, imports_of(tree_of(name)))}
    assert users == LIBRARIES[library]


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.py")), ids=lambda path: path.stem)
def test_contract_imports_public_names_only(path):
    """A contract is written with the public words of a model and knows nothing of the pipeline."""
    used = {name for name in imports_of(ast.parse(path.read_text(encoding="utf-8"))) if layer(name) == "stancebook"}
    assert {name.partition(".")[2].partition(".")[0] for name in used} <= {"", "schema"}


# ── What the engine must not know ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("module", MODULES)
def test_engine_knows_no_table_by_name(module):
    """No identifier and no string of the engine is the name of a table of this project."""
    names = set(CONTRACT.tables) - ORDINARY_WORDS - FORMAT_WORDS.get(module, set())
    assert not names & set(identifiers_and_words(tree_of(module)))


@pytest.mark.parametrize("module", sorted(PLOTTING))
def test_plotting_knows_no_column_by_name(module):
    """No identifier and no string of the plotting package is the name of a column of this project."""
    columns = {column.name for spec in CONTRACT.tables.values() for column in spec.columns}
    names = {name for name in columns if "_" in name or name in ("stance", "quote", "attribution", "source")}
    assert not names & set(identifiers_and_words(tree_of(module)))


# ── Light imports ─────────────────────────────────────────────────────────────────────────────────

HEAVY = """
heavy = {'pandas', 'pandera', 'pyarrow', 'numpy', 'yaml', 'edtf', 'watchfiles', 'starlette', 'jinja2'}
print(*sorted(heavy & set(sys.modules)))
"""
LIGHT_PROGRAMS = {
    "import stancebook": "import sys, stancebook",
    "read sources": "import sys, stancebook.sources.corpus",
    "build.py --help": """
import runpy, sys
sys.argv = ["build.py", "--help"]
try:
    runpy.run_path("build.py", run_name="__main__")
except SystemExit as end:
    assert end.code == 0
""",
    "stancebook export sqlite --help": """
import sys
from stancebook.cli.main import main
try:
    main(["export", "sqlite", "--help"])
except SystemExit as end:
    assert end.code == 0
""",
}


def run_python(program):
    """Run a program in a fresh interpreter; return what it prints."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src")},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.mark.parametrize("program", LIGHT_PROGRAMS)
def test_quick_answers_import_nothing_heavy(program):
    """Help, the bare package and the reading of sources do not wait for pandas and the like."""
    assert run_python(f"{LIGHT_PROGRAMS[program]}\n{HEAVY}").splitlines()[-1] == ""


def test_load_imports_no_builder():
    """Loading a table imports neither what builds nor what checks one."""
    loaded = set(run_python("import sys, stancebook; stancebook.load('actors'); print(*sys.modules)").split())
    assert "pandas" in loaded
    assert not {"pandera", "yaml", "edtf", "rapidfuzz", "sentencex", "sqlite3"} & loaded


# ── What tests must not know ──────────────────────────────────────────────────────────────────────


def test_engine_tests_do_not_read_the_data():
    """Only the tests that run with a second document read this project's seeds or dataset."""
    data = re.compile(r"(?:ROOT|parents\[\d\]) / f?\"(?:seeds|dataset)[\"/]|[(,]\s*article\s*[,)]|tests\.data\b")
    tests = [
        path for path in (ROOT / "tests").rglob("*.py") if path.name not in ("test_architecture.py", "conftest.py")
    ]
    readers = {path.relative_to(ROOT) for path in tests if data.search(path.read_text(encoding="utf-8"))}
    marked = re.compile(r"pytestmark = \[?pytest\.mark\.proof")
    proofs = {path for path in readers if marked.search((ROOT / path).read_text("utf-8"))}
    # The runners read them for a page that says so, and to renew the notebooks.
    allowed = (*DATA_TESTS, "tests/docs/docs_runner.py", "tests/docs/notebook_runner.py", "tests/mutations")
    assert [path for path in sorted(readers - proofs) if not any(map(path.is_relative_to, allowed))] == []
