"""Emulators as processes: started, waited for, ended."""

from __future__ import annotations

import errno
import http.client
import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emulation.problem import Problem
from emulation.programs import HOST, OWNER, READY_PATHS, Program

READY_SECONDS = 120.0  # seconds on an idle machine; a machine at work with other things takes many times that
ANSWER_SECONDS = 30.0
END_SECONDS = 20.0
POLL_SECONDS = 0.05
TOLD_BYTES = 4000
ENDS_WITH_ITS_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")


@dataclass(frozen=True, slots=True)
class Emulator:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path

    def told(self) -> str:
        """The end of what it has printed."""
        return tail(self.log)

    def wait_until_ready(self) -> None:
        """Raises Problem, with the end of what it printed."""
        deadline = time.monotonic() + READY_SECONDS
        while not answers(self.program.name, self.program.address):
            code = self.process.poll()
            if code is not None or time.monotonic() > deadline:
                how = f"ended with code {code}" if code is not None else f"does not answer after {READY_SECONDS:.0f} s"
                raise Problem(f"The {self.program.name} emulator {how}:\n{self.told()}", f"All it said: {self.log}")
            time.sleep(POLL_SECONDS)

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def launch(program: Program, log: Path, *, outlives_us: bool = False) -> Emulator:
    """Raises Problem when its port is taken."""
    refuse_taken(program)
    command = program.command if outlives_us else (*ENDS_WITH_ITS_PARENT, *program.command)
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=outlives_us, cwd=log.parent
        )
    return Emulator(program, process, log)


def refuse_taken(program: Program) -> None:
    """Before it is started: some would answer in its stead, and be taken for it. Raises Problem."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, program.port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise Problem(
                f"Port {program.port}, which the {program.name} emulator is to have, is taken by another program.",
                "End that program (`ss -ltnp` names it), or set another address: scripts/emulators env",
            ) from None


def answers(name: str, address: str) -> bool:
    connection = http.client.HTTPConnection(address, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", READY_PATHS[name], headers=OWNER)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def tail(log: Path, of_bytes: int = TOLD_BYTES) -> str:
    return log.read_bytes()[-of_bytes:].decode(errors="replace") if log.exists() else ""


def started_at(pid: int) -> str | None:
    """When the kernel started it, in its own ticks (a process id alone may be somebody else's by now); None when it has
    ended."""
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[19] if fields[0] != "Z" else None
    return None


def end_other(pid: int, since: str) -> None:
    """End the process that was started then. Raises Problem when it does not end."""
    deadline = time.monotonic() + END_SECONDS
    with suppress(ProcessLookupError):
        if started_at(pid) == since:
            os.kill(pid, signal.SIGTERM)
    while started_at(pid) == since:
        if time.monotonic() > deadline:
            raise Problem(f"Process {pid} does not end.", f"End it: kill -9 {pid}")
        time.sleep(POLL_SECONDS)
