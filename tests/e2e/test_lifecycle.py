"""Stop, cancel, delete, roll back; and that nobody does it to what is not theirs."""

from __future__ import annotations

import http.client
import time

from live import LivePlatform, answering, until, zipped

SLOW_BUILD = zipped({"Dockerfile": "FROM zipp/debian:bookworm\nRUN sleep 120\nCMD sleep 1\n"})


def test_stopped_site_shows_an_honest_page_and_stopping_again_changes_nothing(platform: LivePlatform) -> None:
    deployment = platform.deploy(answering("hello"), "stopme")
    for _ in range(2):
        answer = platform.api.post(f"/api/deployments/{deployment['id']}/stop")
        assert answer.status_code == 200
        assert answer.json()["status"] == "STOPPED"
    assert platform.visit("stopme").status_code == 503
    assert deployment["id"] not in platform.containers()
    assert platform.site("stopme")["live_deployment"] is None


def test_redeploy_of_a_stopped_deployment_is_live_again(platform: LivePlatform) -> None:
    deployment = platform.deploy(zipped({"index.html": "again"}), "again")
    platform.api.post(f"/api/deployments/{deployment['id']}/stop")
    answer = platform.api.post(f"/api/deployments/{deployment['id']}/redeploy")
    assert answer.status_code == 202
    second = platform.ended(answer.json()["id"])
    assert second["status"] == "RUNNING"
    assert second["id"] != deployment["id"]
    assert platform.visit("again").text == "again"


def test_cancelled_build_ends_at_once_and_leaves_no_container(platform: LivePlatform) -> None:
    deployment = platform.upload(SLOW_BUILD, "cancelled")
    until(lambda: platform.get(deployment["id"])["status"] == "BUILDING", what="the build")
    until(lambda: "sleep 120" in platform.log_text(deployment["id"]), what="the slow step")
    began = time.monotonic()
    answer = platform.api.post(f"/api/deployments/{deployment['id']}/stop")
    assert answer.status_code == 200
    assert answer.json()["status"] == "FAILED"
    assert answer.json()["error"]["code"] == "cancelled"
    assert time.monotonic() - began < 30
    until(
        lambda: "sleep 120" not in platform.docker("ps", "--no-trunc", "--format", "{{.Command}}"),
        seconds=20,
        what="the build container to go",
    )


def test_starting_page_is_shown_while_a_new_site_is_built(platform: LivePlatform) -> None:
    deployment = platform.upload(SLOW_BUILD, "building")
    page = platform.visit("building")
    assert page.status_code == 503
    assert "retry-after" in page.headers
    platform.api.post(f"/api/deployments/{deployment['id']}/stop")


def test_a_connection_may_rest_for_a_while_between_two_requests(platform: LivePlatform) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=30)
    for rest in (0, 7):
        time.sleep(rest)
        connection.request("GET", "/api/auth/config")
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, True)
    connection.close()


def test_rollback_makes_the_earlier_version_live_from_its_kept_image(platform: LivePlatform) -> None:
    first = platform.deploy(answering("one"), "back")
    second = platform.deploy(answering("two"), "back")
    assert platform.visit("back").text == "two"
    answer = platform.api.post("/api/sites/back/rollback")
    assert answer.status_code == 200, answer.text
    assert answer.json()["live_deployment"] == first["id"]
    assert platform.visit("back").text == "one"
    assert platform.get(first["id"])["status"] == "RUNNING"
    assert platform.get(second["id"])["status"] == "STOPPED"
    until(lambda: second["id"] not in platform.containers(), what="the drained one to go")
    assert first["id"] in platform.containers()
    forward = platform.api.post("/api/sites/back/rollback", json={"deployment_id": second["id"]})
    assert forward.status_code == 200, forward.text
    assert platform.visit("back").text == "two"


def test_rollback_of_a_static_site_is_immediate(platform: LivePlatform) -> None:
    platform.deploy(zipped({"index.html": "one"}), "static-back")
    platform.deploy(zipped({"index.html": "two"}), "static-back")
    assert platform.api.post("/api/sites/static-back/rollback").status_code == 200
    assert platform.visit("static-back").text == "one"


def test_rollback_without_an_earlier_version_is_a_clear_conflict(platform: LivePlatform) -> None:
    platform.deploy(zipped({"index.html": "only"}), "only-one")
    answer = platform.api.post("/api/sites/only-one/rollback")
    assert answer.status_code == 409
    assert answer.json()["code"] == "rollback_none"
    assert platform.visit("only-one").text == "only"


