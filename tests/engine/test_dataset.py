import hashlib
import os
import subprocess
import sys
from pathlib import Path

import frictionless
import pyarrow.parquet as pq
import pytest

from schemas import CONTRACT
from stancebook.build import build
from stancebook.dataset import build_digest, render
from stancebook.layout import ANNOTATION_SCHEMA, CODEBOOK_SCHEMA, DATA_CARD, DATAPACKAGE, table_file
from stancebook.parquet import facts_of
from tests.engine.letters import ANNOTATIONS, LETTERS, contract, write

ROOT = Path(__file__).parents[2]
DIGESTS = """
import hashlib
from pathlib import Path
from schemas import CONTRACT
from stancebook.build import build
from stancebook.dataset import render
for name, data in render(build(CONTRACT, Path("tests/project/seeds"))).items():
    print(name, hashlib.sha256(data).hexdigest())
"""


def test_a_dataset_is_a_file_a_table_and_four_about_them(files):
    about = {DATAPACKAGE, ANNOTATION_SCHEMA, CODEBOOK_SCHEMA, DATA_CARD}
    assert set(files) == {table_file(name) for name in CONTRACT.tables} | about


# ── Same seeds, same bytes ────────────────────────────────────────────────────────────────────────


def test_the_same_seeds_in_another_folder_give_the_same_bytes(files, project, rebuilt):
    assert render(rebuilt()) == files


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_another_process_with_other_hashes_gives_the_same_bytes(seed, files):
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
    told = subprocess.run(
        [sys.executable, "-c", DIGESTS], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    here = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert dict(line.split() for line in told.stdout.splitlines()) == here


def test_the_order_of_records_and_remarks_do_not_show_in_the_tables(project, rebuilt, annotations, files):
    annotations.write_text("# a remark\n" + annotations.read_text(encoding="utf-8"), encoding="utf-8")
    codebook = project / "seeds/codebook/actors.yaml"
    head, *actors = codebook.read_text(encoding="utf-8").split("  - ")
    codebook.write_text("  - ".join([head, *reversed(actors)]), encoding="utf-8")
    for name, data in render(rebuilt()).items():
        if name.endswith(".parquet"):
            assert pq.read_table(io_of(data)).equals(pq.read_table(io_of(files[name])))


def io_of(data):
    import pyarrow as pa

    return pa.BufferReader(data)


# ── Provenance ────────────────────────────────────────────────────────────────────────────────────


def test_every_table_names_the_build_of_the_data_package(files, built):
    for name in CONTRACT.tables:
        facts = facts_of(pq.read_schema(io_of(files[table_file(name)])))
        assert (facts["table"], facts["build"]) == (name, build_digest(built))


@pytest.mark.parametrize(
    "other",
    [
        lambda folder: build(LETTERS, write(folder, ANNOTATIONS.replace("strength: fair", "strength: weak"))),
        lambda folder: build(LETTERS, write(folder, ANNOTATIONS + "\n")),
        lambda folder: build(contract(version="2.0.0"), write(folder)),
        lambda folder: build(contract(title="Post"), write(folder)),
    ],
)
def test_other_seeds_or_another_contract_are_another_build(other, letters, tmp_path):
    assert build_digest(other(tmp_path / "other")) != build_digest(build(LETTERS, letters))


# ── Frictionless ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def copied(files, tmp_path, monkeypatch):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_frictionless_finds_the_data_package_valid(copied):
    report = frictionless.validate(DATAPACKAGE)
    assert report.flatten(["title", "message"]) == []
    assert {task.type for task in report.tasks} == {"table"}
    assert len(report.tasks) == len(CONTRACT.tables)


def test_frictionless_finds_a_reference_to_nothing(copied):
    table = pq.read_table(copied / "mentions.parquet")
    at = table.column_names.index("actor_id")
    broken = table.set_column(at, table.field("actor_id"), [["nobody"] * table.num_rows])
    pq.write_table(broken, copied / "mentions.parquet")
    report = frictionless.validate(DATAPACKAGE)
    assert {kind for [kind] in report.flatten(["type"])} == {"foreign-key"}
