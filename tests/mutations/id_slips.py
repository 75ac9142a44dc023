"""Slips with names: ids, references and values of vocabularies."""

from random import Random

from tests.mutations.fault import fault
from tests.mutations.seeds import Edit, Mutant, Seeds, Value, nonempty
from tests.mutations.words import mistyped, with_homoglyphs

OTHER_ROW = "the other row is there: only a second reader can tell which was meant, unless a rule can"
OTHER_VALUE = "the other value is one of the vocabulary: only a second reader can tell, unless a rule can"
UNREFERENCED = "no other record names it, and the new name is well formed: only the diff can tell"


def is_record_key(value: Value) -> bool:
    return value.is_record_key


def referenced_keys(seeds: Seeds) -> list[Value]:
    return nonempty([v for v in seeds.values_where(is_record_key) if seeds.references_to(v.record)])


def is_reference(value: Value) -> bool:
    return value.kind == "foreign_key"


def is_categorical(value: Value) -> bool:
    return value.kind == "categorical"


# ── Ids ───────────────────────────────────────────────────────────────────────────────────────────


@fault("id", "renamed an actor, issue or format in the codebook alone")
def codebook_id_renamed(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice([v for v in referenced_keys(seeds) if v.key != "id"])
    return seeds.retyped(value, mistyped(value.text, rng), also=seeds.references_to(value.record))


@fault("id", "renumbered a record that others refer to")
def id_renumbered_referred_to(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice([v for v in referenced_keys(seeds) if v.key == "id"])
    return seeds.retyped(value, f"{value.text[0]}{rng.randrange(100, 999)}", also=seeds.references_to(value.record))


@fault("id", "renumbered a record that none refers to", survives_because=UNREFERENCED)
def id_renumbered(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice([v for v in seeds.values_where(lambda v: v.key == "id") if not seeds.references_to(v.record)])
    return seeds.retyped(value, f"{value.text[0]}{rng.randrange(100, 999)}")


@fault("id", "gave a record digits alone for an id: 012, 1e3, 1.10 or no", survives_because=UNREFERENCED)
def id_like_a_number(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice([v for v in seeds.values_where(lambda v: v.key == "id") if not seeds.references_to(v.record)])
    return seeds.retyped(value, rng.choice(["012", "1e3", "1.10", "no", "0x1f", "1_000"]))


@fault("id", "gave a record the id of another of its list")
def id_of_another(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_record_key))
    others = [
        v for v in seeds.values_where(is_record_key) if v.record.table == value.record.table and v.text != value.text
    ]
    other = rng.choice(nonempty(others))
    return seeds.retyped(value, other.text, also=[other, *seeds.references_to(value.record)])


@fault("id", "wrote an id with a capital")
def id_capital(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_record_key))
    return seeds.retyped(value, value.text.capitalize(), also=seeds.references_to(value.record))


@fault("id", "wrote an id with a space, an underscore or a letter of another script")
def id_ill_formed(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_record_key))
    at = rng.randrange(1, len(value.text))
    slip = value.text[:at] + rng.choice([" ", "_", "é", "\u200b", "--"]) + value.text[at:]
    return seeds.retyped(value, slip, also=seeds.references_to(value.record))


@fault("id", "typed a space at the end of an id in quotation marks", harmless=True)
def id_trailing_space(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_record_key(v) and v.style == ""))
    return seeds.replaced(value, f'"{value.text} "', also=seeds.references_to(value.record))


# ── References ────────────────────────────────────────────────────────────────────────────────────


@fault("id", "mistyped a reference")
def reference_mistyped(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(
        seeds.values_where(lambda v: is_reference(v) and v.column.target in ("actors", "issues", "formats"))
    )
    return seeds.retyped(value, mistyped(value.text, rng))


@fault("id", "wrote a reference with a capital")
def reference_capital(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_reference))
    return seeds.retyped(value, value.text.capitalize())


