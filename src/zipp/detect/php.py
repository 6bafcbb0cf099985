"""PHP: pages with index.php, and what Composer installs; served by php-fpm behind nginx, from the document root."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from zipp.detect.config import Config
from zipp.detect.procfile import given_start
from zipp.detect.project import Project, relative
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

MANIFEST, LOCK = "composer.json", "composer.lock"
LOCK_MAX_BYTES = 4 * 1024**2
INDEX = "index.php"
PORT = 8080
VERSIONS = ((8, 2), (8, 4))  # the default first
_ROOTS = ("public", "web", "www", "htdocs", "public_html", "html", "webroot", "src")
_OTHER_FAMILIES = ("requirements.txt", "pyproject.toml", "manage.py", "Pipfile", "Gemfile", "go.mod", "pom.xml")

_INSTALL = "composer install --no-dev --no-interaction --no-progress --prefer-dist --ignore-platform-req=php"
_WITHOUT_SCRIPTS = (
    f"{{ echo 'Zipp: composer install failed (see above): once more without the scripts of composer.json.'"
    f" && {_INSTALL} --no-scripts --optimize-autoloader; }}"
)
_HEROKU = re.compile(r"(?:vendor/bin/)?heroku-php-(?:apache2|nginx)(?: |\Z)")
_COMPARATOR = re.compile(r"(>=|<=|>|<|=|\^|~|!=)? ?v?([0-9]{1,3})(?:\.([0-9]{1,3}|\*|x))?[0-9A-Za-z.*@-]{0,40}\Z")


class PhpDetector:
    name = "php"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        composer = project.json(MANIFEST)
        if composer is None and not _is_plain_php(project):
            return None
        start = given_start(project, config) or ""
        root = _root_of_heroku(start) or document_root(project)
        if root is None and (not start or _HEROKU.match(start)):
            if composer is None or project.has("package.json"):
                return None
            raise _no_index()
        framework, label = _framework(project, composer or {})
        version, notes = _version(project, composer or {})
        own_start = start and not _HEROKU.match(start)
        served = (
            f"started by {start.splitlines()[0][:80]}"
            if own_start
            else f"php-fpm and nginx serve ./{'' if root == '.' else root}"
        )
        done = "composer install, then " if _has_packages(composer or {}) else ""
        return BuildPlan(
            framework=framework,
            summary="; ".join([f"{label}: {done}{served}", *notes, *_notes(project, framework)]),
            builder=f"zipp/php:{version}-build" if _has_packages(composer or {}) else "",
            base=f"zipp/php:{version}",
            start=start if own_start else "serve-php",
            port=PORT,
            env={**({} if own_start else {"DOCUMENT_ROOT": root or "."}), **_ENVIRONMENTS.get(framework, {})},
            read_only_root=False,  # uploads, caches and small databases lie beside the code
            **_installs(project, composer or {}, framework),
        )


_ENVIRONMENTS = {
    "laravel": {"APP_ENV": "production", "LOG_CHANNEL": "stderr"},
    "symfony": {"APP_ENV": "prod", "APP_DEBUG": "0"},
}


def document_root(project: Project) -> str | None:
    """The folder whose files visitors may ask for; None when no index.php lies where one is usual."""
    framed = project.has("artisan") or project.has("bin/console")
    roots = (*_ROOTS, ".") if framed else (".", *_ROOTS)
    return next((root for root in roots if project.has(str(PurePosixPath(root, INDEX)))), None)


def _is_plain_php(project: Project) -> bool:
    """Pages of PHP; not those that lie beside an app of another language."""
    if any(project.has(file) for file in _OTHER_FAMILIES):
        return False
    manifest = project.json("package.json") or {}
    scripts = manifest.get("scripts")
    if isinstance(scripts, dict) and ("start" in scripts or "build" in scripts):
        return False
    return document_root(project) is not None


def _root_of_heroku(start: str) -> str | None:
    """`heroku-php-apache2 web/` serves web/."""
    if not _HEROKU.match(start):
        return None
    words = [word for word in start.split()[1:] if not word.startswith("-")]
    return relative(words[-1]) if words else "."


def _no_index() -> DetectionError:
    return DetectionError(
        "composer.json is here, but no index.php, neither at the root nor in public/ or web/.",
        code="php_no_index",
        hint="Add an index.php (public/index.php is usual), or say what to run in zipp.toml: start = "
        '"php -S 0.0.0.0:$PORT -t folder"',
    )


def _framework(project: Project, composer: Mapping[str, Any]) -> tuple[str, str]:
    required = _table(composer, "require")
    if "laravel/framework" in required or (project.has("artisan") and required):
        return "laravel", "Laravel app"
    if "symfony/framework-bundle" in required:
        return "symfony", "Symfony app"
    if project.has("wp-login.php") or project.has("wp-load.php"):
        return "wordpress", "WordPress site"
    return "php", "PHP app" if composer else "PHP pages"


def _has_packages(composer: Mapping[str, Any]) -> bool:
    """Composer also makes vendor/autoload.php, which people's own code may be all that it loads."""
    required = [name for name in _table(composer, "require") if "/" in name]
    return bool(required or composer.get("autoload"))


