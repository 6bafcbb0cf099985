"""What the parts of LocalIdentity share."""

from __future__ import annotations

from zipp.domain.user import User
from zipp.identity.identity import Accounts, Grant
from zipp.identity.passwords import Passwords
from zipp.identity.shared.part import Part
from zipp.settings import Settings


class LocalPart(Part):
    def __init__(self, accounts: Accounts, settings: Settings, passwords: Passwords | None = None) -> None:
        super().__init__(accounts, settings)
        self._passwords = passwords or Passwords()

    async def _begin_session(self, user: User) -> Grant:
        return await self._grant(user, "session", seconds=self._settings.session_seconds)
