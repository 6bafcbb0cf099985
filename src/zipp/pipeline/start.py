"""Steps 4 and 5, start and check: an image becomes a container that answers through the proxy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from zipp.domain.deployment import Deployment
from zipp.domain.errors import StartError, Unavailable
from zipp.domain.plan import BuildPlan, Serve
from zipp.domain.route import Release, Target, Upstream
from zipp.domain.site import Site
from zipp.pipeline.build import has_release, plan_of
from zipp.pipeline.kit import Kit
from zipp.runtime.runtime import Container, ContainerSpec, Listener, PortTaken

# How long a container may listen on other ports only before it counts as a mistake and not as a slow start.
WRONG_PORT_SECONDS = 5.0
EXIT_CODE_SECONDS = 3.0
CONNECT_SECONDS = 0.01
LOOK_SECONDS = 0.25


async def start(kit: Kit, deployment: Deployment, site: Site) -> Deployment:
    """Run the deployment's container on a port of its own. Idempotent; nothing to do for a release folder."""
    plan = plan_of(deployment)
    if plan.serve is Serve.NGINX:
        return deployment
    taken: set[int] = set()
    while True:
        port = await kit.records.allocate_port(
            deployment.id, start=kit.settings.port_range_start, end=kit.settings.port_range_end, exclude=taken
        )
        if port != deployment.port:
            deployment = await kit.save(deployment.model_copy(update={"port": port}))
        try:
            await kit.runtime.run(_spec(kit, deployment, site, plan, port))
        except PortTaken:
            taken.add(port)
            continue
        await collect(kit, deployment, site)
        return deployment


async def collect(kit: Kit, deployment: Deployment, site: Site) -> None:
    """Store what the container prints, but for the values that it was given to keep. Idempotent."""
    kit.log.hide(deployment.id, list(kit.env(site).values()))
    await kit.log.collect(deployment.id)


def _spec(kit: Kit, deployment: Deployment, site: Site, plan: BuildPlan, host_port: int) -> ContainerSpec:
    return ContainerSpec(
        deployment_id=deployment.id,
        site=site.name,
        image=deployment.image or "",
        listen_port=plan.port,
        host_port=host_port,
        env={**plan.env, **kit.env(site), "PORT": str(plan.port)},
        limits=plan.limits.within(site.limits),
        read_only_root=plan.read_only_root,
        mounts={kit.release_folder(deployment): "/srv/site"} if has_release(plan) else {},
    )


async def target_of(kit: Kit, deployment: Deployment) -> Target | None:
    """Where the deployment's requests go; None when its container is gone or does not run."""
    if plan_of(deployment).serve is Serve.NGINX:
        release = kit.release_folder(deployment)
        return Release(release) if release.is_dir() else None
    container = await kit.runtime.get(deployment.id)
    return Upstream(container.address, container.listen_port) if container and container.address else None


async def check(kit: Kit, deployment: Deployment, site: Site) -> Target:
    """Wait until the deployment answers a request through the proxy with anything below 500.

    Raises StartError: start_crashed, start_out_of_memory, start_wrong_port, start_localhost_only, start_timeout,
    health_failed.
    """
    plan = plan_of(deployment)
    if plan.serve is Serve.NGINX:
        return await _check_release(kit, deployment, site, plan)
    began = looked_at = time.monotonic()
    wrong_since, status = None, None
    container = await _alive(kit, deployment)
    target = Upstream(container.address, container.listen_port)
    while (now := time.monotonic()) - began < kit.settings.start_timeout_seconds:
        if await _accepts(container):
            status = await kit.proxy.probe(target, host=kit.settings.site_host(site.name), path=plan.health_path)
            if status < 500:
                return target
        if now - looked_at >= LOOK_SECONDS:  # asking the engine costs more than trying to connect
            looked_at = now
            container = await _alive(kit, deployment)
            wrong_since = None if status else await _watch_listeners(kit, deployment, plan, wrong_since)
        await asyncio.sleep(CONNECT_SECONDS if status is None and now - began < 5 else LOOK_SECONDS)
    raise await _gave_up(kit, deployment, plan, status)


