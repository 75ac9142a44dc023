"""The same sources in YAML and in JSON."""

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
    """Convert a YAML file to JSON."""
    root, problems = FORMATS[".yaml"].parse(text, "file.yaml")
    assert problems == []
    return json.dumps(values(root), ensure_ascii=False, indent=2)


def parsed_files(text, extension):
    """Parse a text as annotations and as a codebook."""
    file = SourceFile(f"file{extension}", text)
    return read_annotations(file, CONTRACT, "a"), read_codebook(file, CONTRACT)


def comparable(parsed):
    """Return the records and problems of a file without positions and hints."""
    records = [
        (
            record.spec.name,
            record.where,
            record.key,
            {key: cell.text for key, cell in record.cells.items()},
            record.valid,
        )
        for record in parsed.records
    ]
    problems = sorted((problem.where, problem.message.replace("'}, {'", "'- '")) for problem in parsed.problems)
    return records, problems, parsed.complete


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_yaml_and_json_give_same_records(path):
    """The project's files give the same records in YAML and in JSON."""
    text = path.read_text(encoding="utf-8")
    assert list(map(comparable, parsed_files(text, ".yaml"))) == list(
        map(comparable, parsed_files(as_json(text), ".json"))
    )


def test_json_sources_give_same_tables(project, rebuilt):
    """Sources converted to JSON give the same tables."""
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
def test_yaml_and_json_give_same_problems(value):
    """Any value gives the same records and problems in YAML and in JSON."""
    in_yaml = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    in_json = json.dumps(value, ensure_ascii=False)
    assert list(map(comparable, parsed_files(in_yaml, ".yaml"))) == list(
        map(comparable, parsed_files(in_json, ".json"))
    )
