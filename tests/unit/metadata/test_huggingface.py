import os
import subprocess
import sys
from dataclasses import replace

import pytest
import yaml

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from stancebook.dataset.layout import DATA_CARD
from stancebook.dataset.table_stats import Part, StoredTable, TableStats
from stancebook.metadata.huggingface import huggingface_header
from tests.unit.dataset_parts import as_files, as_folders
from tests.unit.sample_contract import LETTERS, contract


def facts_of(text):
    start, facts, end = text.partition("---\n")[0], text.removeprefix("---\n").removesuffix("\n---"), text[-4:]
    assert (start, end) == ("", "\n---")
    return yaml.safe_load(facts)


@pytest.fixture
def tables(letters):
    return as_files(LETTERS, build_tables(LETTERS, letters).frames)


def test_the_header_says_what_the_contract_and_the_rows_say(tables):
    facts = facts_of(huggingface_header(contract(keywords=("post: old",), hub={"task_categories": ("other",)}), tables))
    assert (facts["pretty_name"], facts["license"], facts["language"]) == ("Letters", ["cc0-1.0"], ["en"])
    assert (facts["tags"], facts["task_categories"]) == (["post: old"], ["other"])


@pytest.mark.parametrize(("rows", "size"), [(999, "n<1K"), (1000, "1K<n<10K"), (10_000, "10K<n<100K")])
def test_the_size_is_that_of_all_rows(rows, size):
    empty = {name: StoredTable((Part(f"{name}.parquet", 0, "", ""),), TableStats()) for name in LETTERS.tables}
    letters = replace(empty["letters"], tally=TableStats(rows, counts={"language": {"en-GB": rows - 1, "en": 1}}))
    facts = facts_of(huggingface_header(LETTERS, {**empty, "letters": letters}))
    assert facts["size_categories"] == [size]
    assert facts["language"] == ["en"]


def configurations(text):
    return {each["config_name"]: each["data_files"] for each in facts_of(text)["configs"]}


def test_every_table_is_a_configuration(tables):
    assert configurations(huggingface_header(LETTERS, tables)) == {name: f"{name}.parquet" for name in LETTERS.tables}


def test_a_table_that_is_a_folder_is_a_configuration_of_all_files_in_it(letters):
    tables = as_folders(LETTERS, build_tables(LETTERS, letters).frames)
    assert configurations(huggingface_header(LETTERS, tables)) == {
        name: f"{name}.parquet/*.parquet" for name in LETTERS.tables
    }


def test_the_data_card_begins_with_the_header(files, built):
    assert (
        files[DATA_CARD].decode().startswith(huggingface_header(CONTRACT, as_files(CONTRACT, built.frames)) + "\n\n# ")
    )


# ── The library ───────────────────────────────────────────────────────────────────────────────────

# In a process of its own: the library reads its settings when it is imported.
LOAD = """
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


def test_the_library_of_the_hub_loads_every_table_from_the_folder_as_it_is(dataset, split, tmp_path):
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    program = [sys.executable, "-c", LOAD, dataset, split]
    told = subprocess.run(program, env={**os.environ, **offline}, check=True, capture_output=True, text=True)
    assert told.stdout.split() == [*CONTRACT.tables, *CONTRACT.tables]
