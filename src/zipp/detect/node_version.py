"""Which of the Node versions that Zipp has suits a project, from .nvmrc, .node-version or engines.node."""

from __future__ import annotations

import re

from zipp.detect.project import Project

PREFERRED = (22, 24, 20, 18)  # the default first, then the newer before the older
DEFAULT = PREFERRED[0]

_CODENAMES = {"hydrogen": 18, "iron": 20, "jod": 22, "krypton": 24}
_MAX_RANGE = 200
_COMPARATOR = re.compile(r"(>=|<=|>|<|=|\^|~)? *v?([0-9]{1,4}|[xX*])(?:\.([0-9]{1,6}|[xX*]))?[0-9A-Za-z.*+-]{0,60}\Z")
_OPERATOR_AND_SPACE = re.compile(r"(>=|<=|>|<|=|\^|~) +")


def node_version(project: Project, engines: object) -> tuple[int, str]:
    """The major version, and a note for the build log when it is not what was asked for.

    A version file comes before engines.node, since it names one version and not a range.
    """
    for file in (".nvmrc", ".node-version"):
        wanted = (project.text(file) or "").strip()
        if wanted:
            return _chosen(wanted, file)
    if isinstance(engines, str) and engines.strip():
        return _chosen(engines.strip(), "engines.node")
    return DEFAULT, ""


def _chosen(wanted: str, where: str) -> tuple[int, str]:
    for major in PREFERRED:
        if satisfies(major, wanted):
            return major, ""
    nearest = _nearest(wanted)
    return nearest, f"{where} asks for {wanted[:40]!r}, Node {nearest} is the nearest there is"


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


def _nearest(wanted: str) -> int:
    numbers = [int(number) for number in re.findall(r"[0-9]{1,4}", wanted[:_MAX_RANGE])]
    available = sorted(PREFERRED)
    return min(available, key=lambda major: (abs(major - numbers[0]), major)) if numbers else DEFAULT
