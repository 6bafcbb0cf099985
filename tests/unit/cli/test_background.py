from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from zipp.cli.background import own_pid_file, pid_file, running_pid, start_in_background, stop_in_background
from zipp.domain.errors import Unavailable
from zipp.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path / "data")
    settings.data_dir.mkdir()
    return settings


def _sleeping(*words: str) -> subprocess.Popen[bytes]:
    """Once it runs its own program: until then, its command line is still this process's."""
    argv = [sys.executable, "-c", "print(flush=True); input()", *words]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def test_no_pid_file_means_it_does_not_run(settings: Settings) -> None:
    assert running_pid(settings) is None
    assert stop_in_background(settings) is False


@pytest.mark.parametrize("content", ["", "x", "-1", "99999999"])
def test_a_pid_file_that_names_no_process_means_it_does_not_run(settings: Settings, content: str) -> None:
    pid_file(settings).write_text(content)

    assert running_pid(settings) is None


def test_a_number_that_is_somebody_elses_by_now_is_left_alone(settings: Settings) -> None:
    stranger = _sleeping("serve", "zip", "other")
    try:
        pid_file(settings).write_text(str(stranger.pid))

        assert stop_in_background(settings) is False
        assert stranger.poll() is None
    finally:
        _end(stranger)


def test_the_platforms_process_is_found_by_its_command_line(settings: Settings) -> None:
    process = _sleeping("zipp", "serve")
    try:
        pid_file(settings).write_text(f"{process.pid}\n")

        assert running_pid(settings) == process.pid
    finally:
        _end(process)


def test_the_pid_file_is_there_as_long_as_the_platform(settings: Settings) -> None:
    with own_pid_file(settings):
        assert pid_file(settings).read_text() == f"{os.getpid()}\n"

    assert not pid_file(settings).exists()


def test_a_platform_that_does_not_start_is_told_with_the_end_of_its_log(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("ZIPP_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("ZIPP_PORT", str(taken.getsockname()[1]))

        with pytest.raises(Unavailable, match=r"(?s)ended with code 5.*Port \d+ is taken") as failed:
            start_in_background(settings, lambda: False)

    assert failed.value.code == "start_failed"
