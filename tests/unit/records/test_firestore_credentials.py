"""Without an emulator: what Google has to say against the platform's credentials is told as such. Nothing leaves here:
the service account's token endpoint is the test's own, and Firestore is where nobody listens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
from live import free_port

from zipp.domain.errors import Unavailable, Unreachable
from zipp.firebase.connection import Firebase
from zipp.records.firestore import FirestoreRecords
from zipp.settings import Settings

ANSWERS: dict[str, tuple[int, object]] = {
    "deleted key": (400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}),
    "good key": (200, {"access_token": "x", "expires_in": 3600, "token_type": "Bearer"}),
}


@pytest.fixture(params=list(ANSWERS))
def token_endpoint(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    status, answer = ANSWERS[request.param]

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield request.param, f"http://127.0.0.1:{server.server_port}/token"
    server.shutdown()
    server.server_close()
    thread.join()


def key_file(folder: Path, token_uri: str) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    content = {"type": "service_account", "project_id": "demo-zipp", "private_key_id": "k", "private_key": text}
    file = folder / "key.json"
    file.write_text(json.dumps(content | {"client_email": "zipp@demo-zipp.example", "token_uri": token_uri}))
    return file


async def test_key_that_google_refuses_is_said_to_be(
    token_endpoint: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    which, token_uri = token_endpoint
    monkeypatch.setattr(FirestoreAsyncClient, "DEFAULT_ENDPOINT", f"127.0.0.1:{free_port()}")
    settings = Settings(
        data_dir=tmp_path,
        records="firestore",
        firebase_project="demo-zipp",
        firebase_credentials=key_file(tmp_path, token_uri),
    )
    records = FirestoreRecords(Firebase(settings))
    expected = (
        (Unavailable, "firebase_credentials_invalid")
        if which == "deleted key"
        else (Unreachable, "records_unreachable")
    )
    for call in (records.start, records.ping):
        with pytest.raises(Unavailable) as caught:
            await call()
        assert (type(caught.value), caught.value.code) == expected
        assert "PRIVATE KEY" not in repr(caught.value)
    await records.close()
