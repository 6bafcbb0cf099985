"""How git is held, as values."""

from __future__ import annotations

import base64
import shlex
from pathlib import Path

import pytest

from zipp.settings import Settings
from zipp.sources.git_failures import explained
from zipp.sources.git_options import configuration, environment, ssh_command
from zipp.sources.git_process import GitFailed
from zipp.sources.git_url import check_url

SETTINGS = Settings(data_dir=Path("/data"), git_ssh_key=Path("/keys/the key"))


def test_git_is_held_to_the_checked_addresses() -> None:
    config = configuration(check_url("https://code.example/x", SETTINGS), ("8.8.8.8", "2606:4700::1"), None)

    assert config["http.curloptResolve"] == "code.example:443:8.8.8.8,[2606:4700::1]"
    assert config["http.followRedirects"] == "false"
    assert config["protocol.allow"] == "never"
    assert [key for key, value in config.items() if key.startswith("protocol.") and value == "always"] == [
        "protocol.https.allow"
    ]
    assert config["credential.helper"] == ""
    assert "http.extraHeader" not in config


@pytest.mark.parametrize(
    ("url", "token", "credentials"),
    [
        ("https://github.com/a/b", "ghp_1", "x-access-token:ghp_1"),
        ("https://bitbucket.org/a/b", "ATCTT1", "x-token-auth:ATCTT1"),
        ("https://gitlab.com/a/b", "deploy-user:gldt-1", "deploy-user:gldt-1"),
    ],
)
def test_a_token_goes_into_a_header(url: str, token: str, credentials: str) -> None:
    config = configuration(check_url(url, SETTINGS), ("8.8.8.8",), token)

    scheme, _, encoded = config["http.extraHeader"].removeprefix("Authorization: ").partition(" ")
    assert (scheme, base64.b64decode(encoded).decode()) == ("Basic", credentials)


def test_a_token_is_not_for_ssh() -> None:
    config = configuration(check_url("git@code.example:x.git", SETTINGS), ("8.8.8.8",), "s3cret")

    assert not [key for key in config if key.startswith("http.")]


def test_nothing_of_the_platforms_environment_reaches_git_but_trust_and_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ZIPP_SECRET_KEY", "GIT_TEMPLATE_DIR", "GIT_DIR", "SSH_AUTH_SOCK", "LD_PRELOAD", "GIT_TRACE_CURL"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("GIT_SSL_CAINFO", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/ca.pem")
    monkeypatch.setenv("https_proxy", "http://proxy:3128")

    env = environment({"a.b": "c"}, Path("/home"), None)

    assert env["https_proxy"] == "http://proxy:3128"
    assert env["GIT_SSL_CAINFO"] == "/ca.pem"
    assert (env["GIT_CONFIG_COUNT"], env["GIT_CONFIG_KEY_0"], env["GIT_CONFIG_VALUE_0"]) == ("1", "a.b", "c")
    assert not {"ZIPP_SECRET_KEY", "GIT_TEMPLATE_DIR", "GIT_DIR", "SSH_AUTH_SOCK", "LD_PRELOAD"} & env.keys()


def test_ssh_is_held_to_the_checked_address_and_the_operators_key() -> None:
    command = ssh_command(check_url("git@code.example:x.git", SETTINGS), ("8.8.8.8",), SETTINGS)

    assert command is not None
    words = shlex.split(command)
    assert words[:5] == ["ssh", "-F", "/dev/null", "-i", "/keys/the key"]
    assert {"HostName=8.8.8.8", "HostKeyAlias=code.example", "BatchMode=yes"} <= set(words)


def test_https_gets_no_ssh_command() -> None:
    assert ssh_command(check_url("https://code.example/x", SETTINGS), ("8.8.8.8",), SETTINGS) is None


@pytest.mark.parametrize(
    ("stderr", "code"),
    [
        ("git@code.example: Permission denied (publickey).\nfatal: Could not read from", "git_auth_required"),
        ("fatal: unable to access 'x': server certificate verification failed.", "git_network"),
        ("fatal: Out of memory, malloc failed (tried to allocate 1 bytes)", "git_too_large"),
        ("remote: couldn't find remote ref, says the other side\nfatal: something else", "git_failed"),
        ("", "git_failed"),
    ],
)
def test_git_is_understood_and_the_other_side_is_not_believed(stderr: str, code: str) -> None:
    assert explained(GitFailed(128, stderr)).code == code
