"""Label Studio: its labeling interface, tasks that fit it, and exports of its projects."""

import json
import re

import pytest
from lxml import etree

from schemas import CONTRACT
from stancebook.exchange.incoming import ImportOptions, plan_import
from stancebook.exchange.mapping import Names, draft_map, read_map
from stancebook.exchange.outgoing import read_project
from stancebook.exchange.tools import TOOLS
from tests.exchange.coded_texts import write_letter
from tests.exchange.imports import changes, coded, messages
from tests.exchange.test_guarantee import MINIMAL
from tests.unit.sample_contract import LETTERS

LABEL_STUDIO = TOOLS["label-studio"]
TEXT = "A😀b says the bridge fell.\r\nSo does Mr Falk 𝔘d, cafe\u0301, who saw it.\n"
ROWS = [
    {"id": "c01", "person_id": "otto", "strength": "weak", "quote": "A😀b says the bridge fell"},
    {
        "id": "c02",
        "person_id": "falk",
        "answers_id": "c01",
        "quote": "fell.\r\nSo does Mr Falk 𝔘d",
        "witnesses": [{"person_id": "berta"}, {"person_id": "otto"}],
    },
]
ANSWERS = "answers_id"
ANNA = "anna@example.org"
AS_ANNA = f"coders: {{{ANNA}: authoritative}}"

# The tags of Label Studio that a labeling interface for texts has, with the type of their results.
RESULT_TYPES = {"Labels": "labels", "Choices": "choices", "TextArea": "textarea", "Taxonomy": "taxonomy"}
OTHER_TAGS = {"View", "Header", "Label", "Choice", "Text", "Relations", "Relation"}


@pytest.fixture
def seeds(tmp_path):
    """Return the sources of a letter with two rows, and one of the coder 'ab'."""
    folder = tmp_path / "seeds"
    write_letter(folder, TEXT, ROWS)
    write_letter(folder, TEXT, ROWS[:1], coder="ab")
    return folder


@pytest.fixture
def exported(seeds):
    """Return the files of an export."""
    return LABEL_STUDIO.write(read_project(LETTERS, seeds).project)


@pytest.fixture
def task(exported):
    """Return the one task of an export as Label Studio has it after Anna took over the rows of the dataset."""
    [task] = json.loads(exported["tasks.json"])
    first = task["predictions"][0]
    annotation = {"id": 7, "completed_by": {"id": 1, "email": ANNA}, "was_cancelled": False, "result": first["result"]}
    return {"id": 3, "file_upload": "0a1b-tasks.json", **task, "annotations": [annotation]}


def results(task):
    """Return the results of the first annotation of a task."""
    return task["annotations"][0]["result"]


def result(task, name, region="claims.c01"):
    """Return the result of a region for a tag."""
    return next(each for each in results(task) if each.get("id") == region and each["from_name"] == name)


def plan(seeds, content, names="", **options):
    """Return the plan of an import of a file."""
    path = seeds.parent / "export.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    sources = read_project(LETTERS, seeds)
    mapped, problems = read_map(names or AS_ANNA, "map.yaml", sources.project)
    assert problems == []
    read = LABEL_STUDIO.read([path], sources.project)
    return plan_import(LETTERS, seeds, sources, read, ImportOptions(names=mapped, **options))


# ── Written ───────────────────────────────────────────────────────────────────────────────────────


def misfits(config, task):
    """Yield what in the predictions of a task does not fit a labeling interface."""
    root = etree.fromstring(config)
    tags = {tag.get("name"): tag for tag in root.iter() if tag.get("toName")}
    relations = {tag.get("value") for tag in root.iter("Relation")}
    assert {tag.tag for tag in root.iter()} <= {*RESULT_TYPES, *OTHER_TAGS}
    assert len(tags) == sum(tag.get("toName") == "text" for tag in root.iter())
    assert all(re.fullmatch(r"\w+", name) for name in tags)
    for prediction in task["predictions"]:
        found = prediction["result"]
        regions = [each["id"] for each in found if each["type"] == "labels"]
        yield from ["an id is used twice"] * (len(regions) - len({*regions}))
        for each in found:
            if each["type"] == "relation":
                fits = {each["from_id"], each["to_id"]} <= {*regions} and {*each["labels"]} <= relations
                yield from [] if fits else [each]
                continue
            tag, value = tags[each["from_name"]], each["value"]
            kind = RESULT_TYPES[tag.tag]
            offered = {choice.get("value") for choice in tag}
            given = value["text" if kind == "textarea" else kind]
            picked = {path[-1] for path in given} if kind == "taxonomy" else {*given}
            fits = kind == each["type"] and each["id"] in regions and 0 <= value["start"] < value["end"]
            yield from [] if fits and (kind == "textarea" or picked <= offered) else [each]


