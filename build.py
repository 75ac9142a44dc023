"""Build the dataset: the tables of schemas/ out of the annotated texts of seeds/. Try --help."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.main import main

if TYPE_CHECKING:
    from stancebook.schema.contract import Contract


def contract() -> "Contract":
    """Return what is particular to this dataset; imported late, so that --help answers at once."""
    from schemas import CONTRACT

    return CONTRACT


if __name__ == "__main__":
    sys.exit(main(contract, root=Path(__file__).parent))
