"""What the platform puts right by itself when a site does not answer: it changes the plan and starts the site again."""

from __future__ import annotations

from dataclasses import dataclass

from zipp.domain.deployment import Deployment
from zipp.domain.errors import DeploymentError, Unavailable
from zipp.domain.plan import BuildPlan
from zipp.domain.route import Upstream
from zipp.domain.site import Site
from zipp.pipeline.build import plan_of
from zipp.pipeline.kit import Kit
from zipp.pipeline.mistakes import only_port
from zipp.pipeline.start import start
from zipp.proxy.proxy import NO_HTTP

READ_ONLY = "start_read_only"
WRONG_PORT = "start_wrong_port"


@dataclass(frozen=True, slots=True)
class Amendment:
    plan: BuildPlan
    sentence: str


async def amendment(kit: Kit, deployment: Deployment, site: Site, error: DeploymentError) -> Amendment | None:
    """The change that would let the site answer; None where only its owner can make one."""
    plan = plan_of(deployment)
    if error.code == READ_ONLY and plan.read_only_root:
        return Amendment(
            plan.model_copy(update={"read_only_root": False}),
            f"The site writes to its own files, which are read-only (zipp.toml: read_only): {error.line} - starting it "
            "once more with files that it may write to. What it writes there is lost at its next start.",
        )
    if error.code == WRONG_PORT and (port := await _answering_port(kit, deployment, site, plan)):
        return Amendment(
            plan.model_copy(update={"port": port}),
            f"The site listens on port {port} and ignores PORT, which is {plan.port}: using {port}.",
        )
    return None


async def start_again(kit: Kit, deployment: Deployment, site: Site, change: Amendment) -> Deployment:
    """The old container goes first: whoever takes this up after a crash finds it with its plan, or none."""
    await kit.runtime.remove(deployment.id, grace_seconds=1)
    await kit.log.settle(deployment.id)
    deployment = await kit.save(deployment.model_copy(update={"plan": change.plan}))
    await kit.say(deployment, change.sentence)
    return await start(kit, deployment, site, boost=True)


async def _answering_port(kit: Kit, deployment: Deployment, site: Site, plan: BuildPlan) -> int | None:
    """The one other port that the site offers, if a request there is answered: it may be no website's at all."""
    host = kit.settings.site_host(site.name)
    try:
        port = only_port(await kit.runtime.listeners(deployment.id) or ())
        container = await kit.runtime.get(deployment.id)
        if port is None or container is None or not container.address:
            return None
        status = await kit.proxy.probe(Upstream(container.address, port), host=host, path=plan.health_path)
    except Unavailable:
        return None
    return port if NO_HTTP < status < 500 else None
