"""Texts that are added to a project: what is written, what is said, and what is refused."""

import re
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from stancebook.cli.main import main
from stancebook.starter import documents
from tests.unit.sample_contract import LETTERS
from tests.unit.starter.sample_files import PAGE, PAGE_TEXT, pdf, word

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def add(outcome):
    """Run `stancebook add` in the fictional project; return its exit status, standard output and standard error."""
    return lambda *argv, contract=CONTRACT: outcome(lambda: main(["add", *argv], contract=lambda: contract))


@pytest.fixture
def save(project):
    """Write a file into the folder of the project, and return its name."""

    def write(name, content):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    return write


def files():
    """Return the content of all files of the working folder by name."""
    return {path.as_posix(): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


# ── What is written ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["Hale said no.\r\n\r\nYes.\r", "\ufeffNo.", "سلام עולם 👩‍👩‍👧 é"])
def test_text_is_kept_byte_for_byte(add, save, text):
    """A text in UTF-8 is copied as it is; there is no original apart from it."""
    status, _, _ = add(save("in/News 1.txt", text))
    assert status == 0
    assert Path("seeds/documents/news-1.txt").read_bytes() == text.encode()
    assert not Path("originals").exists()


def test_annotations_begin_with_what_is_known(add, save):
    """The annotation file has what the page says, where it says it, and an empty key for each that is missing."""
    save("dataset/annotation.schema.json", "{}")
    assert add(save("talks.html", PAGE), "--set", "coder=rv")[0] == 0
    assert Path("seeds/documents/talks.txt").read_text(encoding="utf-8") == PAGE_TEXT
    assert Path("originals/talks.html").read_text(encoding="utf-8") == PAGE
    assert (
        Path("seeds/documents/talks.yaml").read_text(encoding="utf-8")
        == """\
# yaml-language-server: $schema=../../dataset/annotation.schema.json

# To be compared with the text: title from its <meta> og:title, publisher from its <meta> og:site_name,
# author from its JSON-LD author, published from its <meta> article:published_time, url from its <link
# rel="canonical">, language from its <html lang>
document:
  title: Northmark opens door
  publisher: The Harbour Gazette
  author: R. Vale, T. Oake
  published: 2031-04-02
  url: https://example.org/river-talks
  coder: rv
  language: en-GB
  # Who owns the text, and the terms on which it is published here.
  rights:
"""
    )


def test_build_says_what_is_missing(add, save):
    """The build names each key that is to be filled in, at its line; filled in, the document is valid."""
    add(save("talks.html", PAGE), "--set", "coder=rv")
    [problem] = build_tables(CONTRACT, Path("seeds")).errors
    assert (problem.file, problem.line, problem.where) == ("seeds/documents/talks.yaml", 13, "document.rights")
    annotations = Path("seeds/documents/talks.yaml")
    annotations.write_text(annotations.read_text(encoding="utf-8").replace("rights:", "rights: © Gazette"), "utf-8")
    assert build_tables(CONTRACT, Path("seeds")).errors == []


def test_text_that_says_nothing_has_all_keys_to_fill_in(add, save):
    """Without anything known, each required key is named with its definition, and each is a problem of its own."""
    assert (
        "missing: title, publisher, published, url, rights, coder, language" in add(save("a.txt", "Hale said no."))[1]
    )
    errors = build_tables(CONTRACT, Path("seeds")).errors
    assert {problem.where for problem in errors} == {
        f"document.{key}" for key in ("title", "publisher", "published", "url", "rights", "coder", "language")
    }


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.docx", word("Hale said no.", title="Talks")), ("a.pdf", pdf(["Hale said no."], title="Talks"))],
)
def test_word_files_and_pdfs_are_extracted(add, save, name, data):
    """The text is extracted and shown, the file is kept, and its properties are in the annotation file."""
    status, out, _ = add(save(name, data), "--doc-id", "gazette/talks")
    assert status == 0
    assert "\n         Hale said no." in out
    assert Path("seeds/documents/gazette/talks.txt").read_text(encoding="utf-8").startswith("Hale said no.")
    assert Path("originals/gazette", f"talks{name[1:]}").read_bytes() == data
    assert "  title: Talks\n  author: R. Vale\n" in Path("seeds/documents/gazette/talks.yaml").read_text("utf-8")


def test_other_contract_has_other_keys(add, save):
    """Only keys of the contract's document are written; what has none is said."""
    status, out, _ = add(save("talks.html", PAGE), contract=LETTERS)
    assert status == 0
    annotations = Path("seeds/documents/talks.yaml").read_text(encoding="utf-8")
    assert annotations.partition("\n")[2].startswith("letter:\n  language: en-GB\n")
    assert out.count("not used: title ") == 1
    assert "not used: title 'Northmark opens door' (its <meta> og:title): documents have no key 'title'" in out


