"""Runs `stancebook watch`, saves files, and waits for what it prints."""

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
TIMEOUT = 30  # seconds; nothing takes nearly as long
SUMMARY = "checked  11 quotes"


class WatchProcess:
    """A running `stancebook watch`, and its output."""

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

    def wait_for(self, text):
        """Return the output up to the line with a text; fail if it does not come in time."""
        output, end = "", time.monotonic() + TIMEOUT
        while text not in output.rpartition("\n")[0]:
            try:
                output += self.lines.get(timeout=max(end - time.monotonic(), 0))
            except queue.Empty:
                pytest.fail(f"waited for {text!r}, and got:\n{output}")
        return output

    def interrupt(self):
        """Press Ctrl-C; return the exit status and the rest of the output."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(TIMEOUT)
        self.reader.join(TIMEOUT)
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
    processes = []

    def start(*argv):
        processes.append(WatchProcess(watched, *argv))
        return processes[-1]

    yield start
    for process in processes:
        process.process.kill()
        process.process.wait()
        process.reader.join()
    signal.signal(signal.SIGINT, before)


def save(path, text):
    """Save as many editors do: write a temporary file and rename it."""
    temporary = path.with_name(f"{path.name}.tmp~")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def test_each_save_builds_until_ctrl_c(watch, watched, annotations):
    """Each save is answered with its problems or the rows it changed, until Ctrl-C."""
    right = annotations.read_text(encoding="utf-8")
    statements = watched / "dataset/statements.parquet"
    build = watch()
    output = build.wait_for("stance_changes")
    assert "watching seeds/ and schemas/; Ctrl-C ends it\n" in output
    assert "wrote    dataset/\n" in output
    before = statements.read_bytes()

    save(annotations, right.replace("quote: R. Vale", "quote: R. Dale"))
    output = build.wait_for("Nothing was written; dataset/ is unchanged.")
    assert "  seeds/documents/river-talks.yaml\nseeds/documents/river-talks.yaml:16:43: mentions[m05].quote:" in output
    assert SUMMARY not in output
    assert statements.read_bytes() == before

    save(annotations, right.replace("stance: supports", "stance: ambivalent"))
    output = build.wait_for("~ river-talks#s02: stance 'supports' → 'ambivalent'")
    assert "1 row changed" in output
    assert statements.read_bytes() != before

    (watched / "dataset/thesis.docx").touch()
    save(annotations, right)
    build.wait_for("thesis.docx, which no build wrote")

    (watched / "dataset/thesis.docx").unlink()
    annotations.unlink()
    build.wait_for("has no annotations next to it")
    (watched / "seeds/documents/.river-talks.yaml.swp").touch()  # no answer: a build does not read it
    save(annotations, right)
    assert "~ river-talks#s02: stance 'ambivalent' → 'supports'" in build.wait_for("stance_changes.parquet: 2 rows")

    status, output = build.interrupt()
    assert status == 130
    assert output.endswith("Interrupted. No file is left incomplete.\n")
    assert output.count("read ") == 0
    assert "\x1b" not in output


@pytest.mark.proof
def test_saved_schemas_restart_the_build(watch, watched):
    """A save of the contract restarts the process; a syntax error in it is one line."""
    rules = watched / "schemas/rules.py"
    right = rules.read_text(encoding="utf-8")
    build = watch()
    build.wait_for("stance_changes")
    save(rules, f"{right}\ndef broken(\n")
    output = build.wait_for("The contract is not valid: ")
    assert "  schemas/rules.py\n" in output
    assert output.endswith("SyntaxError: '(' was never closed\n")
    documents = watched / "schemas/documents.py"
    save(documents, documents.read_text(encoding="utf-8").replace('"Its headline."', '"Its title."'))
    save(rules, right)
    build.wait_for("documents.parquet: column title: description 'Its headline.' → 'Its title.'")
    assert build.interrupt()[0] == 130


@pytest.mark.proof
def test_coverage_is_shown_after_each_save(watch, watched, annotations):
    """With `--coverage`, each save shows the coverage and writes nothing, also after a folder was replaced."""
    build = watch("--coverage", "mentions")
    build.wait_for("untouched passages")
    (watched / "seeds").rename(watched / "sources")
    build.wait_for("seeds/ is gone; waiting for it to come back.")
    (watched / "sources").rename(watched / "seeds")
    build.wait_for("untouched passages")
    text = annotations.read_text(encoding="utf-8")
    save(annotations, text.replace("quote: R. Vale", "quote: R. Dale"))
    build.wait_for("1 problem in 1 file.")
    assert not (watched / "dataset").exists()
    assert build.interrupt()[0] == 130


def test_usage_error_ends_watching(watch):
    """A table without quotes is a usage error, which ends watching."""
    build = watch("--coverage", "actors")
    build.wait_for("actors has no quotes.")
    assert build.process.wait(TIMEOUT) == 2
