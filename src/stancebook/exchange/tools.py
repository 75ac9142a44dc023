"""The tools that coded texts are written for and read from: a line for each, and a module in `adapters`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stancebook.exchange.project import ExchangeProject, ToolProject


@dataclass(frozen=True)
class Tool:
    """An annotation tool, or a format of several.

    Attributes:
        name: Its name in commands. Its module in `adapters` is named so, with underscores.
        title: Its name for readers.
        suffix: The extension of the file that an export is; empty if it is a folder.
        lossless: Whether an import of an unchanged export changes nothing; if not, it adds no row and
            removes none.
        not_held: What the tool cannot hold, as the end of a sentence; empty if it holds all.
        variants: Programs for which an export differs; the first is the default.
        next_step: What to do with an export, as a sentence.
        codes_only: Whether it has no texts and no rows, so that there is nothing to import.
    """

    name: str
    title: str
    suffix: str = ""
    lossless: bool = True
    not_held: str = ""
    variants: Sequence[str] = ("",)
    next_step: str = ""
    codes_only: bool = False

    def write(self, project: ExchangeProject, variant: str = "") -> Mapping[str, bytes]:
        """Return the files of an export by their paths; of an export that is one file, one under any path.

        Args:
            project: The texts with the rows of their coders.
            variant: One of `variants`.
        """
        files: Mapping[str, bytes] = self._module.write(project, variant or self.variants[0])
        return files

    def read(self, paths: Sequence[Path], project: ExchangeProject) -> ToolProject:
        """Read files and folders of the tool.

        Args:
            paths: What the user named.
            project: The project as it is now, which tells what was exported.
        """
        read: ToolProject = self._module.read(paths, project)
        return read

    @property
    def _module(self) -> Any:
        return import_module(f"stancebook.exchange.adapters.{self.name.replace('-', '_')}")


TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            "refi",
            "REFI-QDA (NVivo, MAXQDA, ATLAS.ti, QualCoder)",
            ".qdpx",
            variants=("any", "nvivo", "maxqda", "atlasti", "qualcoder"),
            next_step="Import it into the program as a REFI-QDA project.",
        ),
        Tool(
            "refi-codebook",
            "REFI-QDA, the codebook only",
            ".qdc",
            codes_only=True,
            next_step="Import it into the program as a REFI-QDA codebook.",
        ),
        Tool("inception", "INCEpTION", next_step="In INCEpTION, import layers.json, then the files in documents/."),
        Tool(
            "label-studio",
            "Label Studio",
            next_step="In Label Studio, paste config.xml as the labeling interface, and import tasks.json.",
        ),
        Tool("brat", "brat", next_step="Copy the folder into the data folder of brat."),
        Tool(
            "doccano",
            "doccano",
            lossless=False,
            not_held="cells other than references between rows, nested records, and IDs of rows",
            next_step="In doccano, make a project for relations; README.txt in the folder says how.",
        ),
        Tool(
            "prodigy",
            "Prodigy",
            lossless=False,
            not_held="cells other than references between rows, and nested records",
            next_step="README.txt in the folder has the commands of Prodigy.",
        ),
        Tool("dna", "Discourse Network Analyzer", ".dna", next_step="Open it in DNA 3."),
        Tool("w3c", "W3C Web Annotation", next_step="Load a .jsonld file with the .txt of the same name."),
    )
}
