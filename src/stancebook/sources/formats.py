"""The languages that seeds are written in, by the ending of their files: what reads each, and its words in hints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stancebook.problems import Problem
from stancebook.sources import json_reader, yaml_fast_reader, yaml_reader
from stancebook.sources.anchoring import JSON_QUOTING, YAML_QUOTING, Quoting
from stancebook.sources.discovery import JSON, YAML
from stancebook.sources.yaml_fast_reader import Plain
from stancebook.sources.yaml_reader import Node


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """What reads a text, at leisure and at a glance; how words are written in it, and hints put in its words.

    `heading` is the key of a list or a mapping, a `{}` in place of its name; `between` is what ends a record and
    starts the next. The others are whole hints: `joined` for what such a cut would be mended by, the rest for what
    would be right where something else stands.
    """

    parse: Callable[[str, str], tuple[Node | None, list[Problem]]]
    plain: Callable[[str], Plain | None]
    writing: Quoting
    heading: str
    between: str
    joined: str
    a_list: str
    a_record: str
    a_value: str


FORMATS: Mapping[str, SourceFormat] = {
    YAML: SourceFormat(
        parse=yaml_reader.parse_yaml,
        plain=yaml_fast_reader.read_fast,
        writing=YAML_QUOTING,
        heading="'{}:'",
        between="'- '",
        joined="take the '- ' out",
        a_list="write the rows as a list, each starting with '- '",
        a_record="write it as 'key: value' lines",
        a_value="write a single value; text with brackets, braces or ': ' in it goes into a block after '|-'",
    ),
    JSON: SourceFormat(
        parse=json_reader.parse_json,
        plain=json_reader.read_fast,
        writing=JSON_QUOTING,
        heading="'\"{}\":'",
        between="'}, {'",
        joined="put ',' in place of the '}, {'",
        a_list='write the rows as a list, each between braces: [{"key": "value"}]',
        a_record='write it between braces: {"key": "value"}',
        a_value="write a single value, such as a text between quotation marks",
    ),
}


def format_of(file: str) -> SourceFormat:
    """Return the language of a file of seeds by its name."""
    return FORMATS[file[file.rfind(".") :]]
