"""An nginx of one's own, as somebody would write it by hand: its own files, its own port."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from live import free_port, until

# What Debian's own nginx.conf says where it matters here, and nothing else; but wrk counts a connection that is closed
# after nginx's usual 1,000 requests as an error.
_NGINX = """\
{user}worker_processes auto;
pid {prefix}/nginx.pid;
error_log {prefix}/error.log;
events {{ worker_connections 1024; }}
http {{
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000;
    types_hash_max_size 2048;
    server_names_hash_bucket_size 128;
    include {types};
    default_type application/octet-stream;
    access_log {prefix}/access.log;
    gzip on;
    client_body_temp_path {prefix}/body;
    proxy_temp_path {prefix}/proxy;
    fastcgi_temp_path {prefix}/fastcgi;
    uwsgi_temp_path {prefix}/uwsgi;
    scgi_temp_path {prefix}/scgi;
    include {prefix}/sites/*.conf;
}}
"""
_PROXIED = """\
upstream {site} {{ server {address}; {keep} }}
server {{
    listen 127.0.0.1:{port};
    server_name {host};
    location / {{
        proxy_pass http://{site};
        proxy_set_header Host $host;{extra}
    }}
}}
"""
_KEPT_ALIVE = """
        proxy_http_version 1.1;
        proxy_set_header Connection "";"""
_FILES = """\
server {{
    listen 127.0.0.1:{port};
    server_name {host};
    root {folder};
    index index.html;
}}
"""
_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # often not on an ordinary user's PATH
_MIME_TYPES = ("/etc/nginx/mime.types", "/usr/local/etc/nginx/mime.types")


class HandNginx:
    """Started as this process's child; `folder` is its prefix and holds one file per site."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        (self.folder / "sites").mkdir(parents=True)
        user = "user www-data;\n" if os.geteuid() == 0 else ""
        types = next(path for path in _MIME_TYPES if Path(path).exists())
        self._conf.write_text(_NGINX.format(user=user, prefix=self.folder, types=types))
        self._process = subprocess.Popen([*self._argv, "-g", "daemon off;"], start_new_session=True)
        until(self._is_up, seconds=10, what="the hand-written nginx")

    def close(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)

    def reload(self) -> None:
        subprocess.run([*self._argv, "-s", "reload"], check=True, capture_output=True)

    def route(self, site: str, address: str, *, keep_alive: bool = False) -> None:
        """Write the site's file; in force from the next reload on."""
        keep, extra = ("keepalive 32;", _KEPT_ALIVE) if keep_alive else ("", "")
        self._write(site, _PROXIED, address=address, keep=keep, extra=extra)

    def serve_files(self, site: str, folder: Path) -> None:
        self._write(site, _FILES, folder=folder)

    def forget(self, site: str) -> None:
        self._file(site).unlink(missing_ok=True)

    def host(self, site: str) -> str:
        return f"{site}.hand.localhost"

    @property
    def _conf(self) -> Path:
        return self.folder / "nginx.conf"

    @property
    def _argv(self) -> list[str]:
        return [nginx_binary(), "-e", f"{self.folder}/error.log", "-p", str(self.folder), "-c", str(self._conf)]

    def _is_up(self) -> bool:
        pid_file = self.folder / "nginx.pid"
        return pid_file.exists() and bool(pid_file.read_text().strip())

    def _file(self, site: str) -> Path:
        return self.folder / "sites" / f"{site}.conf"

    def _write(self, site: str, template: str, **values: object) -> None:
        self._file(site).write_text(template.format(site=site, port=self.port, host=self.host(site), **values))


def nginx_binary() -> str:
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{_SYSTEM_FOLDERS}")
    if found is None:
        raise RuntimeError("nginx is missing: apt-get install nginx-light")
    return found
