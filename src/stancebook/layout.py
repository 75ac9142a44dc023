"""The names of the files in a dataset's folder, and how much they tell one by one."""

DATAPACKAGE = "datapackage.json"
CROISSANT = "croissant.json"
DATA_CARD = "README.md"
ANNOTATION_SCHEMA = "annotation.schema.json"
CODEBOOK_SCHEMA = "codebook.schema.json"

LISTED = 50  # documents that are described one by one; where there are more, their table tells


def table_file(table: str) -> str:
    """Return the name of a table's file."""
    return f"{table}.parquet"
