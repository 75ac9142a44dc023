from pathlib import Path

import pytest

from stancebook.cli.folders import overlap


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    (tmp_path / "seeds/documents").mkdir(parents=True)
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("seeds")
    (tmp_path / "circle").symlink_to("circle")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "out", ["dataset", "seeds2", "new/below/new", "../dataset", "seeds/../dataset", "file", "circle"]
)
def test_folders_beside_each_other_are_in_order(out):
    assert overlap(Path("seeds"), Path(out)) is None


@pytest.mark.parametrize(
    "out", ["seeds", "seeds/documents/new", ".", "..", "/", "link", "link/new", "dataset/../seeds"]
)
def test_one_folder_in_the_other_is_told(out):
    assert "lie one in the other" in overlap(Path("seeds"), Path(out))
    assert "lie one in the other" in overlap(Path("link"), Path(out))
