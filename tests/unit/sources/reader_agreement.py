"""What `plain` makes of a text, held against the tree of it."""

import json

from stancebook.sources.nodes import Mapping, Sequence
from stancebook.sources.yaml_fast_reader import read_fast
from stancebook.sources.yaml_reader import parse_yaml


def is_taken(text):
    """Whether a text is plain; if it is, the tree has the same values in the same order, and nothing to say."""
    taken = read_fast(text)
    if taken is None:
        return False
    root, problems = parse_yaml(text, "file.yaml")
    assert problems == []
    assert json.dumps(values(root)) == json.dumps(taken)
    return True


def values(node):
    """A tree as Python's own values; None where one is absent."""
    if isinstance(node, Mapping):
        assert node.complete
        return {name: values(value) for name, value in node.values.items()}
    if isinstance(node, Sequence):
        return [values(item) for item in node.items]
    assert not node.cut
    assert not node.swallowed
    return None if node.absent else node.text
