"""What the pipeline needs from its neighbours in the same layer; monitoring keeps these promises, wiring joins them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

from zipp.domain.log import LogLine


class DeploymentLog(Protocol):
    async def write(
        self, deployment_id: str, stage: str, text: str, *, stream: Literal["stdout", "stderr", "zipp"] = "zipp"
    ) -> None:
        """Append one or more lines (split at line ends)."""

    def hide(self, deployment_id: str, secrets: Collection[str]) -> None:
        """Never store these values: they are replaced in every later line of the deployment."""

    async def collect(self, deployment_id: str) -> None:
        """From now on store what the deployment's container prints. Idempotent; ends when the container is gone."""

    async def settle(self, deployment_id: str) -> None:
        """Wait until what the (exited) container printed is stored, then stop collecting. Idempotent."""

    async def tail(self, deployment_id: str, *, limit: int) -> Sequence[LogLine]:
        """The last lines of all that was written so far, of every stage."""

    async def delete(self, deployment_id: str) -> None:
        """Idempotent."""
