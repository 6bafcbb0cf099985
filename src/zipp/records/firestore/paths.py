"""Where each document lies. A document's id is what must be unique: two can't be made, so it is a lock, too.

What belongs to a user or a site and must not be added behind their back (tokens and invites of who is just being
deleted, a deployment of a site that is) moves the `revision` of the private half of their record, `credentials` and
`site_secrets`: whoever takes things away does so only if it is still as it was when they looked.
"""

from __future__ import annotations

import hashlib
import re

SCHEMA = "meta/schema"
INVITES = "meta/invites"  # its `revision` moves with every new invite: an address has one at most
NOWHERE = "meta/"  # no document: an id is never empty

_RESERVED = re.compile(r"\.\.?\Z|__.*__\Z", re.DOTALL)


def is_possible(key: str) -> bool:
    """Whether a document can have that id (Firestore, "Constraints on document IDs"); what cannot, is not there."""
    return bool(key) and can_be_asked_for(key) and "/" not in key and not _RESERVED.match(key)


def can_be_asked_for(value: str) -> bool:
    """Whether a query may compare a field with it; what may not be compared is nowhere stored."""
    try:
        return len(value.encode()) <= 1500
    except UnicodeEncodeError:
        return False


def user(uid: str) -> str:
    return f"users/{uid}"


def credentials(uid: str) -> str:
    return f"credentials/{uid}"


def email(address: str) -> str:
    """By hash: an address may be no possible id. Addresses are compared in lower case."""
    return f"emails/{hashlib.sha256(address.lower().encode()).hexdigest()}"


def token(secret_sha256: str) -> str:
    return f"tokens/{secret_sha256}"


def invite(secret_sha256: str) -> str:
    return f"invites/{secret_sha256}"


def site(name: str) -> str:
    return f"sites/{name}"


def site_secret(name: str) -> str:
    return f"site_secrets/{name}"


def domain(name: str) -> str:
    return f"domains/{name}"


def deployment(deployment_id: str) -> str:
    return f"deployments/{deployment_id}"


def deployment_secret(deployment_id: str) -> str:
    return f"deployment_secrets/{deployment_id}"


def lease(site: str) -> str:
    return f"leases/{site}"


def port(number: int) -> str:
    return f"ports/{number}"


def event(event_id: str) -> str:
    return f"events/{event_id}"


def audit(entry_id: str) -> str:
    return f"audit/{entry_id}"


def collection_of(path: str) -> str:
    return path.partition("/")[0]


def id_of(path: str) -> str:
    return path.partition("/")[2]
