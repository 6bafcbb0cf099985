"""What people open in a browser: the dashboard, and the API's reference. Nothing is loaded from anywhere else."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from zipp.api.dashboard import Body, Dashboard, File

PAGES = Path(__file__).parent.parent / "pages"
STATIC = PAGES / "static"
REVALIDATED = {"Cache-Control": "no-cache"}
NAMED_BY_CONTENT = {"Cache-Control": "public, max-age=31536000, immutable"}


def routes() -> list[BaseRoute]:
    return [Route("/api/docs", _docs, name="docs"), Mount("/api/docs", StaticFiles(directory=STATIC), name="static")]


async def _docs(_: Request) -> Response:
    return FileResponse(PAGES / "docs.html", headers=REVALIDATED)


class DashboardRoute(BaseRoute):
    """Every address outside /api, so that reload and deep links work; the last of all routes."""

    path = "dashboard"  # as the metrics call it: one label for all pages

    def __init__(self, dashboard: Dashboard | None) -> None:
        self._dashboard = dashboard

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        ours = scope["type"] == "http" and not f"{scope['path']}/".startswith("/api/")
        return (Match.FULL, {"route": self}) if ours else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        response = self._answer(request, self._dashboard) if self._dashboard else _unbuilt(request)
        await response(scope, receive, send)

    def _answer(self, request: Request, dashboard: Dashboard) -> Response:
        path: str = request.scope["path"]  # request.url takes a %3F in it for the query
        file = dashboard.file_at(path)
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"}) if file else HTTPException(404)
        if file:
            return _file(request, file)
        if path.endswith("/") and dashboard.file_at(path[:-1]):
            return RedirectResponse(f"{path[:-1]}{_query(request)}", 308)
        return _file(request, dashboard.not_found, status=404)


def _query(request: Request) -> str:
    query: bytes = request.scope["query_string"]
    return f"?{query.decode('latin-1')}" if query else ""


def _file(request: Request, file: File, status: int = 200) -> Response:
    body = file.body_for(request.headers.get("accept-encoding", ""))
    headers = _headers(file, body)
    if status == 200 and _has(request.headers.get("if-none-match", ""), body.etag):
        return Response(status_code=304, headers=headers)
    headers |= {"Content-Type": file.media_type, "Content-Length": str(len(body.content))}
    if body.encoding:
        headers["Content-Encoding"] = body.encoding
    return Response(b"" if request.method == "HEAD" else body.content, status, headers)


def _headers(file: File, body: Body) -> dict[str, str]:
    """Those of a 304 too: browsers replace what they kept by them."""
    headers = {"ETag": body.etag, **(NAMED_BY_CONTENT if file.immutable else REVALIDATED)}
    if file.encoded:
        headers["Vary"] = "Accept-Encoding"
    if file.policy:
        headers["Content-Security-Policy"] = file.policy
    return headers


def _has(if_none_match: str, etag: str) -> bool:
    """The weak comparison that If-None-Match asks for (RFC 9110, 13.1.2): proxies that compress weaken tags."""
    given = (each.strip().removeprefix("W/") for each in if_none_match[:2000].split(","))
    return any(each in (etag, "*") for each in given)


def _unbuilt(request: Request) -> Response:
    if request.method not in ("GET", "HEAD"):
        raise HTTPException(404)
    return FileResponse(PAGES / "unbuilt.html", 503, headers=REVALIDATED)
