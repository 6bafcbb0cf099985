from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zipp.detect.node_version import satisfies
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]
EXPRESS: dict[str, Any] = {"dependencies": {"express": "^5"}, "scripts": {"start": "node server.js"}}
LOCK: dict[str, Any] = {"lockfileVersion": 3, "packages": {"": {"dependencies": {"express": "^5"}}}}
CI = "npm ci --include=dev --no-audit --no-fund"
INSTALL = "npm install --include=dev --no-audit --no-fund"


def test_an_express_app_with_a_lock_file(planned: Planned) -> None:
    plan = planned({"package.json": EXPRESS, "package-lock.json": LOCK, "server.js": ""})
    assert plan == BuildPlan(
        framework="express",
        summary="Express app: npm ci, then node server.js on $PORT",
        serve=Serve.CONTAINER,
        base="zipp/node:22",
        dependency_files=("package.json", "package-lock.json"),
        install=(CI, "rm -rf ~/.npm"),
        start="node server.js",
        port=3000,
        env={"NODE_ENV": "production"},
    )


def test_without_a_lock_file_npm_install_is_run(planned: Planned) -> None:
    plan = planned({"package.json": EXPRESS, ".npmrc": "legacy-peer-deps=true"})
    assert plan.install[0] == INSTALL
    assert plan.dependency_files == ("package.json", ".npmrc")
    assert plan.summary == "Express app: npm install, then node server.js on $PORT"


def test_without_packages_nothing_is_installed(planned: Planned) -> None:
    plan = planned({"package.json": {"scripts": {"start": "node server.js"}}})
    assert plan.install == ()
    assert plan.summary == "Node app: node server.js on $PORT"


def test_a_shrinkwrap_is_a_lock_file_too(planned: Planned) -> None:
    assert planned({"package.json": EXPRESS, "npm-shrinkwrap.json": LOCK}).install[0] == CI


def test_a_lock_file_out_of_step_is_said_and_not_run_into(planned: Planned) -> None:
    plan = planned({"package.json": {**EXPRESS, "devDependencies": {"tsx": "4"}}, "package-lock.json": LOCK})
    assert plan.install[0] == INSTALL
    assert "package-lock.json does not match package.json" in plan.summary


@pytest.mark.parametrize("lock", [{"lockfileVersion": 1, "dependencies": {}}, {"packages": []}])
def test_a_lock_file_that_does_not_say_what_it_is_for_is_trusted(planned: Planned, lock: dict[str, Any]) -> None:
    assert planned({"package.json": EXPRESS, "package-lock.json": lock}).install[0] == CI


def test_a_huge_lock_file_is_left_to_npm(planned: Planned) -> None:
    huge = b'{"packages": {"": {}}, "x": "' + b"x" * (5 * 1024**2) + b'"}'
    assert planned({"package.json": EXPRESS, "package-lock.json": huge}).install[0] == CI


@pytest.mark.parametrize("lock", ["yarn.lock", "pnpm-lock.yaml", "bun.lock"])
def test_a_lock_file_of_another_tool_is_mentioned(planned: Planned, lock: str) -> None:
    plan = planned({"package.json": EXPRESS, lock: "x"})
    assert plan.install[0] == INSTALL
    assert plan.summary.endswith(f"; {lock} is not used yet: npm chooses the versions")


def test_a_build_script_is_run(planned: Planned) -> None:
    plan = planned(
        {"package.json": {"scripts": {"start": "x", "build": "tsc"}, "devDependencies": {"typescript": "5"}}}
    )
    assert (plan.build, plan.start) == (("npm run build",), "npm start")
    assert plan.summary == "Node app: npm install, npm run build, then npm start on $PORT"


@pytest.mark.parametrize(
    ("package", "framework"),
    [
        ("express", "express"),
        ("fastify", "fastify"),
        ("koa", "koa"),
        ("hono", "hono"),
        ("@nestjs/core", "nest"),
        ("next", "next"),
        ("nuxt", "nuxt"),
        ("left-pad", "node"),
    ],
)
def test_the_framework_is_named_by_a_dependency(planned: Planned, package: str, framework: str) -> None:
    manifest = {"scripts": {"start": "x"}, "dependencies": {package: "1"}}
    assert planned({"package.json": manifest}).framework == framework


