"""Frameworks that can be pages or a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]


def project(packages: dict[str, str], scripts: dict[str, str] | None = None, **files: str) -> dict[str, object]:
    manifest: dict[str, Any] = {"dependencies": packages, "scripts": {"build": "x build", **(scripts or {})}}
    return {"package.json": manifest, **files}


def next_app(version: str = "16", start: str = "next start", **files: str) -> dict[str, object]:
    return project({"next": version}, {"build": "next build", "start": start}, **files)


def test_next_is_laid_out_as_a_server_without_packages(planned: Planned) -> None:
    plan = planned(next_app())
    assert plan.summary == "Next.js app: npm install, npm run build, then node server.js on $PORT"
    assert plan.build_env["NEXT_PRIVATE_STANDALONE"] == "1"
    assert plan.build[0] == "npm run build"
    assert "mv .next/static .zipp-site/.next/" in plan.build[1]
    assert (plan.keep, plan.start, plan.dependencies) == ((".zipp-site/",), "node server.js", ())
    assert (plan.env["HOSTNAME"], plan.read_only_root) == ("0.0.0.0", False)
    assert plan.build_caches == (".next/cache",)


@pytest.mark.parametrize("start", ["next dev", "next start -p 8080", "NODE_ENV=production next start", ""])
def test_next_is_started_as_itself_whatever_port_the_script_names(planned: Planned, start: str) -> None:
    assert planned(next_app(start=start)).start == "node server.js"


def test_an_own_server_around_next_runs_with_its_packages(planned: Planned) -> None:
    plan = planned({**next_app(start="node server.js"), "server.js": ""})
    assert (plan.start, plan.keep, plan.dependency_folders) == ("node server.js", (".",), ("node_modules",))
    assert "NEXT_PRIVATE_STANDALONE" not in plan.build_env


def test_an_old_next_runs_in_place(planned: Planned) -> None:
    plan = planned(next_app("^12.1.0"))
    assert (plan.start, plan.dependency_folders) == ("next start -H 0.0.0.0 -p $PORT", ("node_modules",))


@pytest.mark.parametrize(
    ("config", "build", "output"),
    [
        ("module.exports = { output: 'export' }", "next build", "out"),
        ('export default { output: "export", distDir: "site" } satisfies NextConfig', "next build", "site"),
        ("module.exports = {}", "next build && next export", "out"),
    ],
)
def test_a_static_export_is_files(planned: Planned, config: str, build: str, output: str) -> None:
    plan = planned(project({"next": "14"}, {"build": build, "start": "next start"}, **{"next.config.js": config}))
    assert (plan.is_static, plan.output) == (True, output)


@pytest.mark.parametrize(
    "config", ["// output: 'export'\nmodule.exports = {}", "/* output: 'export' */", "x = \"output: 'export'\""]
)
def test_what_only_stands_in_a_comment_or_a_text_does_not_count(planned: Planned, config: str) -> None:
    assert planned({**next_app(), "next.config.js": config}).start == "node server.js"


def test_a_folder_name_made_to_hurt_the_shell_is_quoted(planned: Planned) -> None:
    plan = planned({**next_app(), "next.config.js": "module.exports = { distDir: 'a;id' }"})
    assert "mv 'a;id'/static" in plan.build[1]


def test_googles_fonts_may_be_out_of_reach(planned: Planned) -> None:
    tree = {**next_app(), "src/app/layout.tsx": 'import { Inter } from "next/font/google"'}
    plan = planned(tree)
    assert plan.build[0].startswith("# npm run build\n")
    assert "NEXT_FONT_GOOGLE_MOCKED_RESPONSES" in plan.build[0]
    assert "npm run build, then node" in plan.summary


def test_nuxt_is_built_for_a_server_of_its_own(planned: Planned) -> None:
    plan = planned(project({"nuxt": "^4"}, {"build": "nuxt build", "dev": "nuxt dev", "generate": "nuxt generate"}))
    assert (plan.framework, plan.keep, plan.start) == ("nuxtjs", (".output",), "node .output/server/index.mjs")
    assert plan.build_env["NITRO_PRESET"] == "node-server"
    assert plan.env["HOST"] == "0.0.0.0"


@pytest.mark.parametrize(
    ("scripts", "config"),
    [
        ({"build": "nuxt generate"}, ""),
        ({"build": "", "generate": "nuxt generate"}, ""),
        ({"build": "nuxt build"}, "export default defineNuxtConfig({ nitro: { preset: 'static' } })"),
    ],
)
def test_generated_nuxt_pages_are_files(planned: Planned, scripts: dict[str, str], config: str) -> None:
    plan = planned(project({"nuxt": "4"}, scripts, **{"nuxt.config.ts": config}))
    assert (plan.output, plan.fallback) == (".output/public", "200.html")


def test_nuxt_2_runs_with_its_packages(planned: Planned) -> None:
    plan = planned(project({"nuxt": "^2.15"}, {"build": "nuxt build", "start": "nuxt start"}))
    assert (plan.start, plan.env["HOST"]) == ("nuxt start", "0.0.0.0")
    static = project({"nuxt": "2"}, {"generate": "nuxt generate"}, **{"nuxt.config.js": "x = { target: 'static' }"})
    assert (planned(static).output, planned(static).build) == ("dist", ("npm run generate",))


@pytest.mark.parametrize("package", ["nitropack", "nitro"])
def test_nitro_is_a_folder_that_runs_alone(planned: Planned, package: str) -> None:
    plan = planned(project({package: "3", "vite": "8"}, {"build": "nitro build"}))
    assert (plan.framework, plan.keep) == ("nitro", (".output",))


def test_tanstack_start_with_nitro(planned: Planned) -> None:
    plan = planned(project({"@tanstack/react-start": "1", "vite": "7"}, {"start": "node .output/server/index.mjs"}))
    assert (plan.framework, plan.keep) == ("tanstack-start", (".output",))
    config = 'import { nitro } from "nitro/vite"'
    assert planned(project({"@tanstack/react-start": "1"}, **{"vite.config.ts": config})).keep == (".output",)


def test_tanstack_start_without_a_server_is_served_by_srvx(planned: Planned) -> None:
    plan = planned(project({"@tanstack/react-start": "1", "vite": "7"}, {"build": "vite build"}))
    assert plan.start.endswith("--static ../client --entry dist/server/server.js")
    assert any("srvx@1" in command for command in (*plan.dependencies, *plan.install))


def kit(adapter: str, version: str = "5", options: str = "") -> dict[str, object]:
    imported = f"import adapter from '@sveltejs/adapter-{adapter}';"
    config = f"{imported}\nexport default {{ kit: {{ adapter: adapter({options}) }} }}"
    packages = {"@sveltejs/kit": "^2", "vite": "7", f"@sveltejs/adapter-{adapter}": version}
    return project(packages, {"build": "vite build"}, **{"svelte.config.js": config})


def test_sveltekit_with_the_adapter_for_node(planned: Planned) -> None:
    plan = planned(kit("node"))
    assert (plan.start, plan.env["PROTOCOL_HEADER"]) == ("node build", "x-forwarded-proto")
    assert planned(kit("node", options="{ out: 'server' }")).start == "node server"


def test_sveltekit_that_detects_its_host_is_told_it_is_node(planned: Planned) -> None:
    plan = planned(kit("auto", "^6.0.0"))
    assert plan.build_env["GCP_BUILDPACKS"] == "1"
    assert not any("adapter-node" in command for command in plan.install)


@pytest.mark.parametrize(("adapter", "version"), [("vercel", "5"), ("cloudflare", "5"), ("auto", "^2.1.0")])
def test_sveltekit_for_another_host_gets_the_adapter_for_node(planned: Planned, adapter: str, version: str) -> None:
    plan = planned(kit(adapter, version))
    assert f"rm -rf node_modules/@sveltejs/adapter-{adapter}\n" in plan.install[-1]
    assert plan.start == "node build"


def test_sveltekit_as_pages(planned: Planned) -> None:
    plan = planned(kit("static", options="{ pages: 'site', fallback: '200.html' }"))
    assert (plan.output, plan.fallback) == ("site", "200.html")


def test_astro_with_the_adapter_for_node_is_a_server(planned: Planned) -> None:
    config = (
        'import node from "@astrojs/node";\nexport default { output: "server", adapter: node({ mode: "standalone" }) }'
    )
    plan = planned(project({"astro": "6", "@astrojs/node": "9"}, **{"astro.config.mjs": config}))
    assert (plan.start, plan.env["HOST"]) == ("node ./dist/server/entry.mjs", "0.0.0.0")


def test_astro_as_middleware_needs_somebodys_server(refused: Refused) -> None:
    config = 'import node from "@astrojs/node";\nexport default { adapter: node({ mode: "middleware" }) }'
    assert refused(project({"astro": "6"}, **{"astro.config.mjs": config})).code == "node_no_server"


def test_astro_for_another_host_is_pages_where_it_can_be(planned: Planned, refused: Refused) -> None:
    config = 'import cloudflare from "@astrojs/cloudflare";\nexport default { adapter: cloudflare() }'
    assert planned(project({"astro": "5"}, **{"astro.config.mjs": config})).output == "dist"
    server = config.replace("{ adapter", '{ output: "server", adapter')
    error = refused(project({"astro": "5"}, **{"astro.config.mjs": server}))
    assert error.code == "node_foreign_adapter"
    assert "npx astro add node" in error.hint


def test_react_router_renders_on_a_server_unless_it_is_told_not_to(planned: Planned) -> None:
    packages = {"react-router": "7", "@react-router/serve": "7", "vite": "7"}
    start = {"start": "react-router-serve ./build/server/index.js"}
    plan = planned(project(packages, start, **{"react-router.config.ts": "export default { ssr: true }"}))
    assert plan.start == "react-router-serve ./build/server/index.js"
    assert planned(project(packages, {}, **{"react-router.config.ts": ""})).start == plan.start
    pages = planned(project(packages, start, **{"react-router.config.ts": "export default { ssr: false }"}))
    assert (pages.output, pages.fallback) == ("build/client", "index.html")


def test_remix_without_a_server_is_told_what_to_add(refused: Refused) -> None:
    error = refused(project({"@remix-run/dev": "2", "@remix-run/node": "latest"}))
    assert error.code == "node_no_server"
    assert "@remix-run/serve" in error.hint


def test_remix_with_the_preset_of_another_host_has_its_server_a_folder_deeper(planned: Planned) -> None:
    config = "import { vercelPreset } from '@vercel/remix/vite'"
    plan = planned(
        project({"@remix-run/dev": "2", "@remix-run/node": "2", "@remix-run/serve": "2"}, **{"vite.config.ts": config})
    )
    assert plan.start == "remix-serve ./build/server/*/index.js"


@pytest.mark.parametrize("manager", ["npm", "pnpm"])
def test_remix_without_a_server_gets_the_one_of_its_version(planned: Planned, manager: str) -> None:
    lock = {"pnpm-lock.yaml": "lockfileVersion: '9.0'"} if manager == "pnpm" else {}
    plan = planned(project({"@remix-run/dev": "2.10.0", "@remix-run/node": "^2.10.0"}, **lock))
    assert plan.start == "remix-serve ./build/server/index.js"
    added = [command for command in plan.install if "'@remix-run/serve@^2.10.0'" in command]
    assert len(added) == 1
    assert added[0].startswith(manager)
