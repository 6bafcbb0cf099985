import re
from pathlib import Path

import pytest

from zipp.domain.errors import Unavailable
from zipp.proxy.config import render
from zipp.proxy.layout import Layout
from zipp.settings import Settings


def rendered(account: str | None = None, **values: object) -> str:
    settings = Settings(data_dir=Path("/srv/zipp"), **values)  # type: ignore[arg-type]
    return render(settings, Layout.of(settings), account=account).text


def directives(text: str, name: str) -> list[str]:
    return re.findall(rf"^\s*{name} ([^;]+);", text, re.MULTILINE)


def test_the_same_settings_give_the_same_text() -> None:
    assert rendered() == rendered()


def test_everything_lies_in_the_prefix() -> None:
    text = rendered()

    paths = re.findall(r'"(?:unix:)?(/[^"$]*)"', text)
    assert len(paths) > 8
    assert {path for path in paths if not path.startswith(("/srv/zipp/nginx/", "/$"))} == set()


def test_it_listens_where_the_settings_say() -> None:
    listens = directives(rendered(http_host="127.0.0.1", http_port=8123), "listen")

    assert listens == [
        "127.0.0.1:8123 default_server backlog=4096",
        "127.0.0.1:8123",
        '"unix:/srv/zipp/nginx/private/internal.sock" default_server',
        '"unix:/srv/zipp/nginx/private/internal.sock"',
    ]


def test_an_ipv6_address_gets_its_brackets() -> None:
    assert directives(rendered(http_host="::1", http_port=8123), "listen")[1] == "[::1]:8123"


def test_the_workers_account_is_named_only_for_root() -> None:
    assert directives(rendered(account="www-data"), "user") == ["www-data"]
    assert directives(rendered(account=None), "user") == []


def test_sites_and_the_platform_have_their_own_body_limits() -> None:
    sizes = directives(rendered(site_max_body_bytes=5000, upload_max_bytes=10**6), "client_max_body_size")

    assert sizes == ["5000", str(10**6 + 1024**2), "5000"]


@pytest.mark.parametrize(
    ("host", "address"), [("0.0.0.0", "127.0.0.1:9000"), ("10.1.2.3", "10.1.2.3:9000"), ("::", "[::1]:9000")]
)
def test_the_base_domain_leads_to_the_platform(host: str, address: str) -> None:
    text = rendered(host=host, port=9000, base_domain="apps.example.com")

    assert "apps.example.com localhost" in directives(text, "server_name")
    assert f"http://{address}" in directives(text, "proxy_pass")


def test_a_base_domain_of_localhost_is_named_once() -> None:
    assert "localhost" in directives(rendered(base_domain="localhost"), "server_name")


def test_no_route_is_in_the_text_so_that_a_deploy_needs_no_reload() -> None:
    assert directives(rendered(), "root")[0] == '"routes/$host"'


def test_the_digest_is_in_the_text_and_changes_with_it() -> None:
    one, other = (
        render(settings, Layout.of(settings), account=None)
        for settings in (Settings(data_dir=Path("/srv/zipp"), http_port=port) for port in (8001, 8002))
    )

    assert f'return 200 "{one.digest}";' in one.text
    assert one.digest != other.digest


@pytest.mark.parametrize("folder", ['/srv/a"b', "/srv/$host", "/srv/a;b", "/srv/a\nb", "/srv/{x}", "/srv/" + "x" * 100])
def test_a_folder_that_would_change_the_meaning_of_the_text_is_refused(folder: str) -> None:
    with pytest.raises(Unavailable) as refused:
        Layout.of(Settings(data_dir=Path(folder)))

    assert refused.value.code == "proxy_path_unsuitable"
    assert "ZIPP_DATA_DIR" in refused.value.hint
