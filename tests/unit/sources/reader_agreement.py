"""Compares what the fast YAML reader returns with the tree of the parser."""

import json

from stancebook.sources.nodes import Mapping, Sequence
from stancebook.sources.yaml_fast_reader import read_fast
from stancebook.sources.yaml_reader import parse_yaml


def agrees(text):
    """Return whether the fast reader reads a text; assert that the parser then reads the same without a problem."""
    mapping = read_fast(text)
    if mapping is None:
        return False
    root, problems = parse_yaml(text, "file.yaml")
    assert problems == []
    assert json.dumps(values(root)) == json.dumps(mapping)
    return True


def values(node):
    """Return a tree as Python values; None for absent ones."""
    if isinstance(node, Mapping):
        assert node.complete
        return {name: values(value) for name, value in node.values.items()}
    if isinstance(node, Sequence):
        return [values(item) for item in node.items]
    assert not node.cut
    assert not node.swallowed
    return None if node.absent else node.text
