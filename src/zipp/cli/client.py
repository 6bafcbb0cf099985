"""One small client of the HTTP API. Its errors are the domain's, told apart by status and code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlsplit

from zipp.cli.answers import (
    Deployment,
    Invite,
    Line,
    Lines,
    Member,
    NewApiToken,
    NewInvite,
    PasswordLink,
    Session,
    SignInConfig,
    Site,
    User,
)
from zipp.domain.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    TooLarge,
    TooMany,
    Unavailable,
    ZippError,
)

if TYPE_CHECKING:
    from types import TracebackType

    import httpx

    from zipp.cli.upload import Upload

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

# The answers to a sign-in itself: their own hints say what to do.
_SIGN_IN_REFUSED = frozenset({"credentials_invalid", "handover_invalid", "account_disabled"})

_BY_STATUS: dict[int, type[ZippError]] = {
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
}


class Client:
    """Speaks to the platform at `url`; connects at the first call."""

    def __init__(self, url: str, token: str | None) -> None:
        import httpx

        self.url = url
        self.signed_in = token is not None
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            trust_env=urlsplit(url).hostname not in _LOOPBACK,  # a company's proxy has no business on this machine
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    # who ---------------------------------------------------------------------------------------------------------
    def me(self) -> User:
        return cast(User, self._call("GET", "/api/auth/me"))

    def sign_in_config(self) -> SignInConfig:
        return cast(SignInConfig, self._call("GET", "/api/auth/config"))

    def login(self, email: str, password: str) -> Session:
        return cast(Session, self._call("POST", "/api/auth/login", json={"email": email, "password": password}))

    def take_over(self, token: str, verifier: str) -> Session:
        return cast(Session, self._call("POST", "/api/auth/takeover", json={"token": token, "verifier": verifier}))

    def logout(self) -> None:
        self._call("POST", "/api/auth/logout")

    def create_api_token(self, name: str) -> NewApiToken:
        return cast(NewApiToken, self._call("POST", "/api/auth/tokens", json={"name": name}))

    def delete_api_token(self, token_id: str) -> None:
        self._call("DELETE", _at("/api/auth/tokens", token_id))

    # members -----------------------------------------------------------------------------------------------------
    def members(self) -> list[Member]:
        return cast(list[Member], self._all("/api/users"))

    def change_member(self, uid: str, changes: Mapping[str, Any]) -> Member:
        return cast(Member, self._call("PATCH", _at("/api/users", uid), json=dict(changes)))

    def delete_member(self, uid: str) -> None:
        self._call("DELETE", _at("/api/users", uid))

    def new_password_link(self, uid: str) -> PasswordLink:
        return cast(PasswordLink, self._call("POST", _at("/api/users", uid, "password-link")))

    def invites(self) -> list[Invite]:
        return cast(list[Invite], self._all("/api/users/invites"))

    def invite(self, body: Mapping[str, Any]) -> NewInvite:
        return cast(NewInvite, self._call("POST", "/api/users/invites", json=dict(body)))

    def delete_invite(self, invite_id: str) -> None:
        self._call("DELETE", _at("/api/users/invites", invite_id))

    # deployments -------------------------------------------------------------------------------------------------
    def deploy_zip(self, upload: Upload, *, site: str | None, env: Mapping[str, str]) -> Deployment:
        """The archive goes from disk to the socket piece by piece, `env` never in an address."""
        headers, content = upload.body(env)
        params = {"site": site} if site else {}
        if not env:
            params["filename"] = upload.filename
        return cast(
            Deployment, self._call("POST", "/api/deployments/zip", params=params, content=content, headers=headers)
        )

    def deploy_git(self, body: Mapping[str, Any]) -> Deployment:
        return cast(Deployment, self._call("POST", "/api/deployments/git", json=dict(body)))

    def deployments(self, *, site: str | None = None, status: str | None = None, limit: int = 50) -> list[Deployment]:
        params = {"site": site, "status": status, "limit": limit}
        known = {name: value for name, value in params.items() if value is not None}
        return cast(list[Deployment], self._call("GET", "/api/deployments", params=known)["items"])

    def deployment(self, deployment_id: str) -> Deployment:
        return cast(Deployment, self._call("GET", _at("/api/deployments", deployment_id)))

    def stop(self, deployment_id: str) -> Deployment:
        return cast(Deployment, self._call("POST", _at("/api/deployments", deployment_id, "stop")))

    def redeploy(self, deployment_id: str) -> Deployment:
        return cast(Deployment, self._call("POST", _at("/api/deployments", deployment_id, "redeploy")))

    def delete_deployment(self, deployment_id: str) -> None:
        self._call("DELETE", _at("/api/deployments", deployment_id))

    def lines(self, deployment_id: str, *, after: int = 0) -> Iterator[Line]:
        """Every line with a higher number than `after`, fetched page by page."""
        path = _at("/api/deployments", deployment_id, "logs")
        while page := cast(Lines, self._call("GET", path, params={"after": after})):
            yield from page["lines"]
            if not page["lines"]:
                return
            after = page["lines"][-1]["seq"]

    @contextmanager
    def stream(self, deployment_id: str, *, last_event_id: str | None) -> Iterator[Iterator[bytes]]:
        """The body of the deployment's event stream. Raises Unavailable `platform_unreachable` when it is cut."""
        import httpx

        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_event_id} if last_event_id else {})
        path = _at("/api/deployments", deployment_id, "logs")
        try:
            with self._http.stream("GET", path, headers=headers) as response:
                if response.is_error:
                    response.read()
                    raise self._error(response)
                yield response.iter_bytes()
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    # sites -------------------------------------------------------------------------------------------------------
    def sites(self) -> list[Site]:
        return cast(list[Site], self._all("/api/sites"))

    def site(self, name: str) -> Site:
        return cast(Site, self._call("GET", _at("/api/sites", name)))

    def delete_site(self, name: str) -> None:
        self._call("DELETE", _at("/api/sites", name))

    def set_env(self, name: str, env: Mapping[str, str]) -> dict[str, Any]:
        return self._call("PUT", _at("/api/sites", name, "env"), json=dict(env))

    def change_env(self, name: str, changes: Mapping[str, str | None]) -> dict[str, Any]:
        return self._call("PATCH", _at("/api/sites", name, "env"), json=dict(changes))

    def rollback(self, name: str, deployment_id: str | None) -> Site:
        body = {"deployment_id": deployment_id} if deployment_id else {}
        return cast(Site, self._call("POST", _at("/api/sites", name, "rollback"), json=body))

    # health ------------------------------------------------------------------------------------------------------
    def health(self) -> dict[str, Any]:
        """Also when it says that something is down."""
        return self._call("GET", "/api/health", accept=(503,))

    def is_ready(self) -> bool:
        try:
            self._call("GET", "/api/health/ready")
        except ZippError:
            return False
        return True

    # -------------------------------------------------------------------------------------------------------------
    def _all(self, path: str) -> list[dict[str, Any]]:
        """Every page of a list."""
        found: list[dict[str, Any]] = []
        params: dict[str, Any] = {"limit": 100}
        while True:
            page = self._call("GET", path, params=params)
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            params["cursor"] = page["next_cursor"]

    def _call(self, method: str, path: str, *, accept: tuple[int, ...] = (), **options: Any) -> dict[str, Any]:
        import httpx

        try:
            response = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        if not response.is_success and response.status_code not in accept:
            raise self._error(response)
        if not response.content:
            return {}
        try:
            return cast(dict[str, Any], response.json())
        except ValueError:
            raise self._not_zipp() from None

    def _error(self, response: httpx.Response) -> ZippError:
        """What the platform says in problem+json (RFC 9457), as the domain's error."""
        try:
            problem = dict(response.json())
            message, code = str(problem["detail"]), str(problem["code"])
        except (ValueError, KeyError, TypeError):
            return self._not_zipp()
        hint = str(problem.get("hint") or "")
        if response.status_code == 401:
            hint = hint if code in _SIGN_IN_REFUSED else "Sign in with: zipp login"
            return NotAuthenticated(message, code=code, hint=hint)
        if response.status_code == 429:
            return TooMany(message, retry_after_seconds=_seconds(response.headers.get("Retry-After")), hint=hint)
        if response.status_code >= 500:
            return Unavailable(message, code=code, hint=hint)
        return _BY_STATUS.get(response.status_code, InvalidInput)(message, code=code, hint=hint)

    def _unreachable(self, error: Exception) -> Unavailable:
        return Unavailable(
            f"Nothing answers at {self.url} ({error}).",
            code="platform_unreachable",
            hint="Start it with `zipp up`, or name another platform with --url.",
        )

    def _not_zipp(self) -> Unavailable:
        return Unavailable(
            f"What answers at {self.url} is no Zipp platform.", code="not_zipp", hint="Name the platform with --url."
        )


def _at(*parts: str) -> str:
    """A path whose last parts are text that somebody typed."""
    return "/".join((parts[0], *(quote(part, safe="") for part in parts[1:])))


def _seconds(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 1
