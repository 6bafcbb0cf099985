"""The main job: what somebody hands over becomes a live website."""

from __future__ import annotations

import json
import os

import pytest
from live import EXAMPLES, LivePlatform, node_app, until, zipped, zipped_folder

NAMES = sorted(folder.name for folder in EXAMPLES.iterdir() if (folder / "expect.json").exists())


@pytest.mark.parametrize("name", NAMES)
def test_example_goes_live_and_answers_as_expected(platform: LivePlatform, name: str) -> None:
    expect = json.loads((EXAMPLES / name / "expect.json").read_text())
    deployment = platform.deploy(zipped_folder(EXAMPLES / name), name)
    answer = platform.visit(name, expect["path"])
    assert answer.status_code == expect["status"]
    assert expect["text"] in answer.text
    assert deployment["framework"] == expect["framework"]
    assert deployment["is_live"]
    assert deployment["url"] == f"http://{name}.zipp.localhost:{platform.http_port}"


def test_static_site_one_folder_deep_with_mac_leftovers_is_served_by_nginx_itself(platform: LivePlatform) -> None:
    content = zipped({"My Site/index.html": "<h1>deep</h1>", "__MACOSX/My Site/._index.html": "x", ".DS_Store": "x"})
    deployment = platform.deploy(content, "deep")
    assert "deep" in platform.visit("deep").text
    assert deployment["port"] is None
    assert deployment["id"] not in platform.containers()


def test_stages_have_their_times_and_follow_each_other(platform: LivePlatform) -> None:
    deployment = platform.deploy(zipped_folder(EXAMPLES / "hello-container"), "stages")
    names = [stage["name"] for stage in deployment["stages"]]
    assert names == ["fetch", "detect", "build", "start", "check", "route"]
    times = [time for stage in deployment["stages"] for time in (stage["started_at"], stage["finished_at"])]
    assert None not in times
    assert times == sorted(times)
    assert deployment["created_at"] <= deployment["started_at"] <= deployment["finished_at"]


def test_name_is_derived_from_the_archive_when_none_is_given(platform: LivePlatform) -> None:
    files = {"file": ("My Holiday (2026).zip", zipped({"index.html": "sun"}), "application/zip")}
    answer = platform.api.post("/api/deployments/zip", files=files)
    assert answer.status_code == 202, answer.text
    assert answer.json()["site"] == "my-holiday-2026"
    assert answer.headers["Location"] == f"/api/deployments/{answer.json()['id']}"
    platform.ended(answer.json()["id"])
    assert platform.visit("my-holiday-2026").text == "sun"


def settled(platform: LivePlatform, deployment_id: str) -> None:
    """Until it has the processors of its own limits: just after it is RUNNING, as no visitor should wait for that."""
    until(lambda: platform.inspect(deployment_id)["HostConfig"]["NanoCpus"] == 10**9, seconds=5, what="its own limit")


def test_container_has_limits_and_answers_only_on_loopback(platform: LivePlatform) -> None:
    deployment = platform.deploy(zipped_folder(EXAMPLES / "hello-node"), "limits")
    settled(platform, deployment["id"])
    host = platform.inspect(deployment["id"])["HostConfig"]
    assert host["Memory"] == host["MemorySwap"] == 512 * 1024**2
    assert host["NanoCpus"] == 10**9
    assert host["PidsLimit"] == 256
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    (bindings,) = host["PortBindings"].values()
    assert bindings == [{"HostIp": "127.0.0.1", "HostPort": str(deployment["port"])}]


def test_site_starts_with_the_processors_of_a_build(platform: LivePlatform) -> None:
    """Its own ones afterwards are checked above, and when it is revived in test_crash."""
    server = "setTimeout(()=>require('http').createServer((q,r)=>r.end('up')).listen(process.env.PORT),3000)"
    begun = platform.upload(node_app(server), "boosted")["id"]
    until(lambda: platform.get(begun)["stage"] == "check", what="check")
    assert platform.inspect(begun)["HostConfig"]["NanoCpus"] == min(2, os.cpu_count() or 0) * 10**9
    assert platform.ended(begun)["status"] == "RUNNING"
    settled(platform, begun)


def test_environment_reaches_the_container_and_stays_out_of_the_log(platform: LivePlatform) -> None:
    server = (
        "const http=require('http');console.log('secret is', process.env.SECRET);"
        "http.createServer((q,r)=>r.end('secret='+process.env.SECRET)).listen(process.env.PORT)"
    )
    content = node_app(server)
    answer = platform.api.post(
        "/api/deployments/zip",
        files={"file": ("env.zip", content, "application/zip")},
        data={"site": "env", "env": json.dumps({"SECRET": "sw0rdfish-very-secret"})},
    )
    assert answer.status_code == 202, answer.text
    deployment = platform.ended(answer.json()["id"])
    assert platform.visit("env").text == "secret=sw0rdfish-very-secret"
    text = until(
        lambda: (t := platform.log_text(deployment["id"])) and "secret is" in t and t, seconds=10, what="its output"
    )
    assert "sw0rdfish" not in text
    assert "sw0rdfish" not in json.dumps(platform.site("env"))
    assert b"sw0rdfish" not in (platform.data_dir / "zipp.db").read_bytes()


def test_build_log_begins_with_what_was_detected(platform: LivePlatform) -> None:
    deployment = platform.deploy(zipped({"index.html": "x"}), "says")
    first = platform.lines(deployment["id"])[0]
    assert first["seq"] == 1
    assert "static" in first["text"].lower()
