from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.sources.yaml_fast_reader import read_fast
from tests.unit.sources.reader_agreement import is_taken

ROOT = Path(__file__).parents[3]
SEEDS = [*ROOT.glob("seeds/*/*.yaml"), *ROOT.glob("tests/project/seeds/*/*.yaml")]
OTHERS = [*ROOT.glob("tests/cases/**/*.yaml"), *ROOT.glob("tests/fuzz/corpus/reader/*")]

# Every shape that is taken.
SHAPES = """\
# a remark

letter:
  title: 'It''s "late"'
  url: https://example.org/a#b  
  sent: 1901-05-04
  time: 12:30
  rights: >-
    All of them:
    kept, – “for ever”
  pages:
people:
- id: berta
  note: ~

- {id: otto, note: null-and-void, name: "He said \\"no\\": so, {it} was [said]"}
  # another

- {id: falk,
   name: x#y}
claims:
    - id: c01
      quote: |-
        Otto says, # no remark
          the river

        did it
      witnesses:
          - {person_id: berta}
          - person_id: falk
      none: []
      some: [{person_id: otto, of: 'a, b'}, {person_id: falk}]
      one: {person_id: otto}
      where:
          place: NULL
          told: >
            twice
            over
    - id: c02
      quote: |
        Mr Falk: it was

"""  # noqa: W291 (white space that ends a line is what people leave)


# ── What is taken ─────────────────────────────────────────────────────────────────────────────────


def test_every_shape_is_read_to_its_texts():
    assert read_fast(SHAPES) == {
        "letter": {
            "title": 'It\'s "late"',
            "url": "https://example.org/a#b",
            "sent": "1901-05-04",
            "time": "12:30",
            "rights": "All of them: kept, – “for ever”",
            "pages": None,
        },
        "people": [
            {"id": "berta", "note": None},
            {"id": "otto", "note": "null-and-void", "name": 'He said "no": so, {it} was [said]'},
            {"id": "falk", "name": "x#y"},
        ],
        "claims": [
            {
                "id": "c01",
                "quote": "Otto says, # no remark\n  the river\n\ndid it",
                "witnesses": [{"person_id": "berta"}, {"person_id": "falk"}],
                "none": [],
                "some": [{"person_id": "otto", "of": "a, b"}, {"person_id": "falk"}],
                "one": {"person_id": "otto"},
                "where": {"place": None, "told": "twice over\n"},
            },
            {"id": "c02", "quote": "Mr Falk: it was\n"},
        ],
    }


@pytest.mark.parametrize("change", [("", ""), ("\n", "\r\n"), ("# a remark", "\ufeff"), ("# a remark", "---")])
def test_every_shape_is_taken_however_its_lines_end_and_the_file_starts(change):
    assert is_taken(SHAPES.replace(*change))


@pytest.mark.parametrize("text", ["a: b", "a: |-\n  b", "a:", "a: {b: c}", "a: b\n# remark", "a: b\n\n  \n"])
def test_the_last_line_may_end_or_not(text):
    assert is_taken(text)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_what_people_wrote_is_taken_in_full(path):
    assert is_taken(path.read_bytes().decode("utf-8"))


def test_whatever_else_the_tests_hold_is_taken_alike_or_not_at_all():
    texts = [path.read_bytes().decode("utf-8", errors="replace") for path in OTHERS]
    assert sum(map(is_taken, texts)) > len(texts) / 2


@pytest.mark.parametrize(
    "text",
    [
        "- {{a: {}, b: c}}",
        "- {{a: '{}',\n     b: c}}",
        "- a: {}\n    b: c",
        '- a: "{}"\n    b: c',
        "- a: |-\n      {}\n    b: c",
    ],
)
@pytest.mark.parametrize("words", [200, 205, 5000])  # YAML looks no more than 1024 characters ahead for a key's colon
def test_long_texts_are_taken_too(text, words):
    assert is_taken(f"rows:\n  {text.format('word ' * words + 'more')}\n")