def test_predictions_fit_the_interface(exported):
    """Each result has a tag of its type that offers its answer, and a region; each coder has a prediction."""
    [task] = json.loads(exported["tasks.json"])
    assert [*misfits(exported["config.xml"], task)] == []
    assert [each["model_version"] for each in task["predictions"]] == ["authoritative", "ab"]
    assert (task["data"]["text"], task["data"]["doc_id"]) == (TEXT, "bridge")


def test_predictions_of_another_contract_fit():
    """So they do with tables that have more columns."""
    files = LABEL_STUDIO.write(read_project(CONTRACT, MINIMAL).project)
    for task in json.loads(files["tasks.json"]):
        assert [*misfits(files["config.xml"], task)] == []


def test_interface_has_definitions(exported):
    """A choice has its definition, an entry of the codebook its name and key, nested records say how to write them."""
    root = etree.fromstring(exported["config.xml"])
    [label] = root.find("Labels")
    assert label.get("hint") == "One thing that somebody in a letter says is so."
    choices = {tag.get("name"): [dict(choice.items()) for choice in tag] for tag in root.iter() if tag.get("perRegion")}
    assert choices["claims__strength"][0] == {"value": "weak", "hint": "Hearsay."}
    assert {"value": "Mr Falk (falk)"} in choices["claims__person_id"]
    assert [relation.get("value") for relation in root.iter("Relation")] == ["answers_id"]
    assert any("person_id: …" in header.get("value") for header in root.iter("Header"))


def test_regions_have_the_words(exported):
    """A region counts code points, and its note and its identifier are the row."""
    [task] = json.loads(exported["tasks.json"])
    regions = [each for each in task["predictions"][0]["result"] if each["type"] == "labels"]
    assert [TEXT[each["value"]["start"] : each["value"]["end"]] for each in regions] == [row["quote"] for row in ROWS]
    assert [(each["id"], each["meta"]["text"]) for each in regions] == [
        ("claims.c01", ["claims.c01"]),
        ("claims.c02", ["claims.c02"]),
    ]


# ── Changed by the tool ───────────────────────────────────────────────────────────────────────────


def count_utf_16(task):
    """Count in UTF-16 units."""
    for each in results(task):
        for bound in {"start", "end"} & each.get("value", {}).keys():
            each["value"][bound] = len(TEXT[: each["value"][bound]].encode("utf-16-le")) // 2


def use_line_feeds(task):
    """Make all line ends LF, with positions in that text."""
    task["data"]["text"] = TEXT.replace("\r\n", "\n")
    for each in results(task):
        for bound in {"start", "end"} & each.get("value", {}).keys():
            each["value"][bound] -= TEXT[: each["value"][bound]].count("\r\n")


def drop_answers(task):
    """Keep only the regions, as versions do that lose what is asked of them."""
    results(task)[:] = [each for each in results(task) if each["type"] == "labels"]


def new_identifiers(task):
    """Give new identifiers to regions; the notes stay."""
    names = {"claims.c01": "Zx1", "claims.c02": "Zx2"}
    for each in results(task):
        for key in {"id", "from_id", "to_id"} & each.keys():
            each[key] = names[each[key]]


def drop_notes(task):
    """Drop the notes of regions; the identifiers stay."""
    for each in results(task):
        each.pop("meta", None)


def drop_both(task):
    """Drop the notes, and give new identifiers."""
    new_identifiers(task)
    drop_notes(task)


