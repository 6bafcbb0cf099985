"""Every call that changes something, or tries to, leaves an entry: here, so that no route can forget it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zipp.api.limits import client_address
from zipp.api.security import SAFE_METHODS
from zipp.domain.activity import AuditEntry
from zipp.domain.ids import new_id, now
from zipp.identity.identity import Principal
from zipp.monitoring.audit import Audit

# Without a caller only these tell something; the rest would let strangers fill the log.
BEGINNINGS = frozenset({"login", "signup", "takeover", "password_reset"})
NO_CHANGE = frozenset({"verify"})
TOO_MANY = 429
_LONGEST_TARGET = 200


class Audited:
    def __init__(self, app: ASGIApp, audit: Audit) -> None:
        self._app = app
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return

        async def audited(message: Message) -> None:
            """Before the answer goes out: whoever has it can read the entry."""
            if message["type"] == "http.response.start" and (entry := _entry(scope, message)) is not None:
                await self._audit.write(entry)
            await send(message)

        await self._app(scope, receive, audited)


def _entry(scope: Scope, answer: Message) -> AuditEntry | None:
    action = getattr(scope.get("route"), "name", "")
    state = scope.get("state", {})
    principal: Principal | None = state.get("principal")
    if not action or action in NO_CHANGE or (principal is None and action not in BEGINNINGS):
        return None
    if answer["status"] == TOO_MANY:
        return None
    return AuditEntry(
        id=new_id(),
        at=now(),
        actor=principal.user.uid if principal else None,
        via=principal.kind if principal else None,
        action=action,
        target=state.get("target") or _made(answer) or "/".join(map(str, scope.get("path_params", {}).values())),
        status=answer["status"],
        address=client_address(scope),
    )


def _made(answer: Message) -> str:
    """What was just made, by its address."""
    location = next((value for name, value in answer["headers"] if name.lower() == b"location"), b"")
    return str(location.decode("latin-1").rstrip("/").rpartition("/")[2])[:_LONGEST_TARGET]
