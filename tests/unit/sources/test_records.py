import pytest

from stancebook.sources.corpus import SourceFile
from stancebook.sources.records import all_keys, join_halves, other_table, read_annotations, read_codebook
from stancebook.sources.yaml_reader import parse_yaml
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, PEOPLE


def read(text):
    return read_annotations(SourceFile("bridge.yaml", text), LETTERS, "bridge")


def records_of(parsed, table):
    return [record for record in parsed.records if record.spec.name == table]


def test_file_gives_document_and_records():
    """A file gives its document, its records and their nested records."""
    parsed = read(ANNOTATIONS)
    assert parsed.problems == []
    assert parsed.complete
    assert [(record.spec.name, record.key) for record in parsed.records] == [
        ("letters", "bridge"),
        ("claims", "bridge#c01"),
        ("witnesses", None),
        ("claims", "bridge#c02"),
    ]


def test_cells_have_text_and_position():
    """Cells are text as typed, with their positions."""
    cell = records_of(read(ANNOTATIONS), "claims")[0].cells["when_edtf"]
    assert (cell.text, cell.line, cell.column) == ("1901-04-29", 9, 16)


def test_record_is_named_by_id_or_number():
    """Problems name a record by its id, or by its number."""
    first, second = records_of(read(ANNOTATIONS.replace("id: c02", "id: ~")), "claims")
    assert (first.where, second.where) == ("claims[c01]", "claims[2]")


def test_nested_record_has_parent():
    """A nested record refers to its parent."""
    parsed = read(ANNOTATIONS)
    [witness] = records_of(parsed, "witnesses")
    assert witness.parent is records_of(parsed, "claims")[0]
    assert witness.where == "claims[c01].witnesses[1]"


def test_empty_keys_are_ignored():
    """Keys without a value count as not written."""
    text = ANNOTATIONS.replace("strength: fair", "strength:").replace("answers_id: c01", "answers_id: ~")
    parsed = read(text)
    assert parsed.problems == []
    assert not {"strength", "answers_id"} & {key for record in parsed.records for key in record.cells}


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_empty_list_has_no_records(nothing):
    """An empty list has no records."""
    parsed = read(f"letter: {{language: en, sent: 1901-05-04}}\nclaims: {nothing}\n")
    assert parsed.problems == []
    assert records_of(parsed, "claims") == []


def test_prefix_is_a_cell():
    """The prefix of a quote is a cell."""
    [first, _] = records_of(read(ANNOTATIONS.replace("id: c01", "id: c01\n    prefix: Monday.")), "claims")
    assert first.cells["prefix"].text == "Monday."


@pytest.mark.parametrize("key", ["when_text: on Monday", "quote: Otto says the river did it"])
def test_comment_after_text_is_refused(key):
    """A comment after a text is refused, since it may be lost text."""
    parsed = read(ANNOTATIONS.replace(key, f"{key} # or so"))
    assert [problem.message for problem in parsed.problems] == [
        "the text after ' #' is a comment to YAML and would be lost"
    ]


def test_comment_after_other_values_is_allowed():
    """A comment after a value that is not free text is allowed."""
    text = ANNOTATIONS.replace("strength: fair", "strength: fair # or so").replace("id: c02", "id: c02 # new")
    assert read(text).problems == []


def test_swallowed_key_is_one_problem():
    """A text that has swallowed the line of a required key is one problem."""
    parsed = read("letter:\n  pages: 'two\n  sent: 1901-05-04\n  and a half'\n  language: en\n")
    [problem] = parsed.problems
    assert (problem.line, problem.message) == (2, "the line 'sent:' is part of this text")
    assert problem.hint.startswith("it is in line 3")


@pytest.mark.parametrize("pages", ["'two\n    colour: red'", "|-\n    two\n    sent  : red", "two"])
def test_line_like_unknown_key_is_allowed(pages):
    """A text may have a line that looks like a key which the record does not have."""
    assert read(f"letter:\n  pages: {pages}\n  sent: 1901-05-04\n  language: en\n").problems == []


