import re
from collections import Counter
from itertools import pairwise
from urllib.parse import unquote

import pandas as pd
import pytest
from markdown_it import MarkdownIt

from schemas import CONTRACT
from stancebook.build.coverage import coverage
from stancebook.build.pipeline import build_tables
from stancebook.metadata.data_card import render_data_card
from stancebook.schema.columns import primary_key, text
from stancebook.schema.models import Codebook
from stancebook.schema.spec import Pattern
from tests.unit.dataset_parts import as_files, as_folders
from tests.unit.sample_contract import LETTER, LETTERS, Claims, Letters, People, Tallies, Witnesses, contract, write

MARKDOWN = MarkdownIt("commonmark").enable("table")


@pytest.fixture
def card(letters):
    """The data card of the letters, or of another contract of them."""
    built = build_tables(LETTERS, letters)

    def made(of=LETTERS, **frames):
        tables = {**built.frames, **frames}
        return render_data_card(of, as_files(of, tables), tables["letters"], coverage(built).shares)

    return made


@pytest.fixture(scope="module")
def whole(built):
    tables = as_files(CONTRACT, built.frames)
    return render_data_card(CONTRACT, tables, built.frames["documents"], coverage(built).shares)


def section(card, heading):
    [found] = re.findall(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", card, re.MULTILINE | re.DOTALL)
    return found


def shown(markdown):
    """The cells of every row of every table, as a reader sees them."""
    rows, cells = [], []
    for token, inside in pairwise(MARKDOWN.parse(markdown)):
        if token.type in ("td_open", "th_open"):
            cells.append("".join(part.content for part in inside.children))
        elif token.type == "tr_close":
            rows.append(cells)
            cells = []
    return rows


# ── Completeness ──────────────────────────────────────────────────────────────────────────────────


def test_every_table_column_value_and_rule_is_in_the_data_card(whole):
    for spec in CONTRACT.tables.values():
        told = section(whole, spec.name)
        assert spec.description in told
        cells = {tuple(row[:1] + row[-1:]) for row in shown(told)}
        for column in spec.columns:
            assert any(name == column.name for name, _ in cells)
            for value, definition in column.vocabulary.items():
                assert (value, definition.replace("`", "")) in cells
        for rule in spec.rules.values():
            assert f"- {rule.message}" in told


def test_every_reference_and_every_anchor_leads_to_one_heading(whole):
    headings = Counter(
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in whole.splitlines()
        if line.startswith("#")
    )
    assert max(headings.values()) == 1
    assert set(re.findall(r"\]\(#([^)]+)\)", whole)) <= set(headings)
    targets = {column.target for spec in CONTRACT.tables.values() for column in spec.references}
    assert all(f"→ [{target}](#{target})" in whole for target in targets)


def test_the_data_card_ends_with_the_citation_and_one_line_break(files):
    assert files["README.md"].decode().endswith(f"\n## How to cite\n\n> {CONTRACT.citation}\n")


# ── What is counted ───────────────────────────────────────────────────────────────────────────────


def test_the_data_card_counts_the_rows_of_tables_and_values_and_what_is_empty(card):
    made = card()
    assert "| [claims](#claims) | 2 | One thing that somebody in a letter says is so. |" in made
    claims = section(made, "claims")
    assert "2 rows. Key: `claim_id`." in claims
    assert ["strength", "ordered category", "How well it is borne out. May be empty, and is in 1 of 2 rows."] in shown(
        claims
    )
    assert "**strength**, from least to most:" in claims
    assert [row for row in shown(claims) if row[0] in ("weak", "fair", "strong")] == [
        ["weak", "0", "Hearsay."],
        ["fair", "1", "Seen by one."],
        ["strong", "0", "Seen by several."],
    ]
    assert "1 row. Key: `doc_id`." in section(made, "letters")


def test_a_column_says_its_unit_and_how_it_is_written(card):
    made = card()
    assert ["char_start", "integer (Unicode code points)"] in [row[:2] for row in shown(section(made, "claims"))]
    assert "Written as two capital letters and a digit, such as 'AB1'. May be empty" in section(made, "people")


def test_the_coverage_of_each_table_is_shown(card):
    claims, anything = shown(section(card(), "Coverage"))[1:]
    assert claims[:2] == ["claims", "2"]
    assert anything == ["any of these", *claims[1:]]
    assert 0 < int(claims[3].removesuffix(" %")) < 100


def test_where_nobody_counted_the_coverage_there_is_no_word_of_it(built):
    assert "## Coverage" not in render_data_card(
        CONTRACT, as_files(CONTRACT, built.frames), built.frames["documents"], None
    )


def test_the_texts_are_listed_by_what_the_contract_says_of_its_sources(card):
    made = card(contract(sources={"title": "pages", "posted": "sent"}))
    assert shown(section(made, "Texts")) == [
        ["Document ID", "Pages", "Sent", "Length of the text (Unicode code points)"],
        ["bridge", "", "1901-05-04", str(len(LETTER))],
    ]


def test_a_text_leads_to_its_address(card, letters):
    address = "https://example.org/a_b|c)(d*e*?<f>"
    frame = build_tables(LETTERS, letters).frames["letters"].assign(pages=pd.Series([address], dtype="str"))
    made = section(card(contract(sources={"title": "sent", "path": "pages"}), letters=frame), "Texts")
    [link] = [
        part.attrGet("href")
        for token in MARKDOWN.parse(made)
        for part in token.children or ()
        if part.type == "link_open"
    ]
    assert unquote(link) == address
    assert shown(made)[1] == ["bridge", "1901-05-04", str(len(LETTER))]


@pytest.fixture
def large(letters):
    """The data card of letters that nobody lists, in tables that are folders."""
    return render_data_card(LETTERS, as_folders(LETTERS, build_tables(LETTERS, letters).frames), None, None)


def test_of_texts_that_are_not_listed_the_table_tells(large):
    assert "1 texts: see [`letters.parquet`](#letters)." in section(large, "Texts")


def test_of_a_table_that_is_a_folder_it_is_said_how_many_files_are_in_it(large, card):
    assert "2 rows in 2 files, sorted by key from the first to the last. Key: `claim_id`." in section(large, "claims")
    assert "2 rows. Key: `claim_id`." in section(card(), "claims")


# ── Words of its own ──────────────────────────────────────────────────────────────────────────────


def test_what_the_contract_says_in_words_of_its_own_stands_before_what_is_computed(card):
    made = card(contract(prose="\n## What it is\n\nOld letters.\n"))
    assert "\n\n## What it is\n\nOld letters.\n\n## Texts\n" in made


class Ropes(Codebook):
    """One rope | line, <b>thick</b>, of `List<str>`."""

    rope_id: str = primary_key("Slug.")
    make: str = text("A | B,\n or <i>C</i>.", pattern=Pattern("[AB]", "A|B"))


def test_markup_and_bars_break_no_table(tmp_path):
    ropes = contract(People, Letters, Claims, Witnesses, Tallies, Ropes)
    seeds = write(tmp_path)
    (seeds / "codebook/ropes.yaml").write_text("ropes: [{rope_id: a, make: A}]", encoding="utf-8")
    made = render_data_card(ropes, as_files(ropes, build_tables(ropes, seeds).frames), None, None)
    assert ["make", "string", "A | B, or <i>C</i>. Written as A|B."] in shown(section(made, "ropes"))
    assert ["ropes", "1", "One rope | line, <b>thick</b>, of List<str>."] in shown(section(made, "Tables"))


@pytest.mark.parametrize(
    "title", ["a | b", "<script>", "*stars* _and_ `ticks`", "[a](b)", "a\\|b", "# ~~x~~", "$5 or $6"]
)
def test_a_title_is_shown_as_somebody_wrote_it(title, card, letters):
    frame = build_tables(LETTERS, letters).frames["letters"].assign(pages=pd.Series([title], dtype="str"))
    [_, row] = shown(section(card(contract(sources={"title": "pages"}), letters=frame), "Texts"))
    assert row[1] == title
