from schemas import CONTRACT
from stancebook.metadata.diagram import mermaid_diagram
from tests.unit.sample_contract import LETTERS

DRAWN = """\
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


def test_a_diagram_shows_tables_keys_and_references():
    assert mermaid_diagram(LETTERS.tables.values()) == DRAWN


def test_columns_that_lead_to_one_table_are_one_line_which_is_optional_only_if_all_are():
    lines = mermaid_diagram(CONTRACT.tables.values()).splitlines()
    assert lines.count('    "actors" ||--o{ "statements" : ""') == 1
    assert not [line for line in lines if line.startswith('    "actors" |o--o{ "statements"')]
