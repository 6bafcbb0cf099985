from __future__ import annotations

from collections.abc import Callable

import pytest

from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

Planned = Callable[..., BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]
ROOT = {"private": True, "workspaces": ["apps/*", "packages/*"]}
VITE = {"name": "web", "scripts": {"build": "vite build"}, "devDependencies": {"vite": "7"}}
NEXT = {"name": "docs", "scripts": {"build": "next build"}, "dependencies": {"next": "16"}}
EXPRESS = {"name": "api", "scripts": {"start": "node index.js"}, "dependencies": {"express": "5"}}
LIBRARY = {"name": "ui", "scripts": {"build": "vite build"}, "devDependencies": {"vite": "7", "storybook": "9"}}


@pytest.mark.parametrize(
    ("root", "files"),
    [
        (ROOT, {}),
        ({"workspaces": {"packages": ["apps/**"]}}, {}),
        ({}, {"pnpm-workspace.yaml": "packages:\n  # all\n  - 'apps/*'\nonlyBuiltDependencies:\n  - esbuild\n"}),
        ({"devDependencies": {"turbo": "2"}}, {"turbo.json": "{}"}),
    ],
)
def test_several_apps_are_named_and_not_guessed(
    refused: Refused, root: dict[str, object], files: dict[str, str]
) -> None:
    apps = {"apps/web/package.json": VITE, "apps/web/index.html": "", "apps/docs/package.json": NEXT}
    error = refused({"package.json": root, **files, **apps, "packages/ui/package.json": LIBRARY})
    assert error.code == "node_several_apps"
    assert "apps/docs/, apps/web/." in error.message
    assert 'root = "apps/docs"' in error.hint


def test_the_only_app_is_installed_and_built_from_the_root(planned: Planned) -> None:
    tree = {"package.json": ROOT, "apps/web/package.json": VITE, "apps/web/index.html": ""}
    plan = planned({**tree, "packages/ui/package.json": LIBRARY})
    assert plan.install[0].startswith("npm install --include=dev")
    assert plan.build == ("# npm run build in apps/web\ncd apps/web\nnpm run build",)
    assert (plan.output, plan.dependency_files) == ("apps/web/dist", ())
    assert "apps/web/ of this workspace, built from its root" in plan.summary


def test_the_only_server_starts_in_its_folder(planned: Planned) -> None:
    workspace = {"pnpm-workspace.yaml": "packages:\n- services/*\n"}
    member = {"services/api/package.json": EXPRESS, "services/api/index.js": "app.listen(1)"}
    plan = planned({"package.json": {}, **workspace, **member})
    assert plan.start == "cd services/api && PATH=$PWD/node_modules/.bin:$PATH && node index.js"
    assert plan.keep == (".",)


def test_what_the_app_needs_of_its_neighbours_is_built_first(planned: Planned) -> None:
    root = {**ROOT, "devDependencies": {"turbo": "2"}}
    tree = {"package.json": root, "turbo.json": "{}", "apps/web/package.json": VITE, "apps/web/index.html": ""}
    assert planned(tree).build[0] == "npx turbo run build --filter=web^..."


@pytest.mark.parametrize("name", ["$(id)", "a b", "../x", 5])
def test_a_name_made_for_the_shell_reaches_no_command(planned: Planned, name: object) -> None:
    root = {**ROOT, "devDependencies": {"turbo": "2"}}
    web = {**VITE, "name": name}
    tree = {"package.json": root, "turbo.json": "{}", "apps/web/package.json": web, "apps/web/index.html": ""}
    assert planned(tree).build == ("# npm run build in apps/web\ncd apps/web\nnpm run build",)


def test_a_workspace_of_libraries_has_nothing_to_deploy(refused: Refused) -> None:
    assert refused({"package.json": ROOT, "packages/ui/package.json": LIBRARY}).code == "node_no_app"


def test_a_compose_file_means_several_services(refused: Refused) -> None:
    tree = {"package.json": ROOT, "compose.yml": "", "apps/web/package.json": VITE, "apps/web/index.html": ""}
    error = refused(tree)
    assert error.code == "node_several_apps"
    assert "compose.yml" in error.message


