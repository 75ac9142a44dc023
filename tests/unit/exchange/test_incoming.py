"""Annotations of a tool become edits of annotation files: what is kept, what is refused, what is written."""

from dataclasses import replace
from functools import cache, partial

import pytest

from stancebook.exchange.incoming import ImportOptions, ImportWriteError, plan_import
from stancebook.exchange.mapping import Meaning, NameMap, Names, draft_map, read_map
from stancebook.exchange.offsets import Convention
from stancebook.exchange.outgoing import UnknownNameError, read_project
from stancebook.exchange.project import Place, ToolItem, ToolProject, ToolText
from stancebook.problems import Problem
from stancebook.sources.discovery import AUTHORITATIVE
from tests.unit.sample_contract import ANNOTATIONS, LETTER, LETTERS, write

CODE_POINTS = (Convention(),)
FELL = (LETTER.index("the bridge"), LETTER.index(" on Monday"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Return the sources of the sample contract; read only."""
    return write(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def seeds(tmp_path):
    """Return sources of the sample contract that a test may change."""
    return write(tmp_path)


read_once = cache(partial(read_project, LETTERS))


def mirrored(sources):
    """Return what a tool has that holds everything."""
    return ToolProject(
        [
            ToolText(
                text.doc_id,
                text.text,
                {coder: [as_item(row) for row in rows] for coder, rows in text.codings.items()},
                text.doc_id,
                Place("tool"),
            )
            for text in sources.project.texts
        ]
    )


def as_item(row):
    """Return a row as an annotation."""
    links = {"answers_id": f"claims.{row.values['answers_id']}" if "answers_id" in row.values else None}
    values = {key: value for key, value in row.values.items() if key != "answers_id"}
    return ToolItem(
        row.address,
        [row.table],
        [(row.start, row.end)],
        "",
        "",
        "",
        row.id,
        values,
        links,
        row.children,
        Place("tool", 7),
    )


def with_items(tool, change, coder=AUTHORITATIVE):
    """Return what a tool has after a change of one coder's annotations."""
    [text] = tool.texts
    codings = {**text.codings, coder: change([*text.codings.get(coder, ())])}
    return replace(tool, texts=[replace(text, codings=codings)])


def imported(seeds, change=lambda items: items, coder=AUTHORITATIVE, conventions=CODE_POINTS, **options):
    """Plan the import of the project after a change of one coder's annotations."""
    sources = read_once(seeds) if "shared" in str(seeds) else read_project(LETTERS, seeds)
    tool = replace(with_items(mirrored(sources), change, coder), conventions=conventions)
    return plan_import(LETTERS, seeds, sources, tool, ImportOptions(**options))


def first(items, **changes):
    """Return annotations with changes of the first."""
    return [replace(items[0], **changes), *items[1:]]


def claim(**changes):
    """Return a new annotation."""
    made = ToolItem("new", ["claims"], [FELL], "the bridge fell", values={"person_id": "otto"}, place=Place("tool", 9))
    return replace(made, **changes)


def messages(plan):
    return [problem.message for problem in plan.problems]


# ── Known rows ────────────────────────────────────────────────────────────────────────────────────


def test_unchanged_annotations_change_nothing(shared):
    """What comes back as it went out is no edit."""
    plan = imported(shared)
    assert messages(plan) == []
    assert [file.is_change for file in plan.files] == [False]


def test_changed_cells_are_edited_in_place(seeds):
    """A cell is changed, another emptied, nested records replaced; comments and everything else stay."""
    path = seeds / "documents/bridge.yaml"
    path.write_text(ANNOTATIONS.replace("fair\n", "fair  # hearsay?\n"), "utf-8")
    cells = {"strength": "weak", "when_text": None, "when_edtf": None}
    plan = imported(seeds, lambda items: first(items, values=cells, children={"witnesses": []}))
    assert messages(plan) == []
    expected = ANNOTATIONS.replace("fair\n", '"weak"  # hearsay?\n')
    gone = ("    when_text: on Monday\n", "    when_edtf: 1901-04-29\n", "    witnesses:\n      - {person_id: berta}\n")
    for lines in gone:
        expected = expected.replace(lines, "")
    assert plan.files[0].text == expected


def test_moved_passage_gets_a_new_quote(shared):
    """A row whose passage was moved has the new words, with those around them where they are ambiguous."""
    start = LETTER.rindex("Otto")
    plan = imported(shared, lambda items: first(items, spans=[(start, start + 5)]))
    assert "    quote: Otto\n" in plan.files[0].text
    assert ("prefix: " in plan.files[0].text) or ("suffix: " in plan.files[0].text)


def test_missing_cells_stay(shared):
    """What the tool says nothing of is not changed."""
    plan = imported(shared, lambda items: [replace(item, values={}, links={}, children={}) for item in items])
    assert not plan.files[0].is_change


def test_row_that_is_gone_stays_unless_deleted(shared):
    """It is listed; with `delete` it is removed."""
    kept = imported(shared, lambda items: items[:1])
    assert (kept.files[0].gone, kept.files[0].is_change) == (["claims.c02"], False)
    [file] = imported(shared, lambda items: items[:1], delete=True).files
    assert (file.gone, file.removed) == ([], ["claims.c02"])
    assert "c02" not in file.text


def test_row_with_a_problem_is_not_gone(shared):
    """An annotation that cannot be read, or that the mapping leaves out, does not remove its row."""
    plan = imported(shared, lambda items: first(items, spans=[(9000, 9001)]), delete=True, keep_going=True)
    assert len(plan.errors) == 1
    assert (plan.files[0].removed, plan.files[0].gone) == ([], [])
    skipped = imported(shared, delete=True, names=NameMap({"claims": None}))
    assert not skipped.files[0].is_change
    unknown = imported(shared, lambda _: [claim(spans=[(9000, 9001)], snippet="")], delete=True, keep_going=True)
    assert unknown.files[0].removed == []


def test_two_annotations_of_one_row_are_a_problem(shared):
    """The second is refused."""
    plan = imported(shared, lambda items: [*items, replace(items[0], tool_id="copy", place=Place("tool", 8))])
    assert [(each.line, each.message) for each in plan.errors] == [(8, "two annotations are this row")]


def test_what_the_tool_could_not_read_is_not_gone(shared):
    """After problems in the tool's file no row is removed."""
    sources = read_once(shared)
    problem = Problem("tool", 3, 1, "", "an annotation is broken", "write it again")
    tool = replace(with_items(mirrored(sources), lambda items: items[:1]), problems=[problem])
    assert plan_import(LETTERS, shared, sources, tool, ImportOptions(delete=True)).files == []
    [file] = plan_import(LETTERS, shared, sources, tool, ImportOptions(delete=True, keep_going=True)).files
    assert (file.removed, file.gone) == ([], ["claims.c02"])


def test_removed_row_that_others_need_is_a_problem(shared):
    """The checks of the build find references to it."""
    plan = imported(shared, lambda items: [replace(items[1], links={})], delete=True)
    assert [problem.where for problem in plan.errors] == ["claims[c02].answers_id"]


# ── New rows ──────────────────────────────────────────────────────────────────────────────────────


def test_new_annotation_gets_the_next_id_in_the_order_of_the_text(shared):
    """It is written before the rows that start after it."""
    [file] = imported(shared, lambda items: [*items, claim()]).files
    assert file.added == ["claims.c03"]
    assert [line for line in file.text.splitlines() if "- id" in line] == ["  - id: c03", "  - id: c01", "  - id: c02"]


def test_import_of_new_annotations_twice_changes_nothing(seeds):
    """Annotations without IDs are recognized by table and passage, several on one passage by their cells."""
    new = [claim(), claim(tool_id="other", values={"person_id": "berta"})]
    imported(seeds, lambda items: [*items, *new]).write()
    assert not imported(seeds).files[0].is_change
    without_ids = imported(seeds, lambda items: [replace(item, row_id="") for item in items[::-1]])
    assert (without_ids.files[0].is_change, without_ids.files[0].gone) == (False, [])


def test_coders_of_the_tool_get_files_of_their_own(seeds):
    """A row that a coder took over keeps its ID and the cells that the tool does not hold."""
    taken = ToolItem("1", ["claims"], [(0, 0)], row_id="c01", values={"strength": "weak"})
    span = read_project(LETTERS, seeds).project.texts[0].codings[AUTHORITATIVE][0]
    taken = replace(taken, spans=[(span.start, span.end)])
    plan = imported(seeds, lambda _: [taken, claim()], coder="Ann Ode")
    assert messages(plan) == []
    [file] = [file for file in plan.files if file.is_change]
    assert file.path == seeds / "codings/ann-ode/bridge.yaml"
    assert "    strength: weak\n    when_text: on Monday\n" in file.text
    assert file.added == ["claims.c02", "claims.c01"]


def test_defaults_fill_new_rows(shared):
    """They fill what the tool says nothing of, and change no row that is there."""
    names = NameMap(defaults={"claims": {"strength": "weak", "person_id": "falk"}})
    [file] = imported(shared, lambda items: [*items, claim()], names=names).files
    assert file.changed == []
    assert "  - id: c03\n    person_id: otto\n    strength: weak\n" in file.text


def test_references_follow_new_ids(shared):
    """A link between new annotations becomes the ID that the other one gets."""
    other = claim(tool_id="other", spans=[(LETTER.index("Otto was"), LETTER.index("Otto was") + 8)], snippet="")
    [file] = imported(shared, lambda items: [*items, claim(links={"answers_id": "other"}), other]).files
    assert "answers_id: c04" in file.text
    wrong = imported(shared, lambda items: [*items, claim(links={"answers_id": "nothing"})])
    assert messages(wrong) == [f"answers_id refers to annotation 'nothing', which {AUTHORITATIVE} has not in this text"]


# ── What is refused ───────────────────────────────────────────────────────────────────────────────

REFUSED = {
    "unknown label": (claim(labels=["clams"]), "'clams' is no table"),
    "unknown attribute": (claim(values={"persn": "otto"}), "'persn' is no column of claims"),
    "unknown entry": (claim(values={"person_id": "ottto"}), "'ottto' is not among the people"),
    "two values": (
        claim(labels=["claims/strength/weak", "claims/strength/fair"]),
        "strength has two values, 'weak' and 'fair'",
    ),
    "other words": (claim(snippet="the rope fell"), "the passage is not 'the rope fell'"),
    "interrupted": (claim(spans=[(11, 14), (22, 26)], snippet=""), "the passage is interrupted: 'the … fell'"),
    "within a letter": (claim(spans=[(9000, 9002)], snippet=""), "there are no words at 9000 to 9002"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_mapped_is_a_problem(case, shared):
    """It is at its place in the tool's file, with a way out, and nothing is written."""
    item, message = REFUSED[case]
    plan = imported(shared, lambda items: [*items, item])
    [problem] = plan.errors
    assert problem.message.startswith(message)
    assert (problem.file, problem.line, bool(problem.hint)) == ("tool", 9, True)
    assert plan.files == []


def test_interrupted_passage_is_taken_whole_if_asked_for(shared):
    """With `hull`, it is the passage from its start to its end; fragments with white space between are always one."""
    item = claim(spans=[(11, 14), (22, 26)], snippet="the fell")
    [file] = imported(shared, lambda items: [*items, item], hull=True).files
    assert "quote: the bridge fell\n" in file.text
    lines = claim(spans=[(22, 26), (27, 29)], snippet="")
    assert "quote: fell on\n" in imported(shared, lambda items: [*items, lines]).files[0].text


def test_passage_is_placed_by_its_words_where_offsets_are_wrong(shared):
    """If they occur once, with a warning."""
    plan = imported(shared, lambda items: [*items, claim(spans=[(0, 4)])])
    assert [problem.level for problem in plan.problems] == ["warning"]
    assert "quote: the bridge fell\n" in plan.files[0].text


def test_convention_that_fits_most_snippets_is_taken(tmp_path):
    """A file in UTF-16 units is read so, although some passages would fit code points too."""
    text = "😀 the cat, the cat, the dog"
    people = write(tmp_path, "letter:\n  language: en\n  sent: 1901-05-04\n", letter=text)
    spans = [(3, 10), (12, 19)]
    cats = [claim(tool_id=str(span), spans=[span], snippet="the cat") for span in spans]
    plan = imported(people, lambda _: cats, conventions=(Convention(), Convention("utf-16")))
    assert messages(plan) == []
    assert len(plan.files[0].added) == 2


def test_text_with_other_words_is_refused(shared):
    """The message says from where it differs; line ends and a byte order mark may differ."""
    sources = read_once(shared)
    [text] = mirrored(sources).texts

    def planned(content):
        return plan_import(LETTERS, shared, sources, ToolProject([replace(text, text=content)]), ImportOptions())

    assert messages(planned("\ufeff" + LETTER.replace("\n", "\r\n"))) == []
    [problem] = planned(LETTER.replace("bridge", "brigde")).errors
    assert problem.message == (
        "the text differs from that of bridge from line 3, column 8: 'gde fell on Monday. ', not 'dge fell on Monday. '"
    )
    unknown = plan_import(
        LETTERS, shared, sources, ToolProject([replace(text, name="x", doc_id="", text="other")]), ImportOptions()
    )
    assert messages(unknown) == ["no document of the project has the text 'x'"]


def test_problem_of_the_build_is_at_the_annotation(shared):
    """A rule that a new value breaks is a problem of the tool's file."""
    plan = imported(shared, lambda items: first(items, values={"strength": "strong"}, children={"witnesses": []}))
    [problem] = plan.errors
    assert (problem.file, problem.line, problem.where) == ("tool", 7, "claims[c01].strength")


def test_files_are_written_all_or_none(seeds):
    """If one cannot be written, those before it are as before; a file that changed meanwhile is not replaced."""
    plan = imported(seeds, lambda items: first(items, values={"strength": "weak"}))
    (seeds / "documents/bridge.yaml").write_text("changed", "utf-8")
    with pytest.raises(ImportWriteError, match="has changed meanwhile"):
        plan.write()
    assert (seeds / "documents/bridge.yaml").read_text("utf-8") == "changed"


def test_second_file_that_fails_leaves_the_first(seeds):
    """What was written before is restored."""
    plan = imported(seeds, lambda _: [claim()], coder="ann")
    changed = imported(seeds, lambda items: first(items, values={"strength": "weak"}))
    both = replace(plan, files=[*changed.files, *(file for file in plan.files if file.is_change)])
    (seeds / "codings").write_text("a file in place of a folder", "utf-8")
    with pytest.raises(ImportWriteError, match="cannot be written"):
        both.write()
    assert (seeds / "documents/bridge.yaml").read_text("utf-8") == ANNOTATIONS


def test_names_that_are_not_there_are_refused(shared):
    """A coder or a document that the project has not is an error of the user."""
    with pytest.raises(UnknownNameError, match="The coders are authoritative; x is none of them"):
        read_project(LETTERS, shared, coders=["x"])
    with pytest.raises(UnknownNameError, match="There is no document x with annotations"):
        read_project(LETTERS, shared, documents=["x"])


# ── Mapping files ─────────────────────────────────────────────────────────────────────────────────


def test_mapping_file_is_read(shared):
    """Labels, attributes, values, coders and documents have their meanings."""
    project = read_once(shared).project
    names, problems = read_map(
        "labels:\n  A: claims\n  A/b: {table: claims, column: strength, value: fair}\n  C: skip\n"
        "attributes: {Who: person_id}\nvalues: {person_id: {O.: otto}}\n"
        "defaults: {claims: {strength: weak}}\ncoders: {Me: rv}\ndocuments: {a.txt: bridge}\n",
        "map.yaml",
        project,
    )
    assert problems == []
    assert names == NameMap(
        {"A": Meaning("claims"), "A/b": Meaning("claims", "strength", "fair"), "C": None},
        {"Who": "person_id"},
        {"person_id": {"O.": "otto"}},
        {"claims": {"strength": "weak"}},
        {"Me": "rv"},
        {"a.txt": "bridge"},
    )
    found = Names(project, names)
    assert (found.column("claims", "Who"), found.value("claims", "person_id", "O.")) == ("person_id", "otto")
    assert found.value("claims", "person_id", "mr falk") == "falk"
    assert found.value("claims", "strength", "Fair") == "fair"


MAPPING_FAULTS = {
    "labels: {A: nope}": "1:13: labels.A: 'nope' is no table with passages",
    "labels: {A: [1]}": "1:13: labels.A: this is no meaning",
    "labels: {A: {table: claims, column: strength}}": "1:13: labels.A: a column and its value belong together",
    "labels: {A: {table: claims, column: x, value: y}}": "1:13: labels.A: 'x' is no column of claims",
    "labels: {A: {tabel: claims}}": "1:13: labels.A: 'tabel' is no part of a meaning",
    "lables: {A: claims}": "1:9: lables: 'lables' is no part of a mapping file",
    "defaults: {clams: {}}": "1:19: defaults.clams: 'clams' is no table with passages",
    "defaults: {claims: {x: y}}": "1:20: defaults.claims: 'x' is no column of claims",
    "coders: x": "1:9: coders: this is not a mapping",
    "coders: {a: {}}": "1:13: coders.a: this is not a text",
}


@pytest.mark.parametrize("text", MAPPING_FAULTS)
def test_fault_in_a_mapping_file_is_a_problem(text, shared):
    """It is at its line and column."""
    _, [problem] = read_map(text, "map.yaml", read_once(shared).project)
    assert f"{problem.line}:{problem.column}: {problem.where}: {problem.message}" == MAPPING_FAULTS[text]


def test_draft_lists_names_without_meaning(shared):
    """It has a line for each label and attribute that means nothing, each coder and each text, and can be read."""
    project = read_once(shared).project
    items = [claim(labels=["claims", "Says: so"], values={"person_id": "otto", "Sure": "yes"})]
    tool = ToolProject([ToolText("Bridge 1.txt", LETTER, {"Ann Ode": items})])
    draft = draft_map(project, tool, Names(project, NameMap()))
    assert draft.split("\n\n", 1)[1] == (
        'labels:\n  "Says: so": skip\n\nattributes:\n  "Sure": skip\n\ncoders:\n  "Ann Ode": ann-ode\n\n'
        'documents:\n  "Bridge 1.txt": bridge-1\n'
    )
    assert read_map(draft, "map.yaml", project)[1] == []
