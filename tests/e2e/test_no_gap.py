"""No request is lost while a site is redeployed: keep-alive clients included."""

from __future__ import annotations

import http.client
import threading
import time

import pytest
from live import LivePlatform, node_app, zipped


def static(version: int) -> bytes:
    return zipped({"index.html": f"version {version}"})


def server(version: int) -> bytes:
    answer = f"setTimeout(()=>r.end('version {version}'),5)"
    return node_app(f"require('http').createServer((q,r)=>{answer}).listen(process.env.PORT)")


class Visitors(threading.Thread):
    """A keep-alive client: every answer that is not a whole 200 counts as failed, a dropped connection too."""

    def __init__(self, port: int, host: str) -> None:
        super().__init__()
        self.port, self.host = port, host
        self.done = threading.Event()
        self.answers: dict[str, int] = {}
        self.failures: list[str] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        deadline = time.monotonic() + 200
        while not self.done.is_set() and time.monotonic() < deadline:
            try:
                connection.request("GET", "/", headers={"Host": self.host})
                answer = connection.getresponse()
                text = answer.read().decode()
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                connection.close()
                continue
            if answer.status != 200:
                self.failures.append(f"{answer.status} {text[:80]}")
            self.answers[text] = self.answers.get(text, 0) + 1
            time.sleep(0.002)
        connection.close()


@pytest.mark.parametrize(("name", "make", "times"), [("gapless-static", static, 20), ("gapless-node", server, 6)])
def test_no_request_fails_while_a_site_is_redeployed(platform: LivePlatform, name: str, make, times: int) -> None:  # type: ignore[no-untyped-def]
    platform.deploy(make(0), name)
    visitors = [Visitors(platform.http_port, platform.host(name)) for _ in range(8)]
    for each in visitors:
        each.start()
    try:
        for version in range(1, times + 1):
            platform.deploy(make(version), name)
    finally:
        time.sleep(0.3)
        for each in visitors:
            each.done.set()
        for each in visitors:
            each.join()
    assert [failure for each in visitors for failure in each.failures] == []
    seen = {text for each in visitors for text in each.answers}
    assert f"version {times}" in seen
    assert len(seen) > times // 2, "the visitors met the versions one after the other"


def test_request_under_way_is_finished_by_the_version_that_began_it(platform: LivePlatform) -> None:
    slow = "require('http').createServer((q,r)=>setTimeout(()=>r.end('slow one'),3000)).listen(process.env.PORT)"
    platform.deploy(node_app(slow), "drains")
    answers: list[str] = []
    request = threading.Thread(target=lambda: answers.append(platform.visit("drains").text))
    platform_deploy = platform.upload(server(2), "drains")
    # Begun just before the switch would be a matter of luck: begun again and again until the new version is live.
    while platform.get(platform_deploy["id"])["status"] != "RUNNING":
        if not request.is_alive():
            request = threading.Thread(target=lambda: answers.append(platform.visit("drains").text))
            request.start()
        time.sleep(0.02)
    request.join()
    assert answers
    assert set(answers) <= {"slow one", "version 2"}
    assert "slow one" in answers
