"""What a Gemfile asks for, read without running it, and how it is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zipp.detect.project import Project

GEMFILE, LOCK = "Gemfile", "Gemfile.lock"
FOLDER = "vendor/bundle"
# Debian's own; the first is the default.
VERSIONS = ("3.1", "3.3")
_RELEASE = "3.1.2"  # a Gemfile that names another one exactly would be refused by Bundler
ENV = {"BUNDLE_PATH": FOLDER, "BUNDLE_WITHOUT": "development:test", "BUNDLE_VERSION": "system"}

_LOCK_MAX_BYTES = 1024**2
_GEM = re.compile(r"^[ \t]{0,20}gem[ \t(]{1,4}['\"]([A-Za-z0-9._-]{1,100})['\"]", re.MULTILINE)
_LOCKED = re.compile(r"^    ([A-Za-z0-9._-]{1,100}) \(", re.MULTILINE)
_RUBY = re.compile(r"^[ \t]{0,20}ruby[ \t(]{1,4}['\"]([^'\"\n]{1,40})['\"]", re.MULTILINE)
_OTHER_RUBY = re.compile(r"^[ \t]{0,20}ruby[ \t(]{1,4}(?:file|ENV|File)", re.MULTILINE)
_NUMBER = re.compile(r"([0-9]{1,2})\.([0-9]{1,3})")
_LOCAL = re.compile(r"path:|:path[ \t]{0,4}=>|^[ \t]{0,20}gemspec\b|eval_gemfile|require_relative", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Gems:
    """`asked` are the Gemfile's own, `all` those of the lock file too."""

    asked: frozenset[str]
    all: frozenset[str]
    version: str
    notes: tuple[str, ...]
    files: tuple[str, ...]  # none when the whole source is needed
    install: tuple[str, ...]
    in_place: bool = False  # the Gemfile itself is changed


def gems_of(project: Project, *, added: str = "") -> Gems | None:
    """None without a Gemfile. `added` is a gem that the site needs and the Gemfile lacks."""
    gemfile = project.text(GEMFILE)
    if gemfile is None:
        return None
    lock = project.text(LOCK, limit=_LOCK_MAX_BYTES) or ""
    asked = frozenset(_GEM.findall(gemfile))
    version, accepted, notes = _version(project, gemfile)
    repairs = tuple(_repairs(gemfile, lock, accepted=accepted, added=added))
    other_system = bool(lock) and "x86_64-linux" not in lock and "\n  ruby\n" not in lock  # then Bundler rewrites it
    in_place = other_system or bool(repairs) or bool(_LOCAL.search(gemfile)) or bool(_OTHER_RUBY.search(gemfile))
    files = tuple(file for file in (GEMFILE, LOCK, ".ruby-version") if project.has(file))
    return Gems(
        asked=asked,
        all=asked | frozenset(_LOCKED.findall(lock)),
        version=version,
        notes=notes,
        files=() if in_place else files,
        install=(*repairs, "bundle install --jobs 4 --retry 2"),
        in_place=in_place,
    )


def _repairs(gemfile: str, lock: str, *, accepted: bool, added: str) -> Iterator[str]:
    """For a Gemfile that insists on another release of Ruby, or names no server."""
    if not accepted:
        yield f"sed -i -E '/^[[:space:]]*ruby[ (]/d' {GEMFILE}"
    if added:
        yield f"printf '\\ngem \"{added}\"\\n' >> {GEMFILE}"
    if lock and not accepted:
        yield f"sed -i '/^RUBY VERSION$/,/^$/d' {LOCK}"


def _version(project: Project, gemfile: str) -> tuple[str, bool, tuple[str, ...]]:
    """The version, whether the Gemfile accepts it as it stands, and a note where another one was asked for."""
    found = _RUBY.search(gemfile)
    wanted = found[1].strip() if found else ""
    asked = wanted or (project.text(".ruby-version") or "").strip().removeprefix("ruby-")
    number = _NUMBER.search(asked)
    if number is None:
        return VERSIONS[0], not wanted, ()
    least = (int(number[1]), int(number[2]))
    chosen = next((version for version in VERSIONS if _minor(version) >= least), VERSIONS[-1])
    accepted = not wanted or wanted == _RELEASE or wanted.startswith(">=")
    if asked.startswith((">", "~")) or _minor(chosen) == least:
        return chosen, accepted, ()
    return chosen, accepted, (f"Ruby {asked[:20]!r} is asked for, {chosen} is the nearest there is",)


def _minor(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor)
