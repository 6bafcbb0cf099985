"""The images that all others stand on: a registry's official ones, or Debian out of its archive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from zipp.domain.errors import BuildError
from zipp.engine.client import Engine
from zipp.images import bootstrap
from zipp.images.base_build import base_build, failed
from zipp.images.classic import json_messages
from zipp.images.images import WriteLine
from zipp.images.mirrors import env_instruction, environment, security_list, sources_list
from zipp.images.recipes import ACCOUNT, CA_BUNDLE, DPKG_SLIM, Recipe
from zipp.images.registry import NEVER, Registry
from zipp.settings import Settings

FAILURES = "registry.json"  # in the data folder

# The certificates are there before anything is downloaded, and once more after Debian's own were put beside them.
_PULLED = """\
COPY zipp-slim /etc/dpkg/dpkg.cfg.d/zipp-slim
COPY mirror.sh main.list security.list {certificates} /tmp/zipp/
RUN sh /tmp/zipp/mirror.sh && rm -r /tmp/zipp
{copy_certificates}
"""
_MIRROR = """\
set -eu
cd /tmp/zipp
if [ -f certificates.pem ]; then cp certificates.pem {bundle}; fi
if [ -s main.list ]; then
    rm -f /etc/apt/sources.list.d/*
    cp main.list /etc/apt/sources.list
    cp security.list /etc/apt/sources.list.d/
    apt-get -q update -o APT::Update::Error-Mode=any || rm /etc/apt/sources.list.d/security.list
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q update -o APT::Update::Error-Mode=any
apt-get -q -y upgrade
apt-get -q -y install --no-install-recommends ca-certificates
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log
{account}
"""


class Roots:
    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._registry = Registry(engine, settings.base_registry, settings.data_dir / FAILURES)

    def beneath(self) -> str:
        """What a root takes from the host and the settings: another digest where that changes."""
        bundle = self._ca_bundle()
        certificates = hashlib.sha256(bundle.read_bytes()).hexdigest() if bundle else ""
        registry = "" if self._settings.base_registry == NEVER else self._settings.base_registry
        taken = [certificates, dict(environment(self._settings)), self._settings.apt_mirror, registry, ACCOUNT]
        return json.dumps(taken)

    async def make(
        self, recipe: Recipe, labels: Mapping[str, str], folder: Path, write: WriteLine, *, instead: str
    ) -> None:
        """Raises BuildError base_missing, its hint telling what there is `instead`; Unavailable base_failed,
        base_missing_tools.
        """
        pulled = await self._registry.provide(recipe.official, write) if recipe.official else None
        if pulled is not None:
            await self._adapt(recipe, pulled, labels, folder, write)
        elif recipe.needs_registry:
            raise BuildError(
                f"{recipe.name} is made of the image {recipe.official}, and no registry gives it to this machine.",
                code="base_missing",
                hint=f"Without one there are {instead}." if instead else "An admin can set ZIPP_BASE_REGISTRY.",
            )
        else:
            await write(f"Made from the archive of Debian {recipe.suite}", "zipp")
            await self._bootstrap(recipe, labels, folder, write)

    async def _adapt(
        self, recipe: Recipe, pulled: str, labels: Mapping[str, str], folder: Path, write: WriteLine
    ) -> None:
        bundle, mirror = self._ca_bundle(), self._settings.apt_mirror
        lines = _PULLED.format(
            certificates="certificates.pem" if bundle else "",
            copy_certificates=f"COPY certificates.pem {CA_BUNDLE}" if bundle else "",
        )
        dockerfile = f"FROM {pulled}\n{lines}{env_instruction(environment(self._settings))}\n{recipe.dockerfile}"
        files = {
            "zipp-slim": DPKG_SLIM.encode(),
            "mirror.sh": _MIRROR.format(bundle=CA_BUNDLE, account=ACCOUNT).encode(),
            "main.list": sources_list(mirror, recipe.suite).encode() if mirror else b"",
            "security.list": security_list(mirror, recipe.suite).encode() if mirror else b"",
            **({"certificates.pem": bundle.read_bytes()} if bundle else {}),
            **{name: text.encode() for name, text in recipe.files.items()},
        }
        await base_build(self._engine, recipe.name, dockerfile, files, labels, folder, write)

    async def _bootstrap(self, recipe: Recipe, labels: Mapping[str, str], folder: Path, write: WriteLine) -> None:
        await bootstrap.debian(folder, recipe.suite, self._ca_bundle(), self._settings.apt_mirror, write)
        named = " ".join(f"{name}={value}" for name, value in labels.items())
        changes = f'{env_instruction(environment(self._settings))}\nLABEL {named}\nCMD ["/bin/bash"]'
        repository, tag = recipe.name.split(":")
        params = {"fromSrc": "-", "repo": repository, "tag": tag, "changes": changes}
        await self._import(params, bootstrap.tar_of(folder))

    async def _import(self, params: dict[str, str], tar: AsyncIterator[bytes]) -> None:
        headers = {"Content-Type": "application/x-tar"}
        async with self._engine.stream("POST", "images/create", params=params, data=tar, headers=headers) as response:
            async for message in json_messages(response.content.iter_any()):
                if "error" in message:
                    raise failed(params["repo"], str(message["error"]))

    def _ca_bundle(self) -> Path | None:
        if self._settings.build_ca_bundle is not None:
            return self._settings.build_ca_bundle
        return Path(CA_BUNDLE) if Path(CA_BUNDLE).is_file() else None
