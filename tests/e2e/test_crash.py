"""A crash loses nothing: kill -9 of the platform at any stage, then start."""

from __future__ import annotations

import json
import time

import pytest
from live import LivePlatform, answering, node_app, until


def server(text: str, *, slow_build: float = 0, slow_start: float = 0) -> bytes:
    code = (
        f"setTimeout(()=>require('http').createServer((q,r)=>r.end({json.dumps(text)}))"
        f".listen(process.env.PORT),{int(slow_start * 1000)})"
    )
    return node_app(code, **({"build": f"sleep {slow_build}"} if slow_build else {}))


def disagreement(platform: LivePlatform) -> str:
    """How containers, ports and working folders differ from the records; empty when they agree."""
    items = platform.api.get("/api/deployments", params={"limit": 200}).json()["items"]
    running = {each["id"] for each in items if each["status"] == "RUNNING" and each["port"]}
    work = platform.data_dir / "work"
    folders = {path.name for path in work.iterdir()} if work.exists() else set()
    containers = set(platform.containers())
    if containers == running and not folders:
        return ""
    return f"too many {containers - running}, missing {running - containers}, folders {folders}"


def agrees(platform: LivePlatform) -> None:
    try:
        until(lambda: not disagreement(platform), seconds=45)
    except AssertionError:
        raise AssertionError(f"{disagreement(platform)}\n{platform.log.read_text()[-3000:]}") from None


@pytest.mark.parametrize(
    ("stage", "content"),
    [
        ("queue", server("queue")),
        ("build", server("build", slow_build=4)),
        ("check", server("check", slow_start=3)),
    ],
)
def test_deployment_under_way_is_resumed_after_kill_9(platform: LivePlatform, stage: str, content: bytes) -> None:
    live = platform.deploy(server("steady"), "steady")
    deployment = platform.upload(content, f"resumed-{stage}")
    if stage != "queue":
        until(lambda: platform.get(deployment["id"])["stage"] == stage, what=stage)
    platform.kill()
    assert platform.visit("steady").text == "steady", "live sites are served while the platform is dead"
    platform.start()
    ended = platform.ended(deployment["id"])
    assert ended["status"] == "RUNNING", ended["error"]
    assert platform.visit(f"resumed-{stage}").text == stage
    assert platform.visit("steady").text == "steady"
    assert platform.get(live["id"])["status"] == "RUNNING"
    agrees(platform)


@pytest.mark.parametrize("moment", range(8))
def test_kill_9_at_any_moment_of_a_redeploy_leaves_a_serving_site(platform: LivePlatform, moment: int) -> None:
    site = "any-moment"
    platform.deploy(server(f"old {moment}"), site)
    deployment = platform.upload(server(f"new {moment}"), site)
    time.sleep(0.15 * moment)
    platform.kill()
    assert platform.visit(site).text in (f"old {moment}", f"new {moment}")
    platform.start()
    ended = platform.ended(deployment["id"])
    assert ended["status"] == "RUNNING", ended["error"]
    until(lambda: platform.visit(site).text == f"new {moment}", seconds=10, what="the new version")
    agrees(platform)


def test_log_goes_on_with_its_numbers_after_kill_9(platform: LivePlatform) -> None:
    platform.deploy(answering("before"), "ticking")
    platform.api.put("/api/sites/ticking/env", json={"SECRET": "sw0rdfish-very-secret"})
    ticking = "let n=0;setInterval(()=>console.log('tick',n++,process.env.SECRET),50);"
    server = "require('http').createServer((q,r)=>r.end('x')).listen(process.env.PORT)"
    deployment = platform.deploy(node_app(ticking + server), "ticking")
    until(lambda: "tick 5" in platform.log_text(deployment["id"]), what="ticks")
    platform.kill()
    platform.start()
    last = platform.lines(deployment["id"], limit=1000)[-1]["seq"]
    until(lambda: platform.lines(deployment["id"], limit=1000, after=last), seconds=40, what="more lines")
    lines = platform.lines(deployment["id"], limit=1000)
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    ticks = [int(line["text"].split()[1]) for line in lines if line["text"].startswith("tick")]
    assert ticks == list(range(ticks[0], ticks[0] + len(ticks))), "no tick is missing and none is there twice"
    assert "sw0rdfish" not in str(lines), "the new life hides what the old one hid"


def test_removed_container_of_a_live_site_comes_back(platform: LivePlatform) -> None:
    deployment = platform.deploy(server("revived"), "revived")
    platform.docker("rm", "-f", platform.containers()[deployment["id"]])
    until(lambda: platform.visit("revived").text == "revived", seconds=60, what="the site to be back")
    assert platform.inspect(deployment["id"])["HostConfig"]["NanoCpus"] == 10**9


def test_site_that_nobody_held_to_its_processors_is_held_to_them_at_the_next_start(platform: LivePlatform) -> None:
    """The platform was killed between its first answer and that."""
    deployment = platform.deploy(answering("quick"), "unsettled")
    platform.kill()
    platform.docker("update", "--cpus", "1.5", platform.containers()[deployment["id"]])
    platform.start()
    until(lambda: platform.inspect(deployment["id"])["HostConfig"]["NanoCpus"] == 10**9, seconds=20, what="its limit")


def test_upload_cut_off_by_kill_9_leaves_no_file(platform: LivePlatform) -> None:
    (platform.data_dir / "incoming").mkdir(exist_ok=True)
    (platform.data_dir / "incoming" / "half").write_bytes(b"half an archive")
    platform.kill()
    platform.start()
    assert not list((platform.data_dir / "incoming").iterdir())


def test_image_that_no_deployment_needs_goes_at_the_start_and_the_others_stay(platform: LivePlatform) -> None:
    first = platform.deploy(server("kept"), "kept")
    second = platform.deploy(server("live"), "kept")
    stray = "01900000-0000-7000-8000-000000000000"
    platform.docker("tag", "zipp/debian:bookworm", f"{platform.instance}/site-gone:{stray}")
    platform.kill()
    platform.start()
    assert platform.images(stray) == []
    assert platform.images(first["id"]) != [], "kept for a rollback"
    assert platform.images(second["id"]) != []
