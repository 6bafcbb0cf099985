"""Which of the Node versions that Zipp has suits a project: zipp.toml, version files, volta or engines say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from zipp.detect.config import Config
from zipp.detect.project import Project

PREFERRED = (22, 24, 20, 18)  # the default first, then the newer before the older
DEFAULT = PREFERRED[0]

# What current major versions of frameworks do not start without, whatever an old version file says.
_LEAST = {"next": (16, 20), "astro": (6, 22), "nuxt": (4, 20), "vite": (7, 20), "@angular/core": (20, 20)}
_NEWEST = 10_000  # "latest", "*"
_CODENAMES = {"hydrogen": 18, "iron": 20, "jod": 22, "krypton": 24}
_MAX_RANGE = 200
_COMPARATOR = re.compile(r"(>=|<=|>|<|=|\^|~)? *v?([0-9]{1,4}|[xX*])(?:\.([0-9]{1,6}|[xX*]))?[0-9A-Za-z.*+-]{0,60}\Z")
_OPERATOR_AND_SPACE = re.compile(r"(>=|<=|>|<|=|\^|~) +")
_FILES = (".nvmrc", ".node-version")


def node_version(project: Project, manifest: Mapping[str, Any], config: Config) -> tuple[int, str]:
    """The major version, and a note for the build log when it is not what was asked for.

    zipp.toml comes first, engines.node last: the others name one version, it names a range. In files of versions,
    whatever is no version (a comment, an alias of somebody's machine) is passed over.
    """
    version, note = _chosen(project, manifest, config)
    name, least = _needed(manifest)
    if version >= least or (config.versions and config.versions.node):
        return version, note
    version = next(major for major in PREFERRED if major >= least)
    return version, f"{name} does not run on the Node that is asked for: Node {version}"


def _chosen(project: Project, manifest: Mapping[str, Any], config: Config) -> tuple[int, str]:
    for where, wanted in _asked(project, manifest, config):
        if any(satisfies(major, wanted) for major in PREFERRED):
            return next(major for major in PREFERRED if satisfies(major, wanted)), ""
        nearest = _nearest(wanted)
        if nearest:
            return nearest, f"{where} asks for {wanted[:40]!r}, Node {nearest} is the nearest there is"
    return DEFAULT, ""


def _needed(manifest: Mapping[str, Any]) -> tuple[str, int]:
    """The framework that needs the newest Node, and its major version; 0 when none is known to need any."""
    needed = [("", 0)]
    for table in ("dependencies", "devDependencies"):
        packages = manifest.get(table)
        for name, (since, least) in _LEAST.items():
            wanted = packages.get(name) if isinstance(packages, dict) else None
            if isinstance(wanted, str) and _major(wanted) >= since:
                needed.append((name, least))
    return max(needed, key=lambda pair: pair[1])


def _major(wanted: str) -> int:
    """The first number of a range; of a tag or `*` the newest there is, and nothing of what names no version."""
    number = re.match(r"[~^>=v ]{0,4}([0-9]{1,4})", wanted[:_MAX_RANGE])
    return int(number[1]) if number else _NEWEST if wanted.strip() in ("latest", "*", "next", "canary") else 0


def _asked(project: Project, manifest: Mapping[str, Any], config: Config) -> Iterator[tuple[str, str]]:
    if config.versions and config.versions.node:
        yield "zipp.toml", config.versions.node
    for file in _FILES:
        lines = (line.partition("#")[0].strip() for line in (project.text(file) or "").splitlines())
        yield from ((file, line) for line in lines if line)
    yield from ((".tool-versions", version) for version in tool_versions(project, "nodejs", "node"))
    for table, key in (("volta", "node"), ("engines", "node")):
        values = manifest.get(table)
        wanted = values.get(key) if isinstance(values, dict) else None
        if isinstance(wanted, str) and wanted.strip():
            yield f"{table}.{key}", wanted.strip()


def tool_versions(project: Project, *names: str) -> tuple[str, ...]:
    """What .tool-versions (asdf, mise) asks for: `nodejs 20.11.0`; the first of several versions on a line."""
    lines = ((project.text(".tool-versions") or "").partition("\0")[0]).splitlines()
    words = (line.partition("#")[0].split() for line in lines)
    return tuple(line[1] for line in words if len(line) > 1 and line[0] in names)


def satisfies(major: int, wanted: str) -> bool:
    """Whether the latest release of `major` is in the range (node-semver's syntax, and nvm's names of releases)."""
    text = wanted[:_MAX_RANGE].strip().lower()
    if text in ("", "node", "latest", "current", "lts/*", "lts", "stable"):
        return major == DEFAULT
    if text.startswith("lts/"):
        return _CODENAMES.get(text.removeprefix("lts/")) == major
    return any(_all_satisfied(major, part.strip()) for part in text.split("||"))


def _all_satisfied(major: int, alternative: str) -> bool:
    lower, hyphen, upper = alternative.partition(" - ")
    if hyphen:
        return _compare(major, f">={lower.strip()}") and _compare(major, f"<={upper.strip()}")
    comparators = _OPERATOR_AND_SPACE.sub(r"\1", alternative).split()
    return all(_compare(major, comparator) for comparator in comparators)


def _compare(major: int, comparator: str) -> bool:
    match = _COMPARATOR.match(comparator)
    if match is None:
        return False
    operator, first, second = match.groups()
    if not first.isdigit():
        return True  # *, x
    wanted = int(first)
    has_minor = bool(second and second.isdigit())
    match operator:
        case ">=":
            return major >= wanted
        case ">":
            return major >= wanted if has_minor else major > wanted
        case "<=":
            return major <= wanted
        case "<":  # below 22.5 there are releases of 22, below 22.0 and 22 there are none
            return major <= wanted if has_minor and int(second) > 0 else major < wanted
        case _:
            return major == wanted


def _nearest(wanted: str) -> int | None:
    """The next newer one, since programs are seldom kept from running there; else the newest. None for no number."""
    number = re.search(r"[0-9]{1,4}", wanted[:_MAX_RANGE])
    if number is None:
        return None
    available = sorted(PREFERRED)
    return next((major for major in available if major >= int(number[0])), available[-1])
