"""The text of a file, what the file says about itself, and files that are refused."""

import codecs
import re

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from hypothesis import given
from hypothesis import strategies as st

from stancebook.starter import extraction, word_file
from stancebook.starter.extracted import ExtractionError
from stancebook.starter.extraction import extract
from tests.unit.starter.sample_files import PAGE, PAGE_TEXT, pdf, with_part, word, written


def facts(extracted):
    """Return the first value of each property."""
    return {fact.property: fact.value for fact in reversed(extracted.facts)}


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["Hale said no.\r\n\r\nYes.\r", "\ufeffNo.", "سلام — שלום", "👩‍👩‍👧 é"])
def test_text_in_utf8_is_the_file(text):
    """A text in UTF-8 is kept byte for byte, with its line ends, script and marks."""
    extracted = extract("a.TXT", text.encode())
    assert (extracted.text, extracted.is_the_file, extracted.remarks) == (text.encode(), True, ())


@pytest.mark.parametrize(
    ("data", "encoding", "remark"),
    [
        ("Łódź\r\n".encode("utf-16"), "", "converted from utf-16 to UTF-8, by its byte order mark"),
        (codecs.BOM_UTF32_LE + "Łódź\r\n".encode("utf-32-le"), "", "converted from utf-32 to UTF-8"),
        ("Łódź\r\n".encode("windows-1250"), "windows-1250", "converted from cp1250 to UTF-8, as --encoding says"),
    ],
)
def test_text_in_another_encoding_is_converted(data, encoding, remark):
    """A mark or a person says the encoding; the conversion is said."""
    extracted = extract("a.txt", data, encoding)
    assert (extracted.text, extracted.is_the_file) == ("Łódź\r\n".encode(), False)
    assert extracted.remarks[0].startswith(remark)


@pytest.mark.parametrize(
    ("data", "encoding", "sentence"),
    [
        (
            "Hale said\nshe was naïve.".encode("windows-1252"),
            "",
            "is not in UTF-8 (byte 0xef in line 2). Save it as UTF-8, or give --encoding."
            " windows-1252 reads 'she was naïve.'; windows-1250 reads 'she was naďve.'",
        ),
        ("мир и война".encode("windows-1251"), "", "windows-1251 reads 'мир и война'"),
        ("和平".encode() + b"\xff", "", "is not in UTF-8 (byte 0xff in line 1)"),
        (b"no", "utf-99", "'utf-99' is no encoding; write one such as utf-16"),
        ("naïve".encode("windows-1252"), "utf-8", "is not in utf-8, as --encoding says: line 1 has other bytes"),
        (b"", "", "is empty"),
        (b" \r\n", "", "is empty"),
    ],
)
def test_encoding_is_never_guessed(data, encoding, sentence):
    """What is not UTF-8 and says nothing is refused, with how it reads in the usual encodings."""
    with pytest.raises(ExtractionError, match=re.escape(sentence)):
        extract("a.txt", data, encoding)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("a.doc", "open it, and save it as .docx or .txt"), ("a", "save it as one of .txt, .html"), ("a.png", ".pdf")],
)
def test_other_files_are_refused(name, sentence):
    """A file of another kind is refused with those that are read."""
    with pytest.raises(ExtractionError, match=f"is no file that a text can be taken from: .*{re.escape(sentence)}"):
        extract(name, b"words")


def test_large_file_is_refused(monkeypatch):
    """A file that is larger than any report is not opened."""
    monkeypatch.setattr(extraction, "MAX_BYTES", 1 << 20)
    with pytest.raises(ExtractionError, match="has more than 1 MB"):
        extract("a.pdf", b"%" * (1 << 20) + b"%")


# ── Web pages ─────────────────────────────────────────────────────────────────────────────────────


def test_page_gives_the_text_of_its_article():
    """Blocks are paragraphs and line breaks lines; by-line, lists and tables stay; navigation and scripts do not."""
    extracted = extract("a.html", PAGE.encode())
    assert extracted.text.decode() == PAGE_TEXT
    assert extracted.remarks == ("taken from its <article>, without navigation, asides and footers",)


