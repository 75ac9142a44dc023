from pathlib import Path

import pytest

from stancebook.cli.config import UsageError, find_project


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
