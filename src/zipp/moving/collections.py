"""What is recorded, collection by collection: how each is read from any Records, and put into another.

Only what lasts. Sessions and set-up links are left behind (people sign in again, `zipp up` prints a fresh link), and so
are leases, which belong to a running platform.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from zipp.domain.activity import AuditEntry, Event
from zipp.domain.deployment import Deployment
from zipp.domain.site import Site
from zipp.domain.user import Invite, Token, User
from zipp.moving.pace import together
from zipp.records.records import LiveChange, Page, Records

E = TypeVar("E", bound=BaseModel)
T = TypeVar("T")

PAGE = 200  # records held in memory at a time


class Account(BaseModel):
    """A user with the hash of their password, where the platform itself checks it."""

    model_config = ConfigDict(frozen=True)
    user: User
    password_hash: str | None = None


class Life(BaseModel):
    """A deployment with the events of its life, oldest first: they are stored together."""

    model_config = ConfigDict(frozen=True)
    deployment: Deployment
    events: tuple[Event, ...] = ()


class HeldPort(BaseModel):
    model_config = ConfigDict(frozen=True)
    port: int
    deployment: str


class LivePointer(BaseModel):
    """Apart from its site, which must be there before the deployment that it points at."""

    model_config = ConfigDict(frozen=True)
    site: str
    deployment: str


def _needs_nothing(_: object) -> Sequence[tuple[str, str]]:
    return ()


@dataclass(frozen=True)
class Collection(Generic[E]):
    """`needs` are the collections and keys of what must be there first; `label` is what a person knows it by."""

    name: str
    model: type[E]
    key: Callable[[E], str]
    label: Callable[[E], str]
    read: Callable[[Records], AsyncIterator[Sequence[E]]]
    add: Callable[[Records, E], Awaitable[object]]
    needs: Callable[[E], Sequence[tuple[str, str]]] = _needs_nothing
    one_by_one: bool = False


async def _pages(page_after: Callable[[str | None], Awaitable[Page[T]]]) -> AsyncIterator[Sequence[T]]:
    page = await page_after(None)
    yield page.items
    while page.next_cursor is not None:
        page = await page_after(page.next_cursor)
        yield page.items


def _users(records: Records) -> AsyncIterator[Sequence[User]]:
    return _pages(lambda cursor: records.list_users(limit=PAGE, cursor=cursor))


async def _accounts(records: Records) -> AsyncIterator[Sequence[Account]]:
    async def account(user: User) -> Account:
        found = None if user.email is None else await records.find_credentials(user.email)
        return Account(user=user, password_hash=found[1] if found and found[0].uid == user.uid else None)

    async for users in _users(records):
        yield await together(account, users)


async def _api_tokens(records: Records) -> AsyncIterator[Sequence[Token]]:
    async for users in _users(records):
        for tokens in await together(lambda user: records.list_tokens(user.uid, "api"), users):
            yield tokens


async def _invites(records: Records) -> AsyncIterator[Sequence[Invite]]:
    yield tuple(reversed(await records.list_invites()))


async def _sites(records: Records) -> AsyncIterator[Sequence[Site]]:
    async for sites in _all_sites(records):
        yield [site.model_copy(update={"live_deployment": None}) for site in sites]


async def _live_pointers(records: Records) -> AsyncIterator[Sequence[LivePointer]]:
    async for sites in _all_sites(records):
        yield [LivePointer(site=site.name, deployment=site.live_deployment) for site in sites if site.live_deployment]


def _all_sites(records: Records) -> AsyncIterator[Sequence[Site]]:
    return _pages(lambda cursor: records.list_sites(owner=None, limit=PAGE, cursor=cursor))


async def _lives(records: Records) -> AsyncIterator[Sequence[Life]]:
    async def life(deployment: Deployment) -> Life:
        pages = _pages(lambda cursor: records.list_events(deployment=deployment.id, limit=PAGE, cursor=cursor))
        newest_first = [event async for page in pages for event in page]
        return Life(deployment=deployment, events=tuple(reversed(newest_first)))

    async for deployments in _pages(lambda cursor: records.list_deployments(limit=PAGE, cursor=cursor)):
        yield await together(life, deployments)


def _audit(records: Records) -> AsyncIterator[Sequence[AuditEntry]]:
    return _pages(lambda cursor: records.list_audit(limit=PAGE, cursor=cursor))


async def _ports(records: Records) -> AsyncIterator[Sequence[HeldPort]]:
    held = await records.ports_in_use()
    yield [HeldPort(port=port, deployment=held[port]) for port in sorted(held)]


def _hold_port(records: Records, held: HeldPort) -> Awaitable[object]:
    return records.allocate_port(held.deployment, start=held.port, end=held.port)


def _point(records: Records, live: LivePointer) -> Awaitable[object]:
    return records.save(live=LiveChange(live.site, expected=None, to=live.deployment))


# In the order in which they are put in: whatever one refers to is there before it.
COLLECTIONS: tuple[Collection[Any], ...] = (
    Collection(
        name="users",
        model=Account,
        key=lambda account: account.user.uid,
        label=lambda account: account.user.email or account.user.uid,
        read=_accounts,
        add=lambda records, account: records.create_user(account.user, password_hash=account.password_hash),
    ),
    Collection(
        name="tokens",
        model=Token,
        key=lambda token: token.secret_sha256,
        label=lambda token: token.name or token.id,
        read=_api_tokens,
        add=lambda records, token: records.add_token(token),
        needs=lambda token: (("users", token.uid),),
    ),
    Collection(
        name="invites",
        model=Invite,
        key=lambda invite: invite.secret_sha256,
        label=lambda invite: invite.email or invite.id,
        read=_invites,
        add=lambda records, invite: records.add_invite(invite),
        needs=lambda invite: (("users", invite.created_by),),
        one_by_one=True,  # oldest first: a new one clears away what has expired by then, and its forerunner
    ),
    Collection(
        name="sites",
        model=Site,
        key=lambda site: site.name,
        label=lambda site: site.name,
        read=_sites,
        add=lambda records, site: records.create_site(site),
    ),
    Collection(
        name="deployments",
        model=Life,
        key=lambda life: life.deployment.id,
        label=lambda life: life.deployment.id,
        read=_lives,
        add=lambda records, life: records.create_deployment(life.deployment, events=life.events),
        needs=lambda life: (("sites", life.deployment.site),),
    ),
    Collection(
        name="ports",
        model=HeldPort,
        key=lambda held: str(held.port),
        label=lambda held: str(held.port),
        read=_ports,
        add=_hold_port,
        needs=lambda held: (("deployments", held.deployment),),
    ),
    Collection(
        name="live",
        model=LivePointer,
        key=lambda live: live.site,
        label=lambda live: live.site,
        read=_live_pointers,
        add=_point,
        needs=lambda live: (("sites", live.site), ("deployments", live.deployment)),
    ),
    Collection(
        name="audit",
        model=AuditEntry,
        key=lambda entry: entry.id,
        label=lambda entry: entry.id,
        read=_audit,
        add=lambda records, entry: records.add_audit(entry),
    ),
)
