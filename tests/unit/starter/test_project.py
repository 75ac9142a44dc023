"""A new project: its files, what it refuses, and that it builds and passes its own tests."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pandas as pd
import pytest
import yaml
from pre_commit.commands.validate_config import validate_config

from stancebook.cli.main import main
from stancebook.starter import project as starter
from stancebook.starter.engine import engine_of
from stancebook.starter.project import TEMPLATES, NewProjectError, create_project
from tests.docs.pages import page

ENGINE = engine_of("stancebook==0.2.0")
SRC = Path(starter.__file__).parents[2]


@pytest.fixture(scope="module", params=TEMPLATES)
def project(request, tmp_path_factory):
    """A new project of each template; read only."""
    folder = tmp_path_factory.mktemp("new") / "river"
    create_project(folder, request.param, "river-corpus", ENGINE)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A new project that its own script has built in a process of its own; read only."""
    folder = tmp_path_factory.mktemp("new") / "river"
    create_project(folder, "minimal", "river-corpus", ENGINE)
    run(folder, "build.py", "--jobs", "1")
    return folder


def run(folder, *command):
    """Run a Python program in a project; return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONDONTWRITEBYTECODE": "1"}
    completed = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


def assert_links_resolve(folder):
    for name, path in files_of(folder).items():
        for line, link in page(path).links if name.endswith(".md") and ".venv" not in path.parts else ():
            file, _, anchor = link.partition("#")
            if not re.match("https?:", link):
                target = (path.parent / file) if file else path
                assert target.exists(), f"{name}:{line}: {link}"
                assert not anchor or anchor in page(target).anchors, f"{name}:{line}: {link}"


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


# ── Content ───────────────────────────────────────────────────────────────────────────────────────


def test_project_has_what_it_needs(project):
    """A project has its contract, a first text, tests, checks, settings, and files to fill in."""
    texts = list(project.glob("seeds/documents/*.txt"))
    assert len(texts) == 1
    assert texts[0].with_suffix(".yaml").is_file()
    assert {
        *("pyproject.toml", "constraints.txt", "build.py", "Makefile", "schemas/__init__.py", "schemas/about.py"),
        *("seeds/README.md", "seeds/codebook/actors.yaml", "notebooks/first-look.ipynb", "tests/test_dataset.py"),
        *(".github/workflows/dataset.yml", ".pre-commit-config.yaml", ".vscode/settings.json", ".gitattributes"),
        *(".gitignore", "README.md", "LICENSE", "LICENSE-DATA.md", "CITATION.cff", "CHANGELOG.md"),
    } <= files_of(project).keys()


def test_no_field_of_a_template_is_left(project):
    """Each field of a template is filled, and no name says where a file was."""
    for name, path in files_of(project).items():
        assert not re.search(rb"@(NAME|TITLE|ENGINE)", path.read_bytes()), name
        assert "dot-" not in name


def test_requirement_is_in_pyproject_alone(project):
    """The engine is required in pyproject.toml, with the extras that `make` needs; the workflow installs that."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["name"] == "river-corpus"
    assert settings["project"]["dependencies"] == ["stancebook==0.2.0"]
    assert settings["project"]["optional-dependencies"]["build"] == ["stancebook[build,texts,web]==0.2.0"]
    workflow = (project / ".github/workflows/dataset.yml").read_text(encoding="utf-8")
    assert 'install --constraint constraints.txt ".[build]"' in workflow
    assert "stancebook==" not in workflow
    pins = (project / "constraints.txt").read_text(encoding="utf-8")
    assert re.search(r"^pandas==", pins, re.MULTILINE)
    assert not re.search(r"^stancebook", pins, re.MULTILINE)


