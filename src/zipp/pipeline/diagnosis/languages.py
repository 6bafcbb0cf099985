"""PHP, Go, Ruby and Java: the few causes that are told by a line of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zipp.pipeline.diagnosis.reading import in_place, own
from zipp.pipeline.diagnosis.rule import Rule, Weight


def _place(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    return in_place(f"{own(values['file'])}, line {values['row']}")


_PLACE_HINT = "Correct {place} and deploy again."

RULES = (
    Rule(
        "syntax_error",
        ("Parse error: ",),
        re.compile(r"Parse error: {1,2}(?P<what>.{1,200}?) in (?P<file>\S{1,200}) on line (?P<row>\d{1,7})"),
        "PHP can't read the code{in_place}: {what}.",
        _PLACE_HINT,
        look=_place,
    ),
    Rule(
        "missing_dependency",
        ("vendor/autoload.php",),
        re.compile(r"Failed opening required '[^']{0,200}vendor/autoload\.php'"),
        "The site wants its Composer packages, which are not installed.",
        "Deploy composer.json and composer.lock with the site.",
    ),
    Rule(
        "lockfile_out_of_step",
        ("composer.lock", "lock file does not contain"),
        re.compile(r"lock file does not contain a compatible set of packages|composer\.lock.{0,60}not up to date"),
        "composer.lock does not match composer.json, or wants another PHP.",
        "Run `composer update` in the project's folder and deploy again with the lock file that it writes.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "missing_dependency",
        ("no required module provides package", "missing go.sum entry"),
        re.compile(
            r"(?:no required module provides|go\.sum entry for module providing) package (?P<name>[^\s;]{1,200})"
        ),
        "The Go package {name} is imported, but not in go.mod and go.sum.",
        "Run `go mod tidy` in the project's folder and deploy again.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "lockfile_out_of_step",
        ("updates to go.mod needed", "missing go.sum entry"),
        re.compile("updates to go.mod needed|missing go.sum entry"),
        "go.mod and go.sum do not match the code.",
        "Run `go mod tidy` in the project's folder and deploy again.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "syntax_error",
        (".go:",),
        re.compile(r"^(?P<file>\S{1,200}\.go):(?P<row>\d{1,7}):\d{1,7}: (?P<what>.{1,200})"),
        "Go can't compile the code{in_place}: {what}.",
        _PLACE_HINT,
        look=_place,
    ),
    Rule(
        "syntax_error",
        (": syntax error, ",),
        re.compile(r"^(?P<file>\S{1,200}\.(?:rb|ru)):(?P<row>\d{1,7}): (?P<what>syntax error, .{1,200})"),
        "Ruby can't read the code{in_place}: {what}.",
        _PLACE_HINT,
        look=_place,
    ),
    Rule(
        "missing_dependency",
        ("cannot load such file -- ",),
        re.compile(r"cannot load such file -- (?P<name>[\w./-]{1,200})"),
        "Ruby finds no {name}.",
        "Add the gem to the Gemfile, run `bundle install` and deploy both files.",
    ),
    Rule(
        "lockfile_out_of_step",
        ("Gemfile", "lockfile can't be updated", "frozen mode"),
        re.compile(
            r"lockfile can't be updated because frozen mode is set|frozen mode.{0,80}Gemfile\.lock|"
            r"changed your Gemfile|requires a Gemfile\.lock"
        ),
        "There is no Gemfile.lock that matches the Gemfile.",
        "Run `bundle install` in the project's folder and deploy again with the lock file that it writes.",
        weight=Weight.DECIDED,
    ),
    Rule(
        "syntax_error",
        (".java:", ".kt:"),
        re.compile(
            r"(?P<file>[^\s:\[]{1,200}\.(?:java|kt)):\[?(?P<row>\d{1,7})[,:\]].{0,12}?(?:error: |\] )(?P<what>.{1,200})"
        ),
        "The compiler can't read the code{in_place}: {what}.",
        _PLACE_HINT,
        look=_place,
    ),
)
