from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]
EXPRESS: dict[str, Any] = {"dependencies": {"express": "^5"}, "scripts": {"start": "node server.js"}}
LOCK: dict[str, Any] = {"lockfileVersion": 3, "packages": {"": {"dependencies": {"express": "^5"}}}}
SERVER = "require('http').createServer(f).listen(process.env.PORT)"


def app(manifest: dict[str, Any], **files: str) -> dict[str, object]:
    return {"package.json": manifest, "server.js": SERVER, **files}


def test_an_express_app_with_a_lock_file_needs_a_stage_of_packages_and_no_build(planned: Planned) -> None:
    plan = planned({**app(EXPRESS), "package-lock.json": LOCK})
    assert plan.summary == "Express app: npm ci, then node server.js on $PORT"
    assert (plan.framework, plan.serve, plan.port) == ("express", Serve.CONTAINER, 3000)
    assert (plan.builder, plan.base) == ("zipp/node:22-build", "zipp/node:22-slim")
    assert plan.dependencies[0].startswith("npm ci --omit=dev")
    assert (plan.dependency_files, plan.dependency_folders) == (
        ("package.json", "package-lock.json"),
        ("node_modules",),
    )
    assert (plan.install, plan.build, plan.start) == ((), (), "node server.js")
    assert plan.env == {"NODE_ENV": "production", "HOST": "0.0.0.0"}
    assert plan.read_only_root


def test_a_build_has_all_packages_and_the_site_only_those_it_runs_with(planned: Planned) -> None:
    manifest = {
        **EXPRESS,
        "scripts": {"start": "node dist/x.js", "build": "tsc"},
        "devDependencies": {"typescript": "5"},
    }
    plan = planned({"package.json": manifest})
    assert plan.summary == "Express app: npm install, npm run build, then node dist/x.js on $PORT"
    assert "--omit=dev" in plan.dependencies[0]
    assert "--include=dev" in plan.install[0]
    assert (plan.build, plan.keep) == (("npm run build",), (".",))


def test_without_packages_nothing_is_installed(planned: Planned) -> None:
    plan = planned({"package.json": {"scripts": {"start": "node server.js"}}, "server.js": SERVER})
    assert (plan.builder, plan.dependencies, plan.install) == ("", (), ())
    assert plan.summary == "Node app: node server.js on $PORT"


def test_packages_that_generate_code_are_installed_and_pruned_in_place(planned: Planned) -> None:
    manifest = {**EXPRESS, "dependencies": {"express": "5", "@prisma/client": "6"}, "devDependencies": {"prisma": "6"}}
    plan = planned({**app({**manifest, "scripts": {"start": "node server.js", "build": "prisma generate"}})})
    assert (plan.dependencies, plan.dependency_folders, plan.keep) == ((), ("node_modules",), (".",))
    assert plan.build[0] == "npm run build"
    assert plan.build[1].startswith("npm prune --omit=dev")


def test_a_start_by_a_development_package_keeps_it(planned: Planned) -> None:
    manifest = {**EXPRESS, "scripts": {"start": "tsx main.ts"}, "devDependencies": {"tsx": "4"}}
    assert "--include=dev" in planned({"package.json": manifest}).dependencies[0]
    built = {**manifest, "scripts": {"start": "node -r ts-node/register a.ts", "build": "x"}}
    plan = planned({"package.json": {**built, "devDependencies": {"ts-node": "10"}}})
    assert (plan.dependencies, plan.build) == ((), ("npm run build",))
    assert "--include=dev" in plan.install[0]


@pytest.mark.parametrize("package", ["better-sqlite3", "multer", "lowdb"])
def test_packages_that_write_beside_the_code_may(planned: Planned, package: str) -> None:
    assert not planned(app({**EXPRESS, "dependencies": {package: "1"}})).read_only_root


@pytest.mark.parametrize(
    ("package", "framework"),
    [("express", "express"), ("fastify", "fastify"), ("koa", "koa"), ("hono", "hono"), ("@nestjs/core", "nestjs")],
)
def test_the_framework_is_named_by_a_dependency(planned: Planned, package: str, framework: str) -> None:
    assert planned(app({**EXPRESS, "dependencies": {package: "1"}})).framework == framework