def test_settings_parse(project):
    """YAML and JSON files parse; the pre-commit hook runs for what a build reads."""
    for name, path in files_of(project).items():
        if name.endswith((".yml", ".yaml", ".cff")):
            assert yaml.safe_load(path.read_text(encoding="utf-8")), name
        if name.endswith((".json", ".ipynb")):
            assert json.loads(path.read_text(encoding="utf-8")), name
    assert validate_config([str(project / ".pre-commit-config.yaml")]) == 0
    [repository] = yaml.safe_load((project / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert re.search(repository["hooks"][0]["files"], "seeds/documents/a.yaml")


def test_editors_find_the_schemas_as_here(project):
    """Editors of a new project find the schemas of files as those of this repository do."""
    here, there = (
        json.loads((folder / ".vscode/settings.json").read_text("utf-8")) for folder in (SRC.parent, project)
    )
    assert {key: there[key] for key in ("yaml.schemas", "json.schemas")} == {
        key: here[key] for key in ("yaml.schemas", "json.schemas")
    }


def test_links_of_pages_resolve(built):
    """Every link of a page of the project leads to a file of it, or to a heading, once it is built."""
    assert_links_resolve(built)


def test_guide_says_nothing_of_other_texts(project):
    """The guide for coders ends where it turns to single texts of another project."""
    guide = (project / "seeds/README.md").read_text(encoding="utf-8")
    assert "# Coding a text" in guide
    assert "moscow-times" not in guide
    assert "<!--" not in guide
    assert "](../docs/" not in guide, "a new project has no docs/: name the command instead of linking its page"


def test_git_keeps_texts_byte_for_byte(project):
    """Texts have no line ends that git may change, and originals are ignored."""
    assert "seeds/documents/**/*.txt -text" in (project / ".gitattributes").read_text(encoding="utf-8").splitlines()
    assert "/originals/" in (project / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_first_look_without_rows_says_so(project, capsys):
    """Before the first row is coded, the notebook runs to its end."""
    notebook = json.loads((project / "notebooks/first-look.ipynb").read_text(encoding="utf-8"))
    exec("".join(notebook["cells"][-1]["source"]), {"dataset": {"mentions": pd.DataFrame({"quote": []})}})  # noqa: S102 (our own notebook)
    assert capsys.readouterr().out == "no row with a passage yet\n"


# ── Behaviour ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.proof
def test_project_passes_its_tests(built):
    """The project builds without a warning, and its own tests pass."""
    assert "warning" not in run(built, "build.py", "--check")
    assert "4 passed" in run(built, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error")


@pytest.mark.proof
def test_tests_of_the_project_find_a_fault(built, tmp_path):
    """A value that is changed in the seeds makes the project's own tests fail."""
    copy = shutil.copytree(built, tmp_path / "copy")
    [annotations] = copy.glob("seeds/documents/*.yaml")
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("coder: ", "coder: other-"), encoding="utf-8")
    completed = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", "seeds_give"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(SRC)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert completed.returncode == 1
    assert "is not what the seeds give" in completed.stdout


@pytest.mark.proof
def test_make_and_make_test_work_at_once(tmp_path):
    """`make` and `make test` install the engine of this repository and build and check the project.

    The packages that the engine needs are those of the present environment: no index is asked.
    """
    engine = engine_of(str(SRC.parent))
    create_project(tmp_path / "river", "negotiations", "river-corpus", engine)
    environment = tmp_path / "river/.venv"
    venv.create(environment, symlinks=True)
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "shared.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    outside = ("PYTHON", "MAKE", "VIRTUAL_ENV", "MFLAGS")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(outside)}
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_CONFIG_FILE": os.devnull}
    for command, printed in ((["make"], "wrote    dataset/"), (["make", "test"], "4 passed")):
        completed = subprocess.run(
            command, cwd=tmp_path / "river", env=variables | offline, check=False, capture_output=True, text=True
        )
        assert completed.returncode == 0, completed.stdout + completed.stderr
        assert printed in completed.stdout
    assert_links_resolve(tmp_path / "river")
    stated = next(packages.glob("stancebook-*.dist-info")) / "direct_url.json"
    assert json.loads(stated.read_text(encoding="utf-8"))["url"] == SRC.parent.as_uri()


# ── All or nothing ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def no_pins(monkeypatch):
    """Look up no versions of packages, which takes as long as all the rest."""
    monkeypatch.setattr(starter, "installed_versions", lambda *_: [])


@pytest.mark.usefixtures("no_pins")
@pytest.mark.parametrize("there", ["nothing", "an empty folder", "git"])
def test_project_fills_an_empty_folder(tmp_path, monkeypatch, there):
    """A folder that is missing, is empty or holds only `.git` becomes the project, also as working folder."""
    folder = tmp_path / "river"
    if there != "nothing":
        folder.mkdir()
        monkeypatch.chdir(folder)
    if there == "git":
        (folder / ".git").mkdir()
        (folder / ".git/config").write_text("kept", encoding="utf-8")
    files = create_project(folder if there == "nothing" else Path(), "minimal", "river", ENGINE)
    assert set(files) == files_of(folder).keys() - {".git/config"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["river"]


def test_folder_that_holds_something_is_refused(tmp_path):
    """What is there is named and unchanged."""
    for name in ("a.txt", "b.txt", "c.txt", "d.txt"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(NewProjectError, match=r"is not empty: it holds a\.txt, b\.txt, c\.txt and 1 more"):
        create_project(tmp_path, "minimal", "river", ENGINE)
    with pytest.raises(NewProjectError, match=r"a\.txt is a file"):
        create_project(tmp_path / "a.txt", "minimal", "river", ENGINE)
    assert len(list(tmp_path.iterdir())) == 4


def test_folder_that_cannot_be_listed_is_said(tmp_path, monkeypatch):
    """A folder that the system refuses to list is reported in a sentence."""

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(NewProjectError, match=r"cannot be written \(Permission denied\)"):
        create_project(tmp_path, "minimal", "river", ENGINE)


@pytest.mark.usefixtures("no_pins")
@pytest.mark.parametrize("there", [True, False])
def test_failure_leaves_nothing(tmp_path, monkeypatch, there):
    """If the last step fails, there is nothing, or the folder that was there is empty."""
    folder = tmp_path / ("river" if there else "a/b/river")
    if there:
        folder.mkdir()
    rename = Path.rename

    def refuse(path, target):
        if Path(target).name in ("seeds", "river"):
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(NewProjectError, match=r"cannot be written \(No space left on device\)"):
        create_project(folder, "minimal", "river", ENGINE)
    assert list(tmp_path.rglob("*")) == ([folder] if there else [])


INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell may have set to be ignored
from pathlib import Path
from stancebook.cli.interruption import exit_on_signals
from stancebook.starter import project
from stancebook.starter.engine import engine_of

exit_on_signals()
project._move_into_place = lambda *_: os.kill(os.getpid(), signal.SIGINT)
project.create_project(Path("river"), "minimal", "river", engine_of("stancebook==0.2.0"))
"""


def test_ctrl_c_leaves_nothing(tmp_path):
    """Ctrl-C before the last step leaves neither a project nor a staging folder."""
    completed = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SRC)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert completed.returncode == 128 + signal.SIGINT
    assert list(tmp_path.iterdir()) == []


# ── The command ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def new(tmp_path, monkeypatch, no_pins, outcome):
    """Run `stancebook new` in an empty folder; return its exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    return lambda *argv: outcome(lambda: main(["new", *argv]))


def test_new_says_what_it_wrote(new, tmp_path):
    """The output names the folder, the engine and the next step; the identifier is that of the folder."""
    status, out, err = new("River Talks", "--engine", "stancebook==0.2.0")
    assert (status, err) == (0, "")
    assert re.fullmatch(
        r"wrote    River Talks/: \d+ files, by the template negotiations\n"
        r"engine   stancebook==0\.2\.0 \(as --engine says\), in pyproject\.toml\n"
        r"next     cd 'River Talks' && make\n",
        out,
    )
    assert 'name = "river-talks"' in (tmp_path / "River Talks/pyproject.toml").read_text(encoding="utf-8")


def test_new_warns_of_an_engine_of_this_machine(new, tmp_path):
    """An engine in a folder cannot be installed elsewhere, which the output says."""
    status, out, _ = new("river", "--template", "minimal", "--engine", str(tmp_path))
    assert (status, "Only this machine has this address." in out) == (0, True)


@pytest.mark.parametrize(
    ("argv", "status", "sentence"),
    [
        (["river", "--name", "River Talks"], 2, "write 'river-talks'"),
        (["…"], 2, "give one with --name"),
        (["river", "--engine", "pandas"], 1, "Nothing was written. 'pandas' is no requirement of stancebook"),
        (["river", "--template", "maximal"], 2, "invalid choice: 'maximal'"),
        (["taken"], 1, "Nothing was written. taken is not empty: it holds notes.txt. Name a folder"),
    ],
)
def test_new_refuses_in_a_sentence(new, tmp_path, argv, status, sentence):
    """What is wrong is said in a sentence, and nothing is written."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/notes.txt").write_text("mine", encoding="utf-8")
    found, out, err = new(*argv)
    assert (found, sentence in out + err) == (status, True)
    assert [path.name for path in tmp_path.rglob("*")] == ["taken", "notes.txt"]
