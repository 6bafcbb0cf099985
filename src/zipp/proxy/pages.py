"""The pages that nginx shows where a site can't answer, each as self-contained HTML and as problem+json (RFC 9457)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from zipp.domain.route import Page
from zipp.proxy.templates import TEMPLATES, source


@dataclass(frozen=True, slots=True)
class PageText:
    """`name` is its folder under pages/ and, where it is one, the domain's Page; `code` is for scripts, and stable."""

    name: str
    status: int
    code: str
    title: str
    text: str
    hint: str
    tone: Literal["plain", "busy", "broken"] = "plain"
    refresh_seconds: int | None = None

    @property
    def label(self) -> str:
        return str(self.status)


# 503 for a site that can't answer now, whatever the reason: crawlers then keep what they know of it.
PAGES = (
    PageText(
        name=Page.STARTING,
        status=503,
        code="site_starting",
        title="This site is starting",
        text="It will be here in a moment. This page looks for it by itself.",
        hint="Is it yours, and it stays like this? Its deployment's log tells what it waits for.",
        tone="busy",
        refresh_seconds=2,
    ),
    PageText(
        name=Page.STOPPED,
        status=503,
        code="site_stopped",
        title="This site is stopped",
        text="Its owner has switched it off.",
        hint="Is it yours? Deploy it again, or roll it back to an earlier deployment.",
    ),
    PageText(
        name=Page.FAILED,
        status=503,
        code="site_failed",
        title="This site could not be started",
        text="There is no version of it that works.",
        hint="Is it yours? Its deployment says what went wrong, and what to do next.",
        tone="broken",
    ),
    PageText(
        name="failing",
        status=502,
        code="site_not_answering",
        title="This site is not answering",
        text="It was asked, and the application behind it gave no answer.",
        hint="Try again in a moment. Is it yours? Its runtime log tells what happened.",
        tone="broken",
    ),
    PageText(
        name="unknown",
        status=404,
        code="site_unknown",
        title="There is no site here",
        text="No site answers at this address.",
        hint="Check the spelling. Is it yours? Deploy it, or add this domain to it.",
    ),
    PageText(
        name="missing",
        status=404,
        code="page_missing",
        title="This page does not exist",
        text="The site is here, but it has nothing at this path.",
        hint="Is it yours? A 404.html in its folder is shown in place of this page.",
    ),
    PageText(
        name="too-large",
        status=413,
        code="body_too_large",
        title="That is too much at once",
        text="The request is larger than what may be sent to this address.",
        hint="Send less. Is the platform yours? ZIPP_SITE_MAX_BODY_BYTES sets the limit for sites.",
    ),
)

STYLE = source("page.css")


def policy() -> str:
    """The pages' Content-Security-Policy: their own style, known by its hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    rules = ("default-src 'none'", f"style-src 'sha256-{digest}'", "img-src data:")
    return "; ".join((*rules, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"))


def files() -> Iterator[tuple[str, str]]:
    """Every file under pages/: its relative path and its text."""
    for page in PAGES:
        yield f"{page.name}/index.html", TEMPLATES.get_template("page.html.j2").render(page=page, style=STYLE)
        yield f"{page.name}/index.json", _problem(page)


def _problem(page: PageText) -> str:
    problem = {"type": "about:blank", "title": page.title, "status": page.status, "detail": page.text}
    return json.dumps({**problem, "code": page.code, "hint": page.hint}) + "\n"
