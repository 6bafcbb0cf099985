"""What zipp/php runs: nginx for files, php-fpm for scripts, and the program that keeps the two together."""

from __future__ import annotations

# Both write to /tmp only: the root file system is read-only. bash, because sh can't wait for whichever ends first.
SERVE = """\
#!/bin/bash
# Serves $DOCUMENT_ROOT, a folder inside /app, on $PORT. Ends when nginx or php-fpm does.
set -euo pipefail
fail() { echo "serve-php: $1" >&2; exit 64; }

if [ "$(id -u)" = 0 ]; then
    exec setpriv --reuid=www-data --regid=www-data --clear-groups "$0"
fi
case "$PORT" in ''|*[!0-9]*) fail "PORT is not a number: $PORT" ;; esac
root=$(realpath -e -- "/app/${DOCUMENT_ROOT:-.}") || fail "DOCUMENT_ROOT is no folder of the project: $DOCUMENT_ROOT"
[ -d "$root" ] || fail "DOCUMENT_ROOT is no folder: $DOCUMENT_ROOT"
case "$root/" in /app/*) ;; *) fail "DOCUMENT_ROOT leads out of the project: $DOCUMENT_ROOT" ;; esac
case "$root" in *[!A-Za-z0-9/._\\ @+-]*) fail "DOCUMENT_ROOT has a character that can't be served: $root" ;; esac

sed -e "s|@PORT@|$PORT|; s|@ROOT@|$root|" /etc/zipp/nginx.conf > /tmp/nginx.conf
cp /etc/zipp/php-fpm.conf /tmp/php-fpm.conf

php-fpm --nodaemonize --fpm-config /tmp/php-fpm.conf & fpm=$!
for _ in $(seq 100); do [ -S /tmp/php-fpm.sock ] && break; kill -0 $fpm 2>/dev/null || break; sleep 0.05; done
nginx -e stderr -c /tmp/nginx.conf & nginx=$!

# QUIT lets both finish the requests that they have.
stopping=
stop() { stopping=1; kill -QUIT $nginx $fpm 2>/dev/null || true; }
trap stop TERM INT QUIT
status=0
wait -n || status=$?
if [ -z "$stopping" ]; then
    echo "serve-php: nginx or php-fpm ended" >&2
    [ $status -ne 0 ] || status=1
    stop
else
    status=0
fi
wait || true
exit $status
"""

FPM_CONF = """\
[global]
error_log = /proc/self/fd/2
log_level = warning
log_limit = 8192
daemonize = no

[www]
listen = /tmp/php-fpm.sock
pm = ondemand
pm.max_children = 8
pm.process_idle_timeout = 60s
pm.max_requests = 1000
clear_env = no
catch_workers_output = yes
decorate_workers_output = no
php_value[error_log] = /proc/self/fd/2
php_value[log_errors] = on
php_value[display_errors] = off
php_value[session.save_path] = /tmp
php_value[upload_tmp_dir] = /tmp
php_value[upload_max_filesize] = 64M
php_value[post_max_size] = 100M
"""

# An address without a file goes to index.php, as with PHP's own little server, unless it ends like a file's name.
# Files that describe the project, and programs of its dependencies, are nobody's to ask for.
NGINX_CONF = """\
daemon off;
pid /tmp/nginx.pid;
worker_processes 1;
error_log stderr warn;
events { worker_connections 1024; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    charset utf-8;
    access_log off;
    server_tokens off;
    absolute_redirect off;
    sendfile on;
    tcp_nopush on;
    client_max_body_size 100m;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    gzip on;
    gzip_vary on;
    gzip_min_length 1024;
    gzip_types text/css text/plain text/xml application/javascript application/json application/xml image/svg+xml;
    map $uri $zipp_front {
        "~\\.[A-Za-z0-9]{1,10}$" /.zipp-none;
        default /index.php;
    }
    map $http_x_forwarded_proto $zipp_https {
        https on;
        default "";
    }
    server {
        listen @PORT@ default_server;
        root "@ROOT@";
        index index.php index.html index.htm;
        location / { try_files $uri $uri/ @front; }
        location @front {
            if (!-f $document_root$zipp_front) { return 404; }
            rewrite ^ /index.php last;
        }
        location ~ /\\.(?!well-known/) { return 404; }
        location ~ ^/(?:composer\\.(?:json|lock)|zipp\\.toml|Procfile|Dockerfile)$ { return 404; }
        location ~ ^/vendor/.*\\.php { return 404; }
        location ~ ^(?<script>.+?\\.php)(?<path>/.*)?$ {
            if (!-f $document_root$script) { return 404; }
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME $document_root$script;
            fastcgi_param SCRIPT_NAME $script;
            fastcgi_param PATH_INFO $path;
            fastcgi_param HTTPS $zipp_https if_not_empty;
            fastcgi_param HTTP_PROXY "";
            fastcgi_param SERVER_NAME $host;
            fastcgi_read_timeout 300s;
            fastcgi_pass unix:/tmp/php-fpm.sock;
        }
    }
}
"""
