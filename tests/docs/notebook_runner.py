"""Runs the notebooks, on the dataset of this repository or on another one."""

import json
import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tests.docs.pages import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def execute(path: Path, dataset: Path | None = None) -> nbformat.NotebookNode:
    """Run a notebook and return it with its outputs.

    Args:
        path: The notebook.
        dataset: The dataset that `stancebook.load` reads, and next to whose folder the seeds are; that of this
            repository if None.
    """
    notebook = nbformat.read(path, as_version=4)
    folder = ROOT / "notebooks"
    if dataset is not None:
        folder = dataset.parent / "notebooks"
        folder.mkdir(exist_ok=True)
        code = (
            f"import functools, stancebook\nstancebook.load = functools.partial(stancebook.load, path={str(dataset)!r})"
        )
        notebook.cells.insert(0, nbformat.v4.new_code_cell(code))
    paths = [str(ROOT / "src"), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)})
    if dataset is not None:
        del notebook.cells[0]
    return notebook


def renew(path: Path) -> None:
    """Run a notebook on the dataset of this repository; store its outputs and which build they are of."""
    notebook = execute(path)
    package = json.loads((ROOT / "dataset/datapackage.json").read_text(encoding="utf-8"))
    notebook.metadata["stancebook"] = {"build": package["stancebook"]["build"]}
    nbformat.write(notebook, path)
