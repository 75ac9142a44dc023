"""Slips with whole files: encodings, line ends, names, copies."""

from random import Random

from tests.mutations.fault import fault
from tests.mutations.seeds import Mutant, Place, Seeds, line_of


def _random_yaml_file(seeds: Seeds, rng: Random) -> str:
    return rng.choice([name for name in seeds.files if name.endswith(".yaml")])


def _all_lines(seeds: Seeds, name: str) -> frozenset[Place]:
    """Return all lines of a file: to save it again correctly fixes all of them."""
    return frozenset((name, line) for line in range(1, seeds.files[name].count(b"\n") + 2))


def _with_content(seeds: Seeds, name: str, data: bytes) -> Mutant:
    return Mutant({name: data}, _all_lines(seeds, name))


# ── Encodings ─────────────────────────────────────────────────────────────────────────────────────


@fault("file", "saved annotations with line ends of Windows", harmless=True)
def yaml_crlf(seeds: Seeds, rng: Random) -> Mutant:
    name = _random_yaml_file(seeds, rng)
    return _with_content(seeds, name, seeds.files[name].replace(b"\n", b"\r\n"))


@fault("file", "saved annotations with a byte order mark", harmless=True)
def yaml_bom(seeds: Seeds, rng: Random) -> Mutant:
    name = _random_yaml_file(seeds, rng)
    return _with_content(seeds, name, b"\xef\xbb\xbf" + seeds.files[name])


@fault("file", "saved annotations without a newline at the end", harmless=True)
def yaml_without_last_newline(seeds: Seeds, rng: Random) -> Mutant:
    name = _random_yaml_file(seeds, rng)
    return _with_content(seeds, name, seeds.files[name].rstrip(b"\n"))


@fault("file", "saved annotations with line ends of old Macs", harmless=True)
def yaml_cr(seeds: Seeds, rng: Random) -> Mutant:
    name = _random_yaml_file(seeds, rng)
    return _with_content(seeds, name, seeds.files[name].replace(b"\n", b"\r"))


@fault("file", "saved a file in Windows-1252")
def saved_in_windows_1252(seeds: Seeds, rng: Random) -> Mutant:
    name = rng.choice(list(seeds.files))
    return _with_content(seeds, name, seeds.texts[name].encode("cp1252", "replace"))


@fault("file", "saved a file in UTF-16")
def saved_in_utf_16(seeds: Seeds, rng: Random) -> Mutant:
    name = rng.choice(list(seeds.files))
    return _with_content(seeds, name, seeds.texts[name].encode("utf-16"))


@fault(
    "file",
    "opened a file as Windows-1252 and saved it in UTF-8: mojibake",
    survives_because="the codebook's names hold no words of the text; garbled letters are letters",
)
def mojibake(seeds: Seeds, rng: Random) -> Mutant:
    name = rng.choice(list(seeds.files))
    garbled = seeds.files[name].decode("cp1252", "replace")
    lines = {
        (name, number)
        for number, pair in enumerate(zip(garbled.split("\n"), seeds.texts[name].split("\n"), strict=True), start=1)
        if pair[0] != pair[1]
    }
    values = [v for v in seeds.values if v.record.file == name and not v.text.isascii()]
    pins = [v for v in seeds.values if v.key == "text_sha256" and name.endswith(".txt")]
    keys = {(v.record.file, line_of(seeds.texts[v.record.file], v.key_at)) for v in [*values, *pins]}
    return Mutant({name: garbled.encode()}, frozenset(lines | keys))


@fault("file", "has a NUL or another control character in a file")
def control_character(seeds: Seeds, rng: Random) -> Mutant:
    name = rng.choice(list(seeds.files))
    at = rng.randrange(len(seeds.texts[name]))
    text = seeds.texts[name][:at] + rng.choice("\x00\x07\x0c\x1b") + seeds.texts[name][at:]
    pins = [v for v in seeds.values if v.key == "text_sha256" and name.endswith(".txt")]
    keys = {(v.record.file, line_of(seeds.texts[v.record.file], v.key_at)) for v in pins}
    return Mutant({name: text.encode()}, frozenset({(name, line_of(text, at)), *keys}))


@fault(
    "file",
    "pasted a line separator of Unicode into annotations",
    survives_because="inside free text it is white space, and stays",
)
def line_separator(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: " " in v.text and not v.record.flow))
    text = seeds.texts[value.record.file]
    at = rng.choice([i for i in range(value.start, value.end) if text[i] == " "])
    new = text[:at] + rng.choice("\u2028\u0085") + text[at:]
    places = {(value.record.file, line_of(new, each)) for each in (at, value.key_at)}
    return Mutant({value.record.file: new.encode()}, frozenset(places))


