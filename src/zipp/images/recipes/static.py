"""nginx for a folder of files that is mounted read-only at /srv/site."""

from __future__ import annotations

from zipp.images.recipes.debian import BOOKWORM, debian
from zipp.images.recipes.recipe import Recipe, apt

STATIC = "zipp/static:1"

_BASE = debian(BOOKWORM)


def static_recipe() -> Recipe:
    return Recipe(
        STATIC,
        f"FROM {_BASE}\n"
        f"RUN {apt('nginx-light')} && mkdir -p /srv/site\n"
        "COPY nginx.conf /etc/zipp/nginx.conf\n"
        "COPY serve /usr/local/bin/serve\n"
        "RUN chmod 755 /usr/local/bin/serve\n"
        "USER www-data\n"
        "ENV PORT=8080\n"
        'CMD ["serve"]\n',
        parents=(_BASE,),
        files={"nginx.conf": _NGINX, "serve": _SERVE},
    )


_SERVE = """\
#!/bin/sh
# The root file system is read-only and the user has no rights: everything that nginx writes goes to /tmp.
set -eu
case "$PORT" in ''|*[!0-9]*) echo "PORT is not a number: $PORT" >&2; exit 64 ;; esac
sed "s/@PORT@/$PORT/" /etc/zipp/nginx.conf > /tmp/nginx.conf
exec nginx -e stderr -c /tmp/nginx.conf
"""

# A release of a single-page app has a fallback page, for addresses without a file; a missing script is missing.
_NGINX = """\
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
    map $uri $zipp_fallback {
        "~\\.[A-Za-z0-9]{1,10}$" /.zipp-none;
        default /.zipp-fallback.html;
    }
    server {
        listen @PORT@ default_server;
        root /srv/site;
        index index.html index.htm;
        error_page 404 /404.html;
        location / { try_files $uri $uri/ $uri.html $zipp_fallback =404; }
        location ~ /\\.(?!well-known/) { return 404; }
    }
}
"""
