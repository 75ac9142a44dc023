"""What a draft needs is read from a project; its files are written, and nothing of a person is lost."""

import hashlib
import json
from dataclasses import replace

import pytest

from stancebook.coders.codings import read_codebook, read_codings
from stancebook.drafts.cache import Caller
from stancebook.drafts.drafting import draft_document, tables_to_draft
from stancebook.drafts.models import ModelError, Prompt, Reply
from stancebook.drafts.project import DraftError, draft_files
from stancebook.drafts.report import DraftRun, as_text, as_values, record_text
from stancebook.drafts.second_opinion import second_opinion
from stancebook.problems import as_text as problems_as_text
from stancebook.sources.discovery import discover, discover_codings
from tests.unit.drafts.conftest import ReplayedModel, answer, claim, read_letters
from tests.unit.sample_contract import LETTERS

RIVER, ROPE = "Otto says the river did it", "Mr Falk says the rope was old"
FAILED = claim(ROPE, "c02", person_id="the-miller")
PROPOSAL = {"table": "people", "name": "The miller", "reason": "He was there.", "quote": "the miller"}
ANSWERS = (answer(claim(RIVER), FAILED, new_codebook=[PROPOSAL]), answer())
REPLY = Reply(ANSWERS[0], version="m-2031", created=1_900_000_000, tokens={"prompt_tokens": 5})


@pytest.fixture
def run(sources, tmp_path):
    """Return a function that drafts a letter by some answers."""

    def draft(*answers, **caller):
        asks = Caller(ReplayedModel([*answers]), tmp_path / ".drafts", **{"max_calls": 9} | caller)
        made = draft_document(sources.material, sources.documents[0], ["claims"], asks, rounds=3)
        return DraftRun(made, asks.model, guide=sources.material.guide)

    return draft


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────


def test_draft_has_the_record_of_its_document(sources):
    """The document's own record is that of the annotations; only the coder, if there is a column for it, is another."""
    assert sources.documents[0].values == {"sent": "1901-05-04", "language": "en"}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("codebook/people.yaml", "people:\n  - {person_id: berta}\n", "seeds/codebook/people.yaml:2:5"),
        ("documents/bridge.yaml", "letter:\n  language: en\n  sent: 4 May\n", "seeds/documents/bridge.yaml:3:9"),
        ("documents/bridge.yaml", "letter:\n  language: en\n", "seeds/documents/bridge.yaml:2:3: letter: the key "),
        ("documents/bridge.yaml", "claims: []\n", "seeds/documents/bridge.yaml:1:1"),
        ("documents/bridge.txt", "", "seeds/documents/bridge.txt:1:1"),
    ],
)
def test_sources_with_problems_are_not_drafted(seeds, name, content, problem):
    """Problems of the codebook, of the text or of the document's own record are where they can be corrected."""
    (seeds / name).write_text(content)
    assert problems_as_text(read_letters(seeds).problems).startswith(problem)


def test_problems_of_other_rows_do_not_matter(seeds):
    """Rows of the annotations are not sent, and need not be valid."""
    with (seeds / "documents/bridge.yaml").open("a") as annotations:
        annotations.write("  - {id: c09, person_id: no-one, quote: not there}\n")
    assert not read_letters(seeds).problems


def test_document_without_annotations(seeds):
    """A text alone is not enough: the draft needs the document's own record."""
    (seeds / "documents/bridge.yaml").unlink()
    with pytest.raises(DraftError, match="bridge has no annotations with a section 'letter', which a draft needs"):
        read_letters(seeds)


def test_tables_come_after_those_they_refer_to():
    """All annotation tables are drafted by default; a choice keeps the order."""
    assert tables_to_draft(LETTERS, None) == tables_to_draft(LETTERS, ["claims"]) == ["claims"]


# ── Writing ───────────────────────────────────────────────────────────────────────────────────────


def test_draft_is_a_coding(run, seeds, tmp_path):
    """What is written is a coding without a problem."""
    made = run(*ANSWERS)
    draft_files(tmp_path, seeds, "replayed", "bridge").write(made.draft.text, record_text(made), may_replace=False)
    listing = discover(seeds)
    found = discover_codings(seeds, listing.documents)
    assert not listing.problems + found.problems
    codebook, _ = read_codebook(LETTERS, seeds, listing)
    [coding] = read_codings(LETTERS, seeds, listing, found.coders, codebook)
    assert (coding.coder, [*coding.problems]) == ("replayed", [])
    assert coding.frames["claims"]["claim_id"].tolist() == ["bridge#c01"]


def test_record_of_a_run(run):
    """The record says what was asked and answered, what was refused and why, and what the draft is."""
    made = run(REPLY, ANSWERS[1])
    values = json.loads(record_text(made))
    assert values == as_values(made)
    assert values["draft_sha256"] == hashlib.sha256(made.draft.text.encode()).hexdigest()
    assert (values["model"], values["model_versions"], values["answered"]) == ("replayed", ["m-2031"], "2030-03-17")
    table = values["tables"]["claims"]
    assert table["counts"] == {"proposed": 2, "at_once": 1, "corrected": 0, "refused": 1, "withdrawn": 0}
    assert table["held"] == {"c01": {"round": 0, "passage": "exact"}}
    assert table["refused"][0]["answered"] == FAILED
    assert table["refused"][0]["problems"][0]["message"] == "'the-miller' is not among the people"
    assert [call["round"] for call in table["calls"]] == [0, 1]
    assert values["new_codebook"] == [PROPOSAL]


