"""REFI-QDA: what is written is valid for each program, and what each program writes is read."""

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from schemas import CONTRACT
from stancebook.exchange.adapters.refi_positions import likely_conventions
from stancebook.exchange.incoming import ImportOptions, plan_import
from stancebook.exchange.mapping import Meaning, NameMap
from stancebook.exchange.offsets import Convention, Offsets
from stancebook.exchange.outgoing import read_project
from stancebook.exchange.tools import TOOLS
from tests.exchange.coded_texts import write_letter
from tests.unit.sample_contract import LETTER, LETTERS, write

HERE = Path(__file__).parent
MINIMAL = HERE.parents[1] / "project/seeds"
REFI = TOOLS["refi"]
NAMESPACE = "urn:QDA-XML:project:1.0"


def schema(name):
    """Return a schema of the standard."""
    return etree.XMLSchema(etree.parse(HERE / f"schemas/{name}.xsd"))


def contents(archive: bytes):
    """Return the root of the project in an archive, and its texts."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        texts = [opened.read(name) for name in opened.namelist() if name.endswith(".txt")]
        return etree.fromstring(opened.read("project.qde")), texts


def export(contract, seeds, variant="any"):
    """Return the root of an exported project, and its texts."""
    [archive] = REFI.write(read_project(contract, seeds).project, variant).values()
    return contents(archive)


def all_of(root, name):
    """Return the elements of a name."""
    return [*root.iter(f"{{{NAMESPACE}}}{name}")]


# ── Written ───────────────────────────────────────────────────────────────────────────────────────


def test_export_is_valid_for_each_program():
    """The schema of the standard accepts the project of each variant, and that of codebooks the codebook."""
    project = read_project(CONTRACT, MINIMAL).project
    judge = schema("Project")
    for variant in REFI.variants:
        [archive] = REFI.write(project, variant).values()
        judge.assertValid(contents(archive)[0])
    [codebook] = TOOLS["refi-codebook"].write(project).values()
    schema("Codebook").assertValid(etree.fromstring(codebook))


COUNTED = "A😀b\r\nc é\n𝔘d"
MARK = b"\xef\xbb\xbf"
# Start and end of "c é\n𝔘d", and the text in the archive.
POSITIONS = {
    "any": (5, 11, COUNTED.encode()),
    "nvivo": (6, 14, MARK + COUNTED.replace("é\n", "é\r\n").encode()),
    "maxqda": (5, 12, COUNTED.replace("é\n", "é\r\n").encode()),
    "atlasti": (4, 10, COUNTED.replace("\r\n", "\n").encode()),
    "qualcoder": (5, 11, MARK + COUNTED.encode()),
}


@pytest.mark.parametrize("variant", POSITIONS)
def test_positions_are_those_of_the_program(variant, tmp_path):
    """Each program has the line ends, the byte order mark and the positions that it expects."""
    claim = {"id": "c01", "person_id": "otto", "quote": "c é\n𝔘d"}
    write_letter(tmp_path, COUNTED, [claim])
    root, [text] = export(LETTERS, tmp_path, variant)
    [only] = all_of(root, "PlainTextSelection")
    assert (int(only.get("startPosition")), int(only.get("endPosition")), text) == POSITIONS[variant]


def test_rows_are_codes_descriptions_and_links(tmp_path):
    """Choices and entries of the codebook are codes, other cells a description, references links."""
    root, _ = export(LETTERS, write(tmp_path))
    names = {code.get("guid"): code.get("name") for code in all_of(root, "Code")}
    first, second = all_of(root, "PlainTextSelection")
    assert [names[ref.get("targetGUID")] for ref in all_of(first, "CodeRef")] == ["claims", "otto", "fair"]
    assert all_of(first, "Description")[0].text == (
        'row: claims.c01\nwhen_text: on Monday\nwhen_edtf: 1901-04-29\nwitnesses: [{"person_id": "berta"}]'
    )
    [link] = all_of(root, "Link")
    assert (link.get("name"), link.get("originGUID"), link.get("targetGUID")) == (
        "answers_id",
        second.get("guid"),
        first.get("guid"),
    )


def test_programs_with_one_level_of_codes_get_flat_names(tmp_path):
    """For ATLAS.ti no code is below another."""
    root, _ = export(LETTERS, write(tmp_path), "atlasti")
    names = [code.get("name") for code in all_of(root, "Code")]
    assert "claims: strength: fair" in names
    assert not [code for code in all_of(root, "Code") if all_of(code, "Code")[1:]]


# ── What programs write ───────────────────────────────────────────────────────────────────────────

USER, CODE, SUBCODE = (f"{number}0000000-0000-4000-8000-00000000000A" for number in (1, 2, 3))


def archive(tmp_path, text, selections, name="Sources/T.txt", **parts):
    """Write an archive with one text as NVivo does: with other cases of names, and braces around identifiers.

    Args:
        tmp_path: The folder to write into.
        text: The bytes of the text.
        selections: The XML of its selections.
        name: The name of the text in the archive.
        parts: XML in place of `codes` and of what is `behind` the sources.
    """
    codes = parts.get("codes", f'<Code guid="{CODE}" name="claims" isCodable="true"/>')
    project = (
        f'<?xml version="1.0" encoding="utf-8"?>\n{parts.get("doctype", "")}<Project xmlns="{NAMESPACE}" name="p">\n'
        f'<Users><User guid="{USER}" name="Ann Ode"/></Users><CodeBook><Codes>{codes}</Codes></CodeBook>\n'
        f'<Sources><TextSource guid="{USER}" name="bridge" plainTextPath="internal://t.txt">\n{selections}\n'
        f"</TextSource>{parts.get('sources', '')}</Sources>{parts.get('behind', '')}</Project>"
    )
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("Project.QDE", project)
        opened.writestr(name, text)
    return path


def selection(start, end, code=CODE, *, guid="4", inner=""):
    """Return the XML of a selection."""
    own = f"{guid}0000000-0000-4000-8000-000000000000"
    return (
        f'<PlainTextSelection guid="{own}" startPosition="{start}" endPosition="{end}"'
        f' creatingUser="{{{USER.lower()}}}">{inner}<Coding guid="{own}" creatingUser="{USER}">'
        f'<CodeRef targetGUID="{{{code.lower()}}}"/></Coding></PlainTextSelection>'
    )


def plan(seeds, path, **options):
    """Plan the import of an archive."""
    sources = read_project(LETTERS, seeds)
    return plan_import(LETTERS, seeds, sources, REFI.read([path], sources.project), ImportOptions(**options))


@pytest.fixture
def seeds(tmp_path):
    """Return the sources of the sample contract."""
    return write(tmp_path)


DESCRIBED = "<Description>person_id: otto</Description>"
AS_PERSON = NameMap(attributes={"Description": "person_id"})
OTTO = "<Description>otto</Description>"


def test_selection_of_nvivo_becomes_a_row(tmp_path):
    """With UTF-16 positions, CRLF, and a byte order mark that does not count, it is at its words."""
    text = "😀 Dear Ida,\nthe bridge fell.\n"
    write_letter(tmp_path / "seeds", text, [])
    written = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    found = selection(14, 29, inner=OTTO) + selection(3, 11, inner=OTTO, guid="5")
    result = plan(tmp_path / "seeds", archive(tmp_path, written, found), names=AS_PERSON)
    assert result.problems == []
    [file] = result.files
    assert file.path == tmp_path / "seeds/codings/ann-ode/bridge.yaml"
    assert [line.strip() for line in file.text.splitlines() if "quote" in line] == [
        "quote: Dear Ida",
        "quote: the bridge fell",
    ]


def test_selections_for_each_code_become_one_row(seeds, tmp_path):
    """QualCoder writes a selection for each code of a passage; codes below that of a table fill its columns."""
    codes = (
        f'<Code guid="{CODE}" name="claims" isCodable="true">'
        f'<Code guid="{USER}" name="strength" isCodable="true"><Code guid="{SUBCODE}" name="fair" isCodable="true"/>'
        "</Code></Code>"
    )
    start = LETTER.index("the bridge")
    found = selection(start, start + 15, inner=OTTO) + selection(start, start + 15, SUBCODE, guid="5")
    result = plan(seeds, archive(tmp_path, LETTER.encode(), found, codes=codes), names=AS_PERSON)
    assert result.problems == []
    assert result.files[0].added == ["claims.c01"]
    assert "    strength: fair\n" in result.files[0].text


def test_codes_of_other_names_are_mapped(seeds, tmp_path):
    """A mapping file explains codes by their paths."""
    sure = f'<Code guid="{SUBCODE}" name="Sure" isCodable="true"/>'
    codes = f'<Code guid="{CODE}" name="Says" isCodable="true">{sure}</Code>'
    start = LETTER.index("the bridge")
    path = archive(tmp_path, LETTER.encode(), selection(start, start + 15, SUBCODE, inner=OTTO), codes=codes)
    names = NameMap({"Says/Sure": Meaning("claims", "strength", "weak")}, {"Description": "person_id"})
    assert [problem.message for problem in plan(seeds, path).errors] == ["'Says/Sure' is no table"]
    assert plan(seeds, path, names=names).files[0].added == ["claims.c01"]


FELL = LETTER.index("the bridge")
PICTURE = f'<PictureSelection guid="{CODE}" firstX="1" firstY="1" secondX="2" secondY="2"/>'
# The selections, other parts of the archive, and the message.
FAULTS = {
    "position outside of the text": (selection(9990, 9999, inner=OTTO), {}, "there are no words at 9990 to 9999"),
    "position of many digits": (selection("9" * 5000, 10, inner=OTTO), {}, "there are no words at no offsets"),
    "code of another project": (selection(FELL, FELL + 15, USER, inner=OTTO), {}, "is no table"),
    "picture": ("", {"sources": f"<PictureSource>{PICTURE}</PictureSource>"}, "this selects a part of a page"),
    "code on the whole text": (
        f'<Coding guid="{CODE}"><CodeRef targetGUID="{CODE}"/></Coding>',
        {},
        "this code is on the whole text",
    ),
    "text missing": ("", {"name": "sources/u.txt"}, "the plain text 'internal://t.txt' is not in the archive"),
    "document type": ("", {"doctype": '<!DOCTYPE p [<!ENTITY a "b">]>'}, "a document type is declared here"),
    "not XML": ("<a>", {}, "this is not XML: mismatched tag"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_imported_is_a_problem(fault, seeds, tmp_path):
    """It is at its line of the project in the archive, and no row comes of it."""
    selections, parts, message = FAULTS[fault]
    path = archive(tmp_path, LETTER.encode(), selections, **parts)
    result = plan(seeds, path, names=AS_PERSON)
    [problem] = result.problems
    assert message in problem.message
    assert problem.file.endswith("p.qdpx!Project.QDE")
    assert not any(file.added for file in result.files)


def test_archive_that_is_none_is_a_problem(seeds, tmp_path):
    """Another file is no project, and says so."""
    (tmp_path / "p.qdpx").write_bytes(b"PK")
    assert [problem.message for problem in plan(seeds, tmp_path / "p.qdpx").errors] == [
        "this is not a REFI-QDA project"
    ]


# ── Changed in a program ──────────────────────────────────────────────────────────────────────────


def changed(seeds, tmp_path, change):
    """Plan the import of the sample project's export, after a change of its XML."""
    [exported] = REFI.write(read_project(LETTERS, seeds).project).values()
    path = tmp_path / "changed.qdpx"
    with zipfile.ZipFile(io.BytesIO(exported)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()) if name.endswith(".qde") else data)
    return plan(seeds, path)


