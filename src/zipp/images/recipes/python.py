"""Python as Debian has it, with what most packages need; further versions only as a registry's official images."""

from __future__ import annotations

from collections.abc import Iterator

from zipp.images.recipes.debian import BOOKWORM, LIBRARIES, TOOLS, TRIXIE, debian, toolchain
from zipp.images.recipes.recipe import UID, Recipe, apt

DEBIANS = {"3.11": BOOKWORM, "3.13": TRIXIE}
OFFICIAL = ("3.9", "3.10", "3.12", "3.14")

_RUN_ENV = "PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1"
_BUILD_ENV = "PIP_DISABLE_PIP_VERSION_CHECK=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never"
_UV = "pip install --break-system-packages --no-cache-dir --root-user-action ignore uv"
# Debian's own Python must not be installed into (PEP 668).
_VENV = f'uv venv --quiet --no-cache --python "$(command -v python3)" /opt/venv && chown -R {UID}:{UID} /opt/venv'


def python_recipes() -> Iterator[Recipe]:
    for version, suite in DEBIANS.items():
        yield from _of_debian(version, suite)
    for version in OFFICIAL:
        yield from _official(version)


def _of_debian(version: str, suite: str) -> Iterator[Recipe]:
    slim, base, tools = f"zipp/python:{version}-slim", debian(suite), toolchain(suite)
    python = "ln -s python3 /usr/bin/python"
    yield Recipe(
        slim,
        f"FROM {base}\nRUN {apt('python3', f'libpython{version}', *LIBRARIES)} && {python}\nENV {_RUN_ENV}\n",
        parents=(base,),
    )
    yield Recipe(
        f"zipp/python:{version}",
        f"FROM {slim}\nRUN {apt('python3-venv', 'python3-pip')} && {_UV}\nENV {_BUILD_ENV}\n",
        parents=(slim,),
    )
    yield Recipe(
        f"zipp/python:{version}-build",
        f"FROM {tools}\nRUN {apt('python3-venv', 'python3-pip')} && {python} && {_UV}\n"
        f"ENV {_RUN_ENV} {_BUILD_ENV}\nRUN {_VENV}\n",
        parents=(tools,),
    )


def _official(version: str) -> Iterator[Recipe]:
    """Debian's own Python stays out of it: the official one lies in /usr/local, and is the first on PATH."""
    slim = f"zipp/python:{version}-slim"
    yield Recipe(
        slim,
        f"RUN {apt(*LIBRARIES)}\nENV {_RUN_ENV}\n",
        suite=BOOKWORM,
        official=f"python:{version}-slim-bookworm",
        needs_registry=True,
    )
    yield Recipe(
        f"zipp/python:{version}",
        f"FROM {slim}\nRUN {_UV}\nENV {_BUILD_ENV}\n",
        parents=(slim,),
    )
    yield Recipe(
        f"zipp/python:{version}-build",
        f"FROM {slim}\nRUN {apt(*TOOLS)} && {_UV}\nENV {_BUILD_ENV}\nRUN {_VENV}\n",
        parents=(slim,),
    )