def test_deleted_deployment_is_gone_with_all_that_belonged_to_it(platform: LivePlatform) -> None:
    deployment = platform.deploy(answering("gone"), "gone")
    assert platform.images(deployment["id"]) != []
    assert platform.api.delete(f"/api/deployments/{deployment['id']}").status_code == 204
    assert platform.api.get(f"/api/deployments/{deployment['id']}").status_code == 404
    assert platform.visit("gone").status_code == 404
    assert deployment["id"] not in platform.containers()
    assert not [path for path in platform.data_dir.rglob("*") if deployment["id"] in path.name]
    assert not list(platform.data_dir.rglob(f"{deployment['source']['sha256']}*"))
    assert platform.images(deployment["id"]) == []


def test_deleted_site_answers_as_unknown_and_its_name_is_free(platform: LivePlatform) -> None:
    platform.deploy(zipped({"index.html": "x"}), "whole-site")
    platform.deploy(zipped({"index.html": "y"}), "whole-site")
    assert platform.api.delete("/api/sites/whole-site").status_code == 204
    assert platform.visit("whole-site").status_code == 404
    assert platform.api.get("/api/sites/whole-site").status_code == 404
    assert not (platform.data_dir / "sites" / "whole-site").exists()
    stranger = platform.newcomer("next-owner@example.com")
    platform.upload(zipped({"index.html": "z"}), "whole-site", headers=stranger)


def test_stranger_finds_nothing_of_somebody_elses(platform: LivePlatform) -> None:
    deployment = platform.deploy(zipped({"index.html": "mine"}), "private")
    stranger = platform.newcomer("stranger@example.com")
    calls = [
        ("GET", f"/api/deployments/{deployment['id']}"),
        ("GET", f"/api/deployments/{deployment['id']}/logs"),
        ("POST", f"/api/deployments/{deployment['id']}/stop"),
        ("POST", f"/api/deployments/{deployment['id']}/redeploy"),
        ("DELETE", f"/api/deployments/{deployment['id']}"),
        ("GET", "/api/sites/private"),
        ("PATCH", "/api/sites/private"),
        ("DELETE", "/api/sites/private"),
        ("POST", "/api/sites/private/rollback"),
    ]
    for method, path in calls:
        body = {"json": {}} if method in ("PATCH",) else {}
        answer = platform.api.request(method, path, headers=stranger, **body)
        assert answer.status_code == 404, f"{method} {path}: {answer.status_code}"
    assert platform.api.put("/api/sites/private/env", json={"A": "b"}, headers=stranger).status_code == 404
    assert platform.api.get("/api/deployments", headers=stranger).json()["items"] == []
    assert platform.api.get("/api/sites", headers=stranger).json()["items"] == []
    taken = platform.api.post(
        "/api/deployments/zip",
        params={"site": "private"},
        content=zipped({"index.html": "stolen"}),
        headers={**stranger, "Content-Type": "application/zip"},
    )
    assert taken.status_code == 409
    assert taken.json()["code"] == "site_taken"
    assert platform.visit("private").text == "mine"


def test_custom_domain_leads_to_the_site_and_belongs_to_it_alone(platform: LivePlatform) -> None:
    platform.deploy(zipped({"index.html": "domain"}), "domained")
    platform.deploy(zipped({"index.html": "other"}), "other-site")
    answer = platform.api.patch("/api/sites/domained", json={"domains": ["www.example.test"]})
    assert answer.status_code == 200, answer.text
    assert platform.visit("domained", headers={"Host": "www.example.test"}).text == "domain"
    taken = platform.api.patch("/api/sites/other-site", json={"domains": ["www.example.test"]})
    assert taken.status_code == 409
    platform.api.patch("/api/sites/domained", json={"domains": []})
    assert platform.visit("domained", headers={"Host": "www.example.test"}).status_code == 404


def test_old_releases_and_images_go_beyond_those_kept_for_rollback(platform: LivePlatform) -> None:
    deployments = [platform.deploy(zipped({"index.html": f"v{number}"}), "many") for number in range(7)]
    releases = platform.data_dir / "sites" / "many" / "releases"
    until(lambda: len(list(releases.iterdir())) == 5, seconds=15, what="old releases to go")
    assert {path.name for path in releases.iterdir()} == {each["id"] for each in deployments[-5:]}