async def _check_release(kit: Kit, deployment: Deployment, site: Site, plan: BuildPlan) -> Target:
    target = Release(kit.release_folder(deployment))
    status = await kit.proxy.probe(target, host=kit.settings.site_host(site.name), path=plan.health_path)
    if status >= 400:
        raise StartError(
            f"nginx answers {status} for {plan.health_path}.",
            code="health_failed",
            hint="The folder needs an index.html that may be read; see `output` and `health` in zipp.toml.",
        )
    return target


async def _alive(kit: Kit, deployment: Deployment) -> Container:
    container = await kit.runtime.get(deployment.id)
    if container is not None and container.state in ("created", "running") and not container.restarts:
        return container
    raise _crash(await _at_rest(kit, deployment))


async def _at_rest(kit: Kit, deployment: Deployment) -> Container | None:
    """The container between two of its restarts: while it runs, the engine knows no exit code."""
    deadline = time.monotonic() + EXIT_CODE_SECONDS
    container = await kit.runtime.get(deployment.id)
    while container is not None and container.state == "running" and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
        container = await kit.runtime.get(deployment.id)
    return container


def _crash(container: Container | None) -> StartError:
    if container is None:
        return StartError("The container disappeared.", code="start_crashed", hint="Somebody removed it: redeploy.")
    if container.oom_killed:
        return StartError(
            "The site ran out of memory while it started.",
            code="start_out_of_memory",
            hint="Raise its memory limit (zipp.toml: limits.memory), or let it use less.",
        )
    if container.exit_code in (126, 127):  # as a shell says it; the container's init passes it on
        return StartError(
            "The start command does not exist in the image, or may not be executed.",
            code="start_command_missing",
            hint="Check the start command (zipp.toml, Procfile, package.json or the Dockerfile's CMD).",
        )
    ended = "" if container.state == "running" else f" with exit code {container.exit_code}"
    return StartError(
        f"The site's process ended{ended} while it started.",
        code="start_crashed",
        hint="The last lines of its log say why; try the start command on your own machine.",
    )


async def _accepts(container: Container) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(container.address, container.listen_port), 1)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def _watch_listeners(
    kit: Kit, deployment: Deployment, plan: BuildPlan, wrong_since: float | None
) -> float | None:
    """Since when the site listens elsewhere only; raises once that has lasted too long to be a slow start."""
    listeners = await kit.runtime.listeners(deployment.id)
    mistake = misplaced(listeners or (), plan.port)
    if mistake is None:
        return None
    since = wrong_since or time.monotonic()
    if time.monotonic() - since >= WRONG_PORT_SECONDS:
        raise mistake
    return since


def misplaced(listeners: Sequence[Listener], port: int) -> StartError | None:
    """The mistake that explains why nobody is reached on `port` although something listens."""
    here = [each for each in listeners if each.port == port]
    if any(not _is_loopback(each) for each in here):
        return None
    if here:
        return StartError(
            f"The site listens on port {port}, but only inside its own container (localhost).",
            code="start_localhost_only",
            hint="Bind to 0.0.0.0 instead of localhost or 127.0.0.1.",
        )
    if listeners:
        others = ", ".join(str(number) for number in sorted({each.port for each in listeners}))
        return StartError(
            f"The site listens on port {others}, but PORT is {port}.",
            code="start_wrong_port",
            hint=f"Let it listen on the PORT variable, or set `port = {listeners[0].port}` in zipp.toml.",
        )
    return None


def _is_loopback(listener: Listener) -> bool:
    return listener.address.startswith("127.") or listener.address == "::1"


async def _gave_up(kit: Kit, deployment: Deployment, plan: BuildPlan, status: int | None) -> StartError:
    seconds = kit.settings.start_timeout_seconds
    if status is not None:
        return StartError(
            f"The site answered {status} for {plan.health_path} for {seconds} seconds.",
            code="health_failed",
            hint="Look at its log, or set `health` in zipp.toml to a path that answers.",
        )
    try:
        mistake = misplaced(await kit.runtime.listeners(deployment.id) or (), plan.port)
    except Unavailable:
        mistake = None
    return mistake or StartError(
        f"Nothing listened on port {plan.port} within {seconds} seconds.",
        code="start_timeout",
        hint="The site must listen on 0.0.0.0 and the PORT variable; its log may say what it waits for.",
    )
