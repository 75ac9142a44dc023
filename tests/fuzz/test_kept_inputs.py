"""Fuzzing targets, run on kept inputs and on mutations that Hypothesis makes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import CONTRACT
from tests.fuzz.targets import DOCUMENT, PROJECT, TARGETS, anchor, dates, project, reader

KEPT = Path(__file__).parent / "corpus"
VALID = (PROJECT / f"{DOCUMENT}.yaml").read_bytes()
VALID_JSON = (KEPT.parents[1] / "cases/json-comment/sound/documents/hill-talks.json").read_bytes()


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_kept_inputs_pass(target):
    """Each target accepts all inputs that fuzzing has found."""
    kept = sorted((KEPT / target.__name__).iterdir())
    assert kept
    for path in kept:
        target(path.read_bytes())


def test_valid_document_passes():
    """The valid document passes the reader and the build."""
    reader(VALID)
    project(VALID)


# ── Mutations of the format ────────────────────────────────────────────────────────────────

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
    """Valid annotations with a few lines replaced, doubled, deleted or cut."""
    lines = draw(st.sampled_from([VALID, VALID_JSON])).decode().split("\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        line, piece = lines[at], draw(PIECES)
        cut = draw(st.integers(0, len(line)))
        key, colon, _ = line.partition(": ")
        lines[at : at + 1] = draw(
            st.sampled_from([[], [line, line], [key + colon + piece], [line[:cut] + piece + line[cut:]], [line[:cut]]])
        )
    return "\n".join(lines).encode("utf-8", errors="ignore")


CHARACTERS = st.text('ab .…\n\r\t\u00a0\u2028\x1c\x85“"é\u0301\u00ad', max_size=12)


@given(mutated())
@settings(max_examples=150)
def test_mutated_annotations_are_read(data):
    """Mutated annotations give records or problems."""
    reader(data)


@given(mutated())
@settings(max_examples=8)
def test_mutated_annotations_build(data):
    """Mutated annotations build, or are refused with problems."""
    project(data)


@given(st.tuples(CHARACTERS.map(lambda text: text * 3), CHARACTERS, CHARACTERS, CHARACTERS))
@settings(max_examples=300)
def test_anchor_agrees_with_plain_search(parts):
    """A quote is located exactly where a simple search finds it once."""
    anchor("\0".join(parts).encode())


@given(
    st.lists(st.sampled_from([*"0123456789X-/.~?%uxT: ", "..", "2025", "-02", "Y", "²", "٣"]), max_size=14).map("".join)
)
@settings(max_examples=200)
def test_dates_are_bounded_or_refused(expression):
    """An expression has bounds in order, or is refused."""
    dates(expression.encode())
