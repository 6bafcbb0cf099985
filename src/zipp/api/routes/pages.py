"""The few pages that the API serves itself; they load nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

PAGES = Path(__file__).parent.parent / "pages"
STATIC = PAGES / "static"


def routes() -> list[BaseRoute]:
    return [
        Route("/", _page("index.html"), name="home"),
        Route("/setup", _page("setup.html"), name="setup"),
        Route("/api/docs", _page("docs.html"), name="docs"),
        Mount("/static", StaticFiles(directory=STATIC), name="static"),
    ]


def _page(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(_: Request) -> Response:
        return FileResponse(PAGES / name, headers={"Cache-Control": "no-cache"})

    return page
