"""Which account nginx's workers run as, and whether it can read what it must serve."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

from zipp.domain.errors import Unavailable
from zipp.settings import Settings

_USUAL = ("www-data", "nginx", "http", "nobody")  # Debian, Red Hat and Alpine, Arch, anywhere


def worker_account(settings: Settings) -> str | None:
    """The account, None when Zipp isn't root: then the workers run as Zipp does. Raises Unavailable."""
    if os.geteuid() != 0:
        return None
    names = (settings.nginx_user,) if settings.nginx_user else _USUAL
    for name in names:
        if _exists(name):
            return name
    raise Unavailable(
        f"There is no account {' or '.join(names)} for nginx's workers.",
        code="proxy_user_missing",
        hint="Set ZIPP_NGINX_USER to an account of this machine.",
    )


def group_of(account: str) -> int:
    return pwd.getpwnam(account).pw_gid


def check_readable(folder: Path, account: str) -> None:
    """Raise Unavailable `proxy_data_unreadable` unless `account` may pass through every folder down to `folder`."""
    entry = pwd.getpwnam(account)
    groups = {entry.pw_gid, *os.getgrouplist(account, entry.pw_gid)}
    for step in (*reversed(folder.parents), folder):
        if not _may_pass(step.stat(), entry.pw_uid, groups):
            raise Unavailable(
                f"nginx's workers run as {account}, who may not enter the data folder.",
                code="proxy_data_unreadable",
                hint=f"Let others in with `chmod o+x {step}`, or set ZIPP_DATA_DIR to a folder such as /var/lib/zipp, "
                "or ZIPP_NGINX_USER to an account that may.",
            )


def _may_pass(status: os.stat_result, uid: int, groups: set[int]) -> bool:
    if uid == 0:
        return True
    if status.st_uid == uid:
        return bool(status.st_mode & 0o100)
    return bool(status.st_mode & (0o010 if status.st_gid in groups else 0o001))


def _exists(account: str) -> bool:
    try:
        grp.getgrgid(pwd.getpwnam(account).pw_gid)
    except KeyError:
        return False
    return True
