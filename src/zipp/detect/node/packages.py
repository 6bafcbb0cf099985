"""How a Node project's packages are installed: by which manager, with which commands, from which files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zipp.detect.node import install_scripts
from zipp.detect.node.install_commands import Commands, commands_of
from zipp.detect.node.install_scripts import Need
from zipp.detect.node.legacy import LEGACY_OPENSSL, needs_legacy_openssl
from zipp.detect.node.lockfiles import (
    DEPENDENCIES,
    NPM_LOCKS,
    Manager,
    in_step,
    manager_of,
    read_npm_lock,
    table,
    text,
)
from zipp.detect.node.mirrors import NPM_ENV, names_registries, without_stray_hosts
from zipp.detect.node.missing_binaries import missing_binaries
from zipp.detect.project import Project, relative
from zipp.domain.errors import DetectionError

MANIFEST = "package.json"
_MAX_FILES = 100

# Settings of the managers, with the lists and the code that they read before anything is installed.
_SETTINGS = {
    "npm": (*NPM_LOCKS, ".npmrc"),
    "pnpm": ("pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc", ".pnpmfile.cjs", "pnpmfile.js"),
    "yarn": ("yarn.lock", ".yarnrc", ".npmrc"),
    "yarn-berry": ("yarn.lock", ".yarnrc.yml", ".npmrc"),
    "bun": ("bun.lock", "bun.lockb", "bunfig.toml", ".npmrc"),
}
_SETTINGS_FOLDERS = {"yarn-berry": (".yarn/releases", ".yarn/plugins", ".yarn/plugins/@yarnpkg", ".yarn/patches")}
_PATCHES = "patches"
_LOCAL = ("file:", "link:", "portal:", ".", "/", "~/")

# They write code into node_modules by the project's own files, which only the build has.
_GENERATORS = ("@prisma/client", "prisma", "@keystone-6/core", "@zenstackhq/runtime", "@redwoodjs/core")
_PRISMA = "prisma"

# Downloads that no site needs, and questions and reports to vendors that would only hold up a build.
QUIET = {
    **dict.fromkeys(("CYPRESS_INSTALL_BINARY", "HUSKY"), "0"),
    **dict.fromkeys(
        ("PUPPETEER_SKIP_DOWNLOAD", "PUPPETEER_SKIP_CHROMIUM_DOWNLOAD", "CHROMEDRIVER_SKIP_DOWNLOAD"), "true"
    ),
    **dict.fromkeys(("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "ELECTRON_SKIP_BINARY_DOWNLOAD"), "1"),
    **dict.fromkeys(("NEXT_TELEMETRY_DISABLED", "ASTRO_TELEMETRY_DISABLED", "GATSBY_TELEMETRY_DISABLED"), "1"),
    **dict.fromkeys(("NUXT_TELEMETRY_DISABLED", "STORYBOOK_DISABLE_TELEMETRY", "DO_NOT_TRACK"), "1"),
    **dict.fromkeys(("DISABLE_OPENCOLLECTIVE", "ADBLOCK"), "1"),
    "NG_CLI_ANALYTICS": "false",
    "NPM_CONFIG_UPDATE_NOTIFIER": "false",
}


@dataclass(frozen=True, slots=True)
class Packages:
    """Without `install` there is nothing to install; without `production` what runs is `install`, then `prune`.

    `env` must stand from the first install command on, not only for the build.
    """

    manager: str  # npm, pnpm, yarn (1), yarn-berry, bun
    tools: tuple[str, ...] = ()  # run as root at the top of builder stages
    caches: tuple[str, ...] = ()
    dependency_files: tuple[str, ...] = ()  # none when the install needs the whole source
    install: tuple[str, ...] = ()  # everything, development packages too
    production: tuple[str, ...] = ()  # what the site needs while it runs, for a stage of its own
    prune: tuple[str, ...] = ()  # after the build, in place; never fails
    env: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def run(self, script: str) -> str:
        """The command that runs a script of package.json."""
        return f"{_PROGRAM.get(self.manager, self.manager)} run {script}"

    def execute(self, command: str) -> str:
        """The command that runs a program of an installed package."""
        return f"{_EXECUTE[self.manager]} {command}"


_PROGRAM = {"yarn-berry": "yarn"}
_EXECUTE = {"npm": "npx", "pnpm": "pnpm exec", "yarn": "yarn run", "yarn-berry": "yarn run", "bun": "bun x"}


def packages(project: Project, manifest: Mapping[str, Any]) -> Packages:
    """Raises DetectionError: node_workspace_member, file_invalid, file_not_utf8."""
    manager = manager_of(project, manifest)
    frozen, notes = _frozen(project, manifest, manager)
    commands = commands_of(manager, frozen=frozen, scripts=table(manifest, "scripts"))
    env = {**QUIET, **commands.env}
    if manager.name == "npm" and manager.lock and not names_registries(project):
        env |= NPM_ENV
    if needs_legacy_openssl(project, manifest, manager.lock):
        env["NODE_OPTIONS"] = LEGACY_OPENSSL
    if not _has_packages(project, manifest):
        return Packages(manager.name, tools=commands.tools, env=env, notes=manager.notes)
    _refuse_part_of_a_workspace(project, manifest)
    before = (*_without_idle_scripts(manifest), *without_stray_hosts(project, manager))
    binaries = missing_binaries(project, manager)
    return Packages(
        manager=manager.name,
        tools=commands.tools,
        caches=(commands.cache,),
        dependency_files=_dependency_files(project, manifest, manager),
        install=(*before, commands.install, *binaries),
        production=_production(project, manifest, commands, before),
        prune=commands.prune if not _is_workspace(project, manifest) else commands.prune_workspace,
        env=env,
        notes=(*manager.notes, *notes),
    )


def _frozen(project: Project, manifest: Mapping[str, Any], manager: Manager) -> tuple[bool, tuple[str, ...]]:
    """Whether exactly the lock file's versions are to be installed, and a note where they can't be."""
    if manager.name != "npm" or not manager.lock:
        return bool(manager.lock), ()
    if in_step(manifest, read_npm_lock(project, manager.lock)):
        return True, ()
    return False, (f"{manager.lock} does not match package.json: run `npm install` and commit it for fixed versions",)


def _has_packages(project: Project, manifest: Mapping[str, Any]) -> bool:
    needs_source = install_scripts.need(manifest) is Need.SOURCE
    return needs_source or _is_workspace(project, manifest) or any(table(manifest, kind) for kind in DEPENDENCIES)


def _is_workspace(project: Project, manifest: Mapping[str, Any]) -> bool:
    settings = project.text("pnpm-workspace.yaml") or ""
    return bool(manifest.get("workspaces")) or any(line.startswith("packages:") for line in settings.splitlines())


def _refuse_part_of_a_workspace(project: Project, manifest: Mapping[str, Any]) -> None:
    if _is_workspace(project, manifest):
        return
    wanted = next((name for name, version in _versions(manifest) if version.startswith("workspace:")), None)
    if wanted:
        raise DetectionError(
            f"package.json asks for {wanted[:80]!r}, a package of the workspace that this folder is a part of.",
            code="node_workspace_member",
            hint=(
                "Deploy the whole workspace, and name this folder in a zipp.toml at its root: "
                'root = "apps/web" (or give it as the subdirectory of a Git source).'
            ),
        )


def _versions(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each package with what is asked for; overrides too, where they are not nested."""
    kinds = [table(manifest, kind) for kind in (*DEPENDENCIES, "resolutions", "overrides")]
    kinds.append(table(table(manifest, "pnpm"), "overrides"))
    return [(name, version) for kind in kinds for name, version in kind.items() if isinstance(version, str)]


