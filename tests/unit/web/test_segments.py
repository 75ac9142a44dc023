"""Segments and lanes: exact covers of texts, and rows that overlap are apart."""

from hypothesis import given
from hypothesis import strategies as st

from stancebook.web.segments import assign_lanes, cut_blocks, cut_segments

TEXTS = st.text(st.sampled_from("ab \t\r\n😀"), max_size=60)


@st.composite
def texts_with_spans(draw):
    """Return a text and spans in it."""
    text = draw(TEXTS.filter(bool))
    starts = st.integers(0, len(text) - 1)
    pairs = starts.flatmap(lambda start: st.tuples(st.just(start), st.integers(start + 1, len(text))))
    return text, draw(st.lists(pairs, max_size=15))


@given(TEXTS)
def test_blocks_cover_text(text):
    """Blocks follow each other without a gap, and none is empty."""
    blocks = cut_blocks(text)
    assert "".join(text[start:end] for start, end in blocks) == text
    assert all(start < end for start, end in blocks)


def test_blocks_end_after_blank_lines():
    """A block is a paragraph with the blank lines after it, with any line ends."""
    text = "\n\none\ntwo\r\n \r\n\r\nthree\r\rfour\n\n"
    assert [text[start:end] for start, end in cut_blocks(text)] == [
        "\n\n",
        "one\ntwo\r\n \r\n\r\n",
        "three\r\r",
        "four\n\n",
    ]


@given(texts_with_spans())
def test_segments_cover_blocks_and_spans(case):
    """The segments of a text are the text, and those of a span are the span."""
    text, spans = case
    segments = [segment for block in cut_segments(cut_blocks(text), spans) for segment in block]
    assert "".join(text[segment.start : segment.end] for segment in segments) == text
    for number, (start, end) in enumerate(spans):
        own = [segment for segment in segments if number in segment.rows]
        assert "".join(text[segment.start : segment.end] for segment in own) == text[start:end]
        assert [segment.start for segment in segments if number in segment.starting] == [start]


@given(texts_with_spans())
def test_lanes_differ_where_spans_overlap(case):
    """No two spans at one character have one lane, and there are no more lanes than spans overlap."""
    text, spans = case
    lanes = assign_lanes(spans)
    depth = 0
    for position in range(len(text)):
        here = [lane for lane, (start, end) in zip(lanes, spans, strict=True) if start <= position < end]
        assert len(here) == len(set(here))
        depth = max(depth, len(here))
    assert len(set(lanes)) == depth


def test_longest_span_has_first_lane():
    """Of spans that start together, the longest is nearest to the text."""
    assert assign_lanes([(0, 2), (0, 9), (3, 5), (9, 12)]) == [1, 0, 1, 0]


@given(texts_with_spans(), st.data())
def test_lanes_of_a_group_are_together(case, data):
    """Where spans overlap, each lane of a group is below those of the groups before it."""
    _, spans = case
    groups = data.draw(st.lists(st.integers(0, 2), min_size=len(spans), max_size=len(spans)))
    placed = list(zip(spans, assign_lanes(spans, groups), groups, strict=True))
    for (start, end), lane, group in placed:
        for (other_start, other_end), other_lane, other_group in placed:
            if other_start < end and start < other_end and group < other_group:
                assert lane < other_lane


@given(texts_with_spans())
def test_one_group_is_no_group(case):
    """Spans that are all in one group have the lanes that they have without groups."""
    _, spans = case
    assert assign_lanes(spans, [7] * len(spans)) == assign_lanes(spans)
