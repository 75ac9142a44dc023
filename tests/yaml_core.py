"""Read YAML as an editor's language server does, by the core schema of YAML 1.2.

`no`, `2031-04-02` and `1_000` are text, `012` is the number 12; a duplicate key is an error.
"""

import re

import yaml

CORE = {  # https://yaml.org/spec/1.2.2/#1032-tag-resolution
    "null": (r"null|Null|NULL|~|", "~nN\0"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
}


class CoreLoader(yaml.CSafeLoader):
    """A loader that resolves plain scalars as YAML 1.2 does, and refuses duplicate keys."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (replaces that of the parent)

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        if len(set(keys)) < len(keys):
            raise yaml.MarkedYAMLError(problem="duplicate key", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


for tag, (pattern, first) in CORE.items():
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^$"), [""])
CoreLoader.add_constructor("tag:yaml.org,2002:int", lambda _, node: number(node.value))
CoreLoader.add_constructor(
    "tag:yaml.org,2002:float", lambda _, node: float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))
)


def number(written):
    return int(written, {"0o": 8, "0x": 16}.get(written[:2], 10))


def read(text):
    """Return the value of a text with one document; raise `yaml.YAMLError` if it is not valid."""
    return yaml.load(text, Loader=CoreLoader)  # noqa: S506 (a subclass of a safe loader)
