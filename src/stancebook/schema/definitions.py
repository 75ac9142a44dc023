"""Find where a contract defines a vocabulary, so that messages can name the file to change."""

import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from stancebook.schema.spec import TableSpec


def vocabulary_source(spec: TableSpec, column: str) -> str:
    """Return the file and the name under which a contract defines the values of a column.

    Args:
        spec: The table, compiled from a model.
        column: A column with a vocabulary.

    Returns:
        Words such as `schemas/vocabularies.py (STANCE)`; only the file of the model if the vocabulary has no name, and
        "" if that is unknown too.
    """
    module = getattr(spec.model, "__module__", None)
    if module not in sys.modules or module == "__main__":
        return ""
    top = module.partition(".")[0]
    vocabulary = spec[column].vocabulary
    named = [
        (other, name)
        for other, loaded in sorted(sys.modules.items())
        if other.partition(".")[0] == top
        for name, value in vars(loaded).items()
        if not name.startswith("__") and _is_same(value, vocabulary)
    ]
    for other, name in named:
        if re.search(rf"^{re.escape(name)}\b[^=\n]*=(?!=)", _source(sys.modules[other]), re.MULTILINE):
            return f"{_shown(other)} ({name})"
    return _shown(module)


def _is_same(value: Any, vocabulary: Mapping[str, str]) -> bool:
    return isinstance(value, Mapping) and len(value) == len(vocabulary) and value == vocabulary


@cache
def _source(module: ModuleType) -> str:
    file = getattr(module, "__file__", None)
    return Path(file).read_text(encoding="utf-8") if file and file.endswith(".py") and Path(file).is_file() else ""


def _shown(module: str) -> str:
    """Return the file of a module, relative to the folder from which it is imported."""
    suffix = "/__init__.py" if hasattr(sys.modules[module], "__path__") else ".py"
    return module.replace(".", "/") + suffix
