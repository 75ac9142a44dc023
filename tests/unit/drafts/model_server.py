"""A local server that answers chat completions from a list, as an endpoint of a provider does."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from stancebook.drafts.models import EndpointModel

KEY = "sk-secret-1234"


def completion(content, **given):
    """Return the body of a chat completion."""
    choice = {"message": {"role": "assistant", "content": content}, "finish_reason": given.pop("finish", "stop")}
    return 200, {}, json.dumps({"model": "m-2031-01", "created": 1_900_000_000, "choices": [choice], **given})


class ModelServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.requests, self.waited = [], [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def model(self, *answers, **given):
        """Return a model that this server answers for, one answer after the other."""
        self.answers = [*answers]
        return EndpointModel("m", self.url, KEY, **{"timeout": 5.0, "sleep": self.waited.append} | given)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), json.loads(body)))
        answer = self.server.answers.pop(0)
        if callable(answer):
            answer(self)
            return
        status, headers, text = answer
        data = text if isinstance(text, bytes) else text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Print nothing."""


@contextlib.contextmanager
def running_server():
    """Run a server in a thread of its own."""
    with ModelServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
