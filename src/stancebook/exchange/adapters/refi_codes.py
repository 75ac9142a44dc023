"""The codes of REFI-QDA: a tree of tables, columns and values, and the identifiers of everything that is exported."""

from __future__ import annotations

import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stancebook.exchange.project import ExchangeProject
from stancebook.schema.record_forms import KeyForm, RecordForm

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://www.qdasoftware.org/refi-qda/stancebook")
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
# Characters that XML 1.0 cannot hold: https://www.w3.org/TR/xml/#charsets
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Code:
    """A code with those below it.

    Attributes:
        name: Its name.
        path: The names of those above it, and its own, with slashes.
        description: What it means.
        is_codable: Whether passages may have it; not if it only groups others.
        codes: The codes below it.
    """

    name: str
    path: str
    description: str = ""
    is_codable: bool = True
    codes: list[Code] = field(default_factory=list)


def guid(project: ExchangeProject, *parts: str) -> str:
    """Return the identifier of something that is exported: the same in each export, so that tools can merge them."""
    return str(uuid.uuid5(_NAMESPACE, "/".join((project.name, *parts))))


def code_guid(project: ExchangeProject, path: str) -> str:
    """Return the identifier of a code."""
    return guid(project, "code", path)


def coded_keys(project: ExchangeProject, form: RecordForm) -> list[KeyForm]:
    """Return the keys of a table whose values are codes: choices, booleans and entries of the codebook."""
    return [key for key in form.keys if key.choices or key.kind == "boolean" or key.target in project.codebook]


def code_tree(project: ExchangeProject) -> list[Code]:
    """Return a code for each table, with one for each coded column in it and the values in that."""
    return [
        Code(
            form.name,
            form.name,
            form.description,
            codes=[
                Code(
                    key.name,
                    f"{form.name}/{key.name}",
                    key.description,
                    is_codable=False,
                    codes=[
                        Code(value, f"{form.name}/{key.name}/{value}", text) for value, text in _values(project, key)
                    ],
                )
                for key in coded_keys(project, form)
            ],
        )
        for form in project.layers
    ]


def _values(project: ExchangeProject, key: KeyForm) -> Iterator[tuple[str, str]]:
    """Yield the values of a coded column with what they mean."""
    if key.choices:
        yield from ((choice.value, choice.definition) for choice in key.choices)
    elif key.kind == "boolean":
        yield from (("true", ""), ("false", ""))
    else:
        yield from ((entry.key, entry.label) for entry in project.codebook[key.target])


def all_codes(codes: Sequence[Code]) -> Iterator[Code]:
    """Yield codes with all those below them."""
    for code in codes:
        yield code
        yield from all_codes(code.codes)


def code_element(project: ExchangeProject, code: Code, colour: str = "", *, flat: bool = False) -> ET.Element:
    """Return the element of a code; with those below it, unless codes are written as a flat list."""
    name = code.path.replace("/", ": ") if flat else code.name
    attributes = {"guid": code_guid(project, code.path), "name": name, "isCodable": _boolean(code.is_codable)}
    element = ET.Element("Code", attributes | ({"color": colour} if colour else {}))
    if code.description:
        ET.SubElement(element, "Description").text = NOT_IN_XML.sub(" ", code.description)
    if not flat:
        element.extend(code_element(project, each, colour) for each in code.codes)
    return element


def codes_element(project: ExchangeProject, *, flat: bool = False) -> ET.Element:
    """Return the element of all codes; those of a table have its colour.

    Args:
        project: The project.
        flat: Write no code below another, for programs that keep one level only; names then have all levels.
    """
    codes = ET.Element("Codes")
    for number, code in enumerate(code_tree(project)):
        colour = _COLOURS[number % len(_COLOURS)]
        listed = [each for each in all_codes([code]) if each.is_codable] if flat else [code]
        codes.extend(code_element(project, each, colour, flat=flat) for each in listed)
    return codes


def code_paths(project: ExchangeProject) -> Mapping[str, str]:
    """Return the path of each code of a project by its identifier."""
    return {code_guid(project, code.path): code.path for code in all_codes(code_tree(project))}


def document_bytes(root: ET.Element) -> bytes:
    """Return an XML document: indented, in UTF-8, without a byte order mark."""
    ET.indent(root)
    content: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{content}\n'.encode()


def _boolean(value: bool) -> str:
    return "true" if value else "false"