# ── Names and copies ──────────────────────────────────────────────────────────────────────────────


def _source_of(seeds: Seeds, rng: Random) -> tuple[str, str]:
    name = rng.choice(seeds.annotations)
    return name, name.removesuffix(".yaml") + ".txt"


@fault("file", "deleted one of the two files of a document")
def half_a_document(seeds: Seeds, rng: Random) -> Mutant:
    pair = _source_of(seeds, rng)
    return Mutant({rng.choice(pair): None}, frozenset((name, 1) for name in pair))


@fault("file", "renamed one of the two files of a document")
def half_renamed(seeds: Seeds, rng: Random) -> Mutant:
    pair = _source_of(seeds, rng)
    name = rng.choice(pair)
    other = name.replace("-0", "-", 1)
    return Mutant({name: None, other: seeds.files[name]}, frozenset((each, 1) for each in (*pair, other)))


@fault("file", "gave a file a name that is no slug")
def name_no_slug(seeds: Seeds, rng: Random) -> Mutant:
    names = {
        name: name.replace("moscow-times", rng.choice(["Moscow-Times", "moscow_times", "moscow times"]))
        for name in _source_of(seeds, rng)
    }
    gone = dict.fromkeys(names)
    files = {new: seeds.files[old] for old, new in names.items()}
    return Mutant({**gone, **files}, frozenset((new, 1) for new in files))


@fault("file", "left a copy that an editor or a merge made")
def backup_copy(seeds: Seeds, rng: Random) -> Mutant:
    name = rng.choice(list(seeds.files))
    stem, _, ending = name.rpartition(".")
    copy = rng.choice([f"{name}.orig", f"{name}~", f"{name}.bak", f"{stem}.{ending}.swp", f"{stem}.{ending[:-2]}ml~"])
    return Mutant({copy: seeds.files[name]}, frozenset({(copy, 1)}))


@fault("file", "left a copy of a codebook file next to it")
def codebook_copy(seeds: Seeds, rng: Random) -> Mutant:
    name = rng.choice([name for name in seeds.files if name.startswith("codebook/")])
    copy = name.replace(".yaml", " (1).yaml")
    return Mutant(
        {copy: seeds.files[name]}, _all_lines(seeds, name) | {(copy, line) for _, line in _all_lines(seeds, name)}
    )


@fault("file", "left a copy of a document next to it")
def document_copy(seeds: Seeds, rng: Random) -> Mutant:
    pair = _source_of(seeds, rng)
    copies = {name.replace(".", "-copy."): seeds.files[name] for name in pair}
    return Mutant(
        copies,
        frozenset(place for name in pair for place in _all_lines(seeds, name))
        | {(copy, line) for copy in copies for line in range(1, 20)},
    )


@fault(
    "file",
    "left a copy of a document next to it that an editor saved with other line ends",
    survives_because="the build warns and does not refuse: white space may be what tells two texts apart",
)
def document_copy_with_other_line_ends(seeds: Seeds, rng: Random) -> Mutant:
    name, source = _source_of(seeds, rng)
    annotations = seeds.texts[name].partition("\nmentions:")[0]
    annotations = "".join(line for line in annotations.splitlines(keepends=True) if "text_sha256" not in line)
    text = rng.choice(
        [
            seeds.files[source] + b"\n",
            seeds.files[source].replace(b"\n", b"\r\n"),
            b"\xef\xbb\xbf" + seeds.files[source],
        ]
    )
    copies = {name.replace(".", "-copy."): annotations.encode(), source.replace(".", "-copy."): text}
    return Mutant(copies, frozenset((copy, line) for copy in copies for line in range(1, 20)))


@fault("file", "saved annotations under another ending")
def another_ending(seeds: Seeds, rng: Random) -> Mutant:
    name = _random_yaml_file(seeds, rng)
    other = name.replace(".yaml", rng.choice([".yml", ".yaml.txt", ".YAML", ""]))
    return Mutant(
        {name: None, other: seeds.files[name]}, frozenset({(name, 1), (other, 1), (name.replace(".yaml", ".txt"), 1)})
    )


@fault("file", "emptied a file")
def emptied(seeds: Seeds, rng: Random) -> Mutant:
    name = rng.choice(list(seeds.files))
    pins = [v for v in seeds.values if v.key == "text_sha256" and name.endswith(".txt")]
    keys = {(v.record.file, line_of(seeds.texts[v.record.file], v.key_at)) for v in pins}
    return Mutant({name: b""}, frozenset({(name, 1), *keys}))
