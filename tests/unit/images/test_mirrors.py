from __future__ import annotations

import pytest
from pydantic import ValidationError

from zipp.engine.client import Engine
from zipp.images.mirrors import env_instruction, environment, security_list, sources_list
from zipp.images.roots import Roots
from zipp.settings import Settings

INDEX = "https://packages.example/simple"


def test_without_a_setting_no_tool_is_told_where_to_look() -> None:
    assert not [name for name, value in environment(Settings()).items() if "://" in value]


def test_each_tool_hears_of_its_mirror_by_the_name_that_it_reads() -> None:
    found = environment(Settings(npm_registry="https://npm.example/all/", pypi_index=INDEX))

    assert found["npm_config_registry"] == found["YARN_NPM_REGISTRY_SERVER"] == "https://npm.example/all/"
    assert found["PIP_INDEX_URL"] == found["UV_DEFAULT_INDEX"] == INDEX
    assert "PIP_TRUSTED_HOST" not in found


def test_an_index_without_tls_is_trusted_by_its_name() -> None:
    found = environment(Settings(pypi_index="http://packages.example:3141/simple"))

    assert found["PIP_TRUSTED_HOST"] == found["UV_INSECURE_HOST"] == "packages.example:3141"


@pytest.mark.parametrize("setting", ["npm_registry", "pypi_index", "apt_mirror"])
@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://name:secret@packages.example/", id="a password, that every site could read"),
        pytest.param("https://packages.example/ RUN true", id="a space"),
        pytest.param("https://packages.example/\nRUN true", id="a line end"),
        pytest.param("https://packages.example/$HOME", id="a variable"),
        pytest.param('https://packages.example/"', id="a quote"),
        pytest.param("file:///etc", id="no web address"),
    ],
)
def test_address_that_could_be_more_than_an_address_is_refused(setting: str, address: str) -> None:
    with pytest.raises(ValidationError):
        Settings(**{setting: address})


@pytest.mark.parametrize(
    "registry", ["https://registry.example", "registry.example/a b", "Registry.example", "-x", "a//b"]
)
def test_registry_that_is_no_image_name_is_refused(registry: str) -> None:
    with pytest.raises(ValidationError):
        Settings(base_registry=registry)


def test_an_apt_mirror_is_named_with_its_security_updates_beside_it() -> None:
    assert sources_list("http://apt.example/debian/", "trixie") == "deb http://apt.example/debian trixie main\n"
    assert security_list("http://apt.example/debian/", "trixie") == (
        "deb http://apt.example/debian-security trixie-security main\n"
    )


def test_environment_becomes_one_instruction() -> None:
    assert env_instruction({"A": "1", "B": "2"}) == "ENV A=1 B=2"


@pytest.mark.parametrize(
    "settings",
    [
        {"npm_registry": "https://npm.example/"},
        {"pypi_index": INDEX},
        {"apt_mirror": "http://apt.example/debian"},
        {"base_registry": "registry.example:5000/library"},
    ],
)
def test_another_mirror_makes_another_base(settings: dict[str, str]) -> None:
    def beneath(**settings: str) -> str:
        return Roots(Settings(**settings), Engine("unix:///nothing")).beneath()

    assert beneath(**settings) != beneath()
    assert beneath(base_registry="none") == beneath()
