"""npm, pnpm, yarn and bun: what they say when they install nothing, or find nothing to run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zipp.pipeline.diagnosis.reading import near
from zipp.pipeline.diagnosis.rule import Rule, Weight

_DIFFERENCE = re.compile(r"(?:Missing: |Invalid: lock file's )")
_NO_LOCK = re.compile(r"can only install with an existing package-lock\.json")
_WENT_ON = re.compile(r"^(?:added|changed|removed|up to date)[ ,]")
_PEER = re.compile(r"peer (?P<peer>\S{1,120}) from (?P<by>\S{1,120})")
_NAMED = re.compile(r"404  ?.{0,40}'(?P<name>[^']{1,200})'")
_REQUIRED = re.compile(r"Required: +(?P<wanted>.{1,120})")
_BROKEN = re.compile(r"JSON\.parse (?P<what>.{1,240})")

LOCKFILE_HINT = "Run `{command}` in the project's folder and deploy again with the lock file that it writes."


def _lockfile(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    if near(lines, at, _WENT_ON, within=range(1, len(lines) - at)):  # `npm install` has mended it
        return None
    if near(lines, at, _NO_LOCK, within=range(1, 6)):
        return None
    difference = near(lines, at, _DIFFERENCE, within=range(1, 12))
    return {"line": difference.string.strip()} if difference else {}


def _no_lockfile(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    return None if near(lines, at, _WENT_ON, within=range(1, len(lines) - at)) else {}


def _peer(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    found = near(lines, at, _PEER, within=range(1, 30))
    if found is None:
        return {"who": ""}
    return {"who": f": {found['by']} wants {found['peer']}", "line": found.string.strip()}


def _not_there(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    found = near(lines, at, _NAMED, within=range(1, 6))
    return {"name": found["name"], "line": found.string.strip()} if found else {"name": "that it needs"}


def _engine(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    found = near(lines, at, _REQUIRED, within=range(1, 6))
    return {"wanted": found["wanted"], "line": found.string.strip()} if found else {"wanted": "another version"}


def _json(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    found = near(lines, at, _BROKEN, within=range(1, 4))
    return {"line": found["what"]} if found else {}


_PACKAGE_HINT = "Check its name and version in package.json; a private package needs a token that the build may use."

RULES = (
    Rule(
        "lockfile_out_of_step",
        (" code EUSAGE",),
        re.compile(r"^npm (?:ERR!|error) code EUSAGE"),
        "package-lock.json does not match package.json.",
        LOCKFILE_HINT.format(command="npm install"),
        weight=Weight.DECIDED,
        look=_lockfile,
    ),
    Rule(
        "lockfile_out_of_step",
        ("can only install with an existing",),
        re.compile("can only install with an existing package-lock"),
        "`npm ci` needs a package-lock.json, and the project has none.",
        LOCKFILE_HINT.format(command="npm install"),
        weight=Weight.DECIDED,
        look=_no_lockfile,
    ),
    Rule(
        "lockfile_out_of_step",
        ("ERR_PNPM_OUTDATED_LOCKFILE", "ERR_PNPM_LOCKFILE_"),
        re.compile("ERR_PNPM_(?:OUTDATED_LOCKFILE|LOCKFILE_)"),
        "pnpm-lock.yaml does not match package.json.",
        LOCKFILE_HINT.format(command="pnpm install"),
        weight=Weight.DECIDED,
    ),
    Rule(
        "lockfile_out_of_step",
        ("Your lockfile needs to be updated", "The lockfile would have been"),
        re.compile(r"(?:^error Your lockfile needs to be updated|YN0028: .{0,20}The lockfile would have been)"),
        "yarn.lock does not match package.json.",
        LOCKFILE_HINT.format(command="yarn install"),
        weight=Weight.DECIDED,
    ),
    Rule(
        "lockfile_out_of_step",
        ("lockfile is frozen",),
        re.compile("lockfile had changes, but lockfile is frozen"),
        "bun.lock does not match package.json.",
        LOCKFILE_HINT.format(command="bun install"),
        weight=Weight.DECIDED,
    ),
    Rule(
        "lockfile_out_of_step",
        ("EINTEGRITY",),
        re.compile(r"^npm (?:ERR!|error) code EINTEGRITY"),
        "What was downloaded is not what package-lock.json says.",
        "Delete package-lock.json and node_modules, run `npm install` and deploy again with the new lock file.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "dependency_conflict",
        (" code ERESOLVE", "ERR_PNPM_PEER_DEP_ISSUES"),
        re.compile(r"(?:^npm (?:ERR!|error) code ERESOLVE|ERR_PNPM_PEER_DEP_ISSUES)"),
        "Two dependencies contradict each other{who}.",
        "Choose versions in package.json that fit together, or put the line `legacy-peer-deps=true` into a file .npmrc "
        "beside it.",
        weight=Weight.DECIDED,
        look=_peer,
    ),
    Rule(
        "package_not_found",
        (" code E404",),
        re.compile(r"^npm (?:ERR!|error) code E404"),
        "The package {name} does not exist where npm looks.",
        _PACKAGE_HINT,
        weight=Weight.DECIDED,
        look=_not_there,
    ),
    Rule(
        "package_not_found",
        ("No matching version found for",),
        re.compile(r"No matching version found for (?P<name>\S{1,200}[^\s.])"),
        "There is no version {name}.",
        _PACKAGE_HINT,
        weight=Weight.DECIDED,
    ),
    Rule(
        "package_not_found",
        (" is not in the npm registry",),
        re.compile(r"^(?P<name>\S{1,200}) is not in the npm registry"),
        "The package {name} does not exist where pnpm looks.",
        _PACKAGE_HINT,
        weight=Weight.DECIDED,
    ),
    Rule(
        "package_not_found",
        ("Couldn't find package",),
        re.compile(r"Couldn't find package \"(?P<name>[^\"]{1,200})\""),
        "The package {name} does not exist where yarn looks.",
        _PACKAGE_HINT,
        weight=Weight.DECIDED,
    ),
    Rule(
        "engine_unsupported",
        (" code EBADENGINE",),
        re.compile(r"^npm (?:ERR!|error) code EBADENGINE"),
        "The project or a dependency wants another version of Node or npm: {wanted}.",
        "Name the Node version in `engines.node` of package.json or in a file .nvmrc.",
        weight=Weight.DECIDED,
        look=_engine,
    ),
    Rule(
        "engine_unsupported",
        ("is incompatible with this module", "ERR_PNPM_UNSUPPORTED_ENGINE"),
        re.compile(r"(?:The engine \"(?P<engine>\w{1,20})\" is incompatible|ERR_PNPM_UNSUPPORTED_ENGINE)"),
        "A dependency wants another version of Node.",
        "Name the Node version in `engines.node` of package.json or in a file .nvmrc.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "platform_unsupported",
        ("Unsupported platform for",),
        re.compile(r"(?:ERR!|error) notsup Unsupported platform for (?P<name>\S{1,120}[^\s:])"),
        "The package {name} does not exist for Linux.",
        "Move it to `optionalDependencies` in package.json, or remove it.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "syntax_error",
        (" code EJSONPARSE",),
        re.compile(r"^npm (?:ERR!|error) code EJSONPARSE"),
        "package.json is no valid JSON.",
        "Correct package.json at the place that the line names: often a comma too many, or one missing.",
        weight=Weight.DECIDED,
        look=_json,
    ),
    Rule(
        "missing_script",
        ("Missing script", "Couldn't find a script named", "Script not found"),
        re.compile(
            r"(?:Missing script: |Couldn't find a script named |Script not found )\"?(?P<name>[\w:.@/-]{1,100})"
        ),
        "package.json has no script named {name}.",
        'Add it (`"scripts": {{"{name}": "…"}}`), or set another command in zipp.toml.',
        weight=Weight.DECIDED,
    ),
    Rule(
        "missing_script",
        ("error Command ",),
        re.compile(r"^error Command \"(?P<name>[\w:.@/-]{1,100})\" not found"),
        "package.json has no script named {name}.",
        'Add it (`"scripts": {{"{name}": "…"}}`), or set another command in zipp.toml.',
        weight=Weight.DECIDED,
    ),
)
