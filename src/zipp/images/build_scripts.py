"""What Zipp adds to people's build commands: shell text that finds, checks and lays out what they made.

Their commands are never part of it. It works in /app and needs only sh and Debian's essential tools.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

NOTHING_BUILT = 66  # EX_NOINPUT of sysexits.h: what the build should have made is not there
NOTHING_BUILT_MARK = "zipp: "  # the line on stderr that says so begins with it

OUT = "/tmp/out"  # noqa: S108 - in a builder stage, which nobody else is in
SITE = f"{OUT}/site"
_STAMP = f"{OUT}/.began"
_PAGE = "index.html"
_NEVER_OUTPUT = ("node_modules", ".git", ".cache", "coverage")


def begin() -> list[str]:
    """The kernel's clock for files ticks every few milliseconds: what the build writes must come after the stamp."""
    return [f"mkdir -p {OUT}", f": > {_STAMP}", "sleep 0.02"]


def collect(output: str, *, find: bool, in_place: bool = False, fallback: str, left: Collection[str]) -> list[str]:
    """After `begin` and the build: its output to SITE, or NOTHING_BUILT. `left`: folders that are never part of it.

    `output` if the build wrote its first page; else with `find` the folder of the shallowest page that it did write;
    else `output` if it has that page all the same (a build may only add to a page that was there); with `in_place` the
    folder of the project itself, for the same reason. A page counts as written when its inode changed (ctime): copies
    keep the times of modification.
    """
    folder = shlex.quote(output)
    pages = [f"{folder}/{shlex.quote(page)}" for page in dict.fromkeys((_PAGE, fallback or _PAGE))]
    any_page = " || ".join(f"[ -f {page} ]" for page in pages)
    lines = [f'f=$(find {" ".join(pages)} -cnewer {_STAMP} 2>/dev/null | head -n 1); [ -z "$f" ] || f={folder}']
    if find:
        lines.append(f'[ -n "$f" ] || f=$({_shallowest(left)})')
    lines += [
        f'if [ -z "$f" ] && {{ {any_page}; }}; then f={folder}; fi',
        *([f'if [ -z "$f" ] && [ -f {_PAGE} ]; then f=.; fi'] if in_place else []),
        f'[ -n "$f" ] || {_fail(f"no index.html was built in {output}")}',
    ]
    if find:
        lines.append(f'[ "$f" = {folder} ] || echo "zipp: the site was built in $f"')
    if find or in_place or output == ".":
        lines += ['if [ "$f" = . ]; then', *_all_of_it(left), "exit 0", "fi"]
    return [*lines, f'{_mover(output, left)} "$f" {SITE}']


def _all_of_it(left: Collection[str]) -> list[str]:
    """Packages are for the build, unless a page refers to them."""
    without = [*left, *({"node_modules"} - set(left))]
    return [
        f"if grep -qs node_modules/ ./*.html; then {lay_out(left)[0]}",
        *lay_out(left)[1:],
        "else",
        *lay_out(without),
        "fi",
    ]


def keep(entries: Collection[str], *, mounted: Collection[str] = ()) -> list[str]:
    """Only these to SITE, at their places below it, or NOTHING_BUILT; of one that ends with a slash what is inside.

    `mounted`: folders that can't be renamed, nor what they lie in.
    """
    lines = [f"[ -e {shlex.quote(name)} ] || {_fail(f'the build did not make {name}')}" for name in entries]
    lines.append(f"mkdir -p {OUT}")
    for number, entry in enumerate(entry for entry in entries if entry.endswith("/")):
        inside = _here(entry.rstrip("/"))
        lines.append(f"cp -a {inside}/. {SITE}/" if number else f"{_mover(entry, mounted)} {inside} {SITE}")
    for entry in (entry for entry in entries if not entry.endswith("/")):
        target = shlex.quote(str(PurePosixPath(SITE, entry).parent))
        lines.append(f"mkdir -p {target}; {_mover(entry, mounted)} {_here(entry)} {target}/")
    return lines


def lay_out(left: Collection[str]) -> list[str]:
    """Everything but the folders `left` (relative paths) to SITE.

    What the build made is only renamed. A folder that holds one of `left` is laid out piece by piece, and not at all
    where it holds nothing else.
    """
    inside: dict[str, set[str]] = {".": set()}
    paths = set(map(PurePosixPath, left))
    for path in (path for path in paths if paths.isdisjoint(path.parents)):
        for inner in (path, *path.parents):
            if str(inner) != ".":
                inside.setdefault(str(inner.parent), set()).add(inner.name)
    return [
        line
        for folder, names in sorted(inside.items(), reverse=True)
        for line in _lay_out_folder(folder, sorted(names))
    ]


def _mover(output: str, left: Collection[str]) -> str:
    """A rename costs nothing, but a folder that is kept for the next build, or holds one, is a mount."""
    place = PurePosixPath(output)
    is_mount = any(PurePosixPath(path).is_relative_to(place) for path in left)
    return "cp -a" if is_mount else "mv"


def _lay_out_folder(folder: str, names: list[str]) -> list[str]:
    source, target = ("", SITE) if folder == "." else (f"{folder}/", f"{SITE}/{folder}")
    prefix = f"./{shlex.quote(source)}" if source else "./"
    skip = f"{'|'.join(shlex.quote(name) for name in names)}) ;; " if names else ""
    return [
        f"if [ -d {prefix} ]; then mkdir -p {shlex.quote(target)}",
        f"for f in {prefix}* {prefix}.[!.]* {prefix}..?*; do",
        f'case "${{f##*/}}" in {skip}*) if [ -e "$f" ] || [ -L "$f" ]; then mv "$f" {shlex.quote(target)}/; fi ;; esac',
        "done; fi" if folder == "." else f"done; rmdir {shlex.quote(target)} 2>/dev/null || :; fi",
    ]


def _shallowest(left: Collection[str]) -> str:
    pruned = [f"-name {shlex.quote(name)}" for name in _NEVER_OUTPUT]
    pruned += [f"-path {shlex.quote(f'./{path}')}" for path in sorted(left) if path not in _NEVER_OUTPUT]
    return (
        rf"find . \( {' -o '.join(pruned)} \) -prune -o -name {_PAGE} -type f -cnewer {_STAMP} -printf '%d %h\n'"
        " | LC_ALL=C sort -n | head -n 1 | cut -d ' ' -f 2-"
    )


def _here(path: str) -> str:
    return shlex.quote(f"./{path}")


def _fail(message: str) -> str:
    return f"{{ echo {shlex.quote(f'zipp: {message}')} >&2; exit {NOTHING_BUILT}; }}"


def quoted(paths: Iterable[str]) -> str:
    return " ".join(map(shlex.quote, paths))
