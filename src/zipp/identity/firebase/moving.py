"""Accounts that were made elsewhere: `zipp migrate` brings the records, and they need a way to sign in here."""

from __future__ import annotations

from collections.abc import Sequence

from zipp.domain.errors import Conflict, Unavailable
from zipp.domain.user import User
from zipp.firebase.failures import AUTH
from zipp.identity.addresses import normal_email
from zipp.identity.firebase.google import Account
from zipp.identity.firebase.part import FirebasePart

_AT_ONCE = 500  # of the 1,000 that accounts:batchCreate takes


class Adoption(FirebasePart):
    async def adopt(self, users: Sequence[User]) -> Sequence[User]:
        """With the same uid, address, name and role. Their passwords stay behind: Firebase can't check Argon2."""
        complete = [user for user in users if user.email is not None]  # the first account may wait for its set-up link
        there = {account.uid: account for account in await self._google.accounts(uids=[user.uid for user in complete])}
        new = [user for user in complete if user.uid not in there]
        await self._require_free(new)
        for start in range(0, len(new), _AT_ONCE):
            await self._import(new[start : start + _AT_ONCE])
        for user in complete:
            if user.uid in there:
                await self._bring_up_to_date(user, there[user.uid])
        return [user for user in complete if user.uid not in there or not there[user.uid].ways]

    async def _require_free(self, users: Sequence[User]) -> None:
        """An import would make a second account of the same address: Firebase does not look (batchCreate)."""
        emails = [user.email for user in users if user.email is not None]
        taken = {normal_email(account.email or "") for account in await self._google.accounts(emails=emails)}
        taken &= set(emails)
        if taken:
            raise Conflict(
                f"Firebase has other accounts with these addresses: {', '.join(sorted(map(str, taken))[:10])}.",
                code="email_taken",
                hint="Delete them in the Firebase console (Authentication, Users), then go on.",
            )

    async def _import(self, users: Sequence[User]) -> None:
        reasons = await self._google.import_accounts([_account_of(user) for user in users])
        if reasons:
            raise Unavailable(
                f"Firebase did not take {len(reasons)} accounts: {reasons[0][:200]}.",
                code=f"{AUTH.code}_import",
                hint="Go on once that is mended: what was taken stays.",
            )

    async def _bring_up_to_date(self, user: User, account: Account) -> None:
        """The address is left alone: Firebase knows whether it is theirs, and the record follows it."""
        claims, name = {**account.claims, **user.token_claims}, user.name or account.name
        if (account.disabled, account.claims, account.name) != (user.disabled, claims, name):
            told = {"display_name": name} if name else {}
            await self._google.update(user.uid, disabled=user.disabled, custom_claims=claims, **told)


def _account_of(user: User) -> Account:
    """Nobody has proved here that the address is theirs: it is unverified."""
    return Account(
        uid=user.uid,
        email=user.email,
        email_verified=False,
        name=user.name,
        disabled=user.disabled,
        valid_from=0,
        claims=user.token_claims,
    )
