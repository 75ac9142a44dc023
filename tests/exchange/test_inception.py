"""INCEpTION: its layers, its CAS files as another program reads and writes them, and projects that it exported."""

import io
import json
import zipfile

import cassis
import pytest

from stancebook.exchange.incoming import ImportOptions, plan_import
from stancebook.exchange.mapping import Names, draft_map, read_map
from stancebook.exchange.outgoing import read_project
from stancebook.exchange.tools import TOOLS
from tests.exchange.coded_texts import write_letter
from tests.exchange.imports import changes, messages
from tests.unit.sample_contract import LETTERS

INCEPTION = TOOLS["inception"]
TEXT = "A😀b says the bridge fell.\r\nSo does Mr Falk 𝔘d, cafe\u0301, who saw it.\n"
ROWS = [
    {"id": "c01", "person_id": "otto", "strength": "weak", "quote": "A😀b says the bridge fell"},
    {
        "id": "c02",
        "person_id": "falk",
        "answers_id": "c01",
        "quote": "Mr Falk 𝔘d",
        "witnesses": [{"person_id": "berta"}, {"person_id": "otto"}],
    },
]
DOCUMENT = "documents/bridge.json"


@pytest.fixture
def seeds(tmp_path):
    """Return the sources of a letter with two rows, and one of the coder 'ab'."""
    folder = tmp_path / "seeds"
    write_letter(folder, TEXT, ROWS)
    write_letter(folder, TEXT, ROWS[:1], coder="ab")
    return folder


@pytest.fixture
def exported(seeds):
    """Return the files of an export, as JSON."""
    files = INCEPTION.write(read_project(LETTERS, seeds).project)
    return {name: json.loads(content) for name, content in files.items() if name.endswith(".json")}


def plan(seeds, path, **options):
    """Return the plan of an import of a file, an archive or a folder."""
    sources = read_project(LETTERS, seeds)
    return plan_import(LETTERS, seeds, sources, INCEPTION.read([path], sources.project), ImportOptions(**options))


def plan_of(seeds, cas, **options):
    """Return the plan of an import of one CAS as the dataset's own rows."""
    path = seeds.parent / "cas.json"
    path.write_text(cas if isinstance(cas, str) else json.dumps(cas), encoding="utf-8")
    return plan(seeds, path, **{"coder": "authoritative", **options})


def archive(path, files):
    """Write a zip archive."""
    with zipfile.ZipFile(path, "w") as target:
        for name, content in files.items():
            target.writestr(name, content if isinstance(content, bytes | str) else json.dumps(content))
    return path


def rows(cas):
    """Return the annotations of a CAS that are rows."""
    return [each for each in cas["%FEATURE_STRUCTURES"] if each["%TYPE"] == "stancebook.claims"]


# ── Written ───────────────────────────────────────────────────────────────────────────────────────


def test_layer_has_definitions_and_slots(exported):
    """A choice has a closed tagset with definitions, the codebook an open one, a row a slot, nested rows many texts."""
    [layer] = exported["layers.json"]
    features = {each["name"]: each for each in layer["features"]}
    assert (layer["name"], layer["overlap_mode"], layer["anchoring_mode"]) == (
        "stancebook.claims",
        "ANY_OVERLAP",
        "CHARACTERS",
    )
    assert features["strength"]["tag_set"] == {
        "name": "claims.strength",
        "description": "How well it is borne out.",
        "language": "en",
        "tags": [
            {"tag_name": "weak", "tag_description": "Hearsay."},
            {"tag_name": "fair", "tag_description": "Seen by one."},
            {"tag_name": "strong", "tag_description": "Seen by several."},
        ],
        "create_tag": False,
    }
    people = features["person_id"]["tag_set"]
    assert people["create_tag"]
    assert {"tag_name": "falk", "tag_description": "Mr Falk"} in people["tags"]
    assert features["answers_id"]["type"] == "stancebook.claims"
    assert features["answers_id"]["link_mode"] == "WITH_ROLE"
    assert features["witnesses"]["type"] == "uima.cas.String[]"
    assert not {"id", "quote", "prefix", "suffix"} & features.keys()


def test_readme_says_whose_texts(seeds):
    """The steps in an export say whose texts it has."""
    readme = INCEPTION.write(read_project(LETTERS, seeds).project)["README.txt"].decode()
    assert "- bridge: whose it is, is not given" in readme


def test_cassis_reads_the_same_words(exported):
    """Another implementation of the format finds the words of each row, its slot and its nested records."""
    cas = cassis.load_cas_from_json(json.dumps(exported[DOCUMENT]))
    first, second = cas.select("stancebook.claims")
    assert [each.get_covered_text() for each in (first, second)] == [row["quote"] for row in ROWS]
    assert (first.stancebook_row, first.strength, second.strength) == ("c01", "weak", None)
    assert second.answers_id.elements[0].target is first
    assert second.witnesses.elements == ["person_id: berta", "person_id: otto"]


