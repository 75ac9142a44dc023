"""What an editor sees of the seeds: all of those that build are in order, and of the mistakes, which it can see.

The language server of an editor validates a file by the dataset's JSON Schemas; here `jsonschema` does, over
the same values.
"""

import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from stancebook.dataset.layout import ANNOTATION_SCHEMA, CODEBOOK_SCHEMA
from tests import yaml_core
from tests.cases.test_cases import CASES, SOUND, ids

ROOT = Path(__file__).parents[2]
ROOMS = {"documents": ANNOTATION_SCHEMA, "codebook": CODEBOOK_SCHEMA}
VALIDATORS = {
    room: Draft7Validator(json.loads((ROOT / "dataset" / name).read_text(encoding="utf-8")))
    for room, name in ROOMS.items()
}
SETTINGS = json.loads((ROOT / ".vscode/settings.json").read_text(encoding="utf-8"))
SEEDS = sorted((ROOT / "seeds").rglob("*.yaml"))

# The mistakes that no schema of a single file can see, and why. A mistake that is not among them must be refused.
UNSEEN = {
    "it is in the text, or in whether the text has the words": [
        "json-quote-ambiguous",
        "quote-ambiguous",
        "quote-cuts-a-word",
        "quote-in-another-case",
        "quote-in-other-code-points",
        "quote-leaves-the-text-in-a-later-line",
        "quote-near-miss",
        "quote-not-found",
        "quote-of-overlapping-repeats",
        "quote-with-an-invisible-character",
        "quote-with-another-dash",
        "quote-with-ellipsis",
        "quote-with-other-marks",
        "quote-with-wrong-prefix",
        "quote-without-a-ligature",
        "quote-without-an-accent",
        "text-changed",
        "text-edited-after-coding",
        "text-line-breaks-changed",
        "merge-left-half-done-in-a-text",
        "text-not-utf-8",
        "words-not-in-the-document",
    ],
    "it is in which files there are, or what they are called": [
        "annotations-missing",
        "codebook-copied",
        "document-copied",
        "document-half-renamed",
        "file-beside-the-rooms",
        "file-not-known",
        "ill-named-document",
        "json-beside-yaml",
        "text-missing",
    ],
    "it is in letters that are well formed, and were others once": ["letters-garbled"],
    "it is in a comment, and no parser hands those on": [
        "quote-cut-by-a-comment",
        "yaml-text-cut-by-a-comment",
    ],
    "it is in whether another record is there, or is the same": [
        "actor-never-mentioned",
        "actor-renamed",
        "cyclic-parents",
        "cyclic-reference",
        "dangling-reference",
        "duplicate-codebook-id",
        "duplicate-id",
        "duplicate-participant",
        "format-never-used",
        "id-of-another-actor",
        "issue-never-used",
        "record-copied",
        "reference-in-another-case",
    ],
    "it is in a rule across tables": [
        "demand-from-a-statement-on-another-issue",
        "demand-from-another-document",
        "demand-raised-after-publication",
        "disputed-by-nobody",
        "end-of-a-demand-untold",
        "event-whose-mediator-is-a-party",
        "failed-on-a-day-to-come",
        "format-on-another-topic",
        "format-whose-mediator-is-a-party",
        "meeting-of-one",
        "part-begun-after-the-whole",
        "part-outside-the-whole",
        "planned-for-a-day-gone-by",
        "published-too-early",
        "said-after-publication",
        "stance-on-a-format-without-the-format",
        "successor-of-another-party",
        "successor-on-another-issue",
    ],
    "it is in a rule of one row, which is a function in Python": [
        "change-without-an-issue",
        "conditional-without-a-condition",
        "demand-of-themselves",
        "direct-speech-without-its-marks",
        "imagined-but-certain",
        "narrated-but-on-record",
        "partial-speech-without-its-words",
        "plover-mode-without-its-type",
        "quoted-words-of-the-reporter",
        "several-rules-broken-at-once",
        "speaker-addresses-themselves",
        "spokesperson-speaks-for-themselves",
        "stance-without-an-issue",
        "state-code-without-a-place",
        "title-outside-the-mention",
        "words-of-a-date-without-the-date",
    ],
}
HIDDEN = {case: reason for reason, cases in UNSEEN.items() for case in cases}


def faults(seeds):
    """Return what an editor would underline in the files of a folder of seeds."""
    return [
        f"{path.relative_to(seeds)}: {fault}"
        for path in sorted([*seeds.rglob("*.yaml"), *seeds.rglob("*.json")])
        if (room := path.relative_to(seeds).parts[0]) in ROOMS
        for fault in faults_of(path, VALIDATORS[room])
    ]


def faults_of(path, validator):
    read = yaml_core.read if path.suffix == ".yaml" else json_read
    try:
        value = read(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as fault:
        return [str(fault)]
    return [fault.message for fault in validator.iter_errors(value)]


def json_read(text):
    """What an editor makes of JSON; it underlines a key that is given twice."""

    def mapping(pairs):
        if len(dict(pairs)) < len(pairs):
            raise ValueError(f"a key is given twice: {pairs}")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=mapping)


@pytest.mark.parametrize("room", ROOMS)
def test_the_schemas_are_schemas(room):
    Draft7Validator.check_schema(VALIDATORS[room].schema)


@pytest.mark.parametrize("seeds", [ROOT / "seeds", ROOT / "tests/project/seeds"], ids=["real", "minimal"])
def test_seeds_that_build_are_in_order(seeds):
    assert faults(seeds) == []


@pytest.mark.parametrize("case", SOUND, ids=ids)
def test_the_like_of_a_mistake_that_is_in_order_is_so_in_an_editor(case):
    assert faults(case / "sound") == []


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_mistake_is_seen_or_there_is_a_reason_why_it_cannot_be(case):
    if reason := HIDDEN.get(case.name):
        assert faults(case / "seeds") == [], f"take {case.name} out of UNSEEN ({reason}): an editor shows it"
    else:
        assert faults(case / "seeds"), f"no editor shows {case.name}: say in UNSEEN why it cannot be seen"


def test_each_case_is_hidden_for_one_reason_and_is_there():
    assert sum(map(len, UNSEEN.values())) == len(HIDDEN)
    assert set(HIDDEN) < {case.name for case in CASES}


# ── What binds the schemas to the files ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_a_seed_names_its_schema_for_every_editor(path):
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", path.read_text(encoding="utf-8").splitlines()[0])
    assert named
    assert (path.parent / named[1]).resolve() == ROOT / "dataset" / ROOMS[path.relative_to(ROOT / "seeds").parts[0]]


def test_the_settings_bind_each_schema_to_its_room_however_deep():
    assert SETTINGS["yaml.schemas"] == {
        f"./dataset/{name}": [f"seeds/{room}/**/*.yaml"] for room, name in ROOMS.items()
    }
    assert SETTINGS["json.schemas"] == [
        {"fileMatch": [f"/seeds/{room}/**/*.json"], "url": f"./dataset/{name}"} for room, name in ROOMS.items()
    ]
