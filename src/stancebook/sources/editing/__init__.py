"""Edit YAML and JSON record files as a person would: comments, order, quoting and blank lines stay as they are."""

from stancebook.sources.editing.edits import (
    Edit,
    EditError,
    InsertRecord,
    Path,
    RemoveRecord,
    ReplaceList,
    SetValues,
)
from stancebook.sources.editing.files import edit_annotations, new_annotation_file, read_values, schema_path
from stancebook.sources.editing.numbering import next_id

__all__ = [
    "Edit",
    "EditError",
    "InsertRecord",
    "Path",
    "RemoveRecord",
    "ReplaceList",
    "SetValues",
    "edit_annotations",
    "new_annotation_file",
    "next_id",
    "read_values",
    "schema_path",
]
