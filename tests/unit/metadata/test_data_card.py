import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from urllib.parse import unquote

import pandas as pd
import pytest
import yaml
from markdown_it import MarkdownIt

from schemas import CONTRACT
from stancebook.build.coverage import coverage
from stancebook.build.pipeline import build_tables
from stancebook.dataset.layout import DATA_CARD
from stancebook.dataset.reader import load
from stancebook.dataset.table_stats import Part, StoredTable, TableStats
from stancebook.metadata.data_card import huggingface_header, mermaid_diagram, render_data_card
from stancebook.schema.column_types import Pattern
from stancebook.schema.columns import primary_key, text
from stancebook.schema.models import Codebook
from tests.unit.dataset_parts import as_files, as_folders
from tests.unit.sample_contract import LETTER, LETTERS, Claims, Letters, People, Tallies, Witnesses, contract, write

MARKDOWN = MarkdownIt("commonmark").enable("table")


@pytest.fixture
def render_card(letters):
    """Return a function that renders the data card of the letters by a contract, with some tables replaced."""
    build = build_tables(LETTERS, letters)

    def render(contract_=LETTERS, **frames):
        tables = {**build.frames, **frames}
        return render_data_card(contract_, as_files(contract_, tables), tables["letters"], coverage(build).shares)

    return render


@pytest.fixture
def card_of_folders(letters):
    """Return the data card of letters that are not listed, in tables that are folders."""
    return render_data_card(LETTERS, as_folders(LETTERS, build_tables(LETTERS, letters).frames), None, None)


@pytest.fixture(scope="module")
def project_card(built):
    tables = as_files(CONTRACT, built.frames)
    return render_data_card(CONTRACT, tables, built.frames["documents"], coverage(built).shares)


