"""The documentation site: the Markdown pages of this repository, where they stand, under one menu. See `make docs`.

A page stays what GitHub shows. What only a site needs is put in as the page is read: the menu into the README, the
entries of the codebook, from the tables, into the page about it.
"""

import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

import stancebook

ROOT = Path(__file__).parents[1]
MENU = {
    "Use the data": (
        "docs/start",
        "docs/query",
        "docs/codebook",
        "The data card <dataset/README>",
    ),
    "Code texts": (
        "docs/first-text",
        "The coder's guide <seeds/README>",
        "docs/continuous-integration",
    ),
    "Reference": (
        "docs/commands",
        "docs/python",
    ),
    "Build on it": (
        "docs/your-own",
        "docs/large",
        "docs/cluster",
        "How it works inside <CONTRIBUTING>",
        "How long it takes <benchmarks/README>",
        "CHANGELOG",
        "RELEASING",
        "LICENSE-DATA",
    ),
}

# ── Sphinx ────────────────────────────────────────────────────────────────────────────────────────

project = "Stancebook"
root_doc = "README"
include_patterns = ["*.md", "benchmarks/README.md", "dataset/README.md", "docs/*.md", "seeds/README.md"]
exclude_patterns = [".*", "html", "site"]  # not walked through: an environment has many files
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 4  # named as GitHub names them
highlight_language = "text"  # a block that names no language is an answer
smartquotes = False  # quotation marks are what this project is about

# Docstrings have one backtick around code, as Markdown has it. Types stand in them in words.
default_role = "code"
autodoc_typehints = "none"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = "Stancebook"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_use_index = False
html_domain_indices = False


def setup(app: Sphinx) -> None:
    """Put in what only a site needs."""
    app.connect("source-read", _add)
    app.connect("doctree-read", _unlink_folders)
    app.connect("build-finished", _name_the_first_page)


def _add(_app: Sphinx, page: str, source: list[str]) -> None:
    source[0] = ADDED.get(page, str)(source[0])


def _unlink_folders(app: Sphinx, doctree: nodes.document) -> None:
    """Leave a folder its name: GitHub lists what is in it, a site has nothing to show there."""
    here = Path(app.env.doc2path(app.env.docname)).parent
    for link in list(doctree.findall(pending_xref)):
        if (here / link["reftarget"]).is_dir():
            link.replace_self(link.children)


def _name_the_first_page(app: Sphinx, _fault: Exception | None) -> None:
    """Let the README be what a browser opens for the folder, too."""
    first = Path(app.outdir, f"{root_doc}.html")
    if first.exists():
        shutil.copy(first, first.with_name("index.html"))


# ── What is put in ────────────────────────────────────────────────────────────────────────────────


def _with_menu(text: str) -> str:
    parts = [_directive("toctree", f":hidden:\n:caption: {group}\n", pages) for group, pages in MENU.items()]
    return "\n".join([text, *parts])


def _with_diagram_folded(text: str) -> str:
    """Fold the diagram of the tables away: what draws it would have to be fetched from another host."""
    return re.sub(
        r"^```mermaid\n(.*?)^```$",
        r"<details><summary>The diagram, as text (Mermaid)</summary>\n\n```text\n\1```\n\n</details>",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )


def _with_entries(text: str) -> str:
    """Add the actors, issues and formats of the dataset as it stands."""
    tables = stancebook.load(path=ROOT / "dataset")
    actors, issues, formats = (tables[name].set_index(key) for name, key in ENTRIES.items())
    seats = tables["format_participants"]
    seats = seats["actor_id"].map(actors["name"]) + " (" + seats["role"].astype(str) + ")"
    who = seats.groupby(tables["format_participants"]["format_id"]).agg(", ".join)
    actors["belongs to"] = actors["parent_id"].map(actors["name"])
    formats["participants"] = formats.index.map(who)
    return "\n".join(
        [
            text,
            _section("Actors", actors, "name", "actor_type", "belongs to", "description"),
            _section("Issues", issues, "label", "topic", "proposition", "softer"),
            _section("Formats", formats, "label", "mode", "level", "participants"),
        ]
    )


ENTRIES = {"actors": "actor_id", "issues": "issue_id", "formats": "format_id"}
ADDED: dict[str, Callable[[str], str]] = {
    "README": _with_menu,
    "dataset/README": _with_diagram_folded,
    "docs/codebook": _with_entries,
}


def _directive(name: str, options: str, lines: Iterable[str]) -> str:
    return f"\n```{{{name}}}\n{options}\n" + "\n".join(lines) + "\n```\n"


def _section(title: str, entries: pd.DataFrame, name: str, *columns: str) -> str:
    """Return a heading and a table, a row an entry: its name above its id, and these columns."""
    shown = entries[[name, *columns]].astype("object").fillna("").astype(str)
    shown = shown.replace({r"\|": r"\\|"}, regex=True)
    shown[name] += "<br>`" + shown.index + "`"
    head = [column.replace("_", " ") for column in (name, *columns)]
    rows = [head, ["---"] * len(head), *shown.itertuples(index=False)]
    return f"## {title}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
