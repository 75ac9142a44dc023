import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stancebook.sources.json_reader import parse_json, read_fast
from stancebook.sources.nodes import MAX_DEPTH, Mapping, Scalar, Sequence

HALF = re.compile("[\ud800-\udfff]")


def read(text):
    root, problems = parse_json(text, "file.json")
    assert problems == []
    return root


def told(text):
    """The one problem of a text, as line, column, message and hint."""
    _, [problem] = parse_json(text, "file.json")
    assert problem.file == "file.json"
    return problem.line, problem.column, problem.message, problem.hint


def values(node):
    """A tree as Python's own values; None where one is absent."""
    if isinstance(node, Mapping):
        return {name: values(value) for name, value in node.values.items()}
    if isinstance(node, Sequence):
        return [values(item) for item in node.items]
    return None if node.absent else node.text


def nodes(node):
    """A node, its keys, and all nodes within."""
    yield node
    if isinstance(node, Mapping):
        yield from node.keys.values()
    for inner in node.values.values() if isinstance(node, Mapping) else getattr(node, "items", ()):
        yield from nodes(inner)


# ── Values ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "typed", ["5", "-0", "1e3", "1E+03", "0.10", "12345678901234567890", "true", "false", '"no"', '"012"']
)
def test_a_value_is_the_text_that_was_typed(typed):
    assert values(read(f'{{"a": {typed}}}')) == {"a": typed.strip('"')}


def test_null_is_absent_and_the_word_is_not():
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
def test_escapes_are_the_characters_they_stand_for(typed, text):
    assert read(f'["{typed}"]').items[0].text == text


@pytest.mark.parametrize("text", ["", " \r\n\t"])
def test_an_empty_file_has_no_root(text):
    assert parse_json(text, "file.json") == (None, [])


# ── Places ────────────────────────────────────────────────────────────────────────────────────────


def test_every_value_knows_its_line_and_column_counted_in_characters():
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


# ── What is refused ───────────────────────────────────────────────────────────────────────────────


def test_the_second_of_two_equal_keys_is_refused_and_the_first_stays():
    root, [problem] = parse_json('{\n"a": 1,\n"b": 2,\n"a": 3}', "file.json")
    assert values(root) == {"a": "1", "b": "2"}
    assert not root.complete
    assert (problem.line, problem.column, problem.message) == (4, 1, "the key 'a' is given twice")
    assert problem.hint == "it is first given in line 2; keep one of the two"


def test_where_a_records_first_key_stands_again_another_record_starts_there():
    text = '{"a": [\n{"id": 1, "b": 2,\n"id": 3, "b": 4}]}'
    assert told(text)[:3] == (3, 1, "the key 'id' is given twice")
    assert told(text)[3].endswith("or put '}, {' before it if a record starts here")


def test_equal_keys_are_equal_however_they_are_escaped():
    assert told(r'{"a": 1, "\u0061": 2}')[2] == "the key 'a' is given twice"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_nesting_without_an_end_is_one_problem_and_no_crash(opening):
    line, column, message, _ = told(opening * 50_000)
    assert (line, message) == (1, "collections nest too deep here")
    assert column <= MAX_DEPTH * len(opening) + 1
    assert read_fast(opening * 50_000) is None


@pytest.mark.parametrize("text", ['["' * 500_000, '"' + r"\"" * 500_000, "[" + "1," * 50_000, '{"a": 1, ' * 20_000])
def test_what_has_no_end_is_refused_in_time_that_grows_with_it(text):
    assert told(text)


# ── What always holds ─────────────────────────────────────────────────────────────────────────────

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
def changed(draw):
    """A JSON document with a few characters taken out, put in or doubled."""
    text = draw(DOCUMENTS)
    for _ in range(draw(st.integers(0, 2))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 2))
        text = text[:at] + draw(st.sampled_from(["", *TOKENS, text[at : at + 9]])) + text[at + length :]
    return text


def by_json(text):
    """What `json` makes of a text, words as typed; None where it takes none, or NaN, half characters or equal keys."""

    def refuse(_):
        raise ValueError

    def mapping(pairs):
        made = dict(pairs)
        return made if len(made) == len(pairs) else refuse(pairs)

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
    return None if HALF.search(json.dumps(value, ensure_ascii=False)) else value


@given(changed() | TEXTS)
@example('{"a": 01}')
@example("[1\u00a0]")
@example(r'{"a\ud800": 1}')
@settings(max_examples=400)
def test_what_json_takes_is_taken_to_the_same_values_and_nothing_else(text):
    root, problems = parse_json(text, "file.json")
    assert (None if root is None or problems else [values(root)]) == by_json(text)
    assert bool(problems) == (by_json(text) is None and bool(text.strip(" \t\r\n")))
    lines = text.split("\n")
    for problem in problems:
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.hint


@given(DOCUMENTS)
@settings(max_examples=200)
def test_each_value_stands_where_it_is_written(text):
    lines = text.split("\n")
    for node in nodes(read(text)):
        rest = lines[node.line - 1][node.column - 1 :]
        opening = {Mapping: "{", Sequence: "["}.get(type(node), ('"', node.text if isinstance(node, Scalar) else ""))
        assert rest.startswith(opening)


# ── At a glance ───────────────────────────────────────────────────────────────────────────────────

RECORD = st.dictionaries(
    st.text(max_size=6), st.text(min_size=1, max_size=8) | st.integers() | st.none() | st.booleans(), max_size=5
)
RECORDS = RECORD | st.lists(RECORD, max_size=3)
FILES = st.dictionaries(st.text(max_size=6), RECORDS | st.dictionaries(st.text(max_size=6), RECORDS), max_size=4)


@given(changed() | st.builds(json.dumps, FILES, ensure_ascii=st.booleans()))
@settings(max_examples=200)
def test_what_is_taken_at_a_glance_is_what_the_tree_holds_and_nothing_is_said_of(text):
    taken = read_fast(text)
    if taken is not None:
        assert json.dumps(taken) == json.dumps(values(read(text)))


def test_the_usual_file_is_taken_at_a_glance():
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
def test_whatever_needs_a_second_look_is_in_doubt(text):
    assert read_fast(text) is None
