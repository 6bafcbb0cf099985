"""Python: its tracebacks, its installers, and the servers that load an application."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zipp.pipeline.diagnosis.reading import in_place, near, own, python_place
from zipp.pipeline.diagnosis.rule import Rule, Weight

# Where the package is not named as the module that it brings.
PACKAGES = {
    "bs4": "beautifulsoup4",
    "corsheaders": "django-cors-headers",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "decouple": "python-decouple",
    "dj_database_url": "dj-database-url",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "magic": "python-magic",
    "multipart": "python-multipart",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "pkg_resources": "setuptools",
    "psycopg2": "psycopg2-binary",
    "rest_framework": "djangorestframework",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socketio": "python-socketio",
    "websocket": "websocket-client",
    "yaml": "PyYAML",
}

_PLACE = re.compile(r'^\s{0,6}File "(?P<file>[^"]{1,300})", line (?P<row>\d{1,7})')


def _imported(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    module = values["name"].split(".")[0]
    place = python_place(lines, at)
    return {"module": module, "name": PACKAGES.get(module, module.replace("_", "-")), **in_place(place)}


def _app_module(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    """A server imports the application: no line of the project's own is in the traceback then."""
    served = any("/gunicorn/" in line or "/uvicorn/" in line for line in lines[max(0, at - 40) : at])
    return {} if served and not python_place(lines, at) and not _is_app_of_django(lines, at) else None


def _is_app_of_django(lines: Sequence[str], at: int) -> bool:
    return any("/django/apps/" in line for line in lines[max(0, at - 40) : at])


