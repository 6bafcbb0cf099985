"""nginx's own life: start, change, crash, stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from nginxsite import HOST, Site, application, as_root, eventually, free_port, mirror, processes_of

from zipp.domain.errors import Unavailable
from zipp.domain.route import Page
from zipp.proxy.nginx import Nginx
from zipp.settings import Settings


async def test_starting_twice_leaves_the_running_one_alone(alone: Site) -> None:
    await alone.nginx.start()
    processes = await alone.processes()

    await alone.nginx.start()
    await Nginx(alone.settings).start()

    await alone.nginx.ping()
    assert processes_of(alone.prefix) == processes


PLATFORM = """
import asyncio, os, signal, sys
from pathlib import Path
from zipp.proxy.nginx import Nginx
from zipp.settings import Settings

data_dir, http_port = sys.argv[1:3]
asyncio.run(Nginx(Settings(data_dir=Path(data_dir), http_host="127.0.0.1", http_port=int(http_port), port=9)).start())
os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_a_killed_platform_leaves_its_sites_serving_and_finds_its_nginx_again(alone: Site) -> None:
    settings = alone.settings.model_copy(update={"port": 9})
    argv = [sys.executable, "-c", PLATFORM, str(settings.data_dir), str(settings.http_port)]
    died = await asyncio.to_thread(subprocess.run, argv, capture_output=True, timeout=60, check=False)
    again = Site(settings)
    await again.nginx.sync({HOST: again.release("r", {"index.html": "home"})})
    before = await again.processes()

    served = await again.ask()
    await again.nginx.start()

    assert died.returncode == -signal.SIGKILL  # and its pipes were closed: nginx holds none of them
    assert served.body == b"home"
    assert os.getsid(again.master) != os.getsid(0)
    assert not [fd for fd in Path(f"/proc/{again.master}/fd").iterdir() if "pipe:" in str(fd.readlink())]
    assert processes_of(again.prefix) == before
    assert (await again.ask()).body == b"home"


async def test_a_killed_nginx_is_started_again_though_its_workers_hold_the_port(alone: Site) -> None:
    await alone.nginx.start()
    await alone.nginx.switch(HOST, alone.release("r", {"index.html": "home"}))
    killed, orphans = alone.master, await alone.processes()
    os.kill(killed, signal.SIGKILL)
    await eventually(lambda: killed not in processes_of(alone.prefix))

    await alone.nginx.start()

    assert alone.master != killed
    assert not orphans & processes_of(alone.prefix)
    assert (await alone.ask()).body == b"home"  # the table was there all the time


async def test_a_pid_file_that_names_somebody_else_is_not_believed(alone: Site) -> None:
    await alone.nginx.start()
    await alone.nginx.stop()
    (alone.prefix / "nginx.pid").write_text(str(os.getpid()))

    await alone.nginx.stop()  # would end this very process
    await alone.nginx.start()

    await alone.nginx.ping()


async def test_stop_ends_every_process_and_frees_the_port(alone: Site) -> None:
    await alone.nginx.start()

    await alone.nginx.stop()
    await alone.nginx.stop()

    await eventually(lambda: processes_of(alone.prefix) == set())
    with pytest.raises(Unavailable) as down:
        await alone.nginx.ping()
    assert down.value.code == "proxy_unreachable"
    with pytest.raises(Unavailable):
        await alone.nginx.probe(Page.STARTING, host=HOST)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", alone.settings.http_port))


async def test_a_changed_setting_is_in_force_when_start_returns_without_a_restart(alone: Site) -> None:
    await alone.nginx.start()
    master = alone.master
    smaller = alone.with_settings(site_max_body_bytes=2048)

    await smaller.nginx.start()
    async with application(mirror) as upstream:
        await smaller.nginx.switch(HOST, upstream)
        answer = await smaller.ask("/", method="POST", body=b"x" * 4096)

    assert smaller.master == master
    assert answer.status == 413


@pytest.mark.parametrize("change", ["port", "address"])
async def test_another_port_or_address_is_moved_to(alone: Site, change: str) -> None:
    await alone.nginx.start()
    moved = alone.with_settings(**({"http_port": free_port()} if change == "port" else {"http_host": "0.0.0.0"}))

    await moved.nginx.start()

    assert (await moved.ask()).status == 404
    assert len(processes_of(moved.prefix)) >= 2


