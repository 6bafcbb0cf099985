"""An archive on its way to the platform: read from disk piece by piece, never held in memory."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """`sent` is told the number of bytes of each piece."""

    file: Path
    filename: str
    sent: Callable[[int], object] = lambda _: None

    @property
    def size(self) -> int:
        return self.file.stat().st_size

    def body(self, env: Mapping[str, str]) -> tuple[dict[str, str], Iterator[bytes]]:
        """Headers and content: the raw archive, or a form where an environment comes along."""
        return self._form(env) if env else self._raw()

    def _raw(self) -> tuple[dict[str, str], Iterator[bytes]]:
        return {"Content-Type": "application/zip", "Content-Length": str(self.size)}, self._pieces()

    def _form(self, env: Mapping[str, str]) -> tuple[dict[str, str], Iterator[bytes]]:
        boundary = secrets.token_hex(16)
        name = self.filename.replace('"', "%22").replace("\r", "").replace("\n", "")
        before = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="env"\r\n\r\n{json.dumps(dict(env))}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/zip\r\n\r\n"
        ).encode()
        after = f"\r\n--{boundary}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(before) + self.size + len(after)),
        }

        def content() -> Iterator[bytes]:
            yield before
            yield from self._pieces()
            yield after

        return headers, content()

    def _pieces(self) -> Iterator[bytes]:
        with self.file.open("rb") as archive:
            while piece := archive.read(PIECE_BYTES):
                yield piece
                self.sent(len(piece))
