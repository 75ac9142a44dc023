"""Slips of YAML: indentation, marks, dashes, keys given twice, merges gone wrong."""

from random import Random

from tests.mutations.fault import fault
from tests.mutations.seeds import Edit, Mutant, Record, Seeds, Value, nonempty
from tests.mutations.words import mistyped, replace_a_space

RESERVED = ("@", "`", "%", "*", "&", "!", "[", "{", "> ", "| ", "? ", "- ")
FREE_TEXT_LOST = "what follows ' #' is a comment to YAML, and free text may be cut anywhere"


def is_on_own_line(value: Value) -> bool:
    return not value.record.flow


def is_on_later_line(value: Value) -> bool:
    """Return whether the value has a line of its own that does not start the record."""
    first = next(iter(value.record.values.values()))
    return is_on_own_line(value) and value is not first


def is_plain_text(value: Value) -> bool:
    return value.style == "" and value.kind in ("text", "verbatim") and " " in value.text


def is_block(value: Value) -> bool:
    return value.style == "|"


def is_list_item(record: Record) -> bool:
    """Return whether a record is an item of a list at the top of a file."""
    return record.parent is None and record.table != "documents"


# ── White space ───────────────────────────────────────────────────────────────────────────────────


@fault("yaml", "pressed the tab key to indent a line")
def tab_for_indent(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_later_line))
    start, _ = seeds.lines(value)
    return seeds.edited(value.record.file, Edit(start, value.key_at, "\t"))


@fault("yaml", "pressed the tab key after a colon", harmless=True)
def tab_after_colon(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_on_later_line(v) and v.style == ""))
    return seeds.edited(value.record.file, Edit(value.start - 1, value.start, "\t"))


@fault("yaml", "indented a line by one space too many")
def indent_too_deep(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_later_line))
    start, _ = seeds.lines(value)
    return seeds.edited(value.record.file, Edit(start, start, " "))


@fault("yaml", "indented a line by one space too few")
def indent_too_shallow(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_later_line))
    start, _ = seeds.lines(value)
    return seeds.edited(value.record.file, Edit(start, start + 1, ""))


@fault("yaml", "indented a whole record by one space too many")
def record_too_deep(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=is_list_item))
    body = seeds.texts[record.file][record.start : record.end]
    shifted = "".join(" " + line for line in body.splitlines(keepends=True))
    return seeds.edited(record.file, Edit(record.start, record.end, shifted))


@fault("yaml", "lost the indentation of a record's dash")
def dash_at_the_margin(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=is_list_item))
    dash = seeds.texts[record.file].index("-", record.start)
    return seeds.edited(record.file, Edit(record.start, dash, ""))


@fault("yaml", "lost the indentation of a line of a quote")
def quote_not_indented(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_block))
    text = seeds.texts[value.record.file]
    starts = [at + 1 for at in range(value.start, value.end) if text[at] == "\n"]
    start = rng.choice(starts)
    indent = len(text[start:]) - len(text[start:].lstrip(" "))
    return seeds.edited(value.record.file, Edit(start, start + indent, ""), also=[value])


@fault("yaml", "pasted a non-breaking space into the indentation")
def nbsp_in_indent(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_later_line))
    start, _ = seeds.lines(value)
    return seeds.edited(value.record.file, Edit(start, start + 1, "\xa0"))


@fault("yaml", "left spaces at the end of a line", harmless=True)
def trailing_spaces(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_own_line))
    return seeds.edited(value.record.file, Edit(value.end, value.end, "  "))


# ── Dashes and colons ─────────────────────────────────────────────────────────────────────────────


@fault("yaml", "forgot the dash of a record")
def forgotten_dash(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=lambda r: is_list_item(r) and not r.flow))
    dash = seeds.texts[record.file].index("-", record.start)
    return seeds.edited(record.file, Edit(dash, dash + 1, " "))


@fault("yaml", "forgot the dash of a record in braces")
def forgotten_dash_before_a_brace(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=lambda r: r.flow))
    dash = seeds.texts[record.file].index("-", record.start)
    return seeds.edited(record.file, Edit(dash, dash + 1, " "))


@fault("yaml", "typed no space after a dash")
def dash_without_space(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=is_list_item))
    dash = seeds.texts[record.file].index("-", record.start)
    return seeds.edited(record.file, Edit(dash + 1, dash + 2, ""))


@fault("yaml", "let the editor turn a dash into an en dash")
def en_dash_for_a_dash(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=is_list_item))
    dash = seeds.texts[record.file].index("-", record.start)
    return seeds.edited(record.file, Edit(dash, dash + 1, "–"))


