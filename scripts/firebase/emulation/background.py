"""The emulators of a person: in the background, found again by their process ids, with what they were given kept."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from emulation import kept
from emulation.calls import make_bucket
from emulation.problem import Problem
from emulation.processes import Emulator, answers, end_other, launch, started_at
from emulation.programs import DENY_ALL, NAMES, RULES, Program, auth, firestore, storage
from emulation.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Running:
    """`since` as the kernel counts it."""

    name: str
    pid: int
    since: str
    address: str


class Background:
    def __init__(self, surroundings: Surroundings) -> None:
        self._ports = surroundings.ports
        self._folder = surroundings.folder
        self._state = self._folder / "running.json"

    def start(self) -> None:
        """Those that do not run. Raises Problem; what it has started until then is ended again."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        running = self.running()
        missing = [name for name in NAMES if name not in running]
        started: list[Emulator] = []
        try:
            for program in [self._program(name) for name in missing]:
                emulator = launch(program, self._new_log(program.name), outlives_us=True)
                started.append(emulator)
                running[program.name] = _running(emulator)
                self._write(running)  # at once: what is started is always found again
            for emulator in started:
                emulator.wait_until_ready()
                self._fill(emulator.program)
        except Problem:
            for emulator in started:
                emulator.end()
            raise

    def stop(self) -> bool:
        """False when none ran. Raises Problem: nothing is ended before what it holds is saved."""
        running = self.running()
        if "firestore" in running:
            kept.save_firestore(self._folder, running["firestore"].address)
        if "auth" in running:
            kept.save_accounts(self._folder, running["auth"].address)
        for each in running.values():
            end_other(each.pid, each.since)
        self._state.unlink(missing_ok=True)
        return bool(running)

    def running(self) -> dict[str, Running]:
        """By name: those whose process is still the one that was started here."""
        with suppress(OSError, ValueError, TypeError):
            entries = [Running(**entry) for entry in json.loads(self._state.read_bytes())]
            return {each.name: each for each in entries if started_at(each.pid) == each.since}
        return {}

    def _program(self, name: str) -> Program:
        """Raises Problem."""
        port = self._ports[name]
        if name == "auth":
            return auth(port)
        if name == "firestore":
            return firestore(port, rules=self._rules(), seed=kept.firestore_seed(self._folder))
        folder = self._folder / "storage"
        folder.mkdir(exist_ok=True)
        return storage(port, folder=folder)

    def _rules(self) -> Path:
        if RULES.is_file():
            return RULES
        deny = self._folder / "firestore.rules"
        deny.write_text(DENY_ALL)
        return deny

    def _fill(self, program: Program) -> None:
        if program.name == "storage":
            make_bucket(program.address)
        if program.name == "auth":
            kept.give_back_accounts(self._folder, program.address)

    def _new_log(self, name: str) -> Path:
        log = self._folder / f"{name}.log"
        log.write_bytes(b"")
        return log

    def _write(self, running: dict[str, Running]) -> None:
        temporary = self._state.with_suffix(".new")
        temporary.write_text(json.dumps([asdict(each) for each in running.values()]))
        temporary.replace(self._state)


def _running(emulator: Emulator) -> Running:
    pid = emulator.process.pid
    return Running(emulator.program.name, pid, started_at(pid) or "", emulator.program.address)


def told(background: Background) -> dict[str, tuple[bool, str]]:
    """Of each: whether it answers, and where, or why not."""
    running = background.running()
    return {name: _told(running.get(name)) for name in NAMES}


def _told(each: Running | None) -> tuple[bool, str]:
    if each is None:
        return False, "does not run"
    if not answers(each.name, each.address):
        return False, f"process {each.pid} does not answer at {each.address}"
    return True, f"{each.address}, process {each.pid}"
