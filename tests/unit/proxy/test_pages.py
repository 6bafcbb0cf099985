import base64
import hashlib
import json
import re

from zipp.domain.route import Page
from zipp.proxy import pages

FILES = dict(pages.files())
HTML = {name: text for name, text in FILES.items() if name.endswith(".html")}


def test_every_page_that_a_route_may_lead_to_exists_in_both_forms() -> None:
    for page in Page:
        assert f"{page}/index.html" in FILES
        assert f"{page}/index.json" in FILES


def test_pages_load_nothing_and_run_nothing() -> None:
    for text in HTML.values():
        assert not re.search(r"<script|https?:|@import|url\(|\son\w+=", text)
        assert re.findall(r'(?:src|href)="([^"]*)"', text) == ["data:,"]
        assert len(text) < 4096


def test_the_policy_admits_exactly_the_style_of_the_pages() -> None:
    for text in HTML.values():
        (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}';" in pages.policy()


def test_only_the_starting_page_looks_again_by_itself() -> None:
    assert [name for name, text in HTML.items() if 'http-equiv="refresh"' in text] == ["starting/index.html"]


def test_the_json_form_is_a_problem_with_a_code_and_a_hint() -> None:
    problem = json.loads(FILES["unknown/index.json"])

    assert problem["status"] == 404
    assert problem["code"] == "site_unknown"
    assert problem["hint"]
