"""Ask a language model: over HTTP, at an endpoint that speaks the chat completions of OpenAI; or by any command."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shlex
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn, Protocol
from urllib.parse import urlsplit

from stancebook.exceptions import StancebookError
from stancebook.problems import shorten

DEFAULT_ENDPOINT = "https://api.openai.com/v1"
MAX_REPLY_BYTES = 16 << 20
MAX_ATTEMPTS = 4
MAX_WAIT_SECONDS = 120.0
_BUSY = (408, 425, 429, 500, 502, 503, 504, 529)
_BLOCK_BYTES = 1 << 16
_POLL_SECONDS = 0.02


class ModelError(StancebookError):
    """A model cannot be asked, or does not answer; its text says why."""


@dataclass(frozen=True)
class Prompt:
    """What a model is asked.

    Attributes:
        instructions: The rules, the guide, the table and the codebook, which are the same for all texts.
        task: The text, and what to do with it.
        schema: The JSON Schema of the answer.
    """

    instructions: str
    task: str
    schema: Mapping[str, Any]

    @property
    def text(self) -> str:
        """All of it as one text."""
        return f"{self.instructions}\n\n{self.task}\n"

    @property
    def schema_text(self) -> str:
        """The schema as a part of the prompt, for a model that gets it in no other way."""
        return f"# JSON Schema of the answer\n\n{json.dumps(self.schema, ensure_ascii=False)}"

    @property
    def digest(self) -> str:
        """The SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def schema_digest(self) -> str:
        """The SHA-256 of the schema."""
        return hashlib.sha256(json.dumps(self.schema).encode()).hexdigest()


@dataclass(frozen=True)
class Reply:
    """What a model answers.

    Attributes:
        text: The answer.
        is_cut: Whether it was cut off because it is too long.
        version: What the endpoint calls the model; empty if it does not say.
        created: When it was made, in seconds since 1970; None if the endpoint does not say.
        tokens: The numbers of tokens, by the names of the endpoint.
        place: Where the model was asked.
    """

    text: str
    is_cut: bool = False
    version: str = ""
    created: int | None = None
    tokens: Mapping[str, int] = field(default_factory=dict)
    place: str = ""


class Model(Protocol):
    """A language model."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def parameters(self) -> Mapping[str, float | int]:
        """The parameters that are set, such as `temperature`."""

    @property
    def place(self) -> str:
        """Where prompts are sent, as displayed to the user."""

    def ask(self, prompt: Prompt) -> Reply:
        """Return the answer to a prompt.

        Raises:
            ModelError: There is none.
        """


# ── A command ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class CommandModel:
    """A model that a command asks: the prompt is its standard input, the answer its standard output.

    Attributes:
        name: The name of the model.
        command: The command with its arguments. In them, `{schema}` is replaced by the path of a file with the JSON
            Schema of the answer, and `{model}` by the name of the model. Without `{schema}`, the schema is at the end
            of the prompt. It is not run by a shell.
        timeout: For how many seconds it may run.
        max_bytes: How long an answer may be.
    """

    name: str
    command: str
    timeout: float = 300.0
    max_bytes: int = MAX_REPLY_BYTES

    def __post_init__(self) -> None:
        try:
            has_program = bool(shlex.split(self.command))
        except ValueError:
            has_program = False
        if not has_program:
            raise ModelError(f"{shorten(self.command)!r} is not a command: it is empty, or a quotation mark is open.")

    @property
    def parameters(self) -> Mapping[str, float | int]:
        """None that are known: the command sets them."""
        return {}

    @property
    def place(self) -> str:
        """The program, without its folder."""
        return f"the command {Path(shlex.split(self.command)[0]).name}"

    def ask(self, prompt: Prompt) -> Reply:
        """Run the command once."""
        with tempfile.TemporaryDirectory(prefix="stancebook-draft-") as name:
            folder = Path(name)
            (folder / "schema.json").write_text(json.dumps(prompt.schema), encoding="utf-8")
            text = prompt.text if "{schema}" in self.command else f"{prompt.text}\n{prompt.schema_text}\n"
            (folder / "prompt.txt").write_text(text, encoding="utf-8", newline="")
            self._run(folder)
            return Reply(_decoded((folder / "answer").read_bytes()))

    def _run(self, folder: Path) -> None:
        """Run the command with files as its streams, which cannot block it."""
        schema = str(folder / "schema.json")
        arguments = [
            part.replace("{schema}", schema).replace("{model}", self.name) for part in shlex.split(self.command)
        ]
        with (
            (folder / "prompt.txt").open("rb") as prompt,
            (folder / "answer").open("wb") as answer,
            (folder / "errors").open("wb") as errors,
        ):
            try:
                process = subprocess.Popen(  # noqa: S603 (the user's own command)
                    arguments, stdin=prompt, stdout=answer, stderr=errors, start_new_session=True
                )
            except OSError as error:
                raise ModelError(f"{self.place} cannot be run: {error.strerror}.") from error
            atexit.register(_kill, process)  # a signal ends the command line without unwinding the stack
            try:
                self._wait(process, folder / "answer")
            finally:
                atexit.unregister(_kill)
                _kill(process)
        if process.returncode:
            said = (folder / "errors").read_bytes()[-_BLOCK_BYTES:].decode(errors="replace").strip()
            why = f": {shorten(said[-80:])}" if said else ""
            raise ModelError(f"{self.place} failed with status {process.returncode}{why}.")

    def _wait(self, process: subprocess.Popen[bytes], answer: Path) -> None:
        deadline = time.monotonic() + self.timeout
        while process.poll() is None:
            if time.monotonic() > deadline:
                raise ModelError(f"{self.place} did not end within {self.timeout:g} seconds; see --timeout.")
            if answer.stat().st_size > self.max_bytes:
                break
            time.sleep(_POLL_SECONDS)
        if answer.stat().st_size > self.max_bytes:
            raise ModelError(f"{self.place} answered with more than {self.max_bytes:,} bytes.")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process that runs, and those that it started."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()


def _decoded(data: bytes) -> str:
    """Return an answer as text; bytes that are not UTF-8 become U+FFFD, which no quote of a text has."""
    return data.decode(errors="replace")


# ── An endpoint ───────────────────────────────────────────────────────────────────────────────────


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the key would be sent to another address."""

    def redirect_request(self, *_: Any) -> None:
        """Return no request."""


