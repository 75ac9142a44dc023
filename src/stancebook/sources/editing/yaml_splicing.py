"""Edit the text of a YAML file by splicing."""

import re

from stancebook.sources.editing.edits import NewRecord, Path
from stancebook.sources.editing.layout import Entry, Layout, MappingSpan, ScalarSpan, SequenceSpan, dashes, yaml_layout
from stancebook.sources.editing.splicing import Splicer, place_of_key
from stancebook.sources.editing.writing import (
    BlockContext,
    block_list,
    block_record,
    block_value,
    flow_entry,
    flow_record,
    flow_section,
    flow_value,
    is_plain,
    list_item,
    quoted,
)

_COMMENT = re.compile(r"[ \t]+#")
_NOT_BLANK = re.compile(r"\S|\Z")
_BLANK_LINE = re.compile(r"(?:^|\n)[ \t]*\r?\n")
_BLANK_LINE_BEFORE = re.compile(r"(?<=\n)[ \t]*\r?\n\Z")
_BLANK_LINE_OR_END = re.compile(r"[ \t]*(?:\r?\n|\Z)")


class YamlSplicer(Splicer):
    """Edits one YAML text."""

    def layout(self) -> Layout | None:
        """Return the layout of the text."""
        return yaml_layout(self.text)

    # ── Values ────────────────────────────────────────────────────────────────────────────────────

    def set_value(self, path: Path, key: str, value: str | None) -> str:
        """Return the text with another value of a key, which is added or removed if it has to be."""
        mapping = self.node(path)
        if not isinstance(mapping, MappingSpan):
            return self.add_section(str(path[0]), {key: value})
        entry = mapping.entries.get(key)
        if value is None:
            return self.remove_entry(mapping, key) if entry else self.text
        keys = self.keys(path)
        if entry is not None:
            return self.replace_value(mapping, key, entry, value, path)
        if mapping.flow:
            place = place_of_key(mapping, keys.order, key)
            return self.insert_in_brackets(mapping, place, flow_entry(key, value, keys))
        indent = self.column(mapping.start)
        return self.add_entry(mapping, key, block_record({key: value}, keys, indent, {}, quotes=self.quotes), path)

    def replace_value(self, mapping: MappingSpan, key: str, entry: Entry, value: str, path: Path) -> str:
        """Return the text with another value of a key that is there."""
        old, keys = entry.value, self.keys(path)
        typed = key in keys.typed
        start, gap = old.start, ""
        if not isinstance(old, ScalarSpan) or old.start <= entry.key_end + 1:
            start, gap = self.text.index(":", entry.key_end) + 1, " "
        style = old.style if isinstance(old, ScalarSpan) else ""
        kept_quotes = style in ("'", '"') and is_plain(
            str(getattr(old, "text", "")), typed=typed, in_braces=mapping.flow
        )
        if kept_quotes and is_plain(value, typed=typed, in_braces=mapping.flow):
            return self.splice(start, old.end, f"{gap}{style}{value}{style}")
        if mapping.flow:
            written = quoted(value) if kept_quotes or self.quotes else flow_value(value, typed=typed)
            return self.splice(start, old.end, gap + written)
        comment = ""
        if style in ("|", ">"):
            header = self.text[old.start : self.line_end(old.start)]
            comment = header[header.index("#") - 1 :] if "#" in header else ""
        context = BlockContext(
            self.column(entry.start),
            len(key) + 2,
            style if style in ("|", ">") or kept_quotes or not is_plain(value, typed=typed) else "",
            after=bool(comment or _COMMENT.match(self.text, old.end)),
            quotes=self.quotes or kept_quotes,
        )
        written = block_value(value, context, typed=typed, verbatim=key in keys.verbatim)
        return self.splice(start, old.end, gap + written + comment)

    def add_entry(self, mapping: MappingSpan, key: str, written: str, path: Path) -> str:
        """Return the text with another key in a record without braces, given with its value."""
        indent = " " * self.column(mapping.start)
        place = place_of_key(mapping, self.keys(path).order, key)
        if place == 0:
            return self.splice(mapping.start, mapping.start, f"{written}\n{indent}")
        before = [*mapping.entries.values()][place - 1]
        end = self.line_end(before.value.end)
        return self.splice(end, end, f"\n{indent}{written}")

    def remove_entry(self, mapping: MappingSpan, key: str) -> str:
        """Return the text without a key, and without the comment in the line of its value."""
        if mapping.flow:
            return self.remove_from_brackets(mapping, [*mapping.entries].index(key))
        entry = mapping.entries[key]
        end = self.next_line(entry.value.end)
        if self.text[self.line_start(entry.start) : entry.start].strip() == "":
            return self.splice(self.line_start(entry.start), end, "")
        following = _NOT_BLANK.search(self.text, end)  # it moves to the dash; always found
        return self.splice(entry.start, following.start() if following else end, "")

    # ── Records ───────────────────────────────────────────────────────────────────────────────────

    def insert(self, path: Path, index: int, record: NewRecord) -> str:
        """Return the text with another record in a list."""
        node, keys = self.node(path), self.keys(path)
        if isinstance(node, SequenceSpan) and node.items:
            if node.flow:
                return self.insert_in_brackets(node, index, flow_record(record, keys))
            return self.insert_line(node, index, record, path)
        parent, key = self.node(path[:-1]), str(path[-1])
        if isinstance(parent, MappingSpan) and parent.flow:
            text = self.remove_entry(parent, key) if node else self.text
            splicer = YamlSplicer(text, self.sections, quotes=self.quotes)
            return splicer.insert_entry_in_braces(path, record)
        if node and isinstance(parent, MappingSpan):
            return self.fill_empty_list(parent, key, record, path)
        if not isinstance(parent, MappingSpan) or len(path) == 1:
            return self.add_section(key, [record])
        rows = block_list([record], keys, self.column(parent.start) + self.step, quotes=self.quotes)
        return self.add_entry(parent, key, f"{key}:\n{rows}", path[:-1])

    def insert_entry_in_braces(self, path: Path, record: NewRecord) -> str:
        """Return the text with a list that has one record, in a record between braces or at the top."""
        parent, key = self.node(path[:-1]), str(path[-1])
        if not isinstance(parent, MappingSpan):  # it had only this key
            return self.add_section(key, [record])
        order = self.keys(path[:-1]).order if len(path) > 1 else [*self.sections]
        written = flow_section(key, [record], self.keys(path))
        return self.insert_in_brackets(parent, place_of_key(parent, order, key), written)

    def fill_empty_list(self, parent: MappingSpan, key: str, record: NewRecord, path: Path) -> str:
        """Return the text with the first record of a list that is null or empty."""
        entry = parent.entries[key]
        colon = self.text.index(":", entry.key_end) + 1
        end = self.line_end(entry.value.end)
        indent = self.column(entry.start) + self.step
        rows = block_list([record], self.keys(path), indent, flow=len(path) > 1, quotes=self.quotes)
        return self.splice(colon, end, f"{self.text[entry.value.end : end].rstrip()}\n{rows}")

    def insert_line(self, node: SequenceSpan, index: int, record: NewRecord, path: Path) -> str:
        """Return the text with another record in a list without brackets: after its neighbour, written like it."""
        neighbour = node.items[max(index - 1, 0)]
        keys, styles, flow = self.keys(path), {}, False
        if isinstance(neighbour, MappingSpan):
            flow = neighbour.flow
            keys = keys.ordered_like([*neighbour.entries])
            values = {key: entry.value for key, entry in neighbour.entries.items()}
            styles = {key: value.style for key, value in values.items() if isinstance(value, ScalarSpan) and not flow}
        indent = self.column(node.start)
        row = f"{' ' * indent}- {list_item(record, keys, indent, styles, flow=flow, quotes=self.quotes)}"
        gap = "\n" if self.is_separated(node, index) else ""
        if index == 0:
            start = self.line_start(node.start)
            return self.splice(start, start, f"{row}\n{gap}")
        end = self.line_end(neighbour.end)
        return self.splice(end, end, f"{gap}\n{row}")

    def is_separated(self, node: SequenceSpan, index: int) -> bool:
        """Return whether the records next to an index have a blank line, and no comment, between them."""
        last = min(max(index, 1), len(node.items) - 1)
        if last < 1:
            return False
        between = self.text[node.items[last - 1].end : dashes(self.text, node)[last]]
        return "#" not in between and bool(_BLANK_LINE.search(between[between.find("\n") + 1 :]))

    def remove(self, path: Path) -> str:
        """Return the text without a record; the last record of a list goes with the key of the list."""
        node, parent = self.node(path[:-1]), self.node(path[:-2])
        index, key = int(path[-1]), str(path[-2])
        if not isinstance(node, SequenceSpan) or not isinstance(parent, MappingSpan):
            return self.text
        if len(node.items) == 1 and parent.flow:
            return self.remove_entry(parent, key)
        if node.flow and len(node.items) > 1:
            return self.remove_from_brackets(node, index)
        start = node.start if node.flow else dashes(self.text, node)[index]
        if len(node.items) == 1 and "#" not in self.text[parent.entries[key].key_end : start]:
            start = parent.entries[key].start
            if self.text[self.line_start(start) : start].strip():  # the first key of a record, next to its dash
                return self.remove_entry(parent, key)
        start, end = self.line_start(start), self.next_line(node.items[index].end if not node.flow else node.end)
        if _BLANK_LINE_OR_END.match(self.text, end):
            follows_key = (
                index == 0 and len(node.items) > 1 and "#" not in self.text[parent.entries[key].key_end : start]
            )
            if blank := _BLANK_LINE_BEFORE.search(self.text, 0, start):
                start = blank.start()
            elif follows_key or start == 0:
                end = self.next_line(end)
        return self.splice(start, end, "")

    # ── Sections ──────────────────────────────────────────────────────────────────────────────────

    @property
    def step(self) -> int:
        """By how many columns a list is indented below its key."""
        entries = self.root.entries.values() if isinstance(self.root, MappingSpan) else ()
        lists = [entry for entry in entries if isinstance(entry.value, SequenceSpan) and not entry.value.flow]
        return self.column(lists[0].value.start) - self.column(lists[0].start) if lists else 2

    def add_section(self, section: str, content: list[NewRecord] | NewRecord) -> str:
        """Return the text with another section: a list of records, or the mapping of a document."""
        keys = self.sections[section]
        if isinstance(content, list):
            written = f"{section}:\n{block_list(content, keys, self.step, flow=False, quotes=self.quotes)}"
        else:
            written = f"{section}:\n  {block_record(content, keys, 2, {}, quotes=self.quotes)}"
        if not isinstance(self.root, MappingSpan):
            before = self.text.rstrip()
            return self.splice(len(before), len(self.text), f"{before and chr(10) * 2}{written}\n")
        if self.root.flow:
            written = flow_section(section, content, keys)
            return self.insert_in_brackets(self.root, place_of_key(self.root, [*self.sections], section), written)
        place = place_of_key(self.root, [*self.sections], section)
        if place == 0:
            start = self.line_start(self.root.start)
            return self.splice(start, start, f"{written}\n\n")
        end = self.line_end([*self.root.entries.values()][place - 1].value.end)
        return self.splice(end, end, f"\n\n{written}")
