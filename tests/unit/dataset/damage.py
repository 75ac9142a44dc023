"""Ways to damage a dataset: its tables and its data package, by name."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.dataset.package_json import signed

TABLE = "statements"
FILE = f"{TABLE}.parquet"
PACKAGE = "datapackage.json"

Damage = Callable[[Path], Any]


def rewritten(change: Callable[[pa.Table], pa.Table]) -> Damage:
    """Return a function that writes the table again, changed, with the metadata of its footer."""

    def damage(folder: Path) -> None:
        table = pq.read_table(folder / FILE)
        metadata = table.schema.metadata
        pq.write_table(change(table).replace_schema_metadata(metadata), folder / FILE)

    return damage


def retyped(column: str, type_: pa.DataType, cell: Any) -> Damage:
    """Return a function that fills a column with a value of another type."""

    def change(table: pa.Table) -> pa.Table:
        return table.set_column(table.column_names.index(column), column, pa.array([cell] * len(table), type_))

    return rewritten(change)


def with_footer(change: Callable[[dict[str, Any]], Any]) -> Damage:
    """Return a function that changes what the footer says of the table."""

    def damage(folder: Path) -> None:
        table = pq.read_table(folder / FILE)
        facts = json.loads(table.schema.metadata[b"stancebook"])
        change(facts)
        metadata = {**table.schema.metadata, b"stancebook": json.dumps(facts)}
        pq.write_table(table.replace_schema_metadata(metadata), folder / FILE)

    return damage


def with_bytes(change: Callable[[bytes], bytes], name: str = FILE) -> Damage:
    """Return a function that changes the bytes of a file."""
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def replaced(make: Callable[[Path], Any], name: str = FILE) -> Damage:
    """Return a function that puts something else in the place of a file."""

    def damage(folder: Path) -> None:
        (folder / name).rename(folder.parent / "moved")
        make(folder / name)

    return damage


def listen(path: Path) -> None:
    """Put a socket at a path, which stays after the program closes it."""
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
    finally:
        os.chdir(here)


def repackaged(change: Callable[[dict[str, Any]], Any], *, sign: bool = True) -> Damage:
    """Return a function that changes the data package, and signs it."""

    def damage(folder: Path) -> None:
        package = json.loads((folder / PACKAGE).read_bytes())
        change(package)
        (folder / PACKAGE).write_text(json.dumps(signed(package) if sign else package, indent=2), encoding="utf-8")

    return damage


def resource(package: dict[str, Any]) -> dict[str, Any]:
    """Return the resource of the table."""
    return next(each for each in package["resources"] if each["name"] == TABLE)


def field(package: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a field of the table."""
    return next(each for each in resource(package)["schema"]["fields"] if each["name"] == name)


def many_rows(table: pa.Table) -> pa.Table:
    """Return two million rows that are all the same, and hardly need any bytes."""
    return pa.table({name: pa.repeat(table[name][0], 2_000_000) for name in table.column_names}, table.schema)


SPECIAL_FILES: dict[str, Callable[[Path], Any]] = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a socket": listen,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link out": lambda path: path.symlink_to(path.parent.parent / "moved"),
    "a link by a relative path": lambda path: path.symlink_to("../moved"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "nothing": lambda _: None,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
}

