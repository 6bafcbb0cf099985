"""requirements.txt and the files that it includes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from zipp.detect.project import Project, relative
from zipp.domain.errors import DetectionError

# Where the list of what a deployment needs is found, the likeliest first.
FILES = (
    "requirements.txt",
    *("requirements/production.txt", "requirements/prod.txt", "requirements/base.txt", "requirements/requirements.txt"),
    *("requirements-prod.txt", "requirements_prod.txt", "requirements.in"),
)
MAX_INCLUDED = 20

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_EXTRAS = re.compile(r" *\[([A-Za-z0-9._, -]{0,200})\]")
_PIN = re.compile(r" *==? *=? *([0-9][0-9A-Za-z.+!]{0,40})")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}\Z")
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # PowerShell's `pip freeze > requirements.txt`; uv reads it too


@dataclass
class Requirements:
    """`names` are normalised (PEP 503); `pins` has the versions that are given with ==. `reads_source`: it may read
    anything. With `hashed`, uv takes nothing besides what the files list."""

    files: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    pins: dict[str, str] = field(default_factory=dict)
    hashed: bool = False
    reads_source: bool = False

    def add(self, requirement: str) -> None:
        """One requirement as PEP 508 writes it. Of fastapi[standard], uvicorn is meant as well."""
        name = package_name(requirement)
        if not name:
            return
        self.names.add(name)
        match = _NAME.match(requirement)
        extras = _EXTRAS.match(requirement, match.end()) if match else None
        if name == "fastapi" and extras and {"standard", "all"} & set(extras[1].replace(" ", "").split(",")):
            self.names.add("uvicorn")
        pin = _PIN.match(requirement, extras.end() if extras else len(match.group()) if match else 0)
        if pin:
            self.pins[name] = pin[1]


def read_requirements(project: Project, file: str) -> Requirements:
    found, waiting = Requirements(files=[file]), [file]
    while waiting:
        current = waiting.pop()
        for line in _lines(_text(project, current)):
            found.hashed = found.hashed or "--hash=" in line
            included = _included(line)
            if included is not None:
                path = relative(str(PurePosixPath(PurePosixPath(current).parent, included)))
                if path is None or not _PLAIN_PATH.match(path) or len(found.files) >= MAX_INCLUDED:
                    found.reads_source = True
                elif path not in found.files:
                    found.files.append(path)
                    waiting.append(path)
            elif _is_local(line):
                found.reads_source = True
            else:
                found.add(line)
    return found


def package_name(requirement: str) -> str:
    """'Flask_Login[x]>=1' -> 'flask-login'; '' when it does not begin with a name."""
    match = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", match.group()).lower() if match else ""


def _text(project: Project, file: str) -> str:
    content = project.read(file) or b""
    if not content.startswith(_MARKS):
        return project.text(file) or ""
    try:
        return content.decode("utf-16")
    except UnicodeDecodeError:
        raise DetectionError(
            f"{file} is neither UTF-8 nor UTF-16 text.",
            code="file_not_utf8",
            hint=f"Save {file} again with the encoding UTF-8.",
        ) from None


def _lines(text: str) -> Iterator[str]:
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        content = line.partition(" #")[0].strip()
        if content and not content.startswith("#"):
            yield content


def _included(line: str) -> str | None:
    """The file that `-r FILE` or `-c FILE` names."""
    for option in ("--requirement", "--constraint", "-r", "-c"):
        if line.startswith(option):
            return line.removeprefix(option).lstrip("= \t").strip("\"'")
    return None


def _is_local(line: str) -> bool:
    return line.startswith((".", "/", "-e", "--editable", "-f", "--find-links", "file:")) or "file:" in line
