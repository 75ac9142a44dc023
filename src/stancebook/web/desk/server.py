"""The pages and the JSON of the coding desk, as an ASGI application."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from stancebook.build.table_builder import LANGUAGE
from stancebook.exceptions import StancebookError
from stancebook.sources.editing import EditError
from stancebook.web.desk.codebook import ReferredToError, RefusedEntryError, codebook_entries, edit_entries
from stancebook.web.desk.differences import Differences, NothingToCompareError
from stancebook.web.desk.documents import NewDocumentError, add_document
from stancebook.web.desk.edits import BadEditError
from stancebook.web.desk.security import App, LocalAccess
from stancebook.web.desk.session import ConflictError, Session, StaleError
from stancebook.web.desk.store import StoreError
from stancebook.web.desk.workspace import UnknownDocumentError, Workspace, title_column
from stancebook.web.model import describe_contract
from stancebook.web.rendering import STATIC, direction, render

MAX_POLL_SECONDS = 25.0
_POLL_STEP_SECONDS = 0.25
T = TypeVar("T")
Handler = Callable[[Session, Mapping[str, Any]], dict[str, Any]]


class BadRequestError(StancebookError):
    """A request has no JSON, or not the fields that it must have."""


_STATUS: Mapping[type[Exception], int] = {
    BadRequestError: 400,
    UnknownDocumentError: 404,
    BadEditError: 422,
    EditError: 422,
    NothingToCompareError: 422,
    ReferredToError: 422,
    StoreError: 507,
}


def desk(workspace: Workspace, *, port: int, token: str) -> App:
    """Return the application of a desk.

    Args:
        workspace: The project that it edits.
        port: The port of the loopback address on which it is served.
        token: What the first request must have in its address.
    """
    return LocalAccess(Starlette(routes=_Desk(workspace).routes, exception_handlers=_EXCEPTION_HANDLERS), port, token)


class _Desk:
    """The handlers of requests; one at a time changes or reads the workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.model = describe_contract(workspace.contract)
        self.differences = Differences(workspace)
        document = "/api/documents/{doc_id:path}"
        actions: Mapping[str, Handler] = {
            "edits": _edit,
            "undo": partial(_step, Session.undo),
            "redo": partial(_step, Session.redo),
            "save": _save,
            "reload": partial(_step, Session.reload),
            "discard": partial(_step, Session.discard),
            "quote": _quote,
            "settle": partial(_settle, self.differences),
            "agreed": partial(_step, self.differences.add_agreed),
        }
        self.routes = [
            Route("/", self.index),
            Route("/documents/{doc_id:path}", self.page),
            Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
            Route("/api/model", self.get_model),
            Route("/api/documents", self.list_documents),
            Route("/api/documents", self.add_document, methods=["POST"]),
            Route("/api/codebook", self.get_codebook),
            Route("/api/codebook/edits", self.edit_codebook, methods=["POST"]),
            Route("/api/problems", self.list_problems),
            *(Route(f"{document}/{name}", self.action(do), methods=["POST"]) for name, do in actions.items()),
            Route(f"{document}/changes", self.changes),
            Route(f"{document}/differences", self.list_differences),
            Route(document, self.get_state),
        ]

    async def index(self, _request: Request) -> Response:
        return HTMLResponse(render("desk/index.html", title=self.workspace.contract.title))

    async def page(self, request: Request) -> Response:
        doc_id = request.path_params["doc_id"]

        def values() -> Mapping[str, str]:
            document = self.workspace.session(doc_id).rows.document
            return document.values if document else {}

        found = await run_in_threadpool(self.locked(values))
        language = found.get(LANGUAGE, "")
        title = found.get(title_column(self.workspace.contract), doc_id)
        page = render(
            "desk/document.html", doc_id=doc_id, title=title, language=language, direction=direction(language)
        )
        return HTMLResponse(page)

    async def get_model(self, _request: Request) -> Response:
        return JSONResponse(self.model)

    async def list_documents(self, _request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self.locked(self.workspace.list_documents)))

    async def add_document(self, request: Request) -> Response:
        fields = _fields(await request.body())
        _allow(fields, "doc_id", "values", optional=("text", "text_base64"))
        doc_id, text = fields["doc_id"], _new_text(fields)
        if not isinstance(doc_id, str):
            raise BadRequestError("doc_id must be a text.")

        def run() -> None:
            try:
                add_document(self.workspace, doc_id, text, fields["values"])
            except NewDocumentError as error:
                raise _AnswerError(422, {"error": str(error), "problems": error.problems}) from error

        await run_in_threadpool(self.locked(run))
        return JSONResponse({"doc_id": doc_id}, status_code=201)

    async def get_codebook(self, _request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self.locked(self.codebook)))

    def codebook(self) -> dict[str, Any]:
        """Return the entries of the codebook by table, and its problems."""
        found = self.workspace.codebook
        problems = [_problem(problem) for problem in (*found.problems, *found.reference_problems)]
        return {"codebook": codebook_entries(self.workspace), "problems": problems}

    async def edit_codebook(self, request: Request) -> Response:
        fields = _fields(await request.body())
        _allow(fields, "edits")

        def run() -> dict[str, Any]:
            try:
                row = edit_entries(self.workspace, fields["edits"])
            except RefusedEntryError as error:
                raise _AnswerError(422, {"error": str(error), "problems": error.problems}) from error
            except EditError as error:
                raise _AnswerError(422, {"error": str(error), "problem": _problem(error.problem)}) from error
            return {**self.codebook(), "row": row}

        return JSONResponse(await run_in_threadpool(self.locked(run)))

    async def list_problems(self, _request: Request) -> Response:
        checking, found = self.workspace.checking, self.workspace.corpus
        rows = None if found.problems is None else [_problem(problem) for problem in found.problems]
        return JSONResponse({"problems": rows, "error": found.error, "checking": checking})

    async def get_state(self, request: Request) -> Response:
        doc_id = request.path_params["doc_id"]
        return JSONResponse(
            await run_in_threadpool(self.locked(lambda: self.workspace.session(doc_id).state(with_text=True)))
        )

    async def list_differences(self, request: Request) -> Response:
        doc_id = request.path_params["doc_id"]
        return JSONResponse(
            await run_in_threadpool(self.locked(lambda: self.differences.state(self.workspace.session(doc_id))))
        )

    def action(self, do: Handler) -> Callable[[Request], Any]:
        """Return the handler of a request that is about a document and has JSON."""

        async def handle(request: Request) -> Response:
            fields = _fields(await request.body())
            doc_id = request.path_params["doc_id"]

            def run() -> dict[str, Any]:
                session = self.workspace.session(doc_id)
                try:
                    return do(session, fields)
                except StaleError as error:
                    raise _AnswerError(
                        409, {"error": str(error), "state": session.state(since=fields.get("revision"))}
                    ) from error

            return JSONResponse(await run_in_threadpool(self.locked(run)))

        return handle

    async def changes(self, request: Request) -> Response:
        """Wait until the document or its file are not as a page shows them, and say what they are now."""
        doc_id = request.path_params["doc_id"]
        query = request.query_params

        def look() -> dict[str, Any]:
            session = self.workspace.session(doc_id)
            return {"revision": session.revision, "disk": session.disk_state, "saved": session.saved}

        now = await run_in_threadpool(self.locked(look))
        known = {**now, "disk": query.get("disk", now["disk"])}
        end, closing = time.monotonic() + MAX_POLL_SECONDS, self.workspace.closing
        while now == known and query.get("revision") == str(now["revision"]):
            if time.monotonic() > end or closing.is_set():
                break
            await asyncio.sleep(_POLL_STEP_SECONDS)
            if await request.is_disconnected():
                break
            now = await run_in_threadpool(self.locked(look))
        return JSONResponse(now)

    def locked(self, do: Callable[[], T]) -> Callable[[], T]:
        """Return a function that nothing else in the workspace runs together with."""

        def run() -> T:
            with self.workspace.lock:
                return do()

        return run