def test_page_says_what_it_is():
    """Each property is that of the usual place, which is named; a day is left as the page writes it."""
    extracted = extract("a.html", PAGE.encode())
    assert facts(extracted) == {
        "title": "Northmark opens door",
        "author": "R. Vale, T. Oake",
        "publisher": "The Harbour Gazette",
        "published": "2031-04-02T23:30:00-05:00",
        "url": "https://example.org/river-talks",
        "language": "en-GB",
    }
    origins = {fact.property: fact.origin for fact in reversed(extracted.facts)}
    assert origins["published"] == "its <meta> article:published_time"
    assert origins["author"] == "its JSON-LD author"


@pytest.mark.parametrize(
    ("page", "text", "source"),
    [
        ("<article>a</article><article><article>long</article>er</article>", "long\n\ner\n", "the longest of 2"),
        ("<main>a <i>b</i></main><p>c", "a b\n", "its <main>"),
        ("<p>a<p>b<nav>c</nav>", "a\n\nb\n", "all the page"),
        ("words alone", "words alone\n", "all the page"),
        ("<form><p>a</p><button>Search</button></form>", "a\n", "all the page"),
        ("<?xml version='1.0' encoding='utf-8'?><html><body><p>a</p></body></html>", "a\n", "all the page"),
    ],
)
def test_text_is_that_of_the_main_part(page, text, source):
    """The longest article, else the main part, else all the page; which one is said."""
    extracted = extract("a.htm", page.encode())
    assert extracted.text.decode() == text
    assert extracted.remarks[-1].startswith(f"taken from {source}")


def test_page_states_its_encoding():
    """The encoding that a page states is followed, and the conversion is said."""
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>мир'
    extracted = extract("a.html", page.encode("windows-1251"))
    assert extracted.text.decode() == "мир\n"
    assert extracted.remarks[0] == "converted from cp1251 to UTF-8, as the file says"


def test_stated_encoding_is_read_as_browsers_do():
    """A page in Windows-1252 that calls itself ISO-8859-1, as many do, keeps its quotation marks."""
    page = '<meta charset="iso-8859-1"><p>“naïve”'
    assert extract("a.html", page.encode("windows-1252")).text.decode() == "“naïve”\n"
    with pytest.raises(ExtractionError, match="'x-none' is no encoding"):
        extract("a.html", b'<meta charset="x-none"><p>na\xefve')


@pytest.mark.parametrize(
    "page",
    [
        "<script>fill()</script>",
        "<!-- -->",
        "<p> \n</p>",
        "<p>&nbsp;<p>\x1f",
        "<script type='application/ld+json'>[[{</script>",
    ],
)
def test_page_without_text_is_refused(page):
    """A page that a program fills has no text of its own."""
    with pytest.raises(ExtractionError, match="has no text in it"):
        extract("a.html", page.encode())


def test_deep_page_is_read_or_refused():
    """A page may be nested deeper than the interpreter's stack; where the parser gives up, nothing is lost silently."""
    assert extract("a.html", ("<div>" * 2000 + "deep").encode()).text == b"deep\n"
    with pytest.raises(ExtractionError, match="is nested too deeply to be read"):
        extract("a.html", ("<div>" * 3000 + "deep").encode())


@pytest.mark.proof
@given(st.text())
def test_any_page_is_text_or_refused(page):
    """No page raises anything but a sentence, and its text is UTF-8 without markup of scripts."""
    try:
        text = extract("a.html", page.encode(errors="replace")).text
    except ExtractionError:
        return
    assert text.decode().strip()


# ── Word files ────────────────────────────────────────────────────────────────────────────────────


def test_word_file_gives_all_paragraphs():
    """Paragraphs, tables and tracked insertions are text; what was deleted is not."""
    extracted = extract("a.docx", word("سلام", "Hale said “yes”. 👍", title="River  talks", language="en-GB"))
    assert extracted.text.decode() == "سلام\n\nHale said “yes”. 👍\n\nin a table\n\nkept added\tand more\n"
    assert facts(extracted) == {"title": "River talks", "author": "R. Vale", "language": "en-GB"}
    assert extracted.remarks == ()


def test_word_file_without_properties_says_nothing():
    """A file without properties has no title: that of the library's template is not taken."""
    document = docx.Document()
    document.add_paragraph("Hale said yes.")
    relationships = document.part.package.rels
    [key] = [key for key, each in relationships.items() if each.reltype == RELATIONSHIP_TYPE.CORE_PROPERTIES]
    del relationships[key]
    assert extract("a.docx", written(document.save)).facts == ()


