"""A failed step's error, made more precise by what the deployment's log says."""

from __future__ import annotations

from collections.abc import Sequence

from zipp.domain.deployment import Deployment, Step
from zipp.domain.errors import BuildError, DeploymentError, StartError, Unavailable
from zipp.domain.log import RUNTIME_STAGE, LogLine
from zipp.pipeline.diagnosis import LINES, Phase, diagnose, offending
from zipp.pipeline.kit import Kit

# What is known only from outside: that something ended or does not answer. Every other error names its cause already.
_FROM_OUTSIDE = {
    "build_failed",
    "start_command_missing",
    "start_crashed",
    "start_ended",
    "start_timeout",
    "health_failed",
}


async def explained(kit: Kit, deployment: Deployment, error: DeploymentError) -> DeploymentError:
    """The error with the cause that the log tells, or else with the log's last line about an error. Idempotent."""
    if error.code not in _FROM_OUTSIDE or error.line:
        return error
    try:
        lines = await _printed(kit, deployment, error)
    except (Unavailable, OSError):
        return error
    phase: Phase = "build" if isinstance(error, BuildError) else "start"
    cause = diagnose(lines, phase)
    if cause is None:
        return type(error)(error.message, code=error.code, hint=error.hint, line=offending(lines))
    return type(error)(cause.message, code=f"{phase}_{cause.name}", hint=cause.hint, line=cause.line)


async def _printed(kit: Kit, deployment: Deployment, error: DeploymentError) -> Sequence[str]:
    if isinstance(error, StartError):
        await kit.log.settle(deployment.id)
        return of_the_start(await kit.log.tail(deployment.id, limit=LINES))
    lines = await kit.log.tail(deployment.id, limit=LINES)
    return [line.text for line in lines if line.stage == Step.BUILD and line.stream != "zipp"]


def of_the_start(lines: Sequence[LogLine]) -> Sequence[str]:
    """What the site printed since the platform last said something of the check: a new start, where it made one."""
    printed: list[str] = []
    for line in lines:
        if line.stage == Step.CHECK:
            printed.clear()
        elif line.stage == RUNTIME_STAGE:
            printed.append(line.text)
    return printed
