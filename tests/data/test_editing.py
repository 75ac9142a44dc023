"""The annotation files of this project can be edited value by value, each within its record."""

from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.sources.editing import SetValues, edit_annotations
from stancebook.sources.editing.layout import json_layout, plain_values, yaml_layout
from stancebook.sources.formats import format_of

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "seeds").rglob("*.yaml"), *(ROOT / "seeds").rglob("*.json")])
LAYOUTS = {".yaml": yaml_layout, ".json": json_layout}
SAMPLED = 12  # at most, in a file
TEXTS = ["other", "a text: with marks, and “quotes”", "#1", "a long text " * 15 + "end", "two\nlines"]


def values_of(text, name):
    """Yield the path of each record of a file, with one of its keys and the text there."""
    for section, content in plain_values(LAYOUTS[name[name.rfind(".") :]](text)).items():
        records = (
            [((section,), content)] if isinstance(content, dict) else [((section, n), r) for n, r in enumerate(content)]
        )
        for path, record in records:
            for key, value in record.items():
                if isinstance(value, str):
                    yield path, key, value


@pytest.mark.proof
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_values_change_within_their_lines(path):
    """Changing a sampled value and changing it back touches only its lines, and the text is read as before."""
    text = path.read_bytes().decode()
    found = list(values_of(text, path.name))
    assert found
    for number, (record, key, old) in enumerate(found[:: len(found) // SAMPLED + 1]):
        new = TEXTS[number % len(TEXTS)]
        new = new if new != old else TEXTS[1]
        changed = edit_annotations(text, path.name, [SetValues(record, {key: new})], CONTRACT)
        back = edit_annotations(changed, path.name, [SetValues(record, {key: old})], CONTRACT)
        assert format_of(path.name).parse(changed, path.name)[1] == []
        before, after, again = (version.split("\n") for version in (text, changed, back))
        start = next(line for line in range(len(before)) if before[line] != after[line])
        end = next(line for line in range(1, len(before)) if before[-line] != after[-line])
        if key not in before[start]:  # a block stayed a block, or becomes one line
            start -= 1
        assert key in before[start]
        assert again[:start] == before[:start]
        assert again[-end + 1 :] == before[-end + 1 :] or end == 1
        lines = len(before) - end + 1 - start
        assert lines <= old.count("\n") + len(old) // 60 + 3
