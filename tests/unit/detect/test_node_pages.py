"""Projects whose build leaves files for nginx."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]


def project(*packages: str, start: str = "", build: str = "x build", **files: str) -> dict[str, object]:
    scripts = {"build": build, **({"start": start} if start else {})}
    manifest: dict[str, Any] = {"devDependencies": dict.fromkeys(packages, "9"), "scripts": scripts}
    return {"package.json": manifest, **files}


def test_a_vite_app_becomes_files_with_a_page_for_client_side_routing(planned: Planned) -> None:
    plan = planned({**project("vite", build="tsc -b && vite build"), "index.html": ""})
    assert plan.summary == "Vite app: npm install, npm run build, serving dist/"
    assert (plan.framework, plan.serve, plan.builder) == ("vite", Serve.NGINX, "zipp/node:22-build")
    assert (plan.output, plan.find_output, plan.fallback) == ("dist", True, "index.html")
    assert (plan.base, plan.start, plan.dependencies) == ("", "", ())
    assert plan.install[0].startswith("npm install --include=dev")
    assert plan.build == ("npm run build",)


@pytest.mark.parametrize(
    ("package", "framework", "output", "fallback"),
    [
        ("react-scripts", "create-react-app", "build", "index.html"),
        ("@vue/cli-service", "vue", "dist", "index.html"),
        ("ember-cli", "ember", "dist", "index.html"),
        ("preact-cli", "preact", "build", "index.html"),
        ("parcel", "parcel", "dist", "index.html"),
        ("gatsby", "gatsby", "public", ""),
        ("astro", "astro", "dist", ""),
        ("hexo", "hexo", "public", ""),
        ("@docusaurus/core", "docusaurus-2", "build", ""),
        ("@11ty/eleventy", "eleventy", "_site", ""),
        ("gridsome", "gridsome", "dist", ""),
        ("storybook", "storybook", "storybook-static", ""),
    ],
)
def test_each_framework_has_its_folder(
    planned: Planned, package: str, framework: str, output: str, fallback: str
) -> None:
    plan = planned(project(package))
    assert (plan.framework, plan.output, plan.fallback) == (framework, output, fallback)
    assert plan.is_static


@pytest.mark.parametrize(
    ("package", "build", "output"),
    [
        ("vite", "tsc && vite build --outDir out", "out"),
        ("vite", "vite build --outDir=./site/", "site"),
        ("vite", "vite build --outDir ../../etc", "dist"),
        ("vite", "tsc --outDir lib && vite build", "dist"),
        ("vitepress", "vitepress build docs", "docs/.vitepress/dist"),
        ("vitepress", "vitepress build", ".vitepress/dist"),
        ("vuepress", "vuepress build src", "src/.vuepress/dist"),
        ("storybook", "storybook build -o public", "public"),
    ],
)
def test_the_build_script_tells_the_folder(planned: Planned, package: str, build: str, output: str) -> None:
    assert planned(project(package, build=build)).output == output


@pytest.mark.parametrize(
    ("package", "file", "text", "output"),
    [
        ("vite", "vite.config.ts", "export default { build: { outDir: 'build' } }", "build"),
        ("vite", "vite.config.js", "export default { build: { /* outDir: 'x' */ } }", "dist"),
        ("vite", "vite.config.js", "export default { build: { outDir: process.env.OUT } }", "dist"),
        ("@vue/cli-service", "vue.config.js", 'module.exports = { outputDir: "site" }', "site"),
        ("@11ty/eleventy", ".eleventy.js", 'module.exports = () => ({ dir: { output: "www" } })', "www"),
    ],
)
def test_the_configuration_tells_the_folder(planned: Planned, package: str, file: str, text: str, output: str) -> None:
    assert planned(project(package, **{file: text})).output == output


@pytest.mark.parametrize(
    ("options", "output"),
    [
        ('{"outputPath": "dist/a", "main": "src/main.ts"}', "dist/a"),
        ('{"outputPath": "dist/a", "browser": "src/main.ts"}', "dist/a/browser"),
        ('{"outputPath": {"base": "out", "browser": ""}}', "out"),
        ('{"browser": "src/main.ts"}', "dist/shop/browser"),
    ],
)
def test_angular_says_where_it_writes(planned: Planned, options: str, output: str) -> None:
    config = f'{{"projects": {{"shop": {{"architect": {{"build": {{"options": {options}}}}}}}}}}}'
    plan = planned(project("@angular/cli", start="ng serve", **{"angular.json": config}))
    assert (plan.output, plan.fallback) == (output, "index.html")


@pytest.mark.parametrize("config", ["[]", "{}", '{"projects": 5}', '{"projects": {"a": 1}}', "{", '{"projects": {}}'])
def test_an_odd_angular_json_leaves_the_folder_to_the_build(planned: Planned, config: str) -> None:
    assert planned(project("@angular/cli", **{"angular.json": config})).output.startswith("dist")


def test_angular_with_server_rendering_is_a_server(planned: Planned) -> None:
    tree = project("@angular/cli", "@angular/ssr", start="ng serve")
    tree["package.json"]["scripts"]["serve:ssr:shop"] = "node dist/shop/server/server.mjs"  # type: ignore[index]
    assert planned(tree).start == "node dist/shop/server/server.mjs"


@pytest.mark.parametrize(
    ("package", "start"),
    [
        ("vite", "vite"),
        ("vite", "vite preview --port $PORT"),
        ("react-scripts", "react-scripts start"),
        ("react-scripts", "serve -s build"),
        ("@angular/cli", "ng serve"),
        ("gatsby", "npm run develop"),
        ("@docusaurus/core", "docusaurus start"),
        ("ember-cli", "ember serve"),
    ],
)
def test_a_server_for_developers_is_not_taken_at_its_word(planned: Planned, package: str, start: str) -> None:
    tree = project(package, start=start)
    tree["package.json"]["scripts"]["develop"] = "gatsby develop"  # type: ignore[index]
    assert planned(tree).is_static


def test_a_real_server_beside_the_pages_is_started(planned: Planned) -> None:
    tree = project("vite", "express", start="node server.js", **{"server.js": "app.listen(1)", "index.html": ""})
    plan = planned(tree)
    assert (plan.framework, plan.start, plan.build) == ("express", "node server.js", ("npm run build",))


def test_warnings_do_not_end_the_build_of_create_react_app(planned: Planned) -> None:
    assert planned(project("react-scripts")).build_env["CI"] == "false"


def test_without_a_build_script_the_frameworks_own_command_is_run(planned: Planned) -> None:
    assert planned({"package.json": {"devDependencies": {"vite": "6"}}, "index.html": ""}).build == ("npx vite build",)


def test_an_own_page_for_what_is_not_found_is_no_single_page_app(planned: Planned) -> None:
    assert planned(project("vite", **{"public/404.html": "", "index.html": ""})).fallback == ""
    routed = project("vite", "react-router-dom", **{"public/404.html": "", "index.html": ""})
    assert planned(routed).fallback == "index.html"


def test_pages_of_a_bundler_without_a_framework(planned: Planned) -> None:
    plan = planned(project("webpack", start="webpack serve", build="webpack", **{"index.html": ""}))
    assert (plan.framework, plan.output, plan.find_output) == ("webpack", "dist", True)


def test_the_output_folder_of_zipp_toml_is_not_searched_for(planned: Planned) -> None:
    plan = planned(project("vite", **{"zipp.toml": 'output = "web"', "index.html": ""}))
    assert (plan.output, plan.find_output) == ("web", False)


def test_files_in_a_container_where_zipp_toml_asks_for_one(planned: Planned) -> None:
    plan = planned(project("vite", **{"zipp.toml": 'serve = "container"', "index.html": ""}))
    assert (plan.serve, plan.start) == (Serve.CONTAINER, "")


def test_a_page_with_tools_beside_it_and_no_build_is_served_as_it_is(planned: Planned) -> None:
    plan = planned({"package.json": {"devDependencies": {"prettier": "3"}}, "index.html": "<h1>hi</h1>"})
    assert (plan.framework, plan.output, plan.is_built) == ("static", ".", False)


def test_pages_in_a_folder_beside_tools_are_served_from_there(planned: Planned) -> None:
    plan = planned({"package.json": {"scripts": {"start": "live-server public"}}, "public/index.html": ""})
    assert (plan.framework, plan.output) == ("static", "public")


def test_a_library_is_refused(refused: Refused) -> None:
    error = refused(
        {"package.json": {"main": "x.css", "scripts": {"build": "tsc"}, "devDependencies": {"typescript": "5"}}}
    )
    assert error.code == "node_no_start_script"
    assert "build script, but nothing that Zipp could start or serve" in error.message


@pytest.mark.parametrize("serve", [{}, {"serve": "http-server ./dist -p 7002"}], ids=["nothing", "files"])
def test_script_that_a_bundler_makes_pages_of_is_no_server(planned: Planned, serve: dict[str, str]) -> None:
    scripts = {"build": "webpack --config webpack.prod.js", "dev": "webpack serve --open", **serve}
    package = {"scripts": scripts, "devDependencies": {"webpack": "5", "html-webpack-plugin": "5"}}
    plan = planned({"package.json": package, "src/index.js": "render()", "public/index.html": ""})
    assert (plan.framework, plan.serve, plan.output) == ("webpack", Serve.NGINX, "dist")


def test_server_that_listens_is_one_whatever_a_bundler_makes(planned: Planned) -> None:
    package = {"scripts": {"build": "webpack"}, "devDependencies": {"webpack": "5"}}
    plan = planned({"package.json": package, "server.js": "require('http').createServer(f).listen(process.env.PORT)"})
    assert (plan.serve, plan.start) == (Serve.CONTAINER, "node server.js")


_ADDS = "tailwindcss -i src/in.css -o dist/out.css"


@pytest.mark.parametrize(
    ("tree", "in_place"),
    [
        (project("tailwindcss", build=_ADDS, **{"index.html": ""}), True),
        (project("tailwindcss", build=_ADDS, **{"src/index.html": ""}), False),
        (project("tailwindcss", build=_ADDS, **{"index.html": "", "zipp.toml": 'output = "x"'}), False),
        (project("vite", **{"index.html": ""}), False),
    ],
    ids=["adds", "no-page-there", "said", "framework"],
)
def test_build_that_only_adds_to_the_page_that_is_there(
    planned: Planned, tree: dict[str, object], in_place: bool
) -> None:
    """As `sass` and `tailwindcss` do. Never of a framework: its index.html is what the page is made from."""
    assert planned(tree).in_place == in_place
