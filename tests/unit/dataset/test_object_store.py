"""Datasets in a store: the complete old one or the complete new one, also after a failure."""

import json

import pytest

from schemas import CONTRACT
from stancebook import load
from stancebook.cli.main import main
from stancebook.dataset.layout import DATAPACKAGE
from stancebook.dataset.object_store import LATEST, latest_version, upload
from stancebook.exceptions import DatasetError, PublishError
from tests.dataset_files import held, lay

pytestmark = pytest.mark.xdist_group("s3")

URL = "s3://news/dataset"


@pytest.fixture(autouse=True)
def empty(store):
    if store.exists("news/dataset"):
        store.rm("news/dataset", recursive=True)


@pytest.fixture
def versions(files, tmp_path):
    """Several datasets, whose data packages differ."""
    package = json.loads(files[DATAPACKAGE])
    return [
        lay({**files, DATAPACKAGE: json.dumps({**package, "number": number}).encode()}, tmp_path / str(number))
        for number in range(4)
    ]


def in_store(store, folder):
    return {path.removeprefix(f"{folder}/"): store.cat(path) for path in store.find(folder)}


def test_build_into_a_store_equals_one_in_a_folder(store, project, outcome):
    """A build into a store uploads the files that a build into a folder writes."""

    def run(*argv):
        return outcome(lambda: main(["build", *argv], root=project, contract=lambda: CONTRACT))

    assert run()[0] == 0
    status, output, err = run("--out", f"{URL}/")
    assert (status, err) == (0, "")
    assert f"wrote    {URL}/\n" in output
    assert in_store(store, latest_version(URL).path) == held(project / "dataset")
    assert f"unchanged {URL}/\n" in run("--out", URL)[1]


def test_load_from_a_store_equals_a_folder(store, split, dataset):
    """Tables are loaded from a store as from a folder, in one file or in parts."""
    for folder in (split, dataset):
        upload(folder, URL)
        for name, frame in load(path=folder).items():
            assert load(name, path=URL).equals(frame)


def test_upload_keeps_the_previous_version(store, versions):
    """After each upload the store has the latest version and the previous one."""
    for folder in versions:
        assert upload(folder, URL)
        assert not upload(folder, URL)
    names = {path.split("/")[2] for path in store.find("news/dataset")}
    assert len(names) == 3
    assert LATEST in names
    assert in_store(store, latest_version(URL).path) == held(versions[-1])


def test_interrupted_upload_keeps_the_old_version(store, versions, monkeypatch):
    """An upload that fails at any step leaves the old dataset the latest; the next upload succeeds."""
    upload(versions[0], URL)
    steps = ("put", "put_file", "pipe_file")
    for step in steps:
        with monkeypatch.context() as patch:
            patch.setattr(store, step, broken)
            with pytest.raises(PublishError, match="The latest dataset there is unchanged"):
                upload(versions[1], URL)
        assert in_store(store, latest_version(URL).path) == held(versions[0])
    assert upload(versions[1], URL)
    assert in_store(store, latest_version(URL).path) == held(versions[1])


def broken(*_, **__):
    raise ConnectionError("gone")


def test_load_refuses_a_url_without_dataset(store):
    """A URL without a dataset, with an invalid one, or of an unknown protocol is refused with the cause."""
    with pytest.raises(DatasetError, match="s3://news/dataset is not a dataset"):
        load("actors", path=URL)
    store.pipe(f"news/dataset/{LATEST}", b'{"build": "../seeds"}')
    with pytest.raises(DatasetError, match=r"latest\.json is not valid"):
        load("actors", path=URL)
    with pytest.raises(DatasetError, match="Protocol not known: nowhere"):
        load("actors", path="nowhere://dataset")


def test_load_reads_a_copied_dataset(store, dataset):
    """A dataset that was copied to a URL, without versions, is loaded too."""
    store.put(f"{dataset}/", "news/dataset/", recursive=True)
    assert load("actors", path=URL).equals(load("actors", path=dataset))


@pytest.mark.parametrize("option", [["build", "--check"], ["watch"], ["diff", "HEAD"]])
def test_comparing_needs_a_local_folder(project, outcome, option):
    """Commands that compare datasets refuse one at a URL."""
    status, _, err = outcome(lambda: main([*option, "--out", URL], root=project, contract=lambda: CONTRACT))
    assert status == 2
    assert "need a dataset in a folder of this machine" in err


def test_nested_seeds_and_dataset_are_refused(project, outcome):
    """Seeds and a dataset of which one is inside the other are refused, in a store too."""
    status, _, err = outcome(
        lambda: main(
            ["build", "--seeds", "s3://news/a", "--out", "s3://news/a/b"], root=project, contract=lambda: CONTRACT
        )
    )
    assert status == 2
    assert "contains the other" in err