def _installs(project: Project, composer: Mapping[str, Any], framework: str) -> dict[str, tuple[str, ...]]:
    """In a stage of its own where composer.json alone says all; else in place, beside the source that scripts need."""
    if not _has_packages(composer):
        return {}
    shared = {"caches": ("composer",), "dependency_folders": (_vendor(composer),)}
    if framework == "php" and not _needs_source(composer):
        files = tuple(file for file in (MANIFEST, LOCK) if project.has(file))
        return {**shared, "dependency_files": files, "dependencies": (f"{_INSTALL} --no-scripts",)}
    # Symfony reads .env, which stays out of images; what it would say comes from the site's environment.
    before = ("test -e .env || : > .env",) if framework == "symfony" else ()
    return {**shared, "install": (*before, f"{_INSTALL} --optimize-autoloader || {_WITHOUT_SCRIPTS}")}


def _needs_source(composer: Mapping[str, Any]) -> bool:
    autoload = _table(composer, "autoload")
    scripts = _table(composer, "scripts").keys() & {"post-install-cmd", "post-autoload-dump", "pre-install-cmd"}
    repositories = str(composer.get("repositories", ""))[:10_000]
    return bool(scripts or "classmap" in autoload or "'path'" in repositories)


def _vendor(composer: Mapping[str, Any]) -> str:
    named = _table(composer, "config").get("vendor-dir")
    return (relative(named) if isinstance(named, str) else None) or "vendor"


def _notes(project: Project, framework: str) -> Iterator[str]:
    if framework == "laravel":
        yield "set APP_KEY (php artisan key:generate --show) and the database as the site's environment"
    elif framework == "symfony":
        yield "set APP_SECRET and the database as the site's environment"
    scripts = _table(project.json("package.json") or {}, "scripts")
    if ("build" in scripts or "production" in scripts) and framework != "php":
        yield "the front end of package.json is not built here: commit what its build makes"


def _version(project: Project, composer: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    wanted = list(_constraints(project, composer))
    for version in VERSIONS:
        if all(allows(constraint, version) for constraint in wanted):
            return f"{version[0]}.{version[1]}", ()
    best = max(VERSIONS, key=lambda version: sum(allows(constraint, version) for constraint in wanted))
    number = f"{best[0]}.{best[1]}"
    own = _table(composer, "require").get("php")
    if not isinstance(own, str) or allows(own, best):
        return number, ()  # packages often exclude what is newer than themselves, and run on it
    return number, (f"composer.json asks for PHP {own[:40]!r}, {number} is the nearest there is",)


def _constraints(project: Project, composer: Mapping[str, Any]) -> Iterator[str]:
    """What the project asks for, and each package of its lock file."""
    try:
        lock = project.json(LOCK, limit=LOCK_MAX_BYTES) or {}
    except DetectionError:
        lock = {}  # Composer will say what is wrong with it
    packages = lock.get("packages")
    sources = [composer, *(packages if isinstance(packages, list) else [])]
    found = (_table(each, "require").get("php") for each in sources if isinstance(each, dict))
    yield from dict.fromkeys(constraint for constraint in found if isinstance(constraint, str))


def allows(constraint: str, version: tuple[int, int]) -> bool:
    """Whether some release of `version` is in the range (Composer's syntax); what can't be understood allows all."""
    parts = re.split(r"\|\|?", constraint[:500])
    return any(_all_allowed(part.strip(), version) for part in parts)


def _all_allowed(part: str, version: tuple[int, int]) -> bool:
    lower, hyphen, upper = part.partition(" - ")
    if hyphen:
        return _compare(f">={lower.strip()}", version) and _compare(f"<={upper.strip()}", version)
    joined = re.sub(r"(>=|<=|!=|>|<|=|\^|~) {1,20}", r"\1", part)
    return all(_compare(each, version) for each in re.split(r"[ ,]", joined) if each)


def _compare(comparator: str, version: tuple[int, int]) -> bool:
    match = _COMPARATOR.match(comparator)
    if match is None:
        return True
    operator, major, minor = match[1] or "", int(match[2]), match[3] or ""
    number = (major, int(minor) if minor.isdigit() else 0)
    dots = comparator.count(".")
    match operator:
        case ">=" | ">":
            return version >= number
        case "<":
            return version < number or (dots > 1 and version == number and not comparator.endswith(".0"))
        case "<=":
            return version <= number
        case "^":
            return number <= version < (major + 1, 0)
        case "~":
            return version == number if dots > 1 else number <= version < (major + 1, 0)
        case "!=":
            return True
    return version[0] == major if not minor.isdigit() else version == number


def _table(parent: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}
