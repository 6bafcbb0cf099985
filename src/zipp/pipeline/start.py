"""Step 4, start: an image becomes a container."""

from __future__ import annotations

from zipp.domain.deployment import Deployment
from zipp.domain.plan import BuildPlan, Limits, Serve
from zipp.domain.route import Release, Target, Upstream
from zipp.domain.site import Site
from zipp.pipeline.build import plan_of
from zipp.pipeline.kit import Kit
from zipp.runtime.runtime import ContainerSpec, PortTaken


async def start(kit: Kit, deployment: Deployment, site: Site, *, boost: bool = False) -> Deployment:
    """Run the deployment's container on a port of its own. Idempotent; nothing to do for a release folder.

    With `boost` it may use the processors that a build may until it is live: most of a start is compiling.
    """
    plan = plan_of(deployment)
    if plan.serve is Serve.NGINX:
        return deployment
    taken: set[int] = set()
    starting_cpus = kit.settings.build_cpus if boost else 0.0
    while True:
        port = await kit.records.allocate_port(
            deployment.id, start=kit.settings.port_range_start, end=kit.settings.port_range_end, exclude=taken
        )
        if port != deployment.port:
            deployment = await kit.save(deployment.model_copy(update={"port": port}))
        try:
            await kit.runtime.run(_spec(kit, deployment, site, plan, port, starting_cpus))
        except PortTaken:
            taken.add(port)
            continue
        await collect(kit, deployment, site)
        return deployment


async def collect(kit: Kit, deployment: Deployment, site: Site) -> None:
    """Store what the container prints, but for the values that it was given to keep. Idempotent."""
    kit.log.hide(deployment.id, list(kit.env(site).values()))
    await kit.log.collect(deployment.id)


def _spec(
    kit: Kit, deployment: Deployment, site: Site, plan: BuildPlan, host_port: int, starting_cpus: float
) -> ContainerSpec:
    return ContainerSpec(
        deployment_id=deployment.id,
        site=site.name,
        image=deployment.image or "",
        listen_port=plan.port,
        host_port=host_port,
        env={**plan.env, **kit.env(site), "PORT": str(plan.port)},
        limits=limits_of(plan, site),
        starting_cpus=starting_cpus,
        read_only_root=plan.read_only_root,
        mounts={kit.release_folder(deployment): "/srv/site"} if plan.is_static else {},
    )


def limits_of(plan: BuildPlan, site: Site) -> Limits:
    return plan.limits.within(site.limits)


async def target_of(kit: Kit, deployment: Deployment) -> Target | None:
    """Where the deployment's requests go; None when its container is gone or does not run."""
    if plan_of(deployment).serve is Serve.NGINX:
        release = kit.release_folder(deployment)
        return Release(release) if release.is_dir() else None
    container = await kit.runtime.get(deployment.id)
    return Upstream(container.address, container.listen_port) if container and container.address else None
