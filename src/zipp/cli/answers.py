"""The API's answers as the verbs read them (API.md); fields may be added, so none is forbidden."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class Failure(TypedDict):
    code: str
    message: str
    hint: str
    stage: str
    line: str


class Deployment(TypedDict):
    id: str
    site: str
    source: dict[str, Any]
    status: str
    stage: str | None
    error: Failure | None
    is_live: bool
    url: str
    framework: str | None
    created_at: str


class Site(TypedDict):
    name: str
    url: str
    domains: list[str]
    live_deployment: str | None
    framework: str | None
    created_at: str


class User(TypedDict):
    uid: str
    email: str | None
    role: str


class Member(User):
    name: str
    disabled: bool
    created_at: str
    sites: int


class Invite(TypedDict):
    id: str
    email: str | None
    role: str
    created_at: str
    expires_at: str


class NewInvite(Invite):
    token: str
    url: str


class Session(TypedDict):
    user: User
    token: str
    expires_at: str | None


class SignInConfig(TypedDict):
    identity: Literal["local", "firebase"]
    needs_setup: bool


class NewApiToken(TypedDict):
    id: str
    name: str
    token: str


class PasswordLink(TypedDict):
    url: str
    expires_in: int


class Line(TypedDict):
    seq: int
    time: str
    stage: str
    stream: str
    text: str


class Lines(TypedDict):
    lines: list[Line]
    next: int


UNDER_WAY = frozenset({"PENDING", "CLONING", "BUILDING"})
