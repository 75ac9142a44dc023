"""Discourse Network Analyzer: its files by SQLite's own checks, and files of DNA 3 and DNA 2."""

import contextlib
import sqlite3

import pytest

from stancebook.exchange.adapters.dna_schema import SCHEMA, password_digest
from stancebook.exchange.incoming import ImportOptions, plan_import
from stancebook.exchange.mapping import Names, draft_map, read_map
from stancebook.exchange.outgoing import read_project
from stancebook.exchange.tools import TOOLS
from tests.exchange.coded_texts import write_letter
from tests.exchange.imports import changes, messages
from tests.unit.sample_contract import LETTERS

DNA = TOOLS["dna"]
TEXT = "A😀b says the bridge fell.\r\nSo does Mr Falk 𝔘d, cafe\u0301, who saw it.\n"
IN_DNA = TEXT.replace("\r\n", "\n").rstrip("\n")
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
COLUMNS = {  # of a file that DNA 3.0.7 wrote
    "SETTINGS": "Property Value",
    "DOCUMENTS": "ID Title Text Coder Author Source Section Notes Type Date",
    "STATEMENTTYPES": "ID Label Red Green Blue",
    "VARIABLES": "ID Variable DataType StatementTypeId",
    "VARIABLELINKS": "ID SourceVariableId TargetVariableId",
    "REGEXES": "Label Red Green Blue",
    "CODERRELATIONS": "ID Coder OtherCoder viewStatements editStatements viewDocuments editDocuments",
    "STATEMENTS": "ID StatementTypeId DocumentId Start Stop Coder",
    "ENTITIES": "ID VariableId Value Red Green Blue ChildOf",
    "DATABOOLEAN": "ID StatementId VariableId Value",
    "DATAINTEGER": "ID StatementId VariableId Value",
    "DATASHORTTEXT": "ID StatementId VariableId Entity",
    "DATALONGTEXT": "ID StatementId VariableId Value",
    "ATTRIBUTEVARIABLES": "ID VariableId AttributeVariable",
    "ATTRIBUTEVALUES": "ID EntityId AttributeVariableId AttributeValue",
}


@pytest.fixture
def seeds(tmp_path):
    """Return the sources of a letter with two rows, and one of the coder 'ab'."""
    folder = tmp_path / "seeds"
    write_letter(folder, TEXT, ROWS)
    write_letter(folder, TEXT, ROWS[:1], coder="ab")
    return folder


@pytest.fixture
def exported(seeds):
    """Return the path of an export."""
    [content] = DNA.write(read_project(LETTERS, seeds).project).values()
    path = seeds.parent / "letters.dna"
    path.write_bytes(content)
    return path


