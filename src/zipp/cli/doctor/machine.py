"""Programs, disk, folders and ports."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
from pathlib import Path

from zipp.cli.background import running_pid
from zipp.cli.doctor.finding import Finding
from zipp.settings import GIB, Settings

SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # often not on an ordinary user's PATH
FAIL_BYTES, WARN_BYTES = 1 * GIB, 5 * GIB
SECRETS = ("secret.key", "operator.json")
_VERSION_SECONDS = 10


def check_nginx(settings: Settings) -> Finding:
    program = find(settings.nginx_binary)
    if program is None:
        return Finding(
            "nginx", "fail", f"There is no program {settings.nginx_binary!r}.", "apt-get install nginx-light"
        )
    return Finding("nginx", "ok", version_of(program, "-v").removeprefix("nginx version: "))


def check_git(_: Settings) -> Finding:
    program = find("git")
    if program is None:
        return Finding("git", "warn", "There is no git: Git URLs can't be deployed.", "apt-get install git")
    return Finding("git", "ok", version_of(program, "--version").removeprefix("git version "))


def check_disk(settings: Settings) -> Finding:
    folder = _existing(settings.data_dir)
    free = shutil.disk_usage(folder).free
    detail = f"{free / GIB:.1f} GiB free at {folder}"
    mend = "Remove old deployments (zipp ls, zipp rm), or move ZIPP_DATA_DIR to a larger disk."
    if free < FAIL_BYTES:
        return Finding("disk", "fail", detail, mend)
    return Finding("disk", "warn", detail, mend) if free < WARN_BYTES else Finding("disk", "ok", detail)


def check_data_dir(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.exists():
        parent = _existing(folder)
        if os.access(parent, os.W_OK):
            return Finding("data folder", "ok", f"{folder} will be made at the first start")
        return Finding("data folder", "fail", f"{folder} can't be made.", "Set ZIPP_DATA_DIR to a folder of yours.")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("data folder", "fail", f"{folder} can't be written.", f"chown -R {os.getuid()} {folder}")
    for path in (folder, *(folder / name for name in SECRETS)):
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0
        too_open = mode & (0o022 if path == folder else 0o077)
        if too_open:
            return Finding("data folder", "fail", f"Others may use {path} (mode {mode:o}).", f"chmod go-rw {path}")
    return Finding("data folder", "ok", str(folder))


def check_ports(settings: Settings) -> list[Finding]:
    ours = running_pid(settings) is not None
    return [
        _port("API port", "ZIPP_PORT", settings.host, settings.port, ours=ours),
        _port("sites' port", "ZIPP_HTTP_PORT", settings.http_host, settings.http_port, ours=_nginx_runs(settings)),
    ]


def find(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path=SYSTEM_FOLDERS)


def version_of(program: str, option: str) -> str:
    answer = subprocess.run([program, option], capture_output=True, text=True, timeout=_VERSION_SECONDS, check=False)
    return (answer.stdout or answer.stderr).strip().splitlines()[0]


def _port(name: str, variable: str, host: str, port: int, *, ours: bool) -> Finding:
    if ours:
        return Finding(name, "ok", f"{port}, in use by Zipp")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        mend = f"`ss -ltnp` names the program that holds it; or set {variable} to another port."
        return Finding(name, "fail", f"{port} can't be had: {error.strerror}.", mend)
    return Finding(name, "ok", f"{port}, free")


def _nginx_runs(settings: Settings) -> bool:
    from zipp.proxy.layout import Layout
    from zipp.proxy.process import NginxProcess

    return NginxProcess(settings.nginx_binary, Layout.of(settings)).master() is not None


def _existing(path: Path) -> Path:
    """The nearest folder that is there."""
    return path if path.is_dir() else _existing(path.parent)
