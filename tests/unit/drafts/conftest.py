"""Fixtures of drafts: the sample contract with two letters, and models that answer from a list."""

import contextlib
import json
from dataclasses import dataclass, field

import pytest

from stancebook.drafts.cache import Caller
from stancebook.drafts.models import Reply
from stancebook.drafts.project import read_sources
from stancebook.drafts.rounds import draft_table
from tests.unit.sample_contract import LETTERS, write

OTHER_LETTER = "Dear Otto,\n\nIda says the mill burned down.\n\nYours, Falk\n"
OTHER_ANNOTATIONS = """\
letter: {language: en, sent: 1901-05-09}
claims:
  - {id: c01, person_id: berta, strength: weak, quote: Ida says the mill burned down}
"""


def claim(quote, name="c01", *, prefix=None, suffix=None, start=None, end=None, witnesses=(), **values):
    """Return a record of claims as a model answers it."""
    given = {"person_id": "otto", "believer_id": None, "strength": None, "answers_id": None}
    return {
        "passage": {"quote": quote, "from": start, "to": end, "prefix": prefix, "suffix": suffix},
        "why": "He says so.",
        "id": name,
        "values": {
            **given,
            "when_text": None,
            "when_edtf": None,
            **values,
            "witnesses": [{"person_id": each} for each in witnesses],
        },
    }


def answer(*records, dropped=(), new_codebook=()):
    """Return an answer as text."""
    return json.dumps({"records": records, "dropped": dropped, "new_codebook": new_codebook})


@dataclass
class ReplayedModel:
    """A model that gives its answers one by one, and keeps the prompts."""

    answers: list
    name: str = "replayed"
    parameters: dict = field(default_factory=dict)
    place: str = "a list"
    prompts: list = field(default_factory=list)

    def ask(self, prompt):
        """Return the next answer."""
        self.prompts.append(prompt)
        given = self.answers.pop(0)
        return given if isinstance(given, Reply) else Reply(given)


def write_letters(folder):
    """Write the sources of the sample contract, with a second letter."""
    seeds = write(folder)
    (seeds / "documents/mill.txt").write_text(OTHER_LETTER)
    (seeds / "documents/mill.yaml").write_text(OTHER_ANNOTATIONS)
    return seeds


def read_letters(seeds):
    """Return what a draft of the letter 'bridge' needs."""
    return read_sources(LETTERS, seeds, ["bridge"], coder="replayed", model="replayed", guide="Code claims.")


@pytest.fixture
def seeds(tmp_path, monkeypatch):
    """Return sources that may be changed; their folder is in the working folder."""
    monkeypatch.chdir(tmp_path)
    return write_letters(tmp_path).relative_to(tmp_path)


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    """Return what a draft of the letter 'bridge' needs; read only."""
    folder = tmp_path_factory.mktemp("letters")
    with contextlib.chdir(folder):
        return read_letters(write_letters(folder).relative_to(folder))


@pytest.fixture
def drafted(sources, tmp_path):
    """Return a function that drafts the claims of a letter by some answers; it returns the draft and the prompts."""

    def draft(*answers, rounds=3, sources=sources):
        assert not sources.problems
        model = ReplayedModel([*answers])
        caller = Caller(model, tmp_path / ".drafts", max_calls=100)
        made = draft_table(sources.material, sources.documents[0], "claims", [], caller, rounds=rounds)
        assert not model.answers, "the model was not asked for all answers"
        return made, model.prompts

    return draft