def run(path, *statements):
    """Run statements of SQL on a file, with its foreign keys; return the rows of the last one."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA foreign_keys = ON")
        for statement in statements:
            rows = database.execute(statement).fetchall()
        database.commit()
    return rows


def plan(seeds, path, **options):
    """Return the plan of an import."""
    sources = read_project(LETTERS, seeds)
    return plan_import(LETTERS, seeds, sources, DNA.read([path], sources.project), ImportOptions(**options))


# ── Written ───────────────────────────────────────────────────────────────────────────────────────


def test_sqlite_finds_no_fault(exported):
    """No page of the file is damaged, and what its rows refer to is there."""
    assert run(exported, "PRAGMA integrity_check") == [("ok",)]
    assert run(exported, "PRAGMA foreign_key_check") == []


def test_columns_are_those_of_dna(exported):
    """Each table has the columns that DNA writes, in its order."""
    columns = {table: [row[1] for row in run(exported, f"PRAGMA table_info({table})")] for table in COLUMNS}
    assert {table: " ".join(names) for table, names in columns.items()} == COLUMNS


def test_coders_have_a_password():
    """A digest is that of a password which DNA itself stored."""
    stored = "t7STqOHxpl+RXxRUgjsEno+e/38banaYjANbdYQ1geGfH6Xlc2roWgYrPbpCeg5M"
    salt = bytes.fromhex("b7b493a8e1f1a65f915f1454823b049e")
    assert password_digest("sample", salt) == stored


def test_every_variable_has_a_value(exported):
    """Each statement has one value for each variable of its type, as DNA expects."""
    values = (
        "SELECT StatementId, VariableId FROM DATASHORTTEXT UNION ALL SELECT StatementId, VariableId FROM DATALONGTEXT"
    )
    expected = "SELECT s.ID, v.ID FROM STATEMENTS s JOIN VARIABLES v ON v.StatementTypeId = s.StatementTypeId"
    assert sorted(run(exported, values)) == sorted(run(exported, expected))


def test_entities_have_definitions(exported):
    """A choice has its definition as a note, an entry of the codebook its key as an alias."""
    query = (
        "SELECT Value, AttributeVariable, AttributeValue FROM ATTRIBUTEVALUES a JOIN ENTITIES e ON e.ID = EntityId"
        " JOIN ATTRIBUTEVARIABLES v ON v.ID = AttributeVariableId WHERE AttributeValue != ''"
    )
    found = run(exported, query)
    assert ("weak", "Notes", "Hearsay.") in found
    assert ("Mr Falk", "Alias", "falk") in found


def test_statement_has_its_words(exported):
    """Positions count UTF-16 units of a text with LF as line ends."""
    text = run(exported, "SELECT Text FROM DOCUMENTS")[0][0]
    units = text.encode("utf-16-le")
    found = run(exported, "SELECT Start, Stop FROM STATEMENTS WHERE Coder = 2")
    assert text == IN_DNA
    assert [units[2 * start : 2 * stop].decode("utf-16-le") for start, stop in found] == [row["quote"] for row in ROWS]


# ── Changed in DNA ────────────────────────────────────────────────────────────────────────────────

COPY = (
    "INSERT INTO STATEMENTS SELECT 4, StatementTypeId, DocumentId, 30, 40, Coder FROM STATEMENTS WHERE ID = 1",
    "INSERT INTO DATALONGTEXT(StatementId, VariableId, Value)"
    " SELECT 4, VariableId, Value FROM DATALONGTEXT WHERE StatementId = 1",
    "INSERT INTO DATASHORTTEXT(StatementId, VariableId, Entity)"
    " SELECT 4, VariableId, Entity FROM DATASHORTTEXT WHERE StatementId = 1",
)


def filled(variable, value):
    """Return a statement that fills a long text of the second row."""
    found = f"SELECT ID FROM VARIABLES WHERE Variable = '{variable}'"  # noqa: S608
    return f"UPDATE DATALONGTEXT SET Value = '{value}' WHERE StatementId = 2 AND VariableId = ({found})"  # noqa: S608


@pytest.mark.parametrize(
    "statements",
    [
        ("UPDATE DATALONGTEXT SET Value = '' WHERE VariableId = (SELECT ID FROM VARIABLES WHERE Variable = 'row id')",),
        ("DELETE FROM VARIABLES WHERE Variable = 'strength'",),
        ("UPDATE ENTITIES SET Value = 'falk' WHERE Value = 'Mr Falk'",),
        ("UPDATE DOCUMENTS SET Notes = '', Title = 'Letter'",),
        ("UPDATE DOCUMENTS SET Text = Text || char(10)",),
    ],
)
def test_harmless_change_is_none(seeds, exported, statements):
    """What is not said stays, and what is said differently is the same."""
    run(exported, *statements)
    found = plan(seeds, exported)
    assert (messages(found), changes(found)) == ([], [])


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            filled("witnesses", ""),
            ["authoritative changed claims.c02"],
        ),
        (
            filled("answers_id", ""),
            ["authoritative changed claims.c02"],
        ),
        ("UPDATE STATEMENTS SET Coder = 3 WHERE ID = 2", ["authoritative gone claims.c02", "ab added claims.c02"]),
        ("DELETE FROM STATEMENTS WHERE Coder = 3", ["ab gone claims.c01"]),
        ("DELETE FROM STATEMENTS WHERE ID = 2", ["authoritative gone claims.c02"]),
        ("UPDATE CODERS SET Name = 'Anna K.' WHERE ID = 3", ["anna-k added claims.c01"]),
    ],
)
def test_change_comes_in(seeds, exported, statement, expected):
    """What is emptied, deleted, or another coder's is so afterwards."""
    run(exported, statement)
    found = plan(seeds, exported)
    assert messages(found) == []
    assert sorted(changes(found)) == sorted(expected)


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        (
            ("UPDATE STATEMENTTYPES SET Label = 'Topic'", "DELETE FROM STATEMENTS WHERE ID > 1"),
            "'Topic' is no table / one of claims",
        ),
        (
            ("UPDATE ENTITIES SET Value = 'wek' WHERE Value = 'weak'", "DELETE FROM STATEMENTS WHERE ID > 1"),
            "'wek' is not a value of strength / one of weak, fair, strong; did you mean 'weak'?",
        ),
        (
            (filled("witnesses", "the miller"),),
            "'the miller' in witnesses is not read / write it as 'person_id: …', one in a line",
        ),
        (("UPDATE STATEMENTS SET Stop = 999 WHERE ID = 1",), "there are no words at 0 to 999 of the text"),
        (("UPDATE STATEMENTS SET Start = 2 WHERE ID = 1",), "there are no words at 2 to "),
        (
            COPY,
            "two annotations are this row / ",
        ),
        (
            ("UPDATE DOCUMENTS SET Text = REPLACE(Text, 'fell', 'fall')",),
            "the text differs from that of bridge from line 1",
        ),
    ],
)
def test_wrong_change_is_a_problem(seeds, exported, statements, problem):
    """What cannot be meant is a problem at its table and row, and nothing is changed."""
    run(exported, *statements)
    found = plan(seeds, exported)
    assert [message[: len(problem)] for message in messages(found)] == [problem]
    assert found.files == []
    assert "letters.dna!" in found.problems[0].file


