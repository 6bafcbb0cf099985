from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from zipp.detect.config import Config, ConfiguredLimits, Versions
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Limits, WantedLimits

Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]
NODE: dict[str, object] = {
    "package.json": {"scripts": {"start": "node a.js", "build": "tsc"}},
    "a.js": "require('http').createServer(() => 0).listen(process.env.PORT)",
}
PAGE: dict[str, object] = {"index.html": "x"}

EVERYTHING = """
framework = "node"
serve = "container"
install = "npm ci --omit=dev"
build = '''
npm run css
npm run build
'''
start = "node dist/server.js"
port = 4000
health = "/healthz"
read_only = false

[env]
LOG_LEVEL = "debug"
WORKERS = 2
TRACE = true

[limits]
memory = "1.5GB"
cpus = 2
pids = 100
"""


def test_every_key_reaches_the_plan(planned: Planned) -> None:
    plan = planned({**NODE, "zipp.toml": EVERYTHING})
    assert plan.install == ("npm ci --omit=dev",)
    assert plan.build == ("npm run css\nnpm run build",)
    assert (plan.start, plan.port, plan.health_path, plan.read_only_root) == (
        "node dist/server.js",
        4000,
        "/healthz",
        False,
    )
    assert plan.env.items() >= {"LOG_LEVEL": "debug", "WORKERS": "2", "TRACE": "true"}.items()
    assert plan.limits == WantedLimits(memory_bytes=1536 * 1024**2, cpus=2, pids=100)
    assert plan.limits.within(Limits(memory_bytes=512 * 1024**2, pids=256)) == Limits(
        memory_bytes=512 * 1024**2, pids=100
    )
    assert plan.summary.endswith(
        "; zipp.toml sets build, env, framework, health, install, limits, port, read_only, serve, start"
    )


def test_an_install_command_of_their_own_gets_the_whole_source(planned: Planned) -> None:
    tree = {"package.json": {"scripts": {"start": "x"}, "dependencies": {"express": "5"}}}
    assert planned(tree).dependency_files == ("package.json",)
    assert planned({**tree, "zipp.toml": 'install = "npm ci && node setup.js"'}).dependency_files == ()


DOCUMENTED = re.findall(
    r"```toml\n(.*?)```", (Path(__file__).resolve().parents[3] / "docs" / "zipp-toml.md").read_text(), re.DOTALL
)


def test_the_documentation_shows_every_key_and_no_other() -> None:
    example = tomllib.loads(DOCUMENTED[0])
    assert set(example) == set(Config.model_fields)
    assert set(example["limits"]) == set(ConfiguredLimits.model_fields)
    assert set(example["versions"]) == set(Versions.model_fields)


@pytest.mark.parametrize("example", DOCUMENTED)
def test_every_example_of_the_documentation_is_valid(example: str) -> None:
    Config.model_validate(tomllib.loads(example))


def test_an_env_file_stays_out_and_that_is_said(planned: Planned) -> None:
    assert planned({**NODE, ".env": "A=1"}).summary.endswith(
        "; .env stays out of the image: set its values as the site's environment"
    )


def test_an_empty_file_changes_nothing(planned: Planned) -> None:
    assert planned({**NODE, "zipp.toml": ""}) == planned(NODE)


def test_an_empty_command_leaves_the_step_out(planned: Planned) -> None:
    plan = planned({**NODE, "zipp.toml": 'install = ""\nbuild = ""'})
    assert (plan.install, plan.build) == ((), ())


def test_root_names_the_folder_that_is_the_project(planned: Planned) -> None:
    plan = planned({"apps/web/index.html": "x", "apps/api/package.json": "{", "zipp.toml": 'root = "apps/web/"'})
    assert (plan.framework, plan.root, plan.output) == ("static", "apps/web", ".")


def test_framework_chooses_among_several_families(planned: Planned) -> None:
    tree = {**NODE, **PAGE, "Dockerfile": "FROM scratch"}
    assert planned(tree).framework == "dockerfile"
    assert planned({**tree, "zipp.toml": 'framework = "node"'}).framework == "node"
    assert planned({**tree, "zipp.toml": 'framework = "static"'}).framework == "static"


def test_a_framework_that_is_not_there_is_refused(refused: Refused) -> None:
    error = refused({**PAGE, "zipp.toml": 'framework = "node"'})
    assert error.code == "config_invalid"
    assert "framework = 'node', but nothing of that kind is here" in error.message


