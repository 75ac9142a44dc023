"""doccano: the files that it imports, what it exports, and projects that were begun there."""

import json

import pytest

from stancebook.exchange.incoming import ImportOptions, plan_import
from stancebook.exchange.mapping import Names, draft_map, read_map
from stancebook.exchange.outgoing import read_project
from stancebook.exchange.tools import TOOLS
from tests.exchange.coded_texts import write_letter
from tests.exchange.imports import changes
from tests.unit.sample_contract import LETTERS

DOCCANO = TOOLS["doccano"]
TEXT = "A😀b says the bridge fell.\r\nSo does Mr Falk 𝔘d, cafe\u0301, who saw it.\n"
ROWS = [
    {"id": "c01", "person_id": "otto", "strength": "weak", "quote": "A😀b says the bridge fell"},
    {"id": "c02", "person_id": "falk", "answers_id": "c01", "quote": "fell.\r\nSo does Mr Falk 𝔘d"},
]
TWIN = {"id": "c03", "person_id": "berta", "answers_id": "c02", "quote": "A😀b says the bridge fell"}
BY_OTTO = "defaults: {claims: {person_id: otto}}"


@pytest.fixture
def seeds(tmp_path):
    """Return the sources of a letter with two rows, and one of the coder 'ab'."""
    folder = tmp_path / "seeds"
    write_letter(folder, TEXT, ROWS)
    write_letter(folder, TEXT, ROWS[:1], coder="ab")
    return folder


@pytest.fixture
def line(seeds):
    """Return the text with the dataset's rows as doccano exports it: other ids and another order, and more keys."""
    [line] = lines(DOCCANO.write(read_project(LETTERS, seeds).project)["authoritative.jsonl"])
    entities = [{**each, "id": each["id"] + 40} for each in reversed(line["entities"])]
    relations = [{**each, "from_id": each["from_id"] + 40, "to_id": each["to_id"] + 40} for each in line["relations"]]
    return {"id": 7, **line, "entities": entities, "relations": relations, "Comments": []}


def lines(content):
    """Return the values on the lines of a file."""
    return [json.loads(line) for line in content.decode().split("\n") if line]


def span(words, label="claims", number=90):
    """Return a span as doccano exports it."""
    start = TEXT.index(words)
    return {"id": number, "label": label, "start_offset": start, "end_offset": start + len(words)}


def plan(seeds, given, names="{}", file="authoritative.jsonl", **options):
    """Return the plan of an import of a file with some lines."""
    path = seeds.parent / file
    path.write_text("".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in given), encoding="utf-8")
    sources = read_project(LETTERS, seeds)
    mapped, problems = read_map(names, "map.yaml", sources.project)
    assert problems == []
    read = DOCCANO.read([path], sources.project)
    return plan_import(LETTERS, seeds, sources, read, ImportOptions(names=mapped, **options))


def coded(seeds):
    """Return the rows of each coder, as passages with cells."""
    [text] = read_project(LETTERS, seeds).project.texts
    return {
        coder: [(text.text[row.start : row.end], dict(row.values)) for row in rows]
        for coder, rows in text.codings.items()
    }


def test_each_coder_has_a_file(seeds):
    """Spans, with offsets in code points, and relations are in the file of the coder; labels are in two more files."""
    files = DOCCANO.write(read_project(LETTERS, seeds).project)
    assert sorted(files) == [
        "README.txt",
        "ab.jsonl",
        "authoritative.jsonl",
        "relation-labels.json",
        "span-labels.json",
    ]
    assert lines(files["authoritative.jsonl"]) == [
        {
            "text": TEXT,
            "doc_id": "bridge",
            "entities": [{**span(ROWS[0]["quote"]), "id": 1}, {**span(ROWS[1]["quote"]), "id": 2}],
            "relations": [{"id": 1, "from_id": 2, "to_id": 1, "type": "answers_id"}],
        }
    ]
    labels = {
        name: [each["text"] for each in json.loads(files[f"{name}-labels.json"])] for name in ("span", "relation")
    }
    assert labels == {"span": ["claims"], "relation": ["answers_id"]}
    assert "Allow overlapping spans" in files["README.txt"].decode()


