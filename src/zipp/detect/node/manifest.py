"""package.json as detectors need it: whatever has a wrong type counts as absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zipp.detect.project import Project

FILE = "package.json"
_MAX_SCRIPT = 8_000  # a Dockerfile's line may have 65,535 bytes
_MAX_RANGE = 200


@dataclass(frozen=True, slots=True)
class Manifest:
    data: Mapping[str, Any]
    scripts: Mapping[str, str]
    dependencies: Mapping[str, str]  # with the optional ones
    development: Mapping[str, str]

    def script(self, name: str) -> str:
        return self.scripts.get(name, "")

    def has(self, *packages: str) -> bool:
        """Whether any of them is a dependency, of whatever kind."""
        return any(package in self.dependencies or package in self.development for package in packages)

    def major(self, package: str) -> int | None:
        """The first number of the range that is asked for; None for latest, a tag or a path."""
        wanted = (self.dependencies.get(package) or self.development.get(package) or "")[:_MAX_RANGE]
        digits = ""
        for character in wanted.lstrip("^~>=<v ").removeprefix("npm:"):
            if not character.isascii() or not character.isdigit():
                break
            digits += character
        return int(digits[:6]) if digits else None

    def older(self, package: str, major: int) -> bool:
        """Whether a release before `major` is asked for, as far as that can be told."""
        found = self.major(package)
        return found is not None and found < major

    @property
    def main(self) -> str:
        return _text(self.data, "main")


def read_manifest(project: Project) -> Manifest | None:
    """Raises DetectionError: file_invalid, file_too_large, file_not_utf8."""
    data = project.json(FILE)
    if data is None:
        return None
    return Manifest(
        data=data,
        scripts={name: script for name, script in _texts(data, "scripts").items() if len(script) <= _MAX_SCRIPT},
        dependencies=_texts(data, "optionalDependencies") | _texts(data, "dependencies"),
        development=_texts(data, "devDependencies"),
    )


def _texts(parent: Mapping[str, Any], key: str) -> dict[str, str]:
    return {
        name: value.strip()
        for name, value in _table(parent, key).items()
        if isinstance(value, str) and value.strip() and "\0" not in value
    }


def _table(parent: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _text(parent: Mapping[str, Any], key: str) -> str:
    value = parent.get(key)
    return value.strip() if isinstance(value, str) else ""
