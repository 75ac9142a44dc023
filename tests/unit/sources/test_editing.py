"""Record files are edited as a person would edit them."""

import difflib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.sources.editing import (
    EditError,
    InsertRecord,
    RemoveRecord,
    ReplaceList,
    SetValues,
    edit_annotations,
    new_annotation_file,
)
from stancebook.sources.editing.edits import apply, normalized
from stancebook.sources.editing.layout import json_layout, plain_values, yaml_layout
from stancebook.sources.formats import format_of
from tests.unit.sample_contract import ANNOTATIONS, LETTERS

FILE = """\
# yaml-language-server: $schema=x.json

letter:
  language: en  # of Berta
  sent: 1901-05-04

claims:
  # ── First ──
  - {id: c01, person_id: otto, strength: fair, quote: Otto says}
  - {id: c02, person_id: falk, quote: "says: the", witnesses: [{person_id: berta}]}

  # ── Second ──
  - id: c03  # the last
    person_id: falk
    # what it answers
    answers_id: c01
    quote: |-
      Mr Falk says
      the rope was old
    witnesses:
      - {person_id: berta}
      - {person_id: otto}
"""
LONG = "word " * 30 + "end"
JSON_FILE = """\
{
  "letter": {
    "language": "en",
    "sent": "1901-05-04"
  },
  "claims": [
    {"id": "c01", "person_id": "otto", "quote": "Otto says"},
    {
      "id": "c02",
      "person_id": "falk",
      "quote": "Mr Falk says",
      "witnesses": [
        {"person_id": "berta"}
      ]
    }
  ]
}
"""


def edited(text, *edits, name="bridge.yaml"):
    return edit_annotations(text, name, edits, LETTERS)