def test_value_that_does_not_fit_is_not_used(add, save):
    """What is no value of its column is left to a person, and said."""
    page = PAGE.replace("2031-04-02T23:30:00-05:00", "April 2, 2031").replace('"datePublished": "2031-04-03",', "")
    _, out, _ = add(save("talks.html", page))
    assert "not used: published (its <meta> article:published_time): 'April 2, 2031' is not a day" in out
    assert "\n  published:\n" in Path("seeds/documents/talks.yaml").read_text(encoding="utf-8")


def test_values_of_the_command_line_come_first(add, save):
    """What a person says takes the place of what the file says."""
    add(save("talks.html", PAGE), "--title", "Door: open?", "--set", "published=2031-04-03")
    text = Path("seeds/documents/talks.yaml").read_text(encoding="utf-8")
    assert "\n  title: 'Door: open?'\n" in text or '\n  title: "Door: open?"\n' in text
    assert "\n  published: 2031-04-03\n" in text


def test_text_among_the_documents_gets_its_annotations(add, save):
    """A text that is in its place already stays there, and gets an annotation file."""
    assert add(save("seeds/documents/gazette/talks.txt", "Hale said no."))[0] == 0
    assert Path("seeds/documents/gazette/talks.yaml").is_file()
    assert Path("seeds/documents/gazette/talks.txt").read_bytes() == b"Hale said no."


ARABIC_PAGE = """<html lang="ar" dir="rtl"><meta property="og:title" content="الوفدان يلتقيان في الميناء">
<meta property="article:published_time" content="2033-03-08T09:00:00+03:00"><article><h1>الوفدان يلتقيان في الميناء</h1>
<p>بقلم ليلى منصور</p><p>قال وزير الخارجية سليم حداد يوم الاثنين: «لن نقبل اتفاقاً بلا ضمانات».</p></article></html>"""
ARABIC_CODEBOOK = """\
actors:
  - {actor_id: salim-haddad, name: Salim Haddad, actor_type: person, description: A foreign minister.}
  - {actor_id: layla-mansur, name: Layla Mansur, actor_type: person, description: Author of the report.}
issues:
  - issue_id: agreement-without-guarantees
    label: Agreement without guarantees
    topic: security_guarantees
    proposition: An agreement is made without guarantees.
    softer: toward_support
"""
ARABIC_ROWS = """
mentions:
  - {id: m01, actor_id: salim-haddad, quote: سليم حداد, confidence: high}
  - {id: m02, actor_id: layla-mansur, quote: ليلى منصور, confidence: high}
statements:
  - id: s01
    speaker_id: salim-haddad
    holder_id: salim-haddad
    issue_id: agreement-without-guarantees
    stance: strongly_opposes
    attribution: direct
    source: on_record
    act: reject
    date_text: يوم الاثنين
    date_edtf: 2033-03-07
    confidence: high
    summary: He accepts no agreement without guarantees.
    quote: «لن نقبل اتفاقاً بلا ضمانات»
"""


def test_text_of_another_conflict_and_script_is_added_and_built(add, save):
    """A page in Arabic is added to a project that has other texts, coded by the same contract, and built."""
    values = ("publisher=الميناء", "author=ليلى منصور", "url=https://example.org/a", "rights=© الميناء", "coder=ab")
    status, out, _ = add(save("الميناء.html", ARABIC_PAGE), *(part for value in values for part in ("--set", value)))
    assert (status, "missing" in out.partition("next ")[0]) == (0, False)
    [annotations] = (path for path in Path("seeds/documents").glob("*.yaml") if path.stem != "river-talks")
    save(annotations, annotations.read_text(encoding="utf-8") + ARABIC_ROWS)
    save("seeds/codebook/arabic.yaml", ARABIC_CODEBOOK)
    built = build_tables(CONTRACT, Path("seeds"))
    assert built.problems == []
    statement = built.frames["statements"].set_index("statement_id").loc[f"{annotations.stem}#s01"]
    text = annotations.with_suffix(".txt").read_text(encoding="utf-8")
    assert text[statement.char_start : statement.char_end] == statement.quote == "«لن نقبل اتفاقاً بلا ضمانات»"


# ── What is said ──────────────────────────────────────────────────────────────────────────────────


