"""Plans that zipp.toml describes where detection knows nothing, or something else than what is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from zipp.detect.config import FILE, Config, config_invalid
from zipp.detect.node.packages import packages
from zipp.detect.node.version import DEFAULT, node_version
from zipp.detect.project import Project
from zipp.domain.plan import BuildPlan, Serve

PORT = 8080
VENV = "/opt/venv"
MANIFEST = "package.json"

_LANGUAGES = {
    "node": ("node", "npm", "npx", "yarn", "pnpm", "bun", "bunx", "tsx", "serve", "http-server"),
    "python": (
        "python",
        "python3",
        "gunicorn",
        "uvicorn",
        "hypercorn",
        "waitress-serve",
        "flask",
        "fastapi",
        "streamlit",
    ),
    "ruby": ("ruby", "bundle", "rackup", "puma", "rails"),
    "java": ("java",),
    "php": ("php", "serve-php"),
}
_WITH_A_MANAGER = ("npm", "npx", "yarn", "pnpm", "bun", "bunx")


@dataclass(frozen=True, slots=True)
class Workshop:
    """What commands of people's own are run with: images, and what is installed before them."""

    builder: str
    base: str
    tools: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()
    dependency_files: tuple[str, ...] = ()
    dependency_folders: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    build_env: dict[str, str] = field(default_factory=dict)


def workshop(project: Project, config: Config) -> Workshop:
    """By what the start command names, else by the files; without either, the image with the most tools."""
    program = PurePosixPath((config.start or "").partition(" ")[0]).name
    named = next((language for language, words in _LANGUAGES.items() if program in words), "")
    if named in ("", "node") and project.has(MANIFEST):
        return _node(project, config, needs_npm=program in _WITH_A_MANAGER)
    if named in ("", "python") and (requirements := _python_install(project)):
        return _python(requirements)
    match named:
        case "node":
            npm = "" if program in _WITH_A_MANAGER else "-slim"
            return Workshop(f"zipp/node:{DEFAULT}-build", f"zipp/node:{DEFAULT}{npm}")
        case "python":
            return _python(())
        case "ruby":
            return Workshop("zipp/ruby:3.1-build", "zipp/ruby:3.1-slim")
        case "java":
            return Workshop("zipp/java:17-build", "zipp/java:17-slim")
        case "php":
            return Workshop("zipp/php:8.2-build", "zipp/php:8.2")
    return Workshop(f"zipp/node:{DEFAULT}-build", "zipp/debian:bookworm")


def plan_by_hand(project: Project, config: Config) -> BuildPlan | None:
    """What zipp.toml alone suffices for: a start command, or a build and the folder that it makes."""
    if config.start and not config.output:
        return _server(
            workshop(project, config), config, "custom", f"Own command: {_first_line(config.start)} on $PORT"
        )
    if config.build and config.output:
        return _built(workshop(project, config), config, config.output)
    return None


def as_files(plan: BuildPlan, config: Config, project: Project) -> BuildPlan:
    """A server's plan as that of the files in `output`, made by its build where it has one."""
    output = config.output or "."
    if not (config.build or plan.build):
        if not project.has(str(PurePosixPath(output, "index.html"))):
            raise config_invalid(
                f"{FILE}: output: {output}/ has no index.html, and nothing builds one.",
                'Say how it is built: build = "npm run build"; or take `output` out, then the server is started.',
            )
        return _plain(plan.framework, output)
    shop = workshop(project, config)
    install = plan.install or (shop.install if plan.builder.startswith("zipp/node:") else plan.dependencies)
    return plan.model_copy(
        update={
            "summary": f"{_label(plan)}: {_first_line((plan.build or (config.build,))[0] or '')}, serving {output}/",
            "serve": Serve.NGINX,
            "builder": plan.builder or shop.builder,
            "base": "",
            "tools": plan.tools or shop.tools,
            "dependencies": (),
            "dependency_folders": tuple(folder for folder in plan.dependency_folders if folder == VENV),
            "install": install,
            "build_env": {**shop.build_env, **plan.build_env},
            "keep": (".",),
            "output": output,
            "start": "",
            "before_start": "",
            "env": {},
            "port": PORT,
            "read_only_root": True,
        }
    )