def flatten_words(task):
    r"""Write line ends in the words of a region as the characters \n, as Label Studio does."""
    for each in results(task):
        if each["type"] == "labels":
            each["value"]["text"] = each["value"]["text"].replace("\r\n", r"\n")


def number_predictions(task):
    """Have only the numbers of predictions, as exports have."""
    task["predictions"] = [11, 12]


@pytest.mark.parametrize(
    "change",
    [
        count_utf_16,
        use_line_feeds,
        drop_answers,
        new_identifiers,
        drop_notes,
        drop_both,
        flatten_words,
        number_predictions,
    ],
)
def test_harmless_change_is_none(seeds, task, change):
    """What is not said stays, and what is said differently is the same."""
    change(task)
    found = plan(seeds, [task])
    assert (messages(found), changes(found), found.n_read) == ([], [], 2)


def test_answers_are_taken_over(seeds, task):
    """Another choice, entry, note and nested record change a row, and a new region is a new row."""
    result(task, "claims__strength")["value"]["choices"] = ["fair"]
    result(task, "claims__person_id")["value"]["taxonomy"] = [["Berta (berta)"]]
    result(task, "claims__witnesses", "claims.c02")["value"]["text"] = ["person_id: otto"]
    span = {"start": TEXT.index("who saw"), "end": TEXT.index("who saw") + 10}
    new = {"id": "pQ4", "to_name": "text"}
    results(task).extend(
        [
            {**new, "from_name": "label", "type": "labels", "value": {**span, "labels": ["claims"]}},
            {**new, "from_name": "claims__person_id", "type": "taxonomy", "value": {**span, "taxonomy": [["Otto"]]}},
            {
                "type": "relation",
                "from_id": "claims.c02",
                "to_id": "pQ4",
                "direction": "left",
                "labels": ["answers_id"],
            },
        ]
    )
    found = plan(seeds, [task])
    assert messages(found) == []
    assert changes(found) == [
        "authoritative added claims.c03",
        "authoritative changed claims.c01",
        "authoritative changed claims.c02",
    ]
    found.write()
    first, second, third = coded(seeds)["authoritative"]
    assert first[1] == {"person_id": "berta", "strength": "fair"}
    assert second[1] == {"person_id": "falk", "answers_id": "c01", "witnesses": [{"person_id": "otto"}]}
    assert third == ("who saw it", {"person_id": "otto", "answers_id": "c02"})
    assert changes(plan(seeds, [task])) == []


def test_empty_answer_empties_a_cell(seeds, task):
    """An answer that is there and empty empties its cell, and a list of nested records all of them."""
    result(task, "claims__strength")["value"]["choices"] = []
    result(task, "claims__witnesses", "claims.c02")["value"]["text"] = []
    found = plan(seeds, [task])
    assert messages(found) == []
    found.write()
    first, second = coded(seeds)["authoritative"]
    assert (first[1], second[1]) == ({"person_id": "otto"}, {"person_id": "falk", "answers_id": "c01"})


def test_deleted_region_is_gone(seeds, task):
    """A region that is deleted leaves its row, unless that is to be deleted, too."""
    results(task)[:] = [each for each in results(task) if each.get("id") == "claims.c01"]
    assert changes(plan(seeds, [task])) == ["authoritative gone claims.c02"]
    assert changes(plan(seeds, [task], delete=True)) == ["authoritative removed claims.c02"]


def test_annotators_are_coders(seeds, task):
    """Each annotator is a coder; skipped texts, drafts and what they began with are left out, and counted."""
    annotation = task["annotations"][0]
    task["annotations"] += [{**annotation, "completed_by": 5}, {**annotation, "completed_by": 6, "was_cancelled": True}]
    task["drafts"] = [{"result": []}]
    path = seeds.parent / "several.json"
    path.write_text(json.dumps([task]), encoding="utf-8")
    read = LABEL_STUDIO.read([path], read_project(LETTERS, seeds).project)
    assert [*read.texts[0].codings] == [ANNA, "user 5"]
    assert read.notes == [
        "2 predictions of texts that people annotated: left out",
        "1 skipped annotation of annotators who skipped the text: left out",
        "1 draft not submitted: left out",
    ]
    assert changes(plan(seeds, [task])) == ["user-5 added claims.c01", "user-5 added claims.c02"]


