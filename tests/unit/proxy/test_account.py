import os
import pwd
from pathlib import Path

import pytest

from zipp.domain.errors import Unavailable
from zipp.proxy.account import check_readable, worker_account
from zipp.settings import Settings

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives nginx's workers another account")


def other_account() -> str:
    return next(entry.pw_name for entry in pwd.getpwall() if entry.pw_uid not in (0, os.geteuid()))


@as_root
def test_an_account_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        worker_account(Settings(data_dir=tmp_path, nginx_user="nobody-of-this-name"))

    assert refused.value.code == "proxy_user_missing"
    assert "ZIPP_NGINX_USER" in refused.value.hint


@as_root
def test_the_account_of_the_settings_is_taken(tmp_path: Path) -> None:
    assert worker_account(Settings(data_dir=tmp_path, nginx_user="daemon")) == "daemon"


def test_a_closed_folder_on_the_way_is_found_and_named(tmp_path: Path) -> None:
    closed, inner = tmp_path / "closed", tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    for folder in (*tmp_path.parents, tmp_path):
        if folder.stat().st_uid == os.geteuid() and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    closed.chmod(0o700)

    with pytest.raises(Unavailable) as refused:
        check_readable(inner, other_account())

    assert refused.value.code == "proxy_data_unreadable"
    assert f"chmod o+x {closed}" in refused.value.hint


def test_root_may_pass_everywhere(tmp_path: Path) -> None:
    check_readable(tmp_path, "root")