@fault("yaml", "put a second dash inside a record")
def dash_too_many(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_on_later_line(v) and v.record.table != "documents"))
    return seeds.edited(value.record.file, Edit(value.key_at - 2, value.key_at, "- "))


@fault("yaml", "typed no space after a colon")
def colon_without_space(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_on_own_line(v) and v.style == ""))
    return seeds.edited(value.record.file, Edit(value.start - 1, value.start, ""))


@fault("yaml", "forgot a colon after a key")
def colon_forgotten(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_own_line))
    colon = value.key_at + len(value.key)
    return seeds.edited(value.record.file, Edit(colon, colon + 1, ""))


@fault("yaml", "wrote = for a colon")
def equals_for_a_colon(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_on_own_line(v) and v.style == ""))
    colon = value.key_at + len(value.key)
    return seeds.edited(value.record.file, Edit(colon, colon + 1, " ="))


# ── Text that YAML takes for something else ───────────────────────────────────────────────────────


@fault("yaml", "typed a colon and a space in unquoted text")
def unquoted_colon(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_plain_text))
    return seeds.retyped(value, replace_a_space(value.text, rng, ": "))


@fault("yaml", "typed a # after a space in free text", survives_because=FREE_TEXT_LOST)
def hash_in_free_text(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_plain_text(v) and v.kind == "text"))
    return seeds.retyped(value, replace_a_space(value.text, rng, " #"))


@fault("yaml", "began a value with a #")
def hash_before_a_value(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.style == "" and is_on_own_line(v)))
    return seeds.edited(value.record.file, Edit(value.start, value.start, "#"), also=[value])


@fault(
    "yaml",
    "let a model leave records out, with a comment that the rest is unchanged",
    survives_because="the build warns and does not refuse: a comment may say so of something else",
)
def rest_in_a_comment(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(
        [r for r in seeds.records_of("mentions", "statements", "events") if not seeds.references_to(r) and not r.flow]
    )
    comment = rng.choice(["# … rest unchanged", "# ... (remaining records as before)", "# [rest of the list]"])
    return seeds.edited(record.file, Edit(record.start, record.end, f"  {comment}\n"))


@fault("yaml", "typed a # after a space in words of the document")
def hash_in_words_of_the_document(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(
        seeds.values_where(lambda v: v.style == "" and v.kind in ("verbatim", "context") and " " in v.text)
    )
    return seeds.retyped(value, replace_a_space(value.text, rng, " #"))


@fault("yaml", "put a comment after a value of a vocabulary, a date or a reference", harmless=True)
def comment_after_a_value(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(
        seeds.values_where(
            lambda v: is_on_own_line(v) and v.style == "" and v.kind in ("categorical", "foreign_key", "edtf")
        )
    )
    return seeds.edited(value.record.file, Edit(value.end, value.end, "  # or not?"))


@fault("yaml", "typed a comma in unquoted text inside braces")
def comma_inside_braces(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.record.flow and v.style == "" and " " in v.text))
    return seeds.retyped(value, replace_a_space(value.text, rng, ", "))


@fault("yaml", "began unquoted text with a mark that YAML keeps for itself")
def reserved_mark_first(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_plain_text(v) and is_on_own_line(v)))
    return seeds.retyped(value, rng.choice(RESERVED) + value.text)


@fault("yaml", "put the first words of unquoted text in quotation marks")
def quotation_mark_first(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_plain_text(v) and is_on_own_line(v)))
    head, _, tail = value.text.partition(" ")
    return seeds.retyped(value, f'"{head}" {tail}')


@fault("yaml", "left a quotation mark unclosed")
def quotation_mark_unclosed(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.style in ("'", '"')))
    return seeds.edited(value.record.file, Edit(value.end - 1, value.end, ""), also=[value])


@fault("yaml", "opened a quotation mark before unquoted text")
def quotation_mark_unopened(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_plain_text))
    return seeds.edited(value.record.file, Edit(value.start, value.start, rng.choice("'\"")), also=[value])


@fault("yaml", "typed quotation marks inside text in such marks")
def quotation_mark_inside(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.style in ("'", '"') and " " in v.text))
    source = seeds.texts[value.record.file][value.start : value.end]
    at = rng.choice([i for i, c in enumerate(source) if c == " "])
    return seeds.replaced(value, source[: at + 1] + value.style + source[at + 1 :])


@fault(
    "yaml",
    "let the editor curl the quotation marks around a value",
    survives_because="curly marks are no marks to YAML, so they become part of free text",
)
def curled_marks_around_a_value(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.style in ("'", '"') and is_on_own_line(v)))
    return seeds.replaced(value, f"“{value.text}”")


