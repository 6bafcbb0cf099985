"""Whether the secrets that are recorded can be opened: they are moved as they are, the key is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zipp.domain.deployment import GitSource
from zipp.domain.errors import Unavailable
from zipp.domain.site import Site
from zipp.moving.collections import COLLECTIONS, Life
from zipp.moving.origin import Origin


async def sealed_with_another_key(origin: Origin, unseal: Callable[[str], object]) -> Sequence[str]:
    """The sites that have such a secret, in the order of their names."""
    found: set[str] = set()
    for collection in COLLECTIONS:
        if collection.name in ("sites", "deployments"):
            async for page in origin.entries(collection):
                found.update(site for site, sealed in map(_sealed, page) if sealed and not _opens(sealed, unseal))
    return sorted(found)


def _sealed(entry: Site | Life) -> tuple[str, str]:
    if isinstance(entry, Site):
        return entry.name, entry.env_encrypted
    source = entry.deployment.source
    return entry.deployment.site, source.token_encrypted if isinstance(source, GitSource) else ""


def _opens(sealed: str, unseal: Callable[[str], object]) -> bool:
    try:
        unseal(sealed)
    except Unavailable as error:
        if error.code != "secret_key_wrong":
            raise
        return False
    return True
