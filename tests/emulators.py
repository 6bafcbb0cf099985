"""Emulators of Firestore, Auth and Storage, each started at a session's first need and ended with it (a pytest plugin).

They are one each for all tests: who needs a Firestore or an Auth of its own takes a project of its own
(`demo-<something>`), which they make at its first use. A missing emulator fails: what the product is for is never
skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from emulation.calls import make_bucket
from emulation.problem import Problem
from emulation.processes import Emulator, launch, tail
from emulation.programs import API_KEY, DENY_ALL, NAMES, PROJECT, RULES, Program, auth, firestore, storage
from live import free_port

from zipp.settings import Settings

_SESSION = pytest.StashKey["Emulators"]()


class Emulators:
    """The ones of this session."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: dict[str, Emulator] = {}
        self._ready: set[str] = set()

    def addresses(self, *names: str) -> list[str]:
        """host:port of each, ready for use. What is missing starts at once, all beside one another."""
        try:
            for name in names:
                if name not in self._started:
                    self._started[name] = launch(self._program(name), self.folder / f"{name}.log")
            for name in names:
                self._wait(name)
        except Problem as problem:
            pytest.fail(f"Firebase can't be tested: {problem}", pytrace=False)
        return [self._started[name].program.address for name in names]

    def _program(self, name: str) -> Program:
        if name == "auth":
            return auth(free_port())
        if name == "storage":
            return storage(free_port())
        rules = RULES
        if not rules.is_file():
            rules = self.folder / "firestore.rules"
            rules.write_text(DENY_ALL)
        return firestore(free_port(), rules=rules)

    def _wait(self, name: str) -> None:
        if name not in self._ready:
            self._started[name].wait_until_ready()
            if name == "storage":
                make_bucket(self._started[name].program.address)
            self._ready.add(name)

    def logs(self) -> dict[str, Path]:
        return {name: emulator.log for name, emulator in self._started.items()}

    def end(self) -> None:
        for emulator in self._started.values():
            emulator.end()


@pytest.fixture(scope="session")
def emulators(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulators]:
    session = Emulators(tmp_path_factory.mktemp("emulators"))
    request.config.stash[_SESSION] = session
    yield session
    session.end()


@pytest.fixture(scope="session")
def firestore_emulator(emulators: Emulators) -> str:
    """127.0.0.1:PORT, as FIRESTORE_EMULATOR_HOST has it."""
    return emulators.addresses("firestore")[0]


@pytest.fixture(scope="session")
def auth_emulator(emulators: Emulators) -> str:
    """127.0.0.1:PORT, as FIREBASE_AUTH_EMULATOR_HOST has it."""
    return emulators.addresses("auth")[0]


@pytest.fixture(scope="session")
def bucket_emulator(emulators: Emulators) -> str:
    """http://127.0.0.1:PORT, as STORAGE_EMULATOR_HOST has it; the project's default bucket is there."""
    return f"http://{emulators.addresses('storage')[0]}"


@pytest.fixture(scope="session")
def firebase_project() -> str:
    return PROJECT


@pytest.fixture(scope="session")
def emulator_variables(emulators: Emulators) -> dict[str, str]:
    """All three, for a process's environment."""
    at = dict(zip(NAMES, emulators.addresses(*NAMES), strict=True))
    return {
        "FIREBASE_AUTH_EMULATOR_HOST": at["auth"],
        "FIRESTORE_EMULATOR_HOST": at["firestore"],
        "STORAGE_EMULATOR_HOST": f"http://{at['storage']}",
    }


@pytest.fixture
def emulated(emulator_variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment names all three meanwhile, for Google's libraries and for our settings."""
    for name, value in emulator_variables.items():
        monkeypatch.setenv(name, value)
    return emulator_variables


def firebase_settings(tmp_path: Path, **overrides: Any) -> Settings:
    """All in Firebase; where the emulators are, the environment says (`emulated`)."""
    chosen: dict[str, Any] = {
        "backend": "firebase",
        "environment": "development",
        "firebase_project": PROJECT,
        "firebase_api_key": API_KEY,
    }
    return Settings(data_dir=tmp_path, **(chosen | overrides))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failure shows what the emulators said last, where the test has to do with them."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    session = item.config.stash.get(_SESSION, None)
    if report.failed and session is not None and "emulators" in getattr(item, "fixturenames", ()):
        for name, log in session.logs().items():
            report.sections.append((f"{name} emulator", tail(log)))