@dataclass(frozen=True)
class EndpointModel:
    """A model behind an endpoint for chat completions, as OpenAI, and most others and local servers, have it.

    Attributes:
        name: The name of the model.
        endpoint: The URL, without `/chat/completions`.
        key: The API key; None if the endpoint needs none. It is in no message.
        timeout: For how many seconds an answer is awaited.
        parameters: `temperature` and `seed`, where they are set.
        has_schema: Whether it takes a JSON Schema; if not, the schema is at the end of the prompt.
        max_bytes: How long an answer may be.
        sleep: Waits for some seconds before the next attempt.
    """

    name: str
    endpoint: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 300.0
    parameters: Mapping[str, float | int] = field(default_factory=dict)
    has_schema: bool = True
    max_bytes: int = MAX_REPLY_BYTES
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        problem = endpoint_problem(self.endpoint)
        if problem:
            raise ModelError(problem)

    @property
    def place(self) -> str:
        """The URL."""
        return self.endpoint

    def ask(self, prompt: Prompt) -> Reply:
        """Send a prompt, again if the endpoint is busy."""
        schema = {"name": "answer", "strict": True, "schema": prompt.schema}
        task = prompt.task if self.has_schema else f"{prompt.task}\n\n{prompt.schema_text}"
        body = {
            "model": self.name,
            "messages": [
                {"role": "system", "content": prompt.instructions},
                {"role": "user", "content": task},
            ],
            **({"response_format": {"type": "json_schema", "json_schema": schema}} if self.has_schema else {}),
            **self.parameters,
        }
        data = self._post(json.dumps(body).encode())
        return _completion(self._without_key(_decoded(data)), self._fail)

    def _post(self, body: bytes) -> bytes:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                return self._send(body)
            except urllib.error.HTTPError as error:
                said = _error_body(error)
                wait = _seconds_to_wait(error.headers.get("Retry-After"), attempt)
                if error.code not in _BUSY or attempt == MAX_ATTEMPTS:
                    is_schema = self.has_schema and any(word in said for word in ("response_format", "schema"))
                    hint = "; if it takes no JSON Schema, use --schema-in-prompt" if is_schema else ""
                    self._fail(f"answered with status {error.code}: {_message_in(said)}{hint}")
                if wait > MAX_WAIT_SECONDS:
                    self._fail(f"asks to wait for {wait:,.0f} seconds (status {error.code}); try again then")
                self.sleep(wait)
            except TimeoutError:
                self._fail(f"did not answer within {self.timeout:g} seconds; see --timeout")
            except (urllib.error.URLError, HTTPException, OSError) as error:
                reason = getattr(error, "reason", error)
                if isinstance(reason, TimeoutError):
                    self._fail(f"did not answer within {self.timeout:g} seconds; see --timeout")
                self._fail(f"cannot be reached: {reason}")
        raise AssertionError("the last attempt returns or fails")

    def _send(self, body: bytes) -> bytes:
        url = f"{self.endpoint.rstrip('/')}/chat/completions"
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 (see endpoint_problem)
        handlers: list[Any] = [_NoRedirects()]
        if urlsplit(url).scheme == "http":  # of this machine: a proxy would send it over the network
            handlers.append(urllib.request.ProxyHandler({}))
        with urllib.request.build_opener(*handlers).open(request, timeout=self.timeout) as response:
            return self._read(response)

    def _read(self, response: HTTPResponse) -> bytes:
        deadline = time.monotonic() + self.timeout
        data = bytearray()
        while block := response.read1(_BLOCK_BYTES):
            data += block
            if len(data) > self.max_bytes:
                self._fail(f"answered with more than {self.max_bytes:,} bytes")
            if time.monotonic() > deadline:
                raise TimeoutError
        return bytes(data)

    def _fail(self, what: str) -> NoReturn:
        raise ModelError(self._without_key(f"{self.endpoint} {what}.")) from None

    def _without_key(self, text: str) -> str:
        return text.replace(self.key, "…") if self.key else text