def test_report_for_people(run):
    """The report counts records and problems, and names what was refused or proposed."""
    text = as_text(run(*ANSWERS))
    assert "  claims          2          1          0          1          0\n" in text
    assert "  refused    claims[c02].person_id: 'the-miller' is not among the people: ‘Mr Falk says the rope" in text
    assert "  codebook   people: The miller (He was there.)" in text
    assert "  refused    claims: and 1 more record" in as_text(run(*ANSWERS), max_refused=0)


def test_same_answers_give_the_same_files(run):
    """A second run takes the answers from the cache, asks nothing, and gives the same bytes."""
    first = run(REPLY, ANSWERS[1])
    again = run(max_calls=0, is_cached_only=True)
    assert (again.draft.text, record_text(again)) == (first.draft.text, record_text(first))


def test_answers_are_kept_for_one_question(tmp_path):
    """An answer is kept for one model, its parameters, one prompt and one schema."""
    prompt = Prompt("rules", "text", {"type": "object"})
    models = [ReplayedModel([]), ReplayedModel([], name="other"), ReplayedModel([], parameters={"seed": 1})]
    digests = {Caller(model, tmp_path, 1).digest(prompt) for model in models}
    digests |= {Caller(models[0], tmp_path, 1).digest(replace(prompt, schema={"type": "array"}))}
    assert len(digests) == 4


def test_calls_are_limited(run):
    """The model is asked no more often than allowed; what it answered is kept."""
    with pytest.raises(ModelError, match="replayed was asked 1 time; see --max-calls"):
        run(ANSWERS[0], max_calls=1)
    assert run(ANSWERS[1]).draft.tables[0].at_once == 1


def test_useless_answer_is_not_kept(run, tmp_path):
    """A refusal is asked for again the next time."""
    assert run("no", "no").draft.tables[0].problem
    assert [path.name for path in (tmp_path / ".drafts").glob("*")] == []


def test_damaged_answer_is_asked_for_again(run, tmp_path):
    """A file of the cache that cannot be read counts as none."""
    run(*ANSWERS)
    for path in (tmp_path / ".drafts").glob("*.json"):
        path.write_text("{")
    assert run(*ANSWERS).draft.tables[0].at_once == 1


def test_files_of_a_person_are_not_replaced(seeds, tmp_path):
    """A draft is replaced only if it is wanted, and if nothing but a draft is there."""
    files = draft_files(tmp_path, seeds, "replayed", "bridge")
    files.check(may_replace=False)
    files.write(
        "letter: {}\n", json.dumps({"draft_sha256": hashlib.sha256(b"letter: {}\n").hexdigest()}), may_replace=False
    )
    files.check(may_replace=True)
    with pytest.raises(DraftError, match=r"^seeds/codings/replayed/bridge.yaml exists: use --replace"):
        files.check(may_replace=False)
    files.coding.write_text("letter: {language: en}\n")
    with pytest.raises(DraftError, match="was changed since it was drafted"):
        files.write("letter: {}\n", "{}", may_replace=True)  # changed while a draft was made
    assert files.coding.read_text() == "letter: {language: en}\n"
    files.coding.rename(files.coding.with_suffix(".json"))
    with pytest.raises(DraftError, match=r"bridge.json is a coding of the same name"):
        files.check(may_replace=True)


# ── A second opinion ──────────────────────────────────────────────────────────────────────────────


def test_second_opinion(run, sources, tmp_path):
    """Each record gets a verdict; one that rests on words which are not in the paragraph, or is missing, is unclear."""
    names = ["c01", "c02", "c03", "c04"]
    quotes = [RIVER, ROPE, "the bridge fell", "was there, and the miller"]
    made = run(answer(*map(claim, quotes, names))).draft
    verdicts = [
        {"id": "c01", "words": "the river did it", "verdict": "supported", "reason": "He says it."},
        {"id": "c02", "words": "the rope\nwas old", "verdict": "unsupported", "reason": "Falk says it."},
        {"id": "c03", "words": "the bridge collapsed", "verdict": "supported", "reason": "It did."},
    ]
    model = ReplayedModel([json.dumps({"verdicts": verdicts})])
    caller = Caller(model, tmp_path / ".drafts", 9)
    found = second_opinion(sources.material, made, caller)
    assert [each.verdict for each in found.opinions] == ["supported", "unsupported", "unclear", "unclear"]
    assert '"person_id": "otto (Otto; falk)"' in model.prompts[0].task
    text = as_text(DraftRun(made, model, found))
    assert "second opinion of replayed: 1 supported, 1 unsupported, 2 unclear" in text
    assert "  unsupported  claims c02: Falk says it." in text


def test_passage_of_many_rows_is_reported(run):
    """Four rows on one passage are likelier to have one that does not follow from it."""
    records = [claim(RIVER, f"c{number}", strength=each) for number, each in enumerate(["weak", "fair", None])]
    made = run(answer(*records, claim(RIVER, "c9", person_id="falk")))
    assert "repeated   claims has 4 rows on one passage: ‘Otto says the river did it’" in as_text(made)