def test_cassis_writes_what_comes_back(seeds, exported):
    """What that implementation saves comes back unchanged."""
    found = plan_of(seeds, cassis.load_cas_from_json(json.dumps(exported[DOCUMENT])).to_json())
    assert (messages(found), changes(found), found.n_read) == ([], [], 2)


# ── Projects with several annotators ──────────────────────────────────────────────────────────────


def test_project_has_coders(seeds, exported):
    """Of an exported project, each annotator is a coder; the texts as imported are left out, and curation is one."""
    cas, other = exported[DOCUMENT], exported["annotation/bridge.json/ab.json"]
    inner = io.BytesIO()
    archive(inner, {"Anna K..json": cas})
    path = archive(
        seeds.parent / "project.zip",
        {
            "exportedproject1.json": {"name": "Letters"},
            "source/bridge.json": cas,
            "guideline/rules.pdf": b"%PDF",
            "annotation_ser/bridge.json/anna.ser": b"\xac\xed",
            "annotation/bridge.json/INITIAL_CAS.json": cas,
            "annotation/bridge.json/Anna K..zip": inner.getvalue(),
            "annotation/bridge.json/ab.json": other,
            "curation/bridge.json/CURATION_USER.json": cas,
        },
    )
    names, problems = read_map(
        "coders: {CURATION_USER: authoritative}", "map.yaml", read_project(LETTERS, seeds).project
    )
    found = plan(seeds, path, names=names)
    assert (problems, messages(found)) == ([], [])
    assert changes(found) == ["anna-k added claims.c01", "anna-k added claims.c02"]
    read = INCEPTION.read([path], read_project(LETTERS, seeds).project)
    assert [[*text.codings] for text in read.texts] == [["Anna K.", "ab", "CURATION_USER"]]
    [note] = read.notes
    assert note == "1 document as imported (INITIAL_CAS): left out"


# ── Changed by the tool ───────────────────────────────────────────────────────────────────────────


def drop_ids(cas):
    """Drop the IDs of rows."""
    for row in rows(cas):
        del row["stancebook_row"]


def drop_types(cas):
    """Leave out the types, as exports do with types that nothing has."""
    cas["%TYPES"] = {}
    del rows(cas)[0]["strength"]


def use_windows_line_ends(cas):
    """Make all line ends CR LF."""
    sofa = cas["%FEATURE_STRUCTURES"][0]
    sofa["sofaString"] = sofa["sofaString"].replace("\r\n", "\n").replace("\n", "\r\n")


def count_code_points(cas):
    """Count in code points."""
    text = cas["%FEATURE_STRUCTURES"][0]["sofaString"]
    for each in cas["%FEATURE_STRUCTURES"][1:]:
        for bound in {"begin", "end"} & each.keys():
            each[bound] = len(text.encode("utf-16-le")[: each[bound] * 2].decode("utf-16-le"))


def add_tokens(cas):
    """Add a token, as INCEpTION does."""
    kind = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
    cas["%FEATURE_STRUCTURES"].append({"%ID": 99, "%TYPE": kind, "@sofa": 1, "begin": 0, "end": 4})
    cas["%VIEWS"]["_InitialView"]["%MEMBERS"].append(99)


@pytest.mark.parametrize("change", [drop_ids, drop_types, use_windows_line_ends, count_code_points, add_tokens])
def test_harmless_change_is_none(seeds, exported, change):
    """What is not said stays, and what is said differently is the same."""
    change(exported[DOCUMENT])
    found = plan_of(seeds, exported[DOCUMENT])
    assert (messages(found), changes(found)) == ([], [])


def test_emptied_features_are_emptied(seeds, exported):
    """A feature that the file declares and an annotation has not is empty; so are slots and nested records."""
    first, second = rows(exported[DOCUMENT])
    del first["strength"], second["@answers_id"], second["@witnesses"]
    found = plan_of(seeds, exported[DOCUMENT])
    assert (messages(found), changes(found)) == (
        [],
        ["authoritative changed claims.c01", "authoritative changed claims.c02"],
    )
    found.write()
    text = (seeds / "documents/bridge.yaml").read_text(encoding="utf-8")
    assert not any(word in text for word in ("strength", "answers_id", "witnesses"))


def test_deleted_annotation_is_gone(seeds, exported):
    """What is not in the index of the text is deleted in the tool, and the row stays."""
    exported[DOCUMENT]["%VIEWS"]["_InitialView"]["%MEMBERS"].remove(4)
    assert changes(plan_of(seeds, exported[DOCUMENT])) == ["authoritative gone claims.c02"]


