"""Rules that keep what runs on a bridge away from this host's services. Only root can set them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence

Rule = tuple[str, ...]  # chain, then the match and the target
LOCK_SECONDS = "10"
_NEW = ("-m", "conntrack", "--ctstate", "NEW")


def rules(bridge: str, instance: str) -> Sequence[Rule]:
    """What is refused on `bridge`; the engine's own rules let the rest through (replies, names, the internet)."""
    return (
        *_inward(bridge, instance),
        # only this host may call a container: Docker's own rule for a published port would let the LAN in
        ("DOCKER-USER", "!", "-i", bridge, "-o", bridge, *_NEW, *_comment(instance), "-j", "DROP"),
    )


def shared_rules(bridge: str, instance: str) -> Sequence[Rule]:
    """The same for a bridge that others' containers are on, too: whom they may be called by is not ours to say.

    Neighbours can't call each other on Zipp's own bridges; here it takes a rule.
    """
    return (
        *_inward(bridge, instance),
        ("DOCKER-USER", "-i", bridge, "-o", bridge, *_NEW, *_comment(instance), "-j", "REJECT"),
    )


def _inward(bridge: str, instance: str) -> Sequence[Rule]:
    metadata = ("-d", "169.254.0.0/16", "-p", "tcp", "!", "--dport", "53")
    return (
        # a container may not call the host, by whatever address: the gateway, the LAN's, a published port
        ("INPUT", "-i", bridge, *_NEW, *_comment(instance), "-j", "REJECT"),
        # nor a cloud's metadata service, which hands out the machine's credentials (names by TCP stay possible)
        ("DOCKER-USER", "-i", bridge, *metadata, *_comment(instance), "-j", "REJECT"),
    )


def _comment(instance: str) -> Rule:
    return ("-m", "comment", "--comment", f"zipp:{instance}")


class Firewall:
    """`note` says in one sentence why the rules are not in force; empty when they are."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self.note = ""

    async def protect(self, bridge: str, *, shared: bool = False) -> None:
        """Put the rules first in their chains. Idempotent; never fails, see `note`."""
        for rule in (shared_rules if shared else rules)(bridge, self._instance):
            chain, *match = rule
            if await self._iptables("-C", chain, *match) == 0:
                continue
            if await self._iptables("-I", chain, "1", *match) != 0:
                self.note = "Containers may reach services of this host: iptables could not be used (it needs root)."
                return
        self.note = ""

    async def release(self, bridge: str) -> None:
        """Idempotent."""
        for rule in {*rules(bridge, self._instance), *shared_rules(bridge, self._instance)}:
            while await self._iptables("-D", *rule) == 0:
                pass

    async def _iptables(self, *argv: str) -> int:
        program = next(_programs(), None)
        if program is None:
            return 127
        process = await asyncio.create_subprocess_exec(
            program, "-w", LOCK_SECONDS, *argv,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        return await process.wait()


def _programs() -> Iterator[str]:
    for place in (None, "/usr/sbin:/sbin"):  # a service's PATH often lacks sbin
        if found := shutil.which("iptables", path=place):
            yield found
