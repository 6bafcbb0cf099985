"""The proxy as a real nginx that Zipp owns: its own prefix, its own configuration, no root needed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from zipp.domain.errors import Unavailable
from zipp.domain.route import Target
from zipp.proxy import pages
from zipp.proxy.account import check_readable, group_of, worker_account
from zipp.proxy.config import Config, listen_address, render
from zipp.proxy.internal import Internal, unreachable
from zipp.proxy.layout import Layout
from zipp.proxy.logs import ACCESS_BYTES, ERROR_BYTES, set_aside
from zipp.proxy.port import check_port
from zipp.proxy.process import NginxProcess
from zipp.proxy.table import RouteTable, check_host
from zipp.settings import Settings

_IN_FORCE_SECONDS = 10
_POLL_SECONDS = 0.01


class Nginx:
    """Keeps the promises of proxy.Proxy. It runs on when the platform ends or is killed, and is found again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._at = Layout.of(settings)
        self._process = NginxProcess(settings.nginx_binary, self._at)
        self._internal = Internal(self._at)
        self._table = RouteTable(self._at)
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        async with self._one_at_a_time:
            account = worker_account(self._settings)
            self._at.make(workers_group=None if account is None else group_of(account))
            if account is not None:
                check_readable(self._at.prefix, account)
            self._write_pages()
            new = render(self._settings, self._at, account=account)
            await self._test(new.text)
            await self._bring_into_force(new)

    async def stop(self) -> None:
        async with self._one_at_a_time:
            await self._process.stop()

    async def ping(self) -> None:
        if await self._internal.digest() is None:
            raise unreachable()

    async def sync(self, routes: Mapping[str, Target]) -> None:
        self._table.sync(routes)

    async def switch(self, host: str, target: Target) -> None:
        self._table.switch(host, target)

    async def remove(self, host: str) -> None:
        self._table.remove(host)

    async def routes(self) -> Mapping[str, Target]:
        return self._table.read()

    async def rotate_logs(self) -> None:
        set_aside(self._at.access_log, most_bytes=ACCESS_BYTES)
        set_aside(self._at.error_log, most_bytes=ERROR_BYTES)
        # Looked for, because a crash may have come in between: nginx makes them anew.
        if not (self._at.access_log.exists() and self._at.error_log.exists()):
            self._process.reopen_logs()

    async def probe(self, target: Target, *, host: str, path: str = "/", timeout_seconds: float = 5) -> int:
        port = "" if self._settings.http_port == 80 else f":{self._settings.http_port}"
        with self._table.checking(target) as check_id:
            return await self._internal.status(
                check_id, host=f"{check_host(host)}{port}", path=path, timeout_seconds=timeout_seconds
            )

    def _write_pages(self) -> None:
        for name, text in pages.files():
            file = self._at.pages / name
            file.parent.mkdir(exist_ok=True)
            file.parent.chmod(0o755)
            _replace(file, text)

    async def _test(self, text: str) -> None:
        candidate = self._at.conf.with_name("nginx.conf.new")
        candidate.write_text(text, encoding="utf-8")
        try:
            await self._process.test(candidate)
        except Unavailable:
            if self._process.master() is None:
                check_port(self._settings)  # says more plainly what nginx may have complained about
            raise
        finally:
            candidate.unlink(missing_ok=True)

    async def _bring_into_force(self, new: Config) -> None:
        """What serves now, serves on when this fails."""
        running = self._process.master() is not None
        if running and await self._internal.digest() == new.digest:
            return
        before = self._at.conf.read_text(encoding="utf-8") if self._at.conf.exists() else None
        retiring = self._process.workers() if running else set()
        try:
            await self._install(new.text, running=running, before=before)
            if not await self._in_force(new.digest, retiring):
                raise Unavailable(
                    "nginx did not take its new configuration.",
                    code="proxy_config_invalid",
                    hint=f"Its reason is at the end of {self._at.logs.name}/error.log in its folder.",
                )
        except Unavailable:
            await self._take_back(before, running=running)
            raise

    async def _install(self, text: str, *, running: bool, before: str | None) -> None:
        address = f"listen {listen_address(self._settings)} default_server"
        if running and before is not None and address in before and self._at.socket.exists():
            _replace(self._at.conf, text)
            self._process.reload()
            return
        if not running:
            await self._process.end_orphans()
        elif before is None or f":{self._settings.http_port} default_server" in before:
            await self._process.stop()  # the same port at another address can't be opened while it is open
        check_port(self._settings)
        await self._process.stop()
        self._at.socket.unlink(missing_ok=True)  # left by an nginx that was killed
        _replace(self._at.conf, text)
        await self._process.launch()

    async def _take_back(self, before: str | None, *, running: bool) -> None:
        if before is None:
            self._at.conf.unlink(missing_ok=True)
            return
        _replace(self._at.conf, before)
        if running and self._process.master() is None:
            await self._process.launch()

    async def _in_force(self, digest: str, retiring: set[int]) -> bool:
        """A new worker answers, and no old one accepts connections any more: for a while, both do."""
        deadline = asyncio.get_running_loop().time() + _IN_FORCE_SECONDS
        while await self._internal.digest() != digest or retiring & self._process.workers():
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True


def _replace(file: Path, text: str) -> None:
    """Atomic."""
    new = file.with_name(f"{file.name}.next")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o644)
    new.replace(file)
