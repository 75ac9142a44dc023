"""The commands `export` and `import` for annotation tools."""

import json
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.cli.main import main


@pytest.fixture
def run(project, outcome):
    """Run the command in the minimal project; return its exit status, standard output and standard error."""
    return lambda *argv: outcome(lambda: main(argv, root=Path(), contract=lambda: CONTRACT))


@pytest.fixture
def annotations(run):
    """Return the annotations of an export, as a function that changes them."""
    assert run("export", "w3c", "out")[0] == 0
    path = Path("out/river-talks.jsonld")

    def change(edit):
        collection = json.loads(path.read_bytes())
        edit(collection["first"]["items"])
        path.write_text(json.dumps(collection, indent=1), encoding="utf-8")

    return change


def accept_reject(items):
    """Change a choice, and delete an annotation."""
    for item in items:
        for body in item["body"]:
            if body.get("value") == "statements/stance/supports":
                body["value"] = "statements/stance/ambivalent"
    items[:] = [item for item in items if not item["id"].endswith(":m05")]


def test_import_says_what_it_changed(run, annotations):
    """A dry run changes nothing; the import changes the row, and lists the one that is gone, as does the next one."""
    path = Path("seeds/documents/river-talks.yaml")
    before = path.read_text("utf-8")
    annotations(accept_reject)
    kept = "kept     mentions.m05 of authoritative: gone in the tool; --delete removes them\n"
    changed = "seeds/documents/river-talks.yaml: 1 changed: statements.s02\n"
    read = "read     1 text with 10 annotations\n"
    assert run("import", "w3c", "out", "--dry-run") == (0, f"{read}to change {changed}{kept}", "")
    assert path.read_text("utf-8") == before
    assert run("import", "w3c", "out") == (0, f"{read}changed  {changed}{kept}", "")
    assert path.read_text("utf-8") == before.replace("stance: supports", "stance: ambivalent")
    assert run("import", "w3c", "out") == (0, f"{read}{kept}Nothing has changed.\n", "")


def test_import_with_problems_writes_nothing(run, annotations):
    """The problem is at its place in the tool's file."""
    annotations(lambda items: items[1]["body"].append({"type": "TextualBody", "purpose": "tagging", "value": "Other"}))
    status, out, _ = run("import", "w3c", "out")
    assert status == 1
    assert out.startswith("out/river-talks.jsonld:")
    assert "'Other' is no table" in out
    assert out.endswith("1 problem in 1 file. Nothing was written.\n")


def test_folder_without_annotations_is_usage_error(run, project):
    """An import of nothing is no success."""
    (project / "empty").mkdir()
    status, out, _ = run("import", "refi", "empty")
    assert status == 2
    assert "There is nothing from REFI-QDA" in out


def test_export_into_the_sources_is_refused(run, project):
    """So are coders that are not there, and sources with problems."""
    assert run("export", "refi", "seeds/a.qdpx")[0] == 2
    assert run("export", "refi", "a.qdpx", "--coders", "x")[0] == 2
    path = project / "seeds/documents/river-talks.yaml"
    path.write_text(path.read_text("utf-8").replace("stance: supports", "stance: suports"), "utf-8")
    status, out, _ = run("export", "refi", "a.qdpx")
    assert status == 1
    assert out.endswith("1 problem in 1 file. Nothing was written.\n")
    assert not Path("a.qdpx").exists()


def test_mapping_file_with_a_fault_is_refused(run, annotations, project):
    """Its problems are printed; a file that is not there is a usage error."""
    (project / "map.yaml").write_text("lables: {}", "utf-8")
    status, out, _ = run("import", "w3c", "out", "--map", "map.yaml")
    assert (status, out.splitlines()[0]) == (1, "map.yaml:1:9: lables: 'lables' is no part of a mapping file")
    assert run("import", "w3c", "out", "--map", "other.yaml")[0] == 2
