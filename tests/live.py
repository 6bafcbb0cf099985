"""A real platform of a test's own: `zipp serve` as a process, real engine, real nginx, real ports on loopback."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

REPOSITORY = Path(__file__).resolve().parents[1]
EXAMPLES = REPOSITORY / "examples"
ADMIN = ("admin@example.com", "correct horse battery")
ENDED = {"RUNNING", "FAILED", "STOPPED"}


BLOCK = 50
_blocks = itertools.count(secrets.randbelow(100))


def port_block() -> int:
    """The first of `BLOCK` ports that no other platform of this run has, unless they are 120 apart.

    Tests side by side start and end containers all the time: on shared ports each would sometimes find one taken.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 2
    return 20_000 + 6_000 * worker + BLOCK * (next(_blocks) % 120)


def free_port() -> int:
    """A free port below the ephemeral range, so that no outgoing connection takes it meanwhile."""
    while True:
        port = 12_000 + secrets.randbelow(2_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """The same files give the same archive, as with `zipp deploy`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def node_app(code: str, **scripts: str) -> bytes:
    """A Node project without dependencies whose server is `code`."""
    package = {"name": "test", "scripts": {"start": "node server.js", **scripts}}
    return zipped({"package.json": json.dumps(package), "server.js": code})


def answering(text: str) -> bytes:
    """A Node server that answers `text` to everything."""
    return node_app(f"require('http').createServer((q,r)=>r.end({json.dumps(text)})).listen(process.env.PORT)")


def zipped_folder(folder: Path) -> bytes:
    return zipped(
        {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "node_modules" not in path.parts
        }
    )


def until(condition: Callable[[], Any], *, seconds: float = 60, what: str = "") -> Any:
    """Poll until `condition` gives something true, and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what or condition}")


