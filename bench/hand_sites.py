"""By hand, whole: a folder is built, run, routed, and seen live."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from hand import ByHand
from sources import Files, write
from visits import first_answer

DOCKERFILES = Path(__file__).with_name("by_hand")
PATIENCE_SECONDS = 0.5  # for requests that the old container still works on
STATIC_DOCKERFILE = b"FROM zipp/static:1\nCOPY public /srv/site\n"


@dataclass
class HandSite:
    """A site that somebody keeps up by hand: one image name, one nginx file, one container at a time."""

    hand: ByHand
    name: str
    listen_port: int
    container: str = ""

    def timed_deploy(self, files: Files, mark: str, *, buildkit: bool = False) -> float:
        """Seconds from `docker build`, with the files lying there, to the first 200; the old container goes after."""
        folder = write(files, self.hand.folder / self.name)
        began = time.perf_counter()
        self.hand.build(self.image, folder, buildkit=buildkit)
        container = self._switch(self.image)
        live = first_answer(self.hand.nginx.port, self.hand.nginx.host(self.name), mark)
        self._retire(container)
        return live - began

    def timed_until_answering(self, files: Files, mark: str) -> float:
        """The same source once more: seconds from `docker build` until the new container answers and is routed."""
        folder = write(files, self.hand.folder / self.name)
        began = time.perf_counter()
        self.hand.build(self.image, folder, buildkit=True)
        container, address = self.hand.container(self.image, self.listen_port)
        first_answer(int(address.rpartition(":")[2]), "localhost", mark)
        self.hand.nginx.route(self.name, address)
        self.hand.nginx.reload()
        live = time.perf_counter()
        self._retire(container)
        return live - began

    def timed_rollback(self, image: str, mark: str) -> float:
        """Seconds from `docker run` of an image that was kept to the first 200."""
        began = time.perf_counter()
        container = self._switch(image)
        live = first_answer(self.hand.nginx.port, self.hand.nginx.host(self.name), mark)
        self._retire(container)
        return live - began

    def careful_deploy(self, files: Files, mark: str) -> None:
        """As a careful person does it: routed once it answers, the old one stopped a little later."""
        self.hand.build(self.image, write(files, self.hand.folder / self.name), buildkit=True)
        container, address = self.hand.container(self.image, self.listen_port)
        first_answer(int(address.rpartition(":")[2]), "localhost", mark)
        self.hand.nginx.route(self.name, address)
        self.hand.nginx.reload()
        first_answer(self.hand.nginx.port, self.hand.nginx.host(self.name), mark)
        time.sleep(PATIENCE_SECONDS)
        self._retire(container, grace_seconds=10)

    def keep_image(self, files: Files, tag: str) -> str:
        image = self.hand.image_name(f"{self.name}-{tag}")
        self.hand.build(image, write(files, self.hand.folder / self.name), buildkit=True)
        return image

    def close(self) -> None:
        self._retire("")
        self.hand.nginx.forget(self.name)
        shutil.rmtree(self.hand.folder / self.name, ignore_errors=True)

    @property
    def image(self) -> str:
        return self.hand.image_name(self.name)

    def _switch(self, image: str) -> str:
        container, address = self.hand.container(image, self.listen_port)
        self.hand.nginx.route(self.name, address)
        self.hand.nginx.reload()
        return container

    def _retire(self, successor: str, *, grace_seconds: int | None = None) -> None:
        if self.container:
            self.hand.remove_container(self.container, grace_seconds=grace_seconds)
        self.container = successor


def with_static_dockerfile(files: Files) -> Files:
    return {f"public/{name}": content for name, content in files.items()} | {"Dockerfile": STATIC_DOCKERFILE}


def with_dockerfile(files: Files, name: str) -> Files:
    """The project with the Dockerfile that a careful person writes for it: by_hand/<name>.Dockerfile, for BuildKit."""
    ignored = b"node_modules\n.next\ndist\nDockerfile\n.dockerignore\n"
    return {**files, "Dockerfile": (DOCKERFILES / f"{name}.Dockerfile").read_bytes(), ".dockerignore": ignored}
