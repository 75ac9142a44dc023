"""Renews everything that shows the output of code: the pages and the notebooks.

`python -m tests.docs.renew` is what `make renew` runs; with `--notebooks`, only the notebooks are renewed.
"""

import sys
from pathlib import Path

from tests.docs import docs_runner, notebook_runner


def main(arguments: list[str]) -> int:
    """Renew pages and notebooks; return the exit status."""
    if arguments not in ([], ["--notebooks"]):
        sys.exit(__doc__)
    for path in notebook_runner.NOTEBOOKS:
        notebook_runner.renew(path)
        print(f"renewed  notebooks/{Path(path).name}", flush=True)
    return 0 if arguments else docs_runner.main(["--renew"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
