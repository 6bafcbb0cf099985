"""The dashboard as Firebase Hosting serves it, in a real browser: its policy, its deep links, its calls to the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from apistand import PASSWORD
from hostingstand import api, hosting
from live import free_port
from playwright.sync_api import Browser, expect
from visitor import Visitor


@dataclass(frozen=True)
class Hosted:
    """What a visitor needs to know of a platform."""

    url: str
    http_port: int = 0


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    folder = tmp_path_factory.mktemp("hosted")
    url = f"http://localhost:{(port := free_port())}"
    with api(folder, url) as upstream, hosting(folder / "site", upstream, port):
        yield Hosted(url)


def test_signing_in_and_deep_links_work_under_hostings_policy(browser: Browser, hosted: Hosted) -> None:
    visitor = Visitor(browser, hosted)  # type: ignore[arg-type]
    visitor.go("/settings/tokens")
    expect(visitor.page).to_have_url(re.compile("/login"))
    visitor.page.get_by_label("Email").fill("admin@example.com")
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.button("Sign in").click()
    expect(visitor.page).to_have_url(re.compile("/settings/tokens$"))
    answer = visitor.go("/sites/nowhere/domains")  # the file is sites/_/domains.html; the page reads the name itself
    assert answer is not None
    assert answer.status == 200
    expect(visitor.page.get_by_role("main")).to_contain_text("nowhere")
    visitor.close()  # no complaint: the policy let everything pass that the pages need
