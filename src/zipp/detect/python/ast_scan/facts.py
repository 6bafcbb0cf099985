"""The facts of one file, as they travel from the scanning process to the detectors."""

from __future__ import annotations

TYPE_CHECKING = False  # see nodes.py
if TYPE_CHECKING:
    from typing import TypedDict
else:
    TypedDict = dict


class Call(TypedDict):
    """A call that starts a server. `port` and `host` are what it says itself, 0 and "" where that can't be seen.

    `reads_port`: it takes its port from the variable PORT; `options`: it takes it from the command line, as --port,
    the option for the host included. `on_import`: it stands where importing the file runs it.
    """

    kind: str
    port: int
    host: str
    reads_port: bool
    options: list[str]
    on_import: bool


class Settings(TypedDict):
    """Of a module of Django settings. `hosts` are the literal names in ALLOWED_HOSTS, `hosts_variable` the variable of
    the environment that they come from."""

    hosts: list[str]
    hosts_variable: str
    debug: bool
    static_root: bool
    names: list[str]
    texts: list[str]


class Scan(TypedDict):
    """`apps` and `factories` map a name to its framework; `made` maps a name to the factory that it was made by.

    `imports` are absolute and of the whole file, `first_imports` those that its import runs. `is_program` says that it
    has an `if __name__ == ...`; `prepares` are the calls there that make tables. `uses_old_templates`: it calls
    TemplateResponse(name, context), which Starlette 1.0 has no more. `writes` says what it writes beside
    itself, in words. `needs` are variables that it can't do without, `reads` all that it asks for.
    """

    path: str
    error: str
    apps: dict[str, str]
    factories: dict[str, str]
    made: dict[str, str]
    imports: list[str]
    first_imports: list[str]
    includes: list[str]
    is_program: bool
    calls: list[Call]
    prepares: list[str]
    commands: list[str]
    uses_old_templates: bool
    writes: str
    needs: list[str]
    reads: list[str]
    settings_module: str
    settings: Settings | None


def nothing_found(path: str) -> Scan:
    return Scan(
        path=path,
        error="",
        apps={},
        factories={},
        made={},
        imports=[],
        first_imports=[],
        includes=[],
        is_program=False,
        calls=[],
        prepares=[],
        commands=[],
        uses_old_templates=False,
        writes="",
        needs=[],
        reads=[],
        settings_module="",
        settings=None,
    )
