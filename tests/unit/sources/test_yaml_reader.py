import re

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stancebook.sources.nodes import Mapping, Rejected, Scalar, Sequence
from stancebook.sources.yaml_fast_reader import read_fast
from stancebook.sources.yaml_reader import parse_yaml


def read(text):
    root, problems = parse_yaml(text, "file.yaml")
    assert problems == []
    return root


def values(node):
    """Return a tree as Python values."""
    if isinstance(node, Mapping):
        return {name: values(value) for name, value in node.values.items()}
    if isinstance(node, Sequence):
        return [values(item) for item in node.items]
    return node.text


def nodes(node):
    """Yield a node, its keys, and all nodes in it."""
    yield node
    if isinstance(node, Mapping):
        yield from node.keys.values()
        for value in node.values.values():
            yield from nodes(value)
    if isinstance(node, Sequence):
        for item in node.items:
            yield from nodes(item)


# ── Values ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["no", "012", "1.0", "2031-04-01", "true", "1e3", "0x1F", "12:30", "="])
def test_scalar_is_text_as_typed(typed):
    """A scalar is the text that was typed, without YAML's types."""
    assert read(f"key: {typed}").values["key"].text == typed


@pytest.mark.parametrize("typed", ["", "~", "null", "Null", "NULL"])
def test_null_tilde_and_nothing_are_absent(typed):
    """null, a tilde and nothing are absent."""
    assert read(f"key: {typed}").values["key"].absent


@pytest.mark.parametrize("typed", ["'null'", '"~"', "''", "nil"])
def test_quoted_null_is_text(typed):
    """A quoted null is text."""
    assert not read(f"key: {typed}").values["key"].absent


@pytest.mark.parametrize(
    ("typed", "column"),
    [
        ("words # comment", 12),
        ("words#comment", None),
        ("'words' # comment", None),
        ("|-\n  words # kept", None),
        ("words\n# comment", None),
        ("words\n  # deeper", 3),
        ("words\n\n  # deeper", 3),
        ("# comment", 6),
        ("\t#comment", 7),
        ("\n  # deeper", 3),
        ("\n# comment", None),
        ("# comment\n  words", 6),
        ("\n  # comment\n  words", 3),
        ("~ # comment", None),
        ("|- # comment", 9),
        ("|- # comment\n  words", None),
    ],
)
def test_comment_of_scalar_has_position(typed, column):
    """A comment that may have been meant as the text of a scalar is noted with its position."""
    comment = read(f"key: {typed}\nother: 1").values["key"].comment
    assert (comment and comment.column) == column


@pytest.mark.parametrize("broken", ["\x85", "\u2028", "\u2029", "\ue000\x85"])
@pytest.mark.parametrize("typed", ["a{}b", "'a{}b'", '"a{}b"', "|-\n  a{}b", ">-\n  a{}b"])
def test_old_line_breaks_are_text(typed, broken):
    """U+0085, U+2028 and U+2029, which YAML 1.1 alone reads as line breaks, are characters of a text."""
    assert read(f"key: {typed.format(broken)}\nother: 1").values["key"].text == f"a{broken}b"


LIST = "rows:\n  - {id: a}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{LIST}  # … rest unchanged\n",
        f"{LIST}  # ...\nmore:\n  - {{id: b}}\n",
        f"{LIST}  # remaining rows as before\n",
        f"{LIST}    # other keys\n",
        f"{LIST}# etc.\n",
        f"{LIST}  # [truncated]\n",
        f"{LIST}  # Rest unverändert\n",
        f"{LIST}  # 12 more\n",
        f"{LIST}  # … b to d …\n  - {{id: e}}\n",
        f"{LIST}  # the other rows are unchanged\n  - {{id: e}}\n",
        "rows:\n  # … unchanged\nmore:\n  - {id: b}\n",
        "rows: # … unchanged\n",
        "rows:\n  - id: a\n    # … other keys as before\n  - id: b\n",
    ],
)
def test_comment_for_left_out_records_warns(text):
    """A comment that seems to replace records or keys gives a warning at its position."""
    _, [problem] = parse_yaml(text, "file.yaml")
    assert problem.level == "warning"
    assert text.split("\n")[problem.line - 1][problem.column - 1 :].startswith("#")
    assert read_fast(text) is None


@pytest.mark.parametrize(
    "text",
    [
        f"{LIST}  # the last one\n",
        f"{LIST}  # other rows\n  - {{id: e}}\n",
        f"{LIST}\n# Other rows\nmore:\n  - {{id: b}}\n",
        f"# The rest is in the guide.\n{LIST}",
        "rows: # none\n",
        "key: '# … rest unchanged'\n",
        "key: |-\n  # … rest unchanged\n",
    ],
)
def test_other_comment_does_not_warn(text):
    """Any other comment, and text that looks like one, gives no warning."""
    assert parse_yaml(text, "file.yaml")[1] == []


