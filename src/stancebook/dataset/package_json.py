"""The JSON of a data package: parsed strictly, and signed with a digest by which a later change is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

ENGINE = "stancebook"  # the property of a data package that is ours
DIGEST = "digest"


def parse_json(data: bytes) -> Any:
    """Parse JSON in UTF-8.

    Raises:
        ValueError: It is not valid JSON, or an object has a key twice, which parsers resolve differently.
        RecursionError: It is nested too deeply.
    """
    return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_distinct)


def signed(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return a data package with the digest of its content, as `content_digest` computes it."""
    return {**package, ENGINE: {**package.get(ENGINE, {}), DIGEST: content_digest(package)}}


def is_unchanged(package: Mapping[str, Any]) -> bool | None:
    """Return whether a data package has the content that a build signed; None if none signed it.

    This is against accidents: who changes a data package on purpose can sign it again. Packages of version 0.1, which
    are not signed, state no sizes of files.
    """
    own, resources = package.get(ENGINE), package.get("resources")
    if not isinstance(own, dict):
        return None
    if DIGEST in own:
        return bool(own[DIGEST] == content_digest(package))
    has_sizes = isinstance(resources, list) and any("size" in each for each in resources if isinstance(each, dict))
    return False if has_sizes else None


def content_digest(package: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a data package's content, without the digest in it.

    It does not depend on white space, on the order of keys, or on how characters are escaped.
    """
    own = package.get(ENGINE)
    unsigned = {key: value for key, value in own.items() if key != DIGEST} if isinstance(own, dict) else own
    content = json.dumps({**package, ENGINE: unsigned}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} occurs twice in an object")
    return found