class LivePlatform:
    def __init__(self, **settings: str) -> None:
        self.data_dir = Path(tempfile.mkdtemp(prefix="zipp-test-", dir="/tmp"))
        self.data_dir.chmod(0o755)  # nginx's workers are another account
        self.instance = f"t-{secrets.token_hex(3)}"
        self.port, self.http_port = free_port(), free_port()
        range_start = port_block()
        self.env = {
            **os.environ,
            "ZIPP_DATA_DIR": str(self.data_dir),
            "ZIPP_INSTANCE": self.instance,
            "ZIPP_PORT": str(self.port),
            "ZIPP_HTTP_PORT": str(self.http_port),
            "ZIPP_HTTP_HOST": "127.0.0.1",
            "ZIPP_PORT_RANGE_START": str(range_start),
            "ZIPP_PORT_RANGE_END": str(range_start + BLOCK - 1),
            "ZIPP_ADMIN_EMAIL": ADMIN[0],
            "ZIPP_ADMIN_PASSWORD": ADMIN[1],
            "ZIPP_SIGNUP": "open",
            "ZIPP_LOGIN_ATTEMPTS_PER_MINUTE": "1000",
            "ZIPP_API_REQUESTS_PER_MINUTE": "100000",
            "ZIPP_START_TIMEOUT_SECONDS": "20",
            "ZIPP_DRAIN_TIMEOUT_SECONDS": "5",
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.log = self.data_dir / "test-platform.log"
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = httpx.Client(base_url=self.url, timeout=60)
        self.token = ""

    # the process ---------------------------------------------------------------------------------------------------
    def start(self) -> LivePlatform:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "zipp", "serve"], env=self.env, stdout=out, stderr=out, start_new_session=True
            )
        until(self._ready, seconds=60, what="the platform's readiness")
        if not self.token:
            self.token = self.login(*ADMIN) if "ZIPP_ADMIN_EMAIL" in self.env else self.operator_token()
            self.api.headers["Authorization"] = f"Bearer {self.token}"
        return self

    def _ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the platform ended:\n{self.log.read_text()[-4000:]}")
        try:
            return self.api.get("/api/health/ready").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """kill -9: no chance to tidy up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)

    def close(self) -> None:
        """Leave nothing: process, nginx, containers, networks, images, files."""
        try:
            self.stop()
        finally:
            self.api.close()
            # In a thread: a test that drives a browser has an event loop in its own.
            with ThreadPoolExecutor(1) as pool:
                pool.submit(lambda: asyncio.run(self._teardown())).result()
            shutil.rmtree(self.data_dir, ignore_errors=True)

    async def _teardown(self) -> None:
        from zipp.proxy.nginx import Nginx
        from zipp.runtime.docker import DockerRuntime
        from zipp.settings import Settings

        prefixed = {key[5:].lower(): value for key, value in self.env.items() if key.startswith("ZIPP_")}
        settings = Settings(**prefixed)
        await Nginx(settings).stop()
        runtime = DockerRuntime(settings)
        await runtime.teardown()
        await runtime.close()
        images = self.docker("images", "-q", "--filter", f"label=zipp.instance={self.instance}").split()
        if images:
            self.docker("rmi", "-f", *set(images))

    def operator_token(self) -> str:
        """This machine's own: a new one with each start."""
        return str(json.loads((self.data_dir / "operator.json").read_text())["token"])

    # people --------------------------------------------------------------------------------------------------------
    def login(self, email: str, password: str) -> str:
        answer = self.api.post("/api/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def newcomer(self, email: str) -> dict[str, str]:
        """Headers of a new member."""
        answer = httpx.post(
            f"{self.url}/api/auth/signup", json={"email": email, "password": "a long enough one"}, timeout=30
        )
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    # deployments ---------------------------------------------------------------------------------------------------
    def upload(self, content: bytes, site: str, **kwargs: Any) -> dict[str, Any]:
        answer = self.api.post(
            "/api/deployments/zip",
            params={"site": site},
            content=content,
            headers={"Content-Type": "application/zip", **kwargs.pop("headers", {})},
            **kwargs,
        )
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    def get(self, deployment_id: str) -> dict[str, Any]:
        answer = self.api.get(f"/api/deployments/{deployment_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ended(self, deployment_id: str, *, seconds: float = 240) -> dict[str, Any]:
        """The deployment once it is RUNNING, FAILED or STOPPED."""

        def look() -> dict[str, Any] | None:
            deployment = self.get(deployment_id)
            return deployment if deployment["status"] in ENDED else None

        return dict(until(look, seconds=seconds, what=f"the end of {deployment_id}"))

    def deploy(self, content: bytes, site: str, *, expect: str = "RUNNING") -> dict[str, Any]:
        deployment = self.ended(self.upload(content, site)["id"])
        assert deployment["status"] == expect, f"{deployment['error']}\n{self.log_text(deployment['id'])}"
        return deployment

    def lines(self, deployment_id: str, **params: Any) -> list[dict[str, Any]]:
        answer = self.api.get(f"/api/deployments/{deployment_id}/logs", params=params)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["lines"])

    def log_text(self, deployment_id: str) -> str:
        return "\n".join(f"{line['stage']:8} {line['text']}" for line in self.lines(deployment_id, limit=1000))

    def site(self, name: str) -> dict[str, Any]:
        return dict(self.api.get(f"/api/sites/{name}").json())

    # visitors ------------------------------------------------------------------------------------------------------
    def host(self, site: str) -> str:
        return f"{site}.zipp.localhost"

    def visit(self, site: str, path: str = "/", **kwargs: Any) -> httpx.Response:
        """A request to the site through Zipp's nginx."""
        headers = {"Host": self.host(site), **kwargs.pop("headers", {})}
        return httpx.request(
            kwargs.pop("method", "GET"),
            f"http://127.0.0.1:{self.http_port}{path}",
            headers=headers,
            timeout=30,
            **kwargs,
        )

    # the engine ----------------------------------------------------------------------------------------------------
    def docker(self, *arguments: str) -> str:
        return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout

    def containers(self) -> dict[str, str]:
        """Deployment id -> container id, in any state."""
        ours = f"label=zipp.instance={self.instance}"
        rows = self.docker("ps", "-a", "--filter", ours, "--format", '{{.Label "zipp.deployment"}} {{.ID}}')
        return dict(row.split() for row in rows.splitlines() if row.strip() and len(row.split()) == 2)

    def sites_in_containers(self) -> set[str]:
        filters = ("--filter", f"label=zipp.instance={self.instance}")
        return set(self.docker("ps", *filters, "--format", '{{.Label "zipp.site"}}').split())

    def images(self, deployment_id: str) -> list[str]:
        """The tags that hold what was built for a deployment."""
        tags = self.docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference={self.instance}/*")
        return [tag for tag in tags.split() if deployment_id in tag]

    def image_size(self, site: str) -> float | None:
        """In bytes, of the live deployment's image; None where it has none."""
        images = self.images(self.site(site)["live_deployment"])
        return float(self.docker("image", "inspect", "--format", "{{.Size}}", images[0])) if images else None

    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def inspect(self, deployment_id: str) -> dict[str, Any]:
        return dict(json.loads(self.docker("inspect", self.containers()[deployment_id]))[0])


def running_platform(**settings: str) -> Iterator[LivePlatform]:
    """For fixtures: a started platform, removed with all that it made."""
    platform = LivePlatform(**settings)
    try:
        yield platform.start()
    finally:
        platform.close()
