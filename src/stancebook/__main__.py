"""Run the command line: `python -m stancebook`."""

import sys

from stancebook.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