def test_nginx_cannot_serve_what_runs_code(refused: Refused) -> None:
    error = refused({**NODE, "zipp.toml": 'serve = "nginx"'})
    assert error.code == "config_invalid"
    assert "this project runs code (node)" in error.message


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('before_start = "x"', "before_start"),
        ("port = 3000", "port"),
        ("read_only = true", "read_only"),
        ('versions = {node = "20"}', "versions"),
        ('env = {A = "b"}', "env"),
        ("[limits]\npids = 20", "limits"),
    ],
)
def test_a_key_without_effect_is_refused_rather_than_ignored(refused: Refused, line: str, key: str) -> None:
    error = refused({**PAGE, "zipp.toml": line})
    assert error.code == "config_invalid"
    assert error.message == f"zipp.toml: {key!r} has no effect for files that nginx serves."


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('serve = "nginx"\nbiuld = "x"', "zipp.toml, line 2: there is no key 'biuld'.", "Did you mean 'build'?"),
        ("\n[limits]\ncpus = 1\nmemroy = 1", "zipp.toml, line 4: there is no key 'limits.memroy'.", "'memory'?"),
        ('"odd key" = 1', "zipp.toml, line 1: there is no key 'odd key'.", "The keys are: before_start, build,"),
        ("[deploy]\nx = 1", "zipp.toml, line 1: there is no key 'deploy'.", "The keys are"),
        ("limits = {memroy = 1}", "zipp.toml, line 1: there is no key 'limits.memroy'.", "'memory'?"),
    ],
)
def test_an_unknown_key_is_named_with_its_line(refused: Refused, text: str, message: str, hint: str) -> None:
    error = refused({**PAGE, "zipp.toml": text})
    assert (error.code, error.message) == ("config_invalid", message)
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('serve = "apache"', "line 1: serve: input should be 'nginx' or 'container'."),
        ('port = "3000"', "line 1: port: input should be a valid integer."),
        ("port = 0", "line 1: port: input should be greater than or equal to 1."),
        ("port = true", "line 1: port: input should be a valid integer."),
        ("build = 5", "line 1: build: input should be a valid string."),
        ('start = "  "', "line 1: start: write the command that starts the site, or leave the key out."),
        ('start = "a\\u0000b"', "line 1: start: a command can't have a NUL character."),
        ('health = "healthz"', "line 1: health: write a path of the site such as '/health'."),
        ('health = "/a b"', "line 1: health: write a path of the site such as '/health'."),
        ('health = "/a\\nHost: x"', "line 1: health: write a path of the site such as '/health'."),
        ('root = "../x"', "line 1: root: name a folder inside the project, such as 'site' or 'packages/web'."),
        ('output = "/etc"', "line 1: output: name a folder inside the project, such as 'site' or 'packages/web'."),
        ('[limits]\nmemory = "lots"', 'line 2: limits.memory: write a size such as "512MB" or "1.5GB".'),
        ('[limits]\nmemory = "1MB"', "line 2: limits.memory: input should be greater than or equal to 16777216."),
        ("[limits]\ncpus = nan", "line 2: limits.cpus: input should be less than or equal to 256."),
        ('[env]\nPORT = "1"', "line 1: env: PORT is set by Zipp: write `port = 3000` at the top level instead."),
        ('[env]\n"A B" = "1"', "line 1: env: 'A B' is not a variable's name: use letters, digits and '_'."),
        ("[env]\nA = [1]", "line 1: env: A must be text, a number, true or false."),
        ('[env]\nA = "x\\ny"', "line 1: env: A has several lines: set it with the site's environment instead."),
        ('env = "x"', "line 1: env: input should be a valid dictionary."),
    ],
)
def test_a_value_that_cannot_be_used_is_explained(refused: Refused, text: str, message: str) -> None:
    error = refused({**NODE, "zipp.toml": text})
    assert (error.code, error.message) == ("config_invalid", f"zipp.toml, {message}")


def test_a_syntax_error_has_its_line(refused: Refused) -> None:
    error = refused({**PAGE, "zipp.toml": 'serve = "nginx"\nport = \n'})
    assert error.code == "config_invalid"
    assert "at line 2" in error.message


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ('"512MB"', 512 * 1024**2),
        ('"512 MiB"', 512 * 1024**2),
        ('"1g"', 1024**3),
        ('"0.5GB"', 512 * 1024**2),
        ('"65536k"', 64 * 1024**2),
        ("33554432", 32 * 1024**2),
    ],
)
def test_sizes_are_read_as_people_write_them(planned: Planned, text: str, size: int) -> None:
    limits = planned({**NODE, "zipp.toml": f"[limits]\nmemory = {text}"}).limits
    assert limits is not None
    assert limits.memory_bytes == size


def test_a_folder_with_a_project_inside_is_pointed_out(refused: Refused) -> None:
    error = refused({"backend/requirements.txt": "", "notes.md": ""})
    assert error.code == "detection_failed"
    assert 'root = "backend"' in error.hint


def test_a_server_without_package_json_is_pointed_out(refused: Refused) -> None:
    assert "package.json" in refused({"server.js": ""}).hint


def test_an_empty_source_is_said_to_be_empty(refused: Refused) -> None:
    assert refused({}).message == "The source is empty."


def test_a_project_of_no_known_kind_is_told_the_kinds_there_are(refused: Refused) -> None:
    error = refused({"notes.md": "x"})
    assert (error.code, error.message) == ("detection_failed", "Zipp can't tell what kind of project this is.")
    for word in ("index.html", "package.json", "requirements.txt", "index.php", "go.mod", "Dockerfile"):
        assert word in error.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[versions]\nnode = 20", "line 2: versions.node: write the version in quotes, such as"),
        ('[versions]\nnode = ">=20; id"', 'line 2: versions.node: write a version such as "22" or "3.13".'),
        ('[versions]\nnoed = "20"', "line 2: there is no key 'versions.noed'."),
        ("fallback = true", "line 1: fallback: name a page inside the output folder"),
        ('fallback = "../index.html"', "line 1: fallback: name a page inside the output folder"),
        ('fallback = "dist"', "line 1: fallback: name a page inside the output folder"),
    ],
)
def test_versions_and_fallbacks_are_checked(refused: Refused, text: str, message: str) -> None:
    error = refused({**NODE, "zipp.toml": text})
    assert error.code == "config_invalid"
    assert message in error.message