def section(card, heading):
    [content] = re.findall(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", card, re.MULTILINE | re.DOTALL)
    return content


def table_rows(markdown):
    """Return the cells of every row of every table, as rendered."""
    rows, cells = [], []
    for token, content in pairwise(MARKDOWN.parse(markdown)):
        if token.type in ("td_open", "th_open"):
            cells.append("".join(part.content for part in content.children))
        elif token.type == "tr_close":
            rows.append(cells)
            cells = []
    return rows


# ── Completeness ──────────────────────────────────────────────────────────────────────────────────


def test_card_has_all_tables_columns_and_values(project_card):
    """Each table, column, value and rule is in the data card with its description."""
    for spec in CONTRACT.tables.values():
        content = section(project_card, spec.name)
        assert spec.description in content
        cells = {tuple(row[:1] + row[-1:]) for row in table_rows(content)}
        for column in spec.columns:
            assert any(name == column.name for name, _ in cells)
            for value, definition in column.vocabulary.items():
                assert (value, definition.replace("`", "")) in cells
        for rule in spec.rules.values():
            assert f"- {rule.message}" in content


def test_links_within_card_have_targets(project_card):
    """Each link within the card leads to one heading, and each foreign key links to its table."""
    headings = Counter(
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in project_card.splitlines()
        if line.startswith("#")
    )
    assert max(headings.values()) == 1
    assert set(re.findall(r"\]\(#([^)]+)\)", project_card)) <= set(headings)
    targets = {column.target for spec in CONTRACT.tables.values() for column in spec.references}
    assert all(f"→ [{target}](#{target})" in project_card for target in targets)


def test_card_has_no_links_out_of_dataset(project_card):
    """Links lead within the card, to a file of the dataset or to a web address."""
    targets = {part for part in re.findall(r"\]\(([^)#\s]+)", project_card) if ":" not in part}
    assert not [target for target in targets if "/" in target]


def test_card_ends_with_citation(files):
    """The file ends with the citation and one line break."""
    assert files["README.md"].decode().endswith(f"\n## How to cite\n\n> {CONTRACT.citation}\n")


# ── Counts ────────────────────────────────────────────────────────────────────────────────────────


def test_card_counts_rows_values_and_empty_cells(render_card):
    """Tables and values have their numbers of rows, and nullable columns their number of empty cells."""
    card = render_card()
    assert "| [claims](#claims) | 2 | One thing that somebody in a letter says is so. |" in card
    claims = section(card, "claims")
    assert "2 rows. Key: `claim_id`." in claims
    strength = ["strength", "ordered category", "How well it is borne out. May be empty, and is in 1 of 2 rows."]
    assert strength in table_rows(claims)
    assert "**strength**, from least to most:" in claims
    assert [row for row in table_rows(claims) if row[0] in ("weak", "fair", "strong")] == [
        ["weak", "0", "Hearsay."],
        ["fair", "1", "Seen by one."],
        ["strong", "0", "Seen by several."],
    ]
    assert "1 row. Key: `doc_id`." in section(card, "letters")


def test_column_has_unit_and_pattern(render_card):
    """A column's unit and the description of its pattern are in the card."""
    card = render_card()
    columns = [row[:2] for row in table_rows(section(card, "claims"))]
    assert ["char_start", "integer (Unicode code points)"] in columns
    assert "Written as two capital letters and a digit, such as 'AB1'. May be empty" in section(card, "people")


def test_coverage_has_row_for_each_table(render_card):
    """The coverage of each table, and of all together, is in percent."""
    claims, all_tables = table_rows(section(render_card(), "Coverage"))[1:]
    assert claims[:2] == ["claims", "2"]
    assert all_tables == ["any of these", *claims[1:]]
    assert 0 < int(claims[3].removesuffix(" %")) < 100


def test_coverage_is_left_out_if_not_computed(built):
    """Without coverage the card has no section on it."""
    card = render_data_card(CONTRACT, as_files(CONTRACT, built.frames), built.frames["documents"], None)
    assert "## Coverage" not in card


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────


def test_texts_have_columns_of_sources(render_card):
    """The list of texts has the columns that the contract's sources name, between id and length."""
    card = render_card(contract(sources={"title": "pages", "posted": "sent"}))
    assert table_rows(section(card, "Texts")) == [
        ["Document ID", "Pages", "Sent", "Length of the text (Unicode code points)"],
        ["bridge", "", "1901-05-04", str(len(LETTER))],
    ]


def test_texts_without_sources_have_coded_columns(render_card):
    """Without sources, the list of texts has all columns that coders fill in."""
    header, row = table_rows(section(render_card(), "Texts"))
    assert header == ["Document ID", "Sent", "Pages", "Language", "Length of the text (Unicode code points)"]
    assert row == ["bridge", "1901-05-04", "", "en", str(len(LETTER))]


def test_corpus_size_is_computed(render_card, letters):
    """The number of texts, the numbers of values that describe sources, and the languages are computed."""
    assert section(render_card(), "Texts").startswith("\n1 text. Language: en.\n")
    [row] = build_tables(LETTERS, letters).frames["letters"].to_dict("records")
    rows = [{**row, "doc_id": "bridge", "pages": "Ida"}, {**row, "doc_id": "rope", "pages": "Ida", "language": "de"}]
    frame = pd.DataFrame(rows).astype({"pages": "str"})
    card = render_card(contract(sources={"title": "doc_id", "coder": "pages"}), letters=frame)
    assert section(card, "Texts").startswith("\n2 texts, 1 pages. Language: de, en.\n")


def test_title_of_text_is_link(render_card, letters):
    """The title of a text links to its address, with all characters."""
    address = "https://example.org/a_b|c)(d*e*?<f>"
    frame = build_tables(LETTERS, letters).frames["letters"].assign(pages=pd.Series([address], dtype="str"))
    texts = section(render_card(contract(sources={"title": "sent", "path": "pages"}), letters=frame), "Texts")
    [link] = [
        part.attrGet("href")
        for token in MARKDOWN.parse(texts)
        for part in token.children or ()
        if part.type == "link_open"
    ]
    assert unquote(link) == address
    assert table_rows(texts)[1] == ["bridge", "1901-05-04", str(len(LETTER))]


def test_card_says_how_rows_are_addressed(render_card):
    """If the pages of the reading view are published, the card says where rows are."""
    card = render_card(replace(LETTERS, view_url="https://a.org/view/"))
    assert "<https://a.org/view/>" in card
    assert "`https://a.org/view/<document>.html#<table>.<id>`" in card
    assert "<document>" not in render_card()


def test_many_texts_are_not_listed(card_of_folders):
    """If texts are not listed, the card names their table."""
    assert "1 text: see [`letters.parquet`](#letters)." in section(card_of_folders, "Texts")


def test_folder_has_number_of_files(card_of_folders, render_card):
    """A table that is a folder has its number of files."""
    claims = section(card_of_folders, "claims")
    assert "2 rows in 2 files, sorted by key from the first to the last. Key: `claim_id`." in claims
    assert "2 rows. Key: `claim_id`." in section(render_card(), "claims")


# ── The contract's own text ───────────────────────────────────────────────────────────────────────


def test_own_text_precedes_computed_sections(render_card):
    """The text of the contract comes before the computed sections."""
    card = render_card(contract(data_card_text="\n## What it is\n\nOld letters.\n"))
    assert "\n\n## What it is\n\nOld letters.\n\n## Texts\n" in card


GUIDE_LINK = "Coded by the [guide](../seeds/README.md#dates), see [claims](#claims)."


@pytest.mark.parametrize(
    ("repository", "sentence"),
    [
        ("", "Coded by the guide (`seeds/README.md` in the repository), see [claims](#claims)."),
        (
            "https://example.org/letters",
            "Coded by the guide (`seeds/README.md` in the [repository](https://example.org/letters)),"
            " see [claims](#claims).",
        ),
    ],
)
def test_repository_files_are_named(repository, sentence, render_card):
    """A link to a file of the repository becomes its name; the repository is a link if its address is known."""
    card = render_card(contract(repository=repository, data_card_text=GUIDE_LINK))
    assert sentence in card
    assert (f"Repository: <{repository}>." in card) == bool(repository)
    assert ("Repository:" in card) == bool(repository)


class Ropes(Codebook):
    """One rope | line, <b>thick</b>, of `List<str>`."""

    rope_id: str = primary_key("Slug.")
    make: str = text("A | B,\n or <i>C</i>.", pattern=Pattern("[AB]", "A|B"))


def test_markup_in_descriptions_breaks_no_table(tmp_path):
    """Bars, tags and line breaks in descriptions are shown in their cells."""
    ropes = contract(People, Letters, Claims, Witnesses, Tallies, Ropes)
    seeds = write(tmp_path)
    (seeds / "codebook/ropes.yaml").write_text("ropes: [{rope_id: a, make: A}]", encoding="utf-8")
    card = render_data_card(ropes, as_files(ropes, build_tables(ropes, seeds).frames), None, None)
    assert ["make", "string", "A | B, or <i>C</i>. Written as A|B."] in table_rows(section(card, "ropes"))
    assert ["ropes", "1", "One rope | line, <b>thick</b>, of List<str>."] in table_rows(section(card, "Tables"))


@pytest.mark.parametrize(
    "title", ["a | b", "<script>", "*stars* _and_ `ticks`", "[a](b)", "a\\|b", "# ~~x~~", "$5 or $6"]
)
def test_title_is_escaped(title, render_card, letters):
    """The title of a text is shown with its own characters."""
    frame = build_tables(LETTERS, letters).frames["letters"].assign(pages=pd.Series([title], dtype="str"))
    [_, row] = table_rows(section(render_card(contract(sources={"title": "pages"}), letters=frame), "Texts"))
    assert row[1] == title


# ── Diagram ───────────────────────────────────────────────────────────────────────────────────────

DIAGRAM = """\
erDiagram
    "people" {
        string person_id PK
        string master_id FK "→ people, or empty"
    }
    "people" |o--o{ "people" : ""
    "letters" {
        string doc_id PK
    }
    "claims" {
        string claim_id PK
        string person_id FK "→ people"
        string believer_id FK "→ people"
        string answers_id FK "→ claims, or empty"
        string doc_id FK "→ letters"
    }
    "people" ||--o{ "claims" : ""
    "claims" |o--o{ "claims" : ""
    "letters" ||--o{ "claims" : ""
    "witnesses" {
        string claim_id PK, FK "→ claims"
        string person_id PK, FK "→ people"
    }
    "claims" ||--o{ "witnesses" : ""
    "people" ||--o{ "witnesses" : ""
    "tallies" {
        string person_id PK, FK "→ people"
    }
    "people" ||--o{ "tallies" : \"\""""


def test_diagram_has_tables_keys_and_references():
    """The diagram has the tables with primary and foreign keys, and their relationships."""
    assert mermaid_diagram(LETTERS.tables.values()) == DIAGRAM


def test_diagram_merges_references_to_one_table():
    """Several columns that refer to one table are one relationship, optional only if all of them are."""
    lines = mermaid_diagram(CONTRACT.tables.values()).splitlines()
    assert lines.count('    "actors" ||--o{ "statements" : ""') == 1
    assert not [line for line in lines if line.startswith('    "actors" |o--o{ "statements"')]


# ── Hugging Face header ───────────────────────────────────────────────────────────────────────────


def parse_header(header):
    assert header.startswith("---\n")
    assert header.endswith("\n---")
    return yaml.safe_load(header.removeprefix("---\n").removesuffix("\n---"))


@pytest.fixture
def tables(letters):
    return as_files(LETTERS, build_tables(LETTERS, letters).frames)


def test_header_has_contract_properties(tables):
    """The header has the properties of the contract, and the languages of the documents."""
    known = contract(keywords=("post: old",), huggingface={"task_categories": ("other",)})
    header = parse_header(huggingface_header(known, tables))
    assert (header["pretty_name"], header["license"], header["language"]) == ("Letters", ["cc0-1.0"], ["en"])
    assert (header["tags"], header["task_categories"]) == (["post: old"], ["other"])


@pytest.mark.parametrize(
    ("rows", "category"),
    [
        (1, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (10_000, "10K<n<100K"),
        (999_999_999, "100M<n<1B"),
        (10**9, "n>1B"),
        (10**11, "n>1B"),
    ],
)
def test_size_category_counts_all_rows(rows, category):
    """The size category is that of the rows of all tables."""
    empty = {name: StoredTable((Part(f"{name}.parquet", 0, "", ""),), TableStats()) for name in LETTERS.tables}
    letters = replace(empty["letters"], stats=TableStats(rows, counts={"language": {"en-GB": rows - 1, "en": 1}}))
    header = parse_header(huggingface_header(LETTERS, {**empty, "letters": letters}))
    assert header["size_categories"] == [category]
    assert header["language"] == ["en"]


def data_files(header):
    return {config["config_name"]: config["data_files"] for config in parse_header(header)["configs"]}


def test_table_is_configuration(tables):
    """Each table is a configuration with its file."""
    assert data_files(huggingface_header(LETTERS, tables)) == {name: f"{name}.parquet" for name in LETTERS.tables}


def test_folder_is_configuration(letters):
    """A table that is a folder is a configuration with all files of the folder."""
    tables = as_folders(LETTERS, build_tables(LETTERS, letters).frames)
    assert data_files(huggingface_header(LETTERS, tables)) == {
        name: f"{name}.parquet/*.parquet" for name in LETTERS.tables
    }


def test_card_starts_with_header(files, built):
    """The data card starts with the header."""
    header = huggingface_header(CONTRACT, as_files(CONTRACT, built.frames))
    assert files[DATA_CARD].decode().startswith(header + "\n\n# ")


# The library reads its settings when it is imported, so that it needs a process of its own.
LOAD_WITH_DATASETS = """
import sys
import datasets, pyarrow.parquet as pq
datasets.disable_progress_bars()
for folder in sys.argv[1:]:
    names = datasets.get_dataset_config_names(folder)
    for name in names:
        loaded = datasets.load_dataset(folder, name)["train"]
        assert loaded.to_list() == pq.read_table(f"{folder}/{name}.parquet").to_pylist(), name
    print(*names)
"""


def test_datasets_library_loads_tables(dataset, split, tmp_path):
    """The library of Hugging Face loads all tables that have rows from the folder, as files and as folders."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    program = [sys.executable, "-c", LOAD_WITH_DATASETS, dataset, split]
    run = subprocess.run(program, env={**os.environ, **offline}, check=True, capture_output=True, text=True)
    rows = load(path=dataset)
    filled = [name for name in CONTRACT.tables if len(rows[name])]
    assert set(CONTRACT.tables) - set(filled) == {"issue_relations", "event_relations"}
    assert run.stdout.split() == [*filled, *filled]