def test_verbatim_block_may_have_any_line():
    """A block of verbatim words may have any line."""
    assert read(ANNOTATIONS.replace("the rope was old", "quote: old\n      id: x")).problems == []


def test_codebook_file_has_codebook_tables_only():
    """A file of the codebook may have tables of the codebook only."""
    parsed = read_codebook(SourceFile("people.yaml", PEOPLE + "claims: []\n"), LETTERS)
    assert [record.key for record in parsed.records] == ["berta", "falk", "otto"]
    assert [problem.message for problem in parsed.problems] == ["'claims' is not a table that this file may hold"]


@pytest.mark.parametrize(
    "text",
    [
        "claims: words",
        "claims:\n  - words",
        "claims:\n  - {person_id: otto, quote: words}",
        "claims: [",
        "claims:\n  - &x {id: c01}\n  - *x",
    ],
)
def test_unreadable_part_is_not_complete(text):
    """A file of which a part could not be read is not complete."""
    assert not read(f"letter: {{language: en, sent: 1901-05-04}}\n{text}\n").complete


def test_problem_invalidates_its_record_only():
    """A problem invalidates its record, not the neighbours."""
    first, second = records_of(read(ANNOTATIONS.replace("person_id: falk\n", "person: falk\n")), "claims")
    assert first.valid
    assert not second.valid


def test_misspelt_required_key_is_one_problem():
    """A misspelt required key is one problem, not two."""
    parsed = read(ANNOTATIONS.replace("person_id: falk\n", "persn_id: falk\n"))
    assert [problem.where for problem in parsed.problems] == ["claims[c02].persn_id"]


# ── Misplaced records ─────────────────────────────────────────────────────────────────────────────

CLAIMS_TABLE, PEOPLE_TABLE = LETTERS.tables["claims"], LETTERS.tables["people"]


def items(text):
    root, problems = parse_yaml(text, "bridge.yaml")
    assert problems == []
    return root.items


def joined(spec, text):
    records, halves = join_halves(spec, all_keys(LETTERS, spec), items(text))
    return [list(getattr(record, "values", ())) for record in records], [(half.line, half.column) for half in halves]


def test_half_is_joined_to_record_before():
    """A half is joined to the record from which a dash cut it."""
    text = "- id: c01\n  person_id: otto\n- quote: fell\n  witnesses: []\n- {id: c02, person_id: falk, quote: old}\n"
    assert joined(CLAIMS_TABLE, text) == (
        [["id", "person_id", "quote", "witnesses"], ["id", "person_id", "quote"]],
        [(3, 3)],
    )


@pytest.mark.parametrize(
    "second",
    [
        "{id: c02, quote: fell}",  # has an id
        "{person_id: otto, quote: fell}",  # repeats a key of the first
        "{quote: fell, colour: red}",  # has a key that no claim has
        "{strength: fair}",  # together they are still not complete
        "words",
    ],
)
def test_other_records_are_not_joined(second):
    """A separate record, or no record at all, is not joined."""
    assert joined(CLAIMS_TABLE, f"- {{id: c01, person_id: otto}}\n- {second}\n")[1] == []


@pytest.mark.parametrize(
    ("record", "other"),
    [
        ("{id: c01, person_id: otto, quote: fell}", "claims"),
        ("{person_id: otto, name: Otto}", None),  # fits its own table
        ("{person_id: otto, nmae: Otto}", None),  # a misspelt key
        ("{id: c01, quote: fell}", None),  # lacks a key of a claim
        ("{id: c01, person_id: otto, quote: fell, colour: red}", None),  # has a key that no claim has
        ("words", None),
    ],
)
def test_misplaced_record_has_other_table(record, other):
    """A record belongs to the other table whose keys it has."""
    found = other_table(LETTERS, PEOPLE_TABLE, [CLAIMS_TABLE], items(f"- {record}\n")[0])
    assert (found.name if found else None) == other
