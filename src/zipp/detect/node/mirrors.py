"""Lock files that name another registry's host for some of their packages, as a mirror that its author once used.

Where that host can't be reached, the whole installation would fail for it. Versions and checksums stay as they are.
"""

from __future__ import annotations

import re
from collections import Counter

from zipp.detect.node.lockfiles import Manager, read_lock
from zipp.detect.project import Project

# npm then takes everything from the registry that is set, whatever the lock file says.
NPM_ENV = {"npm_config_replace_registry_host": "always"}

_RESOLVED = re.compile(r"^  resolved \"https?://([a-z0-9.-]{1,200})(?::[0-9]{1,5})?/[^\"\n]{1,500}/-/", re.MULTILINE)
_SETTINGS = (".npmrc", ".yarnrc", ".yarnrc.yml")
_MOST = 5


def names_registries(project: Project) -> bool:
    """Whether the project's settings say where some of its packages come from: then nothing else is right."""
    return any("registry" in (project.text(file) or "").lower() for file in _SETTINGS)


def without_stray_hosts(project: Project, manager: Manager) -> tuple[str, ...]:
    """For Yarn 1: the command that takes out of the lock file what only a few of its packages name."""
    if manager.name != "yarn" or names_registries(project):
        return ()
    hosts = Counter(_RESOLVED.findall(read_lock(project, manager.lock))).most_common(_MOST + 1)
    if not 1 < len(hosts) <= _MOST:
        return ()
    stray = "|".join(re.escape(host).replace("\\-", "-") for host, _ in hosts[1:])
    return (f"sed -i -E '\\#^  resolved \"https?://({stray})(:[0-9]+)?/.*/-/#d' {manager.lock}",)
