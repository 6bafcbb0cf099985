# Sourced by the scripts beside it: where they are, how they print, how they become root, which Python and uv.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" # where Debian keeps nginx, dockerd and debootstrap

# uv and pip bring certificates of their own; a company's network needs the machine's.
if [ -z "${SSL_CERT_FILE:-}" ] && [ -r /etc/ssl/certs/ca-certificates.crt ]; then
    export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
fi

UV_VERSION=0.13.9
STEP_LOG=$(mktemp)
STEP=""

have() { command -v "$1" >/dev/null 2>&1; }

die() { # die "A sentence." "What to do next."
    [ -z "$STEP" ] || echo
    STEP=""
    printf 'error: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  %s\n' "$2" >&2
    exit 1
}

# One plain line with the time it took; what the command printed is shown only when it fails.
step() {
    STEP=$1
    shift
    local began=${EPOCHREALTIME/[.,]/}
    printf '  %-52s' "$STEP"
    "$@" >"$STEP_LOG" 2>&1 </dev/null
    local took=$((${EPOCHREALTIME/[.,]/} - began))
    printf '%4d.%d s\n' $((took / 1000000)) $((took / 100000 % 10))
    STEP=""
}

finish() {
    local code=$?
    if [ -n "$STEP" ]; then
        echo ' failed'
        tail -n 60 "$STEP_LOG" >&2
        printf 'error: this step failed: %s\n' "$STEP" >&2
    fi
    rm -f "$STEP_LOG"
    exit "$code"
}
trap finish EXIT

may_be_root() { [ "$(id -u)" = 0 ] || have sudo; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 2 ]; then
        sudo "$@" # asks on the terminal
    else
        sudo -n "$@"
    fi
}

# The first Python that is new enough: prints its path.
find_python() {
    local name
    for name in python3 python3.11 python3.12 python3.13 python3.14; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$name" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    die "Python 3.11 or later is needed and none was found." "Debian 12 has it: apt-get install python3"
}

PYTHON=$(find_python)

# uv from PATH, else a pinned one in .tools: prints its path.
find_uv() {
    if have uv; then
        command -v uv
    else
        printf '%s\n' "$PWD/.tools/uv-$UV_VERSION/bin/uv"
    fi
}

install_uv() {
    local venv=.tools/uv-$UV_VERSION
    rm -rf "$venv"
    "$PYTHON" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet "uv==$UV_VERSION"
}

ensure_uv() {
    [ -x "$(find_uv)" ] || step "uv $UV_VERSION into .tools" install_uv
}
