"""Builds are reproducible: the same sources give the same bytes in any environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("reproducible")

ROOT = Path(__file__).parents[3]

# Runs build.py with folders listed in a given order, as file systems may, and with chunks of at most two documents.
DRIVER = """
import os, runpy, sys

from stancebook.parallel.chunking import ChunkPolicy

order, umask, jobs, *argv = sys.argv[1:]
ChunkPolicy.__init__.__defaults__ = (1, 2, 128, 1)
scandir, listdir = os.scandir, os.listdir

class Listing(list):
    def __enter__(self): return self
    def __exit__(self, *fault): pass
    def close(self): pass

def listed(*path):
    with scandir(*path) as entries:
        return Listing(sorted(entries, key=lambda entry: entry.name, reverse=order == "backward"))

os.scandir = listed
os.listdir = lambda *path: sorted(listdir(*path), reverse=order == "backward")
os.umask(int(umask, 8))
sys.path[0] = os.path.dirname(argv[0])
for seeds, out in (argv[1:3], argv[3:5]):
    sys.argv = [argv[0], "--seeds", seeds, "--out", out, "--jobs", jobs]
    try:
        runpy.run_path(argv[0], run_name="__main__")
    except SystemExit as end:
        assert end.code == 0, end.code
"""

# With LC_ALL=C alone, Python would use UTF-8.
BARE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
WORLDS = {
    "here": ("stancebook", "forward", "022", "1", {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}),
    "elsewhere": (
        "Ånna’s copy, 50% done",
        "backward",
        "077",
        "2",
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", **BARE},
    ),
    "abroad": ("日本 stancebook", "backward", "002", "1", {"PYTHONHASHSEED": "random", "TZ": "America/St_Johns"}),
}


def foreign_locale():
    """Return a locale with other letters, numbers or sort order than English, if this machine has one."""
    names = subprocess.run(["locale", "-a"], check=False, capture_output=True, text=True).stdout.split()
    return next((name for name in names if name.startswith(("tr_TR", "de_DE", "sv_SE"))), "POSIX")


def checkout(folder, order):
    """Copy code and sources to a folder; the order of files and their mtimes depend on `order`."""
    files = sorted(path for top in ("src", "schemas", "seeds") for path in (ROOT / top).rglob("*"))
    files = [
        path
        for path in [ROOT / "build.py", ROOT / "pyproject.toml", *files]
        if path.is_file() and "__pycache__" not in path.parts
    ]
    contents = [*((path.relative_to(ROOT), path.read_bytes()) for path in files), *several()]
    for number, (name, data) in enumerate(contents if order == "forward" else reversed(contents)):
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data.replace(b"[tool.stancebook]\n", b"[tool.stancebook]\nrows_per_part = 1\n"))
        os.utime(copy, (number * 86_400, number * 86_400))


def several():
    """Yield the sources of the minimal project with its document four times; the texts differ by a line."""
    for path in sorted((ROOT / "tests/project/seeds").rglob("*.*")):
        name = Path("several/seeds", path.relative_to(ROOT / "tests/project/seeds"))
        if "documents" in name.parts:
            for number in range(4):
                line = b"\n%d\n" % number if name.suffix == ".txt" else b""
                yield name.with_stem(f"{name.stem}-{number}"), path.read_bytes() + line
        else:
            yield name, path.read_bytes()


@pytest.fixture(scope="module")
def datasets(tmp_path_factory):
    """The files of both datasets, one in parts and the real one, by environment."""
    found = {}
    for world, (name, order, umask, jobs, environment) in WORLDS.items():
        folder = tmp_path_factory.mktemp(world) / name
        checkout(folder, order)
        cwd, at = (folder, Path()) if world == "here" else (folder.parent, folder)
        seeds_and_out = [at / "several/seeds", at / "parts", at / "seeds", at / "real"]
        subprocess.run(
            [sys.executable, "-c", DRIVER, order, umask, jobs, at / "build.py", *seeds_and_out],
            cwd=cwd,
            env={"LC_ALL": foreign_locale(), "PYTHONPATH": str(folder / "src"), **environment},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        found[world] = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for kind in ("parts", "real")
            for path in (folder / kind).rglob("*.*")
            if path.is_file()
        }
    return found


@pytest.mark.parametrize("world", [world for world in WORLDS if world != "here"])
def test_same_sources_give_same_bytes_everywhere(datasets, world):
    """The same sources give the same bytes under other paths, locales, time zones, umasks and directory orders."""
    assert {name.partition("/")[0] for name in datasets[world]} == {"parts", "real"}
    assert "parts/statements.parquet/part-00001.parquet" in datasets[world]
    assert datasets[world].keys() == datasets["here"].keys()
    assert [name for name, data in datasets[world].items() if data != datasets["here"][name]] == []
