"""Frameworks whose build leaves files: where, with which page for client-side routing, and what spares them work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zipp.detect.node.app import App, pages_plan
from zipp.detect.node.config import settings_of
from zipp.detect.node.scripts import steps_of
from zipp.detect.project import relative
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

INDEX = "index.html"
_MODULES_CACHE = "node_modules/.cache"

# Folders in which the tools keep what they need not do again.
_CACHES = {
    "angular": (".angular/cache",),
    "ionic-angular": (".angular/cache",),
    "astro": ("node_modules/.astro",),
    "create-react-app": (_MODULES_CACHE,),
    "docusaurus-2": (_MODULES_CACHE,),
    "eleventy": (".cache",),
    "gatsby": (".cache",),
    "parcel": (".parcel-cache",),
    "storybook": (_MODULES_CACHE,),
    "vue": (_MODULES_CACHE,),
}
_ENV = {"create-react-app": {"CI": "false"}, "ionic-react": {"CI": "false"}}  # else a warning ends the build
_PAGE_GENERATORS = frozenset({"vitepress", "vuepress"})
_OPTIONS_FOR_OUTPUT = (
    "--outDir",
    "--output",
    "-o",
    "--out-dir",
    "--output-dir",
    "--output-path",
    "--dist-dir",
    "-d",
    "--dest",
)


@dataclass(frozen=True, slots=True)
class _Told:
    """The folder that a configuration file names, by framework."""

    stems: tuple[str, ...]
    key: str


_TOLD = {
    "vite": _Told(("vite.config",), "outDir"),
    "astro": _Told(("astro.config",), "outDir"),
    "vue": _Told(("vue.config",), "outputDir"),
    "eleventy": _Told(("eleventy.config", ".eleventy"), "output"),
    "gridsome": _Told(("gridsome.config",), "outputDir"),
    "umijs": _Told((".umirc", "config/config"), "outputPath"),
}


def pages(app: App) -> BuildPlan:
    """Of an app with a framework that is not a server's."""
    framework = app.framework
    assert framework is not None  # noqa: S101
    build = _own_script(app)
    return pages_plan(
        app,
        _output(app),
        build=(app.packages.run(build),) if build else None,
        fallback=INDEX if framework.single_page or _routes_in_the_browser(app) else "",
        env=_ENV.get(framework.slug),
        caches=_CACHES.get(framework.slug, ()),
    )


def built_pages(app: App) -> BuildPlan:
    """Of an app whose framework nobody knows, but that has pages and a build."""
    written = _option_of_build(app)
    slug, label, folder = next((names for tool, *names in _BUNDLERS if app.manifest.has(tool)), _BY_HAND)
    plan = pages_plan(app, written or folder, label=label, slug=slug)
    return plan.model_copy(update={"in_place": plan.find_output and app.project.has(INDEX)})


_BY_HAND = ["pages", "Built site", "dist"]
_BUNDLERS = (
    ("webpack", "webpack", "webpack", "dist"),
    ("@rspack/core", "rspack", "Rspack", "dist"),
    ("@rsbuild/core", "rsbuild", "Rsbuild", "dist"),
    ("rollup", "rollup", "Rollup", "public"),
    ("esbuild", "esbuild", "esbuild", "dist"),
    ("gulp", "gulp", "gulp", "dist"),
    ("grunt", "grunt", "Grunt", "dist"),
)


def _own_script(app: App) -> str:
    """The script for this framework's pages, where `build` is missing or stands for something else."""
    by_slug = {
        "storybook": ("build-storybook", "build:storybook", "storybook:build"),
        "vitepress": ("docs:build", "build:docs"),
        "vuepress": ("docs:build", "build:docs"),
        "docusaurus-2": ("docs:build",),
    }
    wanted = by_slug.get(app.slug, ())
    first = wanted if app.slug in ("storybook", *_PAGE_GENERATORS) else ()
    return next((name for name in first if app.manifest.script(name)), "")


