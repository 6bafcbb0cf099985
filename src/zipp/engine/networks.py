"""The instance's bridges: neighbours on one can't talk, addresses are chosen, and the firewall knows their names."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zipp.domain.errors import Unavailable
from zipp.engine.client import Engine, EngineRefusal
from zipp.engine.firewall import Firewall

Subnet = ipaddress.IPv4Network
PREFIX = 22  # 1,022 addresses: the engine's default pools would end at the 30th network
_CANDIDATES = [
    subnet for second in range(213, 251) for subnet in Subnet(f"10.{second}.0.0/16").subnets(new_prefix=PREFIX)
]
_ATTEMPTS = 16
_NOT_FOUND = 404
_DEFAULT = "bridge"  # the engine's own, where BuildKit runs its steps
_ROUTES = Path("/proc/net/route")


@dataclass(frozen=True, slots=True)
class Bridge:
    id: str
    name: str
    interface: str
    subnet: Subnet


def interface_of(name: str) -> str:
    """The bridge's interface: at most 15 characters (Linux IFNAMSIZ), the same for the same network name."""
    return f"zp-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def candidates(name: str, taken: Collection[Subnet]) -> Iterator[Subnet]:
    """Subnets that overlap nothing in `taken`, from a place on that differs from name to name."""
    start = int(hashlib.sha256(name.encode()).hexdigest(), 16) % len(_CANDIDATES)
    for subnet in _CANDIDATES[start:] + _CANDIDATES[:start]:
        if not any(subnet.overlaps(other) for other in taken):
            yield subnet


def host_routes(table: str) -> list[Subnet]:
    """The destinations in a /proc/net/route but for default routes; its numbers are little-endian hexadecimal."""
    routes = []
    for line in table.splitlines()[1:]:
        destination, mask = (int.from_bytes(bytes.fromhex(line.split()[column]), "little") for column in (1, 7))
        if mask:
            routes.append(Subnet((destination, mask.bit_count()), strict=False))
    return routes


class Networks:
    def __init__(self, engine: Engine, instance: str) -> None:
        self._engine = engine
        self._instance = instance
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._protected: dict[str, Bridge] = {}
        self.firewall = Firewall(instance)

    async def ensure(self, name: str, *, again: bool = False) -> Bridge:
        """The bridge `name`, made or adopted; a look at each use, since `docker system prune` takes empty networks.

        Its firewall rules are set when it is seen for the first time, and `again` when asked to.
        """
        async with self._locks[name]:
            bridge = await self._find(name) or await self._create(name)
            if again or self._protected.get(name) != bridge:
                await self.firewall.protect(bridge.interface)
                self._protected[name] = bridge
        return bridge

    async def protect_default(self) -> None:
        """The rules for the engine's default bridge, set when it is asked for the first time. Others' containers may be
        on it: they stay reachable, but can't call this host or each other by address any more.
        """
        async with self._locks[_DEFAULT]:
            if _DEFAULT not in self._protected and (bridge := await self._default()) is not None:
                await self.firewall.protect(bridge.interface, shared=True)
                self._protected[_DEFAULT] = bridge

    async def release_default(self) -> None:
        """Others' containers on it are free again. Idempotent; the engine need not answer."""
        async with self._locks[_DEFAULT]:
            if (bridge := self._protected.pop(_DEFAULT, None)) is not None:
                await self.firewall.release(bridge.interface)

    async def _default(self) -> Bridge | None:
        try:
            async with self._engine.call() as docker:
                network = await (await docker.networks.get(_DEFAULT)).show()
        except EngineRefusal as refusal:
            if refusal.status == _NOT_FOUND:  # an engine can be told to have none
                return None
            raise
        interface = (network.get("Options") or {}).get("com.docker.network.bridge.name", "docker0")
        return Bridge(network["Id"], _DEFAULT, interface, _subnets(network)[0])

    async def holders(self, name: str) -> Collection[str]:
        """The addresses in use on the network."""
        try:
            async with self._engine.call() as docker:
                details = await (await docker.networks.get(name)).show()
        except EngineRefusal as refusal:
            if refusal.status == _NOT_FOUND:
                return ()
            raise
        return [each["IPv4Address"].partition("/")[0] for each in (details.get("Containers") or {}).values()]

    async def remove_all(self) -> None:
        """The instance's networks and their rules. Idempotent; they must be empty."""
        async with self._engine.call() as docker:
            for network in await docker.networks.list(filters={"label": f"zipp.instance={self._instance}"}):
                await self.firewall.release(interface_of(network["Name"]))
                await (await docker.networks.get(network["Id"])).delete()
        if (bridge := await self._default()) is not None:
            await self.firewall.release(bridge.interface)
        self._protected.clear()

    async def _find(self, name: str) -> Bridge | None:
        async with self._engine.call() as docker:
            found = await docker.networks.list(filters={"name": name, "label": f"zipp.instance={self._instance}"})
        for network in found:
            if network["Name"] == name:  # the filter also finds longer names
                return _bridge(network)
        return None

    async def _create(self, name: str) -> Bridge:
        async with self._engine.call() as docker:
            networks = await docker.networks.list()
        taken = [subnet for network in networks for subnet in _subnets(network)] + _own_routes()
        refusal: EngineRefusal | None = None
        for subnet, _ in zip(candidates(name, taken), range(_ATTEMPTS), strict=False):
            try:
                async with self._engine.call() as docker:
                    network = await docker.networks.create(_options(name, subnet, self._instance))
                return Bridge(network.id, name, interface_of(name), subnet)
            except EngineRefusal as error:  # the pool overlaps, or another process of ours was faster
                if adopted := await self._find(name):
                    return adopted
                refusal = error
        raise Unavailable(
            f"No network could be made for containers: {refusal.reason if refusal else 'every subnet is taken'}.",
            code="network_failed",
            hint="Zipp takes a /22 of 10.213.0.0 to 10.250.255.255: remove networks that nobody uses.",
        )


def _options(name: str, subnet: Subnet, instance: str) -> dict[str, Any]:
    return {
        "Name": name,
        "CheckDuplicate": True,
        "Driver": "bridge",
        "EnableIPv6": False,
        "IPAM": {"Config": [{"Subnet": str(subnet), "Gateway": str(subnet[1])}]},
        "Options": {
            "com.docker.network.bridge.name": interface_of(name),
            "com.docker.network.bridge.enable_icc": "false",
        },
        "Labels": {"zipp.instance": instance},
    }


def _bridge(network: dict[str, Any]) -> Bridge:
    name = network["Name"]
    return Bridge(network["Id"], name, interface_of(name), _subnets(network)[0])


def _subnets(network: dict[str, Any]) -> list[Subnet]:
    configs = (network.get("IPAM") or {}).get("Config") or []
    parsed = [ipaddress.ip_network(config["Subnet"], strict=False) for config in configs if config.get("Subnet")]
    return [subnet for subnet in parsed if isinstance(subnet, Subnet)]


def _own_routes() -> list[Subnet]:
    try:
        return host_routes(_ROUTES.read_text())
    except OSError:
        return []
