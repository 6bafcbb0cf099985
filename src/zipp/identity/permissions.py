"""Who may see and change what: the one place that knows."""

from __future__ import annotations

from typing import Protocol, TypeVar

from zipp.domain.errors import NotFound
from zipp.domain.user import Role, User


class Owned(Protocol):
    @property
    def owner(self) -> str: ...


R = TypeVar("R", bound=Owned)


def scope(user: User) -> str | None:
    """The owner that the user's lists are limited to; None for admins, who see everybody's."""
    return None if user.role is Role.ADMIN else user.uid


def may_see(user: User, resource: Owned) -> bool:
    return scope(user) in (None, resource.owner)


def require_owned(user: User, resource: R | None, what: str) -> R:
    """The resource. Raises NotFound, the same for one that is absent and one that is somebody else's."""
    if resource is None or not may_see(user, resource):
        raise NotFound(f"There is no such {what}.", hint=f"Check the {what}'s name or id; it may have been deleted.")
    return resource


def require_admin(user: User) -> None:
    """Raises NotFound: for others an admin's pages and calls are not there."""
    if user.role is not Role.ADMIN:
        raise NotFound(
            "There is nothing at this address.", hint="An admin of this platform may find something here: ask one."
        )