def test_empty_file_has_no_root():
    """A file without content has no root and no problem."""
    assert parse_yaml("# a comment\n", "file.yaml") == (None, [])


# ── Positions ─────────────────────────────────────────────────────────────────────────────────────

WORDS = st.text("abcé😀\u0301’", min_size=1, max_size=8)
ODD_BREAKS = st.sampled_from(["", "\x85", "\u2028", "\u2029"])


@given(
    values=st.lists(st.tuples(WORDS, ODD_BREAKS), min_size=1, max_size=6),
    breaks=st.sampled_from(["\n", "\r\n"]),
    bom=st.sampled_from(["", "\ufeff"]),
)
@settings(max_examples=100)
def test_positions_are_those_of_editors(values, breaks, bom):
    # YAML counts U+0085, U+2028 and U+2029 as line breaks, and editors do not.
    """A scalar's line and column are those that an editor shows."""
    text = "".join(f"key{n}: 'x{odd_break}{word}'{breaks}" for n, (word, odd_break) in enumerate(values))
    root = read(bom + text)
    lines = text.split("\n")
    for n, name in enumerate(root.values):
        key, value = root.keys[name], root.values[name]
        assert (key.line, key.column) == (n + 1, 1)
        assert lines[value.line - 1][value.column - 1 :].startswith("'x")
        assert value.line == n + 1


def test_block_position_is_that_of_its_bar():
    """The position of a block is that of its bar."""
    node = read("a: 1\nquote: |-\n  words\n").values["quote"]
    assert (node.line, node.column, node.text) == (2, 8, "words")


LINES = st.text("abé😀 ", max_size=6).filter(lambda line: not line.startswith(" "))


@given(st.lists(LINES, min_size=1, max_size=5).filter(lambda lines: lines[0].strip()), st.integers(1, 4))
@settings(max_examples=100)
def test_position_at_in_block(lines, indent):
    """Each character of a block has its own position."""
    text = "a: 1\nquote: |-\n" + "".join(f"{' ' * indent}{line}\n" for line in lines)
    node = read(text).values["quote"]
    for offset, character in enumerate(node.text):
        position = node.position_at(offset)
        if not character.isspace():
            assert (text.split("\n")[position.line - 1] + "\n")[position.column - 1] == character


TEXTS = st.text("ab'\"\\#:é😀\u0301\u0085\u2028\x97\n\t ", min_size=1, max_size=30).filter(str.strip)


@given(
    text=TEXTS,
    style=st.sampled_from(["'", '"', "|", ">", None]),
    width=st.sampled_from([4, 12, 80]),
    allow_unicode=st.booleans(),
    breaks=st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=300)
def test_position_at_in_dumped_file(text, style, width, allow_unicode, breaks):
    """Each character of a dumped text has the position at which it is written, as itself or as an escape."""
    file = yaml.safe_dump({"rows": [{"quote": text}]}, default_style=style, width=width, allow_unicode=allow_unicode)
    assume(not re.search("[\x85\u2028]", file))  # PyYAML breaks lines at these
    file = file.replace("\n", breaks)
    [row] = values_of(read(file))
    assume(row.text == text)
    lines = file.split("\n")
    for offset, character in enumerate(text):
        place = row.position_at(offset)
        written = lines[place.line - 1][place.column - 1 :]
        if not character.isspace():
            assert written.startswith((character, "\\"))


def values_of(root):
    """Return the values of the first record of the first list of a tree."""
    return [*next(iter(root.values.values())).items[0].values.values()]


@pytest.mark.parametrize(
    "typed",
    ["'words\n  note: more'", '"words\n  - note: more"', "|-\n  words\n  note: more", ">-\n  words\n\n  note:\n  more"],
)
def test_swallowed_key_has_position(typed):
    """A line of a text that looks like a key is noted with its position."""
    text = f"key: {typed}\n"
    [line] = read(text).values["key"].swallowed
    assert line.text == "note"
    assert text.split("\n")[line.line - 1][line.column - 1 :].startswith("note:")


@pytest.mark.parametrize("typed", ["'note: more'", "|-\n  at 12:30\n  a note: more\n  http://x"])
def test_other_colons_are_no_swallowed_keys(typed):
    """Other colons in a text are not noted."""
    assert read(f"key: {typed}\n").values["key"].swallowed == ()


def test_record_position_is_that_of_first_key():
    """The position of a record is that of its first key."""
    node = read("rows:\n  - id: a\n").values["rows"].items[0]
    assert (node.line, node.column) == (2, 5)


# ── Problems ───────────────────────────────────────────────────────────────────────────────


