"""Files with texts, as programs write them: PDF, Word, web pages."""

import io
import zipfile

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Northmark opens door | Gazette</title>
<meta property="og:title" content="Northmark opens door">
<meta property="og:site_name" content="The Harbour Gazette">
<meta property="article:published_time" content="2031-04-02T23:30:00-05:00">
<link rel="canonical" href="https://example.org/river-talks">
<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "datePublished": "2031-04-03",
 "author": [{"name": "R. Vale"}, {"name": "T. Oake"}]}]}</script></head>
<body><nav>Home</nav><article><h1>Northmark opens door</h1><p class="byline">By R. Vale
 and T. Oake</p><script>track()</script><p hidden>secret</p>
<div>Hale said “yes”,<br>then <b>left</b>.<ul><li>one<li>two</ul>After&nbsp;the list 👍</div>
<table><tr><td>a<td>b</table><aside>More news</aside></article><footer>© Gazette</footer></body></html>
"""
PAGE_TEXT = (
    "Northmark opens door\n\nBy R. Vale and T. Oake\n\nHale said “yes”,\nthen left.\n\none\n\ntwo\n\n"
    "After\u00a0the list 👍\n\na b\n"
)


def pdf(*pages, title="", key="", algorithm="RC4-128", language=""):
    """Return a PDF with these lines on its pages, in one of the fonts that every program has."""
    streams = [
        "\n".join(["BT /F1 12 Tf 72 720 Td 14 TL", *(f"({line}) Tj T*" for line in lines), "ET"]) for lines in pages
    ]
    numbers = range(4, 4 + 2 * len(pages), 2)
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, stream in zip(numbers, streams, strict=True):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {number + 1} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    body, offsets = "%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    body += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{body.index('xref')}\n%%EOF\n"
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(body.encode("latin-1"))))
    if title:
        writer.add_metadata({"/Title": title, "/Author": "R. Vale"})
    if language:
        writer.root_object[NameObject("/Lang")] = TextStringObject(language)
    if key:
        writer.encrypt(key, algorithm=algorithm)
    return written(writer.write)


def word(*paragraphs, title="", language=""):
    """Return a Word file with these paragraphs, then a table, a tracked change, a tab and a text box."""
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, "R. Vale"
    document.core_properties.language = language
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if paragraphs:
        document.add_table(1, 1).cell(0, 0).text = "in a table"
        changed = document.add_paragraph("kept ")
        space = 'xml:space="preserve"'
        for tag, text in (("ins", "<w:t>added</w:t>"), ("del", f"<w:delText {space}>removed</w:delText>")):
            changed._element.append(parse_xml(f"<w:{tag} {nsdecls('w')}><w:r>{text}</w:r></w:{tag}>"))  # noqa: SLF001 (nothing public does it)
        changed.add_run("\tand more")
    return written(document.save)


def with_part(data, name, content):
    """Return a Word file with one more file in its archive, or another one of that name."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.namelist():
            if entry != name:
                archive.writestr(entry, source.read(entry))
        archive.writestr(name, content)
    return target.getvalue()


def written(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()
