"""Write values and records in YAML and JSON, as the records around them are written."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stancebook.schema.contract import Contract
from stancebook.schema.spec import QUOTE_CONTEXT, TableSpec
from stancebook.sources.editing.edits import NewRecord
from stancebook.sources.yaml_fast_reader import UNQUOTED, UNQUOTED_IN_BRACES
from stancebook.sources.yaml_reader import LIKE_A_KEY

WIDTH = 110  # columns of a line, if the words allow it

_PLAIN, _PLAIN_IN_BRACES = re.compile(UNQUOTED), re.compile(UNQUOTED_IN_BRACES)
# What other readers of YAML take for a number, a boolean or null: https://yaml.org/spec/1.2.2/#103-core-schema, and the
# booleans of YAML 1.1.
_TYPED = re.compile(
    r"null|true|false|yes|no|on|off|y|n|~|[-+]?\.?[0-9][0-9_]*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-f]+"
    r"|[-+]?\.inf|\.nan",
    re.IGNORECASE,
)
LITERAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false")
_TYPED_KINDS = ("integer", "number", "boolean")
# What JSON strings may hold, and YAML does not, or not without being read as a line break.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_NOT_FOR_BLOCKS = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class RecordKeys:
    """The keys of a kind of record.

    Attributes:
        order: All keys in the order in which a coder would write them, those of nested lists last.
        verbatim: The keys whose texts are copied from a document.
        typed: The keys whose values are numbers or booleans.
        nested: The keys of the records in each nested list.
    """

    order: tuple[str, ...]
    verbatim: frozenset[str]
    typed: frozenset[str]
    nested: Mapping[str, "RecordKeys"]

    def sorted(self, keys: Sequence[str]) -> list[str]:
        """Return keys in the order in which they are written; unknown ones come last."""
        return sorted(keys, key=lambda key: self.order.index(key) if key in self.order else len(self.order))

    def ordered_like(self, neighbour: Sequence[str]) -> "RecordKeys":
        """Return the same keys in the order of a record that has some of them."""
        order = [key for key in neighbour if key in self.order]
        for number, key in enumerate(self.order):
            if key not in order:
                before = [order.index(other) for other in self.order[:number]]
                order.insert(before[-1] + 1 if before else 0, key)
        return replace(self, order=tuple(order))


def record_keys(contract: Contract, spec: TableSpec) -> RecordKeys:
    """Return the keys that records of a table may have."""
    nested = {name: record_keys(contract, table) for name, table in contract.nested_tables(spec.name).items()}
    columns = [name for name in spec.allowed_keys if name not in QUOTE_CONTEXT]
    quotes = [name for name in columns if name == "quote"] if spec.is_anchored else []
    order = [name for name in columns if name not in quotes]
    if quotes:
        order += [*quotes, *QUOTE_CONTEXT]
    kinds = {column.name: column.kind for column in spec.columns}
    return RecordKeys(
        (*order, *nested),
        frozenset({*QUOTE_CONTEXT, *(name for name, kind in kinds.items() if kind == "verbatim")}),
        frozenset(name for name, kind in kinds.items() if kind in _TYPED_KINDS),
        nested,
    )


# ── YAML ──────────────────────────────────────────────────────────────────────────────────────────


def is_plain(text: str, *, typed: bool, in_braces: bool = False) -> bool:
    """Return whether a text needs no quotation marks in YAML.

    Args:
        text: The text.
        typed: Whether it is a number or a boolean.
        in_braces: Whether it is in a mapping or list between brackets.
    """
    pattern = _PLAIN_IN_BRACES if in_braces else _PLAIN
    if typed and LITERAL.fullmatch(text):
        return True
    return bool(pattern.fullmatch(text)) and not _TYPED.fullmatch(text)


def quoted(text: str) -> str:
    """Return a text between quotation marks on one line of YAML; single ones save escapes."""
    if '"' in text and "'" not in text and "\\" not in text and text.isprintable() and text.strip():
        return f"'{text}'"
    escaped = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)


def flow_value(text: str, *, typed: bool) -> str:
    """Return a text as a value between braces."""
    return text if is_plain(text, typed=typed, in_braces=True) else quoted(text)


@dataclass(frozen=True)
class BlockContext:
    """Where a value is written after a key.

    Attributes:
        indent: The column of the key, from 0.
        width: The width of the key with its colon and a space.
        style: The style that the value had before, or that a neighbour's value of the same key has.
        after: Whether a comment follows in the same line.
        quotes: Whether texts must be between quotation marks.
    """

    indent: int
    width: int = 0
    style: str = ""
    after: bool = False
    quotes: bool = False


def block_value(text: str, context: BlockContext, *, typed: bool, verbatim: bool) -> str:
    """Return a text as the value of a key in a block, perhaps over several lines.

    Args:
        text: The text.
        context: Where it is written.
        typed: Whether it is a number or a boolean.
        verbatim: Whether it is copied from a document, so that lines in it that look like keys are none.
    """
    one_line = context.after or context.quotes
    plain = is_plain(text, typed=typed)
    fits = context.indent + context.width + len(text) <= WIDTH
    if plain and not one_line and context.style in ("", "|", ">"):
        if context.style == "|" and verbatim:
            return _literal(text, context.indent) if _may_be_block(text, verbatim=verbatim) else text
        if fits:
            return text
        return _folded(text, context.indent, verbatim=verbatim) or text
    if one_line or context.style in ("'", '"') or (plain and fits) or _TYPED.fullmatch(text):
        return quoted(text)
    if not fits and (folded := _folded(text, context.indent, verbatim=verbatim)):
        return folded
    return _literal(text, context.indent) if _may_be_block(text, verbatim=verbatim) else quoted(text)


def _may_be_block(text: str, *, verbatim: bool) -> bool:
    """Return whether a text can be written after `|-`, and is read there as it is meant."""
    lines = text.split("\n")
    shaped = lines[0][:1] not in ("", " ") and lines[-1].strip(" ") and not any(line[-1:] == " " for line in lines)
    return bool(shaped) and not _NOT_FOR_BLOCKS.search(text) and (verbatim or not LIKE_A_KEY.search(text))


def _literal(text: str, indent: int) -> str:
    margin = " " * (indent + 2)
    return "|-\n" + "\n".join(f"{margin}{line}" if line else "" for line in text.split("\n"))


def _folded(text: str, indent: int, *, verbatim: bool) -> str | None:
    """Return a text in lines of the usual width after `>-`; None if that would change it."""
    if "\n" in text or "  " in text or not _may_be_block(text, verbatim=True):
        return None
    margin = " " * (indent + 2)
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(margin) + len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    written = "\n".join(f"{margin}{line}" for line in lines)
    return None if not verbatim and LIKE_A_KEY.search(written) else f">-\n{written}"


def given_values(record: NewRecord) -> NewRecord:
    """Return a record without the keys that have no value."""
    return {key: value for key, value in record.items() if value is not None and value != []}


def flow_record(record: NewRecord, keys: RecordKeys) -> str:
    """Return a record between braces on one line."""
    return f"{{{', '.join(flow_entry(key, record[key], keys) for key in keys.sorted([*given_values(record)]))}}}"


def flow_entry(key: str, value: str | Sequence[NewRecord] | None, keys: RecordKeys) -> str:
    """Return a key with its value, or with records between brackets."""
    if isinstance(value, str) or value is None:
        return f"{key}: {flow_value(value or '', typed=key in keys.typed)}"
    return flow_section(key, value, keys.nested[key])


def flow_section(section: str, content: NewRecord | Sequence[NewRecord], keys: RecordKeys) -> str:
    """Return a section with its record or its records between braces."""
    if isinstance(content, Mapping):
        return f"{section}: {flow_record(content, keys)}"
    return f"{section}: [{', '.join(flow_record(item, keys) for item in content)}]"


def block_record(record: NewRecord, keys: RecordKeys, indent: int, styles: Mapping[str, str], *, quotes: bool) -> str:
    """Return a record as lines of keys and values.

    Args:
        record: The record, with at least one value.
        keys: The keys that it may have.
        indent: The column of its keys, from 0. The first line is not indented, and the last has no line break.
        styles: The styles of the values of a neighbour, by key.
        quotes: Whether texts must be between quotation marks.
    """
    lines = []
    for key in keys.sorted([*record]):
        value = record[key]
        if isinstance(value, str):
            # The text before or after a quote is often a fragment that starts with a mark.
            style = styles.get(key, '"' if key in QUOTE_CONTEXT else "")
            context = BlockContext(indent, len(key) + 2, style, quotes=quotes)
            written = block_value(value, context, typed=key in keys.typed, verbatim=key in keys.verbatim)
            lines.append(f"{key}: {written}")
        elif value:
            lines.append(f"{key}:\n{block_list(value, keys.nested[key], indent + 2, quotes=quotes)}")
    return f"\n{' ' * indent}".join(lines)


def block_list(
    records: Sequence[NewRecord], keys: RecordKeys, indent: int, *, flow: bool = True, quotes: bool = False
) -> str:
    """Return records as a list, one between braces on a line if `flow` and it fits there, else as lines of keys.

    Args:
        records: The records.
        keys: The keys that they may have.
        indent: The column of the dashes, from 0. All lines are indented, and the last has no line break.
        flow: Whether to write them between braces.
        quotes: Whether texts must be between quotation marks.
    """
    margin = " " * indent
    return "\n".join(f"{margin}- {list_item(item, keys, indent, {}, flow=flow, quotes=quotes)}" for item in records)


def list_item(
    record: NewRecord, keys: RecordKeys, indent: int, styles: Mapping[str, str], *, flow: bool, quotes: bool
) -> str:
    """Return a record as it follows a dash at the column `indent`."""
    given = given_values(record)
    if flow and all(isinstance(value, str) and "\n" not in value for value in given.values()):
        row = flow_record(given, keys)
        if indent + 2 + len(row) <= WIDTH:
            return row
    return block_record(given, keys, indent + 2, styles, quotes=quotes)