def test_file_is_only_read(seeds, exported):
    """An import leaves the file and its folder unchanged."""
    before = exported.read_bytes(), sorted(exported.parent.iterdir())
    plan(seeds, exported)
    assert (exported.read_bytes(), sorted(exported.parent.iterdir())) == before


EXPECTED = "expected a .dna file that DNA 3 or DNA 2 saved"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'<?xml version="1.0"?><discourse/>', "this is a file of DNA 1, which is not read / open it in DNA 2"),
        (b"no database at all" * 100, f"this is no database of DNA (file is not a database) / {EXPECTED}"),
        (b"", f"this is no database of DNA (no such table: STATEMENTTYPES) / {EXPECTED}"),
    ],
)
def test_other_file_is_refused(seeds, content, problem):
    """Files that are no database of DNA 2 or 3 are refused, with the way out."""
    path = seeds.parent / "other.dna"
    path.write_bytes(content)
    assert [message[: len(problem)] for message in messages(plan(seeds, path))] == [problem]


def test_damaged_text_is_refused(seeds, exported):
    """So is a file in which a text is not UTF-8."""
    run(exported, "UPDATE DOCUMENTS SET Text = CAST(x'ff41' AS TEXT)")
    [message] = messages(plan(seeds, exported))
    assert message.startswith("this is no database of DNA (Could not decode")


def test_early_dna_3_is_refused(seeds):
    """So are those of DNA 3 before its release, in which a short text is the number of an attribute."""
    path = seeds.parent / "early.dna"
    foreign_file(path, {**DNA_2, "DATASHORTTEXT": "ID INTEGER, StatementId INTEGER, VariableId INTEGER, Value INTEGER"})
    problem = "this is no database of DNA (a version of DNA 3 before its release wrote it)"
    assert [message.partition(" / ")[0] for message in messages(plan(seeds, path))] == [problem]


# ── Files that were not begun here ────────────────────────────────────────────────────────────────

MAP = """\
labels: {DNA Statement: claims, Annotation: skip}
attributes: {person: person_id, concept: skip, agreement: strength, link: answers_id}
values:
  person_id: {"Falk, Mr": falk}
  strength: {"true": fair, "false": weak}
coders: {Admin: skip, Coder 1: maria, Coder 2: jonas}
"""
DNA_2 = {
    "CODERS": "ID INTEGER PRIMARY KEY, Name TEXT, Red INTEGER, Green INTEGER, Blue INTEGER, Password TEXT",
    "DOCUMENTS": "ID INTEGER PRIMARY KEY, Title TEXT, Text TEXT, Coder INTEGER, Author TEXT, Source TEXT, Section TEXT,"
    " Notes TEXT, Type TEXT, Date INTEGER",
    "STATEMENTTYPES": SCHEMA["STATEMENTTYPES"],
    "VARIABLES": "ID INTEGER PRIMARY KEY, Variable TEXT, DataType TEXT, StatementTypeId INTEGER",
    "STATEMENTS": "ID INTEGER PRIMARY KEY, StatementTypeId INTEGER, DocumentId INTEGER, Start INTEGER, Stop INTEGER,"
    " Coder INTEGER",
    **dict.fromkeys(
        ("DATABOOLEAN", "DATAINTEGER", "DATASHORTTEXT", "DATALONGTEXT"),
        "ID INTEGER PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value TEXT",
    ),
    "STATEMENTLINKS": "ID INTEGER PRIMARY KEY, SourceId INTEGER, TargetId INTEGER",
}
PEOPLE = ["", "Otto", "Falk, Mr"]
STATEMENTS = [  # ID, type, words, coder, person, agreement
    (1, 1, "the bridge fell", 2, 1, 1),
    (2, 1, "Mr Falk 𝔘d", 2, 2, 0),
    (3, 1, "who saw it", 3, 2, 1),
]


