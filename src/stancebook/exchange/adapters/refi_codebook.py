"""The codebook of REFI-QDA, a .qdc file: the codes of all tables, for programs in which coding is to begin."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from stancebook.exchange.adapters.refi_codes import codes_element, document_bytes
from stancebook.exchange.project import ExchangeProject


def write(project: ExchangeProject, _variant: str = "") -> dict[str, bytes]:
    """Return the codebook."""
    root = ET.Element("CodeBook", {"xmlns": "urn:QDA-XML:codebook:1.0", "origin": "Stancebook"})
    root.append(codes_element(project))
    return {"codebook.qdc": document_bytes(root)}
