"""What is asked of the emulators themselves, over their own HTTP interfaces. The standard library will do."""

from __future__ import annotations

import http.client
import json
from typing import Any

from emulation.problem import Problem
from emulation.programs import BUCKET, OWNER, PROJECT

CALL_SECONDS = 120


def call(address: str, method: str, path: str, body: object = None, *, may_be: tuple[int, ...] = ()) -> Any:
    """Its JSON. Raises Problem for an answer that is neither 200 nor in `may_be`."""
    connection = http.client.HTTPConnection(address, timeout=CALL_SECONDS)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json", **OWNER})
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise Problem(f"The emulator at {address} does not answer: {error}.", "scripts/emulators status") from error
    finally:
        connection.close()
    if answer.status != 200 and answer.status not in may_be:
        raise Problem(f"{method} {path} at {address} answered {answer.status}: {text[:500]!r}", "See its log.")
    return json.loads(text) if text.strip() else None


def make_bucket(address: str, name: str = BUCKET) -> None:
    call(address, "POST", f"/storage/v1/b?project={PROJECT}", {"name": name}, may_be=(409,))
