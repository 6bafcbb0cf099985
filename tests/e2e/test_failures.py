"""What goes wrong ends as FAILED with a code, a sentence and a hint, and leaves nothing behind."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from live import LivePlatform, answering, node_app, until, zipped


def traversal() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.html", "x")
        archive.writestr("../../escaped.html", "x")
    return buffer.getvalue()


SERVER = "\nrequire('http').createServer((q,r)=>r.end('x')).listen(process.env.PORT)"

CASES = {
    "nothing-known": (zipped({"readme.txt": "hello"}), "detect", {"detection_failed"}),
    "bad-config": (zipped({"index.html": "x", "zipp.toml": "serv = 'nginx'"}), "detect", {"config_invalid"}),
    "no-start": (zipped({"package.json": '{"name": "x"}'}), "detect", {"node_no_start_script"}),
    "build-fails": (
        zipped({"Dockerfile": "FROM zipp/debian:bookworm\nRUN echo about-to-fail && exit 7\n"}),
        "build",
        {"build_failed"},
    ),
    "unknown-base": (zipped({"Dockerfile": "FROM zipp/nonsense:1\n"}), "build", {"base_missing"}),
    "no-such-command": (
        zipped({"Dockerfile": 'FROM zipp/debian:bookworm\nCMD ["/no/such/program"]\n'}),
        "check",
        {"start_command_missing"},
    ),
    "crashes": (node_app("console.error('no config found'); process.exit(3)" + SERVER), "check", {"start_crashed"}),
    "wrong-port": (
        node_app("for (const port of [4567, 4568]) require('http').createServer((q,r)=>r.end('x')).listen(port)"),
        "check",
        {"start_wrong_port"},
    ),
    "localhost-only": (
        node_app("require('http').createServer((q,r)=>r.end('x')).listen(process.env.PORT, '127.0.0.1')"),
        "check",
        {"start_localhost_only"},
    ),
    "no-http": (
        node_app("require('net').createServer(s=>s.end('+PONG\\r\\n')).listen(process.env.PORT)"),
        "check",
        {"start_no_http"},
    ),
    "always-500": (
        node_app("require('http').createServer((q,r)=>{r.statusCode=500;r.end('x')}).listen(process.env.PORT)"),
        "check",
        {"health_failed"},
    ),
    "eats-memory": (
        node_app("const a=[];for(;;)a.push(Buffer.alloc(16*1024*1024,1))" + SERVER),
        "check",
        {"start_out_of_memory"},
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_failure_has_a_code_a_sentence_and_a_hint_and_leaves_nothing(platform: LivePlatform, name: str) -> None:
    content, stage, codes = CASES[name]
    deployment = platform.deploy(content, name, expect="FAILED")
    error = deployment["error"]
    assert error["code"] in codes, json.dumps(error)
    assert error["stage"] == stage
    assert error["message"].endswith(".")
    assert error["hint"]
    assert not deployment["is_live"]
    assert_nothing_is_left(platform, deployment["id"])
    page = platform.visit(name)
    assert page.status_code >= 500
    assert "html" in page.headers["content-type"]


def assert_nothing_is_left(platform: LivePlatform, deployment_id: str) -> None:
    assert deployment_id not in platform.containers()
    assert not list(platform.data_dir.glob(f"work/{deployment_id}"))
    assert not list(platform.data_dir.glob(f"sites/*/releases/{deployment_id}"))
    assert platform.images(deployment_id) == []


def test_last_words_of_a_crashing_site_are_in_its_log(platform: LivePlatform) -> None:
    content = node_app("console.error('cannot find DATABASE_URL'); process.exit(3)" + SERVER)
    deployment = platform.deploy(content, "last-words", expect="FAILED")
    assert "cannot find DATABASE_URL" in platform.log_text(deployment["id"])
    assert "exit code 3" in deployment["error"]["message"]


def test_hostile_archive_is_refused_at_once_and_nothing_is_stored(platform: LivePlatform) -> None:
    before = set(platform.data_dir.rglob("*.zip"))
    answer = platform.api.post("/api/deployments/zip", params={"site": "evil"}, files={"file": ("a.zip", traversal())})
    if answer.status_code == 202:  # what only extracting shows fails the deployment instead
        assert platform.ended(answer.json()["id"])["error"]["code"] == "archive_traversal"
    else:
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["code"] == "archive_traversal"
        assert set(platform.data_dir.rglob("*.zip")) == before
        assert platform.api.get("/api/sites/evil").status_code == 404
    assert not list(platform.data_dir.rglob("escaped.html"))


def test_lying_archive_fails_the_deployment_and_leaves_nothing(platform: LivePlatform) -> None:
    """The directory at its end is sound, the data is not: only extracting finds that out."""
    content = bytearray(zipped({"index.html": "hello " * 5000, "b.txt": "x" * 5000}))
    content[60] ^= 0xFF
    deployment = platform.deploy(bytes(content), "lying", expect="FAILED")
    assert deployment["error"]["code"] == "archive_corrupt"
    assert_nothing_is_left(platform, deployment["id"])


def test_failed_redeploy_leaves_the_old_version_serving(platform: LivePlatform) -> None:
    first = platform.deploy(answering("one"), "keeps")
    failed = platform.deploy(node_app("process.exit(1)" + SERVER), "keeps", expect="FAILED")
    assert failed["error"]["code"] == "start_crashed"
    assert platform.visit("keeps").text == "one"
    assert platform.site("keeps")["live_deployment"] == first["id"]
    assert platform.get(first["id"])["status"] == "RUNNING"


def test_crashed_live_site_is_started_again_by_itself(platform: LivePlatform) -> None:
    server = (
        "require('http').createServer((q,r)=>{r.end('up '+process.uptime());"
        "if(q.url==='/die')setTimeout(()=>process.exit(1),10)}).listen(process.env.PORT)"
    )
    deployment = platform.deploy(node_app(server), "restarts")
    platform.visit("restarts", "/die")
    until(lambda: platform.inspect(deployment["id"])["RestartCount"] >= 1, seconds=30, what="a restart")
    until(lambda: platform.visit("restarts").status_code == 200, seconds=30, what="the site to be back")
    assert platform.get(deployment["id"])["status"] == "RUNNING"


def test_link_out_of_the_served_folder_is_refused_although_it_stays_in_the_source(platform: LivePlatform) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("secret.txt", "not for visitors")
        archive.writestr("site/index.html", "hello")
        archive.writestr("zipp.toml", 'root = "site"')
        link = zipfile.ZipInfo("site/leak.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "../secret.txt")
    deployment = platform.deploy(buffer.getvalue(), "leaky", expect="FAILED")
    assert deployment["error"]["code"] == "output_link_escapes"
    assert_nothing_is_left(platform, deployment["id"])
