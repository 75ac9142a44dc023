"""Prodigy: the tasks that it is given, what it writes, and datasets that were begun there."""

import json

import pytest

from stancebook.exchange.incoming import ImportOptions, plan_import
from stancebook.exchange.mapping import read_map
from stancebook.exchange.outgoing import read_project
from stancebook.exchange.tools import TOOLS
from tests.exchange.coded_texts import write_letter
from tests.exchange.imports import changes
from tests.unit.sample_contract import LETTERS

PRODIGY = TOOLS["prodigy"]
TEXT = "A😀b says the bridge fell.\r\nSo does Mr Falk 𝔘d, cafe\u0301, who saw it.\n"
ROWS = [
    {"id": "c01", "person_id": "otto", "strength": "weak", "quote": "A😀b says the bridge fell"},
    {"id": "c02", "person_id": "falk", "answers_id": "c01", "quote": "fell.\r\nSo does Mr Falk 𝔘d"},
    {"id": "c03", "person_id": "berta", "answers_id": "c02", "quote": "A😀b says the bridge fell"},
]
BY_OTTO = "defaults: {claims: {person_id: otto}}"
SESSION = "2024-05-01_10-00-00"


@pytest.fixture
def seeds(tmp_path):
    """Return the sources of a letter with three rows, two of them at one passage, and one of the coder 'ab'."""
    folder = tmp_path / "seeds"
    write_letter(folder, TEXT, ROWS)
    write_letter(folder, TEXT, ROWS[:1], coder="ab")
    return folder


@pytest.fixture
def task(seeds):
    """Return the text with the dataset's rows as Prodigy writes it after a session without a name."""
    [task] = lines(PRODIGY.write(read_project(LETTERS, seeds).project)["authoritative.jsonl"])
    ours = {"answer": "accept", "_annotator_id": SESSION, "_session_id": SESSION, "_input_hash": -5, "_task_hash": 8}
    return {**task, **ours}


def lines(content):
    """Return the values on the lines of a file."""
    return [json.loads(line) for line in content.decode().split("\n") if line]


def span(words, label="claims"):
    """Return a span as a person marks it."""
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "token_start": 0, "token_end": 0, "label": label}


def read_tasks(seeds, given, file="authoritative.jsonl"):
    """Return what is read from a file with some tasks, and the project."""
    path = seeds.parent / file
    path.write_text("".join(f"{json.dumps(each)}\n" for each in given), encoding="utf-8")
    sources = read_project(LETTERS, seeds)
    return PRODIGY.read([path], sources.project), sources


def plan(seeds, given, names="{}", **options):
    """Return the plan of an import of a file with some tasks."""
    read, sources = read_tasks(seeds, given)
    mapped, problems = read_map(names, "map.yaml", sources.project)
    assert problems == []
    return plan_import(LETTERS, seeds, sources, read, ImportOptions(names=mapped, **options))


def coded(seeds, coder):
    """Return the rows of a coder, as passages with cells."""
    [text] = read_project(LETTERS, seeds).project.texts
    return [(text.text[row.start : row.end], dict(row.values)) for row in text.codings[coder]]


def test_tokens_are_the_text_and_spans_fit_them(seeds, task):
    """The tokens are the text, in order; each span and each end of a relation is from a token to a token."""
    tokens = task["tokens"]
    assert "".join(token["text"] + " " * token["ws"] for token in tokens) == TEXT
    assert [TEXT[token["start"] : token["end"]] for token in tokens] == [token["text"] for token in tokens]
    assert [token["id"] for token in tokens] == [*range(len(tokens))]
    for each in task["spans"]:
        assert tokens[each["token_start"]]["start"] == each["start"]
        assert tokens[each["token_end"]]["end"] == each["end"]
        assert TEXT[each["start"] : each["end"]] == each["text"]
    assert [(each["head_span"]["row"], each["label"], each["child_span"]["row"]) for each in task["relations"]] == [
        ("claims.c03", "answers_id", "claims.c02"),
        ("claims.c02", "answers_id", "claims.c01"),
    ]
    assert all(each["head"] == each["head_span"]["token_end"] for each in task["relations"])
    files = PRODIGY.write(read_project(LETTERS, seeds).project)
    assert sorted(files) == ["README.txt", "ab.jsonl", "authoritative.jsonl", "relation-labels.txt", "span-labels.txt"]
    assert (files["span-labels.txt"], files["relation-labels.txt"]) == (b"claims\n", b"answers_id\n")


def test_other_order_changes_nothing(seeds, task):
    """Spans and relations in another order are the same rows, and a task that is there twice counts once."""
    turned = {**task, "spans": task["spans"][::-1], "relations": task["relations"][::-1]}
    found = plan(seeds, [turned, turned])
    assert (changes(found), found.problems) == ([], [])


