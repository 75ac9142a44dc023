import pytest

from stancebook.sources.yaml_reader import parse_yaml

# `►` marks where a problem is reported, and is not part of the text.
SYNTAX_ERRORS = {
    "a tab indents a line": ("a:\n  - b: c\n►\td: e\n", "a tab is in the indentation"),
    "a tab indents the text of a block": ("a: |-\n  b\n►\tc\n", "a tab is in the indentation"),
    "a key is too far right": ("a: b\n  ►c: d\n", "this line is not aligned with any line above it"),
    "a key is too far left": (
        "a:\n  - b: c\n    d: e\n   ►f: g\n",
        "this line is not aligned with any line above it",
    ),
    "a dash is too far right": ("a:\n  - b: c\n   ►- d: e\n", "this '- ' is not aligned with any line above it"),
    "a dash is too far left": ("a:\n  - b: c\n ►- d: e\n", "this '- ' is not aligned with any line above it"),
    "the first record has no dash": ("a:\n    ►b: c\n  - b: d\n", "a '- ' is missing before this record"),
    "a record starts in the column of its dash": (
        "a:\n  - b: c\n  ►b: d\n",
        "a '- ' is missing here, or the line is not indented enough",
    ),
    "a dash has no space": ("a:\n  - b: c\n  ►-b: d\n", "a space is missing after the '-'"),
    "a colon has no space": ("a: b\nc:►d\ne: f\n", "a space is missing after the ':'"),
    "a record's first colon has no space": ("a:\n  - b:►c\n    d: e\n", "a space is missing after the ':'"),
    "a key has no colon": ("a: b\n►c d\ne: f\n", "this line has no key, or no ': ' after it"),
    "a record's first key has no colon": ("a:\n  - ►b c\n    d: e\n", "this line has no key, or no ': ' after it"),
    "a text continues at the margin": ("a: b\n►c\nd: e\n", "this line has no key, or no ': ' after it"),
    "a colon is in a text": ("a: b►: c\n", "a ':' in plain text starts another value"),
    "a colon ends a text": ("a: b►:\n", "a ':' in plain text starts another value"),
    "a colon is in a later line of a text": ("a: b\n  c d►: e\n", "a ':' in plain text starts another value"),
    "a text continues after a quotation mark": (
        'a: ►"b" c\n',
        "the quotation mark opened here is closed before the text ends",
    ),
    "an apostrophe closes a quotation mark": (
        "a: ►'b'c'\n",
        "the quotation mark opened here is closed before the text ends",
    ),
    "a quotation mark is closed by one lines later": (
        'a: ►"b\nc: d\ne: "f"\n',
        "the quotation mark opened here is closed in line 3, and text follows it",
    ),
    "a quotation mark is never closed": ('a: ►"b\nc: d\n', "this '\"' is never closed"),
    "a brace is never closed": ("a:\n  - ►{b: c, d: e\n  - {b: f}\n", "this '{' is never closed"),
    "a bracket is never closed": ("a: ►[b, c\nd: e\n", "this '[' is never closed"),
    "a comma is missing": ("a: {b: c d►: e}\n", "a ',' or '}' is missing before this"),
    "a brace is closed twice": ("a: {b: c}►}\n", "this '}' closes nothing"),
    "a text starts with a bracket": ("a: [b] ►c\n", "text follows the closing bracket"),
    "a text starts with @": ("a: ►@b\n", "plain text cannot start with '@'"),
    "a text starts with %": ("a: ►%b\n", "plain text cannot start with '%'"),
    "a text starts with a comma": ("a: ►, b\n", "plain text cannot start with ','"),
    "a text starts with a question mark": ("a: ►? b\n", "plain text cannot start with '?'"),
    "a text starts with an asterisk": ("a: ►*b* c\n", "plain text cannot start with '*'"),
    "a text starts with a dash": ("a: ►- b\n", "a '- ' is not allowed here"),
    "a text follows the mark of its block": ("a: ►|- b\n", "the text after '|' must start on the next line"),
    "a text starts with >": ("a: ►> b\n", "the text after '>' must start on the next line"),
    "a block is not indented": (
        "a:\n  b: |-\n  ►c\n  d: e\n",
        "the text after '|' is not indented",
    ),
    "a backslash escapes nothing": (
        'a: "b ►\\c"\n',
        "a backslash between double quotation marks starts an escape that YAML does not know",
    ),
    "a text over lines is cut by a comment": (
        "a: ►b # c\n  d\n",
        "the text after ' #' is a comment to YAML and would be lost",
    ),
    "dots end the document": ("a: b\n►...\nc: d\n", "'...' ends the document here, and the file goes on"),
}


def position_of(marked):
    before = marked.partition("►")[0]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize(("marked", "message"), SYNTAX_ERRORS.values(), ids=SYNTAX_ERRORS)
def test_error_is_one_problem_with_hint(marked, message):
    """A syntax error is one problem, where it is fixed, with a hint."""
    _, [problem] = parse_yaml(marked.replace("►", ""), "notes.yaml")
    assert (problem.line, problem.column) == position_of(marked)
    assert problem.message == message
    assert problem.hint


@pytest.mark.parametrize(("marked", "message"), SYNTAX_ERRORS.values(), ids=SYNTAX_ERRORS)
def test_error_position_with_other_line_breaks(marked, message):
    """A line above and CRLF line breaks change only the line of the problem."""
    text = "above: 'ø\u2028é'\n" + marked.replace("►", "").replace("\n", "\r\n")
    _, [problem] = parse_yaml(text, "notes.yaml")
    line, column = position_of(marked)
    assert (problem.line, problem.column) == (line + 1, column)
    assert problem.message.replace(f"line {line + 3}", f"line {line + 2}") == message
