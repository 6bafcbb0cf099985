"""The description of the API, complete with its errors (served at /api/openapi.json)."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from zipp.api.problems import MEDIA_TYPE

DESCRIPTION = """\
Everything that the web page and the CLI do goes through this API.

Errors are `application/problem+json` (RFC 9457) with a stable `code` and a `hint` that says what to do next. Times are
RFC 3339 in UTC, sizes bytes, durations seconds. Lists answer `{items, next_cursor}`."""

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> dict[str, Any]:
    """Made once, at the first request for it."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
        for path in document["paths"].values():
            for operation in path.values():
                _as_problems(operation["responses"])
        for name in _FRAMEWORK_SCHEMAS:
            document["components"]["schemas"].pop(name, None)
        app.openapi_schema = document
    return app.openapi_schema


def _as_problems(responses: dict[str, Any]) -> None:
    """Errors have the media type of problems; FastAPI only knows that of the route."""
    for status, response in responses.items():
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        if schema == _PROBLEM or status == "422":
            response["content"] = {MEDIA_TYPE: {"schema": _PROBLEM}}
        if status == "429":
            response["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
