"""The rule of versions: for each kind of change between two data packages, which part of the version goes up."""

import json
from copy import deepcopy
from dataclasses import fields

import pytest

from stancebook.build.pipeline import build_tables
from stancebook.dataset.descriptor import parse_descriptor
from stancebook.diff.changes import Change, RowChanges, TableChanges
from stancebook.diff.semver import RULE, Bump, RequiredBump, bump_of, bumped, required_bump, version_advice
from stancebook.diff.tables import PROPERTIES, DatasetVersion, diff_datasets, open_new
from stancebook.schema.column_types import Column
from tests.dataset_files import written
from tests.unit.sample_contract import LETTERS, write


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """The dataset of the sample contract."""
    built = build_tables(LETTERS, write(tmp_path_factory.mktemp("letters")))
    return open_new(written(built, tmp_path_factory.mktemp("built") / "dataset"))


def table(package, name):
    [found] = [resource for resource in package["resources"] if resource["name"] == name]
    return found


def schema(package, name):
    return table(package, name)["schema"]


def field(package, name, column):
    [found] = [item for item in schema(package, name)["fields"] if item["name"] == column]
    return found


def constrain(package, name, column, **constraints):
    found = field(package, name, column)
    found["constraints"] = {**found.get("constraints", {}), **constraints}


def remove_field(package, name, column):
    schema(package, name)["fields"].remove(field(package, name, column))


def vocabulary(package, *values, ordered=True):
    constrain(package, "claims", "strength", enum=list(values))
    field(package, "claims", "strength").update(
        categories=[{"value": value, "description": f"{value}."} for value in values], categoriesOrdered=ordered
    )


def simplify(package):
    """Replace the vocabulary by one of three values, so that each case changes one thing of it."""
    vocabulary(package, "weak", "fair", "strong")


# Edits of the newer or the older of two equal descriptors, the change that they are, and what it needs.
NEWER = [
    (lambda p: p.update(licenses=[{"name": "CC-BY-4.0"}]), ("dataset", "about"), Bump.PATCH),
    (lambda p: p["resources"].remove(table(p, "tallies")), ("table", "removed"), Bump.MAJOR),
    (lambda p: schema(p, "tallies").update(primaryKey=["person_id", "n_claims"]), ("table", "key"), Bump.MAJOR),
    (lambda p: schema(p, "tallies").update(foreignKeys=[]), ("table", "reference"), Bump.MAJOR),
    (lambda p: schema(p, "people")["fields"].reverse(), ("table", "columns"), Bump.PATCH),
    (lambda p: table(p, "people").update(title="Persons"), ("table", "title"), Bump.PATCH),
    (lambda p: table(p, "people").update(description="One soul."), ("table", "description"), Bump.PATCH),
    (lambda p: remove_field(p, "people", "lives_in"), ("column", "removed"), Bump.MAJOR),
    (lambda p: field(p, "people", "name").update(title="Called"), ("column", "title"), Bump.PATCH),
    (lambda p: field(p, "people", "name").update(description="Of old."), ("column", "description"), Bump.PATCH),
    (lambda p: field(p, "letters", "sent").update(type="string"), ("column", "type"), Bump.MAJOR),
    (lambda p: field(p, "letters", "n_chars").update(unit="bytes"), ("column", "unit"), Bump.MAJOR),
    (lambda p: constrain(p, "people", "lives_in", required=True), ("column", "required"), Bump.MAJOR),
    (lambda p: constrain(p, "people", "name", required=False), ("column", "required"), Bump.MAJOR),
    (lambda p: constrain(p, "people", "name", unique=True), ("column", "unique"), Bump.MAJOR),
    (lambda p: constrain(p, "people", "name", enum=["Otto"]), ("column", "vocabulary"), Bump.MAJOR),
    (lambda p: vocabulary(p, "weak", "fair", "strong", ordered=False), ("column", "ordered"), Bump.MAJOR),
    (lambda p: vocabulary(p, "fair", "weak", "strong"), ("column", "order"), Bump.MAJOR),
    (lambda p: constrain(p, "people", "lives_in", pattern="[A-Z]"), ("column", "pattern"), Bump.MAJOR),
    (lambda p: constrain(p, "tallies", "n_claims", minimum=1), ("column", "minimum"), Bump.MAJOR),
    (lambda p: constrain(p, "tallies", "n_claims", maximum=9), ("column", "maximum"), Bump.MAJOR),
    (lambda p: vocabulary(p, "weak", "fair", "good", "strong"), ("value", "added"), Bump.MINOR),
    (lambda p: vocabulary(p, "weak", "strong"), ("value", "removed"), Bump.MAJOR),
    (
        lambda p: field(p, "claims", "strength")["categories"][0].update(description="Gossip."),
        ("value", "definition"),
        Bump.PATCH,
    ),
]
OLDER = [
    (lambda p: p["resources"].remove(table(p, "tallies")), ("table", "added"), Bump.MINOR),
    (lambda p: remove_field(p, "people", "lives_in"), ("column", "added"), Bump.MINOR),
    (lambda p: schema(p, "tallies").update(foreignKeys=[]), ("table", "reference"), Bump.MAJOR),
    (lambda p: constrain(p, "people", "lives_in", pattern=None), ("column", "pattern"), Bump.MAJOR),
    (lambda p: constrain(p, "tallies", "n_claims", minimum=None), ("column", "minimum"), Bump.MAJOR),
    # added metadata
    (lambda p: table(p, "people").pop("title"), ("table", "title"), Bump.PATCH),
    (lambda p: table(p, "people").pop("description"), ("table", "description"), Bump.PATCH),
    (lambda p: field(p, "people", "name").pop("title"), ("column", "title"), Bump.PATCH),
    (lambda p: field(p, "people", "name").pop("description"), ("column", "description"), Bump.PATCH),
    (lambda p: field(p, "letters", "n_chars").pop("unit"), ("column", "unit"), Bump.PATCH),
    (
        lambda p: field(p, "claims", "strength")["categories"][0].pop("description"),
        ("value", "definition"),
        Bump.PATCH,
    ),
]


