"""Plan -> Dockerfile: pure text, the stages that the plan's docstring names, for BuildKit or the classic builder.

People's commands only ever stand in the JSON form of RUN and CMD, where neither a quote nor a line end begins a new
instruction.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from zipp.domain.plan import BuildPlan
from zipp.images import build_scripts as scripts
from zipp.images import caches
from zipp.images.dockerfile_lines import args, copy, copy_files, env, from_image, on_path, run, words
from zipp.images.recipes import UID
from zipp.images.shellwords import start_argv

FOLDER = "/app"
VENV = "/opt/venv"
HOME = "/tmp"  # noqa: S108 - at run time the file system may be read-only, except this

HEADER = "# Made by Zipp. To change the build: write a zipp.toml, or take this file over as your own Dockerfile."
_NO_DOWNLOADS_LEFT = "rm -rf ~/.npm ~/.cache"

# What tools read while they install; anything else of a site's environment must not make its dependencies anew.
_INSTALL_NAMES = re.compile(
    r"(?:NPM_|npm_|PNPM_|pnpm_|YARN_|BUN_|NODE_AUTH_|PIP_|UV_|POETRY_|PIPENV_|COMPOSER_|BUNDLE_|GO(?!OGLE)|MAVEN_"
    r"|CYPRESS_|PUPPETEER_|PLAYWRIGHT_|HUSKY\Z)"
)
# What would turn the builder itself, or is the image's to say.
_NOT_FOR_BUILDS = re.compile(r"(?:BUILDKIT_|DOCKER_|SOURCE_DATE_EPOCH\Z|PATH\Z|HOME\Z|PORT\Z)")
_SCOPE = re.compile(r"[A-Za-z0-9_.-]{0,100}\Z")
_MOUNTABLE = re.compile(r"[A-Za-z0-9._@+-]+(?:/[A-Za-z0-9._@+-]+)*\Z")


def render(
    plan: BuildPlan,
    *,
    buildkit: bool,
    scope: str = "",
    site_scope: str = "",
    environment: Collection[str] = (),
    source: str = ".",
) -> str:
    """The Dockerfile of a plan that is built or runs in a container.

    What changes seldom comes first, and the source as late as can be: only what stands below a change is done again.
    Nothing that belongs to one site stands before its own source, so that sites with the same dependencies share them.

    `scope` and `site_scope` keep apart who may read whose caches; they count with `buildkit` only. `environment` are
    names of build arguments, which its own commands may read; no image keeps them. `source` is the project's folder in
    the context. Raises ValueError for a plan of neither kind, and for values that a Dockerfile can't hold.
    """
    if plan.dockerfile or not (plan.start or plan.is_built):
        raise ValueError("no Dockerfile is made for this plan")
    if not (_SCOPE.match(scope) and _SCOPE.match(site_scope)):
        raise ValueError("a scope has letters and digits only")
    names = frozenset(name for name in environment if may_reach_a_build(name))
    stages = _Stages(plan, buildkit, scope, site_scope, names, source)
    return "\n".join([HEADER, *stages.lines()]) + "\n"


def may_reach_a_build(name: str) -> bool:
    """Whether a variable of the site's environment may be a build argument."""
    return not _NOT_FOR_BUILDS.match(name)


