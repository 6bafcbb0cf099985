"""Download caches by name: where a tool keeps what it has fetched, so that the next build need not fetch it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

CACHES = "/tmp/cache"  # noqa: S108 - in a builder stage, which nobody else is in


@dataclass(frozen=True, slots=True)
class Cache:
    """`variables` tell the tool its folder, with {} in its place.

    `sharing`: "locked" where two builds that write at once would spoil it; the second then waits for the first.
    `used_by_build`: not only the installation reads it, so that it can't be emptied before the build is over.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    sharing: Literal["shared", "locked"] = "shared"
    used_by_build: bool = False


_KNOWN = {
    "npm": Cache({"npm_config_cache": "{}"}),
    # pnpm 11 no longer reads npm's variables
    "pnpm": Cache(
        {
            "npm_config_store_dir": "{}/store",
            "npm_config_cache_dir": "{}/metadata",
            "pnpm_config_store_dir": "{}/store",
            "pnpm_config_cache_dir": "{}/metadata",
        }
    ),
    # Yarn 1 and later ones; the first spoils a cache that two of it write to
    "yarn": Cache({"YARN_CACHE_FOLDER": "{}", "YARN_GLOBAL_FOLDER": "{}/berry"}, "locked"),
    "bun": Cache({"BUN_INSTALL_CACHE_DIR": "{}"}),
    "pip": Cache({"PIP_CACHE_DIR": "{}"}),
    "uv": Cache({"UV_CACHE_DIR": "{}"}),
    "poetry": Cache({"POETRY_CACHE_DIR": "{}"}),
    "pipenv": Cache({"PIPENV_CACHE_DIR": "{}"}),
    "composer": Cache({"COMPOSER_CACHE_DIR": "{}"}),
    "go": Cache({"GOMODCACHE": "{}/mod", "GOCACHE": "{}/build"}, used_by_build=True),
    "bundle": Cache({"BUNDLE_USER_CACHE": "{}", "BUNDLE_GLOBAL_GEM_CACHE": "true"}, "locked"),
    "maven": Cache({"MAVEN_OPTS": "-Dmaven.repo.local={}"}, "locked", used_by_build=True),
    "gradle": Cache({"GRADLE_USER_HOME": "{}"}, "locked", used_by_build=True),
    "hugo": Cache({"HUGO_CACHEDIR": "{}"}, used_by_build=True),
}
NAMES = frozenset(_KNOWN)


def cache(name: str) -> Cache:
    """Raises KeyError for a name that no tool has here."""
    return _KNOWN[name]


def folder(name: str) -> str:
    return f"{CACHES}/{name}"


def variables(names: Iterable[str]) -> Mapping[str, str]:
    return {key: text.format(folder(name)) for name in names for key, text in cache(name).variables.items()}
