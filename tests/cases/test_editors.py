"""The JSON Schemas for editors: valid sources pass, and of the mistakes, those that one file shows are found.

The language server of an editor validates a file with these schemas; here `jsonschema` does, on the same values.
"""

import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from stancebook.dataset.layout import ANNOTATION_SCHEMA, CODEBOOK_SCHEMA
from tests import yaml_core
from tests.cases.test_cases import CASES, SOUND, case_id

ROOT = Path(__file__).parents[2]
SCHEMAS = {"documents": ANNOTATION_SCHEMA, "codings": ANNOTATION_SCHEMA, "codebook": CODEBOOK_SCHEMA}
VALIDATORS = {
    folder: Draft7Validator(json.loads((ROOT / "dataset" / name).read_text(encoding="utf-8")))
    for folder, name in SCHEMAS.items()
}
SETTINGS = json.loads((ROOT / ".vscode/settings.json").read_text(encoding="utf-8"))
SEEDS = sorted(path for folder in ("codebook", "documents") for path in (ROOT / "seeds" / folder).rglob("*.yaml"))

# The mistakes that the schema of a single file cannot find, by reason. Any other mistake must be found.
UNDETECTABLE = {
    "it depends on the text": [
        "nothing-here-not-in-the-text",
        "json-quote-ambiguous",
        "quote-ambiguous",
        "quote-cuts-a-letter",
        "quote-cuts-a-word",
        "quote-cuts-a-word-at-an-invisible-character",
        "quote-longer-than-its-text",
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
        "quote-with-a-letter-of-another-alphabet",
        "quote-with-characters-of-another-keyboard",
        "quote-without-a-control-character",
        "quote-without-a-ligature",
        "quote-without-an-accent",
        "text-changed",
        "text-edited-after-coding",
        "text-empty",
        "text-of-another-article",
        "text-pinned-with-a-digit-missing",
        "text-pinned-with-its-file-name",
        "text-line-breaks-changed",
        "merge-left-half-done-in-a-text",
        "text-not-utf-8",
        "words-not-in-the-document",
    ],
    "it depends on which files exist, and on their names": [
        "annotations-missing",
        "codebook-copied",
        "document-copied",
        "document-copied-with-other-line-ends",
        "document-half-renamed",
        "file-beside-the-rooms",
        "file-not-known",
        "ill-named-document",
        "json-beside-yaml",
        "text-missing",
        "text-missing-with-the-digest-of-another",
    ],
    "the characters are well formed, but garbled": ["letters-garbled"],
    "it is in a comment, which parsers skip": [
        "quote-cut-by-a-comment",
        "records-replaced-by-a-comment",
        "yaml-text-cut-by-a-comment",
    ],
    "it depends on other records": [
        "decision-on-a-row-that-is-gone",
        "decision-on-no-table",
        "actor-never-mentioned",
        "actor-renamed",
        "actor-under-two-ids",
        "actors-with-one-wikidata-item",
        "cyclic-parents",
        "cyclic-reference",
        "dangling-reference",
        "duplicate-codebook-id",
        "duplicate-id",
        "duplicate-participant",
        "format-never-used",
        "format-under-two-ids",
        "id-of-another-actor",
        "issue-never-used",
        "issue-under-two-ids",
        "proposition-under-two-ids",
        "record-copied",
        "reference-in-another-case",
        "states-with-one-code",
    ],
    "it breaks a rule across tables": [
        "aid-without-a-recipient",
        "author-not-in-the-by-line",
        "contradiction-on-another-issue",
        "demand-for-a-format-without-the-format",
        "demand-from-a-statement-on-another-issue",
        "demand-from-another-document",
        "demand-raised-after-publication",
        "demand-with-a-format-on-another-topic",
        "contradiction-of-one-side",
        "disputed-by-nobody",
        "end-of-a-demand-untold",
        "event-after-itself",
        "event-whose-mediator-is-a-party",
        "failed-on-a-day-to-come",
        "format-on-another-topic",
        "format-whose-mediator-is-a-party",
        "issue-related-to-itself",
        "issue-relation-coded-twice",
        "meeting-of-one",
        "month-of-another-date",
        "name-form-coded-twice",
        "part-begun-after-the-whole",
        "part-outside-the-whole",
        "party-that-the-format-lacks",
        "planned-for-a-day-gone-by",
        "published-too-early",
        "response-before-what-it-answers",
        "said-after-publication",
        "stance-on-a-format-without-the-format",
        "successor-of-another-principal",
        "successor-on-another-issue",
        "weekday-of-another-date",
    ],
    "the value fits its column, but is doubtful": [
        "date-without-its-century",
        "invisible-character-in-a-note",
        "placeholder-left-in",
        "publication-without-its-century",
    ],
    "it breaks a row rule, which is a Python function": [
        "rejection-without-a-reason",
        "change-without-an-issue",
        "conditional-without-a-condition",
        "country-code-not-assigned",
        "demand-of-themselves",
        "direct-speech-without-its-marks",
        "imagined-but-certain",
        "language-not-registered",
        "narrated-but-on-record",
        "partial-speech-without-its-words",
        "plover-mode-of-another-type",
        "plover-mode-without-its-type",
        "quoted-words-between-two-quotations",
        "quoted-words-of-the-reporter",
        "several-rules-broken-at-once",
        "speaker-addresses-themselves",
        "spokesperson-speaks-for-themselves",
        "stance-without-an-issue",
        "place-code-not-assigned",
        "state-code-without-a-place",
        "title-outside-the-mention",
        "topic-other-without-a-note",
        "words-of-a-date-without-the-date",
    ],
}
REASONS = {case: reason for reason, cases in UNDETECTABLE.items() for case in cases}


