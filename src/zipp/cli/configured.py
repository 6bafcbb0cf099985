"""Settings for the verbs that need them: a value that can't be used is told in one line that names its variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipp.domain.errors import InvalidInput

if TYPE_CHECKING:
    from zipp.settings import Settings


def load_settings() -> Settings:
    """Raises InvalidInput `settings_invalid`."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from zipp.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        told = [f"ZIPP_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()]
        raise _invalid("; ".join(told)) from None
    except SettingsError as error:
        raise _invalid(str(error)) from None


def _invalid(told: str) -> InvalidInput:
    return InvalidInput(
        f"A setting can't be used. {told}",
        code="settings_invalid",
        hint="docs/reference/settings.md lists every variable.",
    )
