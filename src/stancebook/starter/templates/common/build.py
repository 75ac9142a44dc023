"""Build this project's dataset: the same as `stancebook build`, with the same options."""

import sys
from pathlib import Path

from stancebook.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["build", *sys.argv[1:]], root=Path(__file__).parent))