TABLES: dict[str, Damage] = {
    "one more column": rewritten(lambda table: table.append_column("x", pa.array(range(len(table))))),
    "a column twice": rewritten(lambda table: table.append_column("stance", table["stance"])),
    "a column less": rewritten(lambda table: table.drop_columns(["stance"])),
    "columns in another order": rewritten(lambda table: table.select(table.column_names[::-1])),
    "a renamed column": rewritten(lambda t: t.rename_columns(["x" if n == "stance" else n for n in t.column_names])),
    "lists": retyped("quote", pa.list_(pa.string()), ["a"]),
    "records": retyped("quote", pa.struct([("a", pa.string())]), {"a": "b"}),
    "numbers for text": retyped("summary", pa.int64(), 1),
    "text for numbers": retyped("char_start", pa.string(), "1"),
    "moments for days": retyped("date_start", pa.timestamp("us"), 1),
    "small numbers": retyped("char_start", pa.int32(), 1),
    "bytes for text": retyped("summary", pa.binary(), b"\xff"),
    "nothing but nulls": retyped("summary", pa.null(), None),
    "other rows": rewritten(lambda table: table.take(list(range(len(table)))[::-1])),
    "rows less": rewritten(lambda table: table.slice(1)),
    "no rows": rewritten(lambda table: table.slice(0, 0)),
    "millions of rows": rewritten(many_rows),
    "megabytes of one text": retyped("summary", pa.string(), "x" * 30_000_000),
    "another build": with_footer(lambda facts: facts.update(build="0" * 64)),
    "a footer of wrong types": with_footer(lambda facts: facts.update(columns=7)),
    "a footer without columns": with_footer(lambda facts: facts.pop("columns")),
    "a footer with other values": with_footer(lambda facts: facts["columns"][5].update(categories=["a"])),
    "no footer": lambda folder: pq.write_table(
        pq.read_table(folder / FILE).replace_schema_metadata(None), folder / FILE
    ),
    "no bytes": with_bytes(lambda _: b""),
    "half of its bytes": with_bytes(lambda data: data[: len(data) // 2]),
    "a byte more": with_bytes(lambda data: data + b"\0"),
    "another byte": with_bytes(lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:]),
    "JSON": with_bytes(lambda _: b'{"a": 1}'),
    "one file as the other": lambda folder: (folder / FILE).write_bytes((folder / "events.parquet").read_bytes()),
    **{f"{name} in its place": replaced(make) for name, make in SPECIAL_FILES.items()},
}

PACKAGES: dict[str, Damage] = {
    "a title that was changed": repackaged(lambda package: package.update(title="Mine"), sign=False),
    "a wider pattern": repackaged(lambda package: field(package, "doc_id")["constraints"].clear(), sign=False),
    "a value more": repackaged(
        lambda package: field(package, "stance")["categories"].append({"value": "rumoured"}), sign=False
    ),
    "no primary key": repackaged(lambda package: resource(package)["schema"].pop("primaryKey"), sign=False),
    "no foreign keys": repackaged(lambda package: resource(package)["schema"].pop("foreignKeys"), sign=False),
    "digests of zeros": repackaged(lambda package: resource(package).update(hash="sha256:" + "0" * 64), sign=False),
    "no digest of its own": repackaged(lambda package: package["stancebook"].pop("digest"), sign=False),
    "a digest of a wrong type": repackaged(lambda package: package["stancebook"].update(digest=7), sign=False),
    "a key twice": with_bytes(lambda data: data.replace(b'"version"', b'"title": "x",\n"version"', 1), PACKAGE),
    "no bytes": with_bytes(lambda _: b"", PACKAGE),
    "half of its bytes": with_bytes(lambda data: data[: len(data) // 2], PACKAGE),
    "a list": with_bytes(lambda _: b"[]", PACKAGE),
    "null": with_bytes(lambda _: b"null", PACKAGE),
    "nested lists": with_bytes(lambda _: b"[" * 100_000, PACKAGE),
    "a nested object": with_bytes(
        lambda data: data.replace(b'"version"', b'"x": ' + b"[" * 900 + b"]" * 900 + b',"version"', 1), PACKAGE
    ),
    "UTF-16": with_bytes(lambda data: data.decode().encode("utf-16"), PACKAGE),
    "Latin-1": with_bytes(lambda data: data.replace(b'"version"', b'"caf\xe9": 1, "version"', 1), PACKAGE),
    "a huge number": with_bytes(lambda data: data.replace(b'"rows": 3', b'"rows": ' + b"9" * 5000), PACKAGE),
    "megabytes": with_bytes(lambda data: data + b" " * (17 << 20), PACKAGE),
    "a path out": repackaged(lambda package: resource(package).update(path=f"../{FILE}")),
    "an absolute path": repackaged(lambda package: resource(package).update(path=f"/{FILE}")),
    "a path of Windows": repackaged(lambda package: resource(package).update(path=f"..\\{FILE}")),
    "a path with a drive": repackaged(lambda package: resource(package).update(path=f"C:{FILE}")),
    "an encoded path": repackaged(lambda package: resource(package).update(path=f"%2e%2e%2f{FILE}")),
    "a URL": repackaged(lambda package: resource(package).update(path=f"file:///{FILE}")),
    "parts out": repackaged(
        lambda package: resource(package).update(
            path=[f"{FILE}/../../{FILE}"], parts=[{"rows": 1, "hash": "", "build": ""}]
        )
    ),
    "a path with a NUL": repackaged(lambda package: resource(package).update(path=f"a\0{FILE}")),
    "no path": repackaged(lambda package: resource(package).pop("path")),
    "a number for a path": repackaged(lambda package: resource(package).update(path=7)),
    "no parts": repackaged(lambda package: resource(package).update(path=[], parts=[])),
    "a text for rows": repackaged(lambda package: resource(package).update(rows="3")),
    "no fields": repackaged(lambda package: resource(package)["schema"].pop("fields")),
    "a field without a name": repackaged(lambda package: field(package, "stance").pop("name")),
    "fields of a wrong type": repackaged(lambda package: resource(package)["schema"].update(fields=7)),
    "a list of resources less": repackaged(lambda package: package.update(resources=7)),
    "a null for a resource": repackaged(lambda package: package["resources"].insert(0, None)),
    "another type": repackaged(lambda package: field(package, "char_start").update(type="string")),
    "no stancebook": repackaged(lambda package: package.pop("stancebook"), sign=False),
    "a text for stancebook": repackaged(lambda package: package.update(stancebook="x"), sign=False),
    **{f"{name} in its place": replaced(make, PACKAGE) for name, make in SPECIAL_FILES.items()},
}
