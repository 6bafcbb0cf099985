"""A deployment as it happens: its log and its states, over connections that may break."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from zipp.cli.answers import UNDER_WAY, Deployment, Line
from zipp.cli.client import Client
from zipp.cli.events import events
from zipp.domain.errors import Unavailable

RECONNECT_SECONDS = 1.0
GIVE_UP_SECONDS = 60.0


def follow(client: Client, deployment_id: str, *, on_line: Callable[[Line], object], to_the_end: bool) -> Deployment:
    """The deployment once it is no longer under way; with `to_the_end` once its log can't grow any more.

    Raises Unavailable `platform_unreachable` when the platform stays away.
    """
    following = _Following(client, deployment_id, on_line, to_the_end)
    while not following.connect_once():
        time.sleep(RECONNECT_SECONDS)
    return client.deployment(deployment_id)


@dataclass(slots=True)
class _Following:
    """One deployment over any number of connections; `seen` is the number of the last line that came."""

    client: Client
    deployment_id: str
    on_line: Callable[[Line], object]
    to_the_end: bool
    seen: int = 0
    heard_at: float = 0.0

    def connect_once(self) -> bool:
        """True when there is nothing more to wait for; False when the connection broke, or could not be had."""
        self.heard_at = self.heard_at or time.monotonic()
        try:
            return self._listen()
        except Unavailable:
            if time.monotonic() - self.heard_at > GIVE_UP_SECONDS:
                raise
            return False

    def _listen(self) -> bool:
        with self.client.stream(self.deployment_id, last_event_id=str(self.seen) if self.seen else None) as pieces:
            for event in events(pieces):
                self.heard_at = time.monotonic()
                if event.name == "log":
                    self._take(cast(Line, json.loads(event.data)))
                elif event.name == "end":
                    return True
                elif event.name == "status" and not self.to_the_end and _settled(event.data):
                    break
            else:
                return False
        # A status comes before the last lines of what led to it.
        for line in self.client.lines(self.deployment_id, after=self.seen):
            self._take(line)
        return True

    def _take(self, line: Line) -> None:
        if line["seq"] > self.seen:
            self.seen = line["seq"]
            self.on_line(line)


def _settled(data: str) -> bool:
    return cast(Deployment, json.loads(data))["status"] not in UNDER_WAY
