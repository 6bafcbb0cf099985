"""Firebase: the settings, who the platform is there, and whether each service answers it and lets it do its work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from zipp.cli.doctor import services
from zipp.cli.doctor.asking import ANSWER_SECONDS, Reply
from zipp.cli.doctor.finding import Finding, State
from zipp.domain.errors import Unavailable, Unreachable, ZippError
from zipp.firebase.access import Account, access_token, account_of
from zipp.firebase.connection import Firebase
from zipp.settings import Settings

# Google's tokens are refused while their time lies in the future: a clock that is behind by more than the seconds that
# a sign-in takes locks people out, and by five minutes the platform itself.
SKEW_WARN_SECONDS, SKEW_FAIL_SECONDS = 5.0, 300.0
_TOO_OPEN = 0o077


@dataclass(frozen=True, slots=True)
class _Access:
    """The findings about credentials, and the token where Google gave one."""

    findings: tuple[Finding, ...]
    token: str | None = None


def is_used(settings: Settings) -> bool:
    return bool(_parts(settings))


def check_firebase(settings: Settings) -> list[Finding]:
    """Takes about ten seconds at most, whatever does not answer; changes nothing."""
    firebase = Firebase(settings)
    found = [Finding("firebase", "ok", f"project {firebase.project}: {', '.join(_parts(settings))}")]
    found += _emulators(settings)
    with ThreadPoolExecutor() as together:
        # The API key needs no credentials, so that the clock can be told also where they are refused.
        api_key = together.submit(_api_key, settings)
        access = _credentials(firebase)
        checks = [together.submit(check, firebase, access.token) for check in _services(settings)]
        results = [api_key.result(), *(check.result() for check in checks)]
    found += access.findings
    found += [finding for finding, _ in results if finding is not None]
    return [*found, *_clock([reply for _, reply in results])]


def _parts(settings: Settings) -> list[str]:
    used = (
        ("accounts", settings.identity_kind == "firebase"),
        ("records", settings.records_kind == "firestore"),
        ("files", settings.storage_kind == "firebase"),
    )
    return [name for name, is_there in used if is_there]


def _emulators(settings: Settings) -> Iterator[Finding]:
    named = (
        ("FIREBASE_AUTH_EMULATOR_HOST", settings.auth_emulator),
        ("FIRESTORE_EMULATOR_HOST", settings.firestore_emulator),
        ("STORAGE_EMULATOR_HOST", settings.storage_emulator),
    )
    told = [f"{name}={value}" for name, value in named if value]
    if told:
        yield Finding(
            "EMULATORS",
            "warn",
            f"NOT FIREBASE ITSELF: {', '.join(told)}. Anybody can forge a sign-in, and what is there goes with them.",
            "For anything but trying it out: unset them, and ZIPP_ENVIRONMENT=development with them.",
        )


def _credentials(firebase: Firebase) -> _Access:
    try:
        account = account_of(firebase)
    except Unavailable as error:
        return _Access((Finding("credentials", "fail", _with_cause(error, firebase), error.hint),))
    if account is None:
        return _Access((Finding("credentials", "ok", "none are needed for emulators"),))
    finding = _judge_account(account, firebase)
    try:
        return _Access((finding,), access_token(firebase, seconds=ANSWER_SECONDS))
    except Unreachable as error:
        detail = f"{error.message} Until it does, nothing can be said of the services."
        return _Access((finding, Finding("Google", "fail", detail, services.NETWORK, outage=True)))
    except Unavailable as error:
        return _Access((Finding("credentials", "fail", f"{error.message} ({account.email})", error.hint),))


def _with_cause(error: ZippError, firebase: Firebase) -> str:
    """Which file, and what the system says of it; never a word of its content."""
    file, cause = firebase.settings.firebase_credentials, error.__cause__
    if file is None:
        elsewhere = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
        return f"{error.message} GOOGLE_APPLICATION_CREDENTIALS names {elsewhere}." if elsewhere else error.message
    return f"{error.message} {file}: {cause.strerror if isinstance(cause, OSError) else 'is no such key'}."


def _judge_account(account: Account, firebase: Firebase) -> Finding:
    who, file = account.email or "a person's own account", firebase.settings.firebase_credentials
    if file is not None and (mode := file.stat().st_mode & 0o777) & _TOO_OPEN:
        return Finding("credentials", "warn", f"{who}; others may read {file} (mode {mode:o}).", f"chmod 600 {file}")
    if account.project not in (None, firebase.project):
        mend = f"Take a key of {firebase.project}, or give this account its roles there."
        return Finding("credentials", "warn", f"{who}, of another project ({account.project}).", mend)
    if not account.has_key and firebase.settings.identity_kind == "firebase":
        mend = (
            "Use a service account's key; or give the machine's service account the role "
            "roles/iam.serviceAccountTokenCreator on itself, with which IAM signs for it."
        )
        return Finding("credentials", "warn", f"{who}, without a key: sign-ins and links can't be signed here.", mend)
    return Finding("credentials", "ok", who)


_Check = Callable[[Firebase, str | None], tuple[Finding | None, Reply]]


def _services(settings: Settings) -> Iterator[_Check]:
    if settings.identity_kind == "firebase":
        yield services.check_auth
    if settings.records_kind == "firestore":
        yield services.check_firestore
    if settings.storage_kind == "firebase":
        yield services.check_bucket


def _api_key(settings: Settings) -> tuple[Finding | None, Reply]:
    if settings.identity_kind != "firebase":
        return None, Reply()
    return services.check_api_key(settings)


def _clock(replies: list[Reply]) -> Iterator[Finding]:
    known = [reply.ahead_seconds for reply in replies if reply.ahead_seconds is not None]
    if not known:
        return
    ahead = min(known, key=abs)  # an answer that was long on its way says least
    state: State = "ok"
    if abs(ahead) > SKEW_WARN_SECONDS:
        state = "fail" if abs(ahead) > SKEW_FAIL_SECONDS else "warn"
    off = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} Google's"
    detail = "agrees with Google's" if state == "ok" else f"{off}: sign-ins are refused."
    yield Finding("clock", state, detail, "Let the machine keep time by NTP: timedatectl set-ntp true")
