"""The dashboard where calls get through and streams do not: Firebase Hosting holds every answer back until it has ended
(https://github.com/firebase/firebase-tools/issues/9774), and so do some companies' proxies."""

from __future__ import annotations

import re
from pathlib import Path

from live import zipped
from playwright.sync_api import expect
from projects import as_zip, building, page
from visitor import DEPLOY_MS, Visitor


def test_a_build_is_followed_to_its_end(visitor: Visitor, tmp_path: Path) -> None:
    held: list[str] = []
    visitor.context.route(re.compile(r"/api/events"), lambda route: held.append(route.request.url))
    visitor.go("/deploy")
    slow = building("echo begun && sleep 20 && echo ended && mkdir out && cp index.html out/")
    visitor.drop(visitor.page.get_by_role("main"), [as_zip(tmp_path, "followed", slow)])
    visitor.button("Deploy").click()
    expect(visitor.page.get_by_role("main")).to_contain_text("begun", timeout=DEPLOY_MS)
    visitor.goes_live()
    expect(visitor.page.get_by_role("main")).to_contain_text("ended")
    assert held, "the page asked for a stream first"


def test_a_list_learns_what_happens_elsewhere(visitor: Visitor) -> None:
    visitor.context.route(re.compile(r"/api/events"), lambda route: None)
    visitor.go("/")
    name = "made-elsewhere"
    visitor.platform.deploy(zipped(page("elsewhere")), name)
    expect(visitor.page.get_by_role("main")).to_contain_text(name, timeout=DEPLOY_MS)
