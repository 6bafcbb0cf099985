"""What must last, and the promises that every store keeps (tests/contracts/test_records_*.py hold them to it).

Every method is one transaction: it happens whole or not at all, also under concurrent callers and after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from zipp.domain.activity import AuditEntry, Event
from zipp.domain.deployment import Deployment, Status
from zipp.domain.site import Site
from zipp.domain.user import Invite, Token, TokenKind, User

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A site, or with `deployment` (an id) a deployment of it, was made, is another, or is `gone`."""

    site: str
    owner: str
    deployment: str | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class LiveChange:
    """Moves a site's live pointer from `expected` to `to`, with `framework` recorded when given."""

    site: str
    expected: str | None
    to: str | None
    framework: str | None = None


class Records(Protocol):
    changed: list[Callable[[Change], None]]
    """Each is called, on the event loop, after every change of a site or a deployment that is made through this object
    has been stored and before whoever made it goes on; also when they no longer wait. Leases and ports are no change.
    """

    @property
    def is_remote(self) -> bool:
        """Whether the store is elsewhere: reads cost time and money, and it may be out of reach."""

    async def start(self) -> None:
        """Open the store and bring its schema up to date. Idempotent.

        Raises Unavailable: `records_too_new` for a newer Zipp's, `records_unreadable` (from any method) for a store
        that is damaged or can't be opened.
        """

    async def close(self) -> None: ...

    async def ping(self) -> None:
        """Raises Unavailable when the store does not answer; Unreachable (from any method) for one elsewhere."""

    @property
    def certain(self) -> Records:
        """The same records, for whoever acts on what they say: nothing is ever answered from memory (a store elsewhere
        may do so for people, while it can't be reached)."""

    def snapshot(self) -> AbstractAsyncContextManager[Records]:
        """The records of one moment, to read only, whatever is written meanwhile. A store that can't hold a moment
        still gives itself: what it then answers are many moments, one after the other."""

    async def erase(self) -> None:
        """Everything that is recorded is gone. Idempotent; not one transaction where that can't be, so cut off in the
        middle it must be run again. Nobody is told of it: for a store that is about to be filled from another."""

    # users -----------------------------------------------------------------------------------------------------
    async def create_user(self, user: User, *, password_hash: str | None = None, invite: str | None = None) -> None:
        """With `invite` (an id), that invite is used up by it: of many at once only one gets an account.

        Raises Conflict `email_taken` (addresses are compared in lower case), `uid_taken`; NotFound when the invite is
        not there (any more).
        """

    async def get_user(self, uid: str) -> User | None: ...

    async def find_credentials(self, email: str) -> tuple[User, str | None] | None:
        """The user with that address and the password hash."""

    async def oldest_admin(self) -> User | None:
        """Of the enabled ones."""

    async def update_user(self, uid: str, changes: Mapping[str, Any], *, password_hash: str | None = None) -> User:
        """Change the named fields (email, name, role, claims, disabled) and no other; the password when given.

        Who becomes disabled loses every token, who is no enabled admin any more the invites that they made.
        Raises NotFound, Conflict `email_taken`, `last_admin` (one enabled admin must be left).
        """

    async def replace_password(
        self, uid: str, *, expected: str, to: str, end_sessions_except: str | None = None
    ) -> bool:
        """Compare-and-set of the hash: False when another than `expected` is stored.

        With `end_sessions_except` (a token's id) all of the user's other sessions end with it.
        """

    async def delete_user(self, uid: str) -> None:
        """With its tokens, and the invites that it made.

        Raises NotFound, Conflict `last_admin`, `user_has_sites` (no site is left without an owner).
        """

    async def replace_user(self, uid: str, user: User) -> None:
        """`user` takes the place of `uid`, which is gone: its sites, deployments, tokens and invites are theirs.

        Raises NotFound when `uid` is not there, Conflict `uid_taken`, `email_taken`.
        """

    async def list_users(self, *, limit: int, cursor: str | None = None) -> Page[User]:
        """By uid: those that the platform makes itself are oldest first."""

    # invites ---------------------------------------------------------------------------------------------------
    async def add_invite(self, invite: Invite) -> None:
        """Takes the place of an older one for the same address; expired ones are cleared away.

        Raises NotFound when `created_by` is no enabled admin.
        """

    async def find_invite(self, secret_sha256: str) -> Invite | None:
        """Also an expired one: whoever asks decides."""

    async def list_invites(self) -> Sequence[Invite]:
        """Newest first, with expired ones."""

    async def delete_invite(self, invite_id: str) -> bool:
        """True for the one caller that deleted it."""

    # tokens ----------------------------------------------------------------------------------------------------
    async def add_token(self, token: Token) -> None:
        """Raises NotFound when its user is not there."""

    async def find_token(self, secret_sha256: str) -> Token | None:
        """Also an expired one: whoever asks decides."""

    async def list_tokens(self, uid: str, kind: TokenKind) -> Sequence[Token]:
        """Newest first."""

    async def delete_token(self, token_id: str, *, uid: str | None = None) -> bool:
        """True for the one caller that deleted it: a one-time token is used up this way."""

    # sites -----------------------------------------------------------------------------------------------------
    async def create_site(self, site: Site) -> None:
        """With every field as it is given. Raises Conflict `site_taken`, `domain_taken`."""

    async def get_site(self, name: str) -> Site | None: ...

    async def find_sites(self, *, names: Collection[str] = (), domains: Collection[str] = ()) -> Sequence[Site]:
        """Those that have one of the names or one of the domains, each once, in no order."""

    async def list_sites(self, *, owner: str | None, limit: int, cursor: str | None = None) -> Page[Site]:
        """By name; `owner` None lists everybody's."""

    async def count_sites(self, owners: Collection[str]) -> Mapping[str, int]:
        """How many sites each of them owns; who owns none may be left out."""

    async def update_site(self, name: str, changes: Mapping[str, Any]) -> Site:
        """Change the named fields (domains, limits, env_encrypted, framework, owner) and no other.

        Raises NotFound, Conflict `domain_taken` when another site has one of the domains.
        """

    async def delete_site(self, name: str) -> None:
        """Idempotent; its deployments must be deleted first (Conflict `site_not_empty`)."""

    # deployments -----------------------------------------------------------------------------------------------
    async def create_deployment(self, deployment: Deployment, *, events: Sequence[Event] = ()) -> None:
        """With every field as it is given, whatever its status or version. One that comes from elsewhere brings the
        events of its life along; of one without any that is PENDING, that is the first.

        Raises NotFound when its site is not there (any more), Conflict `deployment_exists`.
        """

    async def get_deployment(self, deployment_id: str) -> Deployment | None: ...

    async def list_deployments(
        self,
        *,
        owner: str | None = None,
        site: str | None = None,
        statuses: Collection[Status] | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> Page[Deployment]:
        """Newest first (by id). Raises InvalidInput `cursor_invalid` for a cursor that is none of ours."""

    async def newest_deployments(
        self, sites: Collection[str], *, statuses: Collection[Status] | None = None
    ) -> Mapping[str, Deployment]:
        """By site, of those sites that have one (in one of `statuses`)."""

    async def save(self, *deployments: Deployment, live: LiveChange | None = None) -> tuple[Deployment, ...]:
        """Compare-and-set: all of them and the live pointer, or none.

        Each must carry the `version` that is stored; returned are the same with their new versions.
        `cancel_requested` is never written here. Raises Conflict `stale` (a version or `live.expected` differs).
        """

    async def request_cancel(self, deployment_id: str) -> None:
        """Set `cancel_requested`, leaving `version` alone. Idempotent."""

    async def delete_deployment(self, deployment_id: str) -> None:
        """Idempotent; frees its port, and a site that it was live on has no live deployment any more."""

    async def archive_in_use(self, sha256: str) -> bool:
        """Whether any deployment's source is that archive."""

    # the queue: an under-way row is the entry ----------------------------------------------------------------------
    async def claim_next(self, worker: str, *, lease_seconds: float) -> Deployment | None:
        """The oldest deployment under way that nobody holds a lease on, now leased to `worker`.

        At most one deployment of a site is leased at a time, and a site's are handed out oldest first.
        """

    async def renew_lease(self, deployment_id: str, worker: str, *, lease_seconds: float) -> bool:
        """False when the lease was lost; one that ran out is lost, even if nobody took it."""

    async def release_lease(self, deployment_id: str, worker: str) -> None: ...

    async def drop_leases(self, worker: str) -> None:
        """Give back everything that an earlier life of `worker` held."""

    # ports -----------------------------------------------------------------------------------------------------
    async def allocate_port(self, deployment_id: str, *, start: int, end: int, exclude: Collection[int] = ()) -> int:
        """The lowest free port of [start, end] not in `exclude`, reserved; the same one when asked again (unless
        excluded). Two deployments never hold one port. Raises Unavailable `ports_exhausted`, NotFound when the
        deployment is not there (nothing would ever free its port)."""

    async def release_port(self, deployment_id: str) -> None:
        """Idempotent."""

    async def ports_in_use(self) -> Mapping[int, str]:
        """Port -> deployment id."""

    # what happened ---------------------------------------------------------------------------------------------
    async def list_events(
        self, *, owner: str | None = None, deployment: str | None = None, limit: int, cursor: str | None = None
    ) -> Page[Event]:
        """Newest first. Each is stored by the very transaction that made a deployment or moved its status, and goes
        with its deployment."""

    async def add_audit(self, entry: AuditEntry) -> None: ...

    async def list_audit(self, *, actor: str | None = None, limit: int, cursor: str | None = None) -> Page[AuditEntry]:
        """Newest first."""

    async def delete_audit(self, *, before: datetime) -> int:
        """How many were deleted; at most a thousand at a time."""
