"""Settings for the verbs that need them: a value that can't be used is told in one line that names its variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipp.domain.errors import InvalidInput

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from zipp.settings import Settings


def load_settings(**instead: object) -> Settings:
    """With `instead` in place of what the environment says. Raises InvalidInput `settings_invalid`."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from zipp.settings import Settings

    try:
        return Settings(**instead)  # type: ignore[arg-type]  # checked there
    except ValidationError as error:
        raise _invalid("; ".join(map(_told, error.errors()))) from None
    except SettingsError as error:
        raise _invalid(str(error)) from None


def _told(item: ErrorDetails) -> str:
    """With the variable's name; a fault of several together, which has no place, names them itself."""
    name = "_".join(str(part) for part in item["loc"]).upper()
    message = item["msg"].removeprefix("Value error, ")
    if not name:
        return message
    return f"{name}: {message}" if name.endswith("_EMULATOR_HOST") else f"ZIPP_{name}: {message}"


def _invalid(told: str) -> InvalidInput:
    return InvalidInput(
        f"A setting can't be used. {told}",
        code="settings_invalid",
        hint="docs/reference/settings.md lists every variable.",
    )
