"""Every base image that can be made, by name. A language has up to three for each of its versions:

- `-build` installs and compiles people's dependencies; it stays in the builder stages of a Dockerfile
- `-slim` is what a site's container is made of: the language and the libraries that packages link against
- without a suffix: language and package manager, for people's own Dockerfiles
"""

from __future__ import annotations

from collections.abc import Mapping

from zipp.images.recipes.debian import BOOKWORM, debian, debian_recipes
from zipp.images.recipes.node import node_recipes
from zipp.images.recipes.others import other_recipes
from zipp.images.recipes.php import php_recipes
from zipp.images.recipes.python import python_recipes
from zipp.images.recipes.recipe import ACCOUNT, CA_BUNDLE, CA_ENV, DPKG_SLIM, UID, Recipe
from zipp.images.recipes.static import STATIC, static_recipe

__all__ = ("ACCOUNT", "CA_BUNDLE", "CA_ENV", "DEBIAN", "DPKG_SLIM", "STATIC", "UID", "Recipe", "recipes")

DEBIAN = debian(BOOKWORM)


def recipes(machine: str) -> Mapping[str, Recipe]:
    """Parents before children; `machine` is the engine's architecture as Node calls it: x64 or arm64."""
    made = (
        *debian_recipes(),
        static_recipe(),
        *node_recipes(machine),
        *python_recipes(),
        *php_recipes(),
        *other_recipes(),
    )
    return {recipe.name: recipe for recipe in made}
