"""What base images need of the host: Debian's archive through debootstrap, and packages through npm."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from zipp.domain.errors import Unavailable
from zipp.images.images import WriteLine
from zipp.images.mirrors import security_list
from zipp.images.recipes import ACCOUNT, CA_BUNDLE, DPKG_SLIM

STOP_SECONDS = 30.0
_LEFT_OUT = (
    *("./usr/share/man/*", "./usr/share/locale/*", "./usr/share/info/*", "./var/lib/apt/lists/*", "./var/cache/apt/*"),
    *("./var/log/*", "./etc/hostname", "./etc/resolv.conf", "./dev/*", "./proc/*", "./sys/*"),
)


async def debian(folder: Path, suite: str, ca_bundle: Path | None, mirror: str | None, write: WriteLine) -> None:
    """A minimal Debian in `folder`, brought up to date, that trusts `ca_bundle`; from debootstrap's usual archive where
    no `mirror` is given.
    """
    if os.geteuid() != 0:
        raise _missing("debootstrap needs root", "Run `zipp up` as root once, so that it can make the base images.")
    options = ("--variant=minbase", "--include=ca-certificates")
    try:
        await run("debootstrap", *options, suite, str(folder), *([mirror] if mirror else []), write=write)
        await _add_security_updates(folder, suite, write)
        await run("chroot", str(folder), "/bin/sh", "-ec", ACCOUNT, write=write)
    finally:
        await _unmount(folder)
    (folder / "etc/dpkg/dpkg.cfg.d/zipp-slim").write_text(DPKG_SLIM)
    if ca_bundle is not None:
        shutil.copyfile(ca_bundle, folder / CA_BUNDLE.lstrip("/"))


async def _add_security_updates(folder: Path, suite: str, write: WriteLine) -> None:
    """From beside the archive that debootstrap used, unless a private mirror lacks them."""
    archive = (folder / "etc/apt/sources.list").read_text().split()[1]
    source = folder / "etc/apt/sources.list.d/security.list"
    source.write_text(security_list(archive, suite))
    try:
        await run("chroot", str(folder), "apt-get", "-q", "update", "-o", "APT::Update::Error-Mode=any", write=write)
    except Unavailable:
        source.unlink()
        await write("The archive has no security updates beside it: left out.", "zipp")
        return
    await run("chroot", str(folder), "apt-get", "-q", "-y", "upgrade", write=write)


async def _unmount(folder: Path) -> None:
    """debootstrap unmounts what it mounted; this is for one that was killed, before its folder is removed."""
    for name in ("proc", "sys"):
        if await asyncio.to_thread(os.path.ismount, folder / name):
            process = await asyncio.create_subprocess_exec("umount", "--lazy", str(folder / name))
            await process.wait()


async def npm_package(specification: str, folder: Path, registry: str | None, write: WriteLine) -> Path:
    """The archive of an npm package such as npm@11, downloaded into `folder`, which is empty."""
    options = ("--silent", "--pack-destination", str(folder), *(["--registry", registry] if registry else []))
    await run("npm", "pack", *options, specification, write=write)
    (archive,) = await asyncio.to_thread(lambda: list(folder.iterdir()))
    return archive


async def tar_of(folder: Path) -> AsyncIterator[bytes]:
    """Everything in `folder` with owners and modes, as `docker import` wants it."""
    excludes = [f"--exclude={pattern}" for pattern in _LEFT_OUT]
    argv = ("tar", "--numeric-owner", "--one-file-system", *excludes, "-C", str(folder), "-c", ".")
    async with _program(*argv) as process:
        assert process.stdout is not None  # noqa: S101
        while chunk := await process.stdout.read(256 * 1024):
            yield chunk
        if await process.wait() != 0:
            raise OSError("tar could not read the folder")


async def run(*argv: str, write: WriteLine) -> None:
    """Raises Unavailable: base_missing_tools when the program is not there, base_failed when it fails."""
    async with _program(*argv) as process:
        assert process.stdout is not None  # noqa: S101
        async for line in process.stdout:
            await write(line.decode(errors="replace").rstrip(), "stdout")
        if await process.wait() != 0:
            raise Unavailable(
                f"{argv[0]} ended with exit code {process.returncode} while a base image was made.",
                code="base_failed",
                hint="Its last lines say why; most often a package archive can't be reached.",
            )


@asynccontextmanager
async def _program(*argv: str) -> AsyncIterator[asyncio.subprocess.Process]:
    if shutil.which(argv[0]) is None:
        raise _missing(f"{argv[0]} is not installed", f"Install {argv[0]} (Debian: apt-get install {argv[0]}).")
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT if argv[0] != "tar" else None,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()


def _missing(what: str, hint: str) -> Unavailable:
    return Unavailable(f"A base image can't be made: {what}.", code="base_missing_tools", hint=hint)
