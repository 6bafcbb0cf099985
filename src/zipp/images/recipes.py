"""What the base images are made of: pure text, so that its digest tells whether an image is still the one described."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

DEBIAN = "zipp/debian:bookworm"
STATIC = "zipp/static:1"
CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

# Each tool has its own name for the same file.
CA_ENV = dict.fromkeys(("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "PIP_CERT", "REQUESTS_CA_BUNDLE"), CA_BUNDLE)

# What people can look up elsewhere, as Debian's own slim images leave it out.
DPKG_SLIM = "path-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\npath-exclude=/usr/share/info/*\n"


@dataclass(frozen=True, slots=True)
class Recipe:
    """`files` are texts in the build context by name; `npm` packages that are put there as <name>.tgz.

    Without `parent` it is bootstrapped from Debian's archive instead of built from `dockerfile`.
    """

    name: str
    parent: str | None
    dockerfile: str
    files: Mapping[str, str] = field(default_factory=dict)
    npm: Mapping[str, str] = field(default_factory=dict)

    def digest(self, beneath: str) -> str:
        """`beneath` is the parent's digest, or that of what a bootstrap takes from the host."""
        content = [self.name, self.dockerfile, dict(self.files), dict(self.npm), beneath]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _apt(*packages: str) -> str:
    return (
        "apt-get update"
        f" && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {' '.join(packages)}"
        " && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/apt /var/log/dpkg.log"
    )


def _debian() -> Recipe:
    return Recipe(DEBIAN, None, DPKG_SLIM + json.dumps(CA_ENV))


def _python() -> Recipe:
    packages = ("python3", "python3-venv", "python3-pip")
    return Recipe(
        "zipp/python:3.11",
        DEBIAN,
        f"FROM {DEBIAN}\n"
        f"RUN {_apt(*packages)} && ln -s python3 /usr/bin/python"
        " && pip install --break-system-packages --no-cache-dir --root-user-action ignore uv\n"
        "ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_LINK_MODE=copy\n",
    )


def _node(major: int, npm_major: int, machine: str) -> Recipe:
    """Node comes as the npm package that carries the binary: from the registry that sites' own packages come from."""
    return Recipe(
        f"zipp/node:{major}",
        DEBIAN,
        f"FROM {DEBIAN} AS unpacked\n"
        "ADD node.tgz /node/\n"
        "ADD npm.tgz /npm/\n"
        "RUN mkdir -p /out/bin /out/lib/node_modules"
        " && mv /node/package/bin/node /out/bin/ && mv /npm/package /out/lib/node_modules/npm"
        " && chmod -R go+rX /out && chown -R root:root /out && chmod 755 /out/bin/node"
        " && ln -s ../lib/node_modules/npm/bin/npm-cli.js /out/bin/npm"
        " && ln -s ../lib/node_modules/npm/bin/npx-cli.js /out/bin/npx"
        " && chmod 755 /out/lib/node_modules/npm/bin/*-cli.js\n"
        f"FROM {DEBIAN}\n"
        f"RUN {_apt('libstdc++6', 'libatomic1')}\n"
        "COPY --from=unpacked /out/ /usr/local/\n"
        "ENV npm_config_update_notifier=false npm_config_fund=false\n"
        "RUN node --version && npm --version\n",
        npm={"node": f"node-linux-{machine}@{major}", "npm": f"npm@{npm_major}"},
    )


def _static() -> Recipe:
    return Recipe(
        STATIC,
        DEBIAN,
        f"FROM {DEBIAN}\n"
        f"RUN {_apt('nginx-light')} && mkdir -p /srv/site\n"
        "COPY nginx.conf /etc/zipp/nginx.conf\n"
        "COPY serve /usr/local/bin/serve\n"
        "RUN chmod 755 /usr/local/bin/serve\n"
        "USER www-data\n"
        "ENV PORT=8080\n"
        'CMD ["serve"]\n',
        files={"nginx.conf": _STATIC_NGINX, "serve": _STATIC_SERVE},
    )


_STATIC_SERVE = """\
#!/bin/sh
# The root file system is read-only and the user has no rights: everything that nginx writes goes to /tmp.
set -eu
case "$PORT" in ''|*[!0-9]*) echo "PORT is not a number: $PORT" >&2; exit 64 ;; esac
sed "s/@PORT@/$PORT/" /etc/zipp/nginx.conf > /tmp/nginx.conf
exec nginx -e stderr -c /tmp/nginx.conf
"""

_STATIC_NGINX = """\
daemon off;
pid /tmp/nginx.pid;
worker_processes 1;
error_log stderr warn;
events { worker_connections 1024; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    charset utf-8;
    charset_types text/css text/plain text/xml application/javascript application/json image/svg+xml;
    access_log off;
    server_tokens off;
    absolute_redirect off;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    gzip on;
    gzip_vary on;
    gzip_min_length 1024;
    gzip_types text/css text/plain text/xml application/javascript application/json application/xml image/svg+xml;
    server {
        listen @PORT@ default_server;
        root /srv/site;
        index index.html index.htm;
        error_page 404 /404.html;
        location / { try_files $uri $uri/ $uri.html =404; }
        location ~ /\\.(?!well-known/) { return 404; }
    }
}
"""


def recipes(machine: str) -> Mapping[str, Recipe]:
    """By name; `machine` is the engine's architecture as Node calls it: x64 or arm64."""
    made = (
        _debian(),
        _python(),
        *(_node(major, npm, machine) for major, npm in ((18, 10), (20, 10), (22, 11), (24, 11))),
        _static(),
    )
    return {recipe.name: recipe for recipe in made}
