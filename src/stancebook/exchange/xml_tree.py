"""Read XML to a tree whose elements know their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from stancebook.exchange.project import Place
from stancebook.problems import Problem


@dataclass
class Element:
    """An element.

    Attributes:
        name: Its name without a namespace.
        attributes: Its attributes.
        place: Where it starts.
        text: The text in it, without that of its children.
        children: The elements in it.
    """

    name: str
    attributes: dict[str, str]
    place: Place
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """Return an attribute; empty if there is none."""
        return self.attributes.get(name, "")

    def all(self, *path: str) -> Iterator[Element]:
        """Yield the elements at a path of names."""
        for child in self.children:
            if child.name == path[0]:
                if len(path) == 1:
                    yield child
                else:
                    yield from child.all(*path[1:])

    def first(self, *path: str) -> Element | None:
        """Return the first element at a path of names; None if there is none."""
        return next(self.all(*path), None)

    def below(self, *names: str) -> Iterator[Element]:
        """Yield the elements of some names, at any depth."""
        for child in self.children:
            if child.name in names:
                yield child
            yield from child.below(*names)


class _HasTypeError(Exception):
    """Raised at a declaration of a document type, which may define entities without end."""


def read_xml(data: bytes, file: str) -> tuple[Element | None, list[Problem]]:
    """Parse an XML file; its declaration says the encoding.

    Args:
        data: The content of the file.
        file: Its path as displayed in problems.

    Returns:
        The root; or None, and the problem that there is none.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    root = Element("", {}, Place(file))
    stack = [root]

    def start(name: str, attributes: dict[str, str]) -> None:
        place = Place(file, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
        element = Element(name.rpartition(" ")[2], attributes, place)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_name: str) -> None:
        stack.pop()

    def characters(text: str) -> None:
        stack[-1].text += text

    def refuse(*_declaration: object) -> None:
        raise _HasTypeError

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, refuse
    try:
        parser.Parse(data, True)
    except _HasTypeError:
        return None, [Problem(file, parser.CurrentLineNumber, 1, "", "a document type is declared here", "delete it")]
    except expat.ExpatError as error:
        message = f"this is not XML: {expat.ErrorString(error.code)}"
        return None, [Problem(file, error.lineno, error.offset + 1, "", message, "export the project again")]
    return root.children[0], []
