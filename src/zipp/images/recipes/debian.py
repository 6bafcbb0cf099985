"""The roots of everything, and the tools that dependencies are compiled with."""

from __future__ import annotations

from collections.abc import Iterator

from zipp.images.recipes.recipe import Recipe, apt

BOOKWORM, TRIXIE = "bookworm", "trixie"

# Headers for what people's dependencies link against most: databases, images, XML, TLS.
TOOLS = (
    *("build-essential", "git", "pkg-config", "curl", "unzip"),
    *("libpq-dev", "default-libmysqlclient-dev", "libffi-dev", "libssl-dev", "zlib1g-dev"),
    *("libjpeg-dev", "libpng-dev", "libxml2-dev", "libxslt1-dev"),
)
LIBRARIES = ("libpq5", "libmariadb3", "libjpeg62-turbo", "libxml2", "libxslt1.1", "libgomp1", "tzdata")


def debian(suite: str) -> str:
    return f"zipp/debian:{suite}"


def toolchain(suite: str) -> str:
    return f"zipp/toolchain:{suite}"


def debian_recipes() -> Iterator[Recipe]:
    for suite in (BOOKWORM, TRIXIE):
        yield Recipe(debian(suite), suite=suite, official=f"debian:{suite}-slim")
        yield Recipe(
            toolchain(suite),
            f"FROM {debian(suite)}\nRUN {apt(*TOOLS, 'python3-dev')}\n",
            parents=(debian(suite),),
        )
