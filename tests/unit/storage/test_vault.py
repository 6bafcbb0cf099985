from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from zipp.domain.errors import InvalidInput, Unavailable
from zipp.settings import Settings
from zipp.storage.vault import Vault

VALUES = {"API_KEY": "s3cret", "EMPTY": "", "UNICODE": "schlüssel 🔑", "LINES": "a\nb"}


def a_key() -> str:
    return Fernet.generate_key().decode()


def with_key(key: str) -> Vault:
    return Vault.open(Settings(data_dir=Path("/nowhere"), secret_key=key))  # type: ignore[arg-type]


def test_sealed_values_come_back_and_cannot_be_read(tmp_path: Path) -> None:
    vault = Vault.open(Settings(data_dir=tmp_path))
    sealed = vault.seal(VALUES)
    assert "s3cret" not in sealed
    assert vault.unseal(sealed) == VALUES
    assert vault.unseal_text(vault.seal_text("ghp_token")) == "ghp_token"
    assert vault.seal(VALUES) != sealed, "equal values must not look equal"


def test_what_was_never_sealed_is_empty(tmp_path: Path) -> None:
    vault = Vault.open(Settings(data_dir=tmp_path))
    assert vault.unseal("") == {}
    assert vault.unseal_text("") == ""


def test_key_file_is_made_once_for_the_owner_alone_and_kept(tmp_path: Path) -> None:
    sealed = Vault.open(Settings(data_dir=tmp_path / "data")).seal(VALUES)
    file = tmp_path / "data" / "secret.key"
    made = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Vault.open(Settings(data_dir=tmp_path / "data")).unseal(sealed) == VALUES
    assert file.read_bytes() == made
    assert list((tmp_path / "data").iterdir()) == [file]


def test_lazy_vault_makes_its_key_when_it_is_needed(tmp_path: Path) -> None:
    vault = Vault.lazy(Settings(data_dir=tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert vault.unseal(vault.seal(VALUES)) == VALUES
    assert (tmp_path / "secret.key").exists()


def test_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(20) as pool:
        vaults = list(pool.map(lambda _: Vault.open(Settings(data_dir=tmp_path)), range(20)))
    sealed = vaults[0].seal(VALUES)
    assert all(vault.unseal(sealed) == VALUES for vault in vaults)


def test_key_of_the_settings_is_used_and_no_file_made(tmp_path: Path) -> None:
    key = a_key()
    sealed = Vault.open(Settings(data_dir=tmp_path, secret_key=key)).seal(VALUES)  # type: ignore[arg-type]
    assert with_key(key).unseal(sealed) == VALUES
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [lambda s: s[:-6], lambda s: "A" + s[1:], lambda _: "x", lambda _: "ä"])
def test_damaged_text_is_told_as_such(damage: object) -> None:
    vault = with_key(a_key())
    with pytest.raises(Unavailable) as caught:
        vault.unseal(damage(vault.seal(VALUES)))  # type: ignore[operator]
    assert caught.value.code == "secret_key_wrong"


def test_wrong_key_is_told_with_what_to_do_and_reveals_nothing() -> None:
    sealed = with_key(a_key()).seal(VALUES)
    with pytest.raises(Unavailable) as caught:
        with_key(a_key()).unseal(sealed)
    assert caught.value.code == "secret_key_wrong"
    assert "ZIPP_SECRET_KEY" in caught.value.hint
    assert sealed not in caught.value.message


def test_key_is_changed_by_putting_the_new_one_in_front() -> None:
    old, new = a_key(), a_key()
    sealed_before = with_key(old).seal(VALUES)
    both = with_key(f"{new}, {old}")
    assert both.unseal(sealed_before) == VALUES
    assert with_key(new).unseal(both.seal(VALUES)) == VALUES


@pytest.mark.parametrize("key", ["short", "x" * 44, "ä" * 44, " ", ","])
def test_unusable_key_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        with_key(key)
    assert caught.value.code == "secret_key_invalid"
    assert "ZIPP_SECRET_KEY" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"half a key"])
def test_damaged_key_file_is_refused_and_never_overwritten(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        Vault.open(Settings(data_dir=tmp_path))
    assert caught.value.code == "secret_key_invalid"
    assert file.read_bytes() == content


def test_key_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret.key").mkdir()
    with pytest.raises(Unavailable) as caught:
        Vault.open(Settings(data_dir=tmp_path))
    assert caught.value.code == "secret_key_unreadable"
