"""What a base image is made of: pure text, so that its digest tells whether an image is still the one described."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

# Each tool has its own name for the same file.
CA_ENV = dict.fromkeys(("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "PIP_CERT", "REQUESTS_CA_BUNDLE"), CA_BUNDLE)

# Who installs, builds and runs in people's stages, and where. Made once here, it costs their builds no step; no account
# of the host has the number.
UID = 10001
ACCOUNT = (
    f"{{ getent passwd {UID} >/dev/null || useradd --uid {UID} --user-group --no-create-home --home-dir /tmp zipp; }}"
    f" && mkdir -p /app && chown {UID}:{UID} /app"
)

# What people can look up elsewhere, as Debian's own slim images leave it out.
DPKG_SLIM = "path-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\npath-exclude=/usr/share/info/*\n"


@dataclass(frozen=True, slots=True)
class Recipe:
    """`parents` are the base images that `dockerfile` names. `files` are texts in its context by name, `npm` packages
    that are put there as <name>.tgz.

    Without parents it is a root: the image `official` of a registry where one gives it, otherwise the Debian release
    `suite` out of its archive, unless it `needs_registry`. Its `dockerfile` has no FROM and may be empty.
    """

    name: str
    dockerfile: str = ""
    parents: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    npm: Mapping[str, str] = field(default_factory=dict)
    suite: str = ""
    official: str = ""
    needs_registry: bool = False

    def digest(self, *beneath: str) -> str:
        """`beneath` are the parents' digests, or what a root takes from the host and its settings."""
        content = [self.name, self.dockerfile, self.suite, self.official, dict(self.files), dict(self.npm), beneath]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def apt(*packages: str) -> str:
    """A shell command that leaves nothing of apt's own behind."""
    return (
        "apt-get -q update"
        f" && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends {' '.join(packages)}"
        " && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/apt /var/log/dpkg.log"
    )
