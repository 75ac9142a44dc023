"""The addresses of pages of the reading view, and of rows in them."""

CODEBOOK_PAGE = "@codebook"  # which is not the ID of a document
DOCUMENT_ADDRESS = "document"
_RESERVED = ("index", "codebook")  # names of pages that are not documents


def page_name(doc_id: str) -> str:
    """Return the file of the page of a document, or of the codebook if that is given."""
    if doc_id == CODEBOOK_PAGE:
        return "codebook.html"
    return f"{doc_id}{'_' if doc_id in _RESERVED else ''}.html"


def codings_page(doc_id: str) -> str:
    """Return what stands for the page that shows the codings of a document together, as an ID does for its own page."""
    return f"{doc_id}.codings"  # no ID has a full stop


def row_url(view_url: str, table: str, key: str) -> str:
    """Return the address of a row in the published pages of the reading view.

    Args:
        view_url: The address of the folder of the pages.
        table: The table of the row.
        key: Its key: `document#id` of a row that rests on a passage, or that of an entry of the codebook.
    """
    document, _, short = key.partition("#")
    page = page_name(document if short else CODEBOOK_PAGE)
    return f"{view_url.rstrip('/')}/{page}#{table}.{short or key}"
