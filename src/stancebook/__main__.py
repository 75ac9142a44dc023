"""`python -m stancebook`: the command `stancebook`, where it is not on the path."""

import sys

from stancebook.cli.dataset_commands import main

if __name__ == "__main__":
    sys.exit(main())
