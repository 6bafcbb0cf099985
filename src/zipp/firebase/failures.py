"""Google's errors as ours, by type: each capability says how it is called and which role it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from zipp.domain.errors import Unavailable, Unreachable


@dataclass(frozen=True, slots=True)
class Part:
    """`code` begins the codes of its errors; `role` is what the service account needs (IAM's name)."""

    name: str
    code: str
    role: str


FIRESTORE = Part("Firestore", "records", "roles/datastore.user (Cloud Datastore User)")
AUTH = Part("Firebase Auth", "identity", "roles/firebaseauth.admin (Firebase Authentication Admin)")
STORAGE = Part("Firebase Storage", "storage", "roles/storage.objectAdmin (Storage Object Admin)")


def unreachable(part: Part) -> Unreachable:
    return Unreachable(
        f"{part.name} does not answer.",
        code=f"{part.code}_unreachable",
        hint="Live sites go on being served. Try again in a moment; `zipp doctor` tells whether it can be reached.",
    )


def denied(part: Part) -> Unavailable:
    return Unavailable(
        f"{part.name} refuses the platform's service account.",
        code=f"{part.code}_denied",
        hint=f"Give it the role {part.role} in the project, and check that the service is switched on.",
    )


@contextmanager
def translated(part: Part) -> Iterator[None]:
    """Raises Unreachable `<code>_unreachable`, Unavailable `<code>_denied`, `<code>_full` (a quota),
    `firebase_credentials_...`; other errors of Google's pass: they are answers, and the caller's to understand."""
    import requests
    from firebase_admin import exceptions as admin
    from google.api_core import exceptions as core
    from google.auth import exceptions as auth

    try:
        yield
    except (core.PermissionDenied, core.Unauthorized, core.Unauthenticated, core.Forbidden) as error:
        raise denied(part) from error
    except (admin.PermissionDeniedError, admin.UnauthenticatedError) as error:
        raise denied(part) from error
    except auth.RefreshError as error:
        if error.retryable:
            raise unreachable(part) from error
        raise Unavailable(
            "Google does not accept the platform's credentials.",
            code="firebase_credentials_invalid",
            hint="The service account's key may have been deleted, or this machine's clock is wrong.",
        ) from error
    except (core.ResourceExhausted, admin.ResourceExhaustedError) as error:
        raise Unavailable(
            f"A quota of {part.name} is used up.",
            code=f"{part.code}_full",
            hint="The Google Cloud console shows the quotas; some begin anew each day.",
        ) from error
    except (
        core.ServiceUnavailable,
        core.DeadlineExceeded,
        core.GatewayTimeout,
        core.TooManyRequests,
        core.InternalServerError,
        core.RetryError,
        auth.TransportError,
        admin.UnavailableError,
        admin.DeadlineExceededError,
        requests.ConnectionError,
        requests.Timeout,
        ConnectionError,
        TimeoutError,
    ) as error:
        raise unreachable(part) from error
