"""What happens to sites and deployments, told to everybody who follows and may see it.

Each change is read and put into words once, however many follow. Changes of one thing within a moment are one event.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import ExitStack, aclosing, contextmanager

import structlog
from pydantic_core import to_json

from zipp.api.owned import show_deployments, show_sites
from zipp.api.stream import LogLines, Stream, event
from zipp.domain.errors import ZippError
from zipp.domain.user import User
from zipp.identity.identity import Principal
from zipp.identity.permissions import Owned, may_see, scope
from zipp.records.records import Change
from zipp.wiring import Platform

TOGETHER_SECONDS = 0.05
TRAFFIC_SECONDS = 15.0
MOST_WAITING = 200  # events that a slow client may be behind; or changes that are told one by one

logger = structlog.get_logger()


class Subscription:
    """What waits for one client. It begins with `ready`; so does a client that was too slow, which asks anew for all
    that it shows."""

    def __init__(self, user: User, wake: asyncio.Event) -> None:
        self._user = user
        self._wake = wake
        self._waiting: deque[bytes] = deque()
        self._is_ready = False
        wake.set()

    def give(self, resource: Owned, piece: bytes) -> None:
        """Nothing is lost when it is not told that it is ready: it will ask for everything after that."""
        if not self._is_ready or not may_see(self._user, resource):
            return
        if len(self._waiting) >= MOST_WAITING:
            self.start_again()
            return
        self._waiting.append(piece)
        self._wake.set()

    def start_again(self) -> None:
        self._waiting.clear()
        self._is_ready = False
        self._wake.set()

    def belongs_to(self, user: User) -> None:
        """The same person, who may have been made an admin or be none any more."""
        if scope(user) != scope(self._user):
            self.start_again()
        self._user = user

    def take(self) -> Iterator[bytes]:
        if not self._is_ready:
            self._is_ready = True
            yield event("ready", "{}")
        while self._waiting:
            yield self._waiting.popleft()


class Live:
    """Listens to the records; while nobody follows, it does nothing."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._subscriptions: set[Subscription] = set()
        self._pending: dict[tuple[str, str | None], Change] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._platform.records.changed.append(self.record_changed)
        self._tasks = [
            asyncio.create_task(self._tell_changes(), name="live events"),
            asyncio.create_task(self._tell_traffic(), name="live traffic"),
        ]

    async def close(self) -> None:
        self._platform.records.changed.remove(self.record_changed)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextmanager
    def subscribed(self, user: User, wake: asyncio.Event) -> Iterator[Subscription]:
        subscription = Subscription(user, wake)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def record_changed(self, change: Change) -> None:
        if self._subscriptions:
            self._pending[change.site, change.deployment] = change
            self._wake.set()

    # ---------------------------------------------------------------------------------------------------------------
    async def _tell_changes(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(TOGETHER_SECONDS)
            self._wake.clear()
            changes, self._pending = list(self._pending.values()), {}
            try:
                await self._tell(changes)
            except Exception as error:  # whatever goes wrong with one change must not end everybody's news
                logger.error("changes_not_told", exc_info=error)
                self._start_all_again()

    async def _tell(self, changes: Collection[Change]) -> None:
        if len(changes) > MOST_WAITING:
            self._start_all_again()
            return
        async for resource, piece in self._in_words(changes):
            for subscription in self._subscriptions:
                subscription.give(resource, piece)

    def _start_all_again(self) -> None:
        for subscription in self._subscriptions:
            subscription.start_again()

    async def _in_words(self, changes: Collection[Change]) -> AsyncIterator[tuple[Owned, bytes]]:
        """As the records are now. What is gone meanwhile is passed over: that it is gone will be told."""
        for change in changes:
            if change.gone and change.deployment is not None:
                yield change, _event("deployment_deleted", {"id": change.deployment, "site": change.site})
            elif change.gone:
                yield change, _event("site_deleted", {"name": change.site})
        records, there = self._platform.records, [change for change in changes if not change.gone]
        ids = [change.deployment for change in there if change.deployment is not None]
        found = await asyncio.gather(*map(records.get_deployment, ids))
        deployments = [deployment for deployment in found if deployment is not None]
        for deployment, shown in zip(deployments, await show_deployments(self._platform, deployments), strict=True):
            yield deployment, event("deployment", shown.model_dump_json())
        sites = await records.find_sites(names=[change.site for change in there if change.deployment is None])
        for site, shown_site in zip(sites, await show_sites(self._platform, sites), strict=True):
            yield site, event("site", shown_site.model_dump_json())

    async def _tell_traffic(self) -> None:
        """Sites that are visited are told again from time to time, with their new numbers."""
        while True:
            await asyncio.sleep(TRAFFIC_SECONDS)
            hosts = self._platform.access.take_busy()
            if not self._subscriptions or not hosts:
                continue
            suffix = f".{self._platform.settings.base_domain}"
            try:
                sites = await self._platform.records.find_sites(
                    names=[host.removesuffix(suffix) for host in hosts if host.endswith(suffix)],
                    domains=[host for host in hosts if not host.endswith(suffix)],
                )
            except ZippError as error:
                logger.warning("traffic_not_told", code=error.code)
                continue
            for site in sites:
                self.record_changed(Change(site.name, site.owner))


class LiveStream(Stream):
    """All that a page shows, over the one connection that a tab has; with `lines`, a deployment's log too."""

    def __init__(
        self, live: Live, user: User, lines: LogLines | None, recheck: Callable[[], Awaitable[Principal]]
    ) -> None:
        async def recognize() -> None:
            self._subscription.belongs_to((await recheck()).user)

        super().__init__(recognize)
        self._live = live
        self._lines = lines
        self._subscription = Subscription(user, self._wake)
        self._user = user

    @contextmanager
    def _sources(self) -> Iterator[None]:
        with ExitStack() as stack:
            self._subscription = stack.enter_context(self._live.subscribed(self._user, self._wake))
            if self._lines is not None:
                stack.enter_context(self._lines.follow(self._wake))
            yield

    async def _news(self) -> AsyncGenerator[bytes, None]:
        for piece in self._subscription.take():
            yield piece
        if self._lines is None:
            return
        record = await self._lines.record()
        async with aclosing(self._lines.news()) as lines:
            async for piece in lines:
                yield piece
                for other in self._subscription.take():  # a long log must not hold them up
                    yield other
        if self._lines.are_complete(record):
            self._lines = None
            yield event("log_end", "{}")


def _event(name: str, data: dict[str, str]) -> bytes:
    return event(name, to_json(data).decode())
