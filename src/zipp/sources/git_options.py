"""How git is held: its configuration and environment, as pure values.

Nothing of the platform's account reaches git (no system, user or repository configuration, no hooks, no helpers), and
everything goes in by the environment: a process list shows no token. Behind an https proxy it is the proxy that looks
names up, so there the proxy has to keep its clients out of private networks.
"""

from __future__ import annotations

import base64
import os
import shlex
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path

from zipp.settings import Settings
from zipp.sources.git_url import GitUrl

# What git keeps of the platform's environment: how to find programs, whom to trust, and the way out of the network.
_KEPT = (
    "PATH",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "https_proxy",
    "HTTPS_PROXY",
    "no_proxy",
    "NO_PROXY",
)
_MAX_PINNED = 8

# Whom a bare token belongs to. Most hosts take any name; Bitbucket wants its own.
_TOKEN_USER = "x-access-token"  # noqa: S105 - a user name
_TOKEN_USERS = {"bitbucket.org": "x-token-auth"}


def configuration(url: GitUrl, addresses: Sequence[str], token: str | None) -> dict[str, str]:
    config = {
        "core.hooksPath": os.devnull,
        "core.fsmonitor": "false",
        "core.protectHFS": "true",
        "core.protectNTFS": "true",
        "core.bigFileThreshold": "16m",  # larger files are streamed, not held in memory
        "credential.helper": "",
        "protocol.allow": "never",
        f"protocol.{url.scheme}.allow": "always",
        "transfer.fsckObjects": "true",
        # Faults of old tools that stand in well-known histories and harm nobody.
        "fetch.fsck.zeroPaddedFilemode": "ignore",
        "fetch.fsck.badTimezone": "ignore",
        "fetch.fsck.missingSpaceBeforeDate": "ignore",
        "fetch.unpackLimit": "1",
        "fetch.recurseSubmodules": "false",
        "submodule.recurse": "false",
        "gc.auto": "0",
        "maintenance.auto": "false",
        "advice.detachedHead": "false",
    }
    if url.is_http:
        config |= {"http.followRedirects": "false", "http.curloptResolve": _pin(url, addresses)}
        if token:
            config["http.extraHeader"] = f"Authorization: Basic {_basic(url, token)}"
    return {key: value for key, value in config.items() if value or key == "credential.helper"}


def _pin(url: GitUrl, addresses: Sequence[str]) -> str:
    """CURLOPT_RESOLVE: this host at this port is at these addresses and nowhere else (git 2.37)."""
    if _is_address(url.host):
        return ""
    found = ",".join(f"[{address}]" if ":" in address else address for address in addresses[:_MAX_PINNED])
    return f"{url.host}:{url.port}:{found}"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _basic(url: GitUrl, token: str) -> str:
    user = _TOKEN_USERS.get(url.host, _TOKEN_USER)
    credentials = token if ":" in token else f"{user}:{token}"
    return base64.b64encode(credentials.encode()).decode()


def environment(config: Mapping[str, str], home: Path, ssh_command: str | None) -> dict[str, str]:
    """The whole environment of a git process."""
    env = {name: os.environ[name] for name in _KEPT if os.environ.get(name)}
    if "SSL_CERT_FILE" in env:  # curl's library does not read it by itself
        env.setdefault("GIT_SSL_CAINFO", env["SSL_CERT_FILE"])
    env |= {
        "HOME": str(home),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "false",
        "SSH_ASKPASS": "false",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_CONFIG_COUNT": str(len(config)),
    }
    for number, (key, value) in enumerate(config.items()):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    if ssh_command is not None:
        env["GIT_SSH_COMMAND"] = ssh_command
        env["GIT_SSH_VARIANT"] = "ssh"
    return env


def ssh_command(url: GitUrl, addresses: Sequence[str], settings: Settings) -> str | None:
    """ssh with the operator's key, held to the checked address; a host's key is trusted at first sight, then kept.

    git wants one shell text here: it is made of the operator's settings and a checked address only.
    """
    if url.is_http or settings.git_ssh_key is None:
        return None
    options = {
        "BatchMode": "yes",
        "IdentitiesOnly": "yes",
        "StrictHostKeyChecking": "accept-new",
        "UserKnownHostsFile": str(settings.data_dir / "git_known_hosts"),
        "HostName": addresses[0],
        "HostKeyAlias": url.host,
        "ConnectTimeout": "15",
    }
    flags = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    return shlex.join(["ssh", "-F", os.devnull, "-i", str(settings.git_ssh_key), *flags])