@fault("id", "wrote a name for a reference")
def reference_by_name(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_reference(v) and v.column.target == "actors"))
    name = next(r.values["name"].text for r in seeds.records_of("actors") if r.name == value.text)
    return seeds.retyped(value, name)


@fault("id", "wrote a reference with a letter of another script that looks the same")
def reference_homoglyph(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_reference(v) and with_homoglyphs(v.text) != v.text))
    letter = rng.choice([letter for letter in value.text if with_homoglyphs(letter) != letter])
    return seeds.retyped(value, value.text.replace(letter, with_homoglyphs(letter), 1))


@fault("id", "referred to a row of another table")
def reference_into_another_table(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_reference))
    others = [r.name for r in seeds.records if r.name and r.table != value.column.target]
    return seeds.retyped(value, rng.choice(others))


@fault("id", "referred to a record that is not there")
def reference_to_nothing(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(
        seeds.values_where(lambda v: is_reference(v) and v.column.target in ("statements", "events", "demands"))
    )
    return seeds.retyped(value, f"{value.text[0]}{rng.randrange(200, 999)}")


@fault("id", "referred to a record of a document that is not there")
def reference_to_another_document(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(
        seeds.values_where(lambda v: is_reference(v) and v.column.target in ("statements", "events", "demands"))
    )
    return seeds.retyped(value, f"'harbour-gazette-2031-04-02#{value.text}'")


@fault("id", "let a record refer to itself")
def reference_to_itself(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_reference(v) and v.column.target == v.record.table))
    return seeds.retyped(value, value.record.name)


@fault("id", "referred to another row of the same table", survives_because=OTHER_ROW)
def reference_to_another(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_reference))
    others = [r for r in seeds.records_of(value.column.target or "") if r.name not in (value.text, value.record.name)]
    return seeds.retyped(value, rng.choice(others).name, also=value.record.values.values())


@fault("id", "named a participant twice in one role")
def participant_twice(seeds: Seeds, rng: Random) -> Mutant:
    record = rng.choice(seeds.records_of("event_participants", "format_participants"))
    line = seeds.texts[record.file][record.start : record.end]
    return seeds.edited(record.file, Edit(record.end, record.end, line))


# ── Values of vocabularies ────────────────────────────────────────────────────────────────────────


@fault("id", "mistyped a value of a vocabulary")
def value_mistyped(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_categorical))
    return seeds.retyped(value, mistyped(value.text, rng))


@fault("id", "wrote a value of a vocabulary in another case")
def value_other_case(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_categorical))
    return seeds.retyped(value, rng.choice([value.text.capitalize(), value.text.swapcase()]))


@fault("id", "wrote a space or a hyphen for the underscore of a value")
def value_without_underscore(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_categorical(v) and "_" in v.text))
    return seeds.retyped(value, value.text.replace("_", rng.choice([" ", "-"])))


@fault("id", "wrote yes, no, true or null for a value of a vocabulary", survives_because="null and ~ read as left out")
def value_like_a_boolean(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_categorical))
    return seeds.retyped(value, rng.choice(["yes", "no", "true", "null", "~"]))


@fault("id", "wrote a value of another vocabulary")
def value_of_another_vocabulary(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_categorical))
    others = [v for v in seeds.values_where(is_categorical) if v.text not in value.column.vocabulary]
    return seeds.retyped(value, rng.choice(others).text)


@fault("id", "wrote two values where one belongs")
def two_values(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_categorical(v) and not v.record.flow))
    other = rng.choice([each for each in value.column.vocabulary if each != value.text])
    return seeds.retyped(value, rng.choice([f"{value.text}, {other}", f"[{value.text}, {other}]"]))


@fault("id", "chose another value of the vocabulary", survives_because=OTHER_VALUE)
def another_value(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_categorical))
    other = rng.choice([each for each in value.column.vocabulary if each != value.text])
    return seeds.retyped(value, other, also=value.record.values.values())
