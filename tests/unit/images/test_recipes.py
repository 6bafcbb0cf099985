from __future__ import annotations

import re
from dataclasses import replace

import pytest

from zipp.images.bases import DEFAULT
from zipp.images.recipes import Recipe, recipes

ALL = recipes("x64")
BUILT_ON = re.compile(r"(?:FROM |--from=)(zipp/\S+)")
LANGUAGES = ("node:22", "node:24", "python:3.11", "python:3.13", "ruby:3.1", "java:17")


@pytest.mark.parametrize("recipe", ALL.values(), ids=ALL.keys())
def test_parents_are_those_that_the_dockerfile_names_and_come_first(recipe: Recipe) -> None:
    named = set(BUILT_ON.findall(recipe.dockerfile))
    names = list(ALL)

    assert set(recipe.parents) == named
    assert all(names.index(parent) < names.index(recipe.name) for parent in recipe.parents)


@pytest.mark.parametrize("recipe", ALL.values(), ids=ALL.keys())
def test_a_root_says_where_it_comes_from_and_has_no_from_of_its_own(recipe: Recipe) -> None:
    is_root = not recipe.parents

    assert is_root == bool(recipe.official and recipe.suite)
    assert is_root != recipe.dockerfile.startswith("FROM ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_there_to_build_and_to_run(language: str) -> None:
    assert {f"zipp/{language}-build", f"zipp/{language}-slim"} <= set(ALL)


def test_what_set_up_makes_needs_no_registry_and_few_images() -> None:
    def roots(name: str) -> set[str]:
        return {root for parent in ALL[name].parents for root in roots(parent)} or {name}

    assert {root for name in DEFAULT for root in roots(name)} == {"zipp/debian:bookworm"}
    assert len(DEFAULT) < 10


@pytest.mark.parametrize("name", [name for name in ALL if name.endswith("-slim")])
def test_what_sites_run_on_has_no_compiler_and_no_package_manager_of_a_language(name: str) -> None:
    words = set(re.split(r"[\s'\"]+", ALL[name].dockerfile))

    assert not words & {"build-essential", "gcc", "git", "python3-pip", "pip", "uv", "npm", "maven"}
    assert "npm" not in ALL[name].npm


def test_no_recipe_names_a_host() -> None:
    texts = [text for recipe in ALL.values() for text in (recipe.dockerfile, *recipe.files.values())]

    assert not [text for text in texts if "://" in text]


def test_digest_follows_everything_that_goes_into_the_image() -> None:
    recipe = Recipe("zipp/x:1", "FROM a", ("a",), {"file": "text"}, {"node": "node@1"})
    others = (
        replace(recipe, name="zipp/x:2"),
        replace(recipe, dockerfile="FROM b"),
        replace(recipe, files={"file": "other"}),
        replace(recipe, npm={"node": "node@2"}),
        replace(recipe, suite="trixie"),
        replace(recipe, official="debian:13"),
    )

    digests = {recipe.digest("beneath"), recipe.digest("other"), *(other.digest("beneath") for other in others)}

    assert len(digests) == 2 + len(others)
    assert replace(recipe).digest("beneath") in digests
