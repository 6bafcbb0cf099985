"""One connection pool to the Docker engine. Vendor errors end here: nothing above sees aiodocker's or aiohttp's."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiodocker
import aiohttp

from zipp.domain.errors import Unavailable

DEFAULT_SOCKET = "unix:///var/run/docker.sock"
CALL_SECONDS = 60.0
CONNECT_SECONDS = 10.0
_CONNECTION_FAILED = 900  # the status that aiodocker makes up when it can't connect


class EngineRefusal(Unavailable):
    """The engine answered with an error; `status` is HTTP's (0 inside a stream), `detail` its errorDetail object."""

    default_code = "engine_error"

    def __init__(self, message: str, *, status: int, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"Docker refused: {message}", hint="Run `zipp doctor`.")
        self.status = status
        self.reason = message
        self.detail = detail or {}


class Engine:
    """Connects at the first call, with the newest API version that the engine speaks (1.41 or later)."""

    def __init__(self, docker_host: str | None = None) -> None:
        # DOCKER_HOST is Docker's own variable, so that Zipp talks to the engine that `docker` on this machine does.
        self.host = docker_host or os.environ.get("DOCKER_HOST") or DEFAULT_SOCKET
        self._docker: aiodocker.Docker | None = None

    @property
    def is_local(self) -> bool:
        """Whether the engine may share this machine's files and process ids."""
        return self.host.startswith("unix://")

    @asynccontextmanager
    async def call(self, seconds: float = CALL_SECONDS) -> AsyncIterator[aiodocker.Docker]:
        """The client for calls that take at most `seconds` together.

        Raises Unavailable `engine_unreachable`, or EngineRefusal with the engine's status.
        """
        async with self._translated():
            async with asyncio.timeout(seconds):
                yield self._client()

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str],
        data: AsyncIterator[bytes] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A call whose body or answer has no end that could be known beforehand: no timeout but for connecting."""
        async with self._translated():
            docker = self._client()
            if docker.api_version == "auto":  # a first versioned call finds the version out
                async with asyncio.timeout(CALL_SECONDS):
                    await docker.containers.list(limit=1)
            url = f"{docker.docker_host}/{docker.api_version}/{path}"
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
            async with docker.session.request(
                method, url, params=params, data=data, headers=headers, timeout=timeout
            ) as response:
                if response.status >= 400:
                    raise EngineRefusal(await _message(response), status=response.status)
                yield response

    async def post(self, path: str, body: Mapping[str, Any]) -> None:
        """A call that the client library has no name for."""
        headers = {"Content-Type": "application/json"}
        async with (
            self._translated(),
            asyncio.timeout(CALL_SECONDS),
            self.stream("POST", path, params={}, data=json.dumps(body).encode(), headers=headers),
        ):
            pass

    async def close(self) -> None:
        if self._docker is not None:
            docker, self._docker = self._docker, None
            await docker.close()

    def _client(self) -> aiodocker.Docker:
        if self._docker is None:
            try:
                timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
                self._docker = aiodocker.Docker(self.host, timeout=timeout)
            except (ValueError, TypeError) as error:
                raise self._unreachable("the address has no usable scheme") from error
        return self._docker

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except aiodocker.DockerError as error:
            if error.status == _CONNECTION_FAILED:
                raise self._unreachable("nothing answers there") from error
            raise EngineRefusal(error.message, status=error.status) from error
        except TimeoutError as error:
            raise self._unreachable("it did not answer in time") from error
        except aiohttp.ClientError as error:
            raise self._unreachable("the connection broke") from error

    def _unreachable(self, why: str) -> Unavailable:
        return Unavailable(
            f"The Docker engine can't be reached: {why}.",
            code="engine_unreachable",
            hint="Start Docker, or set ZIPP_DOCKER_HOST to its address; `zipp doctor` says more.",
        )


async def _message(response: aiohttp.ClientResponse) -> str:
    try:
        answer = await response.json(content_type=None)
    except ValueError:
        return f"status {response.status}"
    return str(answer.get("message", "")) if isinstance(answer, dict) else f"status {response.status}"
