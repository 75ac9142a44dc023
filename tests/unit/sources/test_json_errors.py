r"""Slips in JSON, each answered where a person mends it. `►` marks that place and is not part of the text."""

import pytest

from stancebook.sources.json_reader import parse_json

CLOSED_EARLY = "the quotation mark opened here is closed before the text ends"
NO_COMMENTS = "a comment starts here, and JSON has none"
SECOND = "a second JSON document starts here"
ESCAPE = "a backslash between quotation marks starts an escape that JSON does not know"

SLIPS = {
    # commas, colons and brackets
    "a comma stands after the last value of a record": (
        '{"a": 1►,\n}',
        "there is nothing between this ',' and the '}' after it",
    ),
    "a comma stands after the last record of a list": (
        '{"a": [{"b": 1}►, ]}',
        "there is nothing between this ',' and the ']' after it",
    ),
    "a comma stands twice": ("[1►, ,2]", "there is nothing between this ',' and the ',' after it"),
    "a comma stands first in a list": ("[►,1]", "a value is missing before this ','"),
    "a comma stands first in a record": ("{►,}", "a key is missing before this ','"),
    "a comma is missing between lines": ('{"a": "b"\n►"c": 1}', "a ',' is missing before this"),
    "a comma is missing between values": ('{"a": 1 ►"c": 1}', "a ',' is missing before this"),
    "a semicolon stands for a comma": ('{"a": "b"►; "c": 1}', "a ',' is missing before this"),
    "a comma is missing between records": ('[{"a": 1}\n►{"a": 2}]', "a ',' is missing before this"),
    "a colon is missing": ('{"a" ►"b"}', "a ':' is missing before this"),
    "an equals sign stands for a colon": ('{"a" ►= "b"}', "a ':' is missing before this"),
    "a colon stands in a list": ('["a"►: "b"]', "a ':' is not allowed here"),
    "a colon stands twice": ('{"a":►: 1}', "a value is missing before this ':'"),
    "a key has no value": ('{►"a", "b": 1}', "this key has no value"),
    "a record ends after a key": ('{"b": 1, ►"a"}', "this key has no value"),
    "a value is left out": ('{"a": ►, "b": 1}', "a value is missing before this ','"),
    "the last value is left out": ('{"a": ►}', "a value is missing before this '}'"),
    "a record is not closed": ('{"a": [{"b": 1►]}', "a '}' is missing before this ']'"),
    "a record starts in another": ('{"a": [{"b": 1, ►{"b": 2}]}', "a '}' is missing before this '{'"),
    "a list is not closed": ('{"a": [1, 2►}', "a ']' is missing before this '}'"),
    "a bracket is closed by another": ('{"a": 1►]', "this ']' closes nothing"),
    "a bracket is never closed": ('{"a": ►[1, 2\n', "this '[' is never closed"),
    "a file breaks off after a key": ('►{"a":', "this '{' is never closed"),
    "a bracket too many closes the file": ('{"a": 1}\n►}', "this '}' closes nothing"),
    "a file starts with what closes": ("►]", "this ']' closes nothing"),
    # what stands around
    "a second document follows": ('{"a": 1}\n►{"a": 2}', SECOND),
    "a list follows": ("{} ►[]", SECOND),
    "words follow": ('{"a": 1} ►and so on', "the file goes on after its last '}'"),
    "a comma follows": ('{"a": 1}►,', "the file goes on after its last '}'"),
    "a byte order mark stands first": ("►\ufeff{}", "a byte order mark (U+FEFF) comes before the JSON"),
    "a comment stands first": ("►// note\n{}", NO_COMMENTS),
    "a comment stands in the middle": ('{"a": 1, ►/* note */ "b": 2}', NO_COMMENTS),
    "a comment like YAML's stands at the end": ('{"a": 1} ►# note', NO_COMMENTS),
    "an odd space stands between values": ('{"a":►\u00a01}', "a no-break space (U+00A0) is outside of the texts"),
    "something unseen stands between values": (
        '{"a":►\u200b1}',
        "a zero width space (U+200B) is outside of the texts",
    ),
    # texts
    "a text has a quotation mark in it": ('{"a": ►"he said "no" to it"}', CLOSED_EARLY),
    "a text has a quotation mark at its start": ('{"a": ►""No," he said"}', CLOSED_EARLY),
    "a text has a quotation mark at its end": ('{"a": ►"he said "no""}', CLOSED_EARLY),
    "a key has a quotation mark in it": ('{►"a"b": 1}', CLOSED_EARLY),
    "a text goes over lines": ('{"a": ►"b\nc"}', "the quotation mark opened here is not closed in its line"),
    "a text is not closed": ('{"a": ►"b,\n"c": 1}', "the quotation mark opened here is not closed in its line"),
    "the last text is not closed": ('{"a": ►"b', "the quotation mark opened here is never closed"),
    "a text is not opened": ('{"a": ►b", "c": 1}', "this text has no quotation marks"),
    "a tab stands in a text": ('{"a": "b►\tc"}', "a tab is not allowed in a text"),
    "a control character stands in a text": ('{"a": "b►\x07c"}', "the character U+0007 is not allowed in a text"),
    "a backslash stands in a text": (r'{"a": "C:►\docs"}', ESCAPE),
    "an escape is too short": (r'{"a": "►\u12"}', ESCAPE),
    "a backslash ends a text": ('{"a": ►"b\\"}', "the quotation mark opened here is never closed"),
    "half a character is escaped": (r'{"a": "\u00e9\\►\ud83d."}', r"\ud83d is half a character"),
    "the other half is escaped": (r'{"a": "\\ud83d\\►\ude00"}', r"\ude00 is half a character"),
    # words and numbers
    "a key has no quotation marks": ('{►a: "b"}', "a key must be between double quotation marks"),
    "a key has single quotation marks": ("{►'a': 1}", "the mark ' cannot open a text in JSON"),
    "a text has typographic quotation marks": ('{"a": ►“b”}', "the mark “ cannot open a text in JSON"),
    "a text has no quotation marks": ('{"a": ►words, words}', "this text has no quotation marks"),
    "a date has no quotation marks": ('{"a": ►2031-04-02}', "'2031-04-02' is no number in JSON"),
    "a number starts with a nought": ('{"a": ►012}', "'012' is no number in JSON"),
    "a number starts with a point": ('{"a": ►.5}', "'.5' is no number in JSON"),
    "a number is none": ('{"a": ►NaN}', "'NaN' is no value in JSON"),
    "a number is without end": ("[►-Infinity]", "'-Infinity' is no value in JSON"),
    "nothing is called otherwise": ('{"a": ►None}', "'None' is no value in JSON"),
}


def place_of(marked):
    before = marked.partition("►")[0]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize(("marked", "message"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_told_once_where_it_is_mended_with_a_way_out(marked, message):
    root, [problem] = parse_json(marked.replace("►", ""), "notes.json")
    assert root is None
    assert (problem.line, problem.column) == place_of(marked)
    assert problem.message == message
    assert problem.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('{\n"a": [\n1}', "close the '[' in line 2 first"),
        ('{\n"a": 1]', "expected '}', which closes the '{' in line 1"),
        ('{"a": 012}', 'write it as a text: "012"'),
        ('{"a": "\x07"}', r"delete it, or write it as \u0007"),
        ('{"a": "say "no""}', r"write a quotation mark within a text as \""),
    ],
)
def test_a_hint_names_the_place_or_what_to_type(text, hint):
    _, [problem] = parse_json(text, "notes.json")
    assert problem.hint == hint
