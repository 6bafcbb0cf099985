"""What is done to sites: versions back and forth, variables, domains, limits, the end."""

from __future__ import annotations

import re

from live import zipped
from playwright.sync_api import expect
from projects import page, server
from visitor import DEPLOY_MS, Visitor, eventually


def test_a_new_version_and_back_and_forth_again(visitor: Visitor) -> None:
    platform = visitor.platform
    first = platform.deploy(zipped(page("version one")), "versions")
    visitor.go("/")
    row = visitor.page.get_by_role("listitem").filter(has_text="versions").first
    expect(row).to_contain_text("Live")
    platform.deploy(zipped(page("version two")), "versions")
    visitor.go(f"/deployments/{first['id']}")
    visitor.button("Roll back to this").click()
    eventually(lambda: "version one" in platform.visit("versions").text, what="the rollback")
    visitor.button("Undo").click()
    eventually(lambda: "version two" in platform.visit("versions").text, what="its undoing")


def test_the_list_is_live_without_a_reload(visitor: Visitor) -> None:
    visitor.platform.deploy(zipped(page("there")), "was-there")
    visitor.go("/")
    expect(visitor.page.get_by_role("listitem").filter(has_text="was-there")).to_have_count(1)
    visitor.platform.deploy(zipped(page("new")), "appears")
    expect(visitor.page.get_by_role("listitem").filter(has_text="appears").first).to_contain_text("Live")
    visitor.platform.api.delete("/api/sites/appears")
    expect(visitor.page.get_by_role("listitem").filter(has_text="appears")).to_have_count(0)


def test_the_list_is_live_again_after_the_platform_was_away(visitor: Visitor) -> None:
    platform = visitor.platform
    platform.deploy(zipped(page("before")), "before-it")
    visitor.go("/")
    expect(visitor.page.get_by_role("listitem").filter(has_text="before-it")).to_have_count(1)
    platform.stop()
    platform.start()
    platform.deploy(zipped(page("after")), "after-it")
    expect(visitor.page.get_by_role("listitem").filter(has_text="after-it").first).to_contain_text("Live")
    visitor.complaints.clear()  # the stream's end is told in the console too


def test_a_log_is_taken_away_as_a_file(visitor: Visitor) -> None:
    deployment = visitor.platform.deploy(zipped(page("to download")), "kept-log")
    visitor.go(f"/deployments/{deployment['id']}")
    with visitor.page.expect_download() as download:
        visitor.link(re.compile("^Download")).first.click()
    assert download.value.suggested_filename == f"kept-log-{deployment['id'][-8:]}.log"
    assert "Live at" in download.value.path().read_text()


def test_redeploy_stop_and_delete(visitor: Visitor) -> None:
    platform = visitor.platform
    first = platform.deploy(zipped(page("to be deleted")), "short-lived")
    visitor.go(f"/deployments/{first['id']}")
    visitor.button("Redeploy").click()
    expect(visitor.page).not_to_have_url(re.compile(first["id"]))
    visitor.goes_live()
    visitor.go("/sites/short-lived/settings")
    visitor.button("Stop site").first.click()
    visitor.confirm("Stop site")
    eventually(lambda: platform.visit("short-lived").status_code == 503, what="the stop")
    visitor.button("Delete site").first.click()
    question = visitor.page.get_by_role("alertdialog").or_(visitor.page.get_by_role("dialog"))
    expect(question.get_by_role("button", name="Delete site", exact=True)).to_be_disabled()
    visitor.confirm("Delete site", typed="short-lived")
    expect(visitor.page).to_have_url(re.compile(r"/$"))
    assert platform.api.get("/api/sites/short-lived").status_code == 404


def test_the_list_of_deployments_asks_before_it_stops_a_site(visitor: Visitor) -> None:
    visitor.platform.deploy(zipped(page("for a while")), "for-a-while")
    visitor.go("/sites/for-a-while")
    visitor.button(re.compile("^Actions for")).first.click()
    visitor.menu("Stop…").click()
    visitor.confirm("Stop")
    eventually(lambda: visitor.platform.visit("for-a-while").status_code == 503, what="the stop")


def test_variables_are_set_and_never_shown_again(visitor: Visitor) -> None:
    platform = visitor.platform
    code = "require('http').createServer((_, a) => a.end('greeting ' + process.env.GREETING)).listen(process.env.PORT)"
    platform.deploy(zipped({**server(""), "server.js": code}), "speaks")
    assert platform.visit("speaks").text == "greeting undefined"
    visitor.go("/sites/speaks/environment")
    visitor.page.get_by_label("Name", exact=True).first.fill("GREETING")
    visitor.page.get_by_label("Value", exact=True).first.fill("a-secret-hello")
    visitor.button("Add").click()
    visitor.button("Save").click()
    eventually(lambda: platform.site("speaks")["env_keys"] == ["GREETING"], what="the variable")
    visitor.page.reload()
    expect(visitor.page.get_by_text("GREETING").first).to_be_visible()
    assert "a-secret-hello" not in visitor.page.content()
    platform.api.post(f"/api/deployments/{platform.site('speaks')['live_deployment']}/redeploy")
    eventually(lambda: platform.visit("speaks").text == "greeting a-secret-hello", seconds=60, what="the new version")


def test_a_domain_is_added_and_answers(visitor: Visitor) -> None:
    platform = visitor.platform
    platform.deploy(zipped(page("by its own name")), "named")
    visitor.go("/sites/named/domains")
    visitor.page.get_by_role("textbox").first.fill("www.example.test")
    visitor.button(re.compile("^Add")).click()
    eventually(lambda: platform.site("named")["domains"] == ["www.example.test"], what="the domain")
    assert "by its own name" in platform.visit("named", headers={"Host": "www.example.test"}).text


def test_a_hundred_thousand_lines_stay_light(visitor: Visitor) -> None:
    """Only the rows in sight are in the page, whichever part of the log that is."""
    files = server("hello")
    files["server.js"] = "for (let i = 1; i <= 1e5; i++) console.log(`line ${i} of many`);\n" + files["server.js"]
    visitor.platform.deploy(zipped(files), "talkative")
    visitor.go("/sites/talkative/logs")
    log = visitor.page.get_by_role("log")
    expect(log).to_contain_text("line 100000 of many", timeout=DEPLOY_MS)  # it follows to the end
    assert visitor.page.locator("[role=log] *").count() < 2_000
    log.focus()
    visitor.page.keyboard.press("Home")
    expect(log).to_contain_text("line 1 of many")
    expect(log).not_to_contain_text("line 100000 of many")  # it follows no longer
    visitor.page.keyboard.press("Control+f")
    visitor.page.get_by_label("Search the log").fill("line 77777 of")
    visitor.page.keyboard.press("Enter")
    expect(log).to_contain_text("line 77777 of many")
    visitor.button(re.compile("latest", re.I)).click()
    expect(log).to_contain_text("line 100000 of many")
    assert visitor.page.locator("[role=log] *").count() < 2_000


def test_what_a_site_prints_is_followed(visitor: Visitor) -> None:
    visitor.platform.deploy(zipped(server("hello", prints="printed at its start")), "prints")
    visitor.go("/sites/prints/logs")
    expect(visitor.page.get_by_role("log")).to_contain_text("printed at its start", timeout=DEPLOY_MS)