def unknown_layer(cas):
    """Rename a layer."""
    rows(cas)[1]["%TYPE"] = "webanno.custom.Topic"


def unknown_tag(cas):
    """Use a tag that is in no tagset."""
    rows(cas)[0]["strength"] = "wek"


def two_targets(cas):
    """Fill a slot twice."""
    array, link = (each for each in cas["%FEATURE_STRUCTURES"] if "claims_answers_id" in each["%TYPE"])
    if "%ELEMENTS" not in array:
        array, link = link, array
    cas["%FEATURE_STRUCTURES"].append({**link, "%ID": 98, "@target": 4})
    array["%ELEMENTS"].append(98)


def prose_in_list(cas):
    """Write prose for a nested record."""
    array = next(each for each in cas["%FEATURE_STRUCTURES"] if each["%TYPE"] == "uima.cas.StringArray")
    array["%ELEMENTS"].append("the miller, too")


def copied(cas):
    """Copy an annotation."""
    cas["%FEATURE_STRUCTURES"].append({**rows(cas)[0], "%ID": 97, "strength": "fair"})
    cas["%VIEWS"]["_InitialView"]["%MEMBERS"].append(97)


def no_words(cas):
    """Mark no words."""
    row = rows(cas)[0]
    row["end"] = row["begin"]


def inside_a_character(cas):
    """Start within an emoji, as a program does that counts code points."""
    rows(cas)[0]["begin"] = 2


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (unknown_layer, "'Topic' is no table / one of claims; or say what it means in a file for --map"),
        (unknown_tag, "'wek' is not a value of strength / one of weak, fair, strong; did you mean 'weak'?"),
        (two_targets, "answers_id refers to two annotations / keep one of the two"),
        (prose_in_list, "'the miller, too' in witnesses is not read / write it as 'person_id: …'"),
        (copied, "two annotations are this row / delete one of the two, or its note of the row"),
        (no_words, "there are no words at 0 to 0 of the text"),
        (inside_a_character, "there are no words at 2 to "),
    ],
)
def test_wrong_change_is_a_problem(seeds, exported, change, problem):
    """What cannot be meant is a problem at its place in the file, and nothing is changed."""
    change(exported[DOCUMENT])
    found = plan_of(seeds, exported[DOCUMENT])
    assert [message[: len(problem)] for message in messages(found)] == [problem]
    assert found.files == []
    [place] = found.problems
    assert place.file.endswith("cas.json")
    assert place.column > 1


def test_files_count_differently(seeds, exported):
    """Files of one import that count in different units are a problem."""
    other = json.loads(json.dumps(exported[DOCUMENT]))
    count_code_points(other)
    files = {"annotation/bridge.json/a.json": exported[DOCUMENT], "annotation/bridge.json/b.json": other}
    found = plan(seeds, archive(seeds.parent / "p.zip", files))
    message = "positions are counted in code points here, in other files in UTF-16 units / import this file alone"
    assert messages(found) == [message]


AGAIN = "export again from INCEpTION, with the format 'UIMA CAS JSON 0.4.0'"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.xmi", b"<xmi/>", f"this is UIMA CAS XMI, which is not read / {AGAIN}"),
        ("a.tsv", b"#FORMAT=WebAnno TSV 3.3", f"this is WebAnno TSV, which is not read / {AGAIN}"),
        ("a.txt", b"text", f"this is no export of INCEpTION / {AGAIN}"),
        ("a.json", b'{"_referenced_fss": {"1": {}}}', f"this is 'UIMA CAS JSON (legacy)', which is not read / {AGAIN}"),
        ("a.json", b"[1, 2]", f"this is no CAS with a text / {AGAIN}"),
        ("a.json", b'{"%TYPES": 1, "%VIEWS": [], "%FEATURE_STRUCTURES": {}}', f"this is no CAS with a text / {AGAIN}"),
        ("a.zip", b"PK", "this archive cannot be read / export it again, without a password"),
        ("a.json", b'{"a" 1}', "a ':' is missing"),
    ],
)
def test_other_file_is_refused(seeds, name, content, problem):
    """Files in other formats are refused by name, with the way out."""
    path = seeds.parent / name
    path.write_bytes(content)
    found = plan(seeds, path)
    assert [message[: len(problem)] for message in messages(found)] == [problem]


def test_damaged_archive_is_refused(seeds, exported):
    """So is an archive whose list of files is said to be elsewhere."""
    path = archive(seeds.parent / "p.zip", {"annotation/bridge.json/anna.json": exported[DOCUMENT]})
    content = bytearray(path.read_bytes())
    content[-5] ^= 0x40  # of the place of the list
    path.write_bytes(content)
    assert messages(plan(seeds, path)) == ["this archive cannot be read / export it again, without a password"]


