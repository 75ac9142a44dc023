import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.sources.nodes import Mapping, Rejected, Scalar, Sequence
from stancebook.sources.yaml_reader import parse_yaml


def read(text):
    root, problems = parse_yaml(text, "file.yaml")
    assert problems == []
    return root


def plain(node):
    """A tree as Python's own values."""
    if isinstance(node, Mapping):
        return {name: plain(value) for name, value in node.values.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.text


def nodes(node):
    """A node, its keys, and all nodes within."""
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
def test_a_scalar_is_the_text_that_was_typed_whatever_yaml_makes_of_it(typed):
    assert read(f"key: {typed}").values["key"].text == typed


@pytest.mark.parametrize("typed", ["", "~", "null", "Null", "NULL"])
def test_null_tilde_and_nothing_are_absent(typed):
    assert read(f"key: {typed}").values["key"].absent


@pytest.mark.parametrize("typed", ["'null'", '"~"', "''", "nil"])
def test_what_is_quoted_is_there(typed):
    assert not read(f"key: {typed}").values["key"].absent


@pytest.mark.parametrize(
    ("typed", "cut"),
    [
        ("words # remark", True),
        ("words#remark", False),
        ("'words' # remark", False),
        ("|-\n  words # kept", False),
        ("words\n# remark", False),
    ],
)
def test_a_plain_scalar_with_a_comment_after_it_is_marked_as_cut(typed, cut):
    assert read(f"key: {typed}").values["key"].cut is cut


def test_an_empty_file_has_no_root():
    assert parse_yaml("# a remark\n", "file.yaml") == (None, [])


# ── Places ────────────────────────────────────────────────────────────────────────────────────────

WORDS = st.text("abcé😀\u0301’", min_size=1, max_size=8)
EXOTIC = st.sampled_from(["", "\x85", "\u2028", "\u2029"])


@given(
    values=st.lists(st.tuples(WORDS, EXOTIC), min_size=1, max_size=6),
    breaks=st.sampled_from(["\n", "\r\n"]),
    bom=st.sampled_from(["", "\ufeff"]),
)
@settings(max_examples=100)
def test_each_scalar_knows_the_line_and_column_an_editor_shows(values, breaks, bom):
    # YAML counts U+0085, U+2028 and U+2029 as line breaks, and editors do not.
    text = "".join(f"key{n}: 'x{exotic}{word}'{breaks}" for n, (word, exotic) in enumerate(values))
    root = read(bom + text)
    lines = text.split("\n")
    for n, name in enumerate(root.values):
        key, value = root.keys[name], root.values[name]
        assert (key.line, key.column) == (n + 1, 1)
        assert lines[value.line - 1][value.column - 1 :].startswith("'x")
        assert value.line == n + 1


def test_a_block_scalar_stands_where_its_bar_stands():
    node = read("a: 1\nquote: |-\n  words\n").values["quote"]
    assert (node.line, node.column, node.text) == (2, 8, "words")


LINES = st.text("abé😀 ", max_size=6).filter(lambda line: not line.startswith(" "))


@given(st.lists(LINES, min_size=1, max_size=5).filter(lambda lines: lines[0].strip()), st.integers(1, 4))
@settings(max_examples=100)
def test_each_character_of_a_block_knows_its_place(lines, indent):
    text = "a: 1\nquote: |-\n" + "".join(f"{' ' * indent}{line}\n" for line in lines)
    node = read(text).values["quote"]
    for at, character in enumerate(node.text):
        place = node.position_at(at)
        assert (text.split("\n")[place.line - 1] + "\n")[place.column - 1] == character


def test_in_any_other_style_a_character_is_placed_where_its_text_starts():
    node = read("quote: some\n  words\n").values["quote"]
    assert node.position_at(7) is node


@pytest.mark.parametrize(
    "typed",
    ["'words\n  note: more'", '"words\n  - note: more"', "|-\n  words\n  note: more", ">-\n  words\n\n  note:\n  more"],
)
def test_a_line_of_a_text_that_reads_like_a_key_is_noted_with_its_place(typed):
    text = f"key: {typed}\n"
    [line] = read(text).values["key"].swallowed
    assert line.text == "note"
    assert text.split("\n")[line.line - 1][line.column - 1 :].startswith("note:")


@pytest.mark.parametrize("typed", ["'note: more'", "|-\n  at 12:30\n  a note: more\n  http://x"])
def test_a_colon_elsewhere_in_a_text_is_not(typed):
    assert read(f"key: {typed}\n").values["key"].swallowed == ()


def test_a_record_of_a_list_stands_where_its_first_key_stands():
    node = read("rows:\n  - id: a\n").values["rows"].items[0]
    assert (node.line, node.column) == (2, 5)


# ── What is refused ───────────────────────────────────────────────────────────────────────────────


def test_the_second_of_two_equal_keys_is_refused_and_the_first_stays():
    root, problems = parse_yaml("a: 1\na: 2\n", "file.yaml")
    assert plain(root) == {"a": "1"}
    assert [(p.line, p.column) for p in problems] == [(2, 1)]


def test_where_a_records_first_key_stands_again_the_keys_after_it_are_not_told_again():
    root, problems = parse_yaml("rows:\n  - id: a\n    b: 1\n    id: c\n    b: 2\n", "file.yaml")
    assert plain(root) == {"rows": [{"id": "a", "b": "1"}]}
    assert [(p.line, p.column) for p in problems] == [(4, 5)]
    assert problems[0].hint.endswith("or put '- ' before it if a record starts here")


def test_two_other_keys_that_stand_again_are_two_problems():
    _, problems = parse_yaml("rows:\n  - id: a\n    b: 1\n    b: 2\n    c: 1\n    c: 2\n", "file.yaml")
    assert [(p.line, p.column) for p in problems] == [(4, 5), (6, 5)]


def test_a_mapping_that_lost_a_key_is_not_whole():
    root, problems = parse_yaml("&x a: 1\nb: 2\n", "file.yaml")
    assert plain(root) == {"b": "2"}
    assert not root.complete
    assert len(problems) == 1


def test_a_collection_as_a_key_is_refused():
    root, problems = parse_yaml("? [a, b]\n: 1\n", "file.yaml")
    assert plain(root) == {}
    assert [p.message for p in problems] == ["a key must be a single word"]


def test_a_refused_value_stands_as_refused():
    root, _ = parse_yaml("a: !!int 1\n", "file.yaml")
    assert isinstance(root.values["a"], Rejected)


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "[{a: ", "[? "])
def test_nesting_without_an_end_is_one_problem_and_no_crash(opening):
    root, problems = parse_yaml(opening * 50_000, "file.yaml")
    assert root is None
    assert len(problems) == 1


