"""Where the emulators are, and what a person is told when one can't be had (tests/integration/test_emulators.py starts
them)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from emulation import programs
from emulation.problem import Problem
from emulation.processes import end_other, launch, started_at
from emulation.surroundings import Surroundings


def test_the_emulated_world_shares_nothing_with_the_embedded_one() -> None:
    chosen = {"ZIPP_DATA_DIR": "/srv/zipp", "ZIPP_INSTANCE": "shop"}
    variables = Surroundings.of(chosen).variables
    assert variables["ZIPP_DATA_DIR"] == "/srv/zipp-emulators"
    assert variables["ZIPP_INSTANCE"] == "shop-emulators"
    assert (variables["ZIPP_PORT"], variables["ZIPP_HTTP_PORT"]) == ("8100", "8180")


def test_an_environment_that_we_printed_leads_to_the_same_world() -> None:
    once = Surroundings.of({"XDG_DATA_HOME": "/home/me/data"})
    assert Surroundings.of(once.variables) == once


def test_emulators_are_started_where_googles_variables_point_to() -> None:
    chosen = {"STORAGE_EMULATOR_HOST": "http://127.0.0.1:4443", "FIRESTORE_EMULATOR_HOST": "127.0.0.1:8787"}
    assert Surroundings.of(chosen).ports == {"auth": 9099, "firestore": 8787, "storage": 4443}


@pytest.mark.parametrize("address", ["elsewhere.example:9099", "127.0.0.1", "127.0.0.1:99999999", "$(reboot):1"])
def test_an_emulator_elsewhere_is_not_ours_to_start(address: str) -> None:
    with pytest.raises(Problem, match="FIREBASE_AUTH_EMULATOR_HOST"):
        Surroundings.of({"FIREBASE_AUTH_EMULATOR_HOST": address})


def test_a_jar_that_was_named_is_the_one_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(programs.JAR_VARIABLE, str(tmp_path / "missing.jar"))
    with pytest.raises(Problem, match=programs.JAR_VARIABLE):
        programs.firestore_jar()
    (tmp_path / "missing.jar").touch()
    assert programs.firestore_jar() == tmp_path / "missing.jar"


def test_of_the_jars_that_firebase_has_got_the_newest_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(programs.JAR_VARIABLE, raising=False)
    monkeypatch.setattr(programs, "IMAGE_JAR", tmp_path / "none.jar")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(Problem, match="not on this machine") as told:
        programs.firestore_jar()
    assert "setup:emulators:firestore" in told.value.hint
    folder = tmp_path / ".cache" / "firebase" / "emulators"
    folder.mkdir(parents=True)
    for version in ("1.9.2", "1.19.8", "1.19.10"):
        (folder / f"cloud-firestore-emulator-v{version}.jar").touch()
    assert programs.firestore_jar().name == "cloud-firestore-emulator-v1.19.10.jar"


def test_a_port_that_is_taken_is_told_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        program = programs.Program("auth", ("false",), taken.getsockname()[1])
        with pytest.raises(Problem, match="is taken by another program"):
            launch(program, tmp_path / "log")
    assert not (tmp_path / "log").exists()


def test_an_emulator_that_ends_at_once_says_why(tmp_path: Path) -> None:
    program = programs.Program("auth", (sys.executable, "-c", "raise SystemExit('no such module')"), 1)
    emulator = launch(program, tmp_path / "log")
    with pytest.raises(Problem, match="ended with code 1:\nno such module"):
        emulator.wait_until_ready()


def test_only_the_process_that_was_started_is_ended() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        since = started_at(process.pid)
        assert since is not None
        end_other(process.pid, str(int(since) - 1))  # its number, but another process's beginning
        assert process.poll() is None
        end_other(process.pid, since)
        assert process.wait() != 0


def test_what_has_ended_has_no_beginning() -> None:
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert started_at(process.pid) is None  # it has ended, though nobody has asked how
    process.wait()


def test_lock_file_names_no_registry() -> None:
    lock = (programs.HERE / "package-lock.json").read_text()
    assert '"resolved"' not in lock