def unordered(package):
    vocabulary(package, "weak", "fair", "strong", ordered=False)


CASES = [
    *((lambda _: None, edit, *kind) for edit, *kind in NEWER),
    *((edit, lambda _: None, *kind) for edit, *kind in OLDER),
    (unordered, lambda p: vocabulary(p, "fair", "weak", "strong", ordered=False), ("column", "listing"), Bump.PATCH),
]


@pytest.mark.parametrize(
    ("before", "after", "kind", "bump"), CASES, ids=[f"{'.'.join(kind)}-{n}" for n, (*_, kind, _b) in enumerate(CASES)]
)
def test_each_change_is_reported_with_its_bump(before, after, kind, bump, letters):
    """Each edit of a descriptor is reported as one change, which needs its part of the version."""
    [changes] = diff_datasets(edited(letters, before), edited(letters, after))
    assert [(change.level, change.what) for change in changes.changes] == [kind]
    assert not changes.rows
    assert required_bump([changes]).bump is bump


def edited(dataset, edit):
    package = deepcopy(dict(dataset.package.descriptor))
    simplify(package)
    edit(package)
    return DatasetVersion(parse_descriptor(json.loads(json.dumps(package)), dataset.package.folder))


def test_each_rule_has_a_case():
    """Each kind of change that has a rule is tested here."""
    assert {kind for *_, kind, _ in CASES} == set(RULE)


def test_all_properties_of_columns_are_compared():
    """Every property of a column that a data package has is compared; what a release withholds is no change."""
    of_contract = {"filled_by", "target", "target_key", "symmetric", "default", "bound_of", "compute"}
    of_package = {"nullable", "vocabulary", *PROPERTIES} - {"type", "required"}
    assert {field.name for field in fields(Column)} - {"name", "withheld"} == of_contract | of_package


@pytest.mark.parametrize(
    "rows", [RowChanges(added=("a",)), RowChanges(removed=("a",)), RowChanges(changed=(("a", ()),))]
)
def test_row_changes_are_a_patch(rows):
    """Added, changed and removed rows need a patch version."""
    assert required_bump([TableChanges("claims", (), rows)]) == RequiredBump(Bump.PATCH, ("rows of claims changed",))


def test_no_changes_need_no_version():
    """Without changes no new version is needed."""
    assert required_bump([]) == RequiredBump(Bump.NONE)