def test_nesting_without_an_end_hides_no_problem_that_stands_elsewhere():
    _, problems = parse_yaml("a: 1\na: 2\nb: " + "{" * 100, "file.yaml")
    assert [p.message for p in problems] == ["the key 'a' is given twice", "collections nest too deep here"]


@pytest.mark.parametrize("escape", [r"\ud800", r"\udfff", r"\ud83d\ude00", r"\U00110000"])
def test_an_escape_that_is_no_character_is_refused(escape):
    root, problems = parse_yaml(f'a: "{escape}"', "file.yaml")
    assert root is None
    assert len(problems) == 1


# ── What always holds ─────────────────────────────────────────────────────────────────────────────

MARKS = st.sampled_from(list("-:?[]{},#&*!|>'\"%@` \n\r\t<~ab"))
TEXTS = st.text(st.characters(codec="utf-8") | MARKS, max_size=40)


@given(TEXTS)
@settings(max_examples=300)
def test_any_text_gives_a_tree_or_a_problem_within_its_lines(text):
    root, problems = parse_yaml(text, "file.yaml")
    for place in [*problems, *(nodes(root) if root is not None else [])]:
        assert 1 <= place.line <= text.count("\n") + 1
        assert place.column >= 1


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
def test_a_plain_document_means_what_it_means_to_yaml(value, flow):
    text = yaml.dump(value, Dumper=Dumper, allow_unicode=True, default_flow_style=flow)
    assert plain(read(text)) == yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text


@given(VALUES)
@settings(max_examples=100)
def test_each_node_of_a_document_stands_where_something_is_written(value):
    text = yaml.dump(value, Dumper=Dumper, allow_unicode=True)
    lines = text.split("\n")
    for node in nodes(read(text)):
        if isinstance(node, Scalar):
            rest = lines[node.line - 1][node.column - 1 :]
            assert rest.startswith((node.text.split("\n")[0] or "'", "'", '"', "|", ">"))


@pytest.mark.parametrize(("raw", "place"), [("é: a\x07", (1, 5)), ("# ééé\na: b\x07\nc: d\ne: f\n", (2, 5))])
def test_a_character_that_may_not_stand_is_told_at_its_place(raw, place):
    _, [problem] = parse_yaml(raw, "file.yaml")
    assert (problem.line, problem.column) == place
