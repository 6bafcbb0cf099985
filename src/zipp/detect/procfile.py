"""The commands that people have written down themselves: in zipp.toml, or in a Procfile."""

from __future__ import annotations

from zipp.detect.config import Config
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError

FILE = "Procfile"
_MAX_COMMAND = 8_000
_EXAMPLES = {"web": "gunicorn --bind 0.0.0.0:$PORT app:app", "release": "python manage.py migrate"}


def given_start(project: Project, config: Config) -> str | None:
    """zipp.toml's `start` before the Procfile's `web`; None when neither says anything."""
    return config.start or web_command(project)


def web_command(project: Project) -> str | None:
    """The command of the Procfile's first `web:` line. Raises DetectionError `procfile_invalid`."""
    return _command(project, "web")


def release_command(project: Project) -> str | None:
    """The command of its `release:` line: what a new version does before it starts, as database migrations."""
    return _command(project, "release")


def _command(project: Project, wanted: str) -> str | None:
    text = project.text(FILE)
    if text is None:
        return None
    for number, line in enumerate(text.splitlines(), start=1):
        process, colon, command = line.partition(":")
        if not colon or process.strip() != wanted:
            continue
        command = command.strip()
        if not command or len(command) > _MAX_COMMAND or "\0" in command:
            raise DetectionError(
                f"Procfile, line {number}: `{wanted}:` needs a command of 1 to {_MAX_COMMAND} characters.",
                code="procfile_invalid",
                hint=f"Write for example: {wanted}: {_EXAMPLES[wanted]}",
            )
        return command
    return None