def api_key(variable: str) -> str | None:
    """Return the API key in an environment variable; None if it is not set.

    Raises:
        ModelError: It cannot be a key; the message does not show it.
    """
    key = os.environ.get(variable, "").strip()
    if not key:
        return None
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ModelError(f"The environment variable {variable} holds no API key: it has characters that no key has.")
    return key


def endpoint_problem(endpoint: str) -> str:
    """Return why a key and texts should not be sent to a URL; empty if they may be."""
    try:
        url = urlsplit(endpoint)
        host = url.hostname or ""
        _ = url.port
    except ValueError:
        return f"{shorten(endpoint)!r} is not the URL of an endpoint."
    if url.username or url.password:
        return "The URL of the endpoint holds a name or a password: give the key in an environment variable."
    if url.query or url.fragment or not host or url.scheme not in ("http", "https"):
        return f"{shorten(endpoint)!r} is not the URL of an endpoint, such as {DEFAULT_ENDPOINT}."
    if url.scheme == "http" and not is_loopback(host):
        return f"{shorten(endpoint)} is not encrypted: use https://, as http:// is for models on this machine only."
    return ""


def needs_key(endpoint: str) -> bool:
    """Return whether a key is expected: models on this machine rarely have one."""
    return not is_loopback(urlsplit(endpoint).hostname or "")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _error_body(error: urllib.error.HTTPError) -> str:
    """Return the body of an error; empty if it cannot be read."""
    with error:
        try:
            return error.read(_BLOCK_BYTES).decode(errors="replace")
        except (OSError, HTTPException):
            return ""


def _seconds_to_wait(retry_after: str | None, attempt: int) -> float:
    """Return how long to wait before the next attempt: as the endpoint asks, else longer each time."""
    if retry_after:
        if retry_after.strip().isdigit():
            return float(retry_after)
        try:
            return max(parsedate_to_datetime(retry_after).timestamp() - time.time(), 0.0)
        except ValueError:
            pass
    return float(2 ** (attempt - 1))


def _message_in(body: str) -> str:
    """Return the message in the body of an error, or the start of the body."""
    try:
        found = json.loads(body)
        error = found["error"]
        message = error["message"] if isinstance(error, dict) else error
    except (ValueError, LookupError, TypeError, RecursionError):
        message = body
    return shorten(str(message).strip()).rstrip(".") or "without a message"


def _completion(text: str, fail: Callable[[str], NoReturn]) -> Reply:
    """Return the answer in the body of a response."""
    try:
        body = json.loads(text)
        choice = body["choices"][0]
        message = choice["message"]
        content = message.get("content") or message.get("refusal") or ""
        if isinstance(content, list):
            content = "".join(str(part.get("text", "")) for part in content)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        fail(f"did not answer with a chat completion: {shorten(text.strip()) or 'an empty body'}")
    usage = body.get("usage")
    created = body.get("created")
    return Reply(
        text=str(content),
        is_cut=choice.get("finish_reason") == "length",
        version=str(body.get("model") or ""),
        created=created if isinstance(created, int) else None,
        tokens={
            name: usage[name]
            for name in ("prompt_tokens", "completion_tokens")
            if isinstance(usage, dict) and isinstance(usage.get(name), int)
        },
    )
