"""Projects made for a Node before 17: their webpack 4 hashes with MD4, which OpenSSL 3 only has on request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from zipp.detect.node.lockfiles import DEPENDENCIES, read_lock, read_npm_lock, table, text
from zipp.detect.project import Project

LEGACY_OPENSSL = "--openssl-legacy-provider"  # nodejs.org/api/cli.html: added in 17.0

# The first major version that comes with webpack 5.61 or another bundler.
_FIRST_MODERN = {
    "react-scripts": 5,
    "webpack": 5,
    "@vue/cli-service": 5,
    "gatsby": 4,
    "next": 12,
    "nuxt": 3,
    "@angular/cli": 13,
    "@angular-devkit/build-angular": 13,
    "laravel-mix": 6,
    "vuepress": 2,
    "preact-cli": 4,
    "@wordpress/scripts": 20,
    "ember-auto-import": 2,
    "@docusaurus/core": 3,
}
_FIRST_NUMBER = re.compile(r"[~^>=v ]{0,4}([0-9]{1,4})")
_WEBPACK_4 = re.compile(r"^(?:\"?webpack@[^\n]{0,100}:\n  version:? \"?4\.|  /?webpack@4\.)", re.MULTILINE)


def needs_legacy_openssl(project: Project, manifest: Mapping[str, Any], lock: str) -> bool:
    """By what package.json asks for, else by the webpack that the lock file has."""
    asked = {name: version for kind in DEPENDENCIES for name, version in table(manifest, kind).items()}
    if any(_major(asked.get(name)) < modern for name, modern in _FIRST_MODERN.items()):
        return True
    if not lock or "webpack" in asked:
        return False
    content = read_lock(project, lock)
    return _in_npm_lock(project, lock) if lock.endswith(".json") else bool(_WEBPACK_4.search(content))


def _in_npm_lock(project: Project, lock: str) -> bool:
    content = read_npm_lock(project, lock)
    entry = table(table(content, "packages"), "node_modules/webpack") or table(
        table(content, "dependencies"), "webpack"
    )
    return text(entry, "version").startswith("4.")


def _major(version: object) -> int:
    found = _FIRST_NUMBER.match(version) if isinstance(version, str) else None
    return int(found[1]) if found else 9999
