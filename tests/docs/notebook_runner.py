"""Runs the notebooks: on the dataset of this repository, on another one, or on tables in memory."""

import ast
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbclient import NotebookClient

from tests.docs.pages import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def execute(path: Path, dataset: Path | None = None) -> nbformat.NotebookNode:
    """Run a notebook and return it with its outputs.

    Args:
        path: The notebook.
        dataset: The dataset that `stancebook` reads, and next to whose folder the seeds are; that of this
            repository if None.
    """
    notebook = nbformat.read(path, as_version=4)
    folder = ROOT / "notebooks"
    if dataset is not None:
        folder = dataset.parent / "notebooks"
        folder.mkdir(exist_ok=True)
        code = (
            "import functools, sys\n"
            "sys.modules['scipy'] = None  # seaborn imports it if it is there, which takes a second\n"
            "import stancebook\n"
            f"stancebook.load = functools.partial(stancebook.load, path={str(dataset)!r})\n"
            f"stancebook.view_url = functools.partial(stancebook.view_url, path={str(dataset)!r})"
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


def results(path: Path, tables: Mapping[str, pd.DataFrame], until: str = "", view: str = "") -> dict[str, Any]:
    """Run the cells of a notebook in this process, and return what each cell ends on, by the id of the cell.

    Args:
        path: The notebook.
        tables: What `stancebook.load` returns, in place of a dataset.
        until: The id of the last cell to run; all run if empty.
        view: What `stancebook.view_url` returns.
    """
    found: dict[str, Any] = {}
    scope: dict[str, Any] = {"tables_in_memory": tables}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            source = cell.source.replace("stancebook.load()", "dict(tables_in_memory)")
            source = source.replace("stancebook.view_url()", repr(view))
            *body, last = ast.parse(source).body
            if not isinstance(last, ast.Expr):
                body.append(last)
            exec(compile(ast.Module(body, []), cell.id, "exec"), scope)  # noqa: S102 (our own notebook)
            if isinstance(last, ast.Expr):
                found[cell.id] = eval(compile(ast.Expression(last.value), cell.id, "eval"), scope)  # noqa: S307
        if cell.id == until:
            break
    return found


def renew(path: Path) -> None:
    """Run a notebook on the dataset of this repository; store its outputs and which build they are of."""
    notebook = execute(path)
    package = json.loads((ROOT / "dataset/datapackage.json").read_text(encoding="utf-8"))
    notebook.metadata["stancebook"] = {"build": package["stancebook"]["build"]}
    nbformat.write(notebook, path)