@pytest.mark.parametrize(
    ("script", "start"),
    [
        ("node server.js", "node server.js"),
        ("node server.js --port $PORT", "node server.js --port $PORT"),
        ("cross-env DEBUG=x node server.js", "node server.js"),
        ("npx serve-it .", "serve-it ."),
        ("nodemon server.js", "node server.js"),
        ("nodemon --watch src --exec 'node --inspect' server.js", "node --inspect server.js"),
        ("nodemon", "node index.js"),
        ("node --watch server.js", "node server.js"),
        ("tsx watch server.ts", "tsx server.ts"),
        ("pm2 start server.js", "node server.js"),
        ("node server.js | pino-pretty", "node server.js"),
        ("npm run web", "node server.js --fast"),
        ("npm run build && node server.js", "node server.js"),
        ("prisma migrate deploy && node server.js", "prisma migrate deploy && node server.js"),
        ("node a.js\nnode server.js", "npm run start"),
        ("(cd x && node server.js)", "npm run start"),
    ],
)
def test_what_npm_start_would_do_is_done_without_npm(planned: Planned, script: str, start: str) -> None:
    scripts = {"start": script, "web": "node server.js --fast", "build": "tsc"}
    tree = app({**EXPRESS, "scripts": scripts, "devDependencies": {"typescript": "5"}})
    assert planned({**tree, "package.json": {**EXPRESS, "scripts": scripts}}).start == start


def test_what_only_a_shell_understands_is_started_by_npm(planned: Planned) -> None:
    assert planned(app({"scripts": {"start": "node $(cat x)"}})).base == "zipp/node:22"


def test_assignments_of_the_start_script_become_the_sites_environment(planned: Planned) -> None:
    plan = planned(app({"scripts": {"start": "PORT=8080 NODE_ENV=staging node server.js"}}))
    assert (plan.port, plan.start, plan.env["NODE_ENV"]) == (8080, "node server.js", "staging")


def test_what_a_start_script_builds_first_belongs_into_the_build(planned: Planned) -> None:
    plan = planned({"package.json": {**EXPRESS, "scripts": {"start": "tsc -p . && node dist/a.js"}}})
    assert plan.build == ("npx tsc -p .",)
    assert plan.start == "node dist/a.js"


def test_the_start_script_for_developers_gives_way_to_the_one_for_production(planned: Planned) -> None:
    scripts = {"build": "nest build", "start": "nest start", "start:prod": "node dist/src/main"}
    nest = {"dependencies": {"@nestjs/core": "11"}, "scripts": scripts}
    assert planned({"package.json": nest}).start == "node dist/src/main"
    del scripts["start:prod"]
    assert planned({"package.json": nest}).start == "node dist/main"


@pytest.mark.parametrize(
    ("files", "main", "start"),
    [
        (["server.js", "index.js"], None, "node server.js"),
        (["index.mjs", "app.js"], None, "node index.mjs"),
        (["lib/main.js", "server.js"], "lib/main.js", "node lib/main.js"),
        (["server.js"], "missing.js", "node server.js"),
        (["my server.js"], "my server.js", "node 'my server.js'"),
        (["--eval=1.js", "app.js"], "--eval=1.js", "node app.js"),
        (["style.css", "app.js"], "style.css", "node app.js"),
        (["app.js"], "../../etc/x.js", "node app.js"),
    ],
)
def test_without_a_start_script_the_server_file_is_started(
    planned: Planned, files: list[str], main: str | None, start: str
) -> None:
    manifest = {"dependencies": {"express": "5"}, **({"main": main} if main else {})}
    assert planned({"package.json": manifest, **dict.fromkeys(files, SERVER)}).start == start


def test_a_server_in_typescript_runs_as_the_compiler_leaves_it(planned: Planned) -> None:
    manifest = {**EXPRESS, "scripts": {"build": "tsc", "dev": "tsx watch src/index.ts"}}
    config = '{ // comments are usual here\n "compilerOptions": {"outDir": "./dist", "rootDir": "src"}}'
    tree = {"package.json": manifest, "tsconfig.json": config, "src/index.ts": "app.listen(1)"}
    assert planned(tree).start == "node dist/index.js"


def test_a_server_beside_an_index_page_is_told_from_the_pages_own_script(planned: Planned) -> None:
    assert planned({"package.json": {}, "index.html": "", "server.js": SERVER}).framework == "node"
    assert planned({"package.json": {}, "index.html": "", "app.js": "alert(1)", "server.js": ""}).framework == "static"


def test_the_procfile_comes_before_the_start_script(planned: Planned) -> None:
    tree = app(EXPRESS, Procfile="worker: node w.js\nweb:  node server.js --fast \nweb: second")
    assert planned(tree).start == "node server.js --fast"
    assert planned(app(EXPRESS, Procfile="web: npm start")).start == "node server.js"


@pytest.mark.parametrize("line", ["web:", "web:   ", "web: " + "x" * 9000])
def test_a_procfile_without_a_usable_web_command_is_refused(refused: Refused, line: str) -> None:
    error = refused(app(EXPRESS, Procfile=f"release: x\n{line}\n"))
    assert error.code == "procfile_invalid"
    assert error.message.startswith("Procfile, line 2:")


