import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stancebook.sources.json_reader import parse_json, read_fast
from stancebook.sources.nodes import MAX_DEPTH, Mapping, Scalar, Sequence

SURROGATE = re.compile("[\ud800-\udfff]")


def read(text):
    root, problems = parse_json(text, "file.json")
    assert problems == []
    return root


def only_problem(text):
    """Return the only problem of a text, as line, column, message and hint."""
    _, [problem] = parse_json(text, "file.json")
    assert problem.file == "file.json"
    return problem.line, problem.column, problem.message, problem.hint


def values(node):
    """Return a tree as Python values; None for absent ones."""
    if isinstance(node, Mapping):
        return {name: values(value) for name, value in node.values.items()}
    if isinstance(node, Sequence):
        return [values(item) for item in node.items]
    return None if node.absent else node.text


def nodes(node):
    """Yield a node, its keys, and all nodes in it."""
    yield node
    if isinstance(node, Mapping):
        yield from node.keys.values()
    for inner in node.values.values() if isinstance(node, Mapping) else getattr(node, "items", ()):
        yield from nodes(inner)


# ── Values ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "typed", ["5", "-0", "1e3", "1E+03", "0.10", "12345678901234567890", "true", "false", '"no"', '"012"']
)
def test_value_is_text_as_typed(typed):
    """Numbers, true and false are the text that was typed."""
    assert values(read(f'{{"a": {typed}}}')) == {"a": typed.strip('"')}


def test_null_is_absent():
    """null is absent, and "null" is not."""
    root = read('{"a": null, "b": "null"}')
    assert [root.values[key].absent for key in "ab"] == [True, False]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (r"\ud83d\ude00 \u00e9\n\t\"\\\/", '\U0001f600 é\n\t"\\/'),
        (r"\\ud800", r"\ud800"),
        ("\U0001f600\u2028\x7f", "\U0001f600\u2028\x7f"),
    ],
)
def test_escapes_are_decoded(typed, text):
    """Escapes are decoded."""
    assert read(f'["{typed}"]').items[0].text == text


@pytest.mark.parametrize("text", ["", " \r\n\t"])
def test_empty_file_has_no_root(text):
    """An empty file has no root and no problem."""
    assert parse_json(text, "file.json") == (None, [])


# ── Positions ─────────────────────────────────────────────────────────────────────────────────────


def test_nodes_have_positions_in_code_points():
    """Every node has its line and column, in code points."""
    root = read('{\r\n "é\U0001f600": ["\U0001f600", {"b": 1}],\n "c": null}')
    assert [(node.line, node.column) for node in nodes(root)] == [
        (1, 1),
        (2, 2),
        (3, 2),
        (2, 8),
        (2, 9),
        (2, 14),
        (2, 15),
        (2, 20),
        (3, 7),
    ]


# ── Problems ───────────────────────────────────────────────────────────────────────────────


def test_repeated_key_is_refused():
    """The second of two equal keys is refused."""
    root, [problem] = parse_json('{\n"a": 1,\n"b": 2,\n"a": 3}', "file.json")
    assert values(root) == {"a": "1", "b": "2"}
    assert not root.complete
    assert (problem.line, problem.column, problem.message) == (4, 1, "the key 'a' is given twice")
    assert problem.hint == "it is first given in line 2; keep one of the two"


def test_repeated_first_key_suggests_new_record():
    """A repeated first key suggests that another record starts there."""
    text = '{"a": [\n{"id": 1, "b": 2,\n"id": 3, "b": 4}]}'
    assert only_problem(text)[:3] == (3, 1, "the key 'id' is given twice")
    assert only_problem(text)[3].endswith("or put '}, {' before it if a record starts here")


def test_escaped_key_is_equal():
    """A key with escapes equals the same key without."""
    assert only_problem(r'{"a": 1, "\u0061": 2}')[2] == "the key 'a' is given twice"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_endless_nesting_is_one_problem(opening):
    """Endless nesting is one problem."""
    line, column, message, _ = only_problem(opening * 50_000)
    assert (line, message) == (1, "collections nest too deep here")
    assert column <= MAX_DEPTH * len(opening) + 1
    assert read_fast(opening * 50_000) is None


@pytest.mark.parametrize("text", ['["' * 500_000, '"' + r"\"" * 500_000, "[" + "1," * 50_000, '{"a": 1, ' * 20_000])
def test_endless_tokens_take_linear_time(text):
    """Endless strings, lists and mappings are refused in linear time."""
    assert only_problem(text)


# ── Properties ─────────────────────────────────────────────────────────────────────────────