def as_server(plan: BuildPlan, config: Config, project: Project) -> BuildPlan:
    """The plan of files as that of the server that `start` runs, after the same build."""
    start = config.start or ""
    summary = f"{_label(plan)}, started by {_first_line(start)} on $PORT"
    shop = workshop(project, config)
    if not plan.is_built:
        return _server(shop, config, plan.framework, summary)
    same = shop.builder.partition(":")[0] == plan.builder.partition(":")[0]
    return _server(
        replace(shop, base=shop.base if same else "zipp/debian:bookworm"), config, plan.framework, summary
    ).model_copy(
        update={
            **{name: getattr(plan, name) for name in ("builder", "tools", "caches", "dependency_files", "install")},
            **{name: getattr(plan, name) for name in ("build", "build_env", "build_caches")},
        }
    )


def as_built_files(plan: BuildPlan, config: Config, project: Project) -> BuildPlan:
    """Files as they are, which a build of people's own is to make first."""
    return _built(workshop(project, config), config, config.output or plan.output)


def _server(shop: Workshop, config: Config, framework: str, summary: str) -> BuildPlan:
    """What is installed lies in place, since nobody knows what else the commands touch."""
    is_node = shop.base.startswith("zipp/node:")
    is_built = bool(shop.install or config.install or config.build)
    return BuildPlan(
        framework=framework,
        summary=summary,
        builder=shop.builder if is_built else "",
        base=shop.base,
        tools=shop.tools if is_built else (),
        caches=shop.caches if is_built else (),
        dependency_files=shop.dependency_files,
        dependency_folders=shop.dependency_folders if is_built else (),
        install=shop.install,
        build_env=shop.build_env if is_built else {},
        start=config.start or "",
        port=PORT,
        env={"NODE_ENV": "production"} if is_node else {},
    )


def _built(shop: Workshop, config: Config, output: str) -> BuildPlan:
    return BuildPlan(
        framework="custom",
        summary=f"Own build: {_first_line(config.build or config.install or '')}, serving {output}/",
        serve=Serve.NGINX,
        builder=shop.builder,
        tools=shop.tools,
        caches=shop.caches,
        dependency_files=shop.dependency_files,
        dependency_folders=tuple(folder for folder in shop.dependency_folders if folder == VENV),
        install=shop.install if config.install is None else _commands(config.install),
        build=_commands(config.build),
        build_env=shop.build_env,
        output=output,
        port=PORT,
    )


def _plain(framework: str, output: str) -> BuildPlan:
    return BuildPlan(
        framework=framework,
        summary=f"Static site: nginx serves ./{output}/",
        serve=Serve.NGINX,
        output=output,
        port=PORT,
    )


def _node(project: Project, config: Config, *, needs_npm: bool) -> Workshop:
    manifest = project.json(MANIFEST) or {}
    version, _ = node_version(project, manifest, config)
    installed = packages(project, manifest)
    return Workshop(
        builder=f"zipp/node:{version}-build",
        base=f"zipp/node:{version}{'' if needs_npm else '-slim'}",
        tools=installed.tools,
        caches=installed.caches,
        dependency_files=installed.dependency_files,
        dependency_folders=("node_modules",) if installed.install else (),
        install=installed.install,
        build_env=dict(installed.env),
    )


def _python(install: tuple[str, ...]) -> Workshop:
    files = ("requirements.txt",) if install == _REQUIREMENTS else ()
    return Workshop("zipp/python:3.11-build", "zipp/python:3.11-slim", (), ("pip", "uv"), files, (VENV,), install)


_REQUIREMENTS = ("uv pip install -r requirements.txt",)


def _python_install(project: Project) -> tuple[str, ...]:
    if project.has("requirements.txt"):
        return _REQUIREMENTS
    return ("uv pip install .",) if project.has("pyproject.toml") else ()


def _commands(command: str | None) -> tuple[str, ...]:
    return (command,) if command else ()


def _label(plan: BuildPlan) -> str:
    return plan.summary.partition(":")[0]


def _first_line(command: str) -> str:
    return (command.splitlines() or [""])[0][:80]