def test_bun_comes_along_where_the_start_needs_it(planned: Planned) -> None:
    plan = planned({"package.json": {**EXPRESS, "scripts": {"start": "bun run src/index.ts"}}})
    assert (plan.base, plan.start) == ("zipp/node:22-slim", "bun run src/index.ts")
    assert plan.dependency_folders == ("node_modules", ".zipp-bun")
    assert plan.env["PATH"].startswith("/app/.zipp-bun/node_modules/.bin:")


def test_one_file_that_needs_only_node_needs_no_package_json(planned: Planned) -> None:
    plan = planned({"server.js": "const http = require('http'); http.createServer(f).listen(process.env.PORT)"})
    assert (plan.base, plan.start, plan.builder) == ("zipp/node:22-slim", "node server.js", "")


def test_one_file_that_needs_packages_is_told_what_to_write(refused: Refused) -> None:
    error = refused({"app.js": "const Koa = require('koa'); new Koa().listen(3000)"})
    assert error.code == "node_no_package_json"
    assert "npm install koa" in error.hint


def test_a_script_that_prints_and_ends_is_no_website(refused: Refused) -> None:
    error = refused({"package.json": {"scripts": {"start": "node index.js"}}, "index.js": "console.log('hi')"})
    assert error.code == "node_no_server"
    assert "index.js is not a web server" in error.message


def test_a_start_file_that_is_not_there_is_named_before_anything_is_built(refused: Refused) -> None:
    error = refused({"package.json": EXPRESS})
    assert error.code == "node_no_server"
    assert "runs server.js, and there is no such file" in error.message


@pytest.mark.parametrize("script", ["jest", "echo hi", "tsc", "  "])
def test_nothing_to_start_is_explained(refused: Refused, script: str) -> None:
    error = refused({"package.json": {"name": "x", "scripts": {"start": script}}})
    assert error.code == "node_no_start_script"
    assert '"start": "node your-server.js"' in error.hint


def test_an_app_that_nothing_listens_with_is_named(refused: Refused) -> None:
    error = refused({"package.json": {"dependencies": {"fastify": "5"}}, "src/index.ts": "export default app"})
    assert error.code == "node_no_start_script"
    assert "src/index.ts makes an app that nothing listens with" in error.message


@pytest.mark.parametrize(
    ("package", "file", "start"),
    [
        ("hono", "src/index.ts", "srvx serve --prod --host 0.0.0.0 --port $PORT --entry src/index.ts"),
        ("express", "app.mjs", "listen(process.env.PORT"),
    ],
)
def test_an_app_that_a_file_exports_is_listened_with(planned: Planned, package: str, file: str, start: str) -> None:
    plan = planned({"package.json": {"dependencies": {package: "5"}}, file: "export default app"})
    assert start in plan.start
    assert any("srvx@1" in command for command in plan.dependencies) == (package == "hono")


def test_types_are_left_to_versions_of_node_that_know_them(refused: Refused) -> None:
    manifest = {"dependencies": {"hono": "4"}, "engines": {"node": "20"}}
    assert refused({"package.json": manifest, "index.ts": "export default app"}).code == "node_no_start_script"


def test_a_package_that_is_added_is_not_pruned_again(planned: Planned) -> None:
    plan = planned({"package.json": {"dependencies": {"hono": "4", "a": "file:./a"}}, "app.mjs": "export default app"})
    commands = (*plan.dependencies, *plan.install, *plan.build)
    assert any("srvx@1" in command for command in commands)
    assert not any("prune" in command for command in commands)


@pytest.mark.parametrize("manifest", ["[1]", '{"a": }', "", "[" * 200_000, '{"a": ' + "9" * 5000 + "}", "null"])
def test_a_package_json_that_cannot_be_read_is_named(refused: Refused, manifest: str) -> None:
    error = refused({"package.json": manifest})
    assert error.code == "file_invalid"
    assert error.message.startswith("package.json can't be read: ")


def test_a_syntax_error_in_package_json_has_its_line(refused: Refused) -> None:
    assert "(line 2, column 14)" in refused({"package.json": '{\n  "scripts": oops\n}'}).message


@pytest.mark.parametrize("value", [None, 1, [], "x", {"start": 5}, {"start": None}])
def test_fields_of_a_wrong_type_are_taken_as_absent(refused: Refused, value: object) -> None:
    odd = {"scripts": value, "dependencies": value, "engines": value, "main": value, "name": value}
    assert refused({"package.json": odd}).code == "node_no_start_script"
