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
from stancebook.build.pipeline import build_tables
from tests.dataset_files import rendered
for name, data in rendered(build_tables(CONTRACT, Path("tests/project/seeds"))).items():
    print(name, hashlib.sha256(data).hexdigest())
"""


def test_dataset_has_tables_and_five_descriptions(files):
    """A dataset has one file per table and five files that describe it."""
    about = {DATAPACKAGE, CROISSANT, ANNOTATION_SCHEMA, CODEBOOK_SCHEMA, DATA_CARD}
    assert set(files) == {table_file(name) for name in CONTRACT.tables} | about


# ── Same seeds, same bytes ────────────────────────────────────────────────────────────────────────


def test_other_folder_gives_same_bytes(files, project, rebuilt):
    """The same sources in another folder give the same bytes."""
    assert rendered(rebuilt()) == files


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_other_hash_seed_gives_same_bytes(seed, files):
    """Another process with another hash seed gives the same bytes."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    process = subprocess.run(
        [sys.executable, "-c", DIGESTS], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    expected = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert dict(line.split() for line in process.stdout.splitlines()) == expected


def test_order_of_records_and_comments_do_not_matter(project, rebuilt, annotations, files):
    """The order of records and comments do not change the tables."""
    annotations.write_text("# a comment\n" + annotations.read_text(encoding="utf-8"), encoding="utf-8")
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


def test_tables_have_build_digest_of_package(files):
    """Every table carries the build digest of the data package."""
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
def test_build_digest_depends_on_sources_and_contract(other, letters, tmp_path):
    """Other sources or another contract give another build digest."""
    assert digest_of(rendered(other(tmp_path / "other"))) != digest_of(rendered(build_tables(LETTERS, letters)))


def test_build_digest_ignores_data_card_text(letters):
    """The text of the data card does not change the build digest."""
    with_text = contract(data_card_text="Old letters.")
    assert digest_of(rendered(build_tables(with_text, letters))) == digest_of(rendered(build_tables(LETTERS, letters)))


# ── On disk ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def older_dataset(files, tmp_path):
    """A dataset as written by a version without Croissant and digests of files."""
    package = json.loads(files[DATAPACKAGE])
    for resource in package["resources"]:
        del resource["hash"]
    old = {**files, DATAPACKAGE: json.dumps(package).encode()}
    del old[CROISSANT]
    publish_files(old, tmp_path / "dataset")
    return tmp_path / "dataset"


def test_dataset_of_older_version_is_replaced(files, older_dataset):
    """A dataset written by an older version, with fewer files, is replaced."""
    assert publish_files(files, older_dataset)
    assert held(older_dataset) == files


def test_dataset_with_unknown_file_is_not_replaced(files, older_dataset):
    """A dataset with a file that no version wrote is not replaced."""
    (older_dataset / "croissant.jsonld").touch()
    with pytest.raises(PublishError, match=r"holds croissant\.jsonld"):
        publish_files(files, older_dataset)


# ── Many documents ────────────────────────────────────────────────────────────────────────────────


def test_coverage_is_left_out_for_many_documents(letters, monkeypatch):
    """The data card of a corpus with very many documents has no coverage."""
    built = build_tables(LETTERS, letters)
    assert "## Coverage" in rendered(built)[DATA_CARD].decode()
    monkeypatch.setattr("stancebook.build.writer.MAX_LISTED_DOCUMENTS", 0)
    assert "## Coverage" not in rendered(built)[DATA_CARD].decode()