def _unread(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    found = near(lines, at, _PLACE, within=range(-1, -6, -1))
    return in_place(f"{own(found['file'])}, line {found['row']}") if found else None


def _where(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    return in_place(python_place(lines, at))


_ADD = "Add `{name}` to requirements.txt (or the dependencies in pyproject.toml) and deploy again."
_ADD_IF = (
    "Add `{name}` to requirements.txt (or the dependencies in pyproject.toml); a module of your own must be "
    "deployed with the rest."
)
_APP_HINT = (
    "Set `start` in zipp.toml (or the Procfile's web line) to the right module and name, as `gunicorn main:app`."
)
_VERSION_HINT = (
    "Check name and version in requirements.txt (or pyproject.toml); some packages have none for this Python version."
)
_PYTHON_HINT = "Name a version that this server has in a file .python-version, or widen requires-python."
_MIGRATE = 'Let the tables be made before the start: `before_start = "python manage.py migrate"` in zipp.toml.'

RULES = (
    Rule(
        "app_missing",
        ("No module named",),
        re.compile(r"^ModuleNotFoundError: No module named '(?P<name>[^']{1,200})'"),
        "The server finds no module named {name} that would hold the application.",
        _APP_HINT,
        phase="start",
        look=_app_module,
    ),
    Rule(
        "missing_dependency",
        ("No module named",),
        re.compile(r"^\W{0,9}ModuleNotFoundError: No module named '(?P<name>[^']{1,200})'"),
        "The module {module} is imported{in_place}, but not installed.",
        _ADD_IF,
        look=_imported,
    ),
    Rule(
        "missing_dependency",
        (" to be installed", " is not installed, run "),
        re.compile(
            r"(?:requires \"(?P<name>[\w-]{1,60})\" to be installed|: (?P<other>[\w-]{1,60}) is not installed, run )"
        ),
        "The package {name} is needed{in_place}, but not installed.",
        _ADD,
        look=lambda lines, at, values: {"name": values["name"] or values["other"], **_where(lines, at, values)},
    ),
    Rule(
        "app_missing",
        ("Failed to find attribute", "Failed to find application object"),
        re.compile(
            r"Failed to find (?:attribute|application object) '(?P<name>[^']{1,100})' in '(?P<module>[^']{1,100})'"
        ),
        "The module {module} holds no application named {name}.",
        _APP_HINT,
    ),
    Rule(
        "app_missing",
        ("Error loading ASGI app",),
        re.compile(r"Error loading ASGI app\. (?P<what>.{1,200}[^.])"),
        "The server can't load the application: {what}.",
        _APP_HINT,
    ),
    Rule(
        "syntax_error",
        ("SyntaxError: ", "IndentationError: ", "TabError: "),
        re.compile(r"^\W{0,9}(?:SyntaxError|IndentationError|TabError): (?P<what>.{1,240})"),
        "Python can't read the code{in_place}: {what}.",
        "Correct {place} and deploy again.",
        look=_unread,
    ),
    Rule(
        "missing_export",
        ("cannot import name",),
        re.compile(
            r"^ImportError: cannot import name '(?P<name>[^']{1,100})' from (?:partially initialized module )?"
            r"'(?P<by>[^']{1,200})'"
        ),
        "{by} has no {name}, which is imported{in_place}.",
        "Correct the import, or pin the version of {by} in requirements.txt that still has it.",
        look=_where,
    ),
    Rule(
        "missing_system_package",
        ("cannot open shared object file",),
        re.compile(r"(?P<name>[\w.+-]{1,80}\.so[\w.]{0,20}): cannot open shared object file"),
        "The system library {name} is not in the image.",
        "Install it with a Dockerfile of your own, or use a package that does without (as opencv-python-headless).",
    ),
    Rule(
        "missing_file",
        ("can't open file",),
        re.compile(r"can't open file '(?P<file>[^']{1,300})': \[Errno 2\]"),
        "There is no file {file} to be run.",
        "Check the command, and that `root` in zipp.toml is the folder of the project.",
        look=lambda lines, at, values: {"file": own(values["file"])},
    ),
    Rule(
        "package_not_found",
        ("was not found in the package registry",),
        re.compile(r"Because (?P<name>[\w.-]{1,100}) was not found in the package registry"),
        "There is no package {name} where uv looks.",
        _VERSION_HINT,
        weight=Weight.DECIDED,
    ),
    Rule(
        "package_not_found",
        ("there is no version of ", "there are no versions of "),
        re.compile(r"there (?:is no version|are no versions) of (?P<name>[^\s,]{1,100})"),
        "There is no version {name}.",
        _VERSION_HINT,
        weight=Weight.DECIDED,
    ),
    Rule(
        "dependency_conflict",
        ("No solution found when resolving dependencies",),
        re.compile("No solution found when resolving dependencies"),
        "The dependencies contradict each other.",
        "Choose versions in requirements.txt (or pyproject.toml) that fit together; the line names the two.",
        look=lambda lines, at, values: {"line": (lines[at + 1] if at + 1 < len(lines) else lines[at]).strip(" ×╰─▶")},
    ),
    Rule(
        "dependency_conflict",
        ("have conflicting dependencies",),
        re.compile(r"Cannot install (?P<which>.{1,200}?) because these package versions have conflicting"),
        "The dependencies contradict each other: {which}.",
        "Choose versions in requirements.txt that fit together; the log names what each wants.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "package_not_found",
        ("No matching distribution found for",),
        re.compile(r"No matching distribution found for (?P<name>\S{1,200})"),
        "There is no {name} for this version of Python.",
        _VERSION_HINT,
    ),
    Rule(
        "lockfile_out_of_step",
        ("uv.lock`",),
        re.compile(r"(?:lockfile at `uv\.lock` needs to be updated|Unable to find lockfile at `uv\.lock`)"),
        "uv.lock does not match pyproject.toml.",
        "Run `uv lock` in the project's folder and deploy again with the lock file that it writes.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "lockfile_out_of_step",
        ("poetry.lock", "Pipfile.lock"),
        re.compile(r"(?P<file>poetry\.lock|Pipfile\.lock).{0,80}(?:out of date|last generated|not up to date)"),
        "{file} does not match the project's dependencies.",
        "Run `poetry lock` or `pipenv lock` in the project's folder and deploy again with the file that it writes.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "engine_unsupported",
        ("requires a different Python", "No interpreter found for Python"),
        re.compile(r"(?:requires a different Python: |No interpreter found for )(?P<what>.{1,120})"),
        "The project wants another version of Python: {what}.",
        _PYTHON_HINT,
        weight=Weight.DECIDED,
    ),
    Rule(
        "requirements_invalid",
        ("Invalid requirement", "Couldn't parse requirement", "Could not open requirements file"),
        re.compile(r"(?P<what>(?:Invalid requirement|Couldn't parse requirement|Could not open requirements).{1,200})"),
        "The list of requirements can't be used: {what}.",
        "Correct it: one package a line, as `flask==3.0.0` or `flask>=3`.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "syntax_error",
        ("TOML parse error", "TOMLDecodeError"),
        re.compile(r"(?:TOML parse error at line (?P<row>\d{1,7})|TOMLDecodeError: (?P<what>.{1,200}))"),
        "pyproject.toml is no valid TOML.",
        "Correct pyproject.toml at the place that the line names.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "environment_missing",
        ("The SECRET_KEY setting must not be empty",),
        re.compile("ImproperlyConfigured: The SECRET_KEY setting must not be empty"),
        "Django has no SECRET_KEY.",
        'Set SECRET_KEY in the environment of the site; the settings read it: `SECRET_KEY = os.environ["SECRET_KEY"]`.',
    ),
    Rule(
        "setting_missing",
        ("without having set the STATIC_ROOT",),
        re.compile("without having set the STATIC_ROOT setting"),
        "Django's static files can't be collected: the settings name no STATIC_ROOT.",
        'Add `STATIC_ROOT = BASE_DIR / "staticfiles"` to the settings.',
    ),
    Rule(
        "setting_missing",
        ("DJANGO_SETTINGS_MODULE",),
        re.compile(r"You must either define the environment variable DJANGO_SETTINGS_MODULE"),
        "Django does not know which settings to use.",
        "Set DJANGO_SETTINGS_MODULE in the site's environment, as `mysite.settings`.",
    ),
    Rule(
        "host_not_allowed",
        ("Invalid HTTP_HOST header",),
        re.compile(r"Invalid HTTP_HOST header: '(?P<host>[^']{1,200})'"),
        "Django refuses requests for {host}: ALLOWED_HOSTS does not name it.",
        "Add the site's host to ALLOWED_HOSTS in the settings.",
        weight=Weight.SYMPTOM,
    ),
    Rule(
        "tables_missing",
        ("no such table: ",),
        re.compile(r"OperationalError\)?:? no such table: (?P<name>[\w.]{1,100})"),
        "The database has no table {name}.",
        _MIGRATE,
    ),
    Rule(
        "tables_missing",
        (" does not exist",),
        re.compile(r"relation \"(?P<name>[\w.\"]{1,100})\" does not exist"),
        "The database has no table {name}.",
        _MIGRATE,
    ),
    Rule(
        "setting_missing",
        ("ImproperlyConfigured: ",),
        re.compile(r"ImproperlyConfigured: (?P<what>.{1,240}[^.])"),
        "Django's settings are not complete: {what}.",
        "Correct the settings, or set the variable that they read in the site's environment.",
        weight=Weight.SYMPTOM,
    ),
)