def test_other_ids_and_order_change_nothing(seeds, line):
    """Rows are known by label and passage, since doccano gives ids of its own; a text that is twice counts once."""
    found = plan(seeds, [line, {**line, "id": 8}])
    assert (changes(found), found.problems) == ([], [])


def test_cells_that_are_not_there_stay(seeds, line):
    """A relation that is missing, as each cell, stays; a span that is missing is a row that is gone."""
    assert changes(plan(seeds, [{**line, "relations": []}])) == []
    assert changes(plan(seeds, [{**line, "entities": line["entities"][:1], "relations": []}])) == [
        "authoritative gone claims.c01"
    ]


def test_new_span_and_relation_come_in(seeds, line):
    """A new span is a row with the defaults of the mapping file; a new relation fills its cell."""
    line["entities"].append(span("who saw it"))
    line["relations"] += [{"id": 9, "from_id": 90, "to_id": 42, "type": "answers_id"}]
    found = plan(seeds, [line], BY_OTTO)
    assert changes(found) == ["authoritative added claims.c03"]
    found.write()
    assert coded(seeds)["authoritative"][-1] == ("who saw it", {"person_id": "otto", "answers_id": "c02"})


def test_new_span_without_a_required_cell_is_a_problem(seeds, line):
    """Without defaults, the build says what a new row lacks, at the place of the span."""
    line["entities"].append(span("who saw it"))
    found = plan(seeds, [line])
    assert [problem.file.rpartition("/")[2] for problem in found.errors] == ["authoritative.jsonl"]
    assert changes(found) == []


def test_relations_of_twins_are_left_out(seeds):
    """Of rows of a table at one passage it is not known which is which: their relations are left out, and counted."""
    write_letter(seeds, TEXT, [*ROWS, TWIN])
    sources = read_project(LETTERS, seeds)
    [line] = lines(DOCCANO.write(sources.project)["authoritative.jsonl"])
    line["entities"].reverse()
    assert changes(plan(seeds, [line])) == []
    read = DOCCANO.read([seeds.parent / "authoritative.jsonl"], sources.project)
    assert read.notes == ["2 relations of spans that have label and passage in common: left out"]


def test_export_fills_an_empty_coding(seeds):
    """Into an empty coding come the spans, tables and relations of all rows."""
    [line] = lines(DOCCANO.write(read_project(LETTERS, seeds).project)["authoritative.jsonl"])
    plan(seeds, [line], BY_OTTO, file="maria.jsonl").write()
    kept = [(words, cells.get("answers_id")) for words, cells in coded(seeds)["maria"]]
    assert kept == [(words, cells.get("answers_id")) for words, cells in coded(seeds)["authoritative"]]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda line: line["entities"][0].pop("end_offset"), "it has no start or no end, which are numbers"),
        (lambda line: line["entities"][0].update(label="Claim!"), "'Claim!' is no table"),
        (lambda line: line["entities"][0].update(end_offset=999), "there are no words at 20 to 999 of the text"),
        (lambda line: line["entities"][0].update(id=41), "two annotations of the text have the same id"),
        (lambda line: line["relations"][0].update(to_id=5), "one end of it is no span here"),
        (lambda line: line["relations"][0].update(type=None), "it has no label"),
        (lambda line: line["relations"].append({**line["relations"][0], "to_id": 42}), "answers_id refers to two"),
        (lambda line: line.update(text="A dog."), "the text differs from that of bridge from line 1, column 2"),
    ],
)
def test_wrong_change_is_a_problem(seeds, line, change, problem):
    """What cannot be meant is a problem in its line of the file, and nothing is changed."""
    change(line)
    found = plan(seeds, [line])
    assert problem in [each.message[: len(problem)] for each in found.problems]
    assert changes(found) == []


