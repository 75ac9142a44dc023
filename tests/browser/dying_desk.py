"""A desk that the system kills while it saves an annotation file: just before it is replaced, or just after.

Arguments: `before` or `after`, then those of the command `desk`.
"""

import os
import signal
import sys
from pathlib import Path

from schemas import CONTRACT
from stancebook.cli.main import main

moment = sys.argv.pop(1)
replace = Path.replace


def replace_and_die(path, target):
    """Replace a file as always; for an annotation file, let the system kill this process, which cannot tidy up."""
    saves = Path(target).suffix == ".yaml"
    if saves and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    replaced = replace(path, target)
    if saves:
        os.kill(os.getpid(), signal.SIGKILL)
    return replaced


Path.replace = replace_and_die
raise SystemExit(main(["desk", *sys.argv[1:]], contract=lambda: CONTRACT))