def difference(before, after):
    """Return the lines that were removed and added."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


CASES = {
    "plain": (SetValues(("claims", 2), {"person_id": "otto"}), ["-    person_id: falk", "+    person_id: otto"]),
    "before-comment": (
        SetValues(("letter",), {"language": "a: b"}),
        ["-  language: en  # of Berta", '+  language: "a: b"  # of Berta'],
    ),
    "number-as-text": (SetValues(("letter",), {"pages": "12"}), ['+  pages: "12"']),
    "in-braces": (
        SetValues(("claims", 0), {"quote": "river, rope"}),
        [
            "-  - {id: c01, person_id: otto, strength: fair, quote: Otto says}",
            '+  - {id: c01, person_id: otto, strength: fair, quote: "river, rope"}',
        ],
    ),
    "add-in-braces": (
        SetValues(("claims", 0), {"answers_id": "c02"}),
        [
            "-  - {id: c01, person_id: otto, strength: fair, quote: Otto says}",
            "+  - {id: c01, person_id: otto, strength: fair, answers_id: c02, quote: Otto says}",
        ],
    ),
    "remove-in-braces": (
        SetValues(("claims", 0), {"strength": None}),
        [
            "-  - {id: c01, person_id: otto, strength: fair, quote: Otto says}",
            "+  - {id: c01, person_id: otto, quote: Otto says}",
        ],
    ),
    "block-to-block": (
        SetValues(("claims", 2), {"quote": "the rope was old"}),
        ["-      Mr Falk says"],
    ),
    "text-like-a-key": (SetValues(("claims", 2), {"when_edtf": "quote: x"}), ['+    when_edtf: "quote: x"']),
    "mark-in-block": (
        SetValues(("claims", 2), {"when_edtf": "#1901"}),
        ["+    when_edtf: |-", "+      #1901"],
    ),
    "folded": (
        SetValues(("letter",), {"pages": LONG}),
        [
            "+  pages: >-",
            f"+    {'word ' * 21}".rstrip(),
            f"+    {'word ' * 9}end",
        ],
    ),
    "escaped": (SetValues(("letter",), {"pages": "a\tb\u2028c\x85 "}), [r'+  pages: "a\tb\u2028c\u0085 "']),
    "in-order": (SetValues(("claims", 2), {"strength": "weak"}), ["+    strength: weak"]),
    "remove-first-key": (
        SetValues(("claims", 2), {"id": None}),
        ["-  - id: c03  # the last", "-    person_id: falk", "+  - person_id: falk"],
    ),
    "insert-after-last": (
        InsertRecord(("claims",), 3, {"id": "c04", "person_id": "otto", "quote": "was there"}),
        ["+  - id: c04", "+    person_id: otto", "+    quote: |-", "+      was there"],
    ),
    "insert-before-heading": (
        InsertRecord(("claims",), 2, {"quote": "x", "id": "c04", "person_id": "otto"}),
        ["+  - {id: c04, person_id: otto, quote: x}"],
    ),
    "insert-first": (
        InsertRecord(("claims",), 0, {"id": "c04", "person_id": "otto", "quote": "x"}),
        ["+  - {id: c04, person_id: otto, quote: x}"],
    ),
    "insert-with-children": (
        InsertRecord(
            ("claims",), 3, {"id": "c04", "person_id": "otto", "quote": "x", "witnesses": [{"person_id": "falk"}]}
        ),
        [
            "+  - id: c04",
            "+    person_id: otto",
            "+    quote: |-",
            "+      x",
            "+    witnesses:",
            "+      - {person_id: falk}",
        ],
    ),
    "remove-record": (
        RemoveRecord(("claims", 0)),
        ["-  - {id: c01, person_id: otto, strength: fair, quote: Otto says}"],
    ),
    "remove-child": (RemoveRecord(("claims", 2, "witnesses", 0)), ["-      - {person_id: berta}"]),
    "remove-only-child": (
        RemoveRecord(("claims", 1, "witnesses", 0)),
        [
            '-  - {id: c02, person_id: falk, quote: "says: the", witnesses: [{person_id: berta}]}',
            '+  - {id: c02, person_id: falk, quote: "says: the"}',
        ],
    ),
    "add-list": (
        ReplaceList(("claims", 0, "witnesses"), [{"person_id": "falk"}, {"person_id": "berta"}]),
        [
            "-  - {id: c01, person_id: otto, strength: fair, quote: Otto says}",
            "+  - {id: c01, person_id: otto, strength: fair, quote: Otto says, "
            "witnesses: [{person_id: falk}, {person_id: berta}]}",
        ],
    ),
    "replace-list": (
        ReplaceList(("claims", 2, "witnesses"), [{"person_id": "falk"}, {"person_id": "otto"}]),
        ["-      - {person_id: berta}", "+      - {person_id: falk}"],
    ),
    "empty-list": (
        ReplaceList(("claims", 2, "witnesses"), []),
        ["-    witnesses:", "-      - {person_id: berta}", "-      - {person_id: otto}"],
    ),
}


@pytest.mark.parametrize(("edit", "lines"), CASES.values(), ids=CASES)
def test_edit_changes_its_lines(edit, lines):
    """An edit changes these lines, also in a file with the line ends of Windows."""
    assert difference(FILE, edited(FILE, edit)) == lines
    windows = "\ufeff" + FILE.replace("\n", "\r\n")
    assert edited(windows, edit) == "\ufeff" + edited(FILE, edit).replace("\n", "\r\n")


JSON_CASES = {
    "value": (SetValues(("claims", 0), {"quote": 'a "b"'}), r'"quote": "a \"b\""}'),
    "key": (SetValues(("claims", 1), {"strength": "weak"}), '"person_id": "falk",\n      "strength": "weak",\n'),
    "row": (
        InsertRecord(("claims",), 1, {"id": "c03", "person_id": "otto", "quote": "x"}),
        '    {"id": "c03", "person_id": "otto", "quote": "x"},\n    {\n',
    ),
    "record": (
        InsertRecord(("claims",), 2, {"id": "c03", "person_id": "otto", "quote": "x"}),
        '    },\n    {\n      "id": "c03",\n      "person_id": "otto",\n      "quote": "x"\n    }\n  ]\n}\n',
    ),
    "removal": (RemoveRecord(("claims", 1)), '"quote": "Otto says"}\n  ]\n}\n'),
    "list": (ReplaceList(("claims", 1, "witnesses"), []), '"quote": "Mr Falk says"\n    }\n  ]\n}\n'),
}


@pytest.mark.parametrize(("edit", "part"), JSON_CASES.values(), ids=JSON_CASES)
def test_json_edit_keeps_form(edit, part):
    """A JSON file is edited in the form that it has."""
    assert part in edited(JSON_FILE, edit, name="bridge.json")


@pytest.mark.parametrize("before", ["", "# only a comment\n", "claims:\n", "claims: []  # none\n", "{}"])
def test_sections_are_added(before):
    """Missing and empty sections are added in the order of the contract."""
    text = edited(
        before,
        InsertRecord(("claims",), 0, {"id": "c01", "quote": "x"}),
        SetValues(("letter",), {"language": "en"}),
    )
    root, _ = format_of("f.yaml").parse(text, "f.yaml")
    assert [*root.values] == ["letter", "claims"]
    assert all(line in text for line in before.splitlines() if line.startswith("#"))


@pytest.mark.parametrize("before", ["", "{}", '{"claims":[]}'])
def test_sections_are_added_to_json(before):
    """Missing and empty sections of a JSON file are added in the order of the contract, on one line if all is."""
    edits = [InsertRecord(("claims",), 0, {"id": "c01", "quote": "x"}), SetValues(("letter",), {"language": "en"})]
    text = edited(before, *edits, name="f.json")
    assert json.loads(text) == {"letter": {"language": "en"}, "claims": [{"id": "c01", "quote": "x"}]}
    assert [*json.loads(text)] == ["letter", "claims"]
    assert ("\n" in text) == (len(before) < 3)


def test_only_record_goes_with_its_section():
    """Inserting the first record of a section and removing it gives the same file."""
    before = FILE[: FILE.index("\nclaims")]
    after = edited(before, InsertRecord(("claims",), 0, {"id": "c01", "quote": "x"}))
    assert after == before + "\nclaims:\n  - id: c01\n    quote: x\n"
    assert edited(after, RemoveRecord(("claims", 0))) == before


def test_blank_lines_between_records_are_kept():
    """Records that blank lines separate stay separated by one."""
    first, second, third = (f"  - id: c0{number}\n    quote: b\n" for number in (1, 2, 3))
    before = f"claims:\n{first}\n{second}"
    assert edited(before, InsertRecord(("claims",), 2, {"id": "c03", "quote": "b"})) == f"{before}\n{third}"
    assert (
        edited(before, InsertRecord(("claims",), 0, {"id": "c03", "quote": "b"}))
        == f"claims:\n{third}\n{first}\n{second}"
    )
    assert edited(before, RemoveRecord(("claims", 0))) == f"claims:\n{second}"
    assert edited(before, RemoveRecord(("claims", 1))) == f"claims:\n{first}"


def test_file_may_end_within_a_block():
    """A record can follow a text after `|` that ends without a line break."""
    before = "claims:\n  - id: c01\n    quote: |\n      b"
    after = edited(before, InsertRecord(("claims",), 1, {"id": "c02", "quote": "b"}))
    assert after == f"{before}\n  - id: c02\n    quote: |-\n      b"


def test_remarks_are_added_last():
    """The sections that make no rows come after the tables."""
    remark = {"quote": "Dear Ida,", "note": "salutation"}
    decision = {"by": "rv", "row": "claims.c01", "decision": "accepted"}
    after = edited(FILE, InsertRecord(("decisions",), 0, decision), InsertRecord(("nothing_here",), 0, remark))
    nothing = "\nnothing_here:\n  - note: salutation\n    quote: Dear Ida,\n"
    assert after == FILE + nothing + "\ndecisions:\n  - row: claims.c01\n    decision: accepted\n    by: rv\n"


def test_new_file_is_valid():
    """A new file has the mapping of its document, and the line for editors."""
    text = new_annotation_file({"language": "en", "sent": "1901-05-04"}, LETTERS, "../annotation.schema.json")
    schema = "# yaml-language-server: $schema=../annotation.schema.json\n\n"
    assert text == f"{schema}letter:\n  sent: 1901-05-04\n  language: en\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("letter: {a: 1", "is missing before this"),
        ("letter: {a: 1, a: 2}", "given twice"),
        ("- a", "this is not a mapping"),
        ("claims:\n  - {id: c01}\n", "not in the file"),
    ],
)
def test_doubtful_file_is_not_edited(text, message):
    """A file that does not parse, and a record that is not there, are refused with a problem."""
    with pytest.raises(EditError) as refused:
        edited(text, SetValues(("claims", 7), {"quote": "x"}))
    assert message in refused.value.problem.message
    assert refused.value.problem.file == "bridge.yaml"


@pytest.mark.parametrize("name", ["f.yaml", "f.json"])
def test_half_a_character_is_refused(name):
    """A text that cannot be saved is refused."""
    before = FILE if name == "f.yaml" else JSON_FILE
    with pytest.raises(EditError, match="half a character"):
        edited(before, SetValues(("claims", 0), {"quote": "a\ud800"}), name=name)


# ── Properties ────────────────────────────────────────────────────────────────────────────────────

PIECES = [
    "a",
    "b:",
    ": ",
    " #",
    "- ",
    "'",
    '"',
    "\n",
    " ",
    "{",
    "}",
    ",",
    "[",
    "|",
    "~",
    "null",
    "12",
    "é😀",
    "\t",
    "\\",
]
TEXTS = st.lists(st.sampled_from([*PIECES, "word " * 30, "quote: "]), min_size=1, max_size=6).map("".join)
SAFE = (TEXTS | st.text(st.characters(codec="utf-8"), max_size=8)).filter(lambda text: bool(text.strip()))
RECORDS = st.dictionaries(st.sampled_from(["id", "person_id", "strength", "quote", "prefix"]), SAFE, min_size=1)
CHILDREN = st.lists(st.fixed_dictionaries({"person_id": SAFE}), max_size=3)


@st.composite
def edits(draw, claims=3):
    """An edit of a file with a letter and claims."""
    index = draw(st.integers(0, claims - 1))
    return draw(
        st.one_of(
            st.builds(SetValues, st.just(("claims", index)), RECORDS),
            st.builds(SetValues, st.just(("letter",)), st.fixed_dictionaries({"pages": SAFE})),
            st.builds(InsertRecord, st.just(("claims",)), st.integers(0, claims), RECORDS),
            st.builds(
                lambda row, rows: InsertRecord(("claims",), index, {**row, "witnesses": rows}), RECORDS, CHILDREN
            ),
            st.builds(ReplaceList, st.just(("claims", index, "witnesses")), CHILDREN),
            st.just(RemoveRecord(("claims", index))),
        )
    )


@given(edits(), st.sampled_from(["yaml", "json", "windows"]))
@settings(max_examples=300, deadline=None)
def test_edits_are_read_as_meant(edit, kind):
    """What is read after an edit is what was meant, no comment is lost, and making a change again changes nothing."""
    name = "f.json" if kind == "json" else "f.yaml"
    intended = plain_values(yaml_layout(FILE))
    before = json.dumps(intended, indent=2) if kind == "json" else FILE
    before = before.replace("\n", "\r\n") if kind == "windows" else before
    after = edited(before, edit, name=name)
    assert format_of(name).parse(after, name)[1] == []
    apply(intended, edit)
    layout = json_layout if kind == "json" else yaml_layout
    assert normalized(plain_values(layout(after.removeprefix("\ufeff")))) == normalized(intended)
    assert after.count("# ──") == before.count("# ──")
    assert ("\n" in after.replace("\r\n", "")) == (kind != "windows")
    if isinstance(edit, SetValues | ReplaceList):
        assert edited(after, edit, name=name) == after


@given(st.sampled_from([("claims", 0), ("claims", 2)]), st.sampled_from(["person_id", "answers_id"]), SAFE)
@settings(max_examples=150, deadline=None)
def test_change_and_back_is_the_same(path, key, text):
    """A plain value that is changed and changed back gives the same bytes."""
    start = edited(FILE, SetValues(path, {key: "falk"}))
    assert edited(edited(start, SetValues(path, {key: text})), SetValues(path, {key: "falk"})) == start


@given(RECORDS, st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_insert_and_remove_is_the_same(record, index):
    """A record that is inserted and removed leaves the same bytes."""
    after = edited(FILE, InsertRecord(("claims",), index, record))
    assert edited(after, RemoveRecord(("claims", index))) == FILE


def test_sample_stays_readable_without_positions():
    """An edited file is still read by the fast reader."""
    text = edited(ANNOTATIONS, SetValues(("claims", 0), {"strength": "weak", "quote": "the rope: old"}))
    assert format_of("f.yaml").read_fast(text) is not None
