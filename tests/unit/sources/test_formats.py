"""Seeds in YAML and the same in JSON: the same records, the same problems, and hints in the words of each."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook.sources.corpus import SourceFile
from stancebook.sources.formats import FORMATS
from stancebook.sources.records import read_annotations, read_codebook
from tests.unit.sources.test_json_reader import values

ROOT = Path(__file__).parents[3]
SEEDS = sorted(path for seeds in ("seeds", "tests/project/seeds") for path in (ROOT / seeds).rglob("*.yaml"))


def as_json(text):
    """The same file in JSON."""
    root, problems = FORMATS[".yaml"].parse(text, "file.yaml")
    assert problems == []
    return json.dumps(values(root), ensure_ascii=False, indent=2)


def readings(text, ending):
    """What a file gives, as annotations and as a codebook."""
    file = SourceFile(f"file{ending}", text)
    return read_annotations(file, CONTRACT, "a"), read_codebook(file, CONTRACT)


def told(reading):
    """What a reading has of records and problems, places and hints apart."""
    records = [
        (
            record.spec.name,
            record.where,
            record.key,
            {key: cell.text for key, cell in record.cells.items()},
            record.valid,
        )
        for record in reading.records
    ]
    problems = sorted((problem.where, problem.message.replace("'}, {'", "'- '")) for problem in reading.problems)
    return records, problems, reading.complete


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_what_people_wrote_gives_the_same_records_in_either_language(path):
    text = path.read_text(encoding="utf-8")
    assert list(map(told, readings(text, ".yaml"))) == list(map(told, readings(as_json(text), ".json")))


def test_seeds_in_json_give_the_same_tables(project, rebuilt):
    before = rebuilt().frames
    for path in Path("seeds").rglob("*.yaml"):
        path.with_suffix(".json").write_text(as_json(path.read_text(encoding="utf-8")), encoding="utf-8")
        path.unlink()
    after = rebuilt()
    assert after.problems == []
    assert all(frame.equals(before[name]) for name, frame in after.frames.items())


WORDS = st.sampled_from(["a", "s01", "strongly_opposes", "2031-04-01", "", "no", "{a: b}", "«é»", "x: y"])
KEYS = st.sampled_from(
    ["document", "statements", "events", "participants", "actors", "id", "quote", "stance", "title", "colour"]
)
CELLS = st.none() | WORDS
FILES = st.dictionaries(
    KEYS,
    st.recursive(
        CELLS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=20
    ),
    max_size=4,
)


@given(FILES)
@settings(max_examples=200)
def test_whatever_is_wrong_is_told_in_the_same_words_in_either_language(value):
    in_yaml = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    in_json = json.dumps(value, ensure_ascii=False)
    assert list(map(told, readings(in_yaml, ".yaml"))) == list(map(told, readings(in_json, ".json")))
