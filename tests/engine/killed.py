"""Publishes a folder's files in children that are killed on the way, each before a given call into the system.

Arguments: the folder with the files, the folder to publish them into. Each line on standard input is the number of the
call at which a child is to die; the answer is `killed`, or `finished` where it made fewer calls than that.
"""

import io
import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

from stancebook.publish import put, scratch


def die_at(step):
    """Let the system kill this process, which cannot tidy up, before its call number `step` of the system."""
    calls = count()

    def profile(frame, event, function):
        if event == "c_call" and reaches_the_system(function) and next(calls) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(profile)


def reaches_the_system(function):
    return function.__module__ in ("posix", "_io") or isinstance(function.__self__, io.IOBase)


os.fsync = os.fstat  # a kill, unlike a power cut, takes nothing from the disk; flushing would only be slow

files, folder = map(Path, sys.argv[1:])
for line in sys.stdin:
    child = os.fork()
    if not child:
        die_at(int(line))
        with scratch(folder) as new:
            shutil.copytree(files, new, dirs_exist_ok=True)
            put(new, folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print({signal.SIGKILL: "killed", 0: "finished"}[status], flush=True)
