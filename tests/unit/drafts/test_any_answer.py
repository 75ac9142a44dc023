"""Any answer gives a draft that a build accepts, in which every record that was proposed is accounted for."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.drafts.cache import Caller
from stancebook.drafts.checks import check_annotations
from stancebook.drafts.drafting import draft_document
from stancebook.drafts.report import DraftRun, as_text, record_text
from stancebook.problems import errors_in
from stancebook.sources.corpus import SourceFile
from stancebook.sources.editing import read_values
from tests.unit.drafts.conftest import ReplayedModel, claim
from tests.unit.sample_contract import LETTER

WORDS = st.sampled_from(LETTER.split())
PASSAGES = st.tuples(st.integers(0, len(LETTER)), st.integers(0, 60)).map(lambda span: LETTER[span[0] : sum(span)])
IDS = st.sampled_from(["c01", "c02", "c03", "", "C 1", "берта"])
TEXTS = st.text(max_size=20)
ODD = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.lists(TEXTS, max_size=2)
VALUES = {
    "person_id": st.sampled_from(["berta", "otto", "falk", "ida"]),
    "strength": st.sampled_from(["weak", "fair", "strong", None]),
    "answers_id": IDS,
    "when_text": PASSAGES,
    "when_edtf": st.sampled_from(["1901-04-29", "1901-13", None]),
    "witnesses": st.lists(st.sampled_from(["berta", "otto"]).map(lambda name: {"person_id": name}), max_size=2),
}
PASSAGE = {"quote": PASSAGES | WORDS, "prefix": WORDS, "suffix": WORDS, "from": WORDS, "to": WORDS}


@st.composite
def records(draw):
    """Return a record whose parts are right, wrong, or of any other kind."""
    record = claim(draw(PASSAGES), draw(IDS | ODD))
    for part, known in (("values", VALUES), ("passage", PASSAGE)):
        changes = draw(st.dictionaries(st.sampled_from([*known]), st.booleans(), max_size=3))
        record[part] |= {key: draw(ODD if is_odd else known[key]) for key, is_odd in changes.items()}
    if draw(st.integers(0, 9)) == 0:
        record[draw(st.sampled_from(["values", "passage", "why", "mood"]))] = draw(ODD)
    return record


def answers():
    """Return answers as texts, some of which are cut off."""
    dropped = st.lists(st.fixed_dictionaries({"id": IDS | ODD, "reason": ODD}), max_size=2)
    listed = st.lists(records() | ODD, max_size=6)
    whole = st.fixed_dictionaries({"records": listed, "dropped": dropped}).map(json.dumps)
    return whole | st.tuples(whole, st.integers(0, 2000)).map(lambda cut: cut[0][: cut[1]])


@pytest.mark.proof
@settings(max_examples=100)
@given(st.lists(answers(), min_size=4, max_size=4))
def test_any_answer_gives_a_valid_draft(sources, texts):
    """What holds is what is written, and builds without an error; the rest is refused, withdrawn or remarked."""
    document = sources.documents[0]
    with TemporaryDirectory() as folder:
        model = ReplayedModel([*texts, *["{}"] * 40])
        made = draft_document(sources.material, document, ["claims"], Caller(model, Path(folder), 100), rounds=3)
    assert not errors_in(check_annotations(sources.material, document, SourceFile("draft.yaml", made.text)))
    [table] = made.tables
    held, refused = ({each.id for each in found} for found in (table.held, [each for each, _ in table.refused]))
    assert {each["id"] for each in read_values(made.text, "draft.yaml").get("claims") or []} == held
    assert table.proposed == len(held | refused | {*table.dropped})
    assert all(problems for _, problems in table.refused)
    run = DraftRun(made, model)
    as_text(run).encode()
    record_text(run).encode()
