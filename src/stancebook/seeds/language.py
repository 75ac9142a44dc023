"""The languages that seeds are written in, by the ending of their files: what reads each, and its words in hints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stancebook.problem import Problem
from stancebook.seeds import json_tree, plain, tree
from stancebook.seeds.anchor import IN_JSON, IN_YAML, Writing
from stancebook.seeds.plain import Plain
from stancebook.seeds.survey import JSON, YAML
from stancebook.seeds.tree import Node


@dataclass(frozen=True, slots=True)
class Language:
    """What reads a text, at leisure and at a glance; how words are written in it, and hints put in its words.

    `heading` is the key of a list or a mapping, a `{}` in place of its name; `between` is what ends a record and
    starts the next. The others are whole hints: `joined` for what such a cut would be mended by, the rest for what
    would be right where something else stands.
    """

    parse: Callable[[str, str], tuple[Node | None, list[Problem]]]
    plain: Callable[[str], Plain | None]
    writing: Writing
    heading: str
    between: str
    joined: str
    a_list: str
    a_record: str
    a_value: str


LANGUAGES: Mapping[str, Language] = {
    YAML: Language(
        parse=tree.parse,
        plain=plain.plain,
        writing=IN_YAML,
        heading="'{}:'",
        between="'- '",
        joined="take the '- ' out",
        a_list="write the rows as a list, each starting with '- '",
        a_record="write it as 'key: value' lines",
        a_value="write a single value; text with brackets, braces or ': ' in it goes into a block after '|-'",
    ),
    JSON: Language(
        parse=json_tree.parse,
        plain=json_tree.plain,
        writing=IN_JSON,
        heading="'\"{}\":'",
        between="'}, {'",
        joined="put ',' in place of the '}, {'",
        a_list='write the rows as a list, each between braces: [{"key": "value"}]',
        a_record='write it between braces: {"key": "value"}',
        a_value="write a single value, such as a text between quotation marks",
    ),
}


def language_of(file: str) -> Language:
    """Return the language of a file of seeds by its name."""
    return LANGUAGES[file[file.rfind(".") :]]
