"""How a person gets a session for this program: by the dashboard in their browser, or by a password of the platform's
own accounts."""

from __future__ import annotations

import re
import secrets
import socket
import sys
from urllib.parse import urlencode

import typer

from zipp.cli.answers import Session, SignInConfig
from zipp.cli.browser import can_open, open_in_background
from zipp.cli.callback import WAIT_SECONDS, token_in, wait_for_token
from zipp.cli.client import Client
from zipp.cli.exits import UsageMistake
from zipp.cli.output import err, say
from zipp.cli.pkce import Proof
from zipp.domain.errors import NotAuthenticated

_HOST_MAX = 60
_NOT_OF_A_HOST = re.compile(r"[^A-Za-z0-9._-]")


def this_host() -> str:
    """What people know this machine by, as far as it can stand in an address and a list."""
    return _NOT_OF_A_HOST.sub("", socket.gethostname())[:_HOST_MAX] or "a machine"


def with_password(client: Client, config: SignInConfig, email: str) -> Session:
    """Raises UsageMistake where accounts are Firebase's: their passwords are typed into its own page only."""
    if config["identity"] != "local":
        raise UsageMistake(
            "People sign in to this platform with Firebase, in the browser.",
            code="password_elsewhere",
            hint="Leave --email out: zipp login. Scripts and CI: zipp login --token TOKEN, or set ZIPP_TOKEN.",
        )
    return client.login(email, typer.prompt("Password", hide_input=True, err=True))


def with_page(client: Client, config: SignInConfig, *, browser: bool) -> Session:
    """Raises NotAuthenticated: setup_needed, sign_in_timeout, sign_in_abandoned, handover_invalid."""
    if config["needs_setup"]:
        raise NotAuthenticated(
            f"The first account of {client.url} waits to be set up.",
            code="setup_needed",
            hint="Open the link that `zipp up` prints on its machine, then run this again.",
        )
    proof = Proof.new()
    token = _by_callback(client.url, proof) if browser and can_open() else _by_hand(client.url, proof, config)
    return client.take_over(token, proof.verifier)


def _by_callback(platform: str, proof: Proof) -> str:
    state = secrets.token_urlsafe(24)

    def announce(port: int) -> None:
        page = _page(platform, proof, port=str(port), state=state)
        say(f"Allow it in your browser. Should none open, open this there:\n\n  {page}\n")
        say(f"Waiting for {WAIT_SECONDS / 60:.0f} minutes. Ctrl-C ends it; a browser on another machine takes: "
            "zipp login --no-browser", style="dim")  # fmt: skip
        open_in_background(page)

    return wait_for_token(state, announce=announce)


def _by_hand(platform: str, proof: Proof, config: SignInConfig) -> str:
    """Where the browser is elsewhere: people carry it over themselves."""
    say(f"Open this page in a browser, on any machine:\n\n  {_page(platform, proof)}\n")
    if config["identity"] == "local":
        say("With a password instead: zipp login --email YOU@EXAMPLE.COM", style="dim")
    say("In scripts and CI: zipp login --token TOKEN, or set ZIPP_TOKEN.", style="dim")
    try:
        token = token_in(typer.prompt("Paste the code that it shows", err=True))
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        err.print()
        raise NotAuthenticated(
            "No code was pasted.",
            code="sign_in_abandoned",
            hint="Where nobody can answer, use an API token: zipp login --token TOKEN, or set ZIPP_TOKEN.",
        ) from None
    if token is None:
        raise NotAuthenticated(
            "That is no code of the page.", code="handover_invalid", hint="Run it again, and paste all that it shows."
        )
    return token


def _page(platform: str, proof: Proof, **answer: str) -> str:
    """The dashboard's page; without a port in `answer` it shows the code."""
    return f"{platform}/cli?{urlencode({**answer, 'challenge': proof.challenge, 'name': this_host()})}"
