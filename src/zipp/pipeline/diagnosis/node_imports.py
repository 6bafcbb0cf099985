"""JavaScript and TypeScript: modules, files and names that an import asks for and that are not there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zipp.pipeline.diagnosis.reading import bundler_place, in_place, near, node_place, own
from zipp.pipeline.diagnosis.rule import Rule

_REQUIRED_BY = re.compile(r"^- (?P<file>/\S{1,300})")
_IMPORTED_FROM = re.compile(r" imported from (?P<file>/\S{1,300})")
_AFTERWARDS = re.compile(r"^\s{1,8}(?P<file>[^\s:]{1,300}):(?P<row>\d{1,7}):\d{1,7}")
_BEFORE = re.compile(r"(?P<file>[^\s(:]{1,300})[(:](?P<row>\d{1,7})[,:]\d{1,7}\)?")
_IN_JSON = re.compile(r"SyntaxError: (?P<file>/\S{1,300}[^\s:])(?::| \()")
_BABEL = re.compile(r"\((?P<row>\d{1,7}):\d{1,7}\)")


def _name(values: Mapping[str, str]) -> str:
    """The package of a module's name: `lodash` of `lodash/fp`."""
    parts = values["name"].split("/")
    return "/".join(parts[: 2 if values["name"].startswith("@") else 1])


