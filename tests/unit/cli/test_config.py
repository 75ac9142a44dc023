import sys
from pathlib import Path

import pytest

from stancebook.cli.config import ContractReference, UsageError, find_dataset, find_project
from stancebook.exceptions import ContractError


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    (tmp_path / "seeds/documents").mkdir(parents=True)
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("seeds")
    (tmp_path / "circle").symlink_to("circle")
    monkeypatch.chdir(tmp_path)


def find(seeds, out):
    return find_project(Path(), contract=lambda: None, seeds=Path(seeds), out=Path(out))


@pytest.mark.parametrize(
    "out", ["dataset", "seeds2", "new/below/new", "../dataset", "seeds/../dataset", "file", "circle"]
)
def test_folders_next_to_each_other_are_taken(out):
    """Neither folder contains the other."""
    assert find("seeds", out).out == Path(out)


@pytest.mark.parametrize("seeds", ["seeds", "link"])
@pytest.mark.parametrize(
    "out", ["seeds", "seeds/documents/new", ".", "..", "/", "link", "link/new", "dataset/../seeds"]
)
def test_a_folder_inside_the_other_is_refused(seeds, out):
    """Links are followed to find out whether one folder contains the other."""
    with pytest.raises(UsageError, match="contains the other"):
        find(seeds, out)


# ── pyproject.toml ────────────────────────────────────────────────────────────────────────────────


def settings(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def imports(monkeypatch):
    """Undo what a test imports, and the folders from which it does."""
    monkeypatch.setattr("sys.path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("contract_"):
            del sys.modules[name]


@pytest.mark.usefixtures("imports")
def test_nearest_settings_above_are_used(tmp_path):
    """A `pyproject.toml` without the table is passed over; its folders are below that of the file."""
    outer = settings(
        tmp_path / "project", '[tool.stancebook]\ncontract = "schemas:CONTRACT"\nseeds = "texts"\nrows_per_part = 9\n'
    )
    inner = settings(outer / "inner", "[tool.other]\n")
    project = find_project(inner)
    assert (project.root, project.seeds, project.out) == (outer, outer / "texts", outer / "dataset")
    assert (project.contract, project.rows_per_part) == (ContractReference("schemas", "CONTRACT"), 9)
    assert sys.path[0] == str(outer)
    assert find_project(inner, contract="other:NAME").contract == ContractReference("other", "NAME")


def test_no_contract_shows_the_lines_to_write(tmp_path):
    """Without a contract, the error says which lines to write into `pyproject.toml`."""
    with pytest.raises(UsageError, match=r'\[tool\.stancebook\]\n +contract = "schemas:CONTRACT"'):
        find_project(tmp_path)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[tool.stancebook", "pyproject.toml cannot be read: "),
        ("[tool.stancebook]\ncontrakt = 'a:B'\n", "takes contract, seeds, out, rows_per_part, and nothing else"),
        ("[tool.stancebook]\nseeds = 1\n", "seeds of .* is not a string"),
        ("[tool.stancebook]\nrows_per_part = '9'\n", "rows_per_part of .* is not a whole number"),
        ("[tool.stancebook]\nrows_per_part = 0\n", "rows_per_part of .* is less than 1"),
        ("[tool.stancebook]\ncontract = 'schemas'\n", "'schemas' does not name a contract as module:attribute"),
    ],
)
def test_broken_settings_are_refused(tmp_path, text, error):
    """Settings that cannot be followed are a usage error."""
    with pytest.raises(UsageError, match=error):
        find_project(settings(tmp_path / "project", text))


@pytest.mark.usefixtures("imports")
@pytest.mark.parametrize(
    ("name", "code", "error"),
    [
        ("syntax", "CONTRACT = (\n", r"contract_syntax\.py:1: SyntaxError: '\(' was never closed"),
        ("name", "\nCONTRACT = Contrakt()\n", r"contract_name\.py:2: NameError: name 'Contrakt' is not defined"),
        ("import", "import no_such_module\n", r"contract_import\.py:1: ModuleNotFoundError: .*no_such_module"),
        ("attribute", "CONTRAKT = 1\n", r"contract_attribute:CONTRACT has no such attribute\."),
        ("type", "CONTRACT = 1\n", r"contract_type:CONTRACT is a int, not a Contract\."),
        ("absent", None, r"contract_absent:CONTRACT: ModuleNotFoundError: No module named 'contract_absent'"),
    ],
)
def test_contract_mistake_is_one_line_with_its_place(tmp_path, name, code, error):
    """Anything wrong with the module of a contract is one sentence that starts with file and line."""
    folder = settings(tmp_path / "project", f'[tool.stancebook]\ncontract = "contract_{name}:CONTRACT"\n')
    if code is not None:
        (folder / f"contract_{name}.py").write_text(code, encoding="utf-8")
    with pytest.raises(ContractError, match=error) as raised:
        find_project(folder).load_contract()
    assert "\n" not in str(raised.value)


# ── The dataset of a command ──────────────────────────────────────────────────────────────────────


def dataset(folder):
    folder.mkdir(parents=True)
    (folder / "datapackage.json").touch()
    return folder


def test_dataset_of_the_project_comes_first(tmp_path):
    """Commands on a dataset take that of the project, else `dataset/`, else none."""
    folder = settings(tmp_path / "project", '[tool.stancebook]\nout = "tables"\n')
    assert find_dataset(folder) is None
    (folder / "dataset").mkdir()
    assert find_dataset(folder) is None
    (folder / "dataset").rmdir()
    assert find_dataset(folder / "below") is None
    local = dataset(folder / "dataset")
    assert find_dataset(folder) == local
    built = dataset(folder / "tables")
    assert find_dataset(folder) == built
    assert find_dataset(folder / "below") == built


def test_project_without_dataset_means_no_other(tmp_path):
    """If a project has no dataset yet, commands on a dataset do not take that of the package."""
    folder = settings(tmp_path / "project", '[tool.stancebook]\ncontract = "schemas:CONTRACT"\nout = "tables"\n')
    assert find_dataset(folder) == folder / "tables"
    local = dataset(folder / "dataset")
    assert find_dataset(folder) == local
