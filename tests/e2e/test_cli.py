"""The command line as people and scripts use it: a process of its own against a real platform."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from commandline import Zipp
from live import ADMIN, EXAMPLES, LivePlatform, until

NOBODY = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def zipp(platform: LivePlatform, tmp_path: Path) -> Zipp:
    """As this machine's operator, who needs no sign-in."""
    return Zipp(platform, tmp_path / "config")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>first</h1>")
    return folder


def test_a_folder_goes_live_with_two_words(platform: LivePlatform, zipp: Zipp, page: Path) -> None:
    result = zipp.run("deploy", cwd=page)

    assert f"Live at http://page.zipp.localhost:{platform.http_port}" in result.stdout
    assert platform.visit("page").text == "<h1>first</h1>"


def test_the_first_example_goes_live(platform: LivePlatform, zipp: Zipp) -> None:
    deployment = zipp.json("deploy", str(EXAMPLES / "hello-static"), "--site", "first")

    assert deployment["status"] == "RUNNING"
    assert "Hello from Zipp" in platform.visit("first").text
    assert zipp.run("open", "first").stdout.strip() == deployment["url"]


def test_what_is_ignored_never_reaches_the_site(platform: LivePlatform, zipp: Zipp, page: Path) -> None:
    (page / "draft.html").write_text("not yet")
    (page / ".gitignore").write_text("draft.html\n")

    zipp.run("deploy", str(page), "--site", "ignoring")

    assert platform.visit("ignoring", "/draft.html").status_code == 404


def test_lists_show_what_is_there(zipp: Zipp, page: Path) -> None:
    deployment = zipp.json("deploy", str(page), "--site", "listed")

    assert [item["id"] for item in zipp.json("ls", "--site", "listed")] == [deployment["id"]]
    assert "listed" in {item["name"] for item in zipp.json("sites")}
    assert deployment["id"] in zipp.run("ls").stdout
    assert deployment["url"] in zipp.run("sites").stdout


def test_stop_redeploy_roll_back_and_remove(platform: LivePlatform, zipp: Zipp, page: Path) -> None:
    first = zipp.json("deploy", str(page), "--site", "story")
    (page / "index.html").write_text("<h1>second</h1>")
    second = zipp.json("deploy", str(page), "--site", "story")
    assert platform.visit("story").text == "<h1>second</h1>"

    assert zipp.json("rollback", "story")["live_deployment"] == first["id"]
    assert platform.visit("story").text == "<h1>first</h1>"
    assert zipp.json("rollback", "story", "--to", second["id"])["live_deployment"] == second["id"]

    assert zipp.json("stop", "story")["status"] == "STOPPED"
    assert platform.visit("story").status_code == 503

    third = zipp.json("redeploy", second["id"])
    assert third["status"] == "RUNNING"
    assert platform.visit("story").text == "<h1>second</h1>"

    zipp.run("rm", first["id"], "--yes")
    zipp.run("logs", first["id"], expect=4)
    zipp.run("rm", "--site", "story", "--yes")
    zipp.run("stop", "story", expect=4)
    assert platform.visit("story").status_code == 404


def test_a_container_gets_its_variables_and_its_log_is_followed(
    platform: LivePlatform, zipp: Zipp, tmp_path: Path
) -> None:
    app = tmp_path / "greeter"
    app.mkdir()
    (app / "package.json").write_text('{"name": "app", "scripts": {"start": "node server.js"}}')
    (app / "server.js").write_text(
        "const http = require('http');"
        "http.createServer((q, r) => { console.log('asked for ' + q.url); r.end(process.env.GREETING); })"
        ".listen(process.env.PORT);"
    )
    (tmp_path / ".env").write_text("GREETING='from a file'\n")

    deployed = zipp.run("deploy", str(app), "--env-file", str(tmp_path / ".env"))
    assert "detect Node app: node server.js" in deployed.stdout
    assert "  build " in deployed.stdout
    assert platform.visit("greeter", "/before").text == "from a file"

    zipp.run("env", "greeter", "GREETING=from the command line")
    zipp.run("redeploy", "greeter")
    assert platform.visit("greeter", "/after").text == "from the command line"

    following = zipp.started("logs", "-f", "greeter")
    assert following.stdout is not None
    seen = ""
    while "asked for /after" not in seen:
        line = following.stdout.readline()
        assert line, f"ended after:\n{seen}"
        seen += line
    zipp.run("stop", "greeter")
    assert following.wait(timeout=60) == 0, "a stopped deployment's log can't grow any more"
    following.communicate()


