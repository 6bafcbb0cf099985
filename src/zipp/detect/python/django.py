"""A Django project: its settings, its static files, its database.

Most are written for `manage.py runserver`, which answers to localhost only, hands out the static files and has its
tables made beforehand. A settings module of our own, which starts with all of theirs, makes up for what a server lacks.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from zipp.detect.project import Project
from zipp.detect.python.ast_scan import Settings
from zipp.detect.python.sources import Sources, is_importable
from zipp.detect.python.start import GUNICORN, UVICORN, Start

MODULE = "zipp_settings"
STATIC_FOLDER = "staticfiles"
MAX_INCLUDED = 6

_WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
_DATABASES = (".sqlite3", ".sqlite", ".db")
# Only where the database is a file of the container's own, so that nothing that anybody keeps is changed unasked.
_MIGRATE = (
    "import django; django.setup()\n"
    "from django.core.management import call_command\n"
    "from django.db import connection\n"
    'if connection.vendor == "sqlite": call_command("migrate", interactive=False, verbosity=0)'
)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
_URL_PARSERS = frozenset({"dj_database_url", "environ"})


@dataclass(frozen=True, slots=True)
class Django:
    """`folder` is where manage.py lies; `settings` are theirs, those that they include among them, nearest first."""

    folder: str
    module: str
    is_forced: bool
    settings: tuple[Settings, ...]
    wsgi: str
    asgi: str
    needs: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    parses_urls: bool = False
    has_database: bool = False

    @property
    def start(self) -> Start:
        if self.asgi and (not self.wsgi or self._says("channels") or self._says("daphne")):
            inside = f" --app-dir {self.folder}" if self.folder else ""
            return Start(f"uvicorn {self.asgi}{inside} --host 0.0.0.0 --port $PORT", (UVICORN,))
        inside = f" --chdir {self.folder}" if self.folder else ""
        target = self.wsgi or "django.core.wsgi:get_wsgi_application()"
        return Start(f"{GUNICORN}{inside} {shlex.quote(target)}", ("gunicorn",))

    @property
    def build(self) -> tuple[str, ...]:
        made = " ".join(shlex.quote(line) for line in self._own_settings())
        commands = [f"printf '%s\\n' {made} > {MODULE}.py"] if made else []
        if self._has_static and (self._serves_static or self._sets("static_root")):
            commands.append("python manage.py collectstatic --noinput")
        return tuple(self._inside(command) for command in commands)

    @property
    def env(self) -> dict[str, str]:
        """The site's own environment comes before it."""
        found = {} if self.is_forced else {"DJANGO_SETTINGS_MODULE": MODULE if self._own_settings() else self.module}
        if _VARIABLE.match(variable := self._hosts_variable) and not self._allows_all:
            found[variable] = "*"
        if self._stands_in:
            found["DATABASE_URL"] = f"sqlite:///{PurePosixPath('/app', self.folder, 'db.sqlite3')}"
        return found

    @property
    def before_start(self) -> str:
        if not (self._uses_sqlite or self._stands_in) or self.has_database or self.is_forced:
            return ""
        return self._inside(f"python -c {shlex.quote(_MIGRATE)} migrate")  # settings may look at sys.argv[1]

    @property
    def packages(self) -> tuple[str, ...]:
        return ("whitenoise",) if self._serves_static else ()

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        if self.needs:
            yield f"its settings need {', '.join(self.needs)[:200]}: set them as the site's environment"
        if self._needs_hosts:
            yield (
                "ALLOWED_HOSTS lets this site's addresses in, which are all that reach it"
                if not self.is_forced
                else ("ALLOWED_HOSTS must have the site's address, or visitors get an error 400")
            )
        if self._serves_static:
            yield "WhiteNoise serves its static files"
        if self._stands_in:
            yield "DATABASE_URL is a SQLite file until you set another: what it holds goes with each deployment"
        elif self._uses_sqlite:
            yield "its database is a file in the container: what it holds goes with each deployment"
        if any(settings["debug"] for settings in self.settings):
            yield "DEBUG is on: visitors see the code when something fails"

    def _own_settings(self) -> list[str]:
        lines = ['ALLOWED_HOSTS = ["*"]'] if self._needs_hosts and not self._hosts_variable else []
        if self._serves_static:
            lines.append(f'MIDDLEWARE = ["{_WHITENOISE}", *MIDDLEWARE]')
        if self._has_static and not self._sets("static_root"):
            lines.append(f'STATIC_ROOT = "{PurePosixPath("/app", self.folder, STATIC_FOLDER)}"')
        return [f"from {self.module} import *", *lines] if lines and not self.is_forced else []

    @property
    def _needs_hosts(self) -> bool:
        return bool(self.settings) and not self._allows_all

    @property
    def _allows_all(self) -> bool:
        return "*" in self._hosts["hosts"] if self._hosts else False

    @property
    def _hosts_variable(self) -> str:
        return self._hosts["hosts_variable"] if self._hosts else ""

    @property
    def _hosts(self) -> Settings | None:
        """The nearest settings that set ALLOWED_HOSTS."""
        return next((settings for settings in self.settings if "ALLOWED_HOSTS" in settings["names"]), None)

    @property
    def _has_static(self) -> bool:
        has_url = any("STATIC_URL" in settings["names"] for settings in self.settings)
        return self._says("django.contrib.staticfiles") and has_url

    @property
    def _serves_static(self) -> bool:
        has_middleware = any("MIDDLEWARE" in settings["names"] for settings in self.settings)
        return self._has_static and has_middleware and not self._says("whitenoise") and not self.is_forced

    @property
    def _uses_sqlite(self) -> bool:
        return self._says("django.db.backends.sqlite3")

    @property
    def _stands_in(self) -> bool:
        return self.parses_urls and "DATABASE_URL" in self.reads

    def _says(self, text: str) -> bool:
        return any(text in settings["texts"] for settings in self.settings)

    def _sets(self, name: str) -> bool:
        return any(settings[name] for settings in self.settings)  # type: ignore[literal-required]

    def _inside(self, command: str) -> str:
        return f"cd {self.folder} && {command}" if self.folder else command