def test_a_root_that_is_an_app_itself_is_deployed(planned: Planned) -> None:
    tree = {"package.json": {**EXPRESS, "workspaces": ["packages/*"]}, "index.js": "app.listen(1)"}
    assert planned({**tree, "packages/ui/package.json": LIBRARY}).start == "node index.js"


@pytest.mark.parametrize(
    "workspaces", [5, "x", [5], ["../*", "/etc/*", "!apps/*", "*/*/*", "a\u0000/*"], {"packages": 1}]
)
def test_odd_workspaces_lead_nowhere(refused: Refused, workspaces: object) -> None:
    error = refused({"package.json": {"workspaces": workspaces}, "apps/web/package.json": VITE})
    assert error.code in ("node_no_app", "node_no_start_script")


SEVERAL = {
    "package.json": ROOT,
    "package-lock.json": {"lockfileVersion": 3, "packages": {}},
    "apps/web/package.json": {**VITE, "dependencies": {"ui": "workspace:*"}},
    "apps/web/index.html": "",
    "apps/api/package.json": {**EXPRESS, "dependencies": {"express": "5", "ui": "workspace:*"}},
    "apps/api/index.js": "app.listen(1)",
    "packages/ui/package.json": LIBRARY,
}


def test_the_part_that_zipp_toml_names_is_built_from_the_root(planned: Planned) -> None:
    plan = planned({**SEVERAL, "zipp.toml": 'root = "apps/web"'})
    assert (plan.root, plan.output, plan.whole_source) == (".", "apps/web/dist", False)
    assert plan.build == ("# npm run build in apps/web\ncd apps/web\nnpm run build",)
    assert "apps/web/ of this workspace" in plan.summary


def test_what_zipp_toml_says_of_the_part_is_meant_in_its_folder(planned: Planned) -> None:
    plan = planned({**SEVERAL, "zipp.toml": 'root = "apps/web"\nbuild = "vite build --outDir out"\noutput = "out"'})
    assert plan.build[-1] == "# vite build --outDir out in apps/web\ncd apps/web\nvite build --outDir out"
    assert plan.output == "apps/web/out"
    server = planned({**SEVERAL, "zipp.toml": 'root = "apps/api"\nstart = "node index.js --quiet"'})
    assert server.start == "cd apps/api && PATH=$PWD/node_modules/.bin:$PATH && node index.js --quiet"


def test_a_subdirectory_that_is_part_of_a_workspace_needs_the_whole_source(planned: Planned) -> None:
    plan = planned(SEVERAL, subdirectory="apps/api")
    assert plan.whole_source
    assert plan.start == "cd apps/api && PATH=$PWD/node_modules/.bin:$PATH && node index.js"


@pytest.mark.parametrize(
    "own", [{"apps/web/package-lock.json": "{}"}, {"apps/web/Dockerfile": "FROM x\n"}, {"package.json": {"name": "x"}}]
)
def test_a_folder_that_stands_by_itself_is_built_by_itself(planned: Planned, own: dict[str, object]) -> None:
    plan = planned({**SEVERAL, "apps/web/package.json": VITE, **own}, subdirectory="apps/web")
    assert not plan.whole_source
    assert plan.dockerfile or plan.output == "dist"


def test_root_that_only_carries_its_members_packages_is_no_app(planned: Planned) -> None:
    """As Nx lays it out: `next` stands in the root's package.json, the app in apps/web."""
    root = {"private": True, "dependencies": {"next": "16"}}
    tree = {"package.json": root, "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n", "pnpm-lock.yaml": ""}
    plan = planned({**tree, "apps/web/package.json": NEXT, "apps/web/src/app/page.tsx": ""})
    assert plan.framework == "nextjs"
    assert "apps/web/ of this workspace" in plan.summary


def test_root_that_is_an_app_itself_stays_one(planned: Planned) -> None:
    root = {"private": True, "workspaces": ["packages/*"], **NEXT}
    plan = planned({"package.json": root, "app/page.tsx": "", "packages/ui/package.json": LIBRARY})
    assert plan.framework == "nextjs"
    assert "of this workspace" not in plan.summary
