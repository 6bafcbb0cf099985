"""The reference: the same done by hand, with the engine's own command line and an nginx of one's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from hand_nginx import HandNginx
from live import free_port

RUN_LABEL = "zipp.bench"
ENGINE_CLI = "/usr/bin/docker"  # the one that came with the engine, where there are several


class ByHand:
    """Everything that it makes bears the label zipp.bench=<run>, and `close` removes it by that."""

    def __init__(self, run: str) -> None:
        self.run_id = run
        self.label = f"{RUN_LABEL}={run}"
        self.cli = ENGINE_CLI if os.access(ENGINE_CLI, os.X_OK) else "docker"
        self.folder = Path(tempfile.mkdtemp(prefix="zipp-bench-", dir="/tmp"))
        self.folder.chmod(0o755)  # nginx's workers are another account
        self.nginx = HandNginx(self.folder / "nginx")
        self._foreign_cache: set[str] | None = None

    def start(self) -> None:
        self.nginx.start()

    def docker(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            [self.cli, *arguments], capture_output=True, text=True, env={**os.environ, **(env or {})}, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"docker {arguments[0]} failed: {(done.stderr or done.stdout).strip()[-600:]}")
        return done.stdout.strip()

    def build(self, image: str, folder: Path, *, buildkit: bool = False) -> None:
        env = {"DOCKER_BUILDKIT": "1" if buildkit else "0"}
        self.docker("build", "-q", "--label", self.label, "-t", image, str(folder), env=env)

    def has_buildkit(self) -> bool:
        """Whether this command line can build with BuildKit: found out by doing it."""
        self._foreign_cache = self._build_cache()
        folder = self.folder / "buildkit"
        folder.mkdir()
        (folder / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
        try:
            self.build(self.image_name("buildkit"), folder, buildkit=True)
        except RuntimeError:
            return False
        return True

    def empty_build_cache(self) -> None:
        """BuildKit's whole cache, whoever's: only then is a build really the first."""
        self.docker("builder", "prune", "-af")

    def image_size(self, image: str) -> float:
        """In bytes, everything that it stands on included."""
        return float(self.docker("image", "inspect", "--format", "{{.Size}}", image))

    def container(self, image: str, listen_port: int) -> tuple[str, str]:
        """Start one as people do, published on a port of this host: its id, and the published address."""
        address = f"127.0.0.1:{free_port()}"
        return self.docker("run", "-d", "--label", self.label, "-p", f"{address}:{listen_port}", image), address

    def remove_container(self, container: str, *, grace_seconds: int | None = None) -> None:
        if grace_seconds is not None:
            self.docker("stop", "-t", str(grace_seconds), container)
        self.docker("rm", "-f", container)

    def image_name(self, site: str) -> str:
        return f"zipp-bench/{site}:{self.run_id}"

    def remove_labelled(self, label: str) -> None:
        """Containers first, then images, a few times over: an image may have to wait for its children."""
        containers = self.docker("ps", "-aq", "--filter", f"label={label}").split()
        if containers:
            self.docker("rm", "-f", "-v", *containers)
        for _ in range(3):
            images = set(self.docker("images", "-aq", "--no-trunc", "--filter", f"label={label}").split())
            if not images:
                return
            try:
                self.docker("rmi", "-f", *images)
            except RuntimeError:
                time.sleep(0.2)

    def close(self) -> None:
        try:
            self.remove_labelled(self.label)
            self._forget_build_cache()
        finally:
            self.nginx.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _build_cache(self) -> set[str]:
        return set(self.docker("system", "df", "-v", "--format", "{{range .BuildCache}}{{.ID}} {{end}}").split())

    def _forget_build_cache(self) -> None:
        """BuildKit's cache bears no labels: what was not there before goes, each after those that stand on it."""
        if self._foreign_cache is None:
            return
        left = self._build_cache() - self._foreign_cache
        while left:
            for record in left:
                self.docker("builder", "prune", "-af", "--filter", f"id={record}")
            before, left = left, self._build_cache() - self._foreign_cache
            if left == before:
                return
