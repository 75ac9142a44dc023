"""Models are asked over HTTP and by commands; each way to fail is one sentence, without the key."""

import json
import os
import sys
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from stancebook.drafts.models import CommandModel, EndpointModel, ModelError, Prompt, api_key, endpoint_problem
from tests.unit.drafts.model_server import KEY, completion, running_server

PROMPT = Prompt("Rules – with a dash.", "The text: «Ріка» 😀", {"type": "object"})


@pytest.fixture(scope="module")
def running():
    """Return a local server."""
    with running_server() as server:
        yield server


@pytest.fixture
def server(running):
    """Return the local server, without what it heard before."""
    running.requests.clear()
    running.waited.clear()
    return running


# ── An endpoint ───────────────────────────────────────────────────────────────────────────────────


def test_endpoint_answers(server):
    """The prompt and the schema are sent, and the answer is taken with what the endpoint says of it."""
    usage = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
    reply = server.model(completion("{}", usage=usage), parameters={"temperature": 0.5, "seed": 7}).ask(PROMPT)
    assert (reply.text, reply.is_cut, reply.version, reply.created) == ("{}", False, "m-2031-01", 1_900_000_000)
    assert reply.tokens == {"prompt_tokens": 12, "completion_tokens": 3}
    [(path, headers, body)] = server.requests
    assert (path, headers["Authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert [message["content"] for message in body["messages"]] == [PROMPT.instructions, PROMPT.task]
    assert body["response_format"]["json_schema"] == {"name": "answer", "strict": True, "schema": PROMPT.schema}
    assert (body["temperature"], body["seed"]) == (0.5, 7)


def test_endpoint_without_schemas(server):
    """The schema can be a part of the prompt; a status that may mean so says how."""
    refused = (400, {}, json.dumps({"error": {"message": "This response_format is unavailable now"}}))
    with pytest.raises(ModelError, match="is unavailable now; if it takes no JSON Schema, use --schema-in-prompt"):
        server.model(refused).ask(PROMPT)
    server.model(completion("{}"), has_schema=False).ask(PROMPT)
    body = server.requests[-1][2]
    assert body["messages"][1]["content"].endswith('# JSON Schema of the answer\n\n{"type": "object"}')
    assert "response_format" not in body


def test_cut_refused_and_split_answers(server):
    """An answer may be cut off, be a refusal, or come in parts."""
    refusal = (200, {}, json.dumps({"choices": [{"message": {"content": None, "refusal": "I will not."}}]}))
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    model = server.model(completion("[", finish="length"), refusal, completion(parts))
    replies = [model.ask(PROMPT) for _ in range(3)]
    assert [(reply.text, reply.is_cut) for reply in replies] == [("[", True), ("I will not.", False), ("ab", False)]


def test_busy_endpoint_is_asked_again(server):
    """After 429 and 5xx it waits as it is asked to, in seconds or until a time, else longer each time."""
    later = formatdate(time.time() + 30, usegmt=True)
    busy = [
        (429, {"Retry-After": "7"}, "{}"),
        (503, {"Retry-After": later}, "busy"),
        (500, {"Retry-After": "soon"}, ""),
    ]
    assert server.model(*busy, completion("{}")).ask(PROMPT).text == "{}"
    assert server.waited[0] == 7
    assert 25 < server.waited[1] <= 30
    assert server.waited[2] == 4


FAILURES = {
    "busy-for-good": ([(500, {}, "")] * 4, {}, "answered with status 500: without a message."),
    "long-wait": ([(429, {"Retry-After": "3600"}, "{}")], {}, "asks to wait for 3,600 seconds (status 429)"),
    "wrong-key": (
        [(401, {}, json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}."}}))],
        {},
        "answered with status 401: Incorrect API key provided: ….",
    ),
    "redirect": ([(307, {"Location": "http://127.0.0.1:9/elsewhere"}, "")], {}, "answered with status 307"),
    "web-page": ([(200, {"Content-Type": "text/html"}, "<html>Welcome")], {}, "not answer with a chat completion: <ht"),
    "empty": ([(200, {}, "")], {}, "did not answer with a chat completion: an empty body."),
    "no-choices": ([(200, {}, '{"choices": []}')], {}, "did not answer with a chat completion"),
    "not-utf-8": ([(200, {}, b'{"choices": \xff}')], {}, "did not answer with a chat completion"),
    "huge": ([completion("x" * 5000)], {"max_bytes": 1000}, "answered with more than 1,000 bytes."),
    "silent": (
        [lambda _: time.sleep(0.4)],
        {"timeout": 0.1},
        "did not answer within 0.1 seconds; see --timeout.",
    ),
    "closed": ([lambda handler: handler.connection.close()], {}, "cannot be reached: "),
}


@pytest.mark.parametrize(("answers", "given", "message"), FAILURES.values(), ids=FAILURES)
def test_endpoint_fails(server, answers, given, message):
    """Each failure is a sentence that names the endpoint, and has no key."""
    with pytest.raises(ModelError) as failed:
        server.model(*answers, **given).ask(PROMPT)
    assert message in str(failed.value)
    assert str(failed.value).startswith(server.url)
    assert KEY not in str(failed.value)


def test_unreachable_endpoint():
    """An endpoint that does not exist is named."""
    with pytest.raises(ModelError, match=r"^http://127\.0\.0\.1:9/v1 cannot be reached: .*refused"):
        EndpointModel("m", "http://127.0.0.1:9/v1").ask(PROMPT)


def test_proxy_is_not_used_for_this_machine(server, monkeypatch):
    """What is sent to a model on this machine does not leave it."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert server.model(completion("{}")).ask(PROMPT).text == "{}"


@pytest.mark.parametrize(
    ("endpoint", "problem"),
    [
        ("https://api.example.org/v1", ""),
        ("http://localhost:11434/v1", ""),
        ("http://[::1]:8080", ""),
        ("http://api.example.org/v1", "is not encrypted"),
        ("http://127.0.0.1.example.org/v1", "is not encrypted"),
        ("https://me:secret@api.example.org/v1", "holds a name or a password"),
        ("https://api.example.org/v1?key=secret", "is not the URL of an endpoint"),
        ("file:///etc/passwd", "is not the URL of an endpoint"),
        ("api.example.org/v1", "is not the URL of an endpoint"),
        ("https://[::1/v1", "is not the URL of an endpoint"),
    ],
)
def test_endpoint_url(endpoint, problem):
    """A key is sent encrypted, or to this machine."""
    assert problem in endpoint_problem(endpoint)
    assert bool(problem) == bool(endpoint_problem(endpoint))


def test_key_comes_from_the_environment(monkeypatch):
    """A key is stripped; what cannot be one is refused without being shown."""
    monkeypatch.setenv("A_KEY", f" {KEY}\n")
    assert api_key("A_KEY") == KEY
    assert api_key("NO_SUCH_KEY") is None
    monkeypatch.setenv("A_KEY", f"{KEY}\nX-Header: yes")
    with pytest.raises(ModelError) as failed:
        api_key("A_KEY")
    assert KEY not in str(failed.value)


def test_key_is_in_no_representation():
    """The key is not shown where a model is."""
    assert KEY not in repr(EndpointModel("m", "https://api.example.org/v1", KEY))


# ── A command ─────────────────────────────────────────────────────────────────────────────────────


def command(code, **given):
    """Return a model that Python code asks."""
    return CommandModel("m 1", f'"{sys.executable}" -c "{code}" {{schema}} {{model}}', **{"timeout": 20.0} | given)


def test_command_answers():
    """A command gets the prompt, a file with the schema, and the name of the model."""
    code = "import sys; print(sys.argv[2], open(sys.argv[1]).read(), sys.stdin.buffer.read().decode() == sys.argv[3])"
    model = command(code)
    model = CommandModel(model.name, f"{model.command} '{PROMPT.text}'", 20.0)
    assert model.ask(PROMPT).text == 'm 1 {"type": "object"} True\n'


def test_command_without_schema():
    """A command that takes no schema has it at the end of the prompt."""
    code = "import sys; print(sys.stdin.read()[-60:])"
    reply = CommandModel("m", f'"{sys.executable}" -c "{code}"', 20.0).ask(PROMPT)
    assert reply.text.strip().endswith('# JSON Schema of the answer\n\n{"type": "object"}')


@pytest.mark.parametrize(
    ("code", "given", "message"),
    [
        ("raise SystemExit('no quota')", {}, "failed with status 1: no quota."),
        ("import time; time.sleep(60)", {"timeout": 0.05}, "did not end within 0.05 seconds; see --timeout."),
        ("print('x' * 5000)", {"max_bytes": 1000}, "answered with more than 1,000 bytes."),
    ],
)
def test_command_fails(code, given, message):
    """Each failure is a sentence that names the command."""
    with pytest.raises(ModelError, match=r"^the command ") as failed:
        command(code, **given).ask(PROMPT)
    assert message in str(failed.value)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups")
def test_command_ends_with_what_it_started(tmp_path):
    """A program that a command started does not outlive it."""
    script = tmp_path / "model.sh"
    script.write_text(f"sleep 60 &\necho $! > {tmp_path}/pid\nwait\n")
    with pytest.raises(ModelError, match="did not end within"):
        CommandModel("m", f"sh {script}", timeout=0.3).ask(PROMPT)
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):  # a process without a parent is reaped in its own time
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.02)
    pytest.fail(f"process {pid} still runs")


def test_command_is_not_there():
    """A program that does not exist is named."""
    with pytest.raises(ModelError, match="the command no-such-program cannot be run: No such file"):
        CommandModel("m", "no-such-program {schema}").ask(PROMPT)


def test_bytes_that_are_not_utf_8():
    """Wrong bytes in an answer become a character that no text has, so that a quote with it is not found."""
    assert command(r"import sys; sys.stdout.buffer.write(bytes([65, 255]))").ask(PROMPT).text == "A\ufffd"


@pytest.mark.parametrize("text", ["", "  ", "llm 'unclosed"])
def test_text_that_is_no_command(text):
    """An empty command, or one with an open quotation mark, is refused at once."""
    with pytest.raises(ModelError, match="is not a command"):
        CommandModel("m", text)
