"""What commonly goes wrong is named in a sentence, with the line that tells it and what to change."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from live import LivePlatform, node_app, zipped


@dataclass(frozen=True)
class Mistake:
    """`message`, `hint` and `line` are parts of what the error says."""

    content: bytes
    code: str
    message: str
    hint: str
    line: str
    stage: str = "check"


def package(**entries: object) -> str:
    return json.dumps({"name": "test", "version": "1.0.0", **entries})


LOCK = json.dumps(
    {"name": "test", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "test", "version": "1.0.0"}}}
)
SERVER = "require('http').createServer((q,r)=>r.end('x')).listen(process.env.PORT)"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"

MISTAKES = {
    "node-dependency": Mistake(
        node_app("require('no-such-package')"),
        code="start_missing_dependency",
        message="no-such-package is imported in server.js",
        hint="npm install no-such-package",
        line="Cannot find module 'no-such-package'",
    ),
    "node-syntax": Mistake(
        node_app(f"{SERVER}\nconst a = ;\n"),
        code="start_syntax_error",
        message="server.js, line 2",
        hint="server.js",
        line="SyntaxError",
    ),
    "node-variable": Mistake(
        node_app(f"if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is not set')\n{SERVER}"),
        code="start_environment_missing",
        message="DATABASE_URL",
        hint="zipp env SITE DATABASE_URL",
        line="Error: DATABASE_URL is not set",
    ),
    "node-database": Mistake(
        node_app("require('net').connect(5432, '127.0.0.1')"),
        code="start_service_unreachable",
        message="PostgreSQL at 127.0.0.1:5432",
        hint="the container itself",
        line="ECONNREFUSED",
    ),
    "node-error-page": Mistake(
        node_app(
            "require('http').createServer((q,r)=>{console.error('Error: connect ECONNREFUSED 127.0.0.1:6379');"
            "r.statusCode=500;r.end('x')}).listen(process.env.PORT)"
        ),
        code="start_service_unreachable",
        message="Redis at 127.0.0.1:6379",
        hint="the container itself",
        line="ECONNREFUSED",
    ),
    "ends": Mistake(
        node_app(f"console.log('all done'); process.exit(0)\n{SERVER}"),
        code="start_ended",
        message="it isn't a server",
        hint="foreground",
        line="all done",
    ),
    "unknown-crash": Mistake(
        node_app(f"undefined.foo\n{SERVER}"),
        code="start_crashed",
        message="exit code 1",
        hint="log",
        line="TypeError: Cannot read properties of undefined",
    ),
    "build-command": Mistake(
        node_app(SERVER, build="no-such-bundler build"),
        code="build_command_missing",
        message="no-such-bundler",
        hint="npm install no-such-bundler",
        line="no-such-bundler: not found",
        stage="build",
    ),
    "build-file": Mistake(
        node_app(SERVER, build="node scripts/make.js"),
        code="build_missing_file",
        message="scripts/make.js",
        hint="upper and lower case",
        line="Cannot find module '/app/scripts/make.js'",
        stage="build",
    ),
    "lockfile": Mistake(
        zipped(
            {
                "package.json": package(scripts={"start": "node server.js"}, dependencies={"ms": "2.1.3"}),
                "package-lock.json": LOCK,
                "server.js": SERVER,
                "zipp.toml": 'install = "npm ci"',
            }
        ),
        code="build_lockfile_out_of_step",
        message="package-lock.json",
        hint="npm install",
        line="Missing: ms@2.1.3 from lock file",
        stage="build",
    ),
    "python-dependency": Mistake(
        zipped({"requirements.txt": "flask", "main.py": f"import yaml\n{FLASK}"}),
        code="start_missing_dependency",
        message="yaml is imported in main.py, line 1",
        hint="PyYAML",
        line="ModuleNotFoundError: No module named 'yaml'",
    ),
    "python-variable": Mistake(
        zipped({"requirements.txt": "flask", "main.py": f"import os\n{FLASK}KEY = os.environ['MY_SECRET']\n"}),
        code="start_environment_missing",
        message="MY_SECRET is not set, which is read in main.py, line 4",
        hint="zipp env SITE MY_SECRET",
        line="KeyError: 'MY_SECRET'",
    ),
}


@pytest.mark.parametrize("name", sorted(MISTAKES))
def test_mistake_is_named_with_its_line_and_what_to_change(platform: LivePlatform, name: str) -> None:
    mistake = MISTAKES[name]
    deployment = platform.deploy(mistake.content, name, expect="FAILED")
    error = deployment["error"]
    assert (error["code"], error["stage"]) == (mistake.code, mistake.stage), error
    assert mistake.message in error["message"]
    assert mistake.hint in error["hint"]
    assert mistake.line in error["line"]
    assert f"Because of: {error['line']}" in platform.log_text(deployment["id"])


def test_secret_in_the_offending_line_is_hidden(platform: LivePlatform) -> None:
    content = node_app(f"throw new Error('refused with key ' + process.env.KEY)\n{SERVER}")
    answer = platform.api.post(
        "/api/deployments/zip",
        params={"site": "hides"},
        files={"file": ("a.zip", content)},
        data={"env": json.dumps({"KEY": "very-secret-value"})},
    )
    assert answer.status_code == 202
    error = platform.ended(answer.json()["id"])["error"]
    assert "refused with key ••••" in error["line"]
    assert "very-secret" not in json.dumps(error)


def test_site_that_ignores_port_goes_live_on_its_own(platform: LivePlatform) -> None:
    server = "require('http').createServer((q,r)=>r.end('own '+process.env.PORT)).listen(4567)"
    deployment = platform.deploy(node_app(server), "own-port")
    assert platform.visit("own-port").text == "own 4567"
    assert "listens on port 4567 and ignores PORT" in platform.log_text(deployment["id"])
    published = platform.inspect(deployment["id"])["HostConfig"]["PortBindings"]
    assert list(published) == ["4567/tcp"]
    platform.kill()
    platform.start()  # the plan remembers it
    assert platform.visit("own-port").text == "own 4567"


def test_other_port_that_answers_no_requests_is_not_taken(platform: LivePlatform) -> None:
    server = "require('net').createServer(s=>s.end('hello')).listen(4567)"
    deployment = platform.deploy(node_app(server), "no-http", expect="FAILED")
    assert deployment["error"]["code"] == "start_wrong_port"
    assert "4567" in deployment["error"]["message"]


def test_site_that_writes_beside_its_code_gets_files_that_it_may_write_to(platform: LivePlatform) -> None:
    server = f"require('fs').writeFileSync('count.txt', '1');{SERVER}"
    deployment = platform.deploy(node_app(server), "writes")
    assert platform.visit("writes").text == "x"
    log = platform.log_text(deployment["id"])
    assert "EROFS" in log
    assert "once more with files that it may write to" in log
    assert platform.inspect(deployment["id"])["HostConfig"]["ReadonlyRootfs"] is False


def test_site_that_can_write_and_still_ends_is_told_its_own_reason(platform: LivePlatform) -> None:
    server = "require('fs').writeFileSync('count.txt', '1'); throw new Error('API_TOKEN is not set')\n" + SERVER
    deployment = platform.deploy(node_app(server), "writes-and-ends", expect="FAILED")
    assert deployment["error"]["code"] == "start_environment_missing"
    assert "API_TOKEN" in deployment["error"]["message"]
