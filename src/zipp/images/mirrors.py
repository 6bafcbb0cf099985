"""Where closed networks get their packages from, as base images carry it: no host is named here, only settings."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from zipp.images.recipes import CA_ENV
from zipp.settings import Settings


def environment(settings: Settings) -> Mapping[str, str]:
    """Set in every base image: the certificates, and the mirrors under the name that each tool reads."""
    found = dict(CA_ENV)
    if registry := settings.npm_registry:
        names = ("npm_config_registry", "YARN_NPM_REGISTRY_SERVER", "BUN_CONFIG_REGISTRY")
        found |= dict.fromkeys(names, registry)
    if index := settings.pypi_index:
        found |= dict.fromkeys(("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"), index)
        if index.startswith("http:"):
            found |= dict.fromkeys(("PIP_TRUSTED_HOST", "UV_INSECURE_HOST"), urlsplit(index).netloc)
    return found


def env_instruction(values: Mapping[str, str]) -> str:
    """For values without spaces, quotes or dollar signs, which settings refuse."""
    return "ENV " + " ".join(f"{name}={value}" for name, value in values.items())


def sources_list(archive: str, suite: str) -> str:
    return f"deb {archive.rstrip('/')} {suite} main\n"


def security_list(archive: str, suite: str) -> str:
    """Beside an archive lies, by custom, the one of its security updates."""
    return f"deb {archive.rstrip('/')}-security {suite}-security main\n"
