"""Workspaces: several packages in one source, of which some are apps."""

from __future__ import annotations

from collections.abc import Iterator

from zipp.detect.frameworks import content_of, framework_of
from zipp.detect.node.manifest import FILE, Manifest, read_manifest
from zipp.detect.node.servers import NAMES
from zipp.detect.node.start import start_of
from zipp.detect.project import Project, relative
from zipp.domain.errors import DetectionError

_MAX_MEMBERS = 200
_TOOLS_ONLY = frozenset({"storybook"})  # developers look at a library with it
_USUAL = ("apps", "packages", "services", "sites")


def member_patterns(project: Project, manifest: Manifest) -> tuple[str, ...]:
    """What the workspace is made of, as npm, yarn, bun, pnpm and lerna are told; nothing when it is none."""
    said = manifest.data.get("workspaces")
    if isinstance(said, dict):
        said = said.get("packages")
    patterns = [each for each in said if isinstance(each, str)] if isinstance(said, list) else []
    patterns += _of_pnpm(content_of(project, "pnpm-workspace.yaml"))
    if not patterns and any(project.has(file) for file in ("lerna.json", "turbo.json", "nx.json")):
        patterns = [f"{folder}/*" for folder in _USUAL if project.has_folder(folder)]
    return tuple(patterns[:_MAX_MEMBERS])


def apps_in(project: Project, manifest: Manifest) -> tuple[str, ...]:
    """The folders of members that are apps, sorted."""
    return tuple(folder for folder in members(project, manifest) if _is_app(project, folder))


def members(project: Project, manifest: Manifest) -> tuple[str, ...]:
    """The folders of all members, sorted."""
    found = {folder for pattern in member_patterns(project, manifest) for folder in _folders(project, pattern)}
    return tuple(sorted(found)[:_MAX_MEMBERS])


def _is_app(project: Project, folder: str) -> bool:
    inner = Project(project.root / folder)
    try:
        manifest = read_manifest(inner)
    except DetectionError:
        return False
    if manifest is None:
        return False
    framework = framework_of(inner, manifest)
    if framework and framework.slug not in _TOOLS_ONLY and not _is_library(framework.slug, inner, manifest):
        return True
    start = start_of(manifest)
    return start is not None and start.is_server and manifest.has(*NAMES)


def _is_library(slug: str, project: Project, manifest: Manifest) -> bool:
    """Vite and Parcel build libraries too: those have no page."""
    return slug in ("vite", "parcel") and not any(project.has(f"{folder}index.html") for folder in ("", "src/"))


def _folders(project: Project, pattern: str) -> Iterator[str]:
    """`apps/*` and `apps/**` -> the folders in apps; `frontend` -> itself. Exclusions begin with "!"."""
    path = relative(pattern.rstrip("/")) if not pattern.startswith("!") else None
    if path is None:
        return
    parent, _, last = path.rpartition("/")
    if "*" not in path:
        yield from [path] if project.has(f"{path}/{FILE}") else []
    elif "*" in last and "*" not in parent:
        inside = project.folders(parent or ".")
        names = (f"{parent}/{name}" if parent else name for name in inside if name != "node_modules")
        yield from (name for name in names if project.has(f"{name}/{FILE}"))


def _of_pnpm(text: str) -> list[str]:
    """The list under `packages:`; what else YAML could write there is not looked for."""
    patterns: list[str] = []
    inside = False
    for line in text.splitlines()[:500]:
        content = line.partition("#")[0].strip()
        if inside and content.startswith("- "):
            patterns.append(content[2:].strip().strip("\"'"))
        elif content:
            inside = content == "packages:"
    return patterns
