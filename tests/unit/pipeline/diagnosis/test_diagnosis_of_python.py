"""What Python sites print that end while they start, and the cause that is told of each."""

from __future__ import annotations

import pytest

from zipp.pipeline.diagnosis import diagnose

GUNICORN = """\
[2026-11-23 11:16:30 +0000] [52] [INFO] Booting worker with pid: 52
[2026-11-23 11:16:30 +0000] [52] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/opt/venv/lib/python3.11/site-packages/gunicorn/util.py", line 370, in import_app
    mod = importlib.import_module(module)
  File "<frozen importlib._bootstrap>", line 241, in _call_with_frames_removed
"""
AFTERMATH = """\
[2026-11-23 11:16:30 +0000] [52] [INFO] Worker exiting (pid: 52)
[2026-11-23 11:16:31 +0000] [51] [ERROR] Reason: Worker failed to boot.
"""

CASES = {
    "psycopg-refused": (
        'psycopg.OperationalError: connection failed: connection to server at "127.0.0.1", port 5432 failed: '
        "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n",
        "service_unreachable",
        "PostgreSQL at 127.0.0.1:5432",
        "DATABASE_URL",
        "Connection refused",
    ),
    "python-read-only": (
        "OSError: [Errno 30] Read-only file system: '/app/x.db'\n",
        "read_only",
        "x.db",
        "read_only = false",
        "Errno 30",
    ),
    "sqlite-read-only": (
        "sqlite3.OperationalError: unable to open database file\n",
        "read_only",
        "SQLite",
        "read_only = false",
        "unable to open",
    ),
    "python-package": (
        GUNICORN + '  File "/app/main.py", line 7, in <module>\n    import cv2\n'
        "ModuleNotFoundError: No module named 'cv2'\nNo module named 'cv2'\n" + AFTERMATH,
        "missing_dependency",
        "cv2 is imported in main.py, line 7",
        "opencv-python-headless",
        "ModuleNotFoundError",
    ),
    "python-no-module": (
        GUNICORN + "ModuleNotFoundError: No module named 'main'\n" + AFTERMATH,
        "app_missing",
        "named main",
        "start",
        "No module named 'main'",
    ),
    "gunicorn-attribute": (
        "Failed to find attribute 'app' in 'main'.\n" + AFTERMATH,
        "app_missing",
        "main holds no application named app",
        "gunicorn main:app",
        "Failed to find",
    ),
    "uvicorn-attribute": (
        'ERROR:    Error loading ASGI app. Attribute "app" not found in module "main".\n',
        "app_missing",
        'Attribute "app"',
        "start",
        "ASGI",
    ),
    "python-syntax": (
        GUNICORN + '  File "/app/main.py", line 2\n    def f(:\n          ^\nSyntaxError: invalid syntax\n' + AFTERMATH,
        "syntax_error",
        "main.py, line 2",
        "main.py, line 2",
        "SyntaxError",
    ),
    "python-indent": (
        '  File "/app/app.py", line 2\n    pass\n    ^\n'
        "IndentationError: expected an indented block after function definition on line 1\n",
        "syntax_error",
        "app.py, line 2",
        "app.py, line 2",
        "IndentationError",
    ),
    "python-variable": (
        'Traceback (most recent call last):\n  File "/app/app.py", line 2, in <module>\n'
        '    x = os.environ["SECRET_TOKEN"]\n        ~~~~~~~~~~^^^^^^^^^^^^^^^^\n'
        "  File \"<frozen os>\", line 679, in __getitem__\nKeyError: 'SECRET_TOKEN'\n",
        "environment_missing",
        "SECRET_TOKEN is not set, which is read in app.py, line 2",
        "zipp env SITE SECRET_TOKEN",
        "KeyError",
    ),
    "pydantic-variable": (
        '  File "/opt/venv/lib/python3.11/site-packages/pydantic_settings/main.py", line 247, in __init__\n'
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for S\ndatabase_url\n"
        "  Field required [type=missing, input_value={'port': '3000'}, input_type=dict]\n",
        "environment_missing",
        "DATABASE_URL",
        "zipp env SITE DATABASE_URL",
        "database_url: Field required",
    ),
    "django-secret": (
        "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.\n",
        "environment_missing",
        "SECRET_KEY",
        "os.environ",
        "SECRET_KEY",
    ),
    "django-environ": (
        "django.core.exceptions.ImproperlyConfigured: Set the MY_SECRET environment variable\n",
        "environment_missing",
        "MY_SECRET",
        "zipp env SITE MY_SECRET",
        "MY_SECRET",
    ),
    "decouple": (
        "decouple.UndefinedValueError: MY_SECRET not found. Declare it as envvar or define a default value.\n",
        "environment_missing",
        "MY_SECRET",
        "zipp env SITE MY_SECRET",
        "MY_SECRET",
    ),
    "django-host": (
        "django.core.exceptions.DisallowedHost: Invalid HTTP_HOST header: 'x.zipp.localhost'. You may need to add it\n",
        "host_not_allowed",
        "x.zipp.localhost",
        "ALLOWED_HOSTS",
        "DisallowedHost",
    ),
    "django-tables": (
        "django.db.utils.OperationalError: no such table: auth_user\n",
        "tables_missing",
        "auth_user",
        "before_start",
        "auth_user",
    ),
    "library": (
        "ImportError: libGL.so.1: cannot open shared object file: No such file or directory\n",
        "missing_system_package",
        "libGL.so.1",
        "Dockerfile",
        "libGL",
    ),
    "procfile-program": (
        "/bin/sh: 1: gunicorn: not found\n",
        "command_missing",
        "gunicorn",
        "requirements.txt",
        "gunicorn: not found",
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_last_words_of_a_python_site_have_a_named_cause(name: str) -> None:
    printed, cause_name, sentence, hint, line = CASES[name]
    cause = diagnose(printed.splitlines(), "start")
    assert cause is not None
    assert cause.name == cause_name
    assert sentence in cause.message
    assert cause.message.endswith(".")
    assert hint in cause.hint
    assert line in cause.line
