"""A line of a deployment's log: build and run time, numbered together from 1 without gaps."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

RUNTIME_STAGE = "runtime"  # the stage of what a container prints once it was started


class LogLine(BaseModel):
    """`stream` is `zipp` for what the platform itself says; `stage` a Step's value or `runtime`."""

    model_config = ConfigDict(frozen=True)

    seq: int
    time: datetime
    stage: str
    stream: Literal["stdout", "stderr", "zipp"]
    text: str
