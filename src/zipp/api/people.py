"""What the API answers about people: accounts, sessions, API tokens, invites (schemas.py has the rest)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zipp.api.schemas import Page
from zipp.domain import user as domain
from zipp.domain.plan import Limits
from zipp.domain.user import Role, Token
from zipp.identity.identity import Grant


class User(BaseModel):
    """`claims` hold the role too, as a Firebase token of theirs does."""

    uid: str
    email: str | None
    name: str
    role: Role
    claims: dict[str, Any]
    created_at: datetime

    @classmethod
    def of(cls, user: domain.User) -> User:
        return cls.model_validate(user.model_dump(exclude={"disabled"}) | {"claims": user.token_claims})


class FirebaseConfig(BaseModel):
    """What Firebase's web SDK is started with; `auth_emulator` is a URL, in development only."""

    model_config = ConfigDict(from_attributes=True)
    project: str
    api_key: str
    auth_domain: str
    auth_emulator: str | None


class SignInConfig(BaseModel):
    """What a page must know before anybody is signed in; nothing of it is secret.

    `firebase` is there where people sign in with Firebase: `login` then takes an `id_token` only.
    `needs_setup`: the first account waits for its set-up link. `signup`: who can sign up without an invite is only told
    by `open`. `site_url` has `{site}` where the name goes. `limits` are those of a new site.
    """

    identity: Literal["local", "firebase"]
    firebase: FirebaseConfig | None
    needs_setup: bool
    signup: Literal["open", "invite", "closed"]
    version: str
    base_domain: str
    site_url: str = Field(examples=["http://{site}.zipp.localhost:8080"])
    upload_max_bytes: int
    limits: Limits


class Member(BaseModel):
    """An account as admins see it; `sites` is how many it owns."""

    uid: str
    email: str | None
    name: str
    role: Role
    disabled: bool
    created_at: datetime
    sites: int

    @classmethod
    def of(cls, user: domain.User, *, sites: int) -> Member:
        return cls.model_validate(user.model_dump(exclude={"claims"}) | {"sites": sites})


class Invite(BaseModel):
    id: str
    email: str | None
    role: Role
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invite: domain.Invite) -> Invite:
        return cls.model_validate(invite.model_dump(exclude={"created_by", "secret_sha256"}))


class NewInvite(Invite):
    """`token`, and `url` where it is used, are shown this once."""

    token: str
    url: str = Field(examples=["http://localhost:8000/signup#invite=zipp_invite_…"])


class Session(BaseModel):
    user: User
    token: str
    expires_at: datetime | None

    @classmethod
    def of(cls, grant: Grant) -> Session:
        return cls(user=User.of(grant.user), token=grant.secret, expires_at=grant.token.expires_at)


class Handover(BaseModel):
    """`token` works once, for who has the verifier of the challenge, within `expires_in` seconds."""

    token: str
    expires_in: int


class PasswordLink(BaseModel):
    """`url` is where they choose a new password: it is shown this once, and works once, within `expires_in` seconds."""

    url: str = Field(examples=["http://localhost:8000/reset#token=zipp_password_…"])
    expires_in: int


class Verification(BaseModel):
    """Of an invalid token only `valid` and `code` say something."""

    valid: bool
    uid: str | None = None
    claims: dict[str, Any] | None = None
    expires_at: datetime | None = None
    code: str | None = None


class ApiToken(BaseModel):
    id: str
    name: str
    created_at: datetime
    expires_at: datetime | None

    @classmethod
    def of(cls, token: Token) -> ApiToken:
        return cls(id=token.id, name=token.name, created_at=token.created_at, expires_at=token.expires_at)


class NewApiToken(ApiToken):
    """`token` is the secret: it is shown this once."""

    token: str


class ApiTokenList(Page[ApiToken]):
    """All of them: there is no next page."""


class MemberList(Page[Member]):
    """Oldest first."""


class InviteList(Page[Invite]):
    """All of them, newest first: there is no next page."""
