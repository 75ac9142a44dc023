"""Compare what is read without positions with what is read with positions."""

import json

from stancebook.schema.contract import Contract
from stancebook.sources.corpus import Corpus
from stancebook.sources.nodes import Mapping, Sequence
from stancebook.sources.record_tables import RecordFile, RecordTable, read_files
from stancebook.sources.yaml_fast_reader import read_fast
from stancebook.sources.yaml_reader import parse_yaml


def agrees(text):
    """Return whether the fast reader reads a text; assert that the parser then reads the same without a problem."""
    mapping = read_fast(text)
    if mapping is None:
        return False
    root, problems = parse_yaml(text, "file.yaml")
    assert problems == []
    assert json.dumps(values(root)) == json.dumps(mapping)
    return True


def values(node):
    """Return a tree as Python values; None for absent ones."""
    if isinstance(node, Mapping):
        assert node.complete
        return {name: values(value) for name, value in node.values.items()}
    if isinstance(node, Sequence):
        return [values(item) for item in node.items]
    assert node.comment is None
    assert not node.swallowed
    return None if node.absent else node.text


def record_files(contract: Contract, corpus: Corpus) -> tuple[list[RecordFile], list[RecordFile]]:
    """Return the record files of a corpus: those of its codebook, and those of its documents."""
    documents = [
        RecordFile(files.annotations, contract, files.doc_id) for files in corpus.documents if files.annotations
    ]
    return [RecordFile(file, contract) for file in corpus.codebook], documents


def files_with_positions(contract: Contract, corpus: Corpus) -> list[str]:
    """Read all record files of a corpus; return the names of those that are read with positions.

    Assert that any other file has no problem, and the same records in the same order when it is read with positions.
    """
    codebook, documents = record_files(contract, corpus)
    tables = [
        *read_files(contract.codebook_tables, codebook).tables.values(),
        *read_files(contract.document_tables, documents).tables.values(),
    ]
    with_positions = [file.name for file in [*codebook, *documents] if "parsed" in vars(file)]
    for file in [*codebook, *documents]:
        if file.name not in with_positions:
            assert (file.parsed.problems, file.parsed.complete) == ([], True)
            assert all(record.valid for record in file.parsed.records)
            assert sum(_rows_of(file, table) for table in tables) == len(file.parsed.records)
    by_name = {table.spec.name: table for table in tables}
    for table in tables:
        for row in range(len(table)):
            _assert_same_record(table, row, by_name)
    return with_positions


def _rows_of(file: RecordFile, table: RecordTable) -> int:
    return sum(end - start for other, start, end in table.by_file() if other is file)


def _assert_same_record(table: RecordTable, row: int, tables: dict[str, RecordTable]) -> None:
    """Assert that a row has the texts and the parent of its record."""
    record = table.record(row)
    texts = {key: value for key in table.columns if (value := table.cell(row, key)) is not None}
    assert texts == {key: cell.text for key, cell in record.cells.items()}
    if record.parent is not None:
        assert tables[str(table.spec.parent)].record(table.parents[row]) is record.parent
