"""A world beside the embedded platform's: where the emulators answer, and the environment of a platform that lives in
them. It shares no folder, no name and no port with the embedded one: both may run, and neither sees the other's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulation.problem import Problem
from emulation.programs import API_KEY, HOST, PROJECT

SUFFIX = "-emulators"
ADDRESSES = {  # the variables by which Google's libraries find each emulator: ours are started where these point to
    "auth": ("FIREBASE_AUTH_EMULATOR_HOST", f"{HOST}:9099"),
    "firestore": ("FIRESTORE_EMULATOR_HOST", f"{HOST}:9299"),
    "storage": ("STORAGE_EMULATOR_HOST", f"http://{HOST}:9199"),
}
PLATFORM = {
    "ZIPP_PORT": "8100",
    "ZIPP_HTTP_PORT": "8180",
    "ZIPP_PORT_RANGE_START": "8201",
    "ZIPP_PORT_RANGE_END": "8999",
}
OURS = re.compile(rf"(?:http://)?{re.escape(HOST)}:([0-9]{{1,5}})")


@dataclass(frozen=True, slots=True)
class Surroundings:
    ports: Mapping[str, int]
    folder: Path
    variables: Mapping[str, str]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Surroundings:
        """Raises Problem."""
        data_dir = _data_dir(environ)
        addresses = {name: environ.get(variable) or default for name, (variable, default) in ADDRESSES.items()}
        variables = {
            "ZIPP_BACKEND": "firebase",
            "ZIPP_ENVIRONMENT": "development",
            "ZIPP_FIREBASE_PROJECT": PROJECT,
            "ZIPP_FIREBASE_API_KEY": API_KEY,
            **{ADDRESSES[name][0]: address for name, address in addresses.items()},
            "ZIPP_DATA_DIR": data_dir,
            "ZIPP_INSTANCE": _beside(environ.get("ZIPP_INSTANCE") or "zipp"),
            **{name: environ.get(name) or default for name, default in PLATFORM.items()},
        }
        ports = {name: _port(ADDRESSES[name][0], address) for name, address in addresses.items()}
        return cls(ports, Path(data_dir) / "emulators", variables)


def _data_dir(environ: Mapping[str, str]) -> str:
    """Beside the one that settings.py would take."""
    if chosen := environ.get("ZIPP_DATA_DIR"):
        return _beside(str(Path(chosen).absolute()))
    if os.geteuid() == 0:
        return _beside("/var/lib/zipp")
    return _beside(str(Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "zipp"))


def _beside(name: str) -> str:
    """Once only: the environment may be one that we have printed."""
    return name if name.endswith(SUFFIX) else name + SUFFIX


def _port(variable: str, address: str) -> int:
    found = OURS.fullmatch(address)
    if found is None:
        raise Problem(f"{variable} is {address!r}: no emulator can be started there.", f"Unset it, or set {HOST}:PORT.")
    return int(found[1])
