from stancebook.plotting.measure import text_width, wrapped


def test_lines_keep_to_their_width_and_lose_no_word():
    text = "a rather long label of a row that will not fit on one line"
    lines = wrapped(text, 1.5)
    assert len(lines) > 1
    assert all(text_width(line) <= 1.5 for line in lines)
    assert " ".join(lines) == text


def test_a_line_ends_where_its_text_says():
    assert wrapped("++\nstrongly", 5.0) == ["++", "strongly"]
    assert wrapped("", 5.0) == [""]