def test_what_builds_upon_another_framework_names_the_project(planned: Planned) -> None:
    manifest = {"scripts": {"start": "x"}, "dependencies": {"express": "5", "next": "16"}}
    plan = planned({"package.json": manifest})
    assert plan.framework == "next"
    assert not plan.read_only_root, "Next.js writes its cache beside the code"


@pytest.mark.parametrize(
    ("script", "start"),
    [
        ("node server.js", "node server.js"),
        ("node --enable-source-maps dist/main", "node --enable-source-maps dist/main"),
        ("nodemon server.js", "npm start"),
        ("node scripts/env.js && vite preview", "npm start"),
        ("node server.js --port $PORT", "npm start"),
        ("node 'a b.js'", "npm start"),
        ("node", "npm start"),
        ("NODE_ENV=production node server.js", "npm start"),
        ("node a.js\nnode b.js", "npm start"),
    ],
)
def test_a_plain_node_command_is_started_without_npm_in_between(planned: Planned, script: str, start: str) -> None:
    assert planned({"package.json": {"scripts": {"start": script}}}).start == start


def test_hooks_around_the_start_script_need_npm(planned: Planned) -> None:
    assert planned({"package.json": {"scripts": {"start": "node a.js", "prestart": "node b.js"}}}).start == "npm start"


@pytest.mark.parametrize(
    ("files", "main", "start"),
    [
        (["server.js", "index.js"], None, "node server.js"),
        (["index.mjs", "app.js"], None, "node index.mjs"),
        (["app.js"], None, "node app.js"),
        (["lib/main.js", "server.js"], "lib/main.js", "node lib/main.js"),
        (["server.js"], "missing.js", "node server.js"),
        (["my server.js"], "my server.js", "node 'my server.js'"),
        (["--eval=1.js", "app.js"], "--eval=1.js", "node app.js"),
        (["style.css", "app.js"], "style.css", "node app.js"),
    ],
)
def test_without_a_start_script_the_server_file_is_started(
    planned: Planned, files: list[str], main: str | None, start: str
) -> None:
    manifest = {"main": main} if main else {}
    assert planned({"package.json": manifest, **dict.fromkeys(files, "")}).start == start


def test_a_server_beside_an_index_page_is_told_from_the_pages_own_script(planned: Planned) -> None:
    tree = {"package.json": {}, "index.html": "", "server.js": "require('http').createServer(f).listen(3000)"}
    assert planned(tree).framework == "node"


def test_the_procfile_comes_before_the_start_script(planned: Planned) -> None:
    tree = {"package.json": EXPRESS, "Procfile": "worker: node w.js\nweb:  node web.js --fast \nweb: second"}
    assert planned(tree).start == "node web.js --fast"


@pytest.mark.parametrize("line", ["web:", "web:   ", "web: " + "x" * 9000])
def test_a_procfile_without_a_usable_web_command_is_refused(refused: Refused, line: str) -> None:
    error = refused({"package.json": EXPRESS, "Procfile": f"release: x\n{line}\n"})
    assert error.code == "procfile_invalid"
    assert error.message.startswith("Procfile, line 2:")


@pytest.mark.parametrize(
    "manifest",
    [
        {"scripts": {"postinstall": "prisma generate"}},
        {"workspaces": ["packages/*"]},
        {"dependencies": {"shared": "file:../shared"}},
        {"devDependencies": {"shared": "./shared"}},
    ],
)
def test_an_install_that_needs_the_source_gets_it_first(planned: Planned, manifest: dict[str, Any]) -> None:
    scripts = {"start": "node a.js", **manifest.get("scripts", {})}
    assert planned({"package.json": {**manifest, "scripts": scripts}}).dependency_files == ()