def _package(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    return {"name": _name(values), **in_place(_importer(lines, at) or bundler_place(lines, at))}


def _importer(lines: Sequence[str], at: int) -> str:
    found = _IMPORTED_FROM.search(lines[at]) or near(lines, at, _REQUIRED_BY, within=range(1, 4))
    return "" if found is None or "node_modules/" in found["file"] else own(found["file"])


def _file(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    return {"file": own(values["file"]), **in_place(_importer(lines, at) or bundler_place(lines, at))}


def _from(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    return {**in_place(own(values["by"])), **({"name": _name(values)} if "name" in values else {})}


def compiled(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    before = _BEFORE.match(lines[at]) or near(lines, at, _AFTERWARDS, within=range(1, 4))
    place = f"{own(before['file'])}, line {before['row']}" if before else bundler_place(lines, at)
    named = {"name": _name(values)} if "name" in values else {}
    return {**in_place(place), **named}


def thrown(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    in_json = _IN_JSON.search(lines[at])
    if in_json is None:
        return in_place(node_place(lines, at))
    row = _BABEL.search(lines[at])
    place = own(in_json["file"]) + (f", line {row['row']}" if row else "")
    return {**in_place(place), "what": values.get("what", "").removeprefix(f"{in_json['file']}: ")}


_INSTALL = "Add it with `npm install {name}`, and deploy again with the changed package.json and lock file."
_INSTALL_FOR_START = (
    "Add it with `npm install {name}` (under `dependencies`: what stands under `devDependencies` is left out when the "
    "site runs), and deploy again."
)
_OWN_FILE = r"(?P<file>(?:[./~]|@/|#)[^'\"]{0,200})"
_PACKAGE = r"(?P<name>@?[A-Za-z0-9][^'\"]{0,200})"
_FILE_HINT = "Check the name, upper and lower case included, and that the file is part of what is deployed."
_FILE_HINT_AT_START = (
    "Check the start command and the name, upper and lower case included; what a build makes must come from the build "
    "command."
)

RULES = (
    Rule(
        "missing_dependency",
        ("Cannot find module", "Cannot find package"),
        re.compile(rf"TS2307: Cannot find module '{_PACKAGE}'"),
        "The package {name} is imported{in_place}, but not installed.",
        _INSTALL,
        look=compiled,
    ),
    Rule(
        "missing_dependency",
        ("Cannot find module", "Cannot find package"),
        re.compile(rf"(?:^|Error[^']{{0,40}}: |^\W{{0,9}})Cannot find (?:module|package) '{_PACKAGE}'"),
        "The package {name} is imported{in_place}, but not installed.",
        _INSTALL,
        hint_at_start=_INSTALL_FOR_START,
        look=_package,
    ),
    Rule(
        "missing_file",
        ("Cannot find module",),
        re.compile(rf"(?:Error[^']{{0,40}}: |^\W{{0,9}})Cannot find module '{_OWN_FILE}'"),
        "There is no file {file}, which is wanted{in_place}.",
        _FILE_HINT,
        hint_at_start=_FILE_HINT_AT_START,
        look=_file,
    ),
    Rule(
        "missing_dependency",
        ("Can't resolve",),
        re.compile(rf"Module not found: .{{0,20}}Can't resolve '{_PACKAGE}'"),
        "The package {name} is imported{in_place}, but not installed.",
        _INSTALL,
        look=_package,
    ),
    Rule(
        "missing_file",
        ("Can't resolve",),
        re.compile(rf"Module not found: .{{0,20}}Can't resolve '{_OWN_FILE}'"),
        "There is no file {file}, which is imported{in_place}.",
        _FILE_HINT,
        look=_file,
    ),
    Rule(
        "missing_dependency",
        ("failed to resolve import",),
        re.compile(rf"failed to resolve import \"{_PACKAGE}\" from \"(?P<by>[^\"]{{1,300}})\""),
        "The package {name} is imported{in_place}, but not installed.",
        _INSTALL,
        look=_from,
    ),
    Rule(
        "missing_file",
        ("failed to resolve import", "Could not resolve"),
        re.compile(
            rf"(?:failed to resolve import|Could not resolve) [\"']{_OWN_FILE}[\"'] from [\"'](?P<by>[^\"']{{1,300}})"
        ),
        "There is no file {file}, which is imported{in_place}.",
        _FILE_HINT,
        look=_from,
    ),
    Rule(
        "missing_file",
        ("Could not resolve",),
        re.compile(rf"Could not resolve [\"']{_OWN_FILE}[\"']"),
        "There is no file {file}, which is imported{in_place}.",
        _FILE_HINT,
        look=compiled,
    ),
    Rule(
        "missing_file",
        ("Could not resolve entry module",),
        re.compile(r"Could not resolve entry module [\"'](?P<file>[^\"']{1,200})"),
        "The build starts from {file}, and there is no such file.",
        "Put it at the project's root, or set `root` in zipp.toml to the folder that holds it.",
    ),
    Rule(
        "missing_dependency",
        ("Could not resolve",),
        re.compile(rf"Could not resolve [\"']{_PACKAGE}[\"']"),
        "The package {name} is imported{in_place}, but not installed.",
        _INSTALL,
        look=compiled,
    ),
    Rule(
        "missing_export",
        (" is not exported by ",),
        re.compile(r"\"(?P<name>[^\"]{1,100})\" is not exported by \"(?P<by>[^\"]{1,300})\""),
        "{by} exports no {name}.",
        "Correct the import: names that are exported by default are imported without braces.",
    ),
    Rule(
        "missing_export",
        ("does not provide an export named",),
        re.compile(r"module '(?P<by>[^']{1,200})' does not provide an export named '(?P<name>[^']{1,100})'"),
        "{by} exports no {name}.",
        "Correct the import; a CommonJS package is imported by its default and taken apart afterwards.",
        look=lambda lines, at, values: in_place(node_place(lines, at)),
    ),
    Rule(
        "wrong_module_type",
        ("Cannot use import statement outside a module",),
        re.compile("SyntaxError: Cannot use import statement outside a module"),
        "Node reads a file with `import` as CommonJS{in_place}.",
        'Add `"type": "module"` to package.json, or name the file .mjs.',
        look=thrown,
    ),
    Rule(
        "wrong_module_type",
        ("is not defined in ES module scope",),
        re.compile(r"ReferenceError: (?P<name>\w{1,40}) is not defined in ES module scope"),
        "`{name}` is used{in_place}, which Node reads as an ES module.",
        'Use `import` there, name the file .cjs, or take `"type": "module"` out of package.json.',
        look=thrown,
    ),
)
