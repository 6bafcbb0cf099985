"""One project on a real platform: uploaded, followed to its end, visited through nginx, and deleted."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from entries import Entry
from judging import Outcome
from live import ENDED, LivePlatform

from zipp.domain.names import derive_site_name

LOOK_SECONDS = 0.2
VISIT_SECONDS = 30
BODY_LENGTH = 2_000_000


class PlatformBroke(Exception):
    """The platform itself failed, whatever the project is like."""


class Trial:
    """`number` makes the site's name one of its own."""

    def __init__(self, platform: LivePlatform, entry: Entry, number: int) -> None:
        self._platform = platform
        self._entry = entry
        self.site = f"{derive_site_name(entry.id)[:35].rstrip('-')}-{number}"
        self.log = ""

    def run(self, archive: Path, *, timeout_seconds: float) -> Outcome:
        """Raises PlatformBroke. Nothing of the project is left behind."""
        try:
            return self._run(archive, timeout_seconds)
        except httpx.TransportError as error:
            raise PlatformBroke(f"The platform does not answer: {error!r}") from error
        finally:
            self._delete()

    def _run(self, archive: Path, timeout_seconds: float) -> Outcome:
        began = time.monotonic()
        answer = self._upload(archive)
        if answer.status_code != 202:
            return _refused(answer)
        deployment = self._ended(answer.json()["id"], began + timeout_seconds)
        outcome = _outcome(deployment, time.monotonic() - began)
        self.log = self._whole_log(deployment["id"])
        return self._visited(outcome) if outcome.status == "RUNNING" else outcome

    def _upload(self, archive: Path) -> httpx.Response:
        with archive.open("rb") as content:
            return self._platform.api.post(
                "/api/deployments/zip",
                params={"site": self.site},
                content=content,
                headers={"Content-Type": "application/zip", "Content-Length": str(archive.stat().st_size)},
            )

    def _ended(self, deployment_id: str, deadline: float) -> dict[str, Any]:
        """As it ended, or as it was when its time was over."""
        while (deployment := self._get(deployment_id))["status"] not in ENDED and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        return deployment

    def _get(self, deployment_id: str) -> dict[str, Any]:
        answer = self._platform.api.get(f"/api/deployments/{deployment_id}")
        if answer.status_code != 200:
            raise PlatformBroke(f"The platform answers {answer.status_code} for a deployment: {answer.text[:200]}")
        return dict(answer.json())

    def _visited(self, outcome: Outcome) -> Outcome:
        url = f"http://127.0.0.1:{self._platform.http_port}{self._entry.path}"
        headers = {"Host": f"{self._platform.host(self.site)}:{self._platform.http_port}"}
        try:
            answer = httpx.get(url, headers=headers, timeout=VISIT_SECONDS)
        except httpx.HTTPError as error:
            return replace(outcome, answer=f"no answer: {error!r}")
        return replace(outcome, answer_status=answer.status_code, answer=answer.text[:BODY_LENGTH])

    def _whole_log(self, deployment_id: str) -> str:
        lines: list[str] = []
        after = 0
        while True:
            answer = self._platform.api.get(
                f"/api/deployments/{deployment_id}/logs", params={"after": after, "limit": 1000}
            )
            page = answer.json() if answer.status_code == 200 else {"lines": []}
            if not page["lines"]:
                return "\n".join([*lines, ""])
            lines += [f"{line['stage']:8} {line['text']}" for line in page["lines"]]
            after = page["next"]

    def _delete(self) -> None:
        """The next one needs the memory and the disk."""
        try:
            self._platform.api.delete(f"/api/sites/{self.site}")
        except httpx.TransportError:
            return


def _refused(answer: httpx.Response) -> Outcome:
    if answer.status_code >= 500:
        raise PlatformBroke(f"The platform answers {answer.status_code} to an upload: {answer.text[:200]}")
    problem = answer.json()
    return Outcome(
        status="REFUSED",
        code=problem.get("code") or "",
        message=problem.get("detail") or "",
        hint=problem.get("hint") or "",
    )


def _outcome(deployment: dict[str, Any], seconds: float) -> Outcome:
    plan = deployment["plan"]
    shown = f"{plan['framework']}: {plan['summary']}" if plan else ""
    outcome = Outcome(status=deployment["status"], plan=shown, seconds=seconds)
    if error := deployment["error"]:
        return replace(outcome, **{name: error[name] or "" for name in ("code", "message", "hint")})
    if deployment["status"] not in ENDED:
        said = f"It was still {deployment['status']} after {seconds:.0f} seconds."
        return replace(outcome, code="not_ended", message=said)
    return outcome