def test_lost_keys_change_nothing(seeds, task):
    """Without rows, spans are known by passage, and relations of two rows at one passage are left out, and counted."""
    ends = [each[name] for each in task["relations"] for name in ("head_span", "child_span")]
    for each in [*task["spans"], *ends]:
        each.pop("row", None)
    task["spans"].reverse()
    found = plan(seeds, [task])
    assert (changes(found), found.problems) == ([], [])
    assert read_tasks(seeds, [task])[0].notes == [
        "2 relations of spans that have label and passage in common: left out"
    ]


def test_moved_new_and_missing_spans(seeds, task):
    """A moved span with its key is the same row; one without is new; a missing one is gone."""
    first, second, third = task["spans"]
    moved = {**third, **span("Mr Falk 𝔘d"), "text": "Mr Falk 𝔘d"}
    new = {**task, "spans": [first, moved, span("who saw it")], "relations": []}
    found = plan(seeds, [new], BY_OTTO)
    row = {each["row"].removeprefix("claims."): each for each in (first, second, third)}
    assert third is row["c02"]
    assert changes(found) == [
        "authoritative added claims.c04",
        "authoritative changed claims.c02",
        f"authoritative gone {second['row']}",
    ]


def test_relation_is_known_by_tokens(seeds, task):
    """A relation without spans is between the spans that end at its tokens."""
    tasks = [
        {
            **task,
            "_annotator_id": "letters-maria",
            "spans": [{**span("A😀b"), "token_end": 2}, {**span("who saw it"), "token_end": 20}],
            "relations": [{"head": 20, "child": 2, "label": "answers_id"}],
        }
    ]
    found = plan(seeds, tasks, BY_OTTO)
    assert found.problems == []
    found.write()
    assert coded(seeds, "letters-maria") == [
        ("A😀b", {"person_id": "otto"}),
        ("who saw it", {"person_id": "otto", "answers_id": "c01"}),
    ]


def test_offsets_in_utf_16_are_found_by_the_words(seeds, task):
    """The words that a span has show how its offsets are counted."""
    for each in task["spans"]:
        each["start"], each["end"] = (len(TEXT[: each[key]].encode("utf-16-le")) // 2 for key in ("start", "end"))
    task["relations"] = []
    found = plan(seeds, [task])
    assert (changes(found), found.problems) == ([], [])


def test_rejected_tasks_are_left_out(seeds, task):
    """Only accepted tasks are annotations; the others are counted."""
    others = [{**task, "answer": answer, "spans": []} for answer in ("reject", "ignore")]
    assert changes(plan(seeds, [*others, task])) == []
    assert read_tasks(seeds, [*others, task])[0].notes == ["2 tasks rejected or ignored: left out"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda task: task["spans"][0].pop("end"), "it has no start or no end, which are numbers"),
        (lambda task: task["spans"][0].update(label="Claim!"), "'Claim!' is no table"),
        (lambda task: task["spans"][1].update(row=task["spans"][0]["row"]), "two annotations are this row"),
        (lambda task: task["relations"][0].update(child_span={"start": 1, "end": 2}), "one end of it is no span here"),
        (lambda task: task["relations"][0].update(label=""), "it has no label"),
        (lambda task: task.update(text="A dog."), "the text differs from that of bridge from line 1, column 2"),
        (lambda task: (task.pop("spans"), task.update(accept=["gloomy"])), "its labels are of the whole text"),
        (lambda task: task.pop("text"), "this is no task with a text"),
        (lambda task: (task.pop("spans"), task.pop("answer")), "this text has no spans of Prodigy"),
    ],
)
def test_wrong_change_is_a_problem(seeds, task, change, problem):
    """What cannot be meant is a problem, and nothing is changed."""
    change(task)
    found = plan(seeds, [task])
    assert problem in [each.message[: len(problem)] for each in found.problems]
    assert changes(found) == []


MAP = f"""\
labels: {{ASSERTION: claims, PLACE: skip}}
attributes: {{REPLIES: answers_id}}
coders: {{letters-maria: maria}}
{BY_OTTO}
"""


def test_foreign_dataset_comes_in(tmp_path):
    """A dataset of two annotators, with names of its own, comes in by a mapping file, and once only."""
    seeds = tmp_path / "seeds"
    write_letter(seeds, TEXT, [])
    spans = [span("A😀b", "ASSERTION"), span("bridge", "PLACE"), span("who saw it", "ASSERTION")]
    ends = {"head_span": spans[2], "child_span": spans[0], "head": 0, "child": 0}
    common = {"text": TEXT, "_input_hash": 17, "answer": "accept", "meta": {"source": "letters"}}
    tasks = [
        {**common, "spans": spans, "relations": [{**ends, "label": "REPLIES"}], "_annotator_id": "letters-maria"},
        {**common, "spans": spans[:1], "_annotator_id": "jonas"},
    ]
    found = plan(seeds, tasks, MAP)
    assert found.problems == []
    found.write()
    first = ("A😀b", {"person_id": "otto"})
    assert coded(seeds, "maria") == [first, ("who saw it", {"person_id": "otto", "answers_id": "c01"})]
    assert coded(seeds, "jonas") == [first]
    assert changes(plan(seeds, tasks, MAP)) == []