def test_word_file_gives_each_text_once():
    """The text of a box, which a file has twice for old programs, and text that was moved are there once."""
    box = "<w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent>"
    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>'
        f"<w:p><w:r><w:t>before</w:t><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
        "<w:p><w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom></w:p>"
        "<w:p><w:moveTo><w:r><w:t>moved</w:t></w:r></w:moveTo></w:p></w:body></w:document>"
    )
    extracted = extract("a.docx", with_part(word("a"), "word/document.xml", body.encode()))
    assert extracted.text.decode() == "before\n\nin a box\n\nmoved\n"


def test_word_file_names_what_is_left_out():
    """Notes and comments are no running text; how many there are is said."""
    document = docx.Document()
    run = document.add_paragraph("Hale said yes.").add_run(" No.")
    document.add_comment(run, "Did she?", author="T. Oake")
    assert extract("a.docx", written(document.save)).remarks == ("left out: 1 comment",)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04 cut", "is damaged, or is no Word file"),
        (b"words", "is damaged, or is no Word file"),
        (b"\xd0\xcf\x11\xe0 old", "is an old Word file, or has a password"),
        (word(), "has no text"),
        (with_part(word("a"), "word/document.xml", b"<w:document>"), "is damaged, or is no Word file"),
        (with_part(word("a"), "[Content_Types].xml", b""), "is damaged, or is no Word file"),
    ],
    ids=["cut", "text", "old", "empty", "broken XML", "no content types"],
)
def test_broken_word_file_is_refused(data, sentence):
    """A file that is damaged, old or empty is refused in a sentence."""
    with pytest.raises(ExtractionError, match=sentence):
        extract("a.docx", data)


def test_word_file_that_unpacks_to_too_much_is_refused(monkeypatch):
    """A small archive that unpacks to a large file is refused before it is unpacked."""
    monkeypatch.setattr(word_file, "MAX_UNPACKED_BYTES", 1 << 20)
    with pytest.raises(ExtractionError, match="unpacks to 2 MB"):
        extract("a.docx", with_part(word("a"), "word/media/a.png", b"\0" * (2 << 20)))


def test_word_file_reads_no_other_file(tmp_path):
    """An entity that names another file is not followed."""
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    body = (
        f'<!DOCTYPE a [<!ENTITY e SYSTEM "{tmp_path.as_uri()}/secret">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>open &e;</w:t></w:r></w:p></w:body></w:document>"
    )
    assert b"secret" not in extract("a.docx", with_part(word("a"), "word/document.xml", body.encode())).text


# ── PDF ───────────────────────────────────────────────────────────────────────────────────────────


def test_pdf_gives_its_lines():
    """Pages are apart; pages without text and words that may be divided are named."""
    data = pdf(["By R. Vale", "Hale spoke of a cease-", "fire."], [], ["Yes."], title="River talks", language="en")
    extracted = extract("a.pdf", data)
    assert extracted.text.decode() == "By R. Vale\nHale spoke of a cease-\nfire.\n\nYes.\n"
    assert facts(extracted) == {"title": "River talks", "author": "R. Vale", "language": "en"}
    assert extracted.remarks == (
        "without text: page 2",
        "1 line with a hyphen at the end: where it only divides a word, quote both parts",
    )


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_pdf_with_a_password_is_refused(algorithm):
    """A password that is needed to read is needed here too, and there is no way to give one."""
    with pytest.raises(ExtractionError, match="is protected by a password: save a copy without one"):
        extract("a.pdf", pdf(["Yes."], key="secret", algorithm=algorithm))


def test_scanned_pdf_is_refused():
    """A PDF of pictures has no text; the sentence names what to do."""
    with pytest.raises(ExtractionError, match="has no text on its 2 pages: these are pictures, as of a scanner"):
        extract("a.pdf", pdf([], []))


@pytest.mark.parametrize("data", [b"words", b"%PDF-1.7\n", pdf(["Yes."])[:200]], ids=["text", "head", "cut"])
def test_broken_pdf_is_refused(data):
    """A PDF that is cut or none is refused in a sentence."""
    with pytest.raises(ExtractionError, match="is damaged, or is no PDF"):
        extract("a.pdf", data)
