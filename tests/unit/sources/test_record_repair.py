import pytest

from stancebook.sources.records import all_keys, join_halves, other_table
from stancebook.sources.yaml_reader import parse_yaml
from tests.unit.sample_contract import LETTERS

CLAIMS, PEOPLE = LETTERS.tables["claims"], LETTERS.tables["people"]


def items(text):
    root, problems = parse_yaml(text, "bridge.yaml")
    assert problems == []
    return root.items


def joined(spec, text):
    records, halves = join_halves(spec, all_keys(LETTERS, spec), items(text))
    return [list(getattr(record, "values", ())) for record in records], [(half.line, half.column) for half in halves]


def test_a_half_goes_back_to_the_record_that_a_dash_cut_it_from():
    text = "- id: c01\n  person_id: otto\n- quote: fell\n  witnesses: []\n- {id: c02, person_id: falk, quote: old}\n"
    assert joined(CLAIMS, text) == (
        [["id", "person_id", "quote", "witnesses"], ["id", "person_id", "quote"]],
        [(3, 3)],
    )


@pytest.mark.parametrize(
    "second",
    [
        "{id: c02, quote: fell}",  # names itself
        "{person_id: otto, quote: fell}",  # says again what the first says
        "{quote: fell, colour: red}",  # says what no claim says
        "{strength: fair}",  # together they are still not whole
        "words",
    ],
)
def test_what_is_a_record_of_its_own_or_nothing_stays_where_it_is(second):
    assert joined(CLAIMS, f"- {{id: c01, person_id: otto}}\n- {second}\n")[1] == []


@pytest.mark.parametrize(
    ("record", "other"),
    [
        ("{id: c01, person_id: otto, quote: fell}", "claims"),
        ("{person_id: otto, name: Otto}", None),  # its own
        ("{person_id: otto, nmae: Otto}", None),  # a slip
        ("{id: c01, quote: fell}", None),  # not all that a claim needs
        ("{id: c01, person_id: otto, quote: fell, colour: red}", None),  # more than a claim has
        ("words", None),
    ],
)
def test_a_record_is_another_tables_where_it_is_wholly_like_that_tables(record, other):
    found = other_table(LETTERS, PEOPLE, [CLAIMS], items(f"- {record}\n")[0])
    assert (found.name if found else None) == other
