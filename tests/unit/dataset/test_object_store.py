"""Datasets in a store: the old one or the new one, whole, whatever happens on the way."""

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


def test_a_build_into_a_store_is_the_one_into_a_folder(store, project, outcome):
    def run(*argv):
        return outcome(lambda: main(["build", *argv], root=project, contract=lambda: CONTRACT))

    assert run()[0] == 0
    status, output, err = run("--out", f"{URL}/")
    assert (status, err) == (0, "")
    assert f"wrote    {URL}/\n" in output
    assert in_store(store, latest_version(URL).path) == held(project / "dataset")
    assert f"unchanged {URL}/\n" in run("--out", URL)[1]


def test_tables_are_loaded_from_a_store_as_from_a_folder(store, split, dataset):
    for folder in (split, dataset):
        upload(folder, URL)
        for name, frame in load(path=folder).items():
            assert load(name, path=URL).equals(frame)


def test_the_latest_changes_last_and_the_one_before_stays(store, versions):
    for folder in versions:
        assert upload(folder, URL)
        assert not upload(folder, URL)
    kept = {path.split("/")[2] for path in store.find("news/dataset")}
    assert len(kept) == 3
    assert LATEST in kept
    assert in_store(store, latest_version(URL).path) == held(versions[-1])


def test_an_upload_that_breaks_off_leaves_the_old_dataset_the_latest(store, versions, monkeypatch):
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


def test_where_there_is_no_dataset_load_says_so(store):
    with pytest.raises(DatasetError, match="s3://news/dataset is not a dataset"):
        load("actors", path=URL)
    store.pipe(f"news/dataset/{LATEST}", b'{"build": "../seeds"}')
    with pytest.raises(DatasetError, match=r"latest\.json is not valid"):
        load("actors", path=URL)
    with pytest.raises(DatasetError, match="Protocol not known: nowhere"):
        load("actors", path="nowhere://dataset")


def test_a_dataset_that_somebody_copied_into_a_store_is_loaded_too(store, dataset):
    store.put(f"{dataset}/", "news/dataset/", recursive=True)
    assert load("actors", path=URL).equals(load("actors", path=dataset))


@pytest.mark.parametrize("option", [["build", "--check"], ["watch"], ["diff", "HEAD"]])
def test_what_compares_wants_a_folder_of_this_machine(project, outcome, option):
    status, _, err = outcome(lambda: main([*option, "--out", URL], root=project, contract=lambda: CONTRACT))
    assert status == 2
    assert "need a dataset in a folder of this machine" in err


def test_seeds_and_a_dataset_in_one_another_are_refused_in_a_store_too(project, outcome):
    status, _, err = outcome(
        lambda: main(
            ["build", "--seeds", "s3://news/a", "--out", "s3://news/a/b"], root=project, contract=lambda: CONTRACT
        )
    )
    assert status == 2
    assert "contains the other" in err