@dataclass(frozen=True, slots=True)
class _Stages:
    plan: BuildPlan
    buildkit: bool
    scope: str
    site_scope: str
    names: frozenset[str]
    source: str

    def lines(self) -> Iterator[str]:
        plan = self.plan
        if plan.is_built:
            yield from self._builder()
        if plan.dependencies:
            yield from self._dependencies()
        if self._has_build:
            yield from self._build()
        yield from self._files() if plan.is_static else self._site()

    @property
    def _has_build(self) -> bool:
        return bool(self.plan.install or self.plan.build or (self.plan.is_static and self.plan.is_built))

    @property
    def _goes_on(self) -> bool:
        return bool(self.plan.dependencies) and not self.plan.install

    def _builder(self) -> Iterator[str]:
        """What both stages before the last begin with: the tools, the user, where downloads are kept.

        The user, its /app and an empty Python environment are part of our bases (recipes/).
        """
        plan = self.plan
        yield from (from_image(plan.builder, "builder"), f"WORKDIR {FOLDER}")
        if plan.tools:
            yield run(plan.tools, then=[_NO_DOWNLOADS_LEFT])
        yield f"USER {UID}:{UID}"
        yield from env({"HOME": HOME, **caches.variables(plan.caches), **self._python_env()})
        yield from self._venv_path()

    def _dependencies(self) -> Iterator[str]:
        plan = self.plan
        yield "FROM builder AS dependencies"
        yield from self._for_installing()
        yield from copy_files(plan.dependency_files, self.source) if plan.dependency_files else (self._copy_source(),)
        yield self._installing(plan.dependencies, then=self._folders_there())

    def _build(self) -> Iterator[str]:
        plan = self.plan
        yield f"FROM {'dependencies' if self._goes_on else 'builder'} AS build"
        yield from self._cache_places()
        if not self._goes_on:
            yield from self._for_installing()
        if plan.install and plan.dependency_files:
            yield from copy_files(plan.dependency_files, self.source)
            yield self._installing(plan.install)
        if plan.dependency_files or not self._goes_on:
            yield self._copy_source()
        if plan.install and not plan.dependency_files:
            yield self._installing(plan.install)
        yield from env({name: value for name, value in self._build_env().items() if name not in self._early_env()})
        yield from on_path(self._programs())
        yield from args(self.names - (frozenset() if self._goes_on else self._install_names))
        yield from self._building()

    def _building(self) -> Iterator[str]:
        plan = self.plan
        if plan.is_static:
            then = scripts.collect(
                plan.output,
                find=plan.find_output,
                in_place=plan.in_place,
                fallback=plan.fallback,
                left=self._left(),
            )
            yield run(plan.build, first=scripts.begin(), then=then, mounts=self._mounts(build=True))
            return
        then = self._folders_there() if not plan.dependencies else []
        if self._is_laid_out:
            then += scripts.lay_out(self._left()) if self._keeps_all else self._keeping()
        if plan.build or then:
            yield run(plan.build, then=then, mounts=self._mounts(build=True))

    def _site(self) -> Iterator[str]:
        plan = self.plan
        yield from (from_image(plan.base), f"WORKDIR {FOLDER}")
        yield f"USER {UID}:{UID}"
        if plan.is_built:
            stage = "dependencies" if plan.dependencies else "build"
            yield from (copy(_absolute(folder), _absolute(folder), stage=stage) for folder in plan.dependency_folders)
        yield from env({"HOME": HOME, **plan.env, **self._python_env(run_time=True), "PORT": str(plan.port)})
        yield from self._venv_path()
        yield from on_path(self._programs())
        yield f"CMD {words(start_argv(plan.start, plan.before_start))}"
        if not self._has_build:
            yield self._copy_source()
        else:
            yield copy(f"{scripts.SITE if self._is_laid_out else FOLDER}/", "./", stage="build")

    def _files(self) -> Iterator[str]:
        yield from ("FROM scratch", copy(f"{scripts.SITE}/", "/", stage="build"))

    @property
    def _keeps_all(self) -> bool:
        return "." in self.plan.keep

    @property
    def _is_laid_out(self) -> bool:
        """Whether what is kept is put by itself before it is copied, which mostly means that it is renamed.

        COPY can't leave anything out: the dependencies have a layer of their own, which only changes with them, and
        caches are for builds. And to copy a folder BuildKit first reads all that lies beside it: 0.5 s where /app
        stands at the root. Where all is kept that an installation has left in its own
        layer, it would have to be copied twice.
        """
        return not self._keeps_all or bool(self._left()) or self._goes_on

    def _keeping(self) -> list[str]:
        entries = [entry for entry in self.plan.keep if entry not in self.plan.dependency_folders]
        return scripts.keep(entries, mounted=self._build_caches())

    def _relative_folders(self) -> list[str]:
        return [folder for folder in self.plan.dependency_folders if not folder.startswith("/")]

    def _left(self) -> list[str]:
        return [*self._relative_folders(), *self._build_caches()]

    def _folders_there(self) -> list[str]:
        """An installation of nothing makes no folder, but COPY wants one."""
        return [f"mkdir -p {scripts.quoted(folders)}"] if (folders := self._relative_folders()) else []

    def _copy_source(self) -> str:
        return copy(self.source, "./")

    def _for_installing(self) -> Iterator[str]:
        yield from env(self._early_env())
        yield from args(self._install_names)

    def _early_env(self) -> dict[str, str]:
        """What stands in `build_env` alone is the detector's own, and so the same for all sites of the kind."""
        theirs = self.plan.env
        return {k: v for k, v in self._build_env().items() if k not in theirs or _INSTALL_NAMES.match(k)}

    def _build_env(self) -> dict[str, str]:
        """The site's own environment has the last word, but in a Dockerfile ENV has it over ARG."""
        values = {**self.plan.env, **self.plan.build_env}
        return {name: value for name, value in values.items() if name not in self.names}

    @property
    def _install_names(self) -> frozenset[str]:
        return frozenset(name for name in self.names if _INSTALL_NAMES.match(name))

    def _installing(self, commands: Collection[str], then: Collection[str] = ()) -> str:
        """Without mounts what was downloaded would stay in the layer."""
        done = [name for name in self.plan.caches if not caches.cache(name).used_by_build]
        emptied = [f"rm -rf {scripts.quoted(map(caches.folder, done))}"] if done and not self.buildkit else []
        return run(tuple(commands), then=[*then, *emptied], mounts=self._mounts())

    def _mounts(self, *, build: bool = False) -> str:
        if not self.buildkit:
            return ""
        mounts = [self._mount(self.scope, n, caches.folder(n), caches.cache(n).sharing) for n in self.plan.caches]
        if build:
            # "private": a second build of the site at the same time gets an empty one instead of waiting
            mounts += [self._mount(self.site_scope, c, f"{FOLDER}/{c}", "private") for c in self._build_caches()]
        return " ".join(mounts)

    def _mount(self, scope: str, name: str, target: str, sharing: str) -> str:
        identity = "-".join(part for part in ("zipp", scope, name.replace("/", "_")) if part)
        return f"--mount=type=cache,id={identity},target={target},uid={UID},gid={UID},sharing={sharing}"

    def _build_caches(self) -> list[str]:
        """They only save time: one whose name an option of RUN can't hold is done without."""
        return [name for name in self.plan.build_caches if _MOUNTABLE.match(name) and ".." not in name.split("/")]

    def _cache_places(self) -> Iterator[str]:
        """The builder would make the folders around a mount as root's own."""
        parents = {str(PurePosixPath(name).parent) for name in self._build_caches()} - {"."}
        if parents and self.buildkit:
            yield run((), then=[f"mkdir -p {scripts.quoted(sorted(parents))}"])

    @property
    def _has_venv(self) -> bool:
        return VENV in self.plan.dependency_folders

    def _python_env(self, *, run_time: bool = False) -> Mapping[str, str]:
        """Debian's own Python must not be installed into (PEP 668); pip and uv take these for it."""
        if not self._has_venv:
            return {}
        return {"VIRTUAL_ENV": VENV} | ({} if run_time else {"PIP_PYTHON": f"{VENV}/bin/python"})

    def _venv_path(self) -> Iterator[str]:
        yield from on_path([f"{VENV}/bin"] if self._has_venv else [])

    def _programs(self) -> list[str]:
        """Commands of packages, as package.json's scripts call them."""
        return [f"{FOLDER}/node_modules/.bin"] if "node_modules" in self.plan.dependency_folders else []


def _absolute(path: str) -> str:
    return str(PurePosixPath(FOLDER) / path)
