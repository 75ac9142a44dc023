"""brat: collections that fit their configuration, and collections that people annotated."""

import re

import pytest

from schemas import CONTRACT
from stancebook.exchange.incoming import ImportOptions, plan_import
from stancebook.exchange.mapping import Names, draft_map, read_map
from stancebook.exchange.outgoing import read_project
from stancebook.exchange.tools import TOOLS
from tests.exchange.coded_texts import write_letter
from tests.exchange.imports import changes, coded, messages
from tests.exchange.test_guarantee import MINIMAL, write_export
from tests.unit.sample_contract import LETTERS

BRAT = TOOLS["brat"]
TEXT = "A😀b says the bridge fell.\r\nSo does Mr Falk 𝔘d, cafe\u0301, who saw it.\n"
ROWS = [
    {"id": "c01", "person_id": "otto", "strength": "weak", "quote": "A😀b says the bridge fell"},
    {
        "id": "c02",
        "person_id": "falk",
        "answers_id": "c01",
        "when_edtf": "1901-04",
        "quote": "fell.\r\nSo does Mr Falk 𝔘d",
        "witnesses": [{"person_id": "berta"}, {"person_id": "otto"}],
    },
]
ANNOTATIONS = """\
T1\tclaims 0 24\tA😀b says the bridge fell
A1\tclaims_person_id T1 otto
A2\tclaims_strength T1 weak
#1\tRow T1\tclaims.c01
T2\tclaims 20 25;26 44\tfell. So does Mr Falk 𝔘d
A3\tclaims_person_id T2 falk
R1\tclaims_answers_id Arg1:T2 Arg2:T1
#2\tAnnotatorNotes T2\twhen_edtf: 1901-04; witnesses_1: person_id: berta; witnesses_2: person_id: otto
#3\tRow T2\tclaims.c02
"""


@pytest.fixture
def seeds(tmp_path):
    """Return the sources of a letter with two rows, and one of the coder 'ab'."""
    folder = tmp_path / "seeds"
    write_letter(folder, TEXT, ROWS)
    write_letter(folder, TEXT, ROWS[:1], coder="ab")
    return folder


@pytest.fixture
def collection(seeds):
    """Return the folder of an export, with the annotations of the dataset only."""
    folder = seeds.parent / "brat"
    write_export(BRAT.write(read_project(LETTERS, seeds, coders=["authoritative"]).project), BRAT, folder)
    return folder


def plan(seeds, path, names="", **options):
    """Return the plan of an import of a folder or a file."""
    sources = read_project(LETTERS, seeds)
    mapped, problems = read_map(names or "{}", "map.yaml", sources.project)
    assert problems == []
    return plan_import(LETTERS, seeds, sources, BRAT.read([path], sources.project), ImportOptions(mapped, **options))


def plan_of(seeds, collection, annotations, **options):
    """Return the plan of an import of an export in which the annotations were changed."""
    (collection / "authoritative/bridge.ann").write_text(annotations, encoding="utf-8", newline="")
    return plan(seeds, collection, **options)


# ── Written ───────────────────────────────────────────────────────────────────────────────────────


def sections(config):
    """Return the lines of each section of a configuration."""
    found = {}
    for line in config.decode().splitlines():
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            found[heading[1]] = []
        elif line:
            list(found.values())[-1].append(line)
    return found


def misfits(config, text, annotations):
    """Yield the lines of a file that do not fit its text and the configuration."""
    declared = sections(config)
    assert [*declared] == ["entities", "relations", "events", "attributes"]
    types = {line.split("\t")[0]: line.split("\t")[1] for line in declared["attributes"] + declared["relations"]}
    lines = annotations.splitlines()  # as brat does, at line ends of all kinds
    names = [line.split("\t")[0] for line in lines]
    assert len(names) == len({*names})
    labels = {line.split("\t")[0]: line.split("\t")[1].split(" ")[0] for line in lines if line.startswith("T")}
    for line in lines:
        kind, (_, middle, *end) = line[0], line.split("\t", 2)
        parts = middle.split(" ")
        if kind == "T":
            spans = [tuple(map(int, span.split())) for span in middle.partition(" ")[2].split(";")]
            words = " ".join(text[start:stop] for start, stop in spans)
            fits = parts[0] in declared["entities"] and end == [words] and spans == sorted(spans)
            fits = fits and not any("\n" in text[start:stop] for start, stop in spans)
        elif kind == "A":
            table, values = re.fullmatch(r"Arg:(\w+), Value:(\S+)", types[parts[0]]).groups()
            fits = labels[parts[1]] == table and parts[2] in values.split("|") and not end
        elif kind == "R":
            ends = re.fullmatch(r"Arg1:(\w+), Arg2:(\w+)", types[parts[0]]).groups()
            given = re.fullmatch(r"Arg1:(T\d+) Arg2:(T\d+)", " ".join(parts[1:])).groups()
            fits = ends == tuple(labels[each] for each in given) and not end
        else:
            fits = kind == "#" and parts[0] in ("Row", "AnnotatorNotes") and parts[1] in labels and end
        yield from [] if fits else [line]


