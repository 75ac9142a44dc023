"""Replies of models that are kept, so that a draft can be continued, or made again, without asking."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from stancebook.drafts.models import Model, ModelError, Prompt, Reply
from stancebook.problems import pluralize
from stancebook.sources.atomic_files import write_atomically


@dataclass(frozen=True)
class Call:
    """One question to a model, with its reply.

    Attributes:
        round: The round of corrections; 0 for the first answer.
        prompt: The SHA-256 of the prompt.
        schema: The SHA-256 of the schema.
        reply: The reply.
        digest: The name of the reply in the cache.
    """

    round: int
    prompt: str
    schema: str
    reply: Reply
    digest: str


@dataclass
class Caller:
    """Asks a model what was not asked before, and keeps the replies.

    Attributes:
        model: The model.
        folder: The folder of the replies. The name of each is the SHA-256 of the model, its parameters, the prompt and
            the schema.
        max_calls: How often the model may be asked.
        is_cached_only: Whether it must not be asked.
        before_call: Is given the name of the model and how often it was asked, before it is asked.
        calls: How often it was asked.
        cached: How often a reply was there.
    """

    model: Model
    folder: Path
    max_calls: int
    is_cached_only: bool = False
    before_call: Callable[[str, int], None] = lambda *_: None
    calls: int = 0
    cached: int = 0

    def ask(self, prompt: Prompt) -> Reply:
        """Return the reply to a prompt.

        Raises:
            ModelError: There is none.
        """
        path = self.folder / f"{self.digest(prompt)}.json"
        known = _read(path)
        if known is not None:
            self.cached += 1
            return known
        if self.is_cached_only:
            raise ModelError(f"no answer of {self.model.name} to this prompt is kept; run without --cached-only.")
        if self.calls == self.max_calls:
            raise ModelError(f"{self.model.name} was asked {pluralize(self.calls, 'time')}; see --max-calls.")
        self.calls += 1
        self.before_call(self.model.name, self.calls)
        return replace(self.model.ask(prompt), place=self.model.place)

    def keep(self, prompt: Prompt, reply: Reply) -> None:
        """Keep a reply that is of use; another one may be better next time."""
        path = self.folder / f"{self.digest(prompt)}.json"
        if not path.exists():
            try:
                ignore = self.folder / ".gitignore"
                if not ignore.exists():
                    write_atomically(ignore, b"*\n")
                write_atomically(path, json.dumps(asdict(reply), ensure_ascii=True).encode())
            except OSError as error:
                raise ModelError(f"a reply cannot be kept in {self.folder}: {error.strerror}.") from error

    def record(self, prompt: Prompt, reply: Reply, number: int = 0) -> Call:
        """Return what is recorded of a question in a round of corrections."""
        return Call(number, prompt.digest, prompt.schema_digest, reply, self.digest(prompt))

    def digest(self, prompt: Prompt) -> str:
        """Return what identifies a question to this model."""
        question = [
            self.model.name,
            dict(sorted(self.model.parameters.items())),
            prompt.instructions,
            prompt.task,
            prompt.schema,
        ]
        return hashlib.sha256(json.dumps(question).encode()).hexdigest()


def _read(path: Path) -> Reply | None:
    """Return a reply that is kept; None if there is none, or its file is damaged."""
    try:
        return Reply(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
