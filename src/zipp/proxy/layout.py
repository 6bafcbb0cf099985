"""Where nginx's things lie: everything under one prefix, nothing outside it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from zipp.domain.errors import Unavailable
from zipp.settings import Settings

# The prefix stands in quoted strings, in a regular expression and in front of variables of the configuration.
_SAFE_PREFIX = re.compile(r"/[A-Za-z0-9._/@+=~ -]+\Z")
_LONGEST_SOCKET_PATH = 107  # sockaddr_un.sun_path, unix(7)


@dataclass(frozen=True, slots=True)
class Layout:
    """`routes`, `upstreams`, `pages` and `checks` are read by nginx's workers, `private` by the platform alone."""

    prefix: Path

    @classmethod
    def of(cls, settings: Settings) -> Layout:
        """Symlinks are resolved, because nginx compares real paths. Raises Unavailable `proxy_path_unsuitable`."""
        at = cls((settings.data_dir / "nginx").resolve())
        if not _SAFE_PREFIX.match(str(at.prefix)) or len(str(at.socket)) > _LONGEST_SOCKET_PATH:
            raise Unavailable(
                "nginx can't work in the data folder: its path has unusual characters or is too long.",
                code="proxy_path_unsuitable",
                hint="Set ZIPP_DATA_DIR to a path of at most 80 letters, digits and . _ - + = ~ @ / characters.",
            )
        return at

    @property
    def conf(self) -> Path:
        return self.prefix / "nginx.conf"

    @property
    def pid_file(self) -> Path:
        return self.prefix / "nginx.pid"

    @property
    def routes(self) -> Path:
        """One symlink per host: the route table."""
        return self.prefix / "routes"

    @property
    def upstreams(self) -> Path:
        """One empty folder per address that a route or a check leads to."""
        return self.prefix / "upstreams"

    @property
    def pages(self) -> Path:
        return self.prefix / "pages"

    @property
    def checks(self) -> Path:
        """One symlink per probe under way."""
        return self.prefix / "checks"

    @property
    def switching(self) -> Path:
        """Symlinks on their way into the table; on the same file system, and never seen as a host."""
        return self.prefix / "switching"

    @property
    def logs(self) -> Path:
        return self.prefix / "logs"

    @property
    def access_log(self) -> Path:
        return self.logs / "access.log"

    @property
    def error_log(self) -> Path:
        return self.logs / "error.log"

    @property
    def temp(self) -> Path:
        return self.prefix / "temp"

    @property
    def private(self) -> Path:
        return self.prefix / "private"

    @property
    def socket(self) -> Path:
        """nginx makes its Unix sockets world-writable: the folder is what keeps others out."""
        return self.private / "internal.sock"

    def make(self, *, workers_group: int | None = None) -> None:
        """Idempotent. Workers of another account, with `workers_group`, may open the logs by their names: they do when
        a log was set aside."""
        for folder in (self.prefix, self.routes, self.upstreams, self.pages, self.checks, self.temp):
            _folder(folder, 0o755)
        for folder in (self.switching, self.private):
            _folder(folder, 0o700)
        _folder(self.logs, 0o700 if workers_group is None else 0o710)
        if workers_group is not None:
            os.chown(self.logs, -1, workers_group)


def _folder(folder: Path, mode: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)  # whatever the umask
