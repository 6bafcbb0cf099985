"""What a Node project lacks, said so that its author can add it."""

from __future__ import annotations

from zipp.domain.errors import DetectionError

_NO_START = "node_no_start_script"


def no_server(message: str, hint: str) -> DetectionError:
    return DetectionError(message, code="node_no_server", hint=hint)


def no_start(*, has_build: bool, exporter: str = "") -> DetectionError:
    """`exporter` is a file that makes an app, but leaves it to others to listen."""
    if exporter:
        message = f"package.json has no start script, and {exporter[:80]} makes an app that nothing listens with."
        hint = (
            f"Let {exporter[:80]} listen itself (app.listen(process.env.PORT)) and name it in package.json: "
            '"scripts": {"start": "node ..."}'
        )
    elif has_build:
        message = "package.json has a build script, but nothing that Zipp could start or serve."
        hint = (
            'For a server, add a start script: "scripts": {"start": "node your-server.js"}. For pages, name the folder '
            'that the build writes in zipp.toml: output = "dist"'
        )
    else:
        message = "package.json has no start script, and there is no server.js, index.js or app.js."
        hint = 'Add to package.json: "scripts": {"start": "node your-server.js"}'
    return DetectionError(message, code=_NO_START, hint=hint)


def foreign_adapter(name: str, adapter: str, command: str) -> DetectionError:
    return DetectionError(
        f"{name} is set up for another host ({adapter[:80]}), so its build makes nothing that runs here.",
        code="node_foreign_adapter",
        hint=f"Choose the adapter for Node: {command}",
    )


def several_apps(folders: tuple[str, ...]) -> DetectionError:
    shown = ", ".join(f"{folder[:60]}/" for folder in folders[:8])
    more = f" and {len(folders) - 8} more" if len(folders) > 8 else ""
    return DetectionError(
        f"This workspace has several apps: {shown}{more}.",
        code="node_several_apps",
        hint=(
            f'Name the one to deploy in a zipp.toml at the root: root = "{folders[0][:60]}" (or give the subdirectory '
            "when deploying)."
        ),
    )


def several_services(compose: str, folder: str) -> DetectionError:
    return DetectionError(
        f"{compose} describes several services, and Zipp deploys one site at a time.",
        code="node_several_apps",
        hint=(
            f'Name the part to deploy in a zipp.toml at the root: root = "{folder[:60]}", and deploy the others apart.'
        ),
    )


def no_app_in_workspace() -> DetectionError:
    return DetectionError(
        "This workspace has only packages, and no app that could be deployed.",
        code="node_no_app",
        hint='If one of its folders is an app, name it in a zipp.toml at the root: root = "packages/web"',
    )
