"""Step 5, check: a site is live only when a request through the proxy is answered."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from zipp.domain.deployment import Deployment
from zipp.domain.errors import StartError, Unavailable
from zipp.domain.plan import BuildPlan, Serve
from zipp.domain.route import Release, Target, Upstream
from zipp.domain.site import Site
from zipp.pipeline.amend import amendment, start_again
from zipp.pipeline.build import plan_of
from zipp.pipeline.explain import explained
from zipp.pipeline.kit import Kit
from zipp.pipeline.mistakes import crash, misplaced, no_http
from zipp.proxy.proxy import NO_HTTP
from zipp.runtime.runtime import Container

# How long a container may listen on other ports only before it counts as a mistake and not as a slow start.
WRONG_PORT_SECONDS = 5.0
EXIT_CODE_SECONDS = 3.0
CONNECT_SECONDS = 0.005
GREETING_BYTES, GREETING_SECONDS = 4096, 0.05
LOOK_SECONDS = 0.25


async def check(kit: Kit, deployment: Deployment, site: Site) -> tuple[Deployment, Target]:
    """Wait until the deployment answers a request through the proxy with anything below 500.

    What the platform can put right by itself (amend.py) it does once, and stores it with the plan. Raises StartError:
    start_wrong_port, start_no_http, start_timeout, start_ended, health_failed and the rest of docs/errors.md.
    """
    tried: set[str] = set()
    while True:
        try:
            return deployment, await _answering(kit, deployment, site)
        except StartError as error:
            reason = await explained(kit, deployment, error)
            change = None if reason.code in tried else await amendment(kit, deployment, site, reason)
            if change is None:
                raise reason from error.__cause__
            tried.add(reason.code)
            deployment = await start_again(kit, deployment, site, change)


async def _answering(kit: Kit, deployment: Deployment, site: Site) -> Target:
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
            if status == NO_HTTP:
                raise no_http(container.listen_port)
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
    raise crash(await _at_rest(kit, deployment))


async def _at_rest(kit: Kit, deployment: Deployment) -> Container | None:
    """The container between two of its restarts: while it runs, the engine knows no exit code."""
    deadline = time.monotonic() + EXIT_CODE_SECONDS
    container = await kit.runtime.get(deployment.id)
    while container is not None and container.state == "running" and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
        container = await kit.runtime.get(deployment.id)
    return container


async def _accepts(container: Container) -> bool:
    """Whether it takes a connection. What greets first is let finish: a closed end makes many a server fall over."""
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(container.address, container.listen_port), 1)
    except (OSError, TimeoutError):
        return False
    with suppress(OSError, TimeoutError):
        writer.write_eof()
        await asyncio.wait_for(reader.read(GREETING_BYTES), GREETING_SECONDS)
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
