"""`--watch` as a person sees it: the program runs, files are saved, and what it says is waited for."""

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("watch")

ROOT = Path(__file__).parents[3]
PATIENCE = 30  # seconds in which any answer must have come; none takes nearly as long
SUMMARY = "checked  11 quotes"


class Conversation:
    """A running `build.py --watch`, what it has said so far, and ways to wait for more."""

    def __init__(self, folder, *argv):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stancebook", "watch", *argv],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        with self.process.stdout as stdout:
            for line in stdout:
                self.lines.put(line)

    def hear(self, words):
        """Return what is said up to the line with these words; fail if they do not come."""
        heard, end = "", time.monotonic() + PATIENCE
        while words not in heard.rpartition("\n")[0]:
            try:
                heard += self.lines.get(timeout=max(end - time.monotonic(), 0))
            except queue.Empty:
                pytest.fail(f"waited for {words!r}, and heard:\n{heard}")
        return heard

    def interrupt(self):
        """Press Ctrl-C; return the exit status and what was said until the end."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return status, "".join(self.lines.queue)


@pytest.fixture
def watched(project):
    shutil.copy(ROOT / "pyproject.toml", project)
    shutil.copytree(ROOT / "schemas", project / "schemas", ignore=shutil.ignore_patterns("__pycache__"))
    return project


@pytest.fixture
def watch(watched):
    """Start watching the minimal project."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    begun = []

    def start(*argv):
        begun.append(Conversation(watched, *argv))
        return begun[-1]

    yield start
    for conversation in begun:
        conversation.process.kill()
        conversation.process.wait()
        conversation.reader.join()
    signal.signal(signal.SIGINT, before)


def save(path, text):
    """Save as many editors do: a file beside it, renamed."""
    beside = path.with_name(f"{path.name}.tmp~")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def test_every_save_is_answered_until_ctrl_c(watch, watched, annotations):
    right = annotations.read_text(encoding="utf-8")
    statements = watched / "dataset/statements.parquet"
    build = watch()
    heard = build.hear("stance_changes")
    assert "watching seeds/ and schemas/; Ctrl-C ends it\n" in heard
    assert "wrote    dataset/\n" in heard
    before = statements.read_bytes()

    save(annotations, right.replace("quote: R. Vale", "quote: R. Dale"))
    heard = build.hear("Nothing was written; dataset/ is unchanged.")
    assert "  seeds/documents/river-talks.yaml\nseeds/documents/river-talks.yaml:16:40: mentions[m05].quote:" in heard
    assert SUMMARY not in heard
    assert statements.read_bytes() == before

    save(annotations, right.replace("stance: supports", "stance: ambivalent"))
    heard = build.hear("~ river-talks#s02: stance 'supports' → 'ambivalent'")
    assert "1 row changed" in heard
    assert statements.read_bytes() != before

    (watched / "dataset/thesis.docx").touch()
    save(annotations, right)
    build.hear("thesis.docx, which no build wrote")

    (watched / "dataset/thesis.docx").unlink()
    annotations.unlink()
    build.hear("has no annotations next to it")
    (watched / "seeds/documents/.river-talks.yaml.swp").touch()  # no answer: a build does not read it
    save(annotations, right)
    assert "~ river-talks#s02: stance 'ambivalent' → 'supports'" in build.hear("stance_changes.parquet: 2 rows")

    status, heard = build.interrupt()
    assert status == 0
    assert heard.endswith("\nNo longer watching.\n")
    assert heard.count("read ") == 0
    assert "\x1b" not in heard


def test_changed_schemas_are_read_anew_and_broken_ones_are_told(watch, watched):
    rules = watched / "schemas/rules.py"
    right = rules.read_text(encoding="utf-8")
    build = watch()
    build.hear("stance_changes")
    save(rules, f"{right}\ndef broken(\n")
    heard = build.hear("The contract is not valid: ")
    assert "  schemas/rules.py\n" in heard
    assert heard.endswith("SyntaxError: '(' was never closed\n")
    documents = watched / "schemas/documents.py"
    save(documents, documents.read_text(encoding="utf-8").replace('"Its headline."', '"Its title."'))
    save(rules, right)
    build.hear("documents.parquet: column title: description 'Its headline.' → 'Its title.'")
    assert build.interrupt()[0] == 0


def test_coverage_is_shown_after_every_save_and_nothing_is_written(watch, watched, annotations):
    build = watch("--coverage", "mentions")
    build.hear("untouched passages")
    (watched / "seeds").rename(watched / "sources")
    build.hear("seeds/ is gone; waiting for it to come back.")
    (watched / "sources").rename(watched / "seeds")
    build.hear("untouched passages")
    text = annotations.read_text(encoding="utf-8")
    save(annotations, text.replace("quote: R. Vale", "quote: R. Dale"))
    build.hear("1 problem in 1 file.")
    assert not (watched / "dataset").exists()
    assert build.interrupt()[0] == 0


def test_a_table_without_quotes_ends_it_at_once(watch):
    build = watch("--coverage", "actors")
    build.hear("actors has no quotes.")
    assert build.process.wait(PATIENCE) == 2