def _output(app: App) -> str:
    """By the build script's own option, then the configuration file, then where the framework usually writes."""
    framework = app.framework
    assert framework is not None  # noqa: S101
    told = _TOLD.get(framework.slug)
    finders: tuple[Callable[[], str], ...] = (
        lambda: _option_of_build(app),
        lambda: _documents(app) if framework.slug in _PAGE_GENERATORS else "",
        lambda: _of_angular(app) if "angular" in framework.slug else "",
        lambda: settings_of(app.project, *told.stems).get(told.key) if told else "",
    )
    for find in finders:
        folder = relative(find()) if (found := find()) and not found.startswith("$") else None
        if folder and folder != ".":
            return folder
    return framework.output or "dist"


def _option_of_build(app: App) -> str:
    """`vite build --outDir out`."""
    name = app.build[0].rpartition(" ")[2] if app.build else ""
    for step in steps_of(app.manifest, app.manifest.script(name)) or ():
        for word, following in zip(step.words, [*step.words[1:], ""], strict=True):
            option, equals, value = word.partition("=")
            if option in _OPTIONS_FOR_OUTPUT and step.program not in ("tsc", "tsup", "sass", "postcss", "tailwindcss"):
                return value if equals else following
    return ""


def _documents(app: App) -> str:
    """`vitepress build docs` writes to docs/.vitepress/dist."""
    tool = app.slug
    names = (_own_script(app), "build")
    script = next((app.manifest.script(name) for name in names if app.manifest.script(name)), "")
    for step in steps_of(app.manifest, script) or ():
        if step.program == tool:
            folders = [word for word in step.arguments if not word.startswith("-") and word != "build"]
            return f"{folders[0] if folders else '.'}/.{tool}/dist"
    return ""


def _of_angular(app: App) -> str:
    """dist/<project>/browser since Angular 17, dist/<project> before; angular.json may name another folder."""
    try:
        config = app.project.json("angular.json") or {}
    except DetectionError:
        return ""
    projects = config.get("projects")
    if not isinstance(projects, dict) or not projects:
        return ""
    named = config.get("defaultProject")
    name = named if isinstance(named, str) and named in projects else sorted(projects)[0]
    return _angular_output(projects, str(name))


def _angular_output(projects: dict[str, object], name: str) -> str:
    at: object = projects.get(name)
    for key in (("architect", "targets"), ("build",), ("options",)):
        at = next((at[each] for each in key if isinstance(at, dict) and each in at), None)
    path = at.get("outputPath") if isinstance(at, dict) else None
    browser = isinstance(at, dict) and "browser" in at  # the option of the builder that is new in 17
    if isinstance(path, dict):
        base, inner = path.get("base"), path.get("browser", "browser")
        return f"{base}/{inner}".rstrip("/") if isinstance(base, str) and isinstance(inner, str) else ""
    folder = path if isinstance(path, str) else f"dist/{name}"
    return f"{folder}/browser" if browser else folder


_ROUTERS = (
    *(
        "react-router",
        "react-router-dom",
        "vue-router",
        "@solidjs/router",
        "solid-app-router",
        "wouter",
        "preact-router",
    ),
    *("@tanstack/react-router", "@tanstack/vue-router", "@tanstack/solid-router", "svelte-routing", "page", "navigo"),
    *("preact-iso", "svelte-spa-router", "@reach/router", "vike", "universal-router", "@vaadin/router", "raviger"),
)


def _routes_in_the_browser(app: App) -> bool:
    """Vite and Parcel make single-page apps and sites of many pages alike; without an own 404 page, the former."""
    if app.slug not in ("vite", "parcel", "ionic-react"):
        return False
    has_page = any(app.project.has(f"{folder}404.html") for folder in ("", "public/", "src/"))
    return app.manifest.has(*_ROUTERS) or not has_page
