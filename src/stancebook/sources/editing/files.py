"""Edit the text of a record file, and write the first text of one."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from stancebook.dataset.layout import ANNOTATION_SCHEMA
from stancebook.problems import Problem, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.remarks import REMARKS
from stancebook.schema.spec import TableSpec
from stancebook.sources.discovery import JSON
from stancebook.sources.editing.edits import Edit, EditError, Values, apply, normalized
from stancebook.sources.editing.json_splicing import JsonSplicer
from stancebook.sources.editing.splicing import Splicer
from stancebook.sources.editing.writing import RecordKeys, block_record, record_keys
from stancebook.sources.editing.yaml_splicing import YamlSplicer
from stancebook.sources.formats import format_of
from stancebook.sources.nodes import Mapping as MappingNode
from stancebook.sources.nodes import Node, Scalar
from stancebook.sources.nodes import Sequence as SequenceNode

_BOM = "\ufeff"


def edit_annotations(text: str, file_name: str, edits: Sequence[Edit], contract: Contract) -> str:
    """Edit the text of an annotation file, or of a file of the codebook.

    Only the lines of edited records change. The result is parsed again, and compared with the values that are intended.

    Args:
        text: The text of the file.
        file_name: Its path as displayed in problems; the extension says the format.
        edits: The edits, each on the result of the one before.
        contract: Declares the tables.

    Returns:
        The text with the edits.

    Raises:
        EditError: The file cannot be parsed, an edit names what is not there, or an edit cannot be written so that it
            is read as intended.
    """
    bom = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(_BOM)
    intended, comments = _read(body, file_name)
    try:
        for edit in edits:
            apply(intended, edit)
    except (LookupError, TypeError, AttributeError) as error:
        message, hint = "the record to edit is not in the file", "read the file again: it may have changed meanwhile"
        raise _edit_error(file_name, message, hint) from error
    sections = _sections(contract)
    for quotes in (False, True):  # quotation marks set a text apart from a comment next to it
        edited = _spliced(body, file_name, edits, sections, quotes=quotes)
        values, comments_now = _read(edited, file_name)
        if comments_now <= comments:
            break
    if normalized(values) != normalized(intended):
        message, hint = "this edit cannot be written so that it is read as intended", "edit the file by hand"
        raise _edit_error(file_name, message, hint)
    return bom + edited


def _spliced(
    text: str, file_name: str, edits: Sequence[Edit], sections: Mapping[str, RecordKeys], *, quotes: bool
) -> str:
    """Return a text with edits."""
    make = JsonSplicer if file_name.endswith(JSON) else YamlSplicer
    splicer: Splicer = make(text, sections, quotes=quotes)
    for edit in edits:
        splicer = splicer.after(splicer.edited(edit))
    return splicer.text


def new_annotation_file(values: Values, contract: Contract, schema: str = "", comment: Sequence[str] = ()) -> str:
    """Return the text of a new YAML annotation file: the mapping of its document.

    Args:
        values: The values of the document by key.
        contract: Declares the tables.
        schema: The path of the JSON Schema for editors, relative to the file; without it, there is no such line.
        comment: The lines of a comment above the document, where it stays when sections are added.
    """
    spec = contract.document
    given = {key: value for key, value in values.items() if value is not None}
    head = f"# yaml-language-server: $schema={schema}\n\n" if schema else ""
    head += "".join(f"{line}\n" for line in comment)
    return f"{head}{spec.section}:\n  {block_record(given, record_keys(contract, spec), 2, {}, quotes=False)}\n"


def schema_path(dataset: FilePath | None, annotation_path: FilePath) -> str:
    """Return the way from an annotation file to the JSON Schema for editors; empty if there is none.

    Args:
        dataset: The folder of the dataset, which has the schema; None if it is elsewhere.
        annotation_path: The annotation file.
    """
    schema = dataset / ANNOTATION_SCHEMA if dataset else None
    if schema is None or not schema.is_file():
        return ""
    return FilePath(os.path.relpath(schema, annotation_path.parent)).as_posix()


def _sections(contract: Contract) -> dict[str, RecordKeys]:
    """Return the keys of the records in each section of a file, in the order of the contract."""
    specs: list[TableSpec] = [contract.document, *contract.tables_of_kind("annotation", "codebook"), *REMARKS]
    return {spec.section: record_keys(contract, spec) for spec in specs}


def read_values(text: str, file_name: str) -> Any:
    """Return the values of a record file: mappings, lists, texts as typed, and None for what is empty.

    Args:
        text: The text of the file.
        file_name: Its path as displayed in problems; the extension says the format.

    Raises:
        EditError: The file cannot be parsed.
    """
    return _read(text, file_name)[0]


def _read(text: str, file_name: str) -> tuple[Any, int]:
    """Read a file that may be edited.

    Returns:
        Its values, and how many of them have a comment next to them that may have been meant as text.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = f"the code point U+{ord(text[error.start]):04X} is half a character"
        raise _edit_error(file_name, message, "type the character itself") from error
    file_format = format_of(file_name)
    if (fast := file_format.read_fast(text)) is not None:
        return fast, 0
    root, problems = file_format.parse(text, file_name)
    if errors := errors_in(problems):
        raise EditError(min(errors))
    if root is None or (isinstance(root, Scalar) and root.absent):
        return {}, 0
    if not isinstance(root, MappingNode):
        raise _edit_error(file_name, "this is not a mapping", "write it as 'key: value' lines")
    comments: list[Node] = []
    return _values(root, comments), len(comments)


def _values(node: Node, comments: list[Node]) -> Any:
    """Return the values of a tree, and collect comments that may have been meant as text."""
    if isinstance(node, MappingNode):
        return {key: _values(value, comments) for key, value in node.values.items()}
    if isinstance(node, SequenceNode):
        return [_values(item, comments) for item in node.items]
    if not isinstance(node, Scalar):  # a refused value, of which there is a problem
        return None
    comments += [node.comment] if node.comment else []
    return None if node.absent else node.text


def _edit_error(file_name: str, message: str, hint: str) -> EditError:
    return EditError(Problem(file_name, 1, 1, "", message, hint))