def test_task_that_is_there_twice_counts_once(seeds, task):
    """A task that was imported twice is read once; not if it was annotated in two ways."""
    assert changes(plan(seeds, [task, {**task, "id": 4}])) == []
    other = json.loads(json.dumps(task))
    result(other, "claims__strength")["value"]["choices"] = ["fair"]
    message = f"'{ANNA}' has annotated this text twice, and not in the same way / delete one of the two annotations"
    assert messages(plan(seeds, [task, other])) == [message]


def unknown_label(task):
    """Use a label that is no table."""
    result(task, "label")["value"]["labels"] = ["Topic"]


def unknown_choice(task):
    """Choose what the vocabulary does not have."""
    result(task, "claims__strength")["value"]["choices"] = ["wek"]


def two_choices(task):
    """Choose twice."""
    result(task, "claims__strength")["value"]["choices"] = ["weak", "fair"]


def two_targets(task):
    """Lead a relation to a second region."""
    relation = next(each for each in results(task) if each["type"] == "relation")
    results(task).append({**relation, "to_id": "claims.c02"})


def loose_relation(task):
    """Lead a relation to a region that is not there."""
    next(each for each in results(task) if each["type"] == "relation")["to_id"] = "gone"


def nameless_relation(task):
    """Have a relation without a label."""
    next(each for each in results(task) if each["type"] == "relation")["labels"] = []


def prose_in_list(task):
    """Write prose for a nested record."""
    result(task, "claims__witnesses", "claims.c02")["value"]["text"].append("the miller, too")


def copied(task):
    """Copy a region with its note."""
    results(task).append({**result(task, "label"), "id": "copy"})


def hypertext(task):
    """Mark a passage in a page of HTML."""
    region = result(task, "label")
    region["type"] = "hypertextlabels"
    region["value"] = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "hypertextlabels": ["claims"]}


def other_words(task):
    """Change the text."""
    task["data"]["text"] = TEXT.replace("bridge", "tower")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (unknown_label, "'Topic' is no table / one of claims; or say what it means in a file for --map"),
        (unknown_choice, "'wek' is not a value of strength / one of weak, fair, strong; did you mean 'weak'?"),
        (two_choices, "strength has two values, 'weak' and 'fair' / keep one of the two codes"),
        (two_targets, "answers_id refers to two annotations / keep one of the two"),
        (loose_relation, "one end of the relation is no region here / draw the relation again"),
        (nameless_relation, "the relation has no label / give it the label of a column"),
        (prose_in_list, "'the miller, too' in witnesses is not read / write it as 'person_id: …'"),
        (copied, "two annotations are this row / delete one of the two, or its note of the row"),
        (hypertext, "its position is one in a page of HTML / use the tag Text in the labeling interface"),
        (other_words, "the text differs from that of bridge from line 1, column 14: 'tower fell"),
    ],
)
def test_wrong_change_is_a_problem(seeds, task, change, problem):
    """What cannot be meant is a problem at its place in the file, and nothing is changed."""
    change(task)
    found = plan(seeds, json.dumps([task], indent=1))
    assert [message[: len(problem)] for message in messages(found)] == [problem]
    assert found.files == []
    [place] = found.problems
    assert place.file.endswith("export.json")
    assert (place.line, place.column) > (1, 1)


def test_answer_on_a_whole_text_is_a_warning(seeds, task):
    """An answer that is on no passage makes no row, and is a warning."""
    results(task).append({"id": "w", "from_name": "mood", "type": "choices", "value": {"choices": ["gloomy"]}})
    found = plan(seeds, [task])
    assert [(each.level, each.message) for each in found.problems] == [("warning", "it is about no passage of a text")]
    assert changes(found) == []