@pytest.mark.parametrize("of", ["letters", "minimal"])
def test_annotations_fit_the_configuration(seeds, of):
    """Each line has a type that is declared for its annotation, and the words of its text."""
    contract, folder = {"letters": (LETTERS, seeds), "minimal": (CONTRACT, MINIMAL)}[of]
    files = BRAT.write(read_project(contract, folder).project)
    found = [name for name in files if name.endswith(".ann")]
    assert found
    for name in found:
        text = files[name.replace(".ann", ".txt")].decode()
        assert [*misfits(files["annotation.conf"], text, files[name].decode())] == []


def test_export_has_lines_of_brat(seeds):
    """Lines are as brat writes them: fragments at a line end, relations, attributes and notes; each coder a folder."""
    files = BRAT.write(read_project(LETTERS, seeds).project)
    assert files["authoritative/bridge.ann"].decode() == ANNOTATIONS
    assert files["ab/bridge.ann"].decode() == "".join(ANNOTATIONS.splitlines(keepends=True)[:4])
    assert files["ab/bridge.txt"].decode() == TEXT.replace("\r\n", "\n")


def test_configuration_has_values_and_meanings(seeds):
    """Choices and entries of the codebook are values; overlaps are allowed; the README has the definitions."""
    files = BRAT.write(read_project(LETTERS, seeds).project)
    declared = sections(files["annotation.conf"])
    assert "claims_strength\tArg:claims, Value:weak|fair|strong" in declared["attributes"]
    assert "claims_person_id\tArg:claims, Value:berta|falk|otto" in declared["attributes"]
    assert declared["relations"][0] == "claims_answers_id\tArg1:claims, Arg2:claims"
    assert declared["relations"][-1].startswith("<OVERLAP>")
    assert "claims | Claims" in sections(files["visual.conf"])["labels"]
    assert "    - weak: Hearsay." in files["README"].decode()
    assert "    - falk: Mr Falk" in files["README"].decode()


# ── Changed by brat, or by programs that write its files ──────────────────────────────────────────