def test_other_format_in_project_is_refused(seeds):
    """So are those of an exported project."""
    path = archive(seeds.parent / "p.zip", {"annotation/bridge.txt/anna.xmi": "<xmi/>", "source/bridge.txt": "A"})
    assert messages(plan(seeds, path)) == [f"this is UIMA CAS XMI, which is not read / {AGAIN}"]


# ── A project that was not begun here ─────────────────────────────────────────────────────────────

WORD = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
MAP = """\
labels:
  Assertion: claims
  Assertion/topics/river: {table: claims, column: strength, value: weak}
  Place: skip
attributes:
  who: person_id
  certainty: strength
  Reply/yes: answers_id
values:
  strength: {low: weak, middling: fair}
coders:
  CURATION_USER: authoritative
"""


def foreign_cas(text, assertions, *, places=()):
    """Return a CAS as another program writes it: tokens, a layer of assertions, and a relation between two."""
    types = cassis.TypeSystem()
    string, strings = types.get_type("uima.cas.String"), types.get_type("uima.cas.StringArray")
    annotation = "uima.tcas.Annotation"
    types.create_type(WORD, annotation)
    assertion = types.create_type("webanno.custom.Assertion", annotation)
    for feature in ("who", "certainty"):
        types.create_feature(assertion, feature, string)
    types.create_feature(assertion, "topics", strings)
    place = types.create_type("webanno.custom.Place", annotation)
    reply = types.create_type("webanno.custom.Reply", annotation)
    for end in ("Governor", "Dependent"):
        types.create_feature(reply, end, assertion)
    types.create_feature(reply, "kind", string)
    cas = cassis.Cas(types)
    cas.sofa_string, cas.sofa_mime = text, "text/plain"
    found = []
    for words, features in assertions:
        start = text.index(words)
        cas.add(types.get_type(WORD)(begin=start, end=start + 1))
        topics = types.get_type("uima.cas.StringArray")(elements=features.pop("topics", []))
        found.append(assertion(begin=start, end=start + len(words), topics=topics, **features))
    cas.add_all(found)
    cas.add_all([place(begin=text.index(word), end=text.index(word) + len(word)) for word in places])
    if len(found) > 1:
        last, first = found[-1], found[0]
        cas.add(reply(begin=first.begin, end=first.end, Governor=last, Dependent=first, kind="yes"))
    return cas.to_json()


def test_foreign_project_comes_in(tmp_path):
    """A project of two annotators and a curator, with layers of its own, comes in by a mapping file."""
    seeds = tmp_path / "seeds"
    write_letter(seeds, TEXT, [])
    bridge = ("A😀b says the bridge fell", {"who": "Otto", "certainty": "low"})
    maria = foreign_cas(TEXT, [bridge, ("Mr Falk 𝔘d", {"who": "Mr Falk", "certainty": "middling"})], places=["bridge"])
    jonas = foreign_cas(TEXT, [("who saw it", {"who": "falk", "topics": ["river"]})])
    path = archive(
        tmp_path / "letters.zip",
        {
            "exportedproject2.json": {"name": "Letters"},
            "source/Letter 1.txt": TEXT,
            "annotation/Letter 1.txt/maria.json": maria,
            "annotation/Letter 1.txt/jonas.json": jonas,
            "curation/Letter 1.txt/CURATION_USER.json": foreign_cas(TEXT, [bridge]),
        },
    )
    sources = read_project(LETTERS, seeds)
    read = INCEPTION.read([path], sources.project)
    names, problems = read_map(MAP, "map.yaml", sources.project)
    draft = draft_map(sources.project, read, Names(sources.project, read_map("{}", "map.yaml", sources.project)[0]))
    assert all(f'"{name}"' in draft for name in ("Assertion", "Assertion/topics/river", "Place", "maria", "jonas"))
    found = plan_import(LETTERS, seeds, sources, read, ImportOptions(names=names))
    assert (problems, messages(found)) == ([], [])
    found.write()
    [text] = read_project(LETTERS, seeds).project.texts
    coded = {
        coder: [(TEXT[row.start : row.end], dict(row.values)) for row in listed]
        for coder, listed in text.codings.items()
    }
    otto = {"person_id": "otto", "strength": "weak"}
    assert coded == {
        "authoritative": [(bridge[0], otto)],
        "maria": [(bridge[0], otto), ("Mr Falk 𝔘d", {"person_id": "falk", "strength": "fair", "answers_id": "c01"})],
        "jonas": [("who saw it", {"person_id": "falk", "strength": "weak"})],
    }
    assert changes(plan(seeds, path, names=names)) == []
