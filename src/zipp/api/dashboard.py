"""The built dashboard (web/out): which file answers at which address, in which encoding, under which policy.

Everything is read once, at the start, as the build's manifest lists it (web/scripts/finish.mjs). A request looks its
path up in that list and never in the file system, so that no path leads outside; and a new build can't mix with the
pages that are open.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

import zipp
from zipp.identity.identity import SignInPage

logger = structlog.get_logger()

PACKAGE = Path(zipp.__file__).parent
# In the repository; in an installed package (pyproject.toml puts it there).
PLACES = (PACKAGE.parents[1] / "web" / "out", PACKAGE / "web")
MANIFEST = "manifest.json"
MANIFEST_VERSION = 1

ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the better one first
PLACEHOLDER = "_"  # stands for a site's name or a deployment's id in the files' names
_VALUE = re.compile(r"[A-Za-z0-9_-]{1,100}")
# What Next asks for beside a page: the page's own payload, deployments/<id>.txt.
_PAYLOAD = ".txt"

# Where Firebase's SDK proves an address and a password, and asks for mails. It refreshes no tokens (securetoken), since
# the page trades the first one for the platform's own cookie; and it loads no script and no frame.
FIREBASE_SIGN_IN = "https://identitytoolkit.googleapis.com"


@dataclass(frozen=True, slots=True)
class Body:
    """One encoding of a file; its tag names content and encoding, as a strong one must (RFC 9110, 8.8.3)."""

    content: bytes
    encoding: str | None
    etag: str


@dataclass(frozen=True, slots=True)
class File:
    media_type: str
    immutable: bool
    policy: str | None
    plain: Body
    encoded: tuple[Body, ...]

    def body_for(self, accept_encoding: str) -> Body:
        accepted = _accepted(accept_encoding)
        return next((body for body in self.encoded if body.encoding in accepted), self.plain)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`dynamic` are the beginnings of addresses after which any one value may stand: /sites/, /deployments/."""

    files: Mapping[str, File]
    not_found: File
    dynamic: Sequence[str]

    def file_at(self, path: str) -> File | None:
        return self.files.get(path) or self.files.get(self._with_placeholder(path))

    def _with_placeholder(self, path: str) -> str:
        """/sites/blog/logs -> /sites/_/logs, /deployments/0198.txt -> /deployments/_.txt"""
        for prefix in self.dynamic:
            if path.startswith(prefix):
                value, slash, rest = path[len(prefix) :].partition("/")
                suffix = _PAYLOAD if not slash and value.endswith(_PAYLOAD) else ""
                if _VALUE.fullmatch(value.removesuffix(suffix)):
                    return f"{prefix}{PLACEHOLDER}{suffix}{slash}{rest}"
        return ""


def find(chosen: Path | None, *, sign_in: SignInPage | None = None) -> Dashboard | None:
    """The one that was chosen, else the first in PLACES; None where it has not been built."""
    for folder in (chosen,) if chosen else PLACES:
        if (folder / MANIFEST).is_file():
            return load(folder, connect=_asked_elsewhere(sign_in))
    return None


def _asked_elsewhere(sign_in: SignInPage | None) -> Sequence[str]:
    """What pages may ask beside the platform itself: one host, and only where Firebase signs people in."""
    return () if sign_in is None else (sign_in.auth_emulator or FIREBASE_SIGN_IN,)


def load(folder: Path, *, connect: Sequence[str] = ()) -> Dashboard | None:
    """None, and a line in the operator's log, when the build is of another version or incomplete."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if manifest["version"] != MANIFEST_VERSION:
            raise ValueError(f"its manifest has version {manifest['version']}, not {MANIFEST_VERSION}")
        return Dashboard(
            files={address: _file(folder, entry, connect) for address, entry in manifest["files"].items()},
            not_found=_file(folder, manifest["notFound"], connect),
            dynamic=tuple(manifest["dynamic"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.error("dashboard_unusable", folder=str(folder), reason=str(error), hint="Build it again: make web")
        return None


def _file(folder: Path, entry: Mapping[str, Any], connect: Sequence[str]) -> File:
    name = entry["file"]
    content = (folder / name).read_bytes()
    tag = base64.urlsafe_b64encode(hashlib.sha256(content).digest()[:16]).decode().rstrip("=")
    encodings = [encoding for encoding in ENCODINGS if encoding in entry["encodings"]]
    return File(
        media_type=entry["type"],
        immutable=entry["immutable"],
        policy=policy(entry["scripts"], entry["styles"], connect) if "scripts" in entry else None,
        plain=Body(content, None, f'"{tag}"'),
        encoded=tuple(
            Body((folder / f"{name}{ENCODINGS[encoding]}").read_bytes(), encoding, f'"{tag}-{encoding}"')
            for encoding in encodings
        ),
    )


def policy(scripts: Sequence[str], styles: Sequence[str], connect: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of a page with these inline scripts and styles, and these hosts to ask."""
    return "; ".join(
        (
            "default-src 'none'",
            _hashed("script-src", scripts),
            _hashed("style-src", styles),
            "img-src 'self' data: blob:",
            "font-src 'self'",
            " ".join(("connect-src 'self'", *connect)),
            "worker-src 'self' blob:",  # fflate makes its workers, which zip large folders, from text of its own
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hashed(directive: str, hashes: Sequence[str]) -> str:
    return " ".join([directive, "'self'", *(f"'{each}'" for each in hashes)])


def _accepted(accept_encoding: str) -> set[str]:
    """The codings that an Accept-Encoding header names, but those with a quality of zero."""
    accepted = set()
    for part in accept_encoding[:500].split(","):
        coding, _, parameters = part.partition(";")
        if not re.fullmatch(r"\s*q=0(\.0*)?\s*", parameters):
            accepted.add(coding.strip().lower())
    return accepted
