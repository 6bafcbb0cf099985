from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from identitytoolkit import IdentityToolkit, patched, serve
from realfirebase import RealFirebase, opened


@pytest.fixture
def toolkit(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityToolkit]:
    for name in ("FIREBASE_AUTH_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST"):
        monkeypatch.delenv(name, raising=False)
    toolkit = IdentityToolkit()
    server = serve(toolkit)
    patched(monkeypatch, toolkit.port)
    yield toolkit
    server.shutdown()
    server.server_close()


@pytest.fixture
async def firebase(toolkit: IdentityToolkit, tmp_path: Path) -> AsyncIterator[RealFirebase]:
    async with opened(toolkit, tmp_path) as firebase:
        yield firebase
