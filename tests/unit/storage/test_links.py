"""Signed links. The emulator checks no signature: here each is checked as Google does, with the account's public key
(cloud.google.com/storage/docs/access-control/signing-urls-manually)."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import google.auth.credentials
import httpx
import pytest
from buckets import bucket_settings
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.auth.exceptions import RefreshError

from zipp.firebase.connection import Firebase
from zipp.storage.bucket import BucketStorage
from zipp.storage.storage import archive_key

EMAIL = "zipp@demo-zipp.iam.gserviceaccount.com"
CONTENT = b"content"
KEY = archive_key(sha256(CONTENT).hexdigest())


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def key_file(tmp_path: Path, private_key: rsa.RSAPrivateKey) -> Path:
    """A service account's key file, as the Firebase console gives it."""
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    account = {
        "type": "service_account",
        "project_id": "demo-zipp",
        "private_key_id": "1",
        "private_key": private_key.private_bytes(*form).decode(),
        "client_email": EMAIL,
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account))
    return file


async def stored(folder: Path, emulator: str, bucket: str, **settings: object) -> BucketStorage:
    firebase = Firebase(bucket_settings(folder, emulator, bucket, **settings))
    opened = BucketStorage(firebase, copies=folder / "copies")
    await opened.start()
    file = folder / "upload"
    file.write_bytes(CONTENT)
    await opened.put(KEY, file)
    return opened


def check_signature(url: str, public_key: rsa.RSAPublicKey) -> None:
    """Raises InvalidSignature."""
    parts = urlsplit(url)
    query, _, signature = parts.query.rpartition("&X-Goog-Signature=")
    given = {name: values[0] for name, values in parse_qs(query).items()}
    canonical = "&".join(sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in given.items()))
    request = "\n".join(("GET", parts.path, canonical, f"host:{parts.netloc}", "", "host", "UNSIGNED-PAYLOAD"))
    scope = given["X-Goog-Credential"].split("/", 1)[1]
    text = "\n".join((given["X-Goog-Algorithm"], given["X-Goog-Date"], scope, sha256(request.encode()).hexdigest()))
    public_key.verify(bytes.fromhex(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())


async def test_link_is_signed_expires_and_names_the_file(
    bucket_emulator: str, bucket: str, tmp_path: Path, key_file: Path, private_key: rsa.RSAPrivateKey
) -> None:
    opened = await stored(tmp_path, bucket_emulator, bucket, firebase_credentials=key_file)
    url = await opened.link(KEY, filename="blog-12345678.zip", seconds=300)
    assert url is not None
    assert urlsplit(url).path == f"/{bucket}/{KEY}"
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query["X-Goog-Algorithm"] == "GOOG4-RSA-SHA256"
    assert query["X-Goog-Expires"] == "300"
    assert query["X-Goog-Credential"].startswith(f"{EMAIL}/")
    assert query["response-content-disposition"] == 'attachment; filename="blog-12345678.zip"'
    check_signature(url, private_key.public_key())
    for changed in (url.replace("Expires=300", "Expires=301"), url.replace(KEY, f"{KEY}x")):
        with pytest.raises(InvalidSignature):
            check_signature(changed, private_key.public_key())
    assert httpx.get(url, trust_env=False).content == CONTENT
    await opened.close()


async def test_link_never_lasts_longer_than_google_allows(
    bucket_emulator: str, bucket: str, tmp_path: Path, key_file: Path
) -> None:
    opened = await stored(tmp_path, bucket_emulator, bucket, firebase_credentials=key_file)
    url = await opened.link(KEY, filename="a.zip", seconds=10**9)
    assert url is not None
    assert parse_qs(urlsplit(url).query)["X-Goog-Expires"] == [str(7 * 86_400)]
    await opened.close()


@pytest.mark.parametrize("filename", ["", 'a".zip', "a/b.zip", "a\r\nb", "a b"])
async def test_file_name_that_could_change_the_header_is_refused(
    bucket_emulator: str, bucket: str, tmp_path: Path, key_file: Path, filename: str
) -> None:
    opened = await stored(tmp_path, bucket_emulator, bucket, firebase_credentials=key_file)
    with pytest.raises(ValueError, match="not a plain file name"):
        await opened.link(KEY, filename=filename, seconds=60)
    await opened.close()


async def test_account_for_which_nobody_signs_gives_no_link_and_no_error(
    bucket_emulator: str, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    class Machine(google.auth.credentials.Credentials):
        """A machine's own account, out of reach of the service that would sign for it."""

        service_account_email = "default"

        def refresh(self, request: object) -> None:
            asked.append(request)
            raise RefreshError("no answer")

    opened = await stored(tmp_path, bucket_emulator, bucket)
    monkeypatch.setattr(opened._firebase, "credentials", Machine(), raising=False)
    for _ in range(2):
        assert await opened.link(KEY, filename="a.zip", seconds=60) is None
    assert len(asked) == 1, "it is not asked again at once"
    await opened.close()
