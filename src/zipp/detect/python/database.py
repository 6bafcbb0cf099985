"""The empty tables of a small application, which its author made by hand once, or by starting the file itself.

Only for Flask, whose applications open their database when they are asked, and only where it is a SQLite file that
nobody has put into the source: it lives in the container, and a new container begins without it.
"""

from __future__ import annotations

import shlex

from zipp.detect.project import Project
from zipp.detect.python.apps import PythonApp
from zipp.detect.python.sources import Sources

_ENDINGS = (".sqlite3", ".sqlite", ".db")


def prepare(project: Project, app: PythonApp | None, sources: Sources) -> str:
    """The command that makes the tables, "" where there is nothing to do."""
    if app is None or app.framework != "flask" or not app.name or _has_database(project):
        return ""
    if not any(scan["writes"] == "a SQLite database" for scan in sources.scans):
        return ""
    command = next((command for scan in sources.scans for command in scan["commands"]), "")
    if command:
        return f"flask --app {shlex.quote(app.target)} {command}"
    scan = sources.of(app.path)
    if scan is None or not scan["prepares"] or app.is_factory:
        return ""
    calls = "; ".join(f"site.{name}()" for name in scan["prepares"])
    script = f"import {app.module} as site\nwith site.{app.name}.app_context(): {calls}"
    return f"python -c {shlex.quote(script)}"


def _has_database(project: Project) -> bool:
    return any(file.endswith(_ENDINGS) for folder in (".", "instance") for file in project.files(folder))
