"""Publishes a folder's files in children that are killed on the way, each before a given call into the system.

Arguments: the folder with the files, the folder to publish them into; those that it has already are taken over. Each
line on standard input is the number of the call at which a child is to die; the answer is `killed`, or `finished`
where it made fewer calls than that.
"""

import io
import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

from stancebook.dataset.layout import files_in
from stancebook.dataset.publish import hardlink_or_copy, publish, staging_folder

LOOKS = {"_path_normpath", "fileno", "fspath", "fstat", "listdir", "lstat", "read", "readlink", "scandir", "stat"}


def die_at(step):
    """Let the system kill this process, which cannot tidy up, before its call number `step` that writes."""
    calls = count()

    def profile(frame, event, function):
        if event == "c_call" and writes(function) and next(calls) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(profile)


def writes(function):
    """Whether a function is one of the system's, and may change the disk: to die before one that does not is the same
    as to die before the next that does."""
    of_the_system = function.__module__ in ("posix", "_io") or isinstance(function.__self__, io.IOBase)
    return of_the_system and function.__name__ not in LOOKS


os.fsync = os.fstat  # a kill, unlike a power cut, takes nothing from the disk; flushing would only be slow

source, folder = map(Path, sys.argv[1:])
for line in sys.stdin:
    child = os.fork()
    if not child:
        die_at(int(line))
        with staging_folder(folder) as new:
            for name, path in files_in(source).items():
                (new / name).parent.mkdir(exist_ok=True)
                if (folder / name).is_file() and (folder / name).read_bytes() == path.read_bytes():
                    hardlink_or_copy(folder / name, new / name)
                else:
                    shutil.copyfile(path, new / name)
            publish(new, folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print({signal.SIGKILL: "killed", 0: "finished"}[status], flush=True)
