"""JavaScript and TypeScript: what Node, compilers and bundlers say about code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zipp.pipeline.diagnosis.node_imports import compiled, thrown
from zipp.pipeline.diagnosis.reading import bundler_place, in_place, near, own
from zipp.pipeline.diagnosis.rule import Rule, Weight

_SAID = re.compile(r"^(?P<what>\S.{1,300})")


def _only_node(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    """Python has syntax errors too, and names them in another way."""
    return None if any(' File "' in line for line in lines[max(0, at - 5) : at]) else thrown(lines, at, values)


def _bundled(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    said = near(lines, at, _SAID, within=range(-1, -4, -1))
    place = f"{own(values['file'])}, line {values['row']}"
    return {**in_place(place), "line": said.string if said else lines[at]}


def _above(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    return in_place(bundler_place(lines, at))


def _next_line(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    said = near(lines, at, _SAID, within=range(1, 4))
    return {"line": said.string} if said else {}


_PLACE_HINT = "Correct {place} and deploy again."

RULES = (
    Rule(
        "syntax_error",
        ("TS1",),
        re.compile(r"TS1\d{3}: (?P<what>.{1,240})"),
        "TypeScript can't read the code{in_place}: {what}",
        _PLACE_HINT,
        look=compiled,
    ),
    Rule(
        "missing_types",
        ("TS7016",),
        re.compile(r"TS7016: Could not find a declaration file for module '(?P<name>[^']{1,100})'"),
        "TypeScript knows no types of {name}{in_place}.",
        "Try `npm install --save-dev @types/{name}`, or declare the module in a .d.ts file.",
        look=compiled,
    ),
    Rule(
        "type_error",
        (" TS", "TS2"),
        re.compile(r"(?:error|ERROR\]|^) {0,3}TS\d{4,5}: (?P<what>.{1,240})"),
        "The types don't fit{in_place}: {what}",
        _PLACE_HINT,
        look=compiled,
    ),
    Rule(
        "type_error",
        ("Type error: ",),
        re.compile(r"^\s{0,4}Type error: (?P<what>.{1,240})"),
        "The types don't fit{in_place}: {what}",
        _PLACE_HINT,
        look=_above,
    ),
    Rule(
        "syntax_error",
        (": ERROR: ",),
        re.compile(r"^(?P<file>[^\s:]{1,300}):(?P<row>\d{1,7}):\d{1,7}: ERROR: (?P<what>.{1,240})"),
        "The code can't be read{in_place}: {what}.",
        _PLACE_HINT,
        look=compiled,
    ),
    Rule(
        "syntax_error",
        ("[ERROR] ",),
        re.compile(r"^\W{1,4}\[ERROR\] (?P<what>.{1,240})"),
        "The code can't be read{in_place}: {what}.",
        _PLACE_HINT,
        look=compiled,
    ),
    Rule(
        "syntax_error",
        ("file: ",),
        re.compile(r"^file: (?P<file>/[^\s:]{1,300}):(?P<row>\d{1,7}):\d{1,7}"),
        "The code can't be read{in_place}.",
        _PLACE_HINT,
        look=_bundled,
    ),
    Rule(
        "syntax_error",
        ("Module parse failed", "Module build failed", "Parsing ecmascript source code failed"),
        re.compile(r"(?:Module (?:parse|build) failed|Parsing ecmascript)(?P<what>.{0,240})"),
        "The bundler can't read the code{in_place}.",
        _PLACE_HINT,
        look=_above,
    ),
    Rule(
        "syntax_error",
        ("-[/", "─[/"),
        re.compile(r"[,╭][-─]\[(?P<file>/[^\s:\]]{1,300}):(?P<row>\d{1,7}):\d{1,7}\]"),
        "The code can't be read{in_place}.",
        _PLACE_HINT,
        look=_bundled,
    ),
    Rule(
        "syntax_error",
        ("SyntaxError: ",),
        re.compile(r"SyntaxError: (?P<what>.{1,240})"),
        "The code can't be read{in_place}: {what}.",
        _PLACE_HINT,
        look=_only_node,
    ),
    Rule(
        "lint_error",
        ("  Error: ",),
        re.compile(r"^\d{1,7}:\d{1,7}  Error: (?P<what>.{1,240})"),
        "The linter does not let the code pass{in_place}.",
        "Correct {place}, or let the build skip the linter (in next.config: eslint.ignoreDuringBuilds).",
        look=_above,
    ),
    Rule(
        "warnings_as_errors",
        ("Treating warnings as errors",),
        re.compile("Treating warnings as errors because process.env.CI = true"),
        "The build takes its warnings for errors, because the variable CI is set.",
        'Mend the warnings, or set `CI = "false"` under [env] in zipp.toml.',
    ),
    Rule(
        "openssl_unsupported",
        ("ERR_OSSL_EVP_UNSUPPORTED", "digital envelope routines::unsupported"),
        re.compile("ERR_OSSL_EVP_UNSUPPORTED|digital envelope routines::unsupported"),
        "The build tool is too old for this version of Node: it wants an algorithm that OpenSSL 3 no longer has.",
        'Bring webpack (or react-scripts) up to date, or set `NODE_OPTIONS = "--openssl-legacy-provider"` under [env] '
        "in zipp.toml.",
    ),
    Rule(
        "prisma_not_generated",
        ("@prisma/client did not initialize",),
        re.compile("@prisma/client did not initialize yet"),
        "The Prisma client was not generated.",
        'Add `"postinstall": "prisma generate"` to the scripts in package.json.',
    ),
    Rule(
        "build_missing",
        ("Could not find a production build",),
        re.compile("Could not find a production build"),
        "The site starts, but nothing was built.",
        'Add `"build": "next build"` to the scripts in package.json, or set `build` in zipp.toml.',
        phase="start",
    ),
    Rule(
        "prerender_failed",
        ("Error occurred prerendering page",),
        re.compile(r"Error occurred prerendering page \"(?P<page>[^\"]{1,200})\""),
        "The page {page} could not be made at build time.",
        "Its code must work without a visitor's request: catch what may fail, or render it per request "
        '(`export const dynamic = "force-dynamic"`).',
        weight=Weight.SYMPTOM,
        look=_next_line,
    ),
)
