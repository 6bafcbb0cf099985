"""Zipp's half: deploy over the API, the clock starting as the last byte is sent."""

from __future__ import annotations

import http.client
import json
import os
import time
from functools import cached_property
from pathlib import Path

from live import LivePlatform, until, zipped
from sources import Files
from visits import FIRST_ANSWER_SECONDS, POLL_SECONDS, NoAnswer, first_answer

HELD_BACK_SECONDS = 0.05  # long enough for the platform to have taken all but the last byte
CHUNK_BYTES = 256 * 1024
RETIRED_SECONDS = 20
UNDER_WAY = {"PENDING", "CLONING", "BUILDING"}


class Upload:
    """A ZIP on its way: everything but the last byte at first, so that only what follows it is measured."""

    def __init__(self, platform: LivePlatform, site: str) -> None:
        self._platform = platform
        self._connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=120)
        self._path = f"/api/deployments/zip?site={site}"
        self.route = ""  # where visitors were led before

    def begin(self, content_type: str, size: int) -> None:
        self._connection.putrequest("POST", self._path)
        for name, value in {
            "Authorization": f"Bearer {self._platform.token}",
            "Content-Type": content_type,
            "Content-Length": str(size),
        }.items():
            self._connection.putheader(name, value)
        self._connection.endheaders()

    def send(self, content: bytes) -> None:
        self._connection.send(content)

    @cached_property
    def deployment_id(self) -> str:
        answer = self._connection.getresponse()
        text = answer.read()
        self._connection.close()
        if answer.status != 202:
            raise RuntimeError(f"the upload was answered with {answer.status}: {text[:300]!r}")
        return str(json.loads(text)["id"])


class OnZipp:
    def __init__(self, platform: LivePlatform) -> None:
        self.platform = platform

    def timed_deploy(self, files: Files, site: str, mark: str) -> float:
        """Seconds from the last byte to the first 200 with `mark` in it, through nginx."""
        upload, began = self._sent(files, site)
        try:
            self._wait_for_route(site, upload)
            live = first_answer(self.platform.http_port, self.platform.host(site), mark)
        except NoAnswer as error:
            raise RuntimeError(f"{error}; {self._explain(upload.deployment_id)}") from error
        self.running(upload.deployment_id)
        return live - began

    def timed_until_running(self, files: Files, site: str) -> float:
        """Seconds from the last byte until the deployment is said to be RUNNING."""
        upload, began = self._sent(files, site)
        self._wait_for_route(site, upload)
        while self.platform.get(upload.deployment_id)["status"] in UNDER_WAY:
            time.sleep(POLL_SECONDS)
        took = time.perf_counter() - began
        self.running(upload.deployment_id)
        return took

    def _sent(self, files: Files, site: str) -> tuple[Upload, float]:
        """A source that is all there but its last byte, until the clock starts: and when that was."""
        content = zipped(files)
        upload = Upload(self.platform, site)
        upload.begin("application/zip", len(content))
        upload.send(content[:-1])
        time.sleep(HELD_BACK_SECONDS)
        upload.route = self._route(site)
        began = time.perf_counter()
        upload.send(content[-1:])
        return upload, began

    def _wait_for_route(self, site: str, upload: Upload) -> None:
        """Until nginx leads visitors to another version than before. By looking at its table: to ask the site or the
        API every few milliseconds would keep one of two processors from the build, and by hand nobody asks meanwhile.
        """
        deadline = time.perf_counter() + FIRST_ANSWER_SECONDS
        while (route := self._route(site)) == upload.route or "/pages/" in route:
            if time.perf_counter() > deadline:
                raise RuntimeError(f"no route to a new version; {self._explain(upload.deployment_id)}")
            time.sleep(POLL_SECONDS)

    def _route(self, site: str) -> str:
        """docs/decisions/0001-routes-are-symlinks.md"""
        link = self.platform.data_dir / "nginx" / "routes" / self.platform.host(site)
        return os.readlink(link) if link.is_symlink() else ""

    def accepted(self, files: Files, site: str) -> str:
        """The id of a deployment that has only just begun."""
        return str(self.platform.upload(zipped(files), site)["id"])

    def deploy(self, files: Files, site: str) -> str:
        return self.running(self.accepted(files, site))

    def running(self, deployment_id: str) -> str:
        deployment = self.platform.ended(deployment_id)
        if deployment["status"] != "RUNNING":
            raise RuntimeError(self._explain(deployment_id))
        return deployment_id

    def upload_file(self, archive: Path, site: str) -> str:
        """As the command line sends it: the raw archive, read piece by piece."""
        upload = Upload(self.platform, site)
        upload.begin("application/zip", archive.stat().st_size)
        self._send_file(upload, archive)
        return upload.deployment_id

    def upload_form(self, archive: Path, site: str) -> str:
        """As a browser sends it: a form with the file in it."""
        boundary = "zipp-bench-boundary"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="big.zip"\r\n'
            "Content-Type: application/zip\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        upload = Upload(self.platform, site)
        size = len(head) + archive.stat().st_size + len(tail)
        upload.begin(f"multipart/form-data; boundary={boundary}", size)
        upload.send(head)
        self._send_file(upload, archive)
        upload.send(tail)
        return upload.deployment_id

    @staticmethod
    def _send_file(upload: Upload, archive: Path) -> None:
        with archive.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                upload.send(chunk)

    def only_live_container(self, site: str) -> None:
        """Wait until every older version's container is gone: its end must not fall into somebody else's time."""
        until(lambda: self._containers_of(site) <= 1, seconds=RETIRED_SECONDS, what=f"one container of {site}")

    def _containers_of(self, site: str) -> int:
        filters = ("--filter", f"label=zipp.instance={self.platform.instance}", "--filter", f"label=zipp.site={site}")
        return len(self.platform.docker("ps", "-aq", *filters).split())

    def forget(self, site: str) -> None:
        answer = self.platform.api.delete(f"/api/sites/{site}")
        if answer.status_code not in (204, 404):
            raise RuntimeError(f"deleting {site} was answered with {answer.status_code}: {answer.text[:300]}")

    def timed_rollback(self, site: str, deployment_id: str, mark: str) -> float:
        """Seconds from the request to the first 200 with `mark` in it after it was answered."""
        began = time.perf_counter()
        answer = self.platform.api.post(f"/api/sites/{site}/rollback", json={"deployment_id": deployment_id})
        if answer.status_code != 200:
            raise RuntimeError(f"the rollback was answered with {answer.status_code}: {answer.text[:300]}")
        return first_answer(self.platform.http_port, self.platform.host(site), mark) - began

    def _explain(self, deployment_id: str) -> str:
        deployment = self.platform.get(deployment_id)
        log = self.platform.log_text(deployment_id)[-2000:]
        return f"the deployment is {deployment['status']}: {deployment['error']}\n{log}"