def test_a_failed_deployment_is_1_with_its_reason(zipp: Zipp, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "notes.bin").write_bytes(b"\0\1")

    result = zipp.run("deploy", str(tmp_path / "nothing"), "--json", expect=1)

    error = json.loads(result.stdout)["error"]
    assert f"{error['message']} [{error['code']}]" in result.stderr


def test_ctrl_c_leaves_the_build_going_and_says_how_to_cancel_it(
    platform: LivePlatform, zipp: Zipp, tmp_path: Path
) -> None:
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "Dockerfile").write_text("FROM zipp/debian:bookworm\nRUN echo begun && sleep 300\n")
    deploying = zipp.started("deploy", str(slow))
    assert deploying.stdout is not None
    while "begun" not in (line := deploying.stdout.readline()) or "RUN" in line:
        assert line, deploying.communicate()[1]

    deploying.send_signal(signal.SIGINT)
    _, said = deploying.communicate(timeout=60)

    assert deploying.returncode == 130
    cancel = re.search(r"zipp stop (\S+)", said)
    assert cancel is not None
    assert platform.get(cancel[1])["status"] == "BUILDING"
    zipp.run("stop", cancel[1])
    assert platform.ended(cancel[1])["error"]["code"] == "cancelled"


def test_people_sign_in_and_out_and_see_only_what_is_theirs(
    platform: LivePlatform, zipp: Zipp, page: Path, tmp_path: Path
) -> None:
    mine = zipp.json("deploy", str(page), "--site", "private")
    platform.newcomer("eve@example.com")
    eve = Zipp(platform, tmp_path / "eve")
    eve.env |= {"ZIPP_URL": platform.url, "ZIPP_DATA_DIR": str(tmp_path / "none")}

    eve.run("ls", expect=3)
    eve.run("login", "--email", "eve@example.com", stdin="wrong password\n", expect=3)
    eve.run("login", "--email", "eve@example.com", stdin="a long enough one\n")
    assert eve.json("ls") == []
    eve.run("logs", mine["id"], expect=4)
    eve.run("stop", "private", expect=4)
    eve.run("deploy", str(page), "--site", "private", expect=6)
    eve.run("logout")
    eve.run("ls", expect=3)


def test_an_api_token_does_for_scripts(platform: LivePlatform, zipp: Zipp) -> None:
    made = platform.api.post("/api/auth/tokens", json={"name": "ci"}).json()

    assert zipp.run("ls", "--url", platform.url, ZIPP_TOKEN=made["token"], ZIPP_DATA_DIR="/nonexistent").stdout
    zipp.run("ls", "--url", platform.url, ZIPP_TOKEN="wrong", expect=3)


def test_the_platforms_password_signs_in(platform: LivePlatform, zipp: Zipp) -> None:
    answer = zipp.json("login", "--url", platform.url, "--email", ADMIN[0], stdin=f"{ADMIN[1]}\n")

    assert answer["user"]["role"] == "admin"
    zipp.run("logout")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("stop", NOBODY), 4),
        (("logs", "no-such-site"), 4),
        (("rollback", "no-such-site"), 4),
        (("ls", "--status", "SLEEPING"), 6),
        (("deploy", "file:///etc", "--site", "x"), 2),
        (("deploy", "https://127.0.0.1:1/x.git"), 6),
        (("ls", "--url", "http://127.0.0.1:1"), 5),
    ],
)
def test_exit_codes_are_what_the_help_says(zipp: Zipp, arguments: tuple[str, ...], code: int) -> None:
    result = zipp.run(*arguments, expect=code)

    assert result.stderr.startswith("error: ")
    assert result.stdout == ""


