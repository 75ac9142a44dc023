import pandas as pd

import stancebook as sb
from stancebook.dataset.publish import publish, staging_folder
from stancebook.parallel.chunked_build import build_into
from stancebook.parallel.chunking import ChunkPolicy
from stancebook.parallel.options import BuildOptions
from stancebook.sources.discovery import discover
from tests.unit.schema.columns.typed_datasets import write_seeds

CELLS = {"day": "2031-04-02", "sent": "2031-04-02T10:00:00Z", "length": 1.5, "carts": 3, "locked": True}


class Readings(sb.Document, section="reading"):
    """One reading."""

    gate: str = sb.text("The gate.")
    day: sb.Date = sb.date("The day.", nullable=True)
    sent: sb.DateTime = sb.datetime("When.", nullable=True)
    length: float = sb.number("A length.", nullable=True)
    carts: int = sb.integer("A count.", nullable=True)
    locked: bool = sb.boolean("Whether it is.", nullable=True)


def last_of_each_gate(tables):
    """Return the last reading of each gate."""
    frame = tables["readings"].sort_values("doc_id").drop_duplicates("gate", keep="last")
    return frame.drop(columns="doc_id")


class Gates(
    sb.Derived,
    derive=last_of_each_gate,
    inputs={"readings": ["doc_id", "gate", *CELLS]},
    partition_by="gate",
    key=("gate",),
):
    """The last reading of a gate."""

    gate: str = sb.text("The gate.")
    day: sb.Date = sb.date("The day.", nullable=True)
    sent: sb.DateTime = sb.datetime("When.", nullable=True)
    length: float = sb.number("A length.", nullable=True)
    carts: int = sb.integer("A count.", nullable=True)
    locked: bool = sb.boolean("Whether it is.", nullable=True)


CONTRACT = sb.Contract("readings", "Readings", "Readings of gates.", "1.0.0", (Readings, Gates))


def test_types_survive_chunks_and_derivation(tmp_path):
    """A corpus of many chunks gives the tables, with the types, that it gives in memory."""
    records = [{"gate": f"gate {number % 3}", **(CELLS if number % 4 else {})} for number in range(30)]
    seeds = write_seeds(tmp_path / "seeds", records)
    policy = ChunkPolicy(min_documents=4, max_documents=6, boundary_interval=2)
    folder = tmp_path / "dataset"
    with staging_folder(folder) as new:
        result = build_into(lambda: CONTRACT, seeds, discover(seeds), new, BuildOptions(jobs=1, chunk_policy=policy))
        assert result.problems == []
        result.write()
        publish(new, folder)
    in_memory = sb.build_dataset(CONTRACT, seeds).tables
    for table in ("readings", "gates"):
        pd.testing.assert_frame_equal(sb.load(table, path=folder), in_memory[table])
    assert in_memory["gates"].dtypes[[*CELLS]].astype(str).tolist() == [
        "datetime64[s]",
        "datetime64[us, UTC]",
        "float64",
        "Int64",
        "boolean",
    ]
