"""Buckets of a test's own in the Storage emulator, and storages that use them."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import httpx

from zipp.firebase.connection import Firebase
from zipp.settings import Settings
from zipp.storage.bucket import BucketStorage

PROJECT = "demo-zipp"


def new_bucket(emulator: str) -> str:
    name = f"t-{secrets.token_hex(6)}"
    answer = httpx.post(f"{emulator}/storage/v1/b", json={"name": name}, trust_env=False)
    assert answer.status_code == 200, answer.text
    return name


def bucket_settings(folder: Path, emulator: str, bucket: str, **changes: Any) -> Settings:
    """Only files live in Firebase."""
    chosen: dict[str, Any] = {
        "environment": "development",
        "storage": "firebase",
        "firebase_project": PROJECT,
        "firebase_bucket": bucket,
        "storage_emulator": emulator,
    }
    return Settings(data_dir=folder, **(chosen | changes))


def bucket_storage(folder: Path, emulator: str, bucket: str, *, max_bytes: int = 4 * 1024**3) -> BucketStorage:
    firebase = Firebase(bucket_settings(folder, emulator, bucket))
    return BucketStorage(firebase, copies=folder / "copies", copies_max_bytes=max_bytes)


def objects(emulator: str, bucket: str) -> list[str]:
    """What the emulator itself says is there."""
    answer = httpx.get(f"{emulator}/storage/v1/b/{bucket}/o", trust_env=False).json()
    return sorted(item["name"] for item in answer.get("items", ()))