def test_the_doctor_finds_a_running_platform_well(zipp: Zipp) -> None:
    findings = {finding["name"]: finding for finding in zipp.json("doctor")}

    assert {"engine", "limits", "nginx", "git", "disk", "records", "platform", "data folder"} <= findings.keys()
    for name in ("engine", "nginx", "API port", "sites' port", "records", "platform", "data folder"):
        assert findings[name]["state"] == "ok", findings[name]


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(zipp: Zipp, tmp_path: Path) -> None:
    result = zipp.run(
        "doctor",
        expect=1,
        ZIPP_DOCKER_HOST=f"unix://{tmp_path}/none.sock",
        ZIPP_NGINX_BINARY="no-such-nginx",
        ZIPP_DATA_DIR=str(tmp_path / "data"),
    )

    told = [line for line in result.stdout.splitlines() if line.startswith("fail")]
    assert [line.split()[1] for line in told] == ["engine", "nginx", "API", "sites'"]
    assert result.stdout.count("→") >= len(told)


def test_a_second_platform_on_the_same_data_is_refused(platform: LivePlatform, zipp: Zipp) -> None:
    result = zipp.run("serve", expect=5, ZIPP_PORT=str(platform.port + 1))

    assert "already_running" in result.stderr
    assert zipp.json("doctor")[-1]["state"] == "ok", "the first one goes on, and is still found"


# up and down -------------------------------------------------------------------------------------------------------
@pytest.fixture
def machine() -> Iterator[LivePlatform]:
    """Nothing started yet, no account either."""
    platform = LivePlatform()
    for name in ("ZIPP_ADMIN_EMAIL", "ZIPP_ADMIN_PASSWORD"):
        del platform.env[name]
    try:
        yield platform
    finally:
        subprocess.run(Zipp.argv("down"), env=platform.env, check=False, capture_output=True)
        platform.close()


def test_up_down_up_loses_nothing(machine: LivePlatform, tmp_path: Path) -> None:
    zipp = Zipp(machine, tmp_path / "config")

    first = zipp.json("up")
    assert first["url"] == f"http://localhost:{machine.port}"
    assert first["site_url"] == f"http://hello.zipp.localhost:{machine.http_port}"
    assert "Hello from Zipp" in machine.visit("hello").text
    deployments, process = zipp.json("ls"), (machine.data_dir / "zipp.pid").read_text()

    again = zipp.json("up")
    assert again["site_url"] == first["site_url"]
    assert zipp.json("ls") == deployments, "a second `up` deploys nothing"
    assert (machine.data_dir / "zipp.pid").read_text() == process, "nor does it start anything"

    _complete_first_account(machine, again["setup_url"])
    zipp.run("deploy", str(EXAMPLES / "hello-node"), "--site", "node")
    assert zipp.json("down") == {"was_running": True}
    with pytest.raises(httpx.TransportError):
        machine.visit("hello")
    assert zipp.run("ls", expect=5)
    assert machine.docker("ps", "-q", "--filter", f"label=zipp.instance={machine.instance}") == ""
    assert zipp.json("down") == {"was_running": False}

    back = zipp.json("up")
    assert back["setup_url"] is None, "the account is still there"
    assert "Hello from Zipp" in machine.visit("hello").text
    until(lambda: machine.visit("node").status_code == 200, what="the container's return")
    assert "Hello from Node" in machine.visit("node").text


def _complete_first_account(machine: LivePlatform, setup_url: str) -> None:
    """As the set-up page does it."""
    address, _, token = setup_url.partition("#token=")
    assert httpx.get(address).status_code == 200
    account = {"email": ADMIN[0], "password": ADMIN[1], "setup_token": token}
    answer = httpx.post(f"{machine.url}/api/auth/signup", json=account)
    assert answer.status_code == 201, answer.text
