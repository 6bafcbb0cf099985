"""Reading server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

Event = tuple[str, Any, str | None]


async def events(response: httpx.Response) -> AsyncIterator[Event]:
    """Name, data and id of each; a comment comes as ("comment", its text, None)."""
    name = event_id = data = None
    async for line in response.aiter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "id":
            event_id = value
        elif field == "data":
            data = value
        elif field == "":
            if name is not None:
                yield name, json.loads(data or "null"), event_id
            elif value:
                yield "comment", value, None
            name = event_id = data = None