AGAIN = "export again from Label Studio, with the format 'JSON'"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        (
            "a.json",
            [{"id": 1, "text": "A", "label": [{"start": 0}], "annotator": 1, "annotation_id": 2}],
            "this is the format 'JSON-MIN', which leaves out relations and which row a region is",
        ),
        ("a.json", [{"data": {"text": "A"}, "completions": []}], "this is of a Label Studio before 1.0"),
        ("a.json", {"a": 1}, "this is no task of Label Studio"),
        ("a.csv", "id,text\n1,A\n", "this is no JSON file"),
        ("a.conll", "-DOCSTART- -X- O\nA -X- _ B-x\n", "this is no JSON file"),
    ],
)
def test_other_format_is_refused(seeds, name, content, problem):
    """Formats that lose something are refused by name, with the way out."""
    path = seeds.parent / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    read = LABEL_STUDIO.read([path], read_project(LETTERS, seeds).project)
    assert [(each.message, each.hint) for each in read.problems] == [(problem, AGAIN)]


# ── A project that was not begun here ─────────────────────────────────────────────────────────────

MAP = """\
labels:
  Assertion: claims
  Assertion/topics/river: {table: claims, column: strength, value: weak}
  Assertion/topics/rope: skip
  Place: skip
attributes:
  who: person_id
  certainty: strength
  replies to: answers_id
values:
  strength: {low: weak, middling: fair}
coders:
  maria@example.org: maria
documents:
  6f-letters.json: bridge
"""


def region(number, words, label, **answers):
    """Return the results of a region as a project with other names has them."""
    start = TEXT.index(words)
    value = {"start": start, "end": start + len(words), "text": words}
    common = {"id": number, "to_name": "letter", "origin": "manual"}
    yield {**common, "from_name": "kind", "type": "labels", "value": {**value, "labels": [label]}}
    for name, answer in answers.items():
        kind = "choices" if isinstance(answer, list) else "textarea"
        given = {"choices": answer} if kind == "choices" else {"text": [answer]}
        yield {**common, "from_name": name, "type": kind, "value": {**value, **given}}


def test_foreign_project_comes_in(tmp_path):
    """A project of two annotators, with names of its own, comes in by a mapping file."""
    seeds = tmp_path / "seeds"
    write_letter(seeds, TEXT, [])
    maria = [
        *region("xK2", "A😀b says the bridge fell", "Assertion", who="Otto", certainty=["low"]),
        *region("b_7", "bridge", "Place"),
        *region("Q-1", "Mr Falk 𝔘d", "Assertion", who="Mr Falk", certainty=["middling"]),
        {"type": "relation", "from_id": "Q-1", "to_id": "xK2", "direction": "right", "labels": ["replies to"]},
    ]
    jonas = [*region("r1", "who saw it", "Assertion", who="falk", topics=["river", "rope"])]
    annotations = [
        {"id": 1, "completed_by": {"id": 1, "email": "maria@example.org"}, "result": maria},
        {"id": 2, "completed_by": 2, "result": jonas},
    ]
    task = {"id": 1, "file_upload": "6f-letters.json", "data": {"letter": TEXT, "year": "1901"}}
    path = tmp_path / "foreign.json"
    path.write_text(json.dumps([{**task, "annotations": annotations, "predictions": []}]), encoding="utf-8")
    sources = read_project(LETTERS, seeds)
    read = LABEL_STUDIO.read([path], sources.project)
    draft = draft_map(sources.project, read, Names(sources.project, read_map("{}", "map.yaml", sources.project)[0]))
    listed = ("Assertion", "Assertion/topics/river", "Place", "who", "replies to", "user 2", "6f-letters.json")
    assert all(f'"{name}"' in draft for name in listed)
    found = plan(seeds, path.read_text(encoding="utf-8"), MAP)
    assert messages(found) == []
    found.write()
    otto = {"person_id": "otto", "strength": "weak"}
    assert coded(seeds) == {
        "authoritative": [],
        "maria": [
            ("A😀b says the bridge fell", otto),
            ("Mr Falk 𝔘d", {"person_id": "falk", "strength": "fair", "answers_id": "c01"}),
        ],
        "user-2": [("who saw it", {"person_id": "falk", "strength": "weak"})],
    }
    assert changes(plan(seeds, path.read_text(encoding="utf-8"), MAP)) == []
