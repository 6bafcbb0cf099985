#!/bin/sh
# Cloud Run sets PORT; ZIPP_URL is set by whoever deploys. Both are put into nginx's configuration, so both are checked.
set -eu

case $PORT in
"" | *[!0-9]*) echo "error: PORT is no number: $PORT" >&2 && exit 1 ;;
esac
printf '%s' "${ZIPP_URL:-}" | grep -Eqx 'https?://[A-Za-z0-9.-]+(:[0-9]+)?' || {
    echo "error: ZIPP_URL must be http(s)://host[:port] of the Zipp server, without a path." >&2
    exit 1
}
sed -e "s#@PORT@#$PORT#" -e "s#@ZIPP_URL@#$ZIPP_URL#" /etc/zipp-api-proxy/nginx.conf.template >/tmp/nginx.conf
exec nginx -c /tmp/nginx.conf -e stderr
