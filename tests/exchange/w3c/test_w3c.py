"""Web Annotations: what is written passes the tests of W3C, and what others write is read."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from schemas import CONTRACT
from stancebook.exchange.incoming import ImportOptions, plan_import
from stancebook.exchange.mapping import Meaning, NameMap
from stancebook.exchange.outgoing import read_project
from stancebook.exchange.tools import TOOLS
from tests.unit.sample_contract import LETTERS, write

BUNDLE = json.loads(Path(__file__).with_name("schemas.json").read_text("utf-8"))
REGISTRY = Registry().with_resources(
    (name.rpartition("/")[2], Resource(schema, DRAFT4)) for name, schema in BUNDLE["schemas"].items()
)
MINIMAL = Path(__file__).parents[2] / "project/seeds"


def failed(kind, value):
    """Return the tests of W3C that a value does not pass."""
    names = BUNDLE["assertions"][kind]
    schemas = BUNDLE["schemas"]
    return [name for name in names if not Draft4Validator(schemas[name], registry=REGISTRY).is_valid(value)]


@pytest.fixture(scope="module")
def collection():
    """Return the collection of the minimal project."""
    files = TOOLS["w3c"].write(read_project(CONTRACT, MINIMAL).project)
    return json.loads(files["river-talks.jsonld"])


def test_export_passes_the_tests_of_w3c(collection):
    """The collection, its page and its annotations have what they must have."""
    context = {"@context": collection["@context"]}
    assert failed("collection", collection) == []
    assert failed("page", context | collection["first"]) == []
    items = collection["first"]["items"]
    one_of_each = {(item["motivation"], item["body"][0]["value"]): item for item in items}
    for item in one_of_each.values():
        assert failed("annotation", context | item) == []


def test_tests_of_w3c_find_faults(collection):
    """They are not silent about an annotation without a target, or with a position that is no number."""
    item = {"@context": collection["@context"], **collection["first"]["items"][0]}
    assert failed("annotation", {key: value for key, value in item.items() if key != "target"})
    wrong = [{"type": "TextPositionSelector", "start": "a", "end": 3}]
    assert failed("annotation", {**item, "target": {"source": "x:y", "selector": wrong}})


# ── What others write ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def seeds(tmp_path):
    """Return the sources of the sample contract."""
    return write(tmp_path)


def plan(seeds, annotations, **options):
    """Plan the import of annotations."""
    path = seeds.parent / "annotations.json"
    path.write_text(json.dumps(annotations), encoding="utf-8")
    sources = read_project(LETTERS, seeds)
    tool = TOOLS["w3c"].read([path], sources.project)
    return plan_import(LETTERS, seeds, sources, tool, ImportOptions(**options))


def annotation(exact, **changes):
    """Return an annotation as Recogito exports it, with the tag of a table."""
    body = [{"type": "TextualBody", "purpose": "tagging", "value": "claims"}]
    selector = [{"type": "TextQuoteSelector", "exact": exact, **changes.pop("quote", {})}]
    target = {"source": "bridge", "selector": selector + changes.pop("positions", [])}
    creator = {"id": "https://example.org/users/1", "name": "Ann Ode"}
    whole = {"type": "Annotation", "id": f"#{exact[:5]}", "body": body, "target": target, "creator": creator}
    return whole | changes


def position(start, end):
    return {"type": "TextPositionSelector", "start": start, "end": end}


FALK = {"type": "TextualBody", "purpose": "commenting", "value": "Mr Falk"}
AS_PERSON = NameMap(attributes={"commenting": "person_id"})


def test_annotation_of_another_program_becomes_a_row(seeds):
    """A list of annotations comes in with spans, tags, comments and creators; names of entries become their keys."""
    found = annotation("the bridge fell", positions=[position(11, 26)])
    found["body"].append(FALK)
    result = plan(seeds, [found], names=AS_PERSON)
    assert [problem.message for problem in result.problems] == []
    [file] = result.files
    assert file.path == seeds / "codings/ann-ode/bridge.yaml"
    assert file.text == (
        "letter:\n  sent: 1901-05-04\n  language: en\n\n"
        "claims:\n  - id: c01\n    person_id: falk\n    quote: the bridge fell\n"
    )


def test_quote_decides_where_positions_differ(seeds):
    """Without positions, or with wrong ones, the words and those around them decide."""
    around = {"prefix": "rope was old. ", "suffix": " was there"}
    item = annotation("Otto", quote=around, positions=[position(0, 4)])
    item["body"].append(FALK)
    result = plan(seeds, [item], names=AS_PERSON)
    assert [(each.level, each.message) for each in result.problems] == [
        ("warning", "its offsets give 'Dear'; it was placed by its words 'Otto'")
    ]
    assert "suffix: was there" in result.files[0].text or "prefix: " in result.files[0].text
    item["target"]["selector"].pop()
    assert plan(seeds, [item], names=AS_PERSON).problems == []


def test_mapping_explains_tags(seeds):
    """A mapping file says which tag is a table, or a value; what it skips is left out."""
    item = annotation("the bridge fell")
    tags = ["Claim", "Claim/sure", "Idea"]
    item["body"] = [{"type": "TextualBody", "purpose": "tagging", "value": tag} for tag in tags] + [FALK]
    names = NameMap(
        labels={"Claim": Meaning("claims"), "Claim/sure": Meaning("claims", "strength", "fair"), "Idea": None},
        attributes={"commenting": "person_id"},
        coders={"Ann Ode": "ao"},
    )
    result = plan(seeds, [item], names=names)
    assert result.problems == []
    assert result.files[0].path.parent.name == "ao"
    assert "    strength: fair\n" in result.files[0].text


FAULTS = {
    "no creator": (annotation("the bridge fell", creator=None), "'' cannot be the name of a coder"),
    "no selector": (annotation("x", target="bridge"), "its selector gives no words and no offsets"),
    "words not in the text": (annotation("the bridge sank"), "the passage is not 'the bridge sank'"),
    "unknown tag": (
        annotation("fell", body={"type": "TextualBody", "purpose": "tagging", "value": "clams"}),
        "'clams' is no table",
    ),
    "unknown attribute": (annotation("fell", body=[FALK]), "it has no label"),
    "unknown document": (
        annotation("fell", target={"source": "brigde", "selector": {"type": "TextQuoteSelector", "exact": "fell"}}),
        "'brigde' is no document of the project",
    ),
    "two texts": (
        annotation("fell", target=[{"source": "a"}, {"source": "b"}]),
        "it is not about a passage of one text",
    ),
    "cell missing": (annotation("the bridge fell"), "the key 'person_id' is missing"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_imported_is_a_problem(fault, seeds):
    """It is a problem at its place in the file, with a way out, and nothing is written."""
    item, message = FAULTS[fault]
    result = plan(seeds, [item])
    assert result.files == []
    assert message in [problem.message for problem in result.errors]
    assert all(problem.file.endswith("annotations.json") and problem.hint for problem in result.errors)


def test_changed_tag_changes_the_row(seeds):
    """Of an exported row, a tag that is added, removed or replaced changes its choice; other cells stay."""
    sources = read_project(LETTERS, seeds)
    collection = json.loads(TOOLS["w3c"].write(sources.project)["bridge.jsonld"])
    [first, *_] = collection["first"]["items"]
    for body in first["body"]:
        if body.get("value") == "claims/strength/fair":
            body["value"] = "claims/strength/weak"
    before = (seeds / "documents/bridge.yaml").read_text("utf-8")
    [file] = plan(seeds, collection).files
    assert (file.added, file.changed) == ([], ["claims.c01"])
    assert file.text == before.replace("strength: fair", "strength: weak")
    first["body"] = [body for body in first["body"] if body.get("value") != "claims/strength/weak"]
    assert plan(seeds, collection).files[0].text == before.replace("    strength: fair\n", "")