def test_changed_description_changes_cells(seeds, tmp_path):
    """A line that is changed changes its cell, one that is gone empties it; a shortened description changes nothing."""
    [file] = changed(seeds, tmp_path, lambda xml: xml.replace("1901-04-29", "1901-04")).files
    assert file.text == (seeds / "documents/bridge.yaml").read_text("utf-8").replace("1901-04-29", "1901-04")
    [file] = changed(seeds, tmp_path, lambda xml: xml.replace('\nwitnesses: [{"person_id": "berta"}]', "")).files
    assert "witnesses" not in file.text
    [file] = changed(seeds, tmp_path, lambda xml: xml.replace(' "berta"}]', "…")).files
    assert not file.is_change


def test_lost_links_change_nothing(seeds, tmp_path):
    """A program that drops all links has not removed the references."""

    def without_links(xml):
        start, end = xml.index("<Links>"), xml.index("</Links>") + len("</Links>")
        return xml[:start] + xml[end:]

    [file] = changed(seeds, tmp_path, without_links).files
    assert not file.is_change


def test_new_identifiers_are_recognized_by_descriptions(seeds, tmp_path):
    """A program that gives selections new identifiers keeps the line that names the row."""

    def renamed(xml):
        root = etree.fromstring(xml.encode())
        for number, each in enumerate(all_of(root, "PlainTextSelection")):
            each.set("guid", f"9000000{number}-0000-4000-8000-000000000000")
        return etree.tostring(root, encoding="unicode")

    [file] = changed(seeds, tmp_path, renamed).files
    assert (file.added, file.gone) == ([], [])


# ── Positions ─────────────────────────────────────────────────────────────────────────────────────

TEXT = "One 😀 two.\r\nThree 😀 four, five.\r\nSix seven 😀 eight.\r\n"
SPANS = [(TEXT.index(word), TEXT.index(word) + len(word)) for word in ("two", "Three 😀 four", "five", "Six", "eight")]
CONVENTIONS = [
    Convention(),
    Convention("utf-16"),
    Convention("points", crlf_is_one=True),
    Convention("utf-16", crlf_is_one=True, counts_bom=True),
    Convention("points", inclusive=True),
    Convention("points", counts_bom=True),
]


@pytest.mark.parametrize("convention", CONVENTIONS, ids=str)
def test_convention_of_positions_is_found_out(convention):
    """From selections of whole words, the way to count is found out, also without names."""
    offsets = Offsets(TEXT, convention)
    selections = [(*offsets.from_points(*span), "") for span in SPANS]
    assert likely_conventions([(TEXT, selections)])[0] == convention
