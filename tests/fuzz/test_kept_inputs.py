"""What fuzzing found stays found: each target takes every kept input, and what hypothesis makes of the format."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import CONTRACT
from tests.fuzz.targets import DOCUMENT, PROJECT, TARGETS, anchor, dates, project, reader

KEPT = Path(__file__).parent / "corpus"
SOUND = (PROJECT / f"{DOCUMENT}.yaml").read_bytes()
SOUND_JSON = (KEPT.parents[1] / "cases/json-comment/sound/documents/hill-talks.json").read_bytes()


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_every_kept_input_is_taken(target):
    kept = sorted((KEPT / target.__name__).iterdir())
    assert kept
    for path in kept:
        target(path.read_bytes())


def test_the_sound_document_is_taken():
    reader(SOUND)
    project(SOUND)


# ── Mutations that know the format ────────────────────────────────────────────────────────────────

MARKS = [
    "",
    "- ",
    ": ",
    " #",
    "|-\n",
    "&a ",
    "*a",
    "!!int ",
    "<<",
    "---\n",
    "\t",
    "\r",
    "\x85",
    "\u2028",
    "\ufeff",
    "\u202e",
]
ESCAPES = [
    r'"\0"',
    r'"\e[2J"',
    r'"\ud800"',
    r'"\ufffe"',
    r'"\u202e"',
    '"../../etc/passwd"',
    "'<script>'",
    "|",
    "[]",
    "{}",
    "~",
]
WORDS = [
    *CONTRACT.tables,
    *(name for spec in CONTRACT.tables.values() for name in spec.allowed_keys),
    "northmark",
    "s01",
]
PIECES = st.sampled_from([*MARKS, *ESCAPES, *WORDS]) | st.text(max_size=3)


@st.composite
def mutated(draw):
    """Sound annotations, with a few lines replaced, doubled, left out or cut into."""
    lines = draw(st.sampled_from([SOUND, SOUND_JSON])).decode().split("\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        line, piece = lines[at], draw(PIECES)
        cut = draw(st.integers(0, len(line)))
        key, colon, _ = line.partition(": ")
        lines[at : at + 1] = draw(
            st.sampled_from([[], [line, line], [key + colon + piece], [line[:cut] + piece + line[cut:]], [line[:cut]]])
        )
    return "\n".join(lines).encode("utf-8", errors="ignore")


LETTERS = st.text('ab .…\n\r\t\u00a0\u2028\x1c\x85“"é\u0301\u00ad', max_size=12)


@given(mutated())
@settings(max_examples=150)
def test_mutated_annotations_give_records_or_problems(data):
    reader(data)


@given(mutated())
@settings(max_examples=8)
def test_mutated_annotations_build_or_are_refused(data):
    project(data)


@given(st.tuples(LETTERS.map(lambda text: text * 3), LETTERS, LETTERS, LETTERS))
@settings(max_examples=300)
def test_a_quote_is_anchored_exactly_where_a_plain_search_finds_it_once(parts):
    anchor("\0".join(parts).encode())


@given(
    st.lists(st.sampled_from([*"0123456789X-/.~?%uxT: ", "..", "2025", "-02", "Y", "²", "٣"]), max_size=14).map("".join)
)
@settings(max_examples=200)
def test_an_expression_is_bounded_or_refused(expression):
    dates(expression.encode())
