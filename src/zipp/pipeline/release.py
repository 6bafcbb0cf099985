"""Static files on their way to where they are served from: checked, stamped, and moved there by one rename."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from zipp.domain.errors import BuildError
from zipp.sources.links import escaping_link

# What nginx shows for addresses without a file (site.conf.j2): always by this name, whatever page a plan names.
FALLBACK = ".zipp-fallback.html"


def publish(files: Path, release: Path, *, fallback: str = "") -> None:
    """A release is whole or absent: whatever is done to the files is done before the rename. Idempotent.

    Raises BuildError output_missing, output_link_escapes.
    """
    if release.exists():
        return
    if not files.is_dir():
        raise BuildError(
            f"The output folder {files.name!r} does not exist.",
            code="output_missing",
            hint="Set `output` in zipp.toml to the folder that holds index.html.",
        )
    if link := escaping_link(files):  # inside the source, but not inside the folder that is served
        raise BuildError(
            f"The link {link!r} leads out of the folder that is served.",
            code="output_link_escapes",
            hint="Put the file itself there, or choose an `output` folder that holds both.",
        )
    if fallback:
        _add_fallback(files, fallback)
    release.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    _stamp(files, _next_second(release.parent))
    os.rename(files, release)


def _add_fallback(files: Path, page: str) -> None:
    """A project may bring the file itself; without the page that the plan names, missing addresses stay missing."""
    source, copy = (files / page).resolve(), files / FALLBACK
    if source.is_relative_to(files.resolve()) and source.is_file() and not os.path.lexists(copy):
        shutil.copyfile(source, copy)
        copy.chmod(0o644)


def _next_second(releases: Path) -> int:
    """A modification time that no earlier release of the site has.

    nginx makes an ETag of a file's size and its modification time in whole seconds: two releases within one second
    would otherwise answer 304 for content that has changed.
    """
    earlier = [int(entry.stat(follow_symlinks=False).st_mtime) for entry in os.scandir(releases)]
    return max([int(time.time()), *(second + 1 for second in earlier)])


def _stamp(folder: Path, second: int) -> None:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.utime(os.path.join(parent, name), (second, second), follow_symlinks=False)
    os.utime(folder, (second, second))
