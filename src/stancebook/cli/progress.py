"""How far a long build has come: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stancebook.cli.console import Console


@contextmanager
def progress_bar(documents: int, console: Console) -> Iterator[Callable[[int], None]]:
    """Show how many documents are done, how many a second, and the time left; give what is told of each."""
    if console.output_format != "text" or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, Progress, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(TextColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    columns = [
        TextColumn("building"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} documents"),
        Rate(""),
        TimeRemainingColumn(),
    ]
    with Progress(*columns, console=Terminal(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=documents)
        yield lambda done: progress.advance(task, done)
