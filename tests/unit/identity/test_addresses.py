from __future__ import annotations

import pytest

from zipp.domain.errors import InvalidInput
from zipp.identity.addresses import check_email, check_name


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("anna@example.com", "anna@example.com"),
        (" Anna@EXAMPLE.com\n", "anna@example.com"),
        ("anna+zipp@sub.example.co.uk", "anna+zipp@sub.example.co.uk"),
        ("o'hara.x_y@a-b.example", "o'hara.x_y@a-b.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_address_is_stored_trimmed_and_in_lower_case(given: str, stored: str) -> None:
    assert check_email(given) == stored


@pytest.mark.parametrize(
    "given",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@@example.com",
        "anna@example..com",
        "anna@-example.com",
        "anna@example.com.",
        "anna@exa mple.com",
        "anna bert@example.com",
        "anna@example.com\nBcc: x@example.com",
        "anna@example.com, bert@example.com",
        '"anna"@example.com',
        "anna@[127.0.0.1]",
        "änna@example.com",
        "anna@exämple.com",
        "\ud800@example.com",
        "anna\0@example.com",
        "a" * 65 + "@example.com",
        "a@" + ".".join(["b" * 60] * 5),
    ],
)
def test_what_is_no_address_is_refused_and_points_at_its_field(given: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_email(given)
    assert (caught.value.code, caught.value.pointer) == ("email_invalid", "/email")


@pytest.mark.parametrize("name", ["", "Anna", "Ännä Öhman", "安娜", "👩‍💻 dev", "x" * 100])
def test_name_may_be_anything_readable(name: str) -> None:
    assert check_name(f" {name} ") == name


@pytest.mark.parametrize("name", ["x" * 101, "a\nb", "a\0b", "a\x1b[31mb", "\ud800"])
def test_name_with_control_characters_or_too_long_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_name(name)
    assert caught.value.code == "name_invalid"
