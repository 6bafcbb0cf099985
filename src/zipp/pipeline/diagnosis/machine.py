"""What the surroundings refuse: memory, disk, ports, files, programs and system libraries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zipp.pipeline.diagnosis.reading import own
from zipp.pipeline.diagnosis.rule import Rule, Weight

TOOLS = {"tsc": "typescript", "ng": "@angular/cli", "nest": "@nestjs/cli", "vue-cli-service": "@vue/cli-service"}
TOOLS |= {
    "react-router": "@react-router/dev",
    "remix": "@remix-run/dev",
    "astro": "astro",
    "svelte-kit": "@sveltejs/kit",
}
_OF_PYTHON = frozenset(
    {"gunicorn", "uvicorn", "flask", "streamlit", "hypercorn", "waitress-serve", "daphne", "fastapi", "celery"}
)
_OF_SYSTEM = frozenset(
    {"git", "make", "gcc", "g++", "cc", "python", "python3", "curl", "wget", "ffmpeg", "node", "npm", "java", "php"}
)


def _program(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    name = values.get("name") or values.get("other", "")
    if name in _OF_SYSTEM:
        return {"name": name, "advice": "It is not part of the image: use a Dockerfile that installs it."}
    if name in _OF_PYTHON:
        return {"name": name, "advice": f"Add `{name}` to requirements.txt (or the dependencies in pyproject.toml)."}
    package = TOOLS.get(name, name)
    return {
        "name": name,
        "advice": f"If a package brings it, add that to the project's dependencies (`npm install {package}`, or a line "
        "in requirements.txt); otherwise correct the command.",
    }


def _path(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    return {"file": own(values.get("file") or values.get("other", "")) or "a file"}


_SYSTEM = "Use a package that comes ready-built, or a Dockerfile that installs what is missing (`apt-get install …`)."

RULES = (
    Rule(
        "read_only",
        ("EROFS", "ead-only file system"),
        re.compile(r"(?:EROFS|[Rr]ead-only file system)(?:[^'\"]{0,60}['\"](?P<file>[^'\"]{1,300}))?"),
        "The site wants to write {file}, but its files are read-only.",
        "Write to /tmp, or set `read_only = false` in zipp.toml (what is written there is lost at the next start).",
        look=_path,
        phase="start",
    ),
    Rule(
        "read_only",
        ("unable to open database file", "attempt to write a readonly database", "SQLITE_READONLY", "SQLITE_CANTOPEN"),
        re.compile(r"unable to open database file|attempt to write a readonly database|SQLITE_(?:READONLY|CANTOPEN)"),
        "The site can't write its SQLite file.",
        "Set `read_only = false` in zipp.toml to let it write beside its code (that is lost at the next start), or use "
        "a database elsewhere.",
        phase="start",
    ),
    Rule(
        "no_space",
        ("ENOSPC", "o space left on device"),
        re.compile("ENOSPC|[Nn]o space left on device"),
        "There was no space left to write to.",
        "The server's disk is full: `zipp doctor` shows what is used.",
        hint_at_start="The folder /tmp holds 64 MB: write less there, or set `read_only = false` in zipp.toml.",
    ),
    Rule(
        "out_of_memory",
        ("heap out of memory",),
        re.compile("JavaScript heap out of memory"),
        "Node reached the limit of its own memory.",
        'Set `NODE_OPTIONS = "--max-old-space-size=1536"` (MB, below what a build may use) under [env] in zipp.toml.',
        hint_at_start='Raise the memory limit, or set `NODE_OPTIONS="--max-old-space-size=…"` (MB) below it.',
        weight=Weight.DECIDED,
    ),
    Rule(
        "out_of_memory",
        ("MemoryError", "Killed", "signal: killed", "SIGKILL", "Cannot allocate memory"),
        re.compile(
            r"^MemoryError|(?:^|: )Killed$|signal: killed|signal SIGKILL|ated .{0,40}SIGKILL|Cannot allocate memory"
        ),
        "The memory was not enough.",
        "Let the build use less (fewer parallel jobs, no source maps), or raise ZIPP_BUILD_MEMORY_BYTES.",
        hint_at_start="Raise the site's memory limit (zipp.toml: limits.memory), or let it use less.",
        weight=Weight.SYMPTOM,
    ),
    Rule(
        "port_in_use",
        ("EADDRINUSE", "ddress already in use"),
        re.compile(r"EADDRINUSE[^:]{0,60}:? ?(?P<place>[^\s]{0,60})|[Aa]ddress already in use"),
        "The site listens twice on the same port.",
        "Nothing else runs in its container: look for a second `listen`, or a start command that starts two servers.",
        phase="start",
        weight=Weight.SYMPTOM,
    ),
    Rule(
        "port_forbidden",
        ("listen EACCES",),
        re.compile(r"listen EACCES: permission denied \S{0,60}?(?P<port>\d{1,5})$"),
        "The site may not listen on port {port}.",
        "Listen on the port that the variable PORT names.",
        phase="start",
    ),
    Rule(
        "command_missing",
        (": not found", "command not found", "executable file not found", "spawn "),
        re.compile(
            r"(?:^|/)(?:sh|bash|dash|ash): (?:line )?(?:\d{1,5}: )?(?P<name>[\w@./+-]{1,100}): (?:command )?not found$"
            r"|(?:exec: \"|spawn |syscall spawn )(?P<other>[\w@./+-]{1,100})(?:\": executable file not found| ENOENT|$)"
        ),
        "There is no program named {name}.",
        "{advice}",
        look=_program,
    ),
    Rule(
        "missing_system_package",
        ("pg_config executable not found",),
        re.compile("pg_config executable not found"),
        "psycopg2 is compiled from source, which needs PostgreSQL's own files.",
        "Name `psycopg2-binary` instead of `psycopg2` in requirements.txt.",
    ),
    Rule(
        "missing_system_package",
        ("mysql_config", "pkg-config name", "pkg-config search path", "development packages are installed"),
        re.compile(
            r"mysql_config(?:: | )not found|not find valid pkg-config name|not found in the pkg-config search path|"
            r"make sure the .{1,100} development packages are installed"
        ),
        "A package is compiled from source, and the image lacks a library that it needs.",
        _SYSTEM,
    ),
    Rule(
        "missing_system_package",
        ("fatal error: ",),
        re.compile(r"fatal error: (?P<name>[\w./+-]{1,100}\.h[px]{0,2}): No such file or directory"),
        "A package is compiled from source, and the header {name} is not in the image.",
        _SYSTEM,
    ),
    Rule(
        "missing_system_package",
        ("failed: No such file or directory", "unable to execute"),
        re.compile(
            r"(?:command '(?P<name>[\w+./-]{1,60})' failed: No such file|unable to execute '(?P<other>[\w+./-]{1,60})')"
        ),
        "A package is compiled from source, and the image has no compiler.",
        _SYSTEM,
    ),
    Rule(
        "missing_system_package",
        ("find any Python installation", "not found: make", "linker `cc` not found", "find Rust compiler"),
        re.compile(
            "Could not find any Python installation|not found: make|linker `cc` not found|can't find Rust compiler"
        ),
        "A package is compiled from source, and the image lacks the tools for it.",
        _SYSTEM,
    ),
    Rule(
        "permission_denied",
        ("EACCES: permission denied, ", "[Errno 13] Permission denied: "),
        re.compile(
            r"(?:EACCES: permission denied, \w{1,20} |\[Errno 13\] Permission denied: )['\"](?P<file>[^'\"]{1,300})"
        ),
        "{file} may not be written or read: builds and sites run as an account without rights (10001).",
        "Write beside the code (/app) or to /tmp; in a Dockerfile, give the folder to the user that runs the site.",
        weight=Weight.SYMPTOM,
        look=_path,
    ),
)
