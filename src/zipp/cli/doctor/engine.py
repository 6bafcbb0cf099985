"""The Docker engine: that it answers, what it can limit, what it has, and what keeps sites from this machine."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Mapping
from typing import Any

from zipp.cli.doctor.finding import Finding, State
from zipp.cli.doctor.machine import find
from zipp.domain.errors import Unavailable
from zipp.engine.client import Engine
from zipp.engine.firewall import rules
from zipp.engine.networks import interface_of
from zipp.images.bases import DEFAULT
from zipp.images.buildkit_builder import groups_of
from zipp.settings import Settings

# What a container's limits rest on, by the engine's own names in GET /info.
LIMITS = {"MemoryLimit": "memory", "SwapLimit": "swap", "CpuCfsQuota": "CPU", "PidsLimit": "processes"}
MINIMUM_API = (1, 41)
_ENGINE_SECONDS = 10


def check_engine(settings: Settings) -> Finding:
    try:
        version = asyncio.run(_ask(settings, "version"))
    except Unavailable as error:
        return Finding("engine", "fail", error.message, "make up starts it (scripts/engine); or set ZIPP_DOCKER_HOST.")
    detail = f"Docker {version['Version']}, API {version['ApiVersion']}"
    if tuple(int(part) for part in str(version["ApiVersion"]).split(".")) < MINIMUM_API:
        return Finding("engine", "fail", detail, "Update the engine: Zipp needs Docker 20.10 or later.")
    return Finding("engine", "ok", detail)


def check_limits(settings: Settings) -> Finding:
    info = asyncio.run(_ask(settings, "info"))
    missing = [name for key, name in LIMITS.items() if not info.get(key)]
    if not missing:
        return Finding("limits", "ok", ", ".join(LIMITS.values()))
    # Without swap accounting a container may swap beyond its memory limit; the others hold sites in.
    state: State = "warn" if missing == ["swap"] else "fail"
    mend = "Enable them in the kernel: for swap boot with cgroup_enable=memory swapaccount=1."
    return Finding("limits", state, f"The engine can't limit {', '.join(missing)}.", mend)


def check_builder(settings: Settings) -> Finding:
    """Either gives the same results; BuildKit gives them sooner."""
    if settings.builder == "classic":
        return Finding("builder", "ok", "the classic one, as ZIPP_BUILDER says")
    why_not = asyncio.run(_why_not_buildkit(settings))
    if not why_not:
        return Finding("builder", "ok", "BuildKit, each step held to the limits of builds")
    if settings.builder == "buildkit":
        return Finding("builder", "warn", f"BuildKit without limits: {why_not}.", "Set ZIPP_BUILDER=auto.")
    return Finding("builder", "ok", f"the classic one, since BuildKit's steps can't be limited: {why_not}")


def check_base_images(settings: Settings) -> Finding:
    images = asyncio.run(_ask(settings, "images"))["tags"]
    missing = [name for name in DEFAULT if name not in images]
    if missing:
        return Finding("base images", "warn", f"Missing: {', '.join(missing)}.", "zipp bases (as root) makes them.")
    return Finding("base images", "ok", ", ".join(DEFAULT))


def check_isolation(settings: Settings) -> Finding:
    if os.geteuid() != 0:
        return Finding(
            "firewall", "warn", "Only root can see it, and set it.", "Run the platform and zipp doctor as root."
        )
    iptables = find("iptables")
    if iptables is None:
        return Finding(
            "firewall", "warn", "Sites may reach services of this machine.", "apt-get install iptables; zipp down; up"
        )
    networks = asyncio.run(_ask(settings, "networks"))["names"]
    for name in networks:
        if not all(_in_force(iptables, rule) for rule in rules(interface_of(name), settings.instance)):
            return Finding(
                "firewall",
                "warn",
                f"Sites on {name} may reach services of this machine: a rule is missing.",
                "Restart the platform: zipp down, zipp up. It sets them at each start.",
            )
    return Finding("firewall", "ok", f"{len(networks)} network(s) kept apart" if networks else "no network yet")


def _in_force(iptables: str, rule: tuple[str, ...]) -> bool:
    answer = subprocess.run([iptables, "-w", "-C", *rule], capture_output=True, timeout=_ENGINE_SECONDS, check=False)
    return answer.returncode == 0


async def _why_not_buildkit(settings: Settings) -> str:
    engine = Engine(settings.docker_host)
    try:
        return (await groups_of(engine))[1]
    finally:
        await engine.close()


async def _ask(settings: Settings, what: str) -> Mapping[str, Any]:
    engine = Engine(settings.docker_host)
    try:
        async with engine.call(_ENGINE_SECONDS) as docker:
            match what:
                case "version":
                    return await docker.version()
                case "info":
                    return await docker.system.info()
                case "images":
                    return {"tags": [tag for image in await docker.images.list() for tag in image["RepoTags"] or ()]}
                case _:
                    filters = {"label": f"zipp.instance={settings.instance}"}
                    return {"names": [network["Name"] for network in await docker.networks.list(filters=filters)]}
    finally:
        await engine.close()