def count_utf_16(text):
    """Count in UTF-16 units, as browsers do."""
    plain = TEXT.replace("\r\n", "\n")
    return re.sub(
        r"(?m)^(T\d+\tclaims )([\d ;]+)",
        lambda found: (
            found[1] + re.sub(r"\d+", lambda at: str(len(plain[: int(at[0])].encode("utf-16-le")) // 2), found[2])
        ),
        text,
    )


HARMLESS = {
    "utf-16": count_utf_16,
    "windows": lambda text: text.replace("\n", "\r\n"),
    "reversed": lambda text: "".join(reversed(text.splitlines(keepends=True))),
    "no rows": lambda text: re.sub(r"(?m)^#\d+\tRow.*\n", "", text),
    "no notes": lambda text: re.sub(r"(?m)^#.*\n", "", text),
    "only spans": lambda text: re.sub(r"(?m)^[AR#].*\n", "", text),
    "only spans and rows": lambda text: re.sub(r"(?m)^([AR]|#\d+\tAnn).*\n", "", text),
    "one fragment": lambda text: text.replace("20 25;26 44", "20 44"),
    "renumbered": lambda text: re.sub(r"\bT(\d)\b", r"T7\1", text),
    "old attributes": lambda text: re.sub(r"(?m)^A", "M", text),
    "mark": lambda text: "\ufeff" + text,
}


@pytest.mark.parametrize("change", HARMLESS)
def test_harmless_change_is_none(seeds, collection, change):
    """What is not said stays, and what is said differently is the same."""
    changed = HARMLESS[change](ANNOTATIONS)
    assert changed != ANNOTATIONS
    found = plan_of(seeds, collection, changed)
    assert (messages(found), changes(found), found.n_read) == ([], [], 2)


def test_text_with_other_line_ends_is_the_same(seeds, collection):
    """A text that got CRLF after the export has the same passages."""
    (collection / "authoritative/bridge.txt").write_text(TEXT, encoding="utf-8", newline="")
    assert (messages(found := plan(seeds, collection)), changes(found)) == ([], [])


def test_text_may_be_missing(seeds, collection):
    """Annotations without a text are of the document that their file is named like."""
    (collection / "authoritative/bridge.txt").unlink()
    text = seeds / "documents/bridge.txt"
    assert text.is_file()
    found = plan(seeds, collection)
    assert changes(found) == []
    assert all(problem.level == "warning" for problem in found.problems)


def test_file_without_attributes_is_reported(seeds, collection):
    """A file whose attributes and relations are all lost is named."""
    path = collection / "authoritative/bridge.ann"
    path.write_text(HARMLESS["only spans and rows"](ANNOTATIONS), encoding="utf-8")
    [note] = BRAT.read([collection], read_project(LETTERS, seeds).project).notes
    assert note.endswith("bridge.ann: without attributes and relations; such cells stay as they are")


def test_edits_are_taken_over(seeds, collection):
    """Another value, a changed note, a deleted attribute and relation change rows; a new annotation is a new row."""
    start = TEXT.replace("\r\n", "\n").index("who saw it")
    text = ANNOTATIONS.replace("T1 weak", "T1 fair").replace("R1\tclaims_answers_id Arg1:T2 Arg2:T1\n", "")
    text = text.replace("1901-04; witnesses_1: person_id: berta; witnesses_2: person_id: otto", "; witnesses_1:")
    text += f"T9\tclaims {start} {start + 10}\twho saw it\nA9\tclaims_person_id T9 otto\n"
    text += "R7\tclaims_answers_id Arg1:T9 Arg2:T2\n"
    found = plan_of(seeds, collection, text)
    assert messages(found) == []
    assert changes(found) == [
        "authoritative added claims.c03",
        "authoritative changed claims.c01",
        "authoritative changed claims.c02",
    ]
    found.write()
    assert coded(seeds)["authoritative"] == [
        ("A😀b says the bridge fell", {"person_id": "otto", "strength": "fair"}),
        ("fell.\r\nSo does Mr Falk 𝔘d", {"person_id": "falk"}),
        ("who saw it", {"person_id": "otto", "answers_id": "c02"}),
    ]
    assert changes(plan(seeds, collection)) == []


def test_deleted_attribute_empties_a_cell(seeds, collection):
    """An attribute that is unset in brat has no line, and empties its cell."""
    found = plan_of(seeds, collection, ANNOTATIONS.replace("A2\tclaims_strength T1 weak\n", ""))
    assert changes(found) == ["authoritative changed claims.c01"]
    found.write()
    assert coded(seeds)["authoritative"][0][1] == {"person_id": "otto"}


def test_deleted_annotation_is_gone(seeds, collection):
    """An annotation that is deleted leaves its row, unless that is to be deleted, too."""
    rest = "".join(ANNOTATIONS.splitlines(keepends=True)[:4])
    assert changes(plan_of(seeds, collection, rest)) == ["authoritative gone claims.c02"]
    assert changes(plan_of(seeds, collection, rest, delete=True)) == ["authoritative removed claims.c02"]


WRONG = {
    "label": (("T1\tclaims", "T1\tTopic"), "'Topic' is no table / one of claims"),
    "value": (("T1 weak", "T1 wek"), "'wek' is not a value of strength / one of weak, fair, strong; did you mean"),
    "attribute": (("claims_strength T1", "claims_force T1"), "'force' is no column of claims / the columns are"),
    "twice": (("#1\t", "A8\tclaims_strength T1 fair\n#1\t"), "strength has two values, 'weak' and 'fair' / keep"),
    "interrupted": (("0 24\tA😀b says the bridge fell", "0 3;13 19\tA😀b bridge"), "the passage is interrupted"),
    "other words": (("\tA😀b says the bridge fell", "\tthe bridge burnt"), "the passage is not 'the bridge burnt'"),
    "outside": (("0 24\tA😀b says the bridge fell", "900 924"), "there are no words at 900 to 924 of the text"),
    "same row": (("#3\tRow T2\tclaims.c02", "#3\tRow T2\tclaims.c01"), "two annotations are this row / delete one"),
    "loose": (("Arg2:T1", "Arg2:T5"), "there is no annotation 'T5' / delete the line"),
    "two links": (("#1\t", "R2\tclaims_answers_id Arg1:T2 Arg2:T2\n#1\t"), "answers_id refers to two annotations"),
    "prose": (("person_id: otto\n", "the miller\n"), "'the miller' in witnesses is not read / write it as 'person_id"),
    "note": (("when_edtf: 1901-04; ", "whn_edtf: 1901-04; "), "'whn_edtf' is no column of claims / did you mean"),
    "prose note": (("#1\t", "#8\tAnnotatorNotes T1\tcheck this\n#1\t"), "'AnnotatorNotes' is no column of claims"),
    "no line": (("A1\tclaims_person_id T1 otto", "claims_person_id otto"), "'claims_person_id otto' is not read / exp"),
    "identifier": (("A2\t", "A1\t"), "another line has this identifier / give each line one of its own"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_wrong_change_is_a_problem(seeds, collection, fault):
    """What cannot be meant is a problem at its line, and nothing is changed."""
    (old, new), problem = WRONG[fault]
    assert old in ANNOTATIONS
    found = plan_of(seeds, collection, ANNOTATIONS.replace(old, new, 1))
    assert messages(found)[0][: len(problem)] == problem
    assert found.files == []
    assert found.problems[0].file.endswith("authoritative/bridge.ann")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("bridge.a1", "this is of a BioNLP task, with .a1 and .a2 apart"),
        ("bridge.tar.gz", "this is no file of annotations of brat"),
        ("bridge.json", "this is no file of annotations of brat"),
    ],
)
def test_other_file_is_refused(seeds, name, problem):
    """What is no file of annotations is refused, with the way out."""
    path = seeds.parent / name
    path.write_text("T1\tclaims 0 3\tA\n", encoding="utf-8")
    [found] = BRAT.read([path], read_project(LETTERS, seeds).project).problems
    assert (found.message, bool(found.hint)) == (problem, True)


@pytest.mark.parametrize("below", ["", "authoritative", "authoritative/bridge.ann"])
def test_coder_is_the_collection(seeds, collection, below):
    """The whole export, one collection, and one file in it are of the same coder."""
    found = plan(seeds, collection / below)
    assert [(file.coder, file.is_change) for file in found.files] == [("authoritative", False)]


# ── A collection that was not begun here ──────────────────────────────────────────────────────────

FOREIGN = """\
T1\tSay 5 9\tsays
T2\tPerson 0 4\tA😀b
T3\tSay 14 25\tbridge fell
E1\tSay:T1 Speaker:T2
E2\tSay:T3
A1\tCertainty E1 low
A2\tNegation E2
M3\tTopic E2 river
A4\tTopic E2 rope
R1\tReplies Arg1:E2 Arg2:E1
N1\tReference E1 Register:otto\tOtto
N2\tReference E2 Register:falk\tMr Falk
*\tEquiv T1 T3
#1\tAnnotatorNotes E1\tIs this right?
#2\tAnnotatorNotes R1\tsurely
"""
MAP = """\
labels:
  Say: claims
  Say/Topic/rope: skip
  Person: skip
attributes:
  Certainty: strength
  Register: person_id
  Replies: answers_id
  Speaker: skip
  Negation: skip
  Topic: skip
  AnnotatorNotes: skip
values:
  strength: {low: weak}
documents:
  letter 1.txt: bridge
"""


def test_foreign_collection_comes_in(tmp_path):
    """Events, attributes, normalizations and relations, counted in UTF-16 units, come in by a mapping file."""
    seeds, folder = tmp_path / "seeds", tmp_path / "corpus"
    write_letter(seeds, TEXT, [])
    for coder, annotations in {
        "Maria": FOREIGN,
        "jonas": "T1\tSay 5 9\tsays\nN1\tReference T1 Register:berta\n",
    }.items():
        (folder / coder).mkdir(parents=True)
        (folder / coder / "letter 1.txt").write_text(TEXT.replace("\r\n", "\n"), encoding="utf-8", newline="")
        (folder / coder / "letter 1.ann").write_text(annotations, encoding="utf-8")
    project = read_project(LETTERS, seeds).project
    read = BRAT.read([folder], project)
    assert read.notes == ["2 lines on relations, or on sets of equal annotations: left out"]
    draft = draft_map(project, read, Names(project, read_map("{}", "map.yaml", project)[0]))
    names = ("Say", "Person", "Say/Topic/rope", "Certainty", "Speaker", "Register", "Replies", "Maria", "letter 1.txt")
    assert [name for name in names if f'"{name}"' not in draft] == []
    found = plan(seeds, folder, MAP)
    assert messages(found) == []
    found.write()
    assert coded(seeds) == {
        "authoritative": [],
        "jonas": [("says", {"person_id": "berta"})],
        "maria": [
            ("says", {"person_id": "otto", "strength": "weak"}),
            ("bridge fell", {"person_id": "falk", "answers_id": "c01"}),
        ],
    }
    assert changes(plan(seeds, folder, MAP)) == []


def test_collection_without_folders_needs_a_coder(tmp_path):
    """Annotations directly in the folder of the configuration have no coder, until one is named."""
    seeds, folder = tmp_path / "seeds", tmp_path / "corpus"
    write_letter(seeds, TEXT, [])
    folder.mkdir()
    for name, content in {"annotation.conf": "", "bridge.ann": "T1\tclaims 0 4\tA😀b\nA1\tperson_id T1 otto\n"}.items():
        (folder / name).write_text(content, encoding="utf-8")
    assert messages(plan(seeds, folder))[0].startswith("'' cannot be the name of a coder / name the coder with --coder")
    found = plan(seeds, folder, coder="mia")
    assert [changes(found), messages(found)] == [["mia added claims.c01"], []]
