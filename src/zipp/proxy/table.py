"""The route table: a folder of symlinks, one per host. rename(2) switches one; nginx looks at each request.

routes/shop.zipp.localhost -> <a release folder>            nginx serves it
routes/blog.zipp.localhost -> upstreams/172.30.0.5:8080     nginx passes requests on to that address
routes/new.zipp.localhost  -> pages/starting                nginx shows that page
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from zipp.domain.errors import InvalidInput, Unavailable
from zipp.domain.ids import new_id
from zipp.domain.route import Page, Release, Target, Upstream
from zipp.proxy.layout import Layout

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")


def check_host(host: str) -> str:
    """Return `host`; raise InvalidInput `host_invalid` unless it is a lower-case host name without a port (RFC 1123).

    Names come checked; here they become file names, so they are checked once more.
    """
    if not _HOST.match(host):
        raise InvalidInput(
            f"{host[:80]!r} is not a host name.",
            code="host_invalid",
            hint="Give a host name in lower case, without a scheme or a port.",
        )
    return host


class RouteTable:
    """Every call is a few system calls and none awaits, so no two of them interleave."""

    def __init__(self, at: Layout) -> None:
        self._at = at
        self._checks: dict[str, str] = {}  # id -> what it leads to

    def read(self) -> dict[str, Target]:
        with _disk():
            return {link.name: self._target(self._end(link)) for link in self._at.routes.iterdir() if link.is_symlink()}

    def switch(self, host: str, target: Target) -> None:
        """Atomic: a request sees the old target or the new one. Idempotent."""
        link, to = self._at.routes / check_host(host), self._folder(target)
        with _disk():
            self._lead(link, to)

    def remove(self, host: str) -> None:
        with _disk():
            (self._at.routes / check_host(host)).unlink(missing_ok=True)

    def sync(self, routes: Mapping[str, Target]) -> None:
        """Make the table exactly `routes`; nothing is touched when one of them can't be used.

        Leftovers go first: the folders of what is replaced here may still be looked at by a request under way, and
        wait for the next sync.
        """
        wanted = {check_host(host): self._folder(target) for host, target in routes.items()}
        with _disk():
            self._remove_leftovers()
            for entry in self._at.routes.iterdir():
                if entry.name not in wanted:
                    _delete(entry)
            for host, to in wanted.items():
                self._lead(self._at.routes / host, to)

    @contextmanager
    def checking(self, target: Target) -> Iterator[str]:
        """An id under which the internal server leads to `target`, while the context lasts."""
        check_id, to = new_id(), self._folder(target)
        link = self._at.checks / check_id
        self._checks[check_id] = str(to)
        try:
            with _disk():
                self._lead(link, to)
            yield check_id
        finally:
            self._checks.pop(check_id, None)
            with suppress(OSError):
                link.unlink(missing_ok=True)

    def _lead(self, link: Path, to: Path) -> None:
        if to.parent == self._at.upstreams and not to.is_dir():
            to.mkdir(exist_ok=True)
            to.chmod(0o755)
        way = self._way(to)
        if link.is_symlink() and link.readlink() == way:
            return
        if link.is_dir() and not link.is_symlink():
            link.rmdir()  # never ours, and a rename can't replace it
        new = self._at.switching / new_id()
        new.symlink_to(way)
        new.replace(link)

    def _remove_leftovers(self) -> None:
        """Folders of addresses that nothing leads to, and links of a platform that was killed."""
        used = {str(self._end(link)) for link in self._at.routes.iterdir() if link.is_symlink()}
        used.update(self._checks.values())
        for folder in self._at.upstreams.iterdir():
            if str(folder) not in used:
                _delete(folder)
        for link in (*self._at.checks.iterdir(), *self._at.switching.iterdir()):
            if link.name not in self._checks:
                _delete(link)

    def _way(self, to: Path) -> Path:
        """A link's text: relative inside the data folder, so that nginx walks fewer folders and the data can move."""
        return Path(os.path.relpath(to, self._at.routes)) if to.is_relative_to(self._at.prefix.parent) else to

    def _end(self, link: Path) -> Path:
        """Where a link leads, itself a link or not there at all as may be."""
        return Path(os.path.normpath(link.parent / link.readlink()))

    def _folder(self, target: Target) -> Path:
        match target:
            case Release(folder) if folder.is_absolute():
                return folder
            case Upstream(address, port) if _is_ipv4(address) and 1 <= port <= 65535:
                return self._at.upstreams / f"{address}:{port}"
            case Page():
                return self._at.pages / target.value
        raise InvalidInput(
            "A route needs an absolute folder, an IPv4 address with a port, or a page.", code="route_target_invalid"
        )

    def _target(self, to: Path) -> Target:
        if to.parent == self._at.upstreams:
            address, _, port = to.name.rpartition(":")
            return Upstream(address, int(port))
        if to.parent == self._at.pages:
            return Page(to.name)
        return Release(to)


def _is_ipv4(address: str) -> bool:
    try:
        IPv4Address(address)
    except AddressValueError:
        return False
    return True


def _delete(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        entry.rmdir()
    else:
        entry.unlink(missing_ok=True)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The route table can't be changed: {os.strerror(error.errno or 0)}.",
            code="proxy_routes_unusable",
            hint="Look at the room and the permissions of ZIPP_DATA_DIR, then start Zipp again.",
        ) from error