def units(words):
    """Return the positions of words in the text, in UTF-16 units."""
    before, _, _ = IN_DNA.partition(words)
    start = len(before.encode("utf-16-le")) // 2
    return start, start + len(words.encode("utf-16-le")) // 2


def foreign_file(path, schema):
    """Write a file as DNA does, with its usual type of statements and two coders; those of DNA 2 are linked."""
    tables = [f"CREATE TABLE {name}({columns})" for name, columns in schema.items()]
    rows = [
        *(
            ("CODERS(ID, Name, Password)", (number, name, ""))
            for number, name in enumerate(("Admin", "Coder 1", "Coder 2"), 1)
        ),
        ("DOCUMENTS(ID, Title, Text, Coder, Notes, Date)", (1, "A letter", IN_DNA, 2, "", 0)),
        ("STATEMENTTYPES(ID, Label)", (1, "DNA Statement")),
        ("STATEMENTTYPES(ID, Label)", (2, "Annotation")),
        *(
            ("VARIABLES(ID, Variable, DataType, StatementTypeId)", (number, name, kind, 1))
            for number, (name, kind) in enumerate(
                {"person": "short text", "concept": "short text", "agreement": "boolean"}.items(), 1
            )
        ),
        ("STATEMENTS", (9, 2, 1, 0, 4, 1)),
        *(("STATEMENTS", (number, kind, 1, *units(words), coder)) for number, kind, words, coder, _, _ in STATEMENTS),
        *(("DATABOOLEAN", (number, number, 3, value)) for number, _, _, _, _, value in STATEMENTS),
    ]
    if "ENTITIES" in schema:
        rows += [("ENTITIES(ID, VariableId, Value)", (number, 1, name)) for number, name in enumerate(PEOPLE, 1)]
        rows += [("ENTITIES(ID, VariableId, Value)", (9, 2, ""))]
        rows += [("DATASHORTTEXT", (number, number, 1, person + 1)) for number, _, _, _, person, _ in STATEMENTS]
        rows += [("DATASHORTTEXT", (number + 10, number, 2, 9)) for number, *_ in STATEMENTS]
    else:
        rows += [("DATASHORTTEXT", (number, number, 1, PEOPLE[person])) for number, _, _, _, person, _ in STATEMENTS]
        rows += [("STATEMENTLINKS", (1, 2, 1))]
    with contextlib.closing(sqlite3.connect(path)) as database:
        for statement in tables:
            database.execute(statement)
        for table, values in rows:
            database.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608
        database.commit()


@pytest.mark.parametrize(("schema", "links"), [(SCHEMA, {}), (DNA_2, {"answers_id": "c01"})], ids=["dna-3", "dna-2"])
def test_foreign_file_comes_in(tmp_path, schema, links):
    """A file of two coders, with DNA's usual variables, comes in by a mapping file, once."""
    seeds, path = tmp_path / "seeds", tmp_path / "discourse.dna"
    write_letter(seeds, TEXT, [])
    foreign_file(path, schema)
    sources = read_project(LETTERS, seeds)
    read = DNA.read([path], sources.project)
    names, problems = read_map(MAP, "map.yaml", sources.project)
    draft = draft_map(sources.project, read, Names(sources.project, read_map("{}", "map.yaml", sources.project)[0]))
    assert all(f'"{name}"' in draft for name in ("DNA Statement", "person", "agreement", "Coder 1", "A letter"))
    found = plan_import(LETTERS, seeds, sources, read, ImportOptions(names=names))
    assert (problems, messages(found)) == ([], [])
    found.write()
    [text] = read_project(LETTERS, seeds).project.texts
    coded = {
        coder: [(TEXT[row.start : row.end], dict(row.values)) for row in listed]
        for coder, listed in text.codings.items()
    }
    assert coded == {
        "authoritative": [],
        "maria": [
            ("the bridge fell", {"person_id": "otto", "strength": "fair"}),
            ("Mr Falk 𝔘d", {"person_id": "falk", "strength": "weak", **links}),
        ],
        "jonas": [("who saw it", {"person_id": "falk", "strength": "fair"})],
    }
    assert changes(plan(seeds, path, names=names)) == []