@fault(
    "yaml",
    "left out the |- before a quote",
    survives_because="marks around a whole quote then become YAML's own, and the passage is found without them",
)
def block_mark_forgotten(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_block))
    return seeds.edited(value.record.file, Edit(value.start - 1, value.start + 2, ""), also=[value])


@fault("yaml", "wrote > or | for |-", harmless=True)
def another_block_mark(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_block))
    mark = rng.choice([">-", "|", ">", "|+"])
    return seeds.edited(value.record.file, Edit(value.start, value.start + 2, mark))


@fault("yaml", "put a plain value in quotation marks", harmless=True)
def value_put_in_marks(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.style == "" and not {"'", '"', "\n"} & set(v.text)))
    return seeds.replaced(value, rng.choice(["'{}'", '"{}"']).format(value.text))


# ── Braces ────────────────────────────────────────────────────────────────────────────────────────


def _in_braces(seeds: Seeds, rng: Random) -> tuple[Record, int, int]:
    record = rng.choice(seeds.records_of(condition=lambda r: r.flow))
    text = seeds.texts[record.file]
    return record, text.index("{", record.start), text.rindex("}", record.start, record.end)


@fault("yaml", "left a brace unclosed")
def brace_unclosed(seeds: Seeds, rng: Random) -> Mutant:
    record, _, close = _in_braces(seeds, rng)
    return seeds.edited(record.file, Edit(close, close + 1, ""))


@fault("yaml", "left a brace unopened")
def brace_unopened(seeds: Seeds, rng: Random) -> Mutant:
    record, opening, _ = _in_braces(seeds, rng)
    return seeds.edited(record.file, Edit(opening, opening + 1, ""))


@fault("yaml", "forgot a comma inside braces")
def comma_forgotten(seeds: Seeds, rng: Random) -> Mutant:
    record, _, _ = _in_braces(seeds, rng)
    value = rng.choice(list(record.values.values())[:-1])
    comma = seeds.texts[record.file].index(",", value.end)
    return seeds.edited(record.file, Edit(comma, comma + 1, ""))


@fault("yaml", "typed no space after a colon inside braces")
def colon_without_space_in_braces(seeds: Seeds, rng: Random) -> Mutant:
    record, _, _ = _in_braces(seeds, rng)
    value = rng.choice(list(record.values.values()))
    return seeds.edited(record.file, Edit(value.start - 1, value.start, ""))


# ── What YAML can and this format does not take ───────────────────────────────────────────────────


@fault("yaml", "used an anchor")
def anchor_used(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_own_line))
    return seeds.edited(value.record.file, Edit(value.start, value.start, "&same "))


@fault("yaml", "used an alias")
def alias_used(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_own_line))
    return seeds.replaced(value, "*same")


@fault("yaml", "used a tag")
def tag_used(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_own_line))
    return seeds.edited(value.record.file, Edit(value.start, value.start, rng.choice(["!!str ", "!date "])))


@fault("yaml", "used a merge key")
def merge_key_used(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_later_line))
    start, _ = seeds.lines(value)
    indent = " " * (value.key_at - start)
    return seeds.edited(value.record.file, Edit(start, start, f"{indent}<<: *same\n"))


# ── Keys ──────────────────────────────────────────────────────────────────────────────────────────


@fault("yaml", "gave a key twice, with another value")
def key_twice(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_later_line))
    of_its_key = seeds.values_where(
        lambda v: is_on_own_line(v) and v.key == value.key and v.record.table == value.record.table
    )
    twin = rng.choice(of_its_key)
    start, end = seeds.lines(value)
    source = seeds.texts[twin.record.file][twin.key_at : seeds.lines(twin)[1]]
    return seeds.edited(value.record.file, Edit(end, end, " " * (value.key_at - start) + source), also=[value])


@fault("yaml", "mistyped a key")
def key_mistyped(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values)
    return _rekeyed(seeds, value, mistyped(value.key, rng))


@fault("yaml", "wrote a key with a capital")
def key_capital(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values)
    return _rekeyed(seeds, value, value.key.capitalize())


@fault("yaml", "wrote a hyphen or nothing for the underscore of a key")
def key_without_underscore(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: "_" in v.key))
    return _rekeyed(seeds, value, value.key.replace("_", rng.choice(["-", "", " "])))


@fault("yaml", "wrote a key that is computed")
def key_computed(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.kind == "edtf" and v.key == "date_edtf"))
    return _rekeyed(seeds, value, rng.choice(["date_start", "date_end"]))


def _rekeyed(seeds: Seeds, value: Value, key: str) -> Mutant:
    return seeds.edited(value.record.file, Edit(value.key_at, value.key_at + len(value.key), key))


