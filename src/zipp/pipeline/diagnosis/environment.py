"""Settings that a site wants from its environment and does not find there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zipp.pipeline.diagnosis.reading import near, python_place
from zipp.pipeline.diagnosis.rule import Rule

NAME = r"(?P<name>[A-Z][A-Z0-9_]{2,60})"
_NO_NAMES = ("ERR_", "MODULE_NOT_FOUND", "NODE_MODULE")
_NAMED = re.compile(rf"\b{NAME}\b")
_FIELD = re.compile(r"^(?P<name>[A-Za-z_]\w{0,60})$")
_REQUIRED = re.compile(r"^\s{1,4}Field required \[type=missing")


def _of_the_system(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    """A KeyError is any dictionary's; os.environ's own code stands right above it."""
    above = lines[max(0, at - 4) : at]
    if not any("<frozen os>" in line or "/os.py" in line or "os.environ" in line for line in above):
        return None
    place = python_place(lines, at)
    return {"read": f", which is read in {place}" if place else ""}


def _plain(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    """Nearly all variables have an underscore in their names, and what else is written in capitals has none."""
    name, line = values["name"], lines[at]
    if "_" not in name or name.startswith(_NO_NAMES) or "ReferenceError" in line or "warn" in line.lower():
        return None
    return {}


def _below(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    found = near(lines, at, _NAMED, within=range(6))
    return {"name": found["name"], "line": found.string.strip()} if found else None


def _settings(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    """pydantic-settings names the field; the variable is its name in capitals, after a prefix perhaps."""
    if not any("pydantic_settings" in line for line in lines[max(0, at - 20) : at]):
        return None
    field, required = near(lines, at, _FIELD, within=range(1, 2)), near(lines, at, _REQUIRED, within=range(2, 3))
    if field is None or required is None:
        return None
    return {"name": field["name"].upper(), "line": f"{field['name']}: {required.string.strip()}"}


def _in_path(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    is_path = at > 0 and '"path": [' in lines[at - 1]
    missing = near(lines, at, re.compile(r"Required|undefined"), within=range(-4, 4))
    return {"line": f"{values['name']}: {missing.string.strip()}"} if is_path and missing else None


_MESSAGE = "The variable {name} is not set."
_HINT = "Set {name} in the site's environment (`zipp env SITE {name}=…`) and deploy again; the build may read it too."

RULES = (
    Rule(
        "environment_missing",
        ("KeyError: ",),
        re.compile(r"^KeyError: '(?P<name>[A-Za-z_][A-Za-z0-9_]{0,60})'"),
        "The variable {name} is not set{read}.",
        _HINT,
        look=_of_the_system,
    ),
    Rule(
        "environment_missing",
        ("nvironment variable not found: ", "Set the ", "Declare it as envvar"),
        re.compile(
            r"(?:nvironment variable not found: |Set the )(?P<name>[A-Za-z_]\w{0,60})(?: environment variable|\.|$)"
        ),
        _MESSAGE,
        _HINT,
    ),
    Rule(
        "environment_missing",
        ("Declare it as envvar",),
        re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]{0,60}) not found\. Declare it as envvar"),
        _MESSAGE,
        _HINT,
    ),
    Rule(
        "environment_missing",
        ("validation error",),
        re.compile(r"ValidationError: \d{1,3} validation errors? for "),
        _MESSAGE,
        _HINT,
        look=_settings,
    ),
    Rule(
        "environment_missing",
        ('"',),
        re.compile(rf'^\s{{1,16}}"{NAME}",?$'),
        _MESSAGE,
        _HINT,
        look=_in_path,
    ),
    Rule(
        "environment_missing",
        ("Invalid environment variables", "Missing environment variables", "issing required environment variable"),
        re.compile(r"(?:Invalid|[Mm]issing)(?: required)? environment variable"),
        _MESSAGE,
        _HINT,
        look=_below,
    ),
    Rule(
        "environment_missing",
        ("set", "defined", "provided", "configured", "required", "missing", "empty", "specified", "undefined"),
        re.compile(
            rf"\b{NAME}[\"'`)]?:? (?:environment variable |env var |env variable )?"
            r"(?:is|was|must be|has to be|needs to be|not|cannot be) ?(?:not |un|missing or )?"
            r"(?:set|defined|provided|configured|required|missing|empty|specified)"
        ),
        _MESSAGE,
        _HINT,
        look=_plain,
    ),
    Rule(
        "environment_missing",
        ("issing", "equire", "rovide", "lease set", "efine"),
        re.compile(
            r"(?:[Mm]issing|[Rr]equires?|[Pp]lease (?:set|provide|define))"
            r"(?: (?:the|required|environment|env|variable|variables|var)){0,4}:? [\"'`]?" + NAME + r"\b"
        ),
        _MESSAGE,
        _HINT,
        look=_plain,
    ),
    Rule(
        "environment_missing",
        ("supabaseUrl is required", "supabaseKey is required"),
        re.compile(r"(?P<name>supabase(?:Url|Key)) is required"),
        "The Supabase client gets no {name}: the variable that should hold it is not set.",
        "Set the variable that the code reads for it in the site's environment and deploy again.",
    ),
    Rule(
        "environment_missing",
        ("Expected string or URL object, got None",),
        re.compile("ArgumentError: Expected string or URL object, got None"),
        "SQLAlchemy gets no address of a database: the variable that should hold it is not set.",
        "Set the variable that the code reads for it (as DATABASE_URL) in the site's environment and deploy again.",
    ),
)
