"""Where sign-ins are kept: ~/.config/zipp/config.json, readable by its owner only; one credential per platform."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import typer

from zipp.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Login:
    """`token_id` names the API token that `zipp login` made; None of one that was given to it, and of a session."""

    token: str
    email: str = ""
    token_id: str | None = None


@dataclass(frozen=True, slots=True)
class Logins:
    """`current` is the platform that verbs talk to when no other is named."""

    current: str | None = None
    platforms: Mapping[str, Login] = field(default_factory=dict)

    def with_login(self, url: str, login: Login) -> Logins:
        return replace(self, current=url, platforms={**self.platforms, url: login})

    def without(self, url: str) -> Logins:
        rest = {key: login for key, login in self.platforms.items() if key != url}
        return replace(self, current=None if self.current == url else self.current, platforms=rest)


def login_file() -> Path:
    return Path(typer.get_app_dir("zipp")) / "config.json"


def read_logins(file: Path | None = None) -> Logins:
    """Empty where there is no file. Raises InvalidInput `login_file_unreadable`."""
    file = file or login_file()
    try:
        content = json.loads(file.read_text())
        platforms = {url: Login(**login) for url, login in content["platforms"].items()}
        return Logins(content.get("current"), platforms)
    except FileNotFoundError:
        return Logins()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{file} can't be read as a list of sign-ins.",
            code="login_file_unreadable",
            hint="Remove it and sign in again: zipp login",
        ) from error


def write_logins(logins: Logins, file: Path | None = None) -> None:
    """Atomic; never for a moment readable by others."""
    file = file or login_file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = {
        "current": logins.current,
        "platforms": {url: _known(login) for url, login in logins.platforms.items()},
    }
    descriptor, temporary = tempfile.mkstemp(dir=file.parent)  # mode 0600
    with os.fdopen(descriptor, "w") as out:
        json.dump(content, out, indent=2)
    os.replace(temporary, file)


def _known(login: Login) -> dict[str, str]:
    return {name: value for name, value in asdict(login).items() if value is not None}
