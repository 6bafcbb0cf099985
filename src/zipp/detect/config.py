"""zipp.toml: what people decide themselves. Documented in docs/zipp-toml.md."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from zipp.detect.project import Project, relative
from zipp.domain.errors import DetectionError
from zipp.domain.plan import Serve, WantedLimits

FILE = "zipp.toml"
SIZE_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}

_SIZE = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,3}))? ?([kmgt]?)i?b?\Z", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
_VERSION = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,4}){0,2}\Z")
_MAX_COMMAND = 8_000  # a Dockerfile's line may have 65,535 bytes, and JSON writes some characters as six


def config_invalid(message: str, hint: str = "") -> DetectionError:
    return DetectionError(message, code="config_invalid", hint=hint or "docs/zipp-toml.md lists every key.")


def _size(value: object) -> object:
    """Bytes of "512MB", "1.5 GiB" or a plain number; a MB is 1024 x 1024 bytes here, as for Docker's --memory."""
    if not isinstance(value, str):
        return value
    match = _SIZE.match(value.strip())
    if match is None:
        raise ValueError('write a size such as "512MB" or "1.5GB"')
    whole, fraction, unit = match.groups()
    return int(float(f"{whole}.{fraction or 0}") * SIZE_UNITS[unit.lower()])


def _folder(value: str) -> str:
    path = relative(value)
    if path is None:
        raise ValueError("name a folder inside the project, such as 'site' or 'packages/web'")
    return path


def _command(value: str) -> str:
    if "\0" in value:
        raise ValueError("a command can't have a NUL character")
    return value.strip()


def _not_empty(value: str) -> str:
    if not value:
        raise ValueError("write the command that starts the site, or leave the key out")
    return value


def _version(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError('write the version in quotes, such as "22" or "3.13": 3.10 would be 3.1')
    if isinstance(value, str) and not _VERSION.match(value.strip()):
        raise ValueError('write a version such as "22" or "3.13"')
    return value.strip() if isinstance(value, str) else value


def _fallback(value: object) -> object:
    if isinstance(value, str):
        path = relative(value)
        if path in (None, ".") or not str(path).lower().endswith((".html", ".htm")):
            raise ValueError("name a page inside the output folder, such as 'index.html', or write false for none")
        return path
    if value is not False:
        raise ValueError("name a page inside the output folder, such as 'index.html', or write false for none")
    return ""


def _path(value: str) -> str:
    if not value.startswith("/") or not value.isascii() or any(char <= " " or char == "\x7f" for char in value):
        raise ValueError("write a path of the site such as '/health'")
    return value


def _environment(value: object) -> object:
    if not isinstance(value, dict):
        return value
    for name, content in value.items():
        if not _VARIABLE.match(name):
            raise ValueError(f"{name[:40]!r} is not a variable's name: use letters, digits and '_'")
        if name == "PORT":
            raise ValueError("PORT is set by Zipp: write `port = 3000` at the top level instead")
        if not isinstance(content, str | int | float):
            raise ValueError(f"{name} must be text, a number, true or false")
        if isinstance(content, str) and any(char in content for char in "\r\n\0"):
            raise ValueError(f"{name} has several lines: set it with the site's environment instead")
    return {
        name: str(content).lower() if isinstance(content, bool) else str(content) for name, content in value.items()
    }


Folder = Annotated[str, AfterValidator(_folder)]
Command = Annotated[str, Field(max_length=_MAX_COMMAND), AfterValidator(_command)]
Version = Annotated[str, BeforeValidator(_version)]


class ConfiguredLimits(BaseModel):
    """The table [limits]; what is left out stays as the site has it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    memory: Annotated[int, BeforeValidator(_size), Field(ge=16 * 1024**2, le=1024**4)] | None = None
    cpus: Annotated[float, Field(ge=0.05, le=256)] | None = None
    pids: Annotated[int, Field(ge=8, le=65536)] | None = None

    def limits(self) -> WantedLimits:
        return WantedLimits(memory_bytes=self.memory, cpus=self.cpus, pids=self.pids)


class Versions(BaseModel):
    """The table [versions]: which of a language's versions Zipp is to take."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    node: Version | None = None
    python: Version | None = None


class Config(BaseModel):
    """None means: not said. An empty command means: leave this step out; an empty fallback: none."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    root: Folder | None = None
    framework: (
        Literal["dockerfile", "python", "node", "php", "ruby", "go", "java", "hugo", "jekyll", "static"] | None
    ) = None
    serve: Annotated[Serve, Field(strict=False)] | None = None
    install: Command | None = None
    build: Command | None = None
    before_start: Command | None = None
    start: Annotated[Command, AfterValidator(_not_empty)] | None = None
    output: Folder | None = None
    fallback: Annotated[str, Field(max_length=500), BeforeValidator(_fallback)] | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    env: Annotated[dict[str, str], BeforeValidator(_environment)] | None = None
    health: Annotated[str, Field(max_length=500), AfterValidator(_path)] | None = None
    read_only: bool | None = None
    limits: ConfiguredLimits | None = None
    versions: Versions | None = None

    def given(self) -> frozenset[str]:
        """The keys that the file has."""
        return frozenset(self.model_fields_set)


_TABLES: dict[str, type[BaseModel]] = {"limits": ConfiguredLimits, "versions": Versions}


def read_config(project: Project) -> Config:
    """The project's zipp.toml, or an empty one. Raises DetectionError `config_invalid`, naming key and line."""
    try:
        values = project.toml(FILE)
    except DetectionError as error:
        raise config_invalid(error.message) from None
    if values is None:
        return Config()
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise _explained(error, project.text(FILE) or "") from None


def _explained(error: ValidationError, text: str) -> DetectionError:
    first = error.errors()[0]
    keys = [str(part) for part in first["loc"]][:2]
    known = (_TABLES.get(keys[0], Config) if len(keys) == 2 else Config).model_fields
    line = line_of(text, keys)
    where = FILE if line is None else f"{FILE}, line {line}"
    key = ".".join(part[:40] for part in keys)
    if first["type"] == "extra_forbidden":
        return config_invalid(f"{where}: there is no key {key!r}.", _nearest(keys[-1], known))
    return config_invalid(f"{where}: {key}: {_reason(first)}.")


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "value_error":  # our own words, from above
        return error["msg"].removeprefix("Value error, ")
    return error["msg"][:1].lower() + error["msg"][1:]


def _nearest(key: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(key[:40], names, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"The keys are: {', '.join(names)}."


def line_of(text: str, keys: list[str]) -> int | None:
    """The number of the line that sets the key, or opens its table; None where it is written in another way."""
    table: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.strip()
        if content.startswith("["):
            table = content.strip("[]").split(".")
            named = table
        else:
            named = [*table, *content.partition("=")[0].split(".")]
        if [part.strip(" \t\"'") for part in named] == keys:
            return number
    return None if len(keys) == 1 else line_of(text, keys[:-1])