def test_output_names_files_origins_and_doubts(add, save):
    """The output shows the start of the text, doubtful characters, and where each value is from."""
    page = PAGE.replace("then", "then\u200b\u00ad").replace("Hale", "\u200bHale")
    status, out, _ = add(save("talks.html", page))
    assert status == 0
    assert out.startswith(
        "added    seeds/documents/talks.txt: 110 characters, from originals/talks.html\n\n         Northmark"
    )
    assert "         2 × U+200B zero width space, first at 5:1\n" in out
    assert "         1 × U+00AD soft hyphen, at 6:6\n" in out
    assert "began    seeds/documents/talks.yaml\n" in out
    assert '         url: https://example.org/river-talks (from its <link rel="canonical">)\n' in out
    assert "         missing: rights, coder\n" in out
    assert out.splitlines()[-1].startswith("next     fill in what is missing")


def test_converted_text_is_said_and_kept(add, save):
    """What was not in UTF-8 is converted, and the file is kept."""
    data = "Łódź".encode("windows-1250")
    assert "converted from cp1250 to UTF-8" in add(save("a.txt", data), "--encoding", "windows-1250")[1]
    assert Path("seeds/documents/a.txt").read_text(encoding="utf-8") == "Łódź"
    assert Path("originals/a.txt").read_bytes() == data


# ── What is refused ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("argv", "status", "sentence"),
    [
        (["gone.txt"], 1, "gone.txt cannot be read (No such file or directory)."),
        (["seeds"], 1, "seeds cannot be read (Is a directory)."),
        (["empty.txt"], 1, "empty.txt is empty."),
        (["latin.txt"], 1, "latin.txt is not in UTF-8 (byte 0xef in line 1)"),
        (["zero.txt"], 1, "zero.txt is not text in UTF-8: byte 0x00 is here; save the file again as UTF-8."),
        (["river-talks.txt"], 1, "river-talks.txt seeds/documents/river-talks.yaml exists already"),
        (["…txt.txt", "--doc-id", "Talks 1"], 1, "'Talks 1' cannot be a document's id"),
        (["….txt"], 1, "….txt has a name without letters and digits: give its id with --doc-id."),
        (["a.txt", "--doc-id", "../a"], 1, "'../a' cannot be a document's id"),
        (["a.txt", "A.txt"], 1, "2 files would have the id 'a': add them one by one, with --doc-id."),
        (["a.txt", "other.txt", "--doc-id", "b"], 2, "--doc-id is the id of one document: add the files one by one"),
        (["a.txt", "--set", "publishr=Gazette"], 1, "did you mean 'publisher'?\n"),
        (["a.txt", "--set", "published=1.4.2031"], 1, "published: '1.4.2031' is not a day"),
        (["a.txt", "--set", "publisher"], 2, "'publisher' is not KEY=VALUE"),
        (["a.txt", "empty.txt", "gone.txt"], 1, "gone.txt cannot be read"),
    ],
)
def test_what_cannot_be_added_is_said(add, save, argv, status, sentence):
    """What is wrong is said in a sentence; of several files, none is added."""
    for name in ("a.txt", "A.txt", "other.txt", "river-talks.txt", "….txt", "…txt.txt"):
        save(name, "Hale said no.")
    for name, data in {"empty.txt": b"", "latin.txt": b"na\xefve", "zero.txt": b"a\0b"}.items():
        save(name, data)
    before = files()
    found, out, err = add(*argv)
    assert (found, sentence in out + err) == (status, True), out + err
    assert "Nothing was added." in out or found == 2
    assert files() == before


def test_original_of_another_file_is_never_replaced(add, save):
    """A kept original of the same name is not replaced by another."""
    save("originals/talks.html", "mine")
    status, out, _ = add(save("talks.html", PAGE))
    assert (status, "originals/talks.html is another file; choose another id" in out) == (1, True)
    assert Path("originals/talks.html").read_text(encoding="utf-8") == "mine"


def test_failure_leaves_nothing_half_added(add, save, monkeypatch):
    """If a file of the second text cannot be written, the files of the first are gone too."""
    write = documents.write_atomically

    def refuse(path, data):
        if path.name == "b.yaml":
            raise OSError(28, "No space left on device", str(path))
        write(path, data)

    names = save("in/a.html", PAGE), save("in/b.txt", "Hale said no.")
    before = files()
    monkeypatch.setattr(documents, "write_atomically", refuse)
    status, out, _ = add(*names)
    assert (status, "seeds/documents/b.yaml cannot be written (No space left on device)." in out) == (1, True)
    assert files() == before
    assert not Path("originals").exists()


def test_missing_library_names_the_extra(add, save, monkeypatch):
    """Without the extra `texts`, a PDF is refused with the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "pypdf", None)
    status, out, _ = add(save("a.pdf", pdf(["Hale said no."])))
    assert status == 1
    assert re.search(
        r'Nothing was added\. pypdf is not installed\. Install it with: pip install "stancebook\[texts\]"', out
    )