TOKENS = [
    *"{}[],:\"'\\/#-+.0159eEtn\u201c\u00a0\ufeff \n\t",
    "true",
    "null",
    "NaN",
    '"a"',
    '"a":',
    r"\u00e9",
    r"\ud83d",
    r"\ude00",
]
TEXTS = st.lists(st.sampled_from(TOKENS) | st.characters(codec="utf-8"), max_size=30).map("".join)
VALUES = st.recursive(
    st.text(max_size=8) | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.builds(json.dumps, VALUES, ensure_ascii=st.booleans(), indent=st.sampled_from([None, 0, 1]))


@st.composite
def mutated_json(draw):
    """A JSON document with a few characters deleted, inserted or doubled."""
    text = draw(DOCUMENTS)
    for _ in range(draw(st.integers(0, 2))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 2))
        text = text[:at] + draw(st.sampled_from(["", *TOKENS, text[at : at + 9]])) + text[at + length :]
    return text


def by_json(text):
    """What `json` reads, literals as typed; None if it refuses the text, or for NaN, lone surrogates and equal keys."""

    def refuse(_):
        raise ValueError

    def mapping(pairs):
        values = dict(pairs)
        return values if len(values) == len(pairs) else refuse(pairs)

    def as_text(value):
        if isinstance(value, dict):
            return {name: as_text(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [as_text(inner) for inner in value]
        return str(value).lower() if isinstance(value, bool) else value

    try:
        hooks = {"parse_int": str, "parse_float": str, "parse_constant": refuse}
        value = json.loads(text, object_pairs_hook=mapping, **hooks)
    except ValueError:
        return None
    value = [as_text(value)]
    return None if SURROGATE.search(json.dumps(value, ensure_ascii=False)) else value


@given(mutated_json() | TEXTS)
@example('{"a": 01}')
@example("[1\u00a0]")
@example(r'{"a\ud800": 1}')
@settings(max_examples=400)
def test_parser_agrees_with_json(text):
    """The parser accepts what `json` accepts, with the same values, and reports everything else."""
    root, problems = parse_json(text, "file.json")
    assert (None if root is None or problems else [values(root)]) == by_json(text)
    assert bool(problems) == (by_json(text) is None and bool(text.strip(" \t\r\n")))
    lines = text.split("\n")
    for problem in problems:
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.hint


@given(DOCUMENTS)
@settings(max_examples=200)
def test_positions_are_those_of_values(text):
    """Each node's position is where its value is written."""
    lines = text.split("\n")
    for node in nodes(read(text)):
        rest = lines[node.line - 1][node.column - 1 :]
        opening = {Mapping: "{", Sequence: "["}.get(type(node), ('"', node.text if isinstance(node, Scalar) else ""))
        assert rest.startswith(opening)


# ── Fast reader ───────────────────────────────────────────────────────────────────────────────────

RECORD = st.dictionaries(
    st.text(max_size=6), st.text(min_size=1, max_size=8) | st.integers() | st.none() | st.booleans(), max_size=5
)
RECORDS = RECORD | st.lists(RECORD, max_size=3)
FILES = st.dictionaries(st.text(max_size=6), RECORDS | st.dictionaries(st.text(max_size=6), RECORDS), max_size=4)


@given(mutated_json() | st.builds(json.dumps, FILES, ensure_ascii=st.booleans()))
@settings(max_examples=200)
def test_read_fast_agrees_with_parser(text):
    """What the fast reader returns, the parser reads to the same values without a problem."""
    mapping = read_fast(text)
    if mapping is not None:
        assert json.dumps(mapping) == json.dumps(values(read(text)))


def test_read_fast_reads_common_file():
    """The fast reader reads a common file."""
    file = {
        "document": {"title": "Northmark \U0001f600", "pages": 5, "seen": True, "note": None},
        "events": [{"id": "e01", "participants": [{"actor_id": "northmark"}]}],
        "mentions": [],
    }
    for text in (json.dumps(file), json.dumps(file, ensure_ascii=False, indent=2)):
        assert read_fast(text) == file | {"document": file["document"] | {"pages": "5", "seen": "true"}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '"a"',
        '\ufeff{"a": "b"}',
        '{"a": "b", "a": "c"}',
        '{"a": NaN}',
        '{"a": "b",}',
        r'{"a": "\ud800"}',
        r'{"a": "\\ud83d\ude00"}',
        '{"a": ""}',
        '{"a": {"b": "\u00a0"}}',
        r'{"a": [{"b": "\n"}]}',
        '{"a": ["b"]}',
        '{"a": [["b"]]}',
        '{"a": [null]}',
        '{"a": ' * 9 + '"b"' + "}" * 9,
    ],
)
def test_read_fast_refuses_unusual_values(text):
    """The fast reader refuses what the parser reports, blank texts and lists of other values."""
    assert read_fast(text) is None


# ── Syntax errors ─────────────────────────────────────────────────────────────────────────────────

CLOSED_EARLY = "the quotation mark opened here is closed before the text ends"
NO_COMMENTS = "a comment starts here, and JSON has none"
SECOND = "a second JSON document starts here"
ESCAPE = "a backslash between quotation marks starts an escape that JSON does not know"

# `►` marks where a problem is reported, and is not part of the text.
SYNTAX_ERRORS = {
    # commas, colons and brackets
    "a comma is after the last value of a record": (
        '{"a": 1►,\n}',
        "there is nothing between this ',' and the '}' after it",
    ),
    "a comma is after the last record of a list": (
        '{"a": [{"b": 1}►, ]}',
        "there is nothing between this ',' and the ']' after it",
    ),
    "a comma is twice": ("[1►, ,2]", "there is nothing between this ',' and the ',' after it"),
    "a comma is first in a list": ("[►,1]", "a value is missing before this ','"),
    "a comma is first in a record": ("{►,}", "a key is missing before this ','"),
    "a comma is missing between lines": ('{"a": "b"\n►"c": 1}', "a ',' is missing before this"),
    "a comma is missing between values": ('{"a": 1 ►"c": 1}', "a ',' is missing before this"),
    "a semicolon replaces a comma": ('{"a": "b"►; "c": 1}', "a ',' is missing before this"),
    "a comma is missing between records": ('[{"a": 1}\n►{"a": 2}]', "a ',' is missing before this"),
    "a colon is missing": ('{"a" ►"b"}', "a ':' is missing before this"),
    "an equals sign replaces a colon": ('{"a" ►= "b"}', "a ':' is missing before this"),
    "a colon is in a list": ('["a"►: "b"]', "a ':' is not allowed here"),
    "a colon is twice": ('{"a":►: 1}', "a value is missing before this ':'"),
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
    "one bracket too many closes the file": ('{"a": 1}\n►}', "this '}' closes nothing"),
    "a file starts with what closes": ("►]", "this ']' closes nothing"),
    # around values
    "a second document follows": ('{"a": 1}\n►{"a": 2}', SECOND),
    "a list follows": ("{} ►[]", SECOND),
    "words follow": ('{"a": 1} ►and so on', "the file goes on after its last '}'"),
    "a comma follows": ('{"a": 1}►,', "the file goes on after its last '}'"),
    "a byte order mark is first": ("►\ufeff{}", "a byte order mark (U+FEFF) comes before the JSON"),
    "a comment is first": ("►// note\n{}", NO_COMMENTS),
    "a comment is in the middle": ('{"a": 1, ►/* note */ "b": 2}', NO_COMMENTS),
    "a comment like YAML's is at the end": ('{"a": 1} ►# note', NO_COMMENTS),
    "an odd space is between values": ('{"a":►\u00a01}', "a no-break space (U+00A0) is outside of the texts"),
    "something invisible is between values": (
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
    "a tab is in a text": ('{"a": "b►\tc"}', "a tab is not allowed in a text"),
    "a control character is in a text": ('{"a": "b►\x07c"}', "the character U+0007 is not allowed in a text"),
    "a backslash is in a text": (r'{"a": "C:►\docs"}', ESCAPE),
    "an escape is too short": (r'{"a": "►\u12"}', ESCAPE),
    "a backslash ends a text": ('{"a": ►"b\\"}', "the quotation mark opened here is never closed"),
    "a high surrogate is alone": (r'{"a": "\u00e9\\►\ud83d."}', r"\ud83d is half a character"),
    "a low surrogate is alone": (r'{"a": "\\ud83d\\►\ude00"}', r"\ude00 is half a character"),
    # words and numbers
    "a key has no quotation marks": ('{►a: "b"}', "a key must be between double quotation marks"),
    "a key has single quotation marks": ("{►'a': 1}", "the mark ' cannot open a text in JSON"),
    "a text has typographic quotation marks": ('{"a": ►“b”}', "the mark “ cannot open a text in JSON"),
    "a text has no quotation marks": ('{"a": ►words, words}', "this text has no quotation marks"),
    "a date has no quotation marks": ('{"a": ►2031-04-02}', "'2031-04-02' is no number in JSON"),
    "a number starts with a zero": ('{"a": ►012}', "'012' is no number in JSON"),
    "a number starts with a point": ('{"a": ►.5}', "'.5' is no number in JSON"),
    "a number is none": ('{"a": ►NaN}', "'NaN' is no value in JSON"),
    "a number is infinite": ("[►-Infinity]", "'-Infinity' is no value in JSON"),
    "null has another name": ('{"a": ►None}', "'None' is no value in JSON"),
}


def position_of(marked):
    before = marked.partition("►")[0]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize(("marked", "message"), SYNTAX_ERRORS.values(), ids=SYNTAX_ERRORS)
def test_syntax_error_is_one_problem_with_hint(marked, message):
    """A syntax error is one problem, where it is fixed, with a hint."""
    root, [problem] = parse_json(marked.replace("►", ""), "notes.json")
    assert root is None
    assert (problem.line, problem.column) == position_of(marked)
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
def test_syntax_hint_says_what_to_type(text, hint):
    """A hint has the position or what to type."""
    _, [problem] = parse_json(text, "notes.json")
    assert problem.hint == hint
