"""The names of the files in a dataset's folder."""

DATAPACKAGE = "datapackage.json"
DATA_CARD = "README.md"
ANNOTATION_SCHEMA = "annotation.schema.json"
CODEBOOK_SCHEMA = "codebook.schema.json"


def table_file(table: str) -> str:
    """Return the name of a table's file."""
    return f"{table}.parquet"
