"""A small Identity Toolkit on loopback, with keys of its own, for what an emulator can't show: it signs, so that what
is not signed can be refused. A service account's key file sends Google's libraries here for everything but the
addresses of the certificates and of the API, which `patched` sets.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

PROJECT = "real-project"


@dataclass(frozen=True)
class Key:
    """A private key, and the certificate that is published for it."""

    kid: str
    private: rsa.RSAPrivateKey

    @classmethod
    def make(cls, kid: str) -> Key:
        return cls(kid, rsa.generate_private_key(public_exponent=65537, key_size=2048))

    @property
    def private_pem(self) -> str:
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        return self.private.private_bytes(encoding, form, serialization.NoEncryption()).decode()

    @property
    def public_pem(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form)

    @property
    def certificate(self) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.kid)])
        at = datetime.now(UTC)
        made = x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=self.private.public_key(),
            serial_number=1,
            not_valid_before=at - timedelta(days=1),
            not_valid_after=at + timedelta(days=1),
        ).sign(self.private, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.PEM).decode()

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt({"alg": "RS256", "typ": "JWT", "kid": self.kid} | header, claims, self.signature)

    def signature(self, message: bytes) -> bytes:
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())

    def verified(self, token: str) -> dict[str, Any]:
        """The claims of a token that this key signed; raises for any other."""
        message, _, signature = token.rpartition(".")
        decoded = base64.urlsafe_b64decode(signature + "==")
        self.private.public_key().verify(decoded, message.encode(), padding.PKCS1v15(), hashes.SHA256())
        return dict(json.loads(base64.urlsafe_b64decode(message.split(".")[1] + "==")))


def jwt(header: Any, claims: Any, sign: Any) -> str:
    message = b".".join(_part(json.dumps(part).encode()) for part in (header, claims))
    return (message + b"." + _part(sign(message))).decode()


def _part(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


ID_KEY, COOKIE_KEY, SERVICE_KEY, FOREIGN_KEY = (Key.make(kid) for kid in ("id-1", "cookie-1", "service-1", "foreign"))


def id_claims(uid: str, *, project: str = PROJECT, **changes: Any) -> dict[str, Any]:
    at = int(time.time())
    claims = {
        "iss": f"https://securetoken.google.com/{project}",
        "aud": project,
        "sub": uid,
        "user_id": uid,
        "iat": at - 5,
        "auth_time": at - 5,
        "exp": at + 3600,
        "firebase": {"sign_in_provider": "password"},
    }
    return claims | changes


def cookie_claims(uid: str, *, project: str = PROJECT, **changes: Any) -> dict[str, Any]:
    return id_claims(uid, project=project, iss=f"https://session.firebase.google.com/{project}") | changes


@dataclass
class IdentityToolkit:
    """`users` are as the API shows them. About accounts it answers with the status `fails`, or hangs up when `away`."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    fails: int | None = None
    away: bool = False
    slow: threading.Event | None = None
    """Lookups wait for it."""
    port: int = 0

    def add(self, uid: str, email: str, *, verified: bool = True, **more: Any) -> None:
        self.users[uid] = {"localId": uid, "email": email, "emailVerified": verified, "validSince": "0"} | more

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        call = path.partition("?")[0].rpartition("/")[2].rpartition(":")[2]
        self.calls[call] += 1
        if method == "GET":
            key = {"id-certs": ID_KEY, "cookie-certs": COOKIE_KEY}[call]
            return 200, {key.kid: key.certificate}
        if call == "token":
            return 200, {"access_token": "an-access-token", "expires_in": 3600, "token_type": "Bearer"}
        if self.fails is not None:
            return self.fails, {"error": {"code": self.fails, "message": _MESSAGES.get(self.fails, "ERROR")}}
        if call == "lookup" and self.slow is not None:
            self.slow.wait(30)
        return getattr(self, f"_{call}")(body)  # type: ignore[no-any-return]

    def _lookup(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 200, {"users": [self.users[uid] for uid in body.get("localId", []) if uid in self.users]}

    def _update(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        user = self.users.get(body["localId"])
        if user is None:
            return 400, {"error": {"code": 400, "message": "USER_NOT_FOUND"}}
        user.update({name: str(value) if name == "validSince" else value for name, value in body.items()})
        user["disabled"] = body.get("disableUser", user.get("disabled", False))
        return 200, {"localId": user["localId"]}

    def _delete(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.users.pop(body["localId"], None) is None:
            return 400, {"error": {"code": 400, "message": "USER_NOT_FOUND"}}
        return 200, {"kind": "identitytoolkit#DeleteAccountResponse"}

    def _createSessionCookie(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        claims, at = ID_KEY.verified(body["idToken"]), int(time.time())
        made = claims | {
            "iss": f"https://session.firebase.google.com/{PROJECT}",
            "iat": at,
            "exp": at + int(body["validDuration"]),
        }
        return 200, {"sessionCookie": COOKIE_KEY.signed(made)}

    def _signInWithCustomToken(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        uid = SERVICE_KEY.verified(body["token"])["uid"]
        at = int(time.time())
        if self.users.setdefault(uid, {"localId": uid}).get("disabled"):
            return 400, {"error": {"code": 400, "message": "USER_DISABLED"}}
        return 200, {"idToken": ID_KEY.signed(id_claims(uid, iat=at, auth_time=at))}


_MESSAGES = {403: "INSUFFICIENT_PERMISSION", 429: "TOO_MANY_ATTEMPTS_TRY_LATER"}


def serve(toolkit: IdentityToolkit) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer(json.loads(raw) if raw.startswith(b"{") else {})

        def _answer(self, body: dict[str, Any]) -> None:
            if toolkit.away and "accounts:" in self.path:
                toolkit.calls["hung up"] += 1
                self.close_connection = True
                return
            status, answer = toolkit.answer(self.command, self.path, body)
            raw = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Cache-Control", "public, max-age=3600")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    toolkit.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def patched(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Google's libraries, and ours, ask there."""
    from firebase_admin import _token_gen, _user_mgt
    from google.auth.credentials import CredentialsWithRegionalAccessBoundary

    from zipp.identity.firebase import google

    base = f"http://127.0.0.1:{port}"
    # It would ask Google, in a thread of its own, where the service account may be used.
    monkeypatch.setattr(
        CredentialsWithRegionalAccessBoundary, "_is_regional_access_boundary_lookup_required", lambda _: False
    )
    monkeypatch.setattr(_token_gen, "ID_TOKEN_CERT_URI", f"{base}/id-certs")
    monkeypatch.setattr(_token_gen, "COOKIE_CERT_URI", f"{base}/cookie-certs")
    monkeypatch.setattr(_token_gen.TokenGenerator, "ID_TOOLKIT_URL", f"{base}/v1")
    monkeypatch.setattr(_user_mgt.UserManager, "ID_TOOLKIT_URL", f"{base}/v1")
    monkeypatch.setattr(google, "_IDENTITY_TOOLKIT", f"{base}/v1")


def key_file(folder: Path, port: int) -> Path:
    """A service account's, as the Firebase console gives it."""
    file = folder / "service-account.json"
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": SERVICE_KEY.kid,
        "private_key": SERVICE_KEY.private_pem,
        "client_email": f"zipp@{PROJECT}.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": f"http://127.0.0.1:{port}/token",
    }
    file.write_text(json.dumps(account))
    return file