def test_nothing_to_start_is_explained(refused: Refused) -> None:
    error = refused({"package.json": {"name": "x", "scripts": {"start": "  "}}})
    assert error.code == "node_no_start_script"
    assert '"start": "node your-server.js"' in error.hint


def test_a_page_that_must_be_built_is_not_published_as_source(refused: Refused) -> None:
    error = refused({"package.json": {"scripts": {"build": "vite build", "dev": "vite"}}, "index.html": ""})
    assert error.code == "node_no_start_script"
    assert "run the build yourself" in error.hint


@pytest.mark.parametrize("manifest", ["[1]", '{"a": }', "", "[" * 200_000, '{"a": ' + "9" * 5000 + "}", "null"])
def test_a_package_json_that_cannot_be_read_is_named(refused: Refused, manifest: str) -> None:
    error = refused({"package.json": manifest})
    assert error.code == "file_invalid"
    assert error.message.startswith("package.json can't be read: ")


def test_a_syntax_error_in_package_json_has_its_line(refused: Refused) -> None:
    assert "(line 2, column 14)" in refused({"package.json": '{\n  "scripts": oops\n}'}).message


@pytest.mark.parametrize("value", [None, 1, [], "x", {"start": 5}, {"start": None}])
def test_fields_of_a_wrong_type_are_taken_as_absent(refused: Refused, value: object) -> None:
    odd = {"scripts": value, "dependencies": value, "engines": value, "main": value}
    assert refused({"package.json": odd}).code == "node_no_start_script"


@pytest.mark.parametrize(
    ("files", "engines", "base"),
    [
        ({}, None, "zipp/node:22"),
        ({}, ">=18", "zipp/node:22"),
        ({}, "20.x", "zipp/node:20"),
        ({}, ">=16 <19", "zipp/node:18"),
        ({}, "^24.1.0", "zipp/node:24"),
        ({".nvmrc": "v20.11.1\n"}, ">=22", "zipp/node:20"),
        ({".node-version": "18"}, None, "zipp/node:18"),
        ({".nvmrc": "lts/iron"}, None, "zipp/node:20"),
        ({".nvmrc": "lts/*"}, None, "zipp/node:22"),
    ],
)
def test_the_node_version_follows_the_project(
    planned: Planned, files: dict[str, str], engines: str | None, base: str
) -> None:
    manifest = {**EXPRESS, **({"engines": {"node": engines}} if engines else {})}
    assert planned({"package.json": manifest, **files}).base == base


@pytest.mark.parametrize(
    ("wanted", "base"), [("16", "zipp/node:18"), (">=26", "zipp/node:24"), ("huh", "zipp/node:22")]
)
def test_a_version_that_there_is_not_gives_the_nearest_and_a_note(planned: Planned, wanted: str, base: str) -> None:
    plan = planned({"package.json": {**EXPRESS, "engines": {"node": wanted}}})
    assert plan.base == base
    assert f"engines.node asks for {wanted!r}" in plan.summary


@pytest.mark.parametrize(
    ("wanted", "majors"),
    [
        ("*", {18, 20, 22, 24}),
        ("x", {18, 20, 22, 24}),
        (">=20.1", {20, 22, 24}),
        ("> 20", {22, 24}),
        (">20.5", {20, 22, 24}),
        ("<22", {18, 20}),
        ("<22.5.0", {18, 20, 22}),
        ("<=20", {18, 20}),
        ("18 - 20", {18, 20}),
        ("18 || 24", {18, 24}),
        ("^18.17 || >=20.3 <23", {18, 20, 22}),
        ("~22.1.0", {22}),
        ("=v20.0.0", {20}),
        ("", {22}),
        ("|| " * 1000 + "24", {18, 20, 22, 24}),
        ("(", set()),
    ],
)
def test_ranges_are_read_as_npm_reads_them(wanted: str, majors: set[int]) -> None:
    assert {major for major in (18, 20, 22, 24) if satisfies(major, wanted)} == majors
