"""Answer only the browser that has the token, on this machine, and let its pages load nothing from elsewhere."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 8 << 20  # a text of 4 MiB in Base64, and its form
_SAFE_METHODS = ("GET", "HEAD")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class LocalAccess:
    """ASGI middleware: checks host, token, cookie, origin and size of every request, and adds headers to answers.

    Another site that the browser shows can send requests to this machine, also under a name of its own that it lets
    resolve to the loopback address. It knows neither the token nor the cookie, and cannot choose `Host` and `Origin`.
    """

    def __init__(self, app: App, port: int, token: str) -> None:
        """Wrap an application.

        Args:
            app: The application.
            port: The port of the loopback address on which it is served.
            token: What the first request must have in its address.
        """
        self.app = app
        self.token = token
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.cookie = f"stancebook-desk-{port}"  # cookies are shared by all ports of a host
        self.secret = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        if scope["type"] != "http":
            return
        answer = self._admit(scope)
        if answer is not None:
            await answer(scope, receive, send_with_headers)
            return
        body = await _read_body(receive) if scope["method"] not in _SAFE_METHODS else b""
        if body is None:
            text = f"The request has more than {MAX_BODY_BYTES >> 20} MiB."
            await _refuse(413, text)(scope, receive, send_with_headers)
            return
        await self.app(scope, receive if scope["method"] in _SAFE_METHODS else _replay(body), send_with_headers)

    def _admit(self, scope: Scope) -> Response | None:
        """Return the answer to a request that is refused, or that has the token; None for one that is admitted."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host not in self.hosts:
            return _refuse(421, "This address is not that of the coding desk.")
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token")
        if token and scope["method"] == "GET" and scope["path"] == "/":
            return self._exchange(token[0])
        cookie = cookie_parser(headers.get("cookie", "")).get(self.cookie, "")
        if not hmac.compare_digest(cookie.encode(), self.secret.encode()):
            return _refuse(403, "Open the address with the token that the desk printed at its start.")
        return None if scope["method"] in _SAFE_METHODS else _doubt_change(headers, host)

    def _exchange(self, token: str) -> Response:
        """Return the cookie for the token, and an address without it."""
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            return _refuse(403, "The token is not that of this desk: open the address that it printed at its start.")
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(self.cookie, self.secret, httponly=True, samesite="strict", path="/")
        return response


def _doubt_change(headers: Headers, host: str) -> Response | None:
    """Return the answer to a request that may change something and does not come from a page of the desk."""
    if headers.get("origin") != f"http://{host}":
        return _refuse(403, "Only the pages of the desk itself may change something.")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return _refuse(415, "The request is not JSON.")
    return None


def _refuse(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=status)


async def _read_body(receive: Receive) -> bytes | None:
    """Return the body of a request; None if it is too large."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body"):
            return body


def _replay(body: bytes) -> Receive:
    """Return a function that gives a body that is already read."""

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