def test_greatest_bump_decides():
    """Of several changes, those that need the greatest part are the reasons."""
    changes = [
        TableChanges("claims", (Change("column", "added", "note"), Change("column", "removed", "notes"))),
        TableChanges("people", (Change("value", "removed", "rank", "lord"),), RowChanges(added=("a",))),
    ]
    assert required_bump(changes) == RequiredBump(
        Bump.MAJOR, ("column claims.notes was removed", "value lord of people.rank was removed")
    )


def test_added_metadata_is_a_patch():
    """Metadata where there was none is a patch, and no rewording."""
    assert bump_of(Change("column", "unit", "length", before=None, after="feet")) is Bump.PATCH
    assert bump_of(Change("column", "unit", "length", before="feet", after=None)) is Bump.MAJOR
    said = TableChanges("claims", (Change("table", "description", before=None, after="One claim."),))
    assert required_bump([said]) == RequiredBump(Bump.PATCH, ("metadata added to claims",))


# ── Versions ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("version", "patch", "minor", "major"),
    [
        ((1, 2, 3), (1, 2, 4), (1, 3, 0), (2, 0, 0)),
        # https://semver.org, 4: before 1.0.0 anything may change; a minor version says that something did.
        ((0, 2, 3), (0, 2, 4), (0, 3, 0), (0, 3, 0)),
    ],
)
def test_lower_parts_start_at_zero(version, patch, minor, major):
    """Incrementing a part sets those after it to zero; before 1.0.0, major is minor."""
    bumps = [Bump.NONE, Bump.PATCH, Bump.MINOR, Bump.MAJOR]
    assert [bumped(version, bump) for bump in bumps] == [version, patch, minor, major]


REMOVED = RequiredBump(Bump.MAJOR, ("column claims.note was removed",))


@pytest.mark.parametrize(
    ("needed", "old", "stated", "text", "too_low"),
    [
        (RequiredBump(Bump.NONE), "1.0.0", "1.0.0", "Nothing differs: no new version is needed.", False),
        (
            REMOVED,
            "1.4.2",
            "1.5.0",
            "This needs a major version (2.0.0): column claims.note was removed."
            " 1.5.0, as stated, is too low: raise the version of the contract.",
            True,
        ),
        (
            REMOVED,
            "1.4.2",
            "2.0.0",
            "This needs a major version (2.0.0): column claims.note was removed. 2.0.0, as stated, is enough.",
            False,
        ),
        (
            REMOVED,
            "0.1.0",
            "0.10.0",
            "This needs a major version, which before 1.0.0 is a minor one (0.2.0): column claims.note was removed."
            " 0.10.0, as stated, is enough.",
            False,
        ),
        (
            RequiredBump(Bump.PATCH, ("a", "b", "c", "d", "e")),
            "1.0.0",
            "1.0.1",
            "This needs a patch version (1.0.1): a, b, c and 2 more changes. 1.0.1, as stated, is enough.",
            False,
        ),
        (
            RequiredBump(Bump.PATCH, ("the description of claims changed",), ("the description of claims",)),
            "1.0.0",
            "1.0.1",
            "This needs a patch version (1.0.1): the description of claims changed. 1.0.1, as stated, is enough."
            " If the description of claims also means something else now, it needs 2.0.0.",
            False,
        ),
        (
            RequiredBump(Bump.PATCH, ("the description of claims changed",), ("the description of claims",)),
            "1.0.0",
            "2.0.0",
            "This needs a patch version (1.0.1): the description of claims changed. 2.0.0, as stated, is enough.",
            False,
        ),
        (
            REMOVED,
            "2031-04",
            "2.0.0",
            "This needs a major version: column claims.note was removed. But 2031-04 is not of the form"
            " MAJOR.MINOR.PATCH: choose the next version yourself.",
            False,
        ),
        (
            REMOVED,
            "",
            "2.0.0",
            "This needs a major version: column claims.note was removed. But an empty version is not of the form"
            " MAJOR.MINOR.PATCH: choose the next version yourself.",
            False,
        ),
        (
            REMOVED,
            "1.0.0",
            "2.0.0-rc.1",
            "This needs a major version: column claims.note was removed. But 2.0.0-rc.1 is not of the form"
            " MAJOR.MINOR.PATCH: choose the next version yourself.",
            False,
        ),
    ],
)
def test_stated_version_is_compared_with_needed(needed, old, stated, text, too_low):
    """The advice says whether the stated version is enough for the changes."""
    advice = version_advice(needed, old, stated)
    assert (advice.text, advice.too_low) == (text, too_low)
