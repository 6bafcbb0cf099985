"""Which framework a package.json belongs to, by the data of frameworks.json (scripts/frameworks tells where from)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from zipp.detect.node.manifest import Manifest
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError


@dataclass(frozen=True, slots=True)
class Condition:
    """A dependency; or a file, which may have to hold one of some texts."""

    package: str = ""
    path: str = ""
    contains: tuple[str, ...] = ()

    def holds(self, project: Project, manifest: Manifest) -> bool:
        if self.package:
            return manifest.has(self.package)
        if not project.has(self.path):
            return False
        return not self.contains or any(text in content_of(project, self.path) for text in self.contains)


@dataclass(frozen=True, slots=True)
class Framework:
    slug: str
    name: str
    every: tuple[Condition, ...]
    some: tuple[Condition, ...]
    supersedes: frozenset[str]
    build: str
    output: str
    single_page: bool  # addresses without a file lead to index.html

    def fits(self, project: Project, manifest: Manifest) -> bool:
        return all(each.holds(project, manifest) for each in self.every) and (
            not self.some or any(each.holds(project, manifest) for each in self.some)
        )


def framework_of(project: Project, manifest: Manifest) -> Framework | None:
    """The first that fits, leaving out those that another fitting one builds upon."""
    fitting = [framework for framework in frameworks() if framework.fits(project, manifest)]
    superseded = {slug for framework in fitting for slug in framework.supersedes}
    return next((framework for framework in fitting if framework.slug not in superseded), None)


@cache
def frameworks() -> tuple[Framework, ...]:
    data = json.loads(Path(__file__).with_name("frameworks.json").read_text("utf-8"))
    return tuple(_framework(entry) for entry in data["frameworks"])


def content_of(project: Project, path: str) -> str:
    """A file that only may tell something: empty when it can't be read."""
    try:
        return project.text(path) or ""
    except DetectionError:
        return ""


def _framework(entry: Mapping[str, Any]) -> Framework:
    return Framework(
        slug=entry["slug"],
        name=entry["name"].partition(" (")[0],
        every=tuple(map(_condition, entry["every"])),
        some=tuple(map(_condition, entry["some"])),
        supersedes=frozenset(entry["supersedes"]),
        build=entry["build"],
        output=entry["output"],
        single_page=entry["single_page"],
    )


def _condition(entry: Mapping[str, Any]) -> Condition:
    return Condition(entry.get("package", ""), entry.get("path", ""), tuple(entry.get("contains", ())))