async def test_a_bad_configuration_never_replaces_a_good_one(alone: Site) -> None:
    await alone.nginx.start()
    await alone.nginx.switch(HOST, alone.release("r", {"index.html": "home"}))
    good, processes = (alone.prefix / "nginx.conf").read_text(), await alone.processes()

    with pytest.raises(Unavailable) as refused:
        await alone.with_settings(site_max_body_bytes=10**30).nginx.start()

    assert refused.value.code == "proxy_config_invalid"
    assert "client_max_body_size" in refused.value.hint
    assert str(alone.settings.data_dir) not in refused.value.hint
    assert (alone.prefix / "nginx.conf").read_text() == good
    assert processes_of(alone.prefix) == processes
    assert not list(alone.prefix.glob("nginx.conf.*"))
    assert (await alone.ask()).body == b"home"


async def test_a_taken_port_is_named_and_what_serves_stays(alone: Site) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = alone.with_settings(http_port=other.getsockname()[1])
        with pytest.raises(Unavailable) as at_first:
            await taken.nginx.start()
        await alone.nginx.start()
        with pytest.raises(Unavailable) as at_a_change:
            await taken.nginx.start()

    for refused in (at_first, at_a_change):
        assert refused.value.code == "proxy_port_taken"
        assert str(taken.settings.http_port) in refused.value.message
        assert "ZIPP_HTTP_PORT" in refused.value.hint
    assert (await alone.ask()).status == 404
    await alone.nginx.start()


async def test_an_address_of_another_machine_is_named(alone: Site) -> None:
    with pytest.raises(Unavailable) as refused:
        await alone.with_settings(http_host="192.0.2.1").nginx.start()

    assert refused.value.code == "proxy_address_invalid"
    assert "ZIPP_HTTP_HOST" in refused.value.hint


@pytest.mark.parametrize("lost", ["nginx.conf", "private/internal.sock"])
async def test_a_file_that_was_deleted_under_a_running_nginx_is_healed(alone: Site, lost: str) -> None:
    await alone.nginx.start()
    (alone.prefix / lost).unlink()

    await alone.with_settings(site_max_body_bytes=4096).nginx.start()

    await alone.nginx.ping()
    assert (alone.prefix / lost).exists()


async def test_a_missing_nginx_says_how_to_get_one(alone: Site) -> None:
    with pytest.raises(Unavailable) as refused:
        await alone.with_settings(nginx_binary="nginx-of-nowhere").nginx.start()

    assert refused.value.code == "proxy_missing"
    assert "install nginx" in refused.value.hint.lower()


@as_root
async def test_a_data_folder_that_the_workers_cannot_enter_is_refused_at_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    nginx = Nginx(Settings(data_dir=tmp_path / "d", http_host="127.0.0.1", http_port=free_port()))

    with pytest.raises(Unavailable) as refused:
        await nginx.start()

    assert refused.value.code == "proxy_data_unreadable"
    assert "ZIPP_NGINX_USER" in refused.value.hint


ORDINARY_USER = """
import asyncio, os, sys, encodings.idna, encodings.unicode_escape  # what that user may not read, if Python is root's
from pathlib import Path
from zipp.domain.route import Release
from zipp.proxy.nginx import Nginx
from zipp.settings import Settings

os.setgroups([]); os.setgid(65534); os.setuid(65534)
os.environ["PATH"] = "/usr/bin:/bin"

async def main(data_dir, http_port):
    nginx = Nginx(Settings(data_dir=Path(data_dir), http_host="127.0.0.1", http_port=int(http_port)))
    await nginx.start()
    await nginx.start()
    release = Path(data_dir, "releases", "r")
    release.mkdir(parents=True)
    (release / "index.html").write_text("home")
    print(await nginx.probe(Release(release), host="a.test"))
    await nginx.stop()

asyncio.run(main(*sys.argv[1:3]))
"""


@as_root
async def test_an_ordinary_user_can_run_it(alone: Site) -> None:
    alone.settings.data_dir.mkdir()
    os.chown(alone.settings.data_dir, 65534, 65534)
    alone.settings.data_dir.chmod(0o700)
    argv = [sys.executable, "-c", ORDINARY_USER, str(alone.settings.data_dir), str(alone.settings.http_port)]

    ran = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True, timeout=60, check=False)

    assert (ran.stdout, ran.stderr) == ("200\n", "")
