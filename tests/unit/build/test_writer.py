import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from stancebook.dataset.layout import ANNOTATION_SCHEMA, CODEBOOK_SCHEMA, CROISSANT, DATA_CARD, DATAPACKAGE, table_file
from stancebook.dataset.parquet import file_metadata
from stancebook.exceptions import PublishError
from tests.dataset_files import held, publish_files, rendered
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, contract, write

ROOT = Path(__file__).parents[3]
DIGESTS = """
import hashlib
from pathlib import Path
from schemas import CONTRACT
from stancebook.build.pipeline import build
from tests.dataset_files import rendered
for name, data in rendered(build(CONTRACT, Path("tests/project/seeds"))).items():
    print(name, hashlib.sha256(data).hexdigest())
"""


def test_a_dataset_is_a_file_a_table_and_five_about_them(files):
    about = {DATAPACKAGE, CROISSANT, ANNOTATION_SCHEMA, CODEBOOK_SCHEMA, DATA_CARD}
    assert set(files) == {table_file(name) for name in CONTRACT.tables} | about


# ── Same seeds, same bytes ────────────────────────────────────────────────────────────────────────


def test_the_same_seeds_in_another_folder_give_the_same_bytes(files, project, rebuilt):
    assert rendered(rebuilt()) == files


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_another_process_with_other_hashes_gives_the_same_bytes(seed, files):
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
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
    for name, data in rendered(rebuilt()).items():
        if name.endswith(".parquet"):
            assert pq.read_table(io_of(data)).equals(pq.read_table(io_of(files[name])))


def io_of(data):
    import pyarrow as pa

    return pa.BufferReader(data)


def digest_of(files):
    return json.loads(files[DATAPACKAGE])["stancebook"]["build"]


# ── Provenance ────────────────────────────────────────────────────────────────────────────────────


def test_every_table_names_the_build_of_the_data_package(files):
    for name in CONTRACT.tables:
        facts = file_metadata(pq.read_schema(io_of(files[table_file(name)])))
        assert (facts["table"], facts["build"]) == (name, digest_of(files))


@pytest.mark.parametrize(
    "other",
    [
        lambda folder: build_tables(LETTERS, write(folder, ANNOTATIONS.replace("strength: fair", "strength: weak"))),
        lambda folder: build_tables(LETTERS, write(folder, ANNOTATIONS + "\n")),
        lambda folder: build_tables(contract(version="2.0.0"), write(folder)),
        lambda folder: build_tables(contract(title="Post"), write(folder)),
        lambda folder: build_tables(contract(sources={"title": "sent"}), write(folder)),
    ],
)
def test_other_seeds_or_another_contract_are_another_build(other, letters, tmp_path):
    assert digest_of(rendered(other(tmp_path / "other"))) != digest_of(rendered(build_tables(LETTERS, letters)))


def test_what_the_card_says_in_words_of_its_own_makes_no_other_build(letters):
    other, plain = (digest_of(rendered(build_tables(of, letters))) for of in (contract(prose="Old letters."), LETTERS))
    assert other == plain


# ── On disk ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def before_croissant(files, tmp_path):
    """A folder as a version wrote it that knew no Croissant and no digests of files."""
    package = json.loads(files[DATAPACKAGE])
    for resource in package["resources"]:
        del resource["hash"]
    old = {**files, DATAPACKAGE: json.dumps(package).encode()}
    del old[CROISSANT]
    publish_files(old, tmp_path / "dataset")
    return tmp_path / "dataset"


def test_a_dataset_of_a_version_that_wrote_fewer_files_is_replaced(files, before_croissant):
    assert publish_files(files, before_croissant)
    assert held(before_croissant) == files


def test_a_dataset_with_a_file_that_no_version_wrote_is_not(files, before_croissant):
    (before_croissant / "croissant.jsonld").touch()
    with pytest.raises(PublishError, match=r"holds croissant\.jsonld"):
        publish_files(files, before_croissant)


# ── Many documents ────────────────────────────────────────────────────────────────────────────────


def test_of_very_many_documents_no_coverage_is_counted(letters, monkeypatch):
    built = build_tables(LETTERS, letters)
    assert "## Coverage" in rendered(built)[DATA_CARD].decode()
    monkeypatch.setattr("stancebook.build.writer.LISTED", 0)
    assert "## Coverage" not in rendered(built)[DATA_CARD].decode()