def errors_in_folder(seeds):
    """Return what an editor would underline in the files of a source folder."""
    return [
        f"{path.relative_to(seeds)}: {error}"
        for path in sorted([*seeds.rglob("*.yaml"), *seeds.rglob("*.json")])
        if (folder := path.relative_to(seeds).parts[0]) in SCHEMAS
        for error in errors_in_file(path, VALIDATORS[folder])
    ]


def errors_in_file(path, validator):
    read = yaml_core.read if path.suffix == ".yaml" else json_read
    try:
        value = read(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:
        return [str(error)]
    return [error.message for error in validator.iter_errors(value)]


def json_read(text):
    """Parse JSON as an editor does: a repeated key is an error."""

    def mapping(pairs):
        if len(dict(pairs)) < len(pairs):
            raise ValueError(f"a key is given twice: {pairs}")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=mapping)


@pytest.mark.parametrize("folder", SCHEMAS)
def test_schemas_are_valid(folder):
    """The schemas are valid JSON Schemas."""
    Draft7Validator.check_schema(VALIDATORS[folder].schema)


@pytest.mark.parametrize("seeds", [ROOT / "seeds", ROOT / "tests/project/seeds"], ids=["real", "minimal"])
def test_schemas_accept_valid_sources(seeds):
    """The sources of valid projects have no errors in an editor."""
    assert errors_in_folder(seeds) == []


@pytest.mark.parametrize("case", SOUND, ids=case_id)
def test_schemas_accept_similar_valid_project(case):
    """A project similar to a mistake, but valid, has no errors in an editor."""
    assert errors_in_folder(case / "sound") == []


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_schemas_find_mistake_unless_undetectable(case):
    """A mistake is found in an editor, unless it is listed as undetectable."""
    if reason := REASONS.get(case.name):
        assert errors_in_folder(case / "seeds") == [], (
            f"take {case.name} out of UNDETECTABLE ({reason}): an editor shows it"
        )
    else:
        assert errors_in_folder(case / "seeds"), f"no editor shows {case.name}: add it to UNDETECTABLE with the reason"


def test_undetectable_cases_exist_once():
    """Each undetectable case exists, and has one reason."""
    assert sum(map(len, UNDETECTABLE.values())) == len(REASONS)
    assert set(REASONS) < {case.name for case in CASES}


# ── Binding of schemas to files ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_source_names_its_schema(path):
    """Each source file names its schema in its first line, for any editor."""
    comment = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", path.read_text(encoding="utf-8").splitlines()[0])
    assert comment
    assert (path.parent / comment[1]).resolve() == ROOT / "dataset" / SCHEMAS[path.relative_to(ROOT / "seeds").parts[0]]


def test_settings_bind_schemas_to_folders():
    """The settings of VS Code bind each schema to its folder, at any depth."""
    assert SETTINGS["yaml.schemas"] == {
        f"./dataset/{name}": [f"seeds/{folder}/**/*.yaml" for folder, schema in SCHEMAS.items() if schema == name]
        for name in SCHEMAS.values()
    }
    assert SETTINGS["json.schemas"] == [
        {"fileMatch": [f"/seeds/{folder}/**/*.json"], "url": f"./dataset/{name}"} for folder, name in SCHEMAS.items()
    ]