# ── What is in doubt ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# a remark\n",
        "words\n",
        "- a: b\n",
        "a: b\na: c\n",
        "a: b # remark\n",
        "a: 'b' # remark\n",
        "a: b: c\n",
        "a: b:\n",
        "a:\tb\n",
        "a: b\n  c\n",
        "a: 'b\n  c'\n",
        "a: b\n c: d\n",
        "a:\n  b: c\n d: e\n",
        "a:\n  - b\n",
        "a:\n  - - b: c\n",
        "a:\n  - b: c\n   - d: e\n",
        "a:\n  - b: c\n  -  d: e\n",
        "a: |-\nb\n",
        "a: |2-\n    b\n",
        "a: |+\n  b\n",
        "a: |-\n\n  b\n",
        "a: |-\n   b\n  c\n",
        "a: |-\n  b\n \n  # c\n",
        "a: |-\n  b\n  c: d\n",
        "a: |\n  b",
        "a: >-\n  b\n\n  c\n",
        "a: >-\n  b\n   c\n",
        "a: {b: c, b: d}\n",
        "a: {b: ~}\n",
        "a: {b: c: d}\n",
        "a: {b: c #d}\n",
        "a: [b, c]\n",
        "a: {}\n",
        "a: ''\n",
        'a: " "\n',
        'a: "\\t"\n',
        "a: \u00a0\n",
        "a: -1\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !!str c\n",
        "a: @b\n",
        "a: `b`\n",
        "a: %b\n",
        "? a\n: b\n",
        "<<: b\n",
        "null: b\n",
        "'a': b\n",
        "a : b\n",
        "a: b\n---\nc: d\n",
        "a: b\n...\n",
        "%YAML 1.1\n---\na: b\n",
        "a: b\rc: d\n",
        "a: b\x85c: d\n",
        "a: b\u2028\n",
        "a: b\x07\n",
        "a: \ufeffb\n",
        "a: \ud800\n",
        f"{'a' * 2000}: b\n",
        "".join(f"{' ' * depth}a:\n" for depth in range(40)),
    ],
)
def test_what_is_rare_or_may_be_a_slip_is_in_doubt(text):
    assert read_fast(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "a: b: ",
        "a: {b: c, ",
        "a: '' ",
        " #",
        "- ",
        " ",
        "\n ",
        "a: |-\n  b\n",
        'a: "\\"',
        "x:",
        "a: b,\n  ",
        "a: [{b: c}, {",
    ],
)
def test_no_text_takes_long(text):
    begun = process_time()
    read_fast(f"a: {text * 100_000}")
    read_fast(text * 100_000)
    assert process_time() - begun < 2  # and goes on for ages where the time grows with the square


# ── What always holds ─────────────────────────────────────────────────────────────────────────────

LINES = [line for line in SHAPES.split("\n") if line]
MARKS = st.sampled_from(
    [*" \n\t\r-:?[]{},#&*!|>'\"%@`~\\.<\x85\u2028\ufeff\u00a0\x07é", ": ", " #", "- ", "\n   ", "''", '\\"', "null"]
)
TEXTS = st.sampled_from([SHAPES, *(path.read_bytes().decode() for path in SEEDS if "project" in path.parts)])


@st.composite
def changed(draw):
    """A plain text with a few of its lines left out, doubled, moved, indented otherwise or cut into."""
    lines = draw(TEXTS).split("\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        line, mark = lines[at], draw(MARKS)
        cut = draw(st.integers(0, len(line)))
        other = draw(st.sampled_from(LINES))
        bare = line.lstrip(" ")
        indent = line[: len(line) - len(bare)]
        lines[at : at + 1] = draw(
            st.sampled_from(
                [
                    [],
                    [line, line],
                    [other, line],
                    [indent + other.lstrip(" ")],
                    [f" {line}"],
                    [f"  {line}"],
                    [line[1:]],
                    [line[2:]],
                    [line[:cut] + mark + line[cut:]],
                    [line[:cut] + mark + line[cut + 1 :]],
                    [indent + mark + bare],
                    [line + mark],
                    [line[:cut]],
                ]
            )
        )
    return "\n".join(lines)


@given(changed())
@settings(max_examples=1000)
def test_a_changed_text_is_taken_as_the_tree_reads_it_or_not_at_all(text):
    is_taken(text)


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 0, 2, 2, 4, 4, 4, 6, 8, 1, 3]), st.sampled_from(LINES)), min_size=1, max_size=8
    ).map(lambda lines: "".join(f"{' ' * indent}{line.lstrip(' ')}\n" for indent, line in lines))
)
@settings(max_examples=500)
def test_lines_in_any_order_are_taken_as_the_tree_reads_them_or_not_at_all(text):
    is_taken(text)
