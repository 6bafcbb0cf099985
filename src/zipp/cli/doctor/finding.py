"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`fail` keeps sites from being deployed or served, `warn` does not; `mend` says what to do about either. An
    `outage` is elsewhere and may pass by itself."""

    name: str
    state: State
    detail: str
    mend: str = ""
    outage: bool = False
