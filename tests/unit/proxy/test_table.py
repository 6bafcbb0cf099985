from pathlib import Path

import pytest

from zipp.domain.errors import InvalidInput, Unavailable
from zipp.domain.route import Page, Release, Target, Upstream
from zipp.proxy.layout import Layout
from zipp.proxy.table import RouteTable, check_host

HOST = "shop.zipp.localhost"


@pytest.fixture
def at(tmp_path: Path) -> Layout:
    at = Layout(tmp_path / "nginx")
    at.make()
    return at


@pytest.fixture
def table(at: Layout) -> RouteTable:
    return RouteTable(at)


@pytest.mark.parametrize("host", ["a.b", "zipp", "xn--bcher-kva.example", "1.2.3.4", "a" * 63 + ".test"])
def test_a_lower_case_host_name_is_accepted(host: str) -> None:
    assert check_host(host) == host


@pytest.mark.parametrize(
    "host",
    [
        *("", ".", "..", "../x", "a/b", "/etc", "A.b", "a..b", ".a", "a.", "-a.b", "a-.b", "a_b.c", "a b", "a\0b"),
        *("a.b\n", "a.b:80", "*.a.b", "bücher.example", "a" * 64 + ".test", ".".join(["abcd"] * 51)),
    ],
)
def test_anything_else_never_becomes_a_file_name(table: RouteTable, at: Layout, host: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        table.switch(host, Page.STARTING)

    assert refused.value.code == "host_invalid"
    assert list(at.routes.iterdir()) == []


@pytest.mark.parametrize(
    "target",
    [
        Release(Path("relative")),
        *(Upstream(address, 80) for address in ("", "::1", "10.0.0.1/..", "localhost", "010.0.0.1", "10.0.0.1\n")),
        *(Upstream("10.0.0.1", port) for port in (0, -1, 65536)),
    ],
)
def test_a_target_that_nginx_could_not_follow_is_refused(
    table: RouteTable, at: Layout, target: Release | Upstream
) -> None:
    with pytest.raises(InvalidInput) as refused:
        table.switch(HOST, target)

    assert refused.value.code == "route_target_invalid"
    assert list(at.routes.iterdir()) == list(at.upstreams.iterdir()) == []


@pytest.mark.parametrize("target", [Release(Path("/srv/site")), Upstream("172.30.0.5", 8080), *Page])
def test_the_table_reads_back_what_was_switched(table: RouteTable, target: Release | Upstream | Page) -> None:
    table.switch(HOST, Page.STOPPED)
    table.switch(HOST, target)

    assert table.read() == {HOST: target}


def test_a_release_in_the_data_folder_is_linked_relatively_so_that_the_data_can_move(
    table: RouteTable, at: Layout
) -> None:
    release = at.prefix.parent / "releases" / "1"

    table.switch(HOST, Release(release))

    assert str((at.routes / HOST).readlink()) == "../../releases/1"
    assert table.read() == {HOST: Release(release)}


def test_switching_leaves_nothing_on_the_way(table: RouteTable, at: Layout) -> None:
    for port in range(1, 50):
        table.switch(HOST, Upstream("10.0.0.1", port))

    assert list(at.switching.iterdir()) == []


def test_removing_a_route_twice_is_no_error(table: RouteTable) -> None:
    table.switch(HOST, Page.FAILED)

    table.remove(HOST)
    table.remove(HOST)

    assert table.read() == {}


def test_sync_removes_switches_and_adds_until_the_table_is_exactly_what_was_asked(table: RouteTable) -> None:
    table.switch("extra.test", Page.FAILED)
    table.switch("wrong.test", Upstream("10.0.0.1", 80))
    table.switch("right.test", Release(Path("/srv/right")))
    wanted: dict[str, Target] = {
        "wrong.test": Page.STOPPED,
        "right.test": Release(Path("/srv/right")),
        "new.test": Upstream("10.0.0.2", 1),
    }

    table.sync(wanted)

    assert table.read() == wanted


def test_sync_clears_away_what_is_no_route_and_what_a_killed_platform_left(table: RouteTable, at: Layout) -> None:
    (at.routes / "file.test").write_text("not a link")
    (at.routes / "folder.test").mkdir()
    (at.upstreams / "10.0.0.9:80").mkdir()
    (at.checks / "stale").symlink_to("/srv/site")
    (at.switching / "stale").symlink_to("/srv/site")

    table.sync({"folder.test": Page.STARTING})

    assert table.read() == {"folder.test": Page.STARTING}
    assert [*at.upstreams.iterdir(), *at.checks.iterdir(), *at.switching.iterdir()] == []


def test_sync_with_one_bad_host_changes_nothing(table: RouteTable) -> None:
    table.switch(HOST, Page.STARTING)

    with pytest.raises(InvalidInput):
        table.sync({"../etc": Page.FAILED})

    assert table.read() == {HOST: Page.STARTING}


def test_sync_leaves_checks_under_way_alone(table: RouteTable, at: Layout) -> None:
    with table.checking(Upstream("10.0.0.1", 80)) as first, table.checking(Upstream("10.0.0.1", 80)):
        table.sync({})

        assert (at.checks / first).is_dir()
        assert (at.upstreams / "10.0.0.1:80").is_dir()

    assert list(at.checks.iterdir()) == []


def test_a_failed_check_leaves_no_link(table: RouteTable, at: Layout) -> None:
    with pytest.raises(RuntimeError), table.checking(Page.FAILED):
        raise RuntimeError

    assert list(at.checks.iterdir()) == []


def test_a_table_that_is_gone_is_an_error_with_a_hint(table: RouteTable, at: Layout) -> None:
    at.switching.rmdir()

    with pytest.raises(Unavailable) as refused:
        table.switch(HOST, Page.STARTING)

    assert refused.value.code == "proxy_routes_unusable"
    assert "ZIPP_DATA_DIR" in refused.value.hint
