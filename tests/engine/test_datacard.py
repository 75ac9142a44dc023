from schemas import CONTRACT
from stancebook.datacard import datacard
from tests.engine.letters import LETTERS

ROWS = dict.fromkeys(CONTRACT.tables, 1)
LETTER_ROWS = dict.fromkeys(LETTERS.tables, 2)


def test_every_table_column_value_and_rule_is_in_the_data_card():
    card = datacard(CONTRACT, ROWS)
    for spec in CONTRACT.tables.values():
        _, _, section = card.partition(f"\n## {spec.name}\n")
        section = section.partition("\n## ")[0]
        assert spec.description in section
        for column in spec.columns:
            assert f"| `{column.name}` | " in section
            for value, definition in column.vocabulary.items():
                assert f"- `{value}`: {definition}" in section
        for rule in spec.rules.values():
            assert f"- {rule.message}" in section


def test_a_reference_in_the_data_card_leads_to_its_table():
    card = datacard(CONTRACT, ROWS)
    targets = {column.target for spec in CONTRACT.tables.values() for column in spec.references}
    assert all(f"→ [{target}](#{target})" in card and f"\n## {target}\n" in card for target in targets)


def test_the_data_card_states_rows_order_and_what_may_be_empty():
    card = datacard(LETTERS, {**LETTER_ROWS, "claims": 17})
    assert "| [claims](#claims) | 17 | One thing that somebody in a letter says is so. |" in card
    assert "| `strength` | ordered category | How well it is borne out. May be empty. |" in card
    assert "**strength**, from least to most:" in card
