"""The API held to its own description: generated requests, good and bad, to every call (schemathesis).

The platform behind it accepts and lets nothing run (apistand.py): fuzzing is about what goes in and comes out, and made
up Git URLs must not be fetched.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import apistand
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from zipp.api.app import openapi

# Without the stream that never ends: its answers are in tests/unit/api/test_events.py.
schema = schemathesis.openapi.from_dict(openapi()).exclude(path="/api/events")
few = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@schemathesis.serializer("application/zip")
def as_it_is(ctx: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@dataclass
class Target:
    url: str

    def headers_for(self, case: Any) -> dict[str, str]:
        """A session for all calls; signing out needs one of its own."""
        return self.sign_in() if case.path == "/api/auth/logout" else self.headers

    @cached_property
    def headers(self) -> dict[str, str]:
        return self.sign_in()

    def sign_in(self) -> dict[str, str]:
        account = {"email": "admin@example.com", "password": apistand.PASSWORD}
        session = httpx.post(f"{self.url}/api/auth/login", json=account, trust_env=False).json()
        return {"Authorization": f"Bearer {session['token']}"}

    @cached_property
    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=self.headers, trust_env=False)

    @cached_property
    def lasting(self) -> dict[str, str]:
        return self.make("lasting")

    def make(self, site: str) -> dict[str, str]:
        """Values of path parameters that name something."""
        body = {"url": "https://git.example.com/fuzz.git", "site": site}
        deployment = self.client.post("/api/deployments/git", json=body).json()
        token = self.client.post("/api/auth/tokens", json={"name": site}).json()
        invite = self.client.post("/api/users/invites", json={}).json()
        account = {"email": f"{invite['id']}@example.com", "password": apistand.PASSWORD}
        member = httpx.post(f"{self.url}/api/auth/signup", json=account, trust_env=False).json()["user"]
        return {
            "deployment_id": deployment["id"],
            "name": site,
            "token_id": token["id"],
            "invite_id": invite["id"],
            "uid": member["uid"],
        }


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("fuzz")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, apistand.__file__, str(folder), str(port)])
    made = Target(f"http://127.0.0.1:{port}")
    try:
        _wait_for(server, made.url)
        yield made
        made.client.close()
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder)


# Whether good data is taken can't be told from the description alone: a password may be too weak, a name reserved.
@schema.parametrize()
@few
def test_every_call_keeps_to_its_description(case: Any, target: Target) -> None:
    case.call_and_validate(
        base_url=target.url, headers=target.headers_for(case), excluded_checks=[positive_data_acceptance]
    )


@schema.include(path_regex=r"\{").parametrize()
@few
def test_calls_on_what_exists_keep_to_their_description(case: Any, target: Target) -> None:
    existing = target.make("short-lived") if case.method == "DELETE" else target.lasting
    case.path_parameters = {name: existing[name] for name in case.path_parameters}
    case.call_and_validate(
        base_url=target.url,
        headers=target.headers,
        excluded_checks=[positive_data_acceptance, negative_data_rejection],
    )


def _wait_for(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx.get(f"{url}/api/health/live", trust_env=False)
            return
        except httpx.TransportError:
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
