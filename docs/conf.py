"""The documentation site: the Markdown pages of this repository under one menu, and the notebooks. See `make docs`.

Pages are written for GitHub. What only a site needs is added when a page is read: the menu to the README, and the
entries of the codebook, from the tables, to the page about it.
"""

import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
from docutils import nodes
from nbconvert import HTMLExporter
from sphinx.addnodes import download_reference, pending_xref
from sphinx.application import Sphinx

import stancebook
from stancebook.markdown import escape_markdown

ROOT = Path(__file__).parents[1]
MENU = {
    "Use the data": (
        "docs/start",
        "docs/query",
        "docs/statistics",
        "docs/codebook",
        "docs/from-0.1-to-0.2",
        "The data card <dataset/README>",
    ),
    "Code texts": (
        "docs/first-text",
        "docs/first-text-in-the-browser",
        "The coder's guide <seeds/README>",
        "docs/draft",
        "docs/agreement",
        "docs/view",
        "docs/tools",
        "docs/tools/refi",
        "docs/tools/w3c",
        "docs/tools/inception",
        "docs/tools/label-studio",
        "docs/tools/brat",
        "docs/tools/doccano",
        "docs/tools/prodigy",
        "docs/tools/dna",
        "docs/continuous-integration",
    ),
    "Reference": (
        "docs/commands",
        "docs/python",
    ),
    "Build on it": (
        "docs/own-corpus",
        "docs/your-own",
        "docs/release",
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
include_patterns = [
    "*.md",
    "benchmarks/README.md",
    "dataset/README.md",
    "docs/*.md",
    "docs/tools/*.md",
    "seeds/README.md",
]
exclude_patterns = [".*", "html", "site"]  # an environment has many files
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
napoleon_numpy_docstring = False
myst_heading_anchors = 4  # named as GitHub names them
highlight_language = "text"  # a block without a language is output
smartquotes = False  # quotation marks are what this project is about

# Docstrings have one backtick around code, as in Markdown, and say types in words.
default_role = "code"
autodoc_typehints = "none"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = "Stancebook"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False  # each page and the README name the licences
html_use_index = False
html_domain_indices = False


def setup(app: Sphinx) -> None:
    """Register what only a site needs."""
    app.connect("source-read", _add)
    app.connect("doctree-read", _link_notebooks)
    app.connect("build-finished", _write_notebooks)
    app.connect("build-finished", _write_index)


def _add(_app: Sphinx, page: str, source: list[str]) -> None:
    source[0] = ADDED.get(page, str)(source[0])


def _link_notebooks(_app: Sphinx, doctree: nodes.document) -> None:
    """Link the HTML copy of a notebook where a page links the notebook."""
    for kind in (pending_xref, download_reference):
        for link in list(doctree.findall(kind)):
            if link["reftarget"].endswith(".ipynb"):
                address = link["reftarget"].removesuffix(".ipynb") + ".html"
                link.replace_self(nodes.reference("", "", *link.children, refuri=address))


def _write_notebooks(app: Sphinx, error: Exception | None) -> None:
    """Write the notebooks as HTML, with their committed output."""
    if error is not None:
        return
    exporter = HTMLExporter(template_name="folded", extra_template_basedirs=[str(ROOT / "notebooks")])
    folder = Path(app.outdir, "notebooks")
    folder.mkdir(exist_ok=True)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        html, _ = exporter.from_filename(str(path))
        html = re.sub(r'(href="[^":]+)\.(?:ipynb|md)(?=["#])', r"\1.html", html)
        (folder / f"{path.stem}.html").write_text(html, encoding="utf-8")


def _write_index(app: Sphinx, _error: Exception | None) -> None:
    """Write the README as index.html too, which a browser opens for a folder."""
    first = Path(app.outdir, f"{root_doc}.html")
    if first.exists():
        shutil.copy(first, first.with_name("index.html"))


# ── Additions ────────────────────────────────────────────────────────────────────────────────


def _with_menu(text: str) -> str:
    parts = [_directive("toctree", f":hidden:\n:caption: {group}\n", pages) for group, pages in MENU.items()]
    return "\n".join([text, *parts])


def _with_diagram_folded(text: str) -> str:
    """Fold the diagram of the tables: a library of another host would have to draw it."""
    return re.sub(
        r"^```mermaid\n(.*?)^```$",
        r"<details><summary>The diagram, as text (Mermaid)</summary>\n\n```text\n\1```\n\n</details>",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )


def _with_entries(text: str) -> str:
    """Add the actors, issues and formats of the dataset."""
    tables = stancebook.load(path=ROOT / "dataset")
    actors, issues, formats = (tables[name].set_index(key) for name, key in ENTRIES.items())
    seats = tables["format_participants"]
    seats = seats["actor_id"].map(actors["name"]) + " (" + seats["role"].astype(str) + ")"
    who = seats.groupby(tables["format_participants"]["format_id"]).agg(", ".join)
    actors["belongs to"] = actors["parent_id"].map(actors["name"])
    formats["participants"] = formats.index.map(who)
    pairs = tables["issue_relations"]
    others = pairs["relation"].astype(str).str.replace("_", " ") + ": " + pairs["other_issue_id"].map(issues["label"])
    issues["relations"] = issues.index.map(others.groupby(pairs["issue_id"]).agg("; ".join))
    return "\n".join(
        [
            text,
            _section("Actors", actors, "name", "actor_type", "belongs to", "description"),
            _section("Issues", issues, "label", "topic", "proposition", "softer", "relations"),
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
    """Return a heading and a table with a row for each entry: its name, its id, and these columns."""
    shown = entries[[name, *columns]].astype("object").fillna("").astype(str).map(escape_markdown)
    shown[name] += "<br>`" + shown.index + "`"  # a slug
    head = [column.replace("_", " ") for column in (name, *columns)]
    rows = [head, ["---"] * len(head), *shown.itertuples(index=False)]
    return f"## {title}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
