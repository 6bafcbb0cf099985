"""A context as BuildKit's file transfer wants it told: each entry after its folder, in the order of their names' bytes.

What is left out, what takes a file's place and which modes there are is the same as in the archive of context.py.
"""

from __future__ import annotations

import heapq
import os
import posixpath
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from zipp.images.context import Context
from zipp.images.packets import Kind

Wanted = Callable[[str], bool]
_WILDCARDS = frozenset("*?[\\")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file's content is at `path`, or is `content`."""

    name: str
    kind: Kind
    mode: int
    path: str = ""
    content: bytes | None = None
    target: str = ""

    @property
    def order(self) -> tuple[bytes, ...]:
        return tuple(os.fsencode(self.name).split(b"/"))


def entries(context: Context, follow: Collection[str] = ()) -> Iterator[Entry]:
    """All of it, or at least what lies at the paths `follow` and below them."""
    wanted = _wanted(context, follow)
    extra = {name: content for name, content in context.extra.items() if wanted(name)}
    found = (entry for entry in _found(context, wanted) if entry.name not in extra)
    return _with_folders(heapq.merge(found, _made(extra), key=lambda entry: entry.order))


def files(contents: Mapping[str, bytes]) -> Iterator[Entry]:
    return _with_folders(_made(contents))


def _made(contents: Mapping[str, bytes]) -> Iterator[Entry]:
    made = (Entry(name, "file", 0o644, content=content) for name, content in contents.items())
    return iter(sorted(made, key=lambda entry: entry.order))


def _with_folders(ordered: Iterator[Entry]) -> Iterator[Entry]:
    """Those that were left out but hold something that was not come before it. Nothing lies below a link."""
    above: list[Entry] = []
    for entry in ordered:
        folder = posixpath.dirname(entry.name)
        while above and folder != above[-1].name and not folder.startswith(f"{above[-1].name}/"):
            above.pop()
        if above and above[-1].kind != "folder":
            continue
        for missing in _between(above[-1].name if above else "", folder):
            above.append(Entry(missing, "folder", 0o755))
            yield above[-1]
        above.append(entry)
        yield entry


def _between(upper: str, lower: str) -> Iterator[str]:
    """The folders below `upper` down to `lower`."""
    rest = lower[len(upper) :].strip("/")
    for part in rest.split("/") if rest else ():
        upper = posixpath.join(upper, part)
        yield upper


def _found(context: Context, wanted: Wanted) -> Iterator[Entry]:
    above = ""
    if context.below:
        above = f"{context.below}/"
        if wanted(context.below):
            yield Entry(context.below, "folder", 0o755)
    yield from _below(context, wanted, str(context.folder), "", above)


def _below(context: Context, wanted: Wanted, folder: str, prefix: str, above: str) -> Iterator[Entry]:
    with os.scandir(folder) as found:
        children = sorted(found, key=lambda child: os.fsencode(child.name))
    for child in children:
        relative = prefix + child.name
        if not wanted(above + relative):
            continue
        is_folder = child.is_dir(follow_symlinks=False)
        left_out = context.excluded(relative, is_folder)
        if not left_out and (entry := _entry(child.path, above + relative)) is not None:
            yield entry
        if is_folder and (context.looks_inside_excluded or not left_out):
            yield from _below(context, wanted, child.path, f"{relative}/", above)


def _entry(path: str, name: str) -> Entry | None:
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return Entry(name, "link", 0o777, target=os.readlink(path))
    if stat.S_ISDIR(mode):
        return Entry(name, "folder", 0o755)
    if stat.S_ISREG(mode):
        return Entry(name, "file", 0o755 if mode & stat.S_IXUSR else 0o644, path)
    return None


def _wanted(context: Context, follow: Collection[str]) -> Wanted:
    """Narrower only where that is sure: more than was asked for does no harm, the engine picks what it copies."""
    paths = {posixpath.normpath(f"/{path}").strip("/") for path in follow}
    if not paths or "" in paths or any(_WILDCARDS & set(path) or _leads_on(context, path) for path in paths):
        return lambda name: True

    def is_wanted(name: str) -> bool:
        return any(name == path or name.startswith(f"{path}/") or path.startswith(f"{name}/") for path in paths)

    return is_wanted


def _leads_on(context: Context, path: str) -> bool:
    """Whether something else has to come along, which a link on the way leads to."""
    if context.below:
        if path != context.below and not path.startswith(f"{context.below}/"):
            return False
        path = path[len(context.below) :].strip("/")
    names = _between("", path)
    return any(os.path.islink(os.path.join(context.folder, name)) for name in names)