def _production(
    project: Project, manifest: Mapping[str, Any], commands: Commands, before: tuple[str, ...]
) -> tuple[str, ...]:
    dependencies = {**table(manifest, "dependencies"), **table(manifest, "optionalDependencies")}
    everything = {**dependencies, **table(manifest, "devDependencies")}
    need = install_scripts.need(manifest)
    if (
        _is_workspace(project, manifest)
        or not _files_suffice(manifest)
        or any(name in everything for name in _GENERATORS)
    ):
        return ()
    if need is Need.PATCHES and "patch-package" not in dependencies:
        return ()
    if not dependencies:
        return ("mkdir -p node_modules",)
    # A package without packages of its own leaves no folder, which would then be missed.
    return (*before, commands.production, "mkdir -p node_modules") if commands.production else ()


def _files_suffice(manifest: Mapping[str, Any]) -> bool:
    local = any(version.startswith(_LOCAL) for _, version in _versions(manifest))
    return not local and install_scripts.need(manifest) is not Need.SOURCE


def _dependency_files(project: Project, manifest: Mapping[str, Any], manager: Manager) -> tuple[str, ...]:
    """What the install reads; nothing, when it needs the whole source (then every change installs anew)."""
    if _is_workspace(project, manifest) or not _files_suffice(manifest) or _has_packages_of_its_own(project, manager):
        return ()
    folders = [*_SETTINGS_FOLDERS.get(manager.name, ()), _PATCHES]
    files = [file for file in (MANIFEST, *_SETTINGS[manager.name]) if project.has(file)]
    if any(name in dict(_versions(manifest)) for name in ("prisma", "@prisma/client")):
        folders += [_PRISMA, "."]
        files += [schema for schema in (_prisma_schema(manifest),) if project.has(schema)]
    for folder in folders:
        files += [_joined(folder, name) for name in project.files(folder) if _is_wanted(folder, name)]
    return tuple(dict.fromkeys(files)) if len(files) <= _MAX_FILES else ()


def _prisma_schema(manifest: Mapping[str, Any]) -> str:
    """Where package.json says that it is; its place by default comes with the folder."""
    return relative(text(table(manifest, "prisma"), "schema") or ".") or "."


def _joined(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _is_wanted(folder: str, name: str) -> bool:
    if folder == ".":
        return name in ("prisma.config.ts", "prisma.config.js", "prisma.config.mjs", "schema.prisma")
    return folder != _PRISMA or name.endswith(".prisma")


def _has_packages_of_its_own(project: Project, manager: Manager) -> bool:
    """Yarn can keep the packages themselves beside the source."""
    if manager.name == "yarn-berry":
        return bool(project.files(".yarn/cache"))
    return manager.name == "yarn" and "yarn-offline-mirror" in (project.text(".yarnrc") or "")


def _without_idle_scripts(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    idle = install_scripts.idle(manifest)
    return (f"npm pkg delete {' '.join(f'scripts.{name}' for name in idle)}",) if idle else ()
