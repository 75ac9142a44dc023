"""The real dataset can be released without the words of its texts."""

import io
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from schemas import CONTRACT
from stancebook.release.folder import TextPolicy, write_release
from stancebook.release.project_files import read_project_files
from stancebook.release.restoring import restore_dataset
from stancebook.sources.corpus import text_reader
from tests.dataset_files import held, written

ROOT = Path(__file__).parents[2]


def runs(text):
    """Return the runs of six words of a text, found in another way than the engine finds them."""
    words = re.findall(r"[^\W_]+", re.sub("['’]", "", text.casefold()))
    return {tuple(words[start : start + 6]) for start in range(len(words) - 5)}


@pytest.mark.proof
def test_real_texts_are_withheld_and_restored(article, tmp_path):
    """No file of a release has six words in a row of a text, but for titles and addresses; all bytes come back."""
    dataset = written(article, tmp_path / "dataset")
    files = read_project_files(ROOT, CONTRACT, None)
    write_release(dataset, tmp_path / "release", CONTRACT, files, TextPolicy(text_reader(ROOT / "seeds")))
    documents = article.frames[CONTRACT.document.name]
    public = set().union(*(runs(str(cell)) for name in CONTRACT.sources.values() for cell in documents[name]))
    texts = set().union(*(runs(each.text.text) for each in article.corpus.documents)) - public
    assert texts
    for path in tmp_path.glob("release/**/*"):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".parquet":
                buffer = io.BytesIO()
                pq.write_table(pq.read_table(path), buffer, compression="none", use_dictionary=False)
                data += buffer.getvalue()
            assert not runs(data.decode("utf-8", "replace")) & texts, path
    assert restore_dataset(tmp_path / "release", ROOT / "seeds", tmp_path / "restored").same_bytes
    assert held(tmp_path / "restored") == held(dataset)
