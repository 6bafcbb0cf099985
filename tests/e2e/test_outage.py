"""Firestore, Firebase Auth and Firebase Storage go out of reach: sites are served, what can be read is read, the rest
waits."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from gate import Gate
from live import LivePlatform, answering, node_app, until, zipped

PAGES = zipped({"index.html": "pages that nginx serves"})


class Outage:
    """A platform all in Firebase, with a gate before each service."""

    def __init__(self, emulators: dict[str, str], project: str, api_key: str) -> None:
        self.firestore = Gate(emulators["FIRESTORE_EMULATOR_HOST"])
        self.auth = Gate(emulators["FIREBASE_AUTH_EMULATOR_HOST"])
        self.storage = Gate(emulators["STORAGE_EMULATOR_HOST"].removeprefix("http://"))
        self.platform = LivePlatform(
            ZIPP_BACKEND="firebase",
            ZIPP_ENVIRONMENT="development",
            ZIPP_FIREBASE_PROJECT=project,
            ZIPP_FIREBASE_BUCKET="demo-zipp.firebasestorage.app",
            ZIPP_FIREBASE_API_KEY=api_key,
            FIRESTORE_EMULATOR_HOST=self.firestore.address,
            FIREBASE_AUTH_EMULATOR_HOST=self.auth.address,
            STORAGE_EMULATOR_HOST=f"http://{self.storage.address}",
        )
        for name in ("ZIPP_ADMIN_EMAIL", "ZIPP_ADMIN_PASSWORD"):
            del self.platform.env[name]

    def health(self) -> dict[str, object]:
        return dict(httpx.get(f"{self.platform.url}/api/health", timeout=30).json())


@pytest.fixture(scope="module")
def outage(emulator_variables: dict[str, str]) -> Iterator[Outage]:
    made = Outage(emulator_variables, "demo-outage", "demo-key")
    try:
        made.platform.start()
        yield made
    finally:
        for gate in (made.firestore, made.auth, made.storage):
            gate.open()
        made.platform.close()


def state(outage: Outage) -> tuple[object, set[str]]:
    """The whole's status, and the parts that are down."""
    health = outage.health()
    parts = dict(health["components"])  # type: ignore[call-overload]
    return health["status"], {name for name, part in parts.items() if part and part["status"] != "ok"}


def test_sites_are_served_and_read_while_firestore_is_away(outage: Outage) -> None:
    platform = outage.platform
    platform.deploy(PAGES, "pages")
    server = platform.deploy(answering("a server"), "server")
    platform.api.get("/api/sites")
    with outage.firestore.is_shut():
        until(lambda: state(outage) == ("degraded", {"database"}), what="health says so")
        assert outage.health()["components"]["database"]["detail"] == "Firestore does not answer."  # type: ignore[index]
        assert httpx.get(f"{platform.url}/api/health/ready").status_code == 200
        assert platform.visit("pages").text == "pages that nginx serves"
        assert platform.visit("server").text == "a server"
        assert platform.get(server["id"])["status"] == "RUNNING"
        assert {site["name"] for site in platform.api.get("/api/sites").json()["items"]} == {"pages", "server"}
        assert "Live at" in platform.log_text(server["id"])
        refused = platform.api.post(f"/api/deployments/{server['id']}/redeploy")
        assert (refused.status_code, refused.json()["code"]) == (503, "records_unreachable")
        assert refused.json()["hint"]
        assert server["id"] in platform.containers(), "nobody tidies up by what is not known"
    until(lambda: state(outage) == ("ok", set()), what="all is well again")
    again = platform.api.post(f"/api/deployments/{server['id']}/redeploy").json()
    assert platform.ended(again["id"])["status"] == "RUNNING"


def test_a_deployment_under_way_goes_on_when_firestore_is_back(outage: Outage) -> None:
    platform = outage.platform
    serve = "require('http').createServer((q, r) => r.end('built')).listen(process.env.PORT)"
    never_built_before = f"echo building; sleep 6; echo {platform.instance}"
    deployment = platform.upload(node_app(serve, build=never_built_before), "slow")["id"]
    until(lambda: "building" in platform.log_text(deployment), seconds=120, what="the build")
    with outage.firestore.is_shut():
        until(lambda: "This goes on as soon as it does" in platform.log_text(deployment), what="the log says so")
    assert platform.ended(deployment)["status"] == "RUNNING"
    assert platform.visit("slow").text == "built"
    history = platform.api.get(f"/api/deployments/{deployment}/history").json()["items"]
    assert [event["status"] for event in history] == ["RUNNING", "BUILDING", "CLONING", "PENDING"]


def test_a_start_without_firestore_serves_the_sites_and_is_completed_later(outage: Outage) -> None:
    platform = outage.platform
    platform.stop()
    before = operator(outage)
    with outage.firestore.is_shut():
        platform.start()
        assert state(outage)[0] == "degraded"
        assert platform.visit("pages").text == "pages that nginx serves"
        assert platform.visit("server").text == "a server"
        answer = platform.api.get("/api/sites")
        assert (answer.status_code, answer.json()["code"]) == (503, "records_unreachable")
    until(lambda: operator(outage) != before, what="the rest of the start")
    platform.api.headers.update(operator(outage))
    assert platform.deploy(zipped({"index.html": "afterwards"}), "pages")["is_live"]
    assert platform.visit("pages").text == "afterwards"


def test_without_storage_uploads_are_refused_and_a_redeploy_waits(outage: Outage) -> None:
    platform = outage.platform
    with outage.storage.is_shut():
        until(lambda: "storage" in state(outage)[1], what="health says so")
        answer = platform.api.post(
            "/api/deployments/zip",
            params={"site": "pages"},
            content=zipped({"index.html": "not stored"}),
            headers={"Content-Type": "application/zip"},
        )
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unreachable")
        assert platform.visit("pages").text == "afterwards"
    until(lambda: state(outage) == ("ok", set()), what="all is well again")
    assert platform.deploy(zipped({"index.html": "stored"}), "pages")["is_live"]


def test_without_auth_tokens_of_the_platforms_own_go_on_working(outage: Outage) -> None:
    with outage.auth.is_shut():
        until(lambda: "identity" in state(outage)[1], what="health says so")
        assert state(outage)[0] == "degraded"
        assert outage.platform.api.get("/api/sites").status_code == 200
        assert outage.platform.visit("pages").text == "stored"


def operator(outage: Outage) -> dict[str, str]:
    return {"Authorization": f"Bearer {outage.platform.operator_token()}"}
