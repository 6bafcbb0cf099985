"""What Firestore answers that the caller did not ask for, as errors that a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core import exceptions as core

from zipp.domain.errors import Unavailable
from zipp.firebase.failures import FIRESTORE, translated, unreachable

# What a commit is refused with when a document is not as its writer expects, or is just being written by another.
REFUSED = (core.AlreadyExists, core.NotFound, core.FailedPrecondition, core.Aborted)


@contextmanager
def understood() -> Iterator[None]:
    """Raises Unreachable `records_unreachable`, Unavailable; what is in REFUSED passes."""
    try:
        with translated(FIRESTORE):
            yield
    except (core.Unknown, core.DataLoss, core.Cancelled) as error:
        raise unreachable(FIRESTORE) from error  # a connection that broke in the middle of an answer


@contextmanager
def of_reads() -> Iterator[None]:
    try:
        with understood():
            yield
    except core.NotFound as error:
        raise Unavailable(
            "The project has no such Firestore database.",
            code="records_missing",
            hint="Create it (Firebase console, Firestore Database, in native mode), or set ZIPP_FIREBASE_DATABASE.",
        ) from error
    except core.FailedPrecondition as error:
        raise Unavailable(
            "Firestore lacks an index, or is not in native mode.",
            code="records_index_missing",
            hint="Run `firebase deploy --only firestore:indexes`, and wait until they are built.",
        ) from error
    except core.Aborted as error:
        raise busy() from error


def moment_lost() -> Unavailable:
    return Unavailable(
        "Firestore does not know any more how the records were an hour ago.",
        code="records_moment_lost",
        hint="What reads all of them at one moment must be done within an hour: begin it again.",
    )


def busy() -> Unavailable:
    return Unavailable(
        "Too many are changing the same record.",
        code="records_busy",
        hint="Nothing was changed by this. Try again in a moment.",
    )