@dataclass(frozen=True, slots=True)
class Place:
    """Where a Django project lies, before its files are read: `files` are those that tell about it."""

    folder: str
    files: tuple[str, ...] = field(default_factory=tuple)


def find_place(project: Project) -> Place | None:
    """manage.py at the root, or one folder deep."""
    folders = ["", *(name for name in project.folders() if is_importable(f"{name}/x.py"))]
    folder = next((name for name in folders if project.has(_path(name, "manage.py"))), None)
    if folder is None:
        return None
    inner = [_path(folder, name) for name in project.folders(folder or ".")]
    packages = [name for name in inner if is_importable(f"{name}/x.py")]
    files = [f"{package}/{name}.py" for package in packages for name in ("settings", "wsgi", "asgi")]
    nested = [package for name in ("settings", "config") for package in (_path(folder, name), *_under(packages, name))]
    files += [f"{package}/{file}" for package in nested for file in project.files(package) if file.endswith(".py")]
    files += [f"{package}/settings/{file}" for package in nested for file in project.files(f"{package}/settings")]
    return Place(folder, (_path(folder, "manage.py"), *(file for file in files if file.endswith(".py"))))


def read_django(project: Project, sources: Sources, place: Place) -> Django | None:
    """None when manage.py is another framework's."""
    manage = sources.of(_path(place.folder, "manage.py"))
    servers = [scan for path in place.files if path.endswith(("/wsgi.py", "/asgi.py")) and (scan := sources.of(path))]
    named = next((scan["settings_module"] for scan in [*servers, manage] if scan and scan["settings_module"]), "")
    module = named.removeprefix("=")
    if not module or not is_importable(module.replace(".", "/")):
        return None
    chain = list(_chain(sources, place.folder, module))
    files = [scan for scan in sources.scans if scan["path"] in {path for path, _ in chain}]
    needs = {name for scan in files for name in scan["needs"]} - {"DATABASE_URL"}
    folder_files = project.files(place.folder or ".")
    return Django(
        folder=place.folder,
        module=module,
        is_forced=named.startswith("=") or "configurations" in {n for scan in servers for n in scan["imports"]},
        settings=tuple(settings for _, settings in chain),
        wsgi=_target(sources, place, "wsgi.py"),
        asgi=_target(sources, place, "asgi.py"),
        needs=tuple(sorted(name for name in needs if _VARIABLE.match(name))),
        reads=frozenset(name for scan in files for name in scan["reads"]),
        parses_urls=any(name.partition(".")[0] in _URL_PARSERS for scan in files for name in scan["imports"]),
        has_database=any(file.endswith(_DATABASES) for file in folder_files),
    )


def _chain(sources: Sources, folder: str, module: str) -> Iterator[tuple[str, Settings]]:
    """The settings module and those that it includes with `from .base import *`, each once."""
    waiting, seen = [module], set[str]()
    while waiting and len(seen) < MAX_INCLUDED:
        current = waiting.pop(0)
        path = _path(folder, current.replace(".", "/"))
        scan = sources.of(f"{path}.py") or sources.of(f"{path}/__init__.py")
        if scan is None or scan["path"] in seen:
            continue
        seen.add(scan["path"])
        package = current if scan["path"].endswith("__init__.py") else current.rpartition(".")[0]
        waiting += [_absolute(package, name) for name in reversed(scan["includes"])]
        if scan["settings"]:
            yield scan["path"], scan["settings"]


def _absolute(package: str, name: str) -> str:
    if not name.startswith("."):
        return name
    level = len(name) - len(name.lstrip("."))
    parts = package.split(".")[: len(package.split(".")) - level + 1]
    return ".".join([*parts, name.lstrip(".")]).strip(".")


def _target(sources: Sources, place: Place, file: str) -> str:
    for path in place.files:
        scan = sources.of(path) if path.endswith(f"/{file}") else None
        name = next((name for name, made in scan["apps"].items() if made.startswith("django")), "") if scan else ""
        if name and name.isascii():
            inside = path.removeprefix(f"{place.folder}/") if place.folder else path
            return f"{inside.removesuffix('.py').replace('/', '.')}:{name}"
    return ""


def _under(packages: list[str], name: str) -> list[str]:
    return [f"{package}/{name}" for package in packages]


def _path(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