class _AnswerError(Exception):
    """Carries an answer that is not a success."""

    def __init__(self, status: int, content: dict[str, Any]) -> None:
        self.status, self.content = status, content


# ── Actions ───────────────────────────────────────────────────────────────────────────────────────


def _edit(session: Session, fields: Mapping[str, Any]) -> dict[str, Any]:
    _allow(fields, "revision", "edits", optional=("preview",))
    session.expect(fields["revision"])
    try:
        if fields.get("preview") is True:
            return session.preview(fields["edits"])
        row = session.edit(fields["edits"])
    except EditError as error:
        raise _AnswerError(422, {"error": str(error), "problem": _problem(error.problem)}) from error
    return {**session.state(since=fields["revision"]), "row": row}


def _step(change: Callable[[Session], object], session: Session, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Make a change that takes no arguments, such as an undo."""
    _allow(fields, "revision")
    session.expect(fields["revision"])
    change(session)
    return session.state(since=fields["revision"])


def _settle(differences: Differences, session: Session, fields: Mapping[str, Any]) -> dict[str, Any]:
    _allow(fields, "revision", "row", "take", optional=("note", "edited"))
    session.expect(fields["revision"])
    note = fields.get("note", "")
    if not isinstance(note, str):
        raise BadRequestError("note must be a text.")
    edited = fields.get("edited") is True
    row = differences.settle(session, fields["row"], fields["take"], note=note, edited=edited)
    return {**session.state(since=fields["revision"]), "row": row}


def _save(session: Session, fields: Mapping[str, Any]) -> dict[str, Any]:
    _allow(fields, "revision", optional=("overwrite",))
    session.expect(fields["revision"])
    try:
        session.save(overwrite=fields.get("overwrite") is True)
    except ConflictError as error:
        content = {"error": str(error), "disk_text": error.disk_text, "diff": error.diff}
        raise _AnswerError(409, content) from error
    return session.state(since=fields["revision"])


def _quote(session: Session, fields: Mapping[str, Any]) -> dict[str, Any]:
    _allow(fields, "start", "end", optional=("exact",))
    start, end = fields["start"], fields["end"]
    if type(start) is not int or type(end) is not int:
        raise BadRequestError("start and end must be integers.")
    quote = session.quote(start, end, exact=fields.get("exact") is True)
    if quote is None:
        message = (
            "Select words of the text: here is only white space, or a passage that occurs again in the same words."
        )
        raise _AnswerError(422, {"error": message})
    return quote


def _new_text(fields: Mapping[str, Any]) -> bytes:
    """Return the content of a new text: typed, or the bytes of a file."""
    given = [name for name in ("text", "text_base64") if isinstance(fields.get(name), str)]
    if len(given) != 1:
        raise BadRequestError("Either text or text_base64 must be a text.")
    try:
        if given == ["text"]:
            return bytes(fields["text"].encode())
        return base64.b64decode(fields["text_base64"], validate=True)
    except ValueError as error:
        raise BadRequestError(f"{given[0]} is not valid.") from error


def _fields(body: bytes) -> Mapping[str, Any]:
    """Return the fields of a request."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("The request is not valid JSON.") from error
    if not isinstance(fields, dict):
        raise BadRequestError("The request is not a JSON object.")
    return fields


def _allow(fields: Mapping[str, Any], *required: str, optional: tuple[str, ...] = ()) -> None:
    """Raise `BadRequestError` if a field is missing or unknown."""
    if missing := [name for name in required if name not in fields]:
        raise BadRequestError(f"The request lacks {', '.join(missing)}.")
    if unknown := [name for name in fields if name not in (*required, *optional)]:
        raise BadRequestError(f"The request has unknown fields: {', '.join(unknown)[:200]}.")


def _problem(problem: Any) -> dict[str, Any]:
    names = ("file", "line", "column", "where", "message", "hint", "level")
    return {name: getattr(problem, name) for name in names}


# ── Errors ────────────────────────────────────────────────────────────────────────────────────────


def _answer(_request: Request, error: Exception) -> Response:
    assert isinstance(error, _AnswerError)
    return JSONResponse(error.content, status_code=error.status)


def _sentence(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=_STATUS.get(type(error), 500))


def _unexpected(_request: Request, error: Exception) -> Response:
    """Answer with a sentence; the traceback is printed where the desk was started."""
    return JSONResponse({"error": f"The desk failed: {error!r}. Nothing was saved."}, status_code=500)


def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)


_EXCEPTION_HANDLERS: Mapping[Any, Any] = {
    _AnswerError: _answer,
    StancebookError: _sentence,
    HTTPException: _http_error,
    Exception: _unexpected,
}
