"""The tables of a file of Discourse Network Analyzer 3, which is a database of SQLite."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache

VERSION = "3.0.7"  # of the files of this schema, which later versions open, too
MAX_LENGTH = 190  # of names, titles and short texts
ENTITY, TEXT = "short text", "long text"  # types of data

_ITERATIONS = 100_000  # of a password's digest
_ID = "ID INTEGER NOT NULL PRIMARY KEY"
_SHORT = f"TEXT NOT NULL DEFAULT '' CHECK (LENGTH({{}}) <= {MAX_LENGTH})"
_COLOR = ", ".join(
    f"{part} INTEGER NOT NULL DEFAULT 0 CHECK ({part} BETWEEN 0 AND 255)" for part in ("Red", "Green", "Blue")
)
_PERMISSIONS = (
    *("AddDocuments", "EditDocuments", "DeleteDocuments", "ImportDocuments"),
    *("AddStatements", "EditStatements", "DeleteStatements", "EditAttributes", "EditRegex", "EditStatementTypes"),
    *("EditCoders", "EditCoderRelations", "ViewOthersDocuments", "EditOthersDocuments"),
    *("ViewOthersStatements", "EditOthersStatements"),
)


def _short(*names: str) -> str:
    return ", ".join(f"{name} {_SHORT.format(name)}" for name in names)


def _flag(name: str, default: int = 1) -> str:
    return f"{name} INTEGER NOT NULL DEFAULT {default} CHECK ({name} IN (0, 1))"


def _to(table: str, name: str = "") -> str:
    """Return a column that refers to a row of a table, and is deleted with it."""
    return f"{name or f'{table.title()[:-1]}Id'} INTEGER REFERENCES {table}(ID) ON DELETE CASCADE"


def _data(value: str) -> str:
    """Return the columns of a table with the values of the variables of one type."""
    return f"{_ID}, {_STATEMENT}, {_VARIABLE}, {value}, UNIQUE (StatementId, VariableId)"


_STATEMENT, _VARIABLE = _to("STATEMENTS"), _to("VARIABLES")
SCHEMA: Mapping[str, str] = {
    "SETTINGS": "Property TEXT PRIMARY KEY, Value TEXT NOT NULL",
    "CODERS": ", ".join(
        (
            *(
                _ID,
                _short("Name"),
                _COLOR,
                "Refresh INTEGER NOT NULL DEFAULT 0",
                "FontSize INTEGER NOT NULL DEFAULT 14",
            ),
            *(_short("Password"), "PopupWidth INTEGER DEFAULT 300", _flag("ColorByCoder", 0)),
            *(_flag("PopupDecoration", 0), _flag("PopupAutoComplete")),
            *(_flag(f"Permission{name}") for name in _PERMISSIONS),
        )
    ),
    "DOCUMENTS": f"{_ID}, {_short('Title')}, Text TEXT NOT NULL, {_to('CODERS', 'Coder')},"
    f" {_short('Author', 'Source', 'Section')}, Notes TEXT NOT NULL DEFAULT '', {_short('Type')},"
    " Date INTEGER NOT NULL",
    "STATEMENTTYPES": f"{_ID}, {_short('Label')}, {_COLOR}",
    "VARIABLES": f"{_ID}, {_short('Variable')}, DataType TEXT NOT NULL DEFAULT '{ENTITY}'"
    f" CHECK (DataType IN ('boolean', 'integer', '{TEXT}', '{ENTITY}')),"
    f" {_to('STATEMENTTYPES', 'StatementTypeId')}, UNIQUE (Variable, StatementTypeId)",
    "VARIABLELINKS": f"{_ID}, {_to('VARIABLES', 'SourceVariableId')}, {_to('VARIABLES', 'TargetVariableId')},"
    " CHECK (TargetVariableId != SourceVariableId)",
    "REGEXES": f"Label TEXT PRIMARY KEY CHECK (LENGTH(Label) <= {MAX_LENGTH}), {_COLOR}",
    "CODERRELATIONS": f"{_ID}, {_to('CODERS', 'Coder')}, {_to('CODERS', 'OtherCoder')}, {_flag('viewStatements')},"
    f" {_flag('editStatements')}, {_flag('viewDocuments')}, {_flag('editDocuments')}, CHECK (Coder != OtherCoder)",
    "STATEMENTS": f"{_ID}, {_to('STATEMENTTYPES', 'StatementTypeId')}, {_to('DOCUMENTS')},"
    " Start INTEGER NOT NULL CHECK (Start >= 0), Stop INTEGER NOT NULL CHECK (Stop >= 0),"
    f" {_to('CODERS', 'Coder')}, CHECK (Start < Stop)",
    "ENTITIES": f"{_ID}, {_VARIABLE}, {_short('Value')}, {_COLOR}, {_to('ENTITIES', 'ChildOf')},"
    " UNIQUE (VariableId, Value)",
    "DATABOOLEAN": _data("Value INTEGER NOT NULL DEFAULT 1"),
    "DATAINTEGER": _data("Value INTEGER NOT NULL DEFAULT 0"),
    "DATASHORTTEXT": _data(_to("ENTITIES", "Entity")),
    "DATALONGTEXT": _data("Value TEXT DEFAULT ''"),
    "ATTRIBUTEVARIABLES": f"{_ID}, {_VARIABLE}, {_short('AttributeVariable')}, UNIQUE (VariableId, AttributeVariable)",
    "ATTRIBUTEVALUES": f"{_ID}, {_to('ENTITIES', 'EntityId')}, {_to('ATTRIBUTEVARIABLES', 'AttributeVariableId')},"
    f" {_short('AttributeValue')}, UNIQUE (EntityId, AttributeVariableId)",
}


@cache
def password_digest(password: str, salt: bytes) -> str:
    """Return what a file stores of a password: the salt, and what 100,000 rounds of SHA-256 make of both.

    Args:
        password: The password.
        salt: 16 bytes.
    """
    digest = salt + password.encode()
    for _ in range(_ITERATIONS):
        digest = hashlib.sha256(digest).digest()
    return base64.b64encode(salt + digest).decode()