@fault("yaml", "deleted the line of a key that is needed")
def needed_key_deleted(seeds: Seeds, rng: Random) -> Mutant:
    return _without(seeds, rng.choice(seeds.values_where(lambda v: v.required and is_on_later_line(v))))


@fault(
    "yaml",
    "deleted the line of a key that may be missing",
    survives_because="a value that may be left out was left out: only a second reader can tell, or the diff",
)
def optional_key_deleted(seeds: Seeds, rng: Random) -> Mutant:
    return _without(
        seeds,
        rng.choice(seeds.values_where(lambda v: not v.required and is_on_later_line(v) and v.key != "text_sha256")),
    )


@fault("yaml", "left a key that is needed without a value")
def needed_key_empty(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.required and v.style == "" and is_on_own_line(v)))
    return seeds.edited(value.record.file, Edit(value.start - 1, value.end, ""))


@fault(
    "yaml",
    "left a key that may be missing without a value",
    survives_because="an empty value that may be left out reads as left out",
)
def optional_key_empty(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: not v.required and v.style == "" and is_on_own_line(v)))
    return seeds.edited(value.record.file, Edit(value.start - 1, value.end, ""))


@fault("yaml", "swapped two lines of a record", harmless=True)
def lines_swapped(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=lambda r: not r.flow and len(r.values) > 3))
    first, second = rng.sample(list(record.values.values())[1:], 2)
    (a, b), (c, d) = seeds.lines(first), seeds.lines(second)
    text = seeds.texts[record.file]
    return seeds.edited(record.file, Edit(a, b, text[c:d]), Edit(c, d, text[a:b]))


def _without(seeds: Seeds, value: Value) -> Mutant:
    mutant = seeds.edited(value.record.file, Edit(*seeds.lines(value), ""))
    return Mutant(mutant.files, mutant.places | start_of(seeds, value.record))


def start_of(seeds: Seeds, record: Record) -> frozenset[tuple[str, int]]:
    """Return the first line of a record, for problems of the record itself."""
    return frozenset({(record.file, seeds.texts[record.file].count("\n", 0, record.start) + 1)})


# ── Lists and records ─────────────────────────────────────────────────────────────────────────────


def _headings(seeds: Seeds) -> list[tuple[str, int, int]]:
    """Return where each line that opens a list of records starts and ends, the first of a file apart."""
    found = []
    for file in seeds.annotations:
        text = seeds.texts[file]
        for name in ("mentions", "statements", "events", "demands"):
            at = text.index(f"\n{name}:\n") + 1
            found.append((file, at, at + len(name) + 2))
    return found


@fault("yaml", "deleted the line that opens a list of records")
def list_heading_deleted(seeds: Seeds, rng: Random) -> Mutant:
    file, start, end = rng.choice(_headings(seeds))
    return seeds.edited(file, Edit(start, end, ""))


@fault("yaml", "mistyped the name of a list of records")
def list_heading_mistyped(seeds: Seeds, rng: Random) -> Mutant:
    file, start, end = rng.choice(_headings(seeds))
    return seeds.edited(file, Edit(start, end - 2, mistyped(seeds.texts[file][start : end - 2], rng)))


@fault("yaml", "opened a list of records twice")
def list_heading_twice(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of("mentions", "statements", "events", "demands"))
    file, start, end = next(h for h in _headings(seeds) if seeds.texts[h[0]].startswith(f"{record.table}:", h[1]))
    places = seeds.edited(file, Edit(start, end, seeds.texts[file][start:end])).places
    mutant = seeds.edited(file, Edit(record.start, record.start, f"{record.table}:\n"))
    return Mutant(mutant.files, mutant.places | places)


@fault(
    "yaml",
    "pasted a record into the list of another table",
    survives_because="a mention needs no key that a statement has not, so one may pass for the other",
)
def record_in_another_list(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of("mentions", "statements", "events", "demands"))
    other = rng.choice(seeds.records_of("statements", "events", "demands", condition=lambda r: r.table != record.table))
    text = seeds.texts[record.file]
    body = text[record.start : record.end]
    return seeds.edited(record.file, Edit(other.start, other.start, body))