def test_repeated_key_is_refused():
    """The second of two equal keys is refused."""
    root, problems = parse_yaml("a: 1\na: 2\n", "file.yaml")
    assert values(root) == {"a": "1"}
    assert [(p.line, p.column) for p in problems] == [(2, 1)]


def test_repeated_first_key_is_one_problem():
    """A repeated first key is one problem, without the repeats after it."""
    root, problems = parse_yaml("rows:\n  - id: a\n    b: 1\n    id: c\n    b: 2\n", "file.yaml")
    assert values(root) == {"rows": [{"id": "a", "b": "1"}]}
    assert [(p.line, p.column) for p in problems] == [(4, 5)]
    assert problems[0].hint.endswith("or put '- ' before it if a record starts here")


def test_repeated_other_keys_are_two_problems():
    """Two other repeated keys are two problems."""
    _, problems = parse_yaml("rows:\n  - id: a\n    b: 1\n    b: 2\n    c: 1\n    c: 2\n", "file.yaml")
    assert [(p.line, p.column) for p in problems] == [(4, 5), (6, 5)]


def test_mapping_without_refused_key_is_incomplete():
    """A mapping of which a key was refused is not complete."""
    root, problems = parse_yaml("&x a: 1\nb: 2\n", "file.yaml")
    assert values(root) == {"b": "2"}
    assert not root.complete
    assert len(problems) == 1


def test_collection_as_key_is_refused():
    """A collection as a key is refused."""
    root, problems = parse_yaml("? [a, b]\n: 1\n", "file.yaml")
    assert values(root) == {}
    assert [p.message for p in problems] == ["a key must be a single word"]


def test_refused_value_is_rejected_node():
    """A refused value becomes a `Rejected` node."""
    root, _ = parse_yaml("a: !!int 1\n", "file.yaml")
    assert isinstance(root.values["a"], Rejected)


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "[{a: ", "[? "])
def test_endless_nesting_is_one_problem(opening):
    """Endless nesting is one problem."""
    root, problems = parse_yaml(opening * 50_000, "file.yaml")
    assert root is None
    assert len(problems) == 1


def test_endless_nesting_keeps_other_problems():
    """Endless nesting does not hide problems elsewhere."""
    _, problems = parse_yaml("a: 1\na: 2\nb: " + "{" * 100, "file.yaml")
    assert [p.message for p in problems] == ["the key 'a' is given twice", "collections nest too deep here"]


@pytest.mark.parametrize("escape", [r"\ud800", r"\udfff", r"\ud83d\ude00", r"\U00110000"])
def test_invalid_escape_is_refused(escape):
    """An escape that is no character is refused."""
    root, problems = parse_yaml(f'a: "{escape}"', "file.yaml")
    assert root is None
    assert len(problems) == 1


# ── Properties ─────────────────────────────────────────────────────────────────────────────

MARKS = st.sampled_from(list("-:?[]{},#&*!|>'\"%@` \n\r\t<~ab"))
TEXTS = st.text(st.characters(codec="utf-8") | MARKS, max_size=40)


@given(TEXTS)
@settings(max_examples=300)
def test_any_text_gives_valid_positions(text):
    """Any text gives nodes and problems with valid positions."""
    root, problems = parse_yaml(text, "file.yaml")
    for positioned in [*problems, *(nodes(root) if root is not None else [])]:
        assert 1 <= positioned.line <= text.count("\n") + 1
        assert positioned.column >= 1


VALUES = st.recursive(
    st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(min_size=1, max_size=8).filter(lambda key: key != "<<"), inner, max_size=4)
    ),
    max_leaves=12,
)


class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, _):
        return True


@given(VALUES, st.booleans())
@settings(max_examples=200)
def test_parser_agrees_with_pyyaml(value, flow):
    """A document without special syntax has the values that PyYAML reads."""
    text = yaml.dump(value, Dumper=Dumper, allow_unicode=True, default_flow_style=flow)
    assume(not re.search("[\x85\u2028\u2029]", text))  # line breaks for PyYAML
    assert values(read(text)) == yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text


@given(VALUES)
@settings(max_examples=100)
def test_positions_are_those_of_scalars(value):
    """Each scalar's position is where its text is written."""
    text = yaml.dump(value, Dumper=Dumper, allow_unicode=True)
    lines = text.split("\n")
    for node in nodes(read(text)):
        if isinstance(node, Scalar):
            rest = lines[node.line - 1][node.column - 1 :]
            assert rest.startswith((node.text.split("\n")[0] or "'", "'", '"', "|", ">"))


@pytest.mark.parametrize(("raw", "position"), [("é: a\x07", (1, 5)), ("# ééé\na: b\x07\nc: d\ne: f\n", (2, 5))])
def test_forbidden_character_has_position(raw, position):
    """A forbidden character is reported at its position."""
    _, [problem] = parse_yaml(raw, "file.yaml")
    assert (problem.line, problem.column) == position