def test_problem_is_in_its_line(seeds, line):
    """A problem has the line of its text, also after an empty one."""
    path = seeds.parent / "ab.jsonl"
    path.write_text(f"{json.dumps(line)}\r\n\r\n{json.dumps({'text': 1, 'cats': ['a']})}\n{{,\n", encoding="utf-8")
    read = DOCCANO.read([path], read_project(LETTERS, seeds).project)
    assert [problem.line for problem in read.problems][-1] == 4
    path.write_text(f"{json.dumps(line)}\r\n\r\n{json.dumps({'text': 'a', 'cats': ['a']})}\n", encoding="utf-8")
    [problem] = DOCCANO.read([path], read_project(LETTERS, seeds).project).problems
    assert (problem.line, problem.column) == (3, 1)


def test_other_spans_of_the_same_text_are_a_problem(seeds, line):
    """Two texts of a file with different spans of one coder are not joined."""
    found = plan(seeds, [line, {**line, "entities": [], "relations": []}])
    assert [each.message for each in found.problems] == [
        "'authoritative' has this text twice, and not with the same spans"
    ]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"text": "A", "annotations": [{"label": 1, "start_offset": 0}]}, "this is of a doccano before 1.0"),
        ({"text": "A", "label": ["gloomy"]}, "its labels are of the whole text, not of passages"),
        ({"filename": "a.png", "bbox": []}, "this is no text of doccano"),
        ({"text": "A", "spans": [{"start": 0, "end": 1}]}, "this text has no spans of doccano"),
        (["A"], "this is no text of doccano"),
    ],
)
def test_other_format_is_refused(seeds, given, problem):
    """Formats without spans are refused by name, with the way out."""
    found = plan(seeds, [{"text": TEXT, "label": []}, given])
    assert [each.message[: len(problem)] for each in found.problems] == [problem]
    assert all(each.hint.startswith("export again from doccano") for each in found.problems)


MAP = f"""\
labels: {{Assertion: claims, Place: skip}}
attributes: {{replies to: answers_id}}
{BY_OTTO}
"""


def test_foreign_project_comes_in(tmp_path):
    """A project with names of its own comes in by a mapping file: spans as lists, or with relations."""
    seeds = tmp_path / "seeds"
    write_letter(seeds, TEXT, [])
    spans = [span("A😀b", "Assertion", 11), span("bridge", "Place", 12), span("who saw it", "Assertion", 13)]
    triples = [[each["start_offset"], each["end_offset"], each["label"]] for each in spans]
    relation = {"id": 1, "from_id": 13, "to_id": 11, "type": "replies to"}
    found = plan(seeds, [{"id": 1, "text": TEXT, "label": triples}], MAP, file="jonas.jsonl")
    assert found.problems == []
    found.write()
    related = {"id": 1, "text": TEXT, "entities": spans, "relations": [relation], "Comments": [{"comment": "?"}]}
    found = plan(seeds, [related], MAP, file="maria.jsonl")
    assert found.problems == []
    found.write()
    assert coded(seeds) == {
        "authoritative": [],
        "jonas": [("A😀b", {"person_id": "otto"}), ("who saw it", {"person_id": "otto"})],
        "maria": [("A😀b", {"person_id": "otto"}), ("who saw it", {"person_id": "otto", "answers_id": "c01"})],
    }
    assert changes(plan(seeds, [related], MAP, file="maria.jsonl")) == []
    sources = read_project(LETTERS, seeds)
    read = DOCCANO.read([tmp_path / "maria.jsonl"], sources.project)
    assert read.notes == ["1 comment on texts: left out"]
    draft = draft_map(sources.project, read, Names(sources.project, read_map("{}", "map.yaml", sources.project)[0]))
    assert all(f'"{name}"' in draft for name in ("Assertion", "Place", "replies to", "maria"))


def test_file_of_everybody_needs_a_coder(seeds, line):
    """doccano does not say whose the spans in all.jsonl are."""
    found = plan(seeds, [line], file="all.jsonl")
    assert [each.message for each in found.problems] == ["'' cannot be the name of a coder"]
    assert changes(plan(seeds, [line], file="all.jsonl", coder="authoritative")) == []
