"""The first account: owner of what set-up deploys, and the admin of the platform."""

from __future__ import annotations

from zipp.domain.errors import InvalidInput
from zipp.domain.ids import now
from zipp.domain.user import Role, User
from zipp.identity.addresses import check_email
from zipp.identity.passwords import check_password
from zipp.settings import Settings

# The least UUIDv7: the account is the oldest of any list, and of two starts at once only one can make it.
FIRST_UID = "00000000-0000-7000-8000-000000000000"


def waiting_account() -> User:
    """It owns what is deployed before anybody has signed in, and waits for its set-up link."""
    return User(uid=FIRST_UID, email=None, role=Role.ADMIN, created_at=now())


def first_account(settings: Settings) -> tuple[User, str | None]:
    """With its password where ZIPP_ADMIN_EMAIL and ZIPP_ADMIN_PASSWORD give it; else it waits for its set-up link."""
    user = waiting_account()
    if settings.admin_email is None and settings.admin_password is None:
        return user, None
    if settings.admin_email is None or settings.admin_password is None:
        raise InvalidInput(
            "One of ZIPP_ADMIN_EMAIL and ZIPP_ADMIN_PASSWORD is set without the other.",
            code="admin_incomplete",
            hint="Set both to make the first account now, or neither to make it through a set-up link.",
        )
    try:
        email, password = check_email(settings.admin_email), settings.admin_password.get_secret_value()
        check_password(password, email=email)
    except InvalidInput as error:
        name = "ZIPP_ADMIN_EMAIL" if error.code == "email_invalid" else "ZIPP_ADMIN_PASSWORD"
        raise InvalidInput(f"{name} can't be used: {error.message}", code=error.code, hint=error.hint) from error
    return user.model_copy(update={"email": email}), password
