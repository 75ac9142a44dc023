"""The formats of record files, YAML and JSON: readers, quoting, and the wording of hints."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from stancebook.problems import Problem
from stancebook.sources import json_reader, yaml_fast_reader, yaml_reader
from stancebook.sources.anchoring import JSON_QUOTING, YAML_QUOTING, Quoting
from stancebook.sources.discovery import JSON, YAML
from stancebook.sources.nodes import Node, PlainMapping


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """A format of record files.

    Attributes:
        parse: Parses a text, given the displayed path of its file, to a tree and problems.
        read_fast: Reads a text without positions, or returns None if only `parse` can.
        quoting: How texts are written in the format.
        section_heading: The key of a list or a mapping, with `{}` in place of its name.
        record_separator: What ends a record and starts the next.
        join_hint: The hint for a record that such a separator cuts in two.
        list_hint: The hint where a list is expected.
        record_hint: The hint where a record is expected.
        value_hint: The hint where a single value is expected.
        write_record: Writes a record on one line.
    """

    parse: Callable[[str, str], tuple[Node | None, list[Problem]]]
    read_fast: Callable[[str], PlainMapping | None]
    quoting: Quoting
    section_heading: str
    record_separator: str
    join_hint: str
    list_hint: str
    record_hint: str
    value_hint: str
    write_record: Callable[[Mapping[str, str]], str]


def _write_flow_mapping(record: Mapping[str, str]) -> str:
    """Return a YAML mapping between braces; what might end a value early is put between quotation marks."""
    texts = {
        key: text if re.fullmatch(r"[\w…-]+", text) else json.dumps(text, ensure_ascii=False)
        for key, text in record.items()
    }
    return f"{{{', '.join(f'{key}: {text}' for key, text in texts.items())}}}"


FORMATS: Mapping[str, SourceFormat] = {
    YAML: SourceFormat(
        parse=yaml_reader.parse_yaml,
        read_fast=yaml_fast_reader.read_fast,
        quoting=YAML_QUOTING,
        section_heading="'{}:'",
        record_separator="'- '",
        join_hint="delete the '- '",
        list_hint="write the rows as a list, each starting with '- '",
        record_hint="write it as 'key: value' lines",
        value_hint="write a single value; text with brackets, braces or ': ' in it goes into a block after '|-'",
        write_record=_write_flow_mapping,
    ),
    JSON: SourceFormat(
        parse=json_reader.parse_json,
        read_fast=json_reader.read_fast,
        quoting=JSON_QUOTING,
        section_heading="'\"{}\":'",
        record_separator="'}, {'",
        join_hint="put ',' in place of the '}, {'",
        list_hint='write the rows as a list, each between braces: [{"key": "value"}]',
        record_hint='write it between braces: {"key": "value"}',
        value_hint="write a single value, such as a text between quotation marks",
        write_record=partial(json.dumps, ensure_ascii=False),
    ),
}


def format_of(file: str) -> SourceFormat:
    """Return the format of a record file by its extension."""
    return FORMATS[file[file.rfind(".") :]]
