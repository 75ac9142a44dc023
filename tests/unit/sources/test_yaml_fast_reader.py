from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.sources.yaml_fast_reader import read_fast
from tests.unit.sources.reader_agreement import agrees

ROOT = Path(__file__).parents[3]
SEEDS = [*ROOT.glob("tests/project/seeds/*/*.yaml")]
OTHERS = [*ROOT.glob("tests/cases/**/*.yaml"), *ROOT.glob("tests/fuzz/corpus/reader/*")]

# Every supported shape.
SHAPES = """\
# a comment

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
        Otto says, # no comment
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
          when: >
            twice
            over
    - id: c02
      quote: |
        Mr Falk: it was

"""  # noqa: W291 (trailing white space is common)


# ── Supported syntax ─────────────────────────────────────────────────────────────────────────────────


def test_all_shapes_are_read():
    """Every supported shape is read to its texts."""
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
                "quote": "Otto says, # no comment\n  the river\n\ndid it",
                "witnesses": [{"person_id": "berta"}, {"person_id": "falk"}],
                "none": [],
                "some": [{"person_id": "otto", "of": "a, b"}, {"person_id": "falk"}],
                "one": {"person_id": "otto"},
                "where": {"place": None, "when": "twice over\n"},
            },
            {"id": "c02", "quote": "Mr Falk: it was\n"},
        ],
    }


@pytest.mark.parametrize("change", [("", ""), ("\n", "\r\n"), ("# a comment", "\ufeff"), ("# a comment", "---")])
def test_line_ends_and_file_starts(change):
    """Other line ends and starts of the file change nothing."""
    assert agrees(SHAPES.replace(*change))


@pytest.mark.parametrize("text", ["a: b", "a: |-\n  b", "a:", "a: {b: c}", "a: b\n# comment", "a: b\n\n  \n"])
def test_final_line_break_is_optional(text):
    """The last line needs no line break."""
    assert agrees(text)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_project_files_are_read(path):
    """All files of the fictional project are read."""
    assert agrees(path.read_bytes().decode("utf-8"))


def test_other_files_agree_with_parser():
    """All other YAML files of the tests agree with the parser, and most are read."""
    texts = [path.read_bytes().decode("utf-8", errors="replace") for path in OTHERS]
    assert sum(map(agrees, texts)) > len(texts) / 2


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
@pytest.mark.parametrize("words", [200, 205, 5000])  # libyaml looks 1024 characters ahead for the colon of a key
def test_long_texts_are_read(text, words):
    """Long texts are read."""
    assert agrees(f"rows:\n  {text.format('word ' * words + 'more')}\n")


# ── Refused syntax ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# a comment\n",
        "words\n",
        "- a: b\n",
        "a: b\na: c\n",
        "a: b # comment\n",
        "a: 'b' # comment\n",
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
def test_unusual_syntax_is_refused(text):
    """Rare syntax, and what may be a mistake, is refused."""
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
def test_reading_takes_linear_time(text):
    """No text takes more than linear time."""
    start = process_time()
    read_fast(f"a: {text * 100_000}")
    read_fast(text * 100_000)
    assert process_time() - start < 2  # quadratic time would be far more


# ── Properties ─────────────────────────────────────────────────────────────────────────────

LINES = [line for line in SHAPES.split("\n") if line]
MARKS = st.sampled_from(
    [*" \n\t\r-:?[]{},#&*!|>'\"%@`~\\.<\x85\u2028\ufeff\u00a0\x07é", ": ", " #", "- ", "\n   ", "''", '\\"', "null"]
)
TEXTS = st.sampled_from([SHAPES, *(path.read_bytes().decode() for path in SEEDS)])


@st.composite
def mutated_yaml(draw):
    """A supported text with a few lines deleted, doubled, moved, indented differently or cut."""
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


@given(mutated_yaml())
@settings(max_examples=1000)
def test_mutated_text_agrees_with_parser(text):
    """A mutated text is read as the parser reads it, or refused."""
    agrees(text)


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 0, 2, 2, 4, 4, 4, 6, 8, 1, 3]), st.sampled_from(LINES)), min_size=1, max_size=8
    ).map(lambda lines: "".join(f"{' ' * indent}{line.lstrip(' ')}\n" for indent, line in lines))
)
@settings(max_examples=500)
def test_shuffled_lines_agree_with_parser(text):
    """Lines in any order are read as the parser reads them, or refused."""
    agrees(text)
