from __future__ import annotations

import pytest

from zipp.domain.errors import NotFound
from zipp.domain.ids import now
from zipp.domain.site import Site
from zipp.domain.user import Role, User
from zipp.identity.permissions import require_admin, require_owned, scope

ADMIN = User(uid="admin", email=None, role=Role.ADMIN, created_at=now())
ANNA, EVE = (User(uid=uid, email=f"{uid}@example.com", created_at=now()) for uid in ("anna", "eve"))
SITE = Site(name="shop", owner="anna", created_at=now())


def test_members_lists_hold_their_own_and_admins_everything() -> None:
    assert scope(ANNA) == "anna"
    assert scope(ADMIN) is None


@pytest.mark.parametrize("user", [ANNA, ADMIN])
def test_owner_and_admin_get_the_resource(user: User) -> None:
    assert require_owned(user, SITE, "site") is SITE


def test_somebody_elses_looks_exactly_like_an_absent_one() -> None:
    seen = []
    for resource in (SITE, None):
        with pytest.raises(NotFound) as caught:
            require_owned(EVE, resource, "site")
        seen.append((caught.value.code, caught.value.message, caught.value.hint))
    assert seen[0] == seen[1]


def test_absent_is_not_found_for_admins_too() -> None:
    with pytest.raises(NotFound):
        require_owned(ADMIN, None, "site")


def test_only_admins_pass_for_admins() -> None:
    require_admin(ADMIN)
    with pytest.raises(NotFound):
        require_admin(ANNA)