@fault("yaml", "deleted a record that others refer to")
def record_deleted_referred_to(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(nonempty([r for r in seeds.records_of(condition=is_list_item) if seeds.references_to(r)]))
    return seeds.edited(record.file, Edit(record.start, record.end, ""), also=seeds.references_to(record))


@fault(
    "yaml",
    "deleted a record that none refers to",
    survives_because="nothing says how many records a text has: only a second reader can tell, or the diff",
)
def record_deleted(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(nonempty([r for r in seeds.records_of(condition=is_list_item) if not seeds.references_to(r)]))
    return seeds.edited(record.file, Edit(record.start, record.end, ""))


@fault("yaml", "pasted a record twice")
def record_twice(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=lambda r: r.table != "documents"))
    body = seeds.texts[record.file][record.start : record.end]
    mutant = seeds.edited(record.file, Edit(record.end, record.end, body))
    return Mutant(mutant.files, mutant.places | start_of(seeds, record))


@fault("yaml", "pasted a record twice, and gave the copy an id of its own")
def record_copied(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of("mentions", "statements", "events", "demands"))
    body = seeds.texts[record.file][record.start : record.end]
    copy = body.replace(f"id: {record.name}", f"id: {record.name}b", 1)
    mutant = seeds.edited(record.file, Edit(record.end, record.end, copy))
    return Mutant(mutant.files, mutant.places | start_of(seeds, record))


# ── Merges, several documents, files cut short ────────────────────────────────────────────────────


@fault("yaml", "merged, and left both sides of a record with the markers")
def conflict_around_a_record(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=is_list_item))
    mine = seeds.texts[record.file][record.start : record.end]
    theirs = seeds.texts[record.file][record.start : record.end].replace("high", "medium")
    both = f"<<<<<<< HEAD\n{mine}=======\n{theirs}>>>>>>> second-reading\n"
    return seeds.edited(record.file, Edit(record.start, record.end, both))


@fault("yaml", "merged, and left both sides of a line with the markers")
def conflict_around_a_line(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_on_later_line(v) and v.style == ""))
    start, end = seeds.lines(value)
    line = seeds.texts[value.record.file][start:end]
    both = f"<<<<<<< HEAD\n{line}=======\n{line}>>>>>>> second-reading\n"
    return seeds.edited(value.record.file, Edit(start, end, both))


@fault("yaml", "merged, and left both sides of a line of a quote with the markers")
def conflict_inside_a_quote(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_block))
    text = seeds.texts[value.record.file]
    start = text.index("\n", value.start) + 1
    line = text[start : text.index("\n", start) + 1]
    both = f"<<<<<<< HEAD\n{line}=======\n{line}>>>>>>> second-reading\n"
    return seeds.edited(value.record.file, Edit(start, start + len(line), both), also=[value])


@fault("yaml", "merged, and left one marker behind")
def conflict_marker_left(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_on_own_line))
    _, end = seeds.lines(value)
    marker = rng.choice(["<<<<<<< HEAD\n", "=======\n", ">>>>>>> second-reading\n", "||||||| 141c314\n"])
    return seeds.edited(value.record.file, Edit(end, end, marker))


@fault("yaml", "put --- between two records")
def second_document(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=is_list_item))
    return seeds.edited(record.file, Edit(record.end, record.end, "---\n"))


@fault("yaml", "put --- at the top of the file", harmless=True)
def document_mark_at_the_top(seeds: Seeds, rng: Random) -> Mutant:
    file = rng.choice([name for name in seeds.files if name.endswith(".yaml")])
    return seeds.edited(file, Edit(0, 0, "---\n"))


@fault("yaml", "put ... between two records")
def document_end(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of(condition=is_list_item))
    return seeds.edited(record.file, Edit(record.end, record.end, "...\n"))


@fault("yaml", "appended a second file's content to a file")
def two_files_in_one(seeds: Seeds, rng: Random) -> Mutant:
    file = rng.choice([name for name in seeds.files if name.endswith(".yaml")])
    end = len(seeds.texts[file])
    mutant = seeds.edited(file, Edit(end, end, "---\n" + seeds.texts[file]))
    line = seeds.texts[file].count("\n") + 1
    return Mutant(mutant.files, frozenset({(file, line)}))


@fault(
    "yaml",
    "lost the end of a file in the middle of a record",
    survives_because="a record cut short within its last value is complete to YAML, and shorter words are found",
)
def file_cut_within_a_record(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of("mentions", "statements", "events", "demands", condition=lambda r: not r.flow))
    at = rng.randrange(record.start + 5, record.end - 1)
    end = len(seeds.texts[record.file])
    mutant = seeds.edited(record.file, Edit(at, end, ""))
    return Mutant(mutant.files, mutant.places | start_of(seeds, record))


@fault(
    "yaml",
    "lost the end of a file after a record",
    survives_because="nothing says how many records a text has: only the diff can tell",
)
def file_cut_after_a_record(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of("statements", "events", "demands"))
    return seeds.edited(record.file, Edit(record.end, len(seeds.texts[record.file]), ""))
