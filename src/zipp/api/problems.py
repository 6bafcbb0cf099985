"""Errors -> RFC 9457 problem+json: the one place that knows which error is which HTTP status.

No answer ever holds what was sent (it may be a password), a stack trace or a path of this host.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zipp.domain import errors
from zipp.domain.ids import new_id

logger = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"

# The first that fits: special cases stand before what they are special cases of.
STATUS_OF: tuple[tuple[type[errors.ZippError], int], ...] = (
    (errors.TooLarge, 413),
    (errors.InvalidInput, 422),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.NotAuthenticated, 401),
    (errors.NotAllowed, 403),
    (errors.TooMany, 429),
    (errors.Unavailable, 503),
    (errors.DeploymentError, 409),
    (errors.ZippError, 400),
)

_CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 408: "timeout", 413: "too_large", 415: "media_type"}


class FieldProblem(BaseModel):
    """One thing that is wrong with a request: `pointer` is a JSON pointer (RFC 6901) into the body, or names the
    parameter."""

    pointer: str = Field(examples=["/site"])
    detail: str
    code: str


class Problem(BaseModel):
    """What went wrong (RFC 9457): `code` is stable, `hint` says what to do next."""

    type: str = Field(examples=["urn:zipp:problem:site_taken"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(ge=400, le=599)
    detail: str = Field(examples=["The site name 'blog' is taken."])
    code: str = Field(examples=["site_taken"])
    hint: str = Field(examples=["Choose another name with `site`."])
    errors: list[FieldProblem] = Field(default_factory=list)


def answer(
    status: int,
    detail: str,
    *,
    code: str,
    hint: str = "",
    fields: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    problem = Problem(
        type=f"urn:zipp:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        hint=hint,
        errors=list(fields),
    )
    return JSONResponse(problem.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


Responses = dict[int | str, dict[str, Any]]


def documented(*statuses: int, also: Responses | None = None) -> Responses:
    """The `responses` of a route that can fail so; `also` those that are no problems."""
    return (also or {}) | {
        status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in sorted({*statuses, 429, 500})
    }


def install(app: FastAPI, routes: Iterable[APIRoute]) -> None:
    """`routes` are all that there are: a 405 names the methods that its address does take (RFC 9110, 15.5.6)."""
    known = tuple(routes)

    async def http_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
        if error.status_code == 405 and (methods := _methods_at(request.url.path, known)):
            error.headers = {"Allow": ", ".join(sorted(methods))}
        return _http_error(error)

    app.add_exception_handler(errors.ZippError, _domain_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, http_error)


def of_error(error: errors.ZippError) -> JSONResponse:
    status = next(status for kind, status in STATUS_OF if isinstance(error, kind))
    headers = {}
    fields = []
    if isinstance(error, errors.NotAuthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, errors.TooLarge):
        headers["Connection"] = "close"  # what is still being sent will not be read
    if isinstance(error, errors.InvalidInput) and error.pointer:
        fields = [FieldProblem(pointer=error.pointer, detail=error.message, code=error.code)]
    return answer(status, error.message, code=error.code, hint=error.hint, fields=fields, headers=headers)


async def _domain_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.ZippError)  # noqa: S101 - registered for it
    return of_error(error)


async def _invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    fields = list(_field_problems(error.errors()))
    hints = [each["ctx"]["hint"] for each in error.errors() if "hint" in each.get("ctx", {})]
    first = fields[0]
    detail = f"{first.pointer}: {first.detail}" if first.pointer else first.detail
    code = first.code if hints else "invalid"
    hint = hints[0] if hints else "See `errors` for each field, and /api/docs for what is expected."
    return answer(422, detail, code=code, hint=hint, fields=fields)


def _field_problems(found: Sequence[Any]) -> Iterator[FieldProblem]:
    for each in found[:20]:
        place, *path = each["loc"]
        if each["type"] == "json_invalid":
            path = []
        pointer = "".join(f"/{_escaped(part)}" for part in path if part != "[key]")
        message = "The body is not JSON." if each["type"] == "json_invalid" else f"{each['msg']}."
        if place not in ("body", "query") and not path:
            pointer = f"/{_escaped(place)}"
        yield FieldProblem(pointer=pointer, detail=message.replace("..", "."), code=each["type"])


def _escaped(part: object) -> str:
    return str(part)[:100].replace("~", "~0").replace("/", "~1")


def _methods_at(path: str, routes: Sequence[APIRoute]) -> set[str]:
    """Those of every route with the address of the first that matches; the framework names only that one's own."""
    first = next((route.path for route in routes if route.path_regex.match(path)), None)
    return {method for route in routes if route.path == first for method in route.methods or ()}


def _http_error(error: HTTPException) -> JSONResponse:
    status = error.status_code
    hints = {
        404: "See /api/docs for all calls.",
        405: "See /api/docs for the methods of each call.",
        400: "Send JSON as /api/docs describes it.",
    }
    detail = {404: "There is nothing at this address.", 405: "This address does not take that method."}.get(
        status, error.detail if error.detail.endswith(".") else f"{error.detail}."
    )
    code = _CODE_OF_STATUS.get(status, "bad_request")
    return answer(status, detail, code=code, hint=hints.get(status, ""), headers=error.headers)


class Guard:
    """The last catch: whatever nobody foresaw becomes a 500 with an id that the operator finds in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            error_id = new_id()
            logger.error(
                "request_failed", error_id=error_id, method=scope["method"], path=scope["path"], exc_info=error
            )
            if started:
                raise
            response = answer(
                500,
                f"Something went wrong on our side (error {error_id}).",
                code="internal",
                hint="Try again; if it stays, give the operator the error's id: the log has the details.",
            )
            await response(scope, receive, send)
